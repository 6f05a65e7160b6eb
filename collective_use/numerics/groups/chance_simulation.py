"""Null distributions of multi-item agreement by simulation with correlated items.

Cohen, Doveh & Nahum-Shani (2009, Organizational Research Methods 12:148): members are drawn
independently, their answers to the items correlate as observed, and each item is cut into
options by the null proportions. One set of members serves every group size, since the first n
members of a draw are a draw of n.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from collective_use.numerics.types import Floats, Integers

_CELLS = 4_000_000
"""Answers drawn at a time."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """Simulated null distributions by group size.

    Attributes
    ----------
    sizes
        (S,) group sizes.
    ratio
        (S, R) mean item variance over the null variance.
    deviation
        (S, R) mean over items of the average deviation around the mean, in steps, or None.
    """

    sizes: Integers
    ratio: Floats
    deviation: Floats | None


def correlation_root(correlation: Floats) -> Floats:
    """Return a root L with ``L L'`` the nearest positive semi-definite version of a correlation.

    Negative eigenvalues (pairwise correlations can have some) are set to zero and the rows
    scaled back to length one. The symmetric root, since it alone does not jump when a
    correlation changes in its last digit.
    """
    values, vectors = np.linalg.eigh(np.asarray(correlation, float))
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root / np.sqrt((root * root).sum(axis=1, keepdims=True))


def simulate_agreement(
    sizes: Integers,
    proportions: Floats,
    null_variance: float,
    correlation: Floats,
    *,
    repetitions: int = 2000,
    seed: int | np.random.SeedSequence | None = 0,
    deviation: bool = True,
) -> Simulated:
    """Simulate the null distribution of agreement for groups of some sizes.

    Parameters
    ----------
    sizes
        (S,) group sizes, each at least 2.
    proportions
        (A,) null proportions of the options.
    null_variance
        Null variance in squared steps.
    correlation
        (J, J) correlation of the items; the identity for unrelated items.
    repetitions
        R.
    seed
        Seed of the generator; the same seed gives the same result.
    deviation
        Also simulate the average deviation.
    """
    wanted = np.unique(np.asarray(sizes, np.int64))
    n, J = int(wanted.max()), len(correlation)
    rng = np.random.default_rng(seed)
    root = correlation_root(correlation)
    edges = special.ndtri(np.clip(np.cumsum(proportions)[:-1] / np.sum(proportions), 0.0, 1.0))
    ratio = np.empty((len(wanted), repetitions))
    spread = np.empty((len(wanted), repetitions)) if deviation else None
    block = max(1, _CELLS // (n * J))
    for start in range(0, repetitions, block):
        stop = min(repetitions, start + block)
        normal = rng.standard_normal((stop - start, n, J)) @ root.T
        answers = np.searchsorted(edges, normal.ravel()).reshape(normal.shape).astype(np.int16)
        running = np.cumsum(answers, axis=1, dtype=np.int32)
        squared = np.cumsum(answers * answers, axis=1, dtype=np.int32)
        for s, size in enumerate(wanted):
            total = running[:, size - 1].astype(float)
            variance = (squared[:, size - 1] - total * total / size) / (size - 1)
            ratio[s, start:stop] = variance.mean(axis=1) / null_variance
            if spread is not None:
                gap = np.abs(answers[:, :size] - total[:, None, :] / size)
                spread[s, start:stop] = gap.mean(axis=(1, 2))
    return Simulated(wanted, ratio, spread)


def counted_deviation(kind: str, n: int, proportions: Floats, draws: int) -> Floats:
    """Return (draws,) average deviations of n answers to one item, in steps.

    Only the counts of options are drawn, so that any n costs the same. The seed follows from n.

    Parameters
    ----------
    kind
        ``"ad_mean"`` or ``"ad_median"``.
    n
        Members.
    proportions
        (A,) chance of each option.
    draws
        R.

    Examples
    --------
    >>> counted_deviation("ad_mean", 100_000, np.full(5, 0.2), 3).round(1).tolist()
    [1.2, 1.2, 1.2]
    """
    place = np.arange(len(proportions))
    counts = np.random.default_rng([n, len(place)]).multinomial(n, proportions, size=draws)
    if kind == "ad_mean":
        centre = counts @ place / n
    else:
        below = np.cumsum(counts, axis=1)
        lower = (below < (n + 1) // 2).sum(axis=1)
        upper = (below < n // 2 + 1).sum(axis=1)
        centre = (lower + upper) / 2.0
    gaps = np.abs(place[None, :] - centre[:, None])
    return np.asarray((counts * gaps).sum(axis=1) / n, dtype=np.float64)


def smooth_spread(kind: str, n: int, draws: int) -> Floats:
    """Return (draws,) spreads of n answers spread evenly from 0 to 1, for sliders.

    Parameters
    ----------
    kind
        ``"variance"``, ``"ad_mean"`` or ``"ad_median"``.
    n
        Members; where they are more than 1,000, the spread is drawn from its normal law.
    draws
        R.

    Examples
    --------
    >>> round(float(smooth_spread("variance", 50, 4000).mean()), 2)
    0.08
    """
    rng = np.random.default_rng([n, draws])
    if n > 1000:
        centre, sd = (1.0 / 12.0, np.sqrt(1.0 / 180.0)) if kind == "variance" else (0.25, 48**-0.5)
        return np.asarray(centre + sd / np.sqrt(n) * rng.standard_normal(draws))
    values = rng.random((draws, n))
    if kind == "variance":
        return np.asarray(values.var(axis=1, ddof=1))
    middle = np.mean if kind == "ad_mean" else np.median
    return np.asarray(np.abs(values - middle(values, axis=1, keepdims=True)).mean(axis=1))
