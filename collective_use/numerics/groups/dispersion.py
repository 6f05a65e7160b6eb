"""Dispersion within groups: separation, disparity and variety (Harrison & Klein 2007).

Each index of a small group is biased as an estimate for the population the group comes from;
the `correct` argument applies the corrections of Biemann & Kearney (2010, Organizational
Research Methods 13:582). A group that is wholly observed needs none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from collective_use.numerics.groups.statistics import sum_by
from collective_use.numerics.types import Floats


def standard_deviation(deviations: ArrayLike, n: ArrayLike, *, correct: bool = True) -> Floats:
    """Return (G,) standard deviations, the index of separation.

    Parameters
    ----------
    deviations, n
        (G,) sums of squared deviations and numbers of answers.
    correct
        Use divisor n - 1 and the factor ``sqrt((n-1)/2) Γ((n-1)/2) / Γ(n/2)``, which makes the
        standard deviation unbiased for normal answers; otherwise divisor n as in Harrison &
        Klein (2007).

    Examples
    --------
    >>> standard_deviation([2.0], [2], correct=False).tolist()
    [1.0]
    """
    size = np.asarray(n, float)
    enough = size > 1
    k = np.where(enough, size, 2.0)
    if not correct:
        return np.where(enough, np.sqrt(np.asarray(deviations, float) / k), np.nan)
    half = (k - 1.0) / 2.0
    factor = np.sqrt(half) * np.exp(special.gammaln(half) - special.gammaln(half + 0.5))
    return np.where(enough, factor * np.sqrt(np.asarray(deviations, float) / (k - 1.0)), np.nan)


def coefficient_of_variation(
    deviations: ArrayLike, n: ArrayLike, means: ArrayLike, *, correct: bool = True
) -> Floats:
    """Return (G,) coefficients of variation, SD / mean, an index of disparity.

    The mean must be above zero: disparity asks for a ratio scale. Corrected, the SD has the
    divisor n - 1, as for points received from others; see `adjusted_variation` for one factor
    more.

    Examples
    --------
    >>> coefficient_of_variation([2.0], [2], [4.0], correct=False).tolist()
    [0.25]
    """
    size, centre = np.asarray(n, float), np.asarray(means, float)
    enough = (size > 1) & (centre > 0)
    divisor = np.where(enough, size, 2.0) - (1.0 if correct else 0.0)
    spread = np.sqrt(np.asarray(deviations, float) / divisor)
    return np.divide(spread, centre, out=np.full(spread.shape, np.nan), where=enough)


def adjusted_variation(deviations: ArrayLike, n: ArrayLike, means: ArrayLike) -> Floats:
    """Return (G,) coefficients of variation times ``1 + 1/(4n)``.

    Sokal & Rohlf (1995), as Biemann & Kearney (2010) advise. It lessens the bias of small
    groups for normal amounts and does not remove it.

    Examples
    --------
    >>> adjusted_variation([2.0], [2], [4.0]).round(4).tolist()
    [0.3977]
    """
    size = np.maximum(np.asarray(n, float), 1.0)
    return coefficient_of_variation(deviations, n, means) * (1.0 + 1.0 / (4.0 * size))


def concentration(values: ArrayLike, codes: ArrayLike, n_groups: int) -> tuple[Floats, ...]:
    """Return (G,) sums of squared shares, and shares of the one who has most.

    Parameters
    ----------
    values
        (N,) amounts of at least zero, no missing.
    codes
        (N,) group of each amount.
    n_groups
        G.

    Examples
    --------
    >>> [part.tolist() for part in concentration([1, 3], [0, 0], 1)]
    [[0.625], [0.75]]
    """
    x, groups = np.asarray(values, float), np.asarray(codes, np.intp)
    total = sum_by(groups, x, n_groups)
    most, least = np.full(n_groups, -np.inf), np.full(n_groups, np.inf)
    np.maximum.at(most, groups, x)
    np.minimum.at(least, groups, x)
    fine = (total > 0) & (least >= 0)
    squares = sum_by(groups, x * x, n_groups)
    empty = np.full(n_groups, np.nan)
    return (
        np.divide(squares, total * total, out=empty.copy(), where=fine),
        np.divide(most, total, out=empty.copy(), where=fine),
    )


def distinct(counts: ArrayLike) -> Floats:
    """Return (G,) the number of kinds that occur; NaN where nobody answered.

    Examples
    --------
    >>> distinct([[2, 0, 1], [0, 0, 0]]).tolist()
    [2.0, nan]
    """
    c = np.asarray(counts, float)
    return np.where(c.sum(axis=-1) > 0, (c > 0).sum(axis=-1).astype(float), np.nan)


def gini(values: ArrayLike, codes: ArrayLike, n_groups: int, *, correct: bool = True) -> Floats:
    """Return (G,) Gini coefficients: the mean difference of two members over twice the mean.

    Parameters
    ----------
    values
        (N,) values of at least zero, no missing.
    codes
        (N,) group of each value.
    n_groups
        G.
    correct
        Multiply by n / (n - 1), so that one member holding everything gives 1.

    Examples
    --------
    >>> gini([0, 0, 6], [0, 0, 0], 1).tolist()
    [1.0]
    >>> gini([2, 2, 2], [0, 0, 0], 1).tolist()
    [0.0]
    """
    x, groups = np.asarray(values, float), np.asarray(codes, np.intp)
    order = np.lexsort((x, groups))
    x, groups = x[order], groups[order]
    n = np.bincount(groups, minlength=n_groups)
    start = np.cumsum(n) - n
    rank = np.arange(len(x)) - start[groups] + 1
    total = sum_by(groups, x, n_groups)
    low = np.full(n_groups, np.inf)
    np.minimum.at(low, groups, x)
    weighted = sum_by(groups, (2.0 * rank - n[groups] - 1.0) * x, n_groups)
    fine = (n > 1) & (total > 0) & (low >= 0)
    bottom = total * ((n - 1) if correct else n)
    return np.divide(weighted, bottom, out=np.full(n_groups, np.nan), where=fine)


def blau(counts: ArrayLike, *, correct: bool = True) -> Floats:
    """Return (G,) Blau's index, the chance that two members differ in kind.

    Parameters
    ----------
    counts
        (G, K) members of each kind.
    correct
        Draw the two without replacement: ``1 - sum n_k (n_k - 1) / (n (n - 1))``.

    Examples
    --------
    >>> blau([[1, 1]], correct=False).tolist(), blau([[1, 1]]).tolist()
    ([0.5], [1.0])
    """
    c = np.asarray(counts, float)
    n = c.sum(axis=-1)
    same = (c * (c - 1.0)).sum(axis=-1) if correct else (c * c).sum(axis=-1)
    pairs = n * (n - 1.0) if correct else n * n
    return np.where(n > 1, 1.0 - same / np.where(n > 1, pairs, 1.0), np.nan)


def teachman(counts: ArrayLike, *, correct: bool = True) -> Floats:
    """Return (G,) Teachman's index, the entropy ``-sum p ln p``.

    The correction adds ``(K - 1) / (2 n)`` with K the kinds that occur (Miller 1955).

    Parameters
    ----------
    counts
        (G, K) members of each kind.
    correct
        Whether to correct for small groups.

    Examples
    --------
    >>> round(float(teachman([[2, 2]], correct=False)[0]), 4)
    0.6931
    """
    c = np.asarray(counts, float)
    n = c.sum(axis=-1)
    p = c / np.where(n > 0, n, 1.0)[..., None]
    value = special.entr(p).sum(axis=-1)
    if correct:
        value = value + ((c > 0).sum(axis=-1) - 1) / (2.0 * np.where(n > 0, n, 1.0))
    return np.where(n > 1, value, np.nan)


def mean_euclidean_distance(
    values: ArrayLike, codes: ArrayLike, n_groups: int, *, correct: bool = True
) -> Floats:
    """Return (G,) mean Euclidean distances, an index of separation.

    The mean over members i of ``sqrt(sum_j (x_i - x_j)² / n)`` (Harrison & Klein 2007). The
    inner sum is ``n (x_i - m)² + SS``, so it needs no pairs. A member is at no distance from
    himself; the correction divides by n - 1, the others, instead of n.

    Parameters
    ----------
    values
        (N,) values, no missing.
    codes
        (N,) group of each value.
    n_groups
        G.
    correct
        Whether to divide by n - 1.

    Examples
    --------
    >>> mean_euclidean_distance([1, 3], [0, 0], 1).tolist()
    [2.0]
    """
    x, groups = np.asarray(values, float), np.asarray(codes, np.intp)
    n = np.bincount(groups, minlength=n_groups).astype(float)
    x = x - (float(x[0]) if len(x) else 0.0)
    safe = np.where(n > 0, n, 1.0)
    gaps = x - (sum_by(groups, x, n_groups) / safe)[groups]
    squares = sum_by(groups, gaps * gaps, n_groups)
    divisor = np.where(n > 1, n - 1.0 if correct else n, 1.0)
    distance = np.sqrt((n[groups] * gaps * gaps + squares[groups]) / divisor[groups])
    return np.where(n > 1, sum_by(groups, distance, n_groups) / safe, np.nan)
