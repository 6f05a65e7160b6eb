"""How many factors: rules on the eigenvalues and partial correlations of a correlation matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from collective_use.errors import EstimationError
from collective_use.numerics.types import Floats

Draw = Callable[[int], Floats]

QUANTILE = 0.95
"""The quantile of chance eigenvalues that an observed one has to exceed (Glorfeld 1995)."""


@dataclass(frozen=True, slots=True)
class MinimumPartial:
    """Average squared (and fourth-power) partial correlations after 0, 1, ... components."""

    squared: Floats
    fourth: Floats
    original: int
    revised: int


@dataclass(frozen=True, slots=True)
class Parallel:
    """Observed eigenvalues beside those of chance.

    Attributes
    ----------
    observed, mean, quantile
        (J,) eigenvalues, falling.
    factors_mean, factors_quantile
        Observed eigenvalues before the first that does not exceed chance.
    """

    observed: Floats
    mean: Floats
    quantile: Floats
    factors_mean: int
    factors_quantile: int


def eigenvalues(correlation: Floats) -> Floats:
    """Return the eigenvalues, falling.

    Examples
    --------
    >>> import numpy as np
    >>> eigenvalues(np.array([[1.0, 0.5], [0.5, 1.0]])).tolist()
    [1.5, 0.5]
    """
    return np.asarray(np.linalg.eigvalsh(correlation)[::-1], np.float64)


def reduced_eigenvalues(correlation: Floats) -> Floats:
    """Return the eigenvalues with squared multiple correlations on the diagonal, falling.

    Raises
    ------
    EstimationError
        When the matrix is singular, so that an item is a sum of others.

    Examples
    --------
    >>> import numpy as np
    >>> reduced_eigenvalues(np.array([[1.0, 0.5], [0.5, 1.0]])).round(3).tolist()
    [0.75, -0.25]
    """
    if np.linalg.eigvalsh(correlation)[0] <= 1e-10:
        raise EstimationError("the correlation matrix is singular: an item is a sum of others")
    reduced = correlation.copy()
    np.fill_diagonal(reduced, 1.0 - 1.0 / np.diag(np.linalg.inv(correlation)))
    return eigenvalues(reduced)


def exceeding(observed: Floats, chance: Floats) -> int:
    """Return how many eigenvalues come before the first that does not exceed chance.

    Examples
    --------
    >>> import numpy as np
    >>> exceeding(np.array([3.0, 1.2, 0.8]), np.array([1.5, 1.3, 1.0]))
    1
    """
    below = np.flatnonzero(observed <= chance)
    return int(below[0]) if len(below) else len(observed)


def minimum_partial(correlation: Floats) -> MinimumPartial:
    """Return Velicer's (1976) minimum average partial and its revision (Velicer et al. 2000).

    Examples
    --------
    >>> import numpy as np
    >>> minimum_partial(np.full((4, 4), 0.5) + 0.5 * np.eye(4)).original
    1
    """
    values, vectors = np.linalg.eigh(correlation)
    components = vectors[:, ::-1] * np.sqrt(np.maximum(values[::-1], 0.0))
    p = len(correlation)
    low = np.tril_indices(p, -1)
    averages = [(np.mean(correlation[low] ** 2), np.mean(correlation[low] ** 4))]
    for m in range(1, p - 1):
        partial = correlation - components[:, :m] @ components[:, :m].T
        spread = np.diag(partial)
        if spread.min() < 1e-8:
            break
        partial = partial / np.sqrt(np.outer(spread, spread))
        averages.append((np.mean(partial[low] ** 2), np.mean(partial[low] ** 4)))
    squared, fourth = np.array(averages).T
    return MinimumPartial(squared, fourth, int(squared.argmin()), int(fourth.argmin()))


def empirical_kaiser(observed: Floats, n: int) -> tuple[Floats, int]:
    """Return the references and the number of the empirical Kaiser criterion.

    Braeken & van Assen (2017, Psychological Methods 22:450): the eigenvalues that sampling alone
    would give after the variance already accounted for, at least 1.

    Examples
    --------
    >>> import numpy as np
    >>> empirical_kaiser(np.array([2.5, 0.3, 0.2]), 100)[1]
    1
    """
    p = len(observed)
    before = np.concatenate([[0.0], np.cumsum(observed)[:-1]])
    left = (p - before) / (p - np.arange(p))
    reference = np.maximum((1.0 + np.sqrt(p / n)) ** 2 * left, 1.0)
    return reference, exceeding(observed, reference)


def parallel_from(observed: Floats, chance: Floats) -> Parallel:
    """Compare eigenvalues with those of (R, J) chance matrices (Horn 1965).

    Examples
    --------
    >>> import numpy as np
    >>> parallel_from(np.array([2.0, 0.5]), np.array([[1.2, 0.8], [1.1, 0.9]])).factors_mean
    1
    """
    mean, high = chance.mean(axis=0), np.quantile(chance, QUANTILE, axis=0)
    return Parallel(observed, mean, high, exceeding(observed, mean), exceeding(observed, high))


def correlations_of(draws: Floats) -> Floats:
    """Return the (R, J, J) correlations of (R, n, J) data.

    Examples
    --------
    >>> import numpy as np
    >>> correlations_of(np.array([[[1.0, 2.0], [2.0, 4.0], [3.0, 7.0]]])).shape
    (1, 2, 2)
    """
    centred = draws - draws.mean(axis=1, keepdims=True)
    cross = np.matmul(np.swapaxes(centred, 1, 2), centred)
    spread = np.sqrt(np.einsum("rjj->rj", cross))
    return cross / (spread[:, :, None] * spread[:, None, :])


def normal_correlations(n: int, items: int, repetitions: int, rng: np.random.Generator) -> Floats:
    """Return (R, J, J) correlations of n independent normal cases, drawn as Wishart matrices.

    Bartlett's (1933) decomposition draws the sums of squares themselves, in a time that does not
    grow with n.

    Examples
    --------
    >>> import numpy as np
    >>> normal_correlations(100, 3, 5, np.random.default_rng(1)).shape
    (5, 3, 3)
    """
    factor = np.tril(rng.normal(size=(repetitions, items, items)), -1)
    degrees = n - 1 - np.arange(items)
    index = np.arange(items)
    factor[:, index, index] = np.sqrt(rng.chisquare(degrees, size=(repetitions, items)))
    cross = np.matmul(factor, np.swapaxes(factor, 1, 2))
    spread = np.sqrt(np.einsum("rjj->rj", cross))
    return cross / (spread[:, :, None] * spread[:, None, :])


def all_eigenvalues(correlations: Floats) -> Floats:
    """Return the (R, J) eigenvalues of (R, J, J) matrices, falling.

    Examples
    --------
    >>> import numpy as np
    >>> all_eigenvalues(np.eye(2)[None]).tolist()
    [[1.0, 1.0]]
    """
    return np.asarray(np.linalg.eigvalsh(correlations)[:, ::-1], np.float64)


def all_reduced_eigenvalues(correlations: Floats) -> Floats:
    """Return (R, J) eigenvalues with squared multiple correlations on the diagonals, falling.

    Examples
    --------
    >>> import numpy as np
    >>> all_reduced_eigenvalues(np.eye(2)[None]).tolist()
    [[0.0, 0.0]]
    """
    index = np.arange(correlations.shape[1])
    inverse = np.linalg.inv(correlations)
    reduced = correlations.copy()
    reduced[:, index, index] = 1.0 - 1.0 / inverse[:, index, index]
    return np.asarray(np.linalg.eigvalsh(reduced)[:, ::-1], np.float64)


def sampling_adequacy(correlation: Floats) -> tuple[Floats, float]:
    """Return Kaiser's (1974) measure of sampling adequacy by item and over all.

    Examples
    --------
    >>> import numpy as np
    >>> round(sampling_adequacy(np.full((3, 3), 0.5) + 0.5 * np.eye(3))[1], 6)
    0.692308
    """
    inverse = np.linalg.inv(correlation)
    spread = np.sqrt(np.diag(inverse))
    partial = -inverse / np.outer(spread, spread)
    off = ~np.eye(len(inverse), dtype=bool)
    r2, q2 = np.where(off, correlation**2, 0.0), np.where(off, partial**2, 0.0)
    items = r2.sum(axis=0) / (r2.sum(axis=0) + q2.sum(axis=0))
    return items, float(r2.sum() / (r2.sum() + q2.sum()))


def sphericity(correlation: Floats, n: int) -> tuple[float, int, float]:
    """Return chi-square, df and p of Bartlett's (1951) test that no items correlate.

    Examples
    --------
    >>> import numpy as np
    >>> sphericity(np.eye(3), 100)[1:]
    (3, 1.0)
    """
    p = len(correlation)
    chisq = -float(np.linalg.slogdet(correlation)[1]) * (n - 1 - (2 * p + 5) / 6)
    df = p * (p - 1) // 2
    return chisq, df, float(stats.chi2.sf(chisq, df))
