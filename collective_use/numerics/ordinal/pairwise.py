"""Pairwise likelihoods of ordered answers, complete or with gaps.

Every pair of items adds the log-likelihood of its two-way table; a case that answered only one of
them adds that item's own. All derivatives are those by the thresholds and correlations.

References
----------
Katsikatsou, Moustaki, Yang-Wallentin & Joreskog (2012), Computational Statistics & Data Analysis
56:4243; Katsikatsou, Moustaki & Jamil (2022), British Journal of Mathematical and Statistical
Psychology 75:23 (available cases).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.ordinal.derivatives import TableScores, ordinal_pairs, threshold_scores
from collective_use.numerics.ordinal.moments import pair_index
from collective_use.numerics.ordinal.polychoric import FAR, padded, table_cells, thresholds_of
from collective_use.numerics.ordinal.polyserial import interval
from collective_use.numerics.types import Floats, Ints

_TINY = 1e-300
_STEP = 1e-4


@dataclass(frozen=True, slots=True)
class Pairwise:
    """What a pairwise likelihood needs of the answers of one group.

    Attributes
    ----------
    n
        Cases.
    item
        Item of every threshold, (h,).
    tables
        Two-way tables of the pairs, rows the second item, (m, K, K).
    alone
        By item and category: cases, each as often as it misses another item, (p, K).
    codes
        Answers (n, p) from 0, -1 where missing.
    """

    n: int
    item: Ints
    tables: Floats
    alone: Floats
    codes: Ints

    @property
    def p(self) -> int:
        """Number of items."""
        return int(self.codes.shape[1])

    def value(self, statistics: Floats) -> float:
        """Return the log-likelihood at thresholds and correlations; -inf where there is none."""
        rho = statistics[self.item.size :]
        cuts = self._cuts(statistics)
        counted = self.tables > 0
        if not (np.abs(rho) < 1).all() or any((np.diff(c[c < FAR]) <= 0).any() for c in cuts):
            return -np.inf
        rows, columns = pair_index(self.p)
        prob = np.maximum(table_cells(cuts[rows], cuts[columns], rho).prob, _TINY)
        single = interval(cuts[:, :-1], cuts[:, 1:])
        there = self.alone > 0
        return float(
            (self.tables[counted] * np.log(prob[counted])).sum()
            + (self.alone[there] * np.log(single[there])).sum()
        )

    def gradient(self, statistics: Floats) -> Floats:
        """Return the gradient, (k,)."""
        scores, out = self._pairs(statistics), np.zeros(statistics.size)
        rows, columns = pair_index(self.p)
        out[self.item.size :] = (self.tables * scores.by_rho).sum((1, 2))
        by_row = np.einsum("mij,mtij->mt", self.tables, scores.by_row)
        by_column = np.einsum("mij,mtij->mt", self.tables, scores.by_column)
        for j in range(self.p):
            places = np.flatnonzero(self.item == j)
            t = places.size
            out[places] = by_row[rows == j, :t].sum(0) + by_column[columns == j, :t].sum(0)
            own = threshold_scores(statistics[places])
            out[places] += self.alone[j, : t + 1] @ own
        return out

    def expected(self, statistics: Floats) -> Floats:
        """Return the expected negative second derivative, (k, k)."""
        cuts = self._cuts(statistics)
        rows, columns = pair_index(self.p)
        rho = statistics[self.item.size :]
        prob = np.maximum(table_cells(cuts[rows], cuts[columns], rho).prob, _TINY)
        weight = self.tables.sum((1, 2))[:, None, None] * prob
        out = np.zeros((statistics.size,) * 2)
        for pair, (places, D) in enumerate(self._designs(statistics)):
            out[np.ix_(places, places)] += np.einsum("aij,bij,ij->ab", D, D, weight[pair])
        for j in range(self.p):
            at = np.flatnonzero(self.item == j)
            own = threshold_scores(statistics[at])
            single = interval(cuts[j, : at.size + 1], cuts[j, 1 : at.size + 2])
            total = float(self.alone[j].sum())
            out[np.ix_(at, at)] += total * (own.T * single) @ own
        return out

    def hessian(self, statistics: Floats) -> Floats:
        """Return the second derivative by central differences of exact gradients, (k, k).

        A pair depends on its own thresholds and correlation alone, so that one of each is moved in
        all pairs at once.
        """
        rows, columns = pair_index(self.p)
        K, h = self.tables.shape[1], self.item.size
        sizes = np.bincount(self.item, minlength=self.p)
        at = np.concatenate([[0], np.cumsum(sizes)])
        cuts = self._cuts(statistics)
        point = np.column_stack([cuts[rows][:, 1:-1], cuts[columns][:, 1:-1], statistics[h:]])
        t = np.arange(K - 1)
        place = np.column_stack([
            np.where(t < sizes[rows, None], at[rows, None] + t, -1),
            np.where(t < sizes[columns, None], at[columns, None] + t, -1),
            h + np.arange(rows.size),
        ])  # fmt: skip
        out = np.zeros((statistics.size,) * 2)
        for j in range(point.shape[1]):
            moves = np.where(place[:, j] >= 0, _STEP, 0.0)
            slopes = [self._slopes(point, j, times * moves) for times in (1.0, -1.0, 2.0, -2.0)]
            curve = (8 * (slopes[0] - slopes[1]) - (slopes[2] - slopes[3])) / (12 * _STEP)
            known = (place >= 0) & (place[:, [j]] >= 0)
            np.add.at(out, (np.broadcast_to(place[:, [j]], place.shape)[known], place[known]),
                      curve[known])  # fmt: skip
        for i in range(self.p):
            own = np.arange(at[i], at[i + 1])
            out[np.ix_(own, own)] += self._curve_alone(i, statistics[own])
        return 0.5 * (out + out.T)

    def _slopes(self, point: Floats, j: int, moves: Floats) -> Floats:
        """Return every pair's gradient by its own statistics, the j-th moved, (m, 2K - 1)."""
        K = self.tables.shape[1]
        moved = point.copy()
        moved[:, j] += moves
        edge = np.full((len(point), 1), FAR)
        row = np.hstack([-edge, moved[:, : K - 1], edge])
        column = np.hstack([-edge, moved[:, K - 1 : -1], edge])
        scores = ordinal_pairs(row, column, moved[:, -1])
        return np.column_stack([
            np.einsum("mij,mtij->mt", self.tables, scores.by_row),
            np.einsum("mij,mtij->mt", self.tables, scores.by_column),
            (self.tables * scores.by_rho).sum((1, 2)),
        ])  # fmt: skip

    def _curve_alone(self, item: int, cuts: Floats) -> Floats:
        weight, out = self.alone[item, : cuts.size + 1], np.zeros((cuts.size,) * 2)
        for j in range(cuts.size):
            move = np.eye(cuts.size)[j] * _STEP
            near = weight @ (threshold_scores(cuts + move) - threshold_scores(cuts - move))
            far = weight @ (threshold_scores(cuts + 2 * move) - threshold_scores(cuts - 2 * move))
            out[j] = (8 * near - far) / (12 * _STEP)
        return out

    def scores(self, statistics: Floats) -> Floats:
        """Return the gradient of every case, (n, k)."""
        out = np.zeros((self.n, statistics.size))
        rows, columns = pair_index(self.p)
        for pair, (places, D) in enumerate(self._designs(statistics)):
            a, b = self.codes[:, rows[pair]], self.codes[:, columns[pair]]
            both = np.flatnonzero((a >= 0) & (b >= 0))
            out[np.ix_(both, places)] += D[:, a[both], b[both]].T
        missing = (self.codes < 0).sum(axis=1)
        for j in range(self.p):
            at = np.flatnonzero(self.item == j)
            some = np.flatnonzero((self.codes[:, j] >= 0) & (missing > 0))
            own = threshold_scores(statistics[at])
            out[np.ix_(some, at)] += missing[some, None] * own[self.codes[some, j]]
        return out

    def independent(self) -> Floats:
        """Return the statistics where all correlations are 0: the items' own thresholds."""
        cuts = [
            thresholds_of(np.bincount(self.codes[self.codes[:, j] >= 0, j]).astype(np.float64))
            for j in range(self.p)
        ]
        return np.concatenate([*cuts, np.zeros(self.tables.shape[0])])

    def saturated(self, start: Floats) -> Floats:
        """Return the thresholds and correlations that maximise the pairwise likelihood."""
        here, value = start.copy(), self.value(start)
        for step_number in range(100):
            slope = self.gradient(here)
            curve = self.expected(here) if step_number < 3 else -self.hessian(here)
            step = np.linalg.solve(curve, slope)
            if float(slope @ step) < 1e-18 * self.n:
                break
            factor = 1.0
            while factor > 1e-6 and not self.value(here + factor * step) > value:
                factor /= 2
            if factor <= 1e-6:
                break
            here = here + factor * step
            value = self.value(here)
        return here

    def _cuts(self, statistics: Floats) -> Floats:
        K = self.tables.shape[1]
        return np.array([
            padded(statistics[: self.item.size][self.item == j], K) for j in range(self.p)
        ])  # fmt: skip

    def _pairs(self, statistics: Floats) -> TableScores:
        cuts = self._cuts(statistics)
        rows, columns = pair_index(self.p)
        return ordinal_pairs(cuts[rows], cuts[columns], statistics[self.item.size :])

    def _designs(self, statistics: Floats) -> list[tuple[Ints, Floats]]:
        """Return by pair the places of its statistics and their log-derivatives by cell."""
        scores, out = self._pairs(statistics), []
        rows, columns = pair_index(self.p)
        for pair, (i, j) in enumerate(zip(rows, columns, strict=True)):
            a, b = np.flatnonzero(self.item == i), np.flatnonzero(self.item == j)
            places = np.concatenate([a, b, [self.item.size + pair]])
            D = np.concatenate([
                scores.by_row[pair, : a.size], scores.by_column[pair, : b.size],
                scores.by_rho[pair][None],
            ])  # fmt: skip
            out.append((places, D))
        return out


def pairwise_of(answers: Floats, item: Ints) -> Pairwise:
    """Count what a pairwise likelihood needs.

    Parameters
    ----------
    answers
        (n, p), coded from 0; NaN where missing.
    item
        Item of every threshold.

    Examples
    --------
    >>> y = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, np.nan]])
    >>> found = pairwise_of(y, np.array([0, 1]))
    >>> found.tables[0].tolist(), found.alone.tolist()
    ([[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 0.0]])
    """
    codes = np.where(np.isnan(answers), -1, answers).astype(np.intp)
    n, p = codes.shape
    K = int(np.bincount(item, minlength=p).max()) + 1
    rows, columns = pair_index(p)
    tables = np.zeros((rows.size, K, K))
    for pair, (i, j) in enumerate(zip(rows, columns, strict=True)):
        both = (codes[:, i] >= 0) & (codes[:, j] >= 0)
        np.add.at(tables[pair], (codes[both, i], codes[both, j]), 1.0)
    missing, alone = (codes < 0).sum(axis=1), np.zeros((p, K))
    for j in range(p):
        seen = codes[:, j] >= 0
        np.add.at(alone[j], codes[seen, j], missing[seen].astype(float))
    return Pairwise(n, item, tables, alone, codes)
