"""Null distributions: what answers would look like if members answered without agreeing.

Proportions are ordered from the lowest to the highest option; skewed ones lean to the high
end. Variances are in squared steps between options.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from collective_use.checks import one_of, whole_number
from collective_use.errors import InputError
from collective_use.numerics.groups.null_shapes import SHAPES, TABLE, Shape
from collective_use.numerics.types import Floats

PRINTED: Mapping[str, Mapping[int, float]] = {
    name: shape.printed for name, shape in SHAPES.items() if shape.printed
}
"""Variances as LeBreton & Senter (2008) print them, by number of options."""

NAMES: tuple[str, ...] = tuple(SHAPES)
"""The null distributions by name; "empirical" is one more, made from the answers."""


@dataclass(frozen=True, slots=True)
class Null:
    """A null distribution for one number of options.

    Attributes
    ----------
    name
        One of `NAMES` or ``"measure-specific"``.
    options
        Number of options A.
    variance
        The variance that agreement is compared with, in squared steps.
    proportions
        (A,) chance of each option, lowest first. Where the literature prints only a variance,
        these are the ones this package would use; their own variance differs.
    source
        Where variance and proportions come from, in words.
    printed
        Whether the variance is one that the literature gives.
    smooth
        Whether answers may lie anywhere between two ends, 0 and 1 in units of the scale; there
        are no options then, and no proportions.
    """

    name: str
    options: int
    variance: float
    proportions: Floats
    source: str
    printed: bool
    smooth: bool = False


CONTINUOUS = Null(
    "continuous",
    0,
    1.0 / 12.0,
    np.empty(0),
    "uniform between the ends of the scale: (high - low)² / 12",
    True,
    True,
)
"""Answers spread evenly between two ends, as on a slider."""


def uniform_variance(options: ArrayLike) -> float:
    """Return the variance of answers spread evenly over the options.

    ``(A² - 1) / 12`` for A options one apart (James, Demaree & Wolf 1984).

    Examples
    --------
    >>> uniform_variance([1, 2, 3, 4, 5])
    2.0
    """
    values = np.asarray(options, float)
    return float(np.mean((values - values.mean()) ** 2))


def variance_of(options: ArrayLike, proportions: ArrayLike) -> float:
    """Return the variance of one answer under given proportions of the options.

    Examples
    --------
    >>> variance_of([0, 1], [0.5, 0.5])
    0.25
    """
    values, p = np.asarray(options, float), np.asarray(proportions, float)
    p = p / p.sum()
    return float(p @ (values - p @ values) ** 2)


def null_distribution(
    null: str | Sequence[float] | Mapping[str, float],
    options: int,
    observed: ArrayLike | None = None,
) -> Null:
    """Return a null distribution by name, or from proportions of one's own.

    Parameters
    ----------
    null
        One of ``"uniform"``, ``"slight_skew"``, ``"moderate_skew"``, ``"heavy_skew"``,
        ``"triangular"`` (James et al. 1984, any number of options), ``"triangular_printed"``
        (as LeBreton & Senter print it), ``"normal"``, ``"maximum_dissensus"`` (Lindell & Brandt
        1997), ``"empirical"`` (the answers of all groups together: groups made up at random),
        or A proportions from the lowest option to the highest.
    observed
        (A,) how often each option was chosen over all groups, for the empirical null.
    options
        Number of options, at least 2. Skewed and normal nulls are printed for 5 to 11.

    Raises
    ------
    InputError
        When the name is unknown or the proportions do not fit.

    Examples
    --------
    >>> null_distribution("slight_skew", 5).variance
    1.34
    >>> null_distribution("slight_skew", 4).printed
    False
    >>> null_distribution([0.1, 0.2, 0.4, 0.2, 0.1], 5).variance
    1.2000000000000002
    """
    whole_number("options", options, at_least=2)
    if not isinstance(null, str):
        return _measure_specific(null, options)
    one_of("null", null, (*NAMES, "empirical"))
    if null == "empirical":
        return _empirical(observed, options)
    return _by_name(null, int(options))


@lru_cache(maxsize=256)
def _by_name(null: str, options: int) -> Null:
    shape = SHAPES[null]
    if shape.weights is None:
        return _from_table(shape, options)
    weights = np.asarray(shape.weights(options), float)
    return _exact(null, weights / weights.sum(), shape.source)


def _exact(name: str, proportions: Floats, source: str) -> Null:
    options = len(proportions)
    variance = variance_of(np.arange(options), proportions)
    return Null(name, options, variance, proportions, source, True)


def _empirical(observed: ArrayLike | None, options: int) -> Null:
    counts = np.zeros(options) if observed is None else np.asarray(observed, float)
    if counts.shape != (options,) or not counts.sum() > 0:
        raise InputError(
            "null 'empirical' must come with the answers of all groups, got none; give the "
            f"{options} proportions themselves instead"
        )
    source = "the answers of all groups together, as pseudo-groups made up at random would give"
    law = _exact("empirical", counts / counts.sum(), source)
    if not law.variance > 0:
        raise InputError("null must leave room for disagreement, got all answers on one option")
    return law


def _from_table(shape: Shape, options: int) -> Null:
    name, printed = shape.name, shape.printed
    proportions = _stretched(shape.five, options)
    if options == 5 and options in printed:
        source = f"{shape.source}; proportions as printed there"
        return Null(name, 5, printed[5], proportions, source, True)
    if options == 5:
        return _exact(name, proportions, shape.source)
    stretched = "the five-point proportions of LeBreton & Senter (2008) stretched"
    if shape.source != TABLE:
        stretched = "its five-point proportions stretched"
    if options in printed:
        source = (
            f"{shape.source} (variance); the literature gives no proportions for {options} "
            f"options: simulations use {stretched} to {options} equal steps"
        )
        return Null(name, options, printed[options], proportions, source, True)
    covers = f" ({shape.source} covers 5 to 11)" if printed else f" ({shape.source})"
    source = (
        f"not in the literature for {options} options{covers}; offered here: "
        f"{stretched} to {options} equal steps"
    )
    variance = variance_of(np.arange(options), proportions)
    return Null(name, options, variance, proportions, source, False)


def _stretched(five: Sequence[float], options: int) -> Floats:
    """Spread five proportions evenly over [0, 1] and cut them into `options` equal steps."""
    edges = np.concatenate([[0.0], np.cumsum(five) / np.sum(five)])
    cut = np.interp(np.linspace(0.0, 1.0, options + 1), np.linspace(0.0, 1.0, 6), edges)
    return np.diff(cut)


def _measure_specific(null: Sequence[float] | Mapping[str, float], options: int) -> Null:
    values = null.values() if isinstance(null, Mapping) else null
    p = np.asarray(list(values), float)
    good = p.shape == (options,) and bool(np.all(np.isfinite(p)) and np.all(p >= 0))
    if not good or abs(p.sum() - 1.0) > 0.005:
        raise InputError(
            f"null must be a known name or {options} proportions that add up to 1, got {p.tolist()}"
        )
    p = p / p.sum()
    variance = variance_of(np.arange(options), p)
    if not variance > 0:
        raise InputError("null must leave room for disagreement, got all answers on one option")
    return Null("measure-specific", options, variance, p, "proportions given by the study", True)
