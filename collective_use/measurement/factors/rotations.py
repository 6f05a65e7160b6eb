"""Rotations by name: those of factor_analyzer, and those found by gradient projection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from collective_use.checks import one_of
from collective_use.errors import InputError
from collective_use.measurement.correlations import Floats
from collective_use.numerics.factors import rotate as numeric
from collective_use.numerics.factors.rotate import Criterion, Rotated, ordered


@dataclass(frozen=True)
class Rotation:
    """A rotation by name.

    Attributes
    ----------
    name
        How it is asked for.
    source
        Author and year.
    orthogonal
        Whether factors stay uncorrelated.
    library
        Whether factor_analyzer's `Rotator` has it.
    criterion
        What is lowered, where the optimum can be checked; None for procedures in two steps.
    """

    name: str
    source: str
    orthogonal: bool
    library: bool
    criterion: Callable[[float], Criterion] | None


ROTATIONS: dict[str, Rotation] = {
    r.name: r
    for r in (
        Rotation("none", "unrotated", True, False, None),
        Rotation("varimax", "Kaiser 1958", True, True, None),
        Rotation("promax", "Hendrickson & White 1964", False, True, None),
        Rotation("oblimin", "Jennrich & Sampson 1966", False, True, lambda _: numeric.oblimin()),
        Rotation("quartimin", "Jennrich & Sampson 1966", False, True, lambda _: numeric.oblimin()),
        Rotation("geomin", "Yates 1987", False, False, numeric.geomin),
        Rotation(
            "bifactor", "Jennrich & Bentler 2012, Psychometrika 77:442", False, False,
            lambda _: numeric.bifactor(),
        ),
        Rotation(
            "bifactor_orthogonal", "Jennrich & Bentler 2011, Psychometrika 76:537", True, False,
            lambda _: numeric.bifactor(),
        ),
        Rotation("target", "Browne 2001, Multivariate Behavioral Research 36:111", False, False,
                 None),
    )
}  # fmt: skip
"""Name -> rotation. Varimax of factor_analyzer normalises rows (Kaiser)."""


def rotated(
    loadings: Floats,
    name: str,
    *,
    epsilon: float,
    target: Floats | None,
    starts: int,
    seed: int | None,
) -> tuple[Rotated, Criterion | None]:
    """Rotate and order factors; also return the criterion whose optimum this is.

    Parameters
    ----------
    loadings
        (J, k) unrotated loadings.
    name
        A key of `ROTATIONS`.
    epsilon
        Of geomin.
    target
        (J, k) wanted loadings, NaN where free.
    starts, seed
        Of gradient projection.

    Raises
    ------
    InputError
        When the rotation is unknown, or a target is missing or of another shape.
    """
    one_of("rotation", name, tuple(ROTATIONS))
    chosen, k = ROTATIONS[name], loadings.shape[1]
    if (target is not None) != (name == "target"):
        raise InputError("target= must be given for rotation='target', and only for it")
    if name == "none" or k == 1:
        plain = Rotated(loadings, np.eye(k), 0.0, 0.0, 1, 1)
        return ordered(plain), None
    if target is not None and target.shape != loadings.shape:
        raise InputError(
            f"target must be {loadings.shape[0]} items by {k} factors, got {target.shape}"
        )
    if chosen.library:
        criterion = chosen.criterion(epsilon) if chosen.criterion else None
        return _by_library(loadings, chosen, criterion), criterion
    make = chosen.criterion
    criterion = make(epsilon) if make is not None else numeric.target(_given(target))
    found = numeric.rotate(
        loadings, criterion, orthogonal=chosen.orthogonal, starts=starts, seed=seed
    )
    return ordered(found, keep_first="bifactor" in name, keep=name == "target"), criterion


def _given(target: Floats | None) -> Floats:
    if target is None:
        raise InputError("target= must be given for rotation='target'")
    return target


def _by_library(loadings: Floats, chosen: Rotation, criterion: Criterion | None) -> Rotated:
    from factor_analyzer import Rotator

    # with a criterion the library's end is a start, which need not be exact
    rotator = (Rotator(method=chosen.name, max_iter=5000, tol=1e-9) if criterion is None
               else Rotator(method=chosen.name, tol=0.1))  # fmt: skip
    pattern = np.asarray(rotator.fit_transform(loadings), float)
    phi = np.eye(len(pattern.T)) if chosen.orthogonal else np.asarray(rotator.phi_, float)
    if criterion is None:
        return ordered(Rotated(pattern, phi, float("nan"), float("nan"), 1, 1))
    turn = np.linalg.inv(np.linalg.lstsq(loadings, pattern)[0]).T
    return ordered(numeric.rotate(loadings, criterion, starts=1, also=turn))
