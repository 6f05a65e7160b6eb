"""Answers under a null, and the chance of agreement in very large groups.

From a thousand members on nothing is drawn member by member: a mean ratio of variances is taken as
normal, and for the average deviation the counts of options are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from collective_use.numerics.groups.chance_simulation import correlation_root
from collective_use.numerics.types import Floats

_POOL = 20_000


@dataclass(frozen=True, slots=True)
class NullModel:
    """What is drawn from.

    Attributes
    ----------
    proportions
        (A,) chance of each option; None draws evenly between 0 and 1, for sliders.
    variance
        The null variance in squared steps, which ratios are taken by.
    correlation
        (J, J) latent correlation of the items.
    """

    proportions: Floats | None
    variance: float
    correlation: Floats


def null_answers(
    rng: np.random.Generator, draws: int, n: int, null: NullModel
) -> NDArray[np.float32]:
    """Return (J, n, draws) answers in steps about the middle option."""
    root = correlation_root(null.correlation).astype(np.float32)
    J = len(root)
    # items first, so that each product and comparison runs along one long row
    normal = root @ rng.standard_normal((draws * n, J), dtype=np.float32).T
    if null.proportions is None:
        answers = special.ndtr(normal)
    else:
        shares = np.cumsum(null.proportions)[:-1] / np.sum(null.proportions)
        answers = np.full(normal.shape, -(len(null.proportions) // 2), dtype=np.int8)
        for edge in special.ndtri(np.clip(shares, 0.0, 1.0)):
            answers += (normal > edge).view(np.int8)
    by_member = answers.reshape(J, draws, n).swapaxes(1, 2)
    return np.ascontiguousarray(by_member, dtype=np.float32)


def large_ratio(
    rng: np.random.Generator, mask: NDArray[np.bool_], observed: float, null: NullModel
) -> tuple[float, float]:
    """Return the chance of as low a mean ratio of variances, and its 5% point, by a normal law.

    Parameters
    ----------
    rng
        For the pool of answers that gives the law.
    mask
        (n, J) whether a member answered an item.
    observed
        The mean over items of variance over null variance.
    null
        What is drawn from.
    """
    pool = null_answers(rng, _POOL, 1, null)[:, 0, :].T.astype(np.float64)
    squares = (pool - pool.mean(axis=0)) ** 2 / null.variance
    mean, covariance = squares.mean(axis=0), np.atleast_2d(np.cov(squares, rowvar=False))
    cells = mask.astype(float)
    n = cells.sum(axis=0)
    used = n > 1
    shared = (cells.T @ cells)[np.ix_(used, used)] / np.outer(n[used], n[used])
    spread = float((covariance[np.ix_(used, used)] * shared).sum()) / used.sum() ** 2
    centre = float(mean[used].mean())
    z = (observed - centre) / np.sqrt(spread)
    critical = centre + special.ndtri(0.05) * np.sqrt(spread)
    return max(float(special.ndtr(z)), 1e-300), float(critical)


def large_deviations(
    rng: np.random.Generator, mask: NDArray[np.bool_], null: NullModel, repetitions: int
) -> Floats:
    """Return (R,) mean average deviations of a very large group, from normal counts of options.

    The counts are drawn, not the AD: where the mean lies on an option, AD has a kink there and
    no normal law. A slider's counts are those of a hundred classes.
    """
    pool = null_answers(rng, _POOL, 1, null)[:, 0]
    if null.proportions is None:
        pool = np.clip(np.floor(pool * 100.0), 0.0, 99.0)
        options, share = np.arange(100.0), np.full(100, 0.01)
        unit = 0.01
    else:
        share = np.asarray(null.proportions, float) / np.sum(null.proportions)
        options, unit = (np.arange(len(share)) - len(share) // 2)[share > 0], 1.0
        share = share[share > 0]
    J = len(pool)
    ticks = (pool[:, None] == options[:, None]).reshape(J * len(options), -1).astype(np.float64)
    n = mask.sum(axis=0)
    shared = np.repeat(np.repeat(mask.T.astype(float) @ mask, len(options), 0), len(options), 1)
    covariance = np.cov(ticks) * shared
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    counts = (n[:, None] * share).ravel() + rng.standard_normal((repetitions, len(root))) @ root.T
    counts = counts.reshape(repetitions, J, len(options))[:, n > 1]
    total = counts.sum(axis=2)
    centre = (counts @ options) / total
    gaps = np.abs(options - centre[:, :, None])
    return np.asarray(unit * ((counts * gaps).sum(axis=2) / total).mean(axis=1))
