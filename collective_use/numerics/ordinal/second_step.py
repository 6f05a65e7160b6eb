"""Correlations of pairs of mixed variables, first-step statistics given, with casewise scores.

References
----------
Muthen (1984), Psychometrika 49:115, equations 17 to 20.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.ordinal.derivatives import (
    PairScores,
    by_cuts,
    by_location_and_variance,
    mixed_scores,
    residual_pair,
)
from collective_use.numerics.ordinal.first_step import FirstStep
from collective_use.numerics.ordinal.given_pairs import Edges, correlation_given, edge_scores
from collective_use.numerics.ordinal.polychoric import padded
from collective_use.numerics.ordinal.polyserial import (
    code_correlation,
    edges_of,
    polyserial_correlations,
)
from collective_use.numerics.ordinal.tables import Solved, Tables, solved, tables_of
from collective_use.numerics.types import Floats, Ints


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
    """Correlations of m pairs, filled pair by pair.

    Attributes
    ----------
    rho
        (m,).
    scores
        Casewise derivatives of each pair's log-likelihood by its correlation, (n, m).
    by_first
        Sums over cases of these scores times the same log-likelihoods' derivatives by statistics of
        the first step, (m, k1).
    empty
        Whether two answers that occur never occur together, (m,).
    at_limit
        Whether the correlation ran into the bound of .999, (m,).
    """

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


def second_step(steps: FirstStep, w: Floats, rows: Ints, columns: Ints) -> SecondStep:
    """Estimate the correlations of pairs.

    Two ordered variables without covariates are told by their table; other pairs by the likelihood
    of every case.

    Parameters
    ----------
    steps
        First-step statistics, with covariates or without.
    w
        How often each row counts, (n,).
    rows, columns
        The variables of each pair, (m,).
    """
    n = w.size
    out = none_yet(n, rows.size, steps.owner.size)
    is_ordered = steps.categories > 0
    tabled = is_ordered[rows] & is_ordered[columns] & (steps.given.shape[1] == 0)
    both = np.flatnonzero(tabled)
    if both.size:
        own = tables_of_pairs(steps, w, rows[both], columns[both])
        found = solved(own.counts, own.row_cuts, own.column_cuts)
        ordinal_block(steps, rows, columns, both, out, own, found)
    for pair in np.flatnonzero(~tabled).tolist():
        _pair(out, pair, steps, w, int(rows[pair]), int(columns[pair]))
    return out


@dataclass(frozen=True, slots=True)
class _Cases:
    """Cases that have both variables of a pair."""

    steps: FirstStep
    rows: Ints
    w: Floats

    def edges(self, v: int) -> Edges:
        """Return edges of an ordered variable, less what covariates explain."""
        part = self.steps.parts[v]
        if self.steps.given.shape[1]:
            return part.lower[self.rows], part.upper[self.rows]
        return edges_of(self.codes(v), part.cuts)

    def residual(self, v: int) -> Floats:
        """Return the standardised residual of a continuous variable."""
        return self.steps.parts[v].lower[self.rows]

    def codes(self, v: int) -> Ints:
        """Return the answers to an ordered variable."""
        return self.steps.codes[self.rows, v]

    def by_edges(self, v: int, own: Edges) -> Floats:
        """Return derivatives by thresholds and slopes from those by the edges of an ordered one."""
        cuts = by_cuts(self.codes(v), self.steps.cuts_by_item[v].size, own[0], own[1])
        return np.column_stack([cuts, -(own[0] + own[1])[:, None] * self.steps.given[self.rows]])

    def by_residual(self, by_mean: Floats, by_variance: Floats) -> Floats:
        """Return derivatives by intercept, slopes and variance of a continuous variable."""
        return np.column_stack(
            [by_mean, by_mean[:, None] * self.steps.given[self.rows], by_variance]
        )


def _pair(out: SecondStep, pair: int, steps: FirstStep, w: Floats, i: int, j: int) -> None:
    """Estimate one correlation from the cases themselves."""
    is_ordered = steps.categories > 0
    rows = np.flatnonzero(steps.seen[:, i] & steps.seen[:, j])
    cases = _Cases(steps, rows, w[rows])
    if is_ordered[i] and is_ordered[j]:
        scores, out.at_limit[pair] = _ordered(cases, i, j)
        out.empty[pair] = _has_empty(cases, i, j)
    elif is_ordered[i] or is_ordered[j]:
        i, j = (j, i) if is_ordered[i] else (i, j)
        scores, out.at_limit[pair] = _mixed(cases, i, j)
    else:
        scores = _continuous(cases, i, j)
    out.rho[pair] = scores.rho
    out.scores[rows, pair] = scores.by_rho
    weighted = cases.w * scores.by_rho
    for v, block in ((i, scores.first), (j, scores.second)):
        out.by_first[pair, steps.places(v)] = weighted @ block


def _has_empty(cases: _Cases, i: int, j: int) -> bool:
    """Tell whether two answers never occur together whose margins both do."""
    K, L = (int(cases.steps.categories[v]) for v in (i, j))
    there = cases.w > 0
    cell = cases.codes(i)[there] * L + cases.codes(j)[there]
    return bool((np.bincount(cell, minlength=K * L) == 0).any())


def _ordered(cases: _Cases, i: int, j: int) -> tuple[PairScores, bool]:
    first, second = cases.edges(i), cases.edges(j)
    rho, limit = correlation_given(first, second, cases.w, _residual_correlation(cases, i, j))
    s = edge_scores(first, second, rho)
    blocks = cases.by_edges(i, s.first), cases.by_edges(j, s.second)
    return PairScores(rho, s.by_rho, *blocks), limit


def _residual_correlation(cases: _Cases, i: int, j: int) -> float:
    """Correlate the generalised residuals: where the search begins."""
    steps = cases.steps
    r = [
        steps.parts[v].scores[cases.rows, : steps.cuts_by_item[v].size].sum(axis=1) for v in (i, j)
    ]
    size = np.sqrt(float(cases.w @ r[0] ** 2) * float(cases.w @ r[1] ** 2))
    return float(cases.w @ (r[0] * r[1])) / size if size > 0 else 0.0


def _mixed(cases: _Cases, c: int, o: int) -> tuple[PairScores, bool]:
    z, (lower, upper) = cases.residual(c), cases.edges(o)
    start = code_correlation(z, cases.codes(o), cases.w)
    rho, limit = polyserial_correlations(z, lower, upper, start, cases.w)
    s = mixed_scores(z, lower, upper, rho)
    moved = by_location_and_variance(s.by_y, z, float(cases.steps.variance[c]))
    first, second = cases.by_residual(*moved), cases.by_edges(o, (s.by_lower, s.by_upper))
    return PairScores(rho, s.by_rho, first, second), limit


def _continuous(cases: _Cases, i: int, j: int) -> PairScores:
    sd = np.sqrt(cases.steps.variance[[i, j]])
    s = residual_pair(cases.residual(i), cases.residual(j), (float(sd[0]), float(sd[1])), cases.w)
    first, second = (cases.by_residual(*block.T) for block in (s.first, s.second))
    return PairScores(s.rho, s.by_rho, first, second)


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
