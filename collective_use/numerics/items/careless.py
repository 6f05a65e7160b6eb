"""Indices of careless responding: one number for each person, no verdict.

Each follows the definition in the literature; where the R package careless (1.2.2) computes
the same, the numbers agree. Missing answers are NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of identical answers.

    Attributes
    ----------
    longest
        (persons,) length of the longest run; NaN for a person without an answer.
    average
        (persons,) mean length of all runs; a missing answer is a run of its own.
    """

    longest: Array
    average: Array


@dataclass(frozen=True, slots=True)
class Within:
    """Correlations within persons.

    Attributes
    ----------
    value
        (persons,) the correlation; NaN where it does not exist.
    pairs
        (persons,) on how many pairs it rests.
    """

    value: Array
    pairs: Array


def longstring(answers: Array) -> Runs:
    """Return the longest and the average run of identical consecutive answers.

    Johnson (2005), Journal of Research in Personality 39:103. A missing answer ends a run.

    Parameters
    ----------
    answers
        (persons, items) in the order in which they were shown, before reverse keying.

    Examples
    --------
    >>> longstring(np.array([[1.0, 1, 1, 2], [1, np.nan, 1, 1]])).longest.tolist()
    [3.0, 2.0]
    """
    table = np.asarray(answers, dtype=float)
    persons, items = table.shape
    if items == 0:
        return Runs(np.full(persons, np.nan), np.full(persons, np.nan))
    run = np.ones(persons)
    longest = np.ones(persons)
    runs = np.ones(persons)
    for item in range(1, items):
        same = table[:, item] == table[:, item - 1]
        run = np.where(same, run + 1, 1)
        runs += ~same
        longest = np.maximum(longest, run)
    longest = np.where(np.isnan(table).all(axis=1), np.nan, longest)
    return Runs(longest, items / runs)


def irv(answers: Array) -> Array:
    """Return the intra-individual response variability: the sample SD of a person's answers.

    Dunn, Heggestad, Shanock & Theilgard (2018), Journal of Business and Psychology 33:105.

    Parameters
    ----------
    answers
        (persons, items) before reverse keying.

    Returns
    -------
    numpy.ndarray
        (persons,) with n - 1 in the denominator; NaN for fewer than two answers.

    Examples
    --------
    >>> irv(np.array([[1.0, 3.0], [2.0, np.nan]])).tolist()
    [1.4142135623730951, nan]
    """
    table = np.asarray(answers, dtype=float)
    given = ~np.isnan(table)
    count = given.sum(axis=1)
    mean = np.where(given, table, 0).sum(axis=1) / np.maximum(count, 1)
    spread = np.where(given, table - mean[:, None], 0)
    variance = (spread**2).sum(axis=1) / np.maximum(count - 1, 1)
    return np.where(count > 1, np.sqrt(variance), np.nan)


def row_correlations(left: Array, right: Array) -> Within:
    """Return the correlation of two rows for each person, over the pairs that are complete.

    Parameters
    ----------
    left, right
        (persons, pairs).

    Examples
    --------
    >>> row_correlations(np.array([[1.0, 2, 3]]), np.array([[2.0, 4, 6]])).value.tolist()
    [1.0]
    """
    both = ~(np.isnan(left) | np.isnan(right))
    count = both.sum(axis=1)
    share = np.maximum(count, 1)
    x = np.where(both, left, 0)
    y = np.where(both, right, 0)
    dx = np.where(both, left - (x.sum(axis=1) / share)[:, None], 0)
    dy = np.where(both, right - (y.sum(axis=1) / share)[:, None], 0)
    sxx, syy, sxy = (dx * dx).sum(axis=1), (dy * dy).sum(axis=1), (dx * dy).sum(axis=1)
    tiny = 1e-14 * np.maximum((x * x).sum(axis=1), (y * y).sum(axis=1))
    good = (count > 1) & (sxx > tiny) & (syy > tiny)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.clip(sxy / np.sqrt(sxx * syy), -1, 1)
    return Within(np.where(good, value, np.nan), count)


def even_odd(keyed: Array, factors: Sequence[Sequence[int]]) -> Within:
    """Return the even-odd consistency, stepped up by Spearman and Brown.

    Items of each scale are parted into even and odd ones; the two means are correlated over
    scales within a person (Johnson 2005). High means consistent: R's careless from version 1.2
    on reports the negative.

    Parameters
    ----------
    keyed
        (persons, items) after reverse keying.
    factors
        For each scale the columns of its items.

    Returns
    -------
    Within
        Values from -1 to 1, and the number of scales that both halves of which were answered.

    Examples
    --------
    >>> keyed = np.array([[1.0, 1, 3, 3, 5, 5]])
    >>> even_odd(keyed, [[0, 1], [2, 3], [4, 5]]).value.tolist()
    [1.0]
    """
    table = np.asarray(keyed, dtype=float)
    halves = [
        np.column_stack([_means(table[:, list(columns)[start::2]]) for columns in factors])
        for start in (1, 0)
    ]
    found = row_correlations(halves[0], halves[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        stepped = 2 * found.value / (1 + found.value)
    return Within(np.where(stepped < -1, -1.0, stepped), found.pairs)


def _means(block: Array) -> Array:
    given = ~np.isnan(block)
    count = given.sum(axis=1)
    total = np.where(given, block, 0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _pairwise(table: Array) -> tuple[Array, Array]:
    """Return covariances and correlations over pairs of complete answers."""
    given = (~np.isnan(table)).astype(float)
    zero = np.where(given > 0, table, 0)
    n = given.T @ given
    sums = zero.T @ given
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums / n
        cross = zero.T @ zero - n * mean * mean.T
        covariance = cross / (n - 1)
        squares = (zero**2).T @ given - n * mean**2
        correlation = cross / np.sqrt(squares * squares.T)
    return covariance, correlation


def mahalanobis(answers: Array) -> Array:
    """Return the squared Mahalanobis distance of each person from the mean.

    Covariances are pairwise; a missing answer counts as the mean. This is what R's
    ``psych::outlier`` (and careless with it) computes.

    Parameters
    ----------
    answers
        (persons, items).

    Returns
    -------
    numpy.ndarray
        (persons,) squared distances; NaN for persons without an answer, and for all where the
        covariance matrix cannot be inverted.

    Examples
    --------
    >>> mahalanobis(np.array([[1.0, 2], [2, 1], [3, 3], [2, 2]])).round(3).tolist()
    [2.0, 2.0, 2.0, 0.0]
    """
    table = np.asarray(answers, dtype=float)
    some = ~np.isnan(table).all(axis=1)
    result = np.full(len(table), np.nan)
    block = table[some]
    if not len(block):
        return result
    centred = block - np.nanmean(block, axis=0) if block.size else block
    covariance, _ = _pairwise(centred)
    if not np.isfinite(covariance).all() or np.linalg.cond(covariance) > 1e12:
        return result
    zero = np.where(np.isnan(centred), 0, centred)
    result[some] = (zero * np.linalg.solve(covariance, zero.T).T).sum(axis=1)
    return result


def synonym_pairs(answers: Array, critical: float = 0.60, *, antonyms: bool = False) -> Array:
    """Return the pairs of items whose correlation is beyond a critical value.

    Parameters
    ----------
    answers
        (persons, items) before reverse keying.
    critical
        Above it (or for antonyms below minus it).
    antonyms
        Pairs of opposite meaning instead.

    Returns
    -------
    numpy.ndarray
        (pairs, 2) column numbers, the later one first.

    Examples
    --------
    >>> synonym_pairs(np.array([[1.0, 1, 3], [2, 2, 2], [3, 3, 1]])).tolist()
    [[1, 0]]
    """
    _, correlation = _pairwise(np.asarray(answers, dtype=float))
    low = np.tril(np.ones_like(correlation, dtype=bool), -1)
    with np.errstate(invalid="ignore"):
        beyond = correlation < -abs(critical) if antonyms else correlation > abs(critical)
    column, row = np.nonzero((low & beyond).T)
    return np.column_stack([row, column])


def psychometric_pairs(answers: Array, pairs: Array) -> Within:
    """Return the correlation of each person's answers over pairs of synonyms or antonyms.

    Meade & Craig (2012), Psychological Methods 17:437. A person needs three complete pairs.
    Where all answers on one side are the same the correlation does not exist; R's careless
    shuffles sides at random then unless ``resample_na = FALSE``, this does not.

    Parameters
    ----------
    answers
        (persons, items) before reverse keying.
    pairs
        From `synonym_pairs`.

    Examples
    --------
    >>> psychometric_pairs(np.array([[1.0, 1, 2, 2, 5, 4]]), np.array([[1, 0], [3, 2], [5, 4]]))
    Within(value=array([0.99587059]), pairs=array([3]))
    """
    table = np.asarray(answers, dtype=float)
    places = np.asarray(pairs, dtype=int).reshape(-1, 2)
    found = row_correlations(table[:, places[:, 0]], table[:, places[:, 1]])
    return Within(np.where(found.pairs > 2, found.value, np.nan), found.pairs)
