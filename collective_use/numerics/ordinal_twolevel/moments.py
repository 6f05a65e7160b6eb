"""Thresholds, correlations within and covariances between clusters, with their joint covariance.

The asymptotic covariance adds up influences of clusters: those of a pair's estimates carry the
errors of the two items' own. Expected derivatives are taken as cross-products of scores.

References
----------
Asparouhov & Muthen (2007), Proceedings of the Joint Statistical Meeting, Section on Statistics in
Epidemiology: 2531; Muthen (1984), Psychometrika 49:115, equations 17 to 20.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.ordinal.moments import OrdinalMoments, pair_index
from collective_use.numerics.ordinal_twolevel.bivariate import PairFit, fit_pair
from collective_use.numerics.ordinal_twolevel.univariate import ItemFit, fit_item
from collective_use.numerics.sem.model import vech_index
from collective_use.numerics.types import Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLevelOrdinalMoments(OrdinalMoments):
    """First- and second-stage estimates of p ordered items in one group of clusters.

    Statistics are the thresholds by item, the correlations within clusters of the pairs column by
    column (`covariance`), and the lower triangle of the covariances between clusters column by
    column (`between`). Units are the items' standard deviations within clusters.

    Attributes
    ----------
    between
        Covariances between clusters, (p, p).
    J
        Clusters.
    at_border
        Items whose variance between clusters is estimated at 0.
    between_limits
        Pairs whose correlation between clusters ran into the bound, (l, 2).
    unfinished
        Items (i, i) and pairs (i, j) whose maximum was not found, (m, 2).
    """

    between: Floats
    J: int
    at_border: Ints
    between_limits: Ints
    unfinished: Ints


def two_level_ordinal_moments(
    answers: Floats, categories: Sequence[int], clusters: Ints
) -> TwoLevelOrdinalMoments:
    """Estimate what ordered answers tell of both levels, and its covariance.

    Parameters
    ----------
    answers
        (n, p), coded 0, 1, ..., categories - 1, NaN where missing: an item rests on the cases that
        answered it, a pair on those that answered both.
    categories
        Number of categories by item.
    clusters
        Cluster of every case, 0 to J - 1, (n,).

    References
    ----------
    Asparouhov & Muthen (2007).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> team = np.repeat(np.arange(60), 5)
    >>> y = rng.normal(size=(60, 2))[team] + rng.normal(size=(300, 2))
    >>> found = two_level_ordinal_moments((y > 0).astype(float), [2, 2], team)
    >>> found.statistics.size, found.gamma.shape
    (6, (6, 6))
    """
    n, p = answers.shape
    J = int(clusters.max()) + 1
    codes = np.where(np.isnan(answers), -1, answers).astype(np.intp)
    items = [fit_item(_counted(codes[:, [i]], [categories[i]], clusters, J)) for i in range(p)]
    second, first = pair_index(p)
    pairs = [
        fit_pair(
            _counted(codes[:, [a, b]], [categories[a], categories[b]], clusters, J),
            items[a], items[b],
        )
        for a, b in zip(first, second, strict=True)
    ]  # fmt: skip
    within, between = np.eye(p), np.diag([item.variance for item in items])
    within[first, second] = within[second, first] = [pair.correlation for pair in pairs]
    between[first, second] = between[second, first] = [pair.covariance for pair in pairs]
    cuts = np.concatenate([item.thresholds for item in items])
    influence = _influences(items, pairs, first, second)
    covariance = influence.T @ influence
    rows, columns = vech_index(p)
    both = np.column_stack([first, second])
    return TwoLevelOrdinalMoments(
        n=float(n), thresholds=cuts,
        item=np.repeat(np.arange(p), [item.thresholds.size for item in items]),
        is_mean=np.zeros(cuts.size, dtype=bool), covariance=within,
        gamma=n * (covariance + covariance.T) / 2,
        statistics=np.concatenate([cuts, within[second, first], between[rows, columns]]),
        empty_pairs=both[_sparse(codes, categories, first, second)],
        limit_pairs=both[[pair.within_limit for pair in pairs]],
        between=between, J=J,
        at_border=np.flatnonzero([item.at_border for item in items]),
        between_limits=both[[pair.between_limit for pair in pairs]],
        unfinished=_unfinished(items, pairs, both),
    )  # fmt: skip


def _counted(codes: Ints, categories: Sequence[int], clusters: Ints, J: int) -> Floats:
    """Count answers by cluster and category of one item or two, cases that have all."""
    seen = (codes >= 0).all(axis=1)
    out = np.zeros((J, *categories))
    np.add.at(out, (clusters[seen], *codes[seen].T), 1.0)
    return out


def _sparse(codes: Ints, categories: Sequence[int], first: Ints, second: Ints) -> NDArray[np.bool_]:
    """Tell which two-way tables, clusters together, have empty cells."""
    alone = np.zeros(len(codes), dtype=np.intp)
    return np.array([
        (_counted(codes[:, [a, b]], [categories[a], categories[b]], alone, 1) == 0).any()
        for a, b in zip(first, second, strict=True)
    ], dtype=bool)  # fmt: skip


def _unfinished(items: Sequence[ItemFit], pairs: Sequence[PairFit], both: Ints) -> Ints:
    alone = [(i, i) for i, item in enumerate(items) if not item.converged]
    joint = [tuple(place) for place, pair in zip(both.tolist(), pairs, strict=True)
             if not pair.converged]  # fmt: skip
    return np.array([*alone, *joint], dtype=np.intp).reshape(-1, 2)


def _influences(
    items: Sequence[ItemFit], pairs: Sequence[PairFit], first: Ints, second: Ints
) -> Floats:
    """Return the influence of every cluster on the statistics, in their order, (J, k)."""
    own = [item.scores @ np.linalg.pinv(item.scores.T @ item.scores) for item in items]
    p = len(items)
    joint = []
    for pair, a, b in zip(pairs, first, second, strict=True):
        V = pair.scores
        carried = own[a] @ (pair.by_first.T @ V) + own[b] @ (pair.by_second.T @ V)
        joint.append((V - carried) @ np.linalg.pinv(V.T @ V))
    place = np.full((p, p), -1)
    place[first, second] = place[second, first] = np.arange(len(pairs))
    rows, columns = vech_index(p)
    return np.column_stack([
        *[values[:, :-1] for values in own],
        *[values[:, [0]] for values in joint],
        *[own[i][:, [-1]] if i == j else joint[place[i, j]][:, [1]]
          for i, j in zip(rows, columns, strict=True)],
    ])  # fmt: skip
