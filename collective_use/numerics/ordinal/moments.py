"""Thresholds, means, variances and correlations of mixed data with their joint covariance.

The asymptotic covariance is Muthen's: scores of all first-step and second-step likelihoods,
stacked, with the cross-products of the scores in place of the expected derivatives.

References
----------
Muthen (1984), Psychometrika 49:115, equations 17 to 20.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.ordinal.derivatives import (
    PairScores,
    continuous_pair,
    continuous_scores,
    mixed_pair,
    threshold_scores,
)
from collective_use.numerics.ordinal.polychoric import padded, thresholds_of
from collective_use.numerics.ordinal.polyserial import polyserial_correlations
from collective_use.numerics.ordinal.tables import Solved, Tables, solved, tables_of
from collective_use.numerics.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class OrdinalMoments:
    """First- and second-step estimates of p variables in one group.

    The k statistics are ordered as lavaan orders them: thresholds (ordered variables) and means
    (others) by variable, variances of continuous variables, correlations or covariances of the
    p(p-1)/2 pairs column by column.

    Attributes
    ----------
    n
        Cases.
    thresholds
        Thresholds and means by variable, (h,).
    item
        Variable of every threshold, (h,).
    is_mean
        Which of them are means, (h,).
    covariance
        (p, p): polychoric, polyserial and ordinary (co)variances; 1 on the diagonal of ordered
        variables.
    gamma
        Asymptotic covariance of sqrt(n) times the statistics, means with changed sign, (k, k).
    statistics
        The k statistics; a mean enters with changed sign, as a threshold would.
    empty_pairs
        Pairs of ordered variables with empty cells, (e, 2).
    limit_pairs
        Pairs whose correlation ran into the bound, (l, 2).
    independent
        The same covariance as if cases were independent, where clusters were given: what weights
        are made of, (k, k).
    """

    n: float
    thresholds: Floats
    item: Ints
    is_mean: NDArray[np.bool_]
    covariance: Floats
    gamma: Floats
    statistics: Floats
    empty_pairs: Ints
    limit_pairs: Ints
    independent: Floats | None = None


def pair_index(p: int) -> tuple[Ints, Ints]:
    """Return rows i > j of all pairs, column by column.

    Examples
    --------
    >>> [index.tolist() for index in pair_index(3)]
    [[1, 2, 2], [0, 0, 1]]
    """
    columns, rows = np.triu_indices(p, 1)
    return rows, columns


def ordinal_moments(
    data: Floats,
    categories: Sequence[int],
    weights: Floats | None = None,
    clusters: Ints | None = None,
) -> OrdinalMoments:
    """Estimate thresholds, means, variances and correlations and their covariance.

    Parameters
    ----------
    data
        (n, p); ordered variables are coded 0, 1, ..., categories - 1. Where all are ordered, NaN is
        a missing answer: each threshold rests on the cases that have the item, each correlation
        on those that have both.
    categories
        Number of categories by variable; 0 for continuous variables.
    weights
        How often each row occurs, (n,); 1 each when not given.
    clusters
        Cluster of every row, 0 to C - 1, (n,): scores are added up within clusters before their
        products, times C / (C - 1).

    Returns
    -------
    OrdinalMoments

    Raises
    ------
    ValueError
        When a category of an ordered variable has no cases.

    References
    ----------
    Muthen (1984), Psychometrika 49:115.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> z = rng.normal(size=(500, 2)) + rng.normal(size=(500, 1))
    >>> moments = ordinal_moments((z > 0).astype(float), [2, 2])
    >>> moments.gamma.shape
    (3, 3)
    """
    data, w = prepared(data, categories, weights, clusters)
    steps = FirstStep(data, categories, w)
    rows, columns = pair_index(data.shape[1])
    second = _second_step(data, w, steps, rows, columns)
    return assembled(steps, second, w, rows, columns, clusters)


def prepared(
    data: Floats, categories: Sequence[int], weights: Floats | None, clusters: Ints | None
) -> tuple[Floats, Floats]:
    """Return rows, merged where they are equal and independent, and how often each occurs."""
    if all(count > 0 for count in categories):
        data = np.where(np.isnan(data), -1.0, data)
        if clusters is None:
            data, weights = _patterns(data, weights)
    elif np.isnan(data).any():
        raise ValueError("missing answers need variables that are all ordered")
    return data, np.ones(data.shape[0]) if weights is None else weights


def assembled(
    steps: FirstStep, second: SecondStep, w: Floats, rows: Ints, columns: Ints,
    clusters: Ints | None,
) -> OrdinalMoments:  # fmt: skip
    """Return both steps' estimates with their covariance."""
    ordered = steps.categories > 0
    plain = _asymptotic_covariance(steps, second, w, rows, columns, None)
    clustered = clusters is not None
    gamma = (
        _asymptotic_covariance(steps, second, w, rows, columns, clusters) if clustered else plain
    )
    covariance = np.diag(np.where(ordered, 1.0, steps.variance))
    scale = np.where(ordered, 1.0, np.sqrt(steps.variance))
    values = second.rho * scale[rows] * scale[columns]
    covariance[rows, columns] = covariance[columns, rows] = values
    sign = np.where(steps.is_mean, -1.0, 1.0)
    statistics = np.concatenate([sign * steps.cuts, steps.variance[~ordered], values])
    pairs = np.column_stack([columns, rows])
    return OrdinalMoments(
        float(w.sum()), steps.cuts, steps.item, steps.is_mean, covariance, gamma, statistics,
        pairs[second.empty], pairs[second.at_limit], plain if clustered else None,
    )  # fmt: skip


def _patterns(data: Floats, weights: Floats | None) -> tuple[Floats, Floats]:
    """Merge equal rows."""
    base = int(data.max()) + 2
    if base ** data.shape[1] < 2**62:
        key = (data.astype(np.int64) + 1) @ (base ** np.arange(data.shape[1], dtype=np.int64))
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        kept = data[first]
    else:
        kept, inverse = np.unique(data, axis=0, return_inverse=True)
    return kept, np.bincount(inverse.reshape(-1), weights=weights).astype(float)


class FirstStep:
    """Univariate estimates and their casewise scores."""

    def __init__(self, data: Floats, categories: Sequence[int], w: Floats) -> None:
        p = data.shape[1]
        self.categories = np.array(categories)
        self.codes = np.where(self.categories > 0, data, 0.0).astype(np.intp)
        self.K = max(2, int(self.categories.max()))
        self.cuts_by_item: list[Floats] = []
        self.variance = np.ones(p)
        scores, by_variance = [], []
        for i, count in enumerate(categories):
            if count:
                codes = data[:, i].astype(np.intp)
                seen = codes >= 0
                counts = np.bincount(codes[seen], weights=w[seen], minlength=count)
                if (counts == 0).any():
                    raise ValueError(f"variable {i}: a category has no cases: {counts.tolist()}")
                cuts = thresholds_of(counts.astype(float))
                scores.append(threshold_scores(cuts)[codes] * seen[:, None])
            else:
                mean = np.average(data[:, i], weights=w)
                self.variance[i] = np.average((data[:, i] - mean) ** 2, weights=w)
                cuts = np.array([mean])
                by_mean, by_var = continuous_scores(data[:, i], mean, self.variance[i])
                scores.append(by_mean[:, None])
                by_variance.append(by_var[:, None])
            self.cuts_by_item.append(cuts)
        sizes = [cuts.size for cuts in self.cuts_by_item]
        self.cuts = np.concatenate(self.cuts_by_item)
        self.item = np.repeat(np.arange(p), sizes)
        self.start = np.concatenate([[0], np.cumsum(sizes)])
        self.is_mean = self.categories[self.item] == 0
        self.variance_item = np.flatnonzero(self.categories == 0)
        self.scores = np.concatenate([*scores, *by_variance], axis=1)
        self.owner = np.concatenate([self.item, self.variance_item])

    def places(self, i: int) -> Ints:
        """Return where the first-step statistics of variable i stand."""
        return np.flatnonzero(self.owner == i)


def tables_of_pairs(steps: FirstStep, w: Floats, rows: Ints, columns: Ints) -> Tables:
    """Return the two-way tables of pairs of ordered variables."""
    K, ordered = steps.K, steps.categories > 0
    cuts = [
        padded(own if known else np.zeros(1), K)
        for own, known in zip(steps.cuts_by_item, ordered, strict=True)
    ]
    return tables_of(steps.codes, w, np.array(cuts), rows, columns)


@dataclass(slots=True)
class SecondStep:
    rho: Floats
    scores: Floats
    by_first: Floats
    empty: NDArray[np.bool_]
    at_limit: NDArray[np.bool_]


def none_yet(n: int, m: int, k1: int) -> SecondStep:
    """Return an empty second step of n rows, m pairs and k1 statistics of the first step."""
    return SecondStep(
        np.zeros(m), np.zeros((n, m)), np.zeros((m, k1)), np.zeros(m, dtype=bool),
        np.zeros(m, dtype=bool),
    )  # fmt: skip


def _second_step(
    data: Floats, w: Floats, steps: FirstStep, rows: Ints, columns: Ints
) -> SecondStep:
    out = none_yet(data.shape[0], rows.size, steps.owner.size)
    is_ordered = steps.categories > 0
    both = np.flatnonzero(is_ordered[rows] & is_ordered[columns])
    if both.size:
        own = tables_of_pairs(steps, w, rows[both], columns[both])
        found = solved(own.counts, own.row_cuts, own.column_cuts)
        ordinal_block(steps, rows, columns, both, out, own, found)
    for pair in np.flatnonzero(~(is_ordered[rows] & is_ordered[columns])).tolist():
        i, j = int(rows[pair]), int(columns[pair])
        if not is_ordered[i] and not is_ordered[j]:
            scores = continuous_pair(data[:, i], data[:, j], w)
            order = (i, j)
        else:
            c, o = (j, i) if is_ordered[i] else (i, j)
            y = (data[:, c] - steps.cuts_by_item[c][0]) / np.sqrt(steps.variance[c])
            codes = data[:, o].astype(np.intp)
            rho, limit = polyserial_correlations(y, codes, steps.cuts_by_item[o], w)
            out.at_limit[pair] = limit
            scores = mixed_pair(y, codes, steps.cuts_by_item[o], rho, steps.variance[c])
            order = (c, o)
        _store(out, pair, scores, w, [steps.places(v) for v in order])
    return out


def _store(
    out: SecondStep, pair: int, scores: PairScores, w: Floats, places: Sequence[Ints]
) -> None:
    out.rho[pair] = scores.rho
    out.scores[:, pair] = scores.by_rho
    weighted = w * scores.by_rho
    for place, block in zip(places, (scores.first, scores.second), strict=True):
        out.by_first[pair, place[: block.shape[1]]] = weighted @ block


def ordinal_block(
    steps: FirstStep, rows: Ints, columns: Ints, both: Ints, out: SecondStep,
    own: Tables, pieces: Solved,
) -> None:  # fmt: skip
    """Put the correlations of ordered pairs, and each row's scores, where they belong."""
    K, i, j = steps.K, rows[both], columns[both]
    tables, place, seen = own.counts, own.place, own.seen
    found = pieces.correlations
    out.rho[both], out.at_limit[both] = found.rho, found.at_limit
    exists = (steps.categories[i][:, None] > np.arange(K))[:, :, None] & (
        steps.categories[j][:, None] > np.arange(K)
    )[:, None, :]
    out.empty[both] = ((tables == 0) & exists).any(axis=(1, 2))
    by_rho = pieces.by_rho.reshape(-1)[place + np.arange(both.size) * K * K]
    out.scores[:, both] = by_rho * seen
    weighted = tables * pieces.by_rho
    first = np.einsum("mab,mtab->mt", weighted, pieces.by_row)
    second = np.einsum("mab,mtab->mt", weighted, pieces.by_column)
    for at, pair in enumerate(both):
        for variable, block in ((rows[pair], first[at]), (columns[pair], second[at])):
            low, high = steps.start[variable], steps.start[variable + 1]
            out.by_first[pair, low:high] = block[: high - low]


def _asymptotic_covariance(
    steps: FirstStep,
    second: SecondStep,
    w: Floats,
    rows: Ints,
    columns: Ints,
    clusters: Ints | None,
) -> Floats:
    k1, m = steps.owner.size, second.rho.size
    scores = np.concatenate([steps.scores, second.scores], axis=1)
    inner = scores.T @ (w[:, None] * scores)
    same = steps.owner[:, None] == steps.owner[None, :]
    inverse11 = np.linalg.inv(np.where(same, inner[:k1, :k1], 0.0))
    information = np.diag(inner)[k1:]
    bread = np.zeros((k1 + m, k1 + m))
    bread[:k1, :k1] = inverse11
    bread[k1:, :k1] = -(second.by_first / information[:, None]) @ inverse11
    bread[k1:, k1:] = np.diag(1.0 / information)
    bread = _to_covariances(steps, second, rows, columns) @ bread
    bread[np.flatnonzero(steps.is_mean)] *= -1.0
    meat = inner if clusters is None else _within_clusters(w[:, None] * scores, clusters)
    gamma = bread @ meat @ bread.T * w.sum()
    return (gamma + gamma.T) / 2


def _within_clusters(scores: Floats, clusters: Ints) -> Floats:
    count = int(clusters.max()) + 1
    total = np.zeros((count, scores.shape[1]))
    np.add.at(total, clusters, scores)
    return np.asarray(total.T @ total * (count / (count - 1)))


def _to_covariances(steps: FirstStep, second: SecondStep, rows: Ints, columns: Ints) -> Floats:
    """Derivatives of covariances by variances and correlations (delta method)."""
    k1, m = steps.owner.size, second.rho.size
    H = np.eye(k1 + m)
    sd = np.where(steps.categories > 0, 1.0, np.sqrt(steps.variance))
    H[k1 + np.arange(m), k1 + np.arange(m)] = sd[rows] * sd[columns]
    h = steps.cuts.size
    for at, variable in enumerate(steps.variance_item):
        for mine, other in ((rows, columns), (columns, rows)):
            pairs = np.flatnonzero(mine == variable)
            H[k1 + pairs, h + at] = sd[other[pairs]] * second.rho[pairs] / (2 * sd[variable])
    return H
