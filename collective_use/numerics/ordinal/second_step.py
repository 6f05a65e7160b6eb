"""Correlations of pairs of mixed variables, first-step statistics given, with casewise scores.

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
    by_cuts,
    by_location_and_variance,
    continuous_pair,
    mixed_pair,
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


def second_step(data: Floats, w: Floats, steps: FirstStep, rows: Ints, columns: Ints) -> SecondStep:
    """Estimate the correlations of pairs.

    Parameters
    ----------
    data, w
        As in `FirstStep`.
    steps
        First-step statistics, with covariates or without.
    rows, columns
        The variables of each pair, (m,).
    """
    out = none_yet(data.shape[0], rows.size, steps.owner.size)
    if steps.given.shape[1]:
        for pair in range(rows.size):
            _pair_given(out, pair, steps, w, int(rows[pair]), int(columns[pair]))
        return out
    is_ordered = steps.categories > 0
    both = np.flatnonzero(is_ordered[rows] & is_ordered[columns])
    if both.size:
        own = tables_of_pairs(steps, w, rows[both], columns[both])
        found = solved(own.counts, own.row_cuts, own.column_cuts)
        ordinal_block(steps, rows, columns, both, out, own, found)
    for pair in np.flatnonzero(~(is_ordered[rows] & is_ordered[columns])).tolist():
        _pair_with_continuous(out, pair, data, w, steps, int(rows[pair]), int(columns[pair]))
    return out


def _pair_with_continuous(
    out: SecondStep, pair: int, data: Floats, w: Floats, steps: FirstStep, i: int, j: int
) -> None:
    is_ordered = steps.categories > 0
    if not is_ordered[i] and not is_ordered[j]:
        _store(out, pair, continuous_pair(data[:, i], data[:, j], w), w,
               [steps.places(i), steps.places(j)])  # fmt: skip
        return
    c, o = (j, i) if is_ordered[i] else (i, j)
    y = (data[:, c] - steps.cuts_by_item[c][0]) / np.sqrt(steps.variance[c])
    codes, cuts = steps.codes[:, o], steps.cuts_by_item[o]
    start = code_correlation(y, codes, w)
    rho, limit = polyserial_correlations(y, *edges_of(codes, cuts), start, w)
    out.at_limit[pair] = limit
    scores = mixed_pair(y, codes, cuts, rho, steps.variance[c])
    _store(out, pair, scores, w, [steps.places(c), steps.places(o)])


def _pair_given(out: SecondStep, pair: int, steps: FirstStep, w: Floats, i: int, j: int) -> None:
    """Estimate one correlation given covariates."""
    is_ordered = steps.categories > 0
    if is_ordered[i] and is_ordered[j]:
        scores, limit = _ordered_given(steps, w, i, j)
        seen = (steps.codes[:, i] >= 0) & (steps.codes[:, j] >= 0)
        out.empty[pair] = _has_empty(steps, w * seen, i, j)
    elif is_ordered[i] or is_ordered[j]:
        i, j = (j, i) if is_ordered[i] else (i, j)
        scores, limit = _mixed_given(steps, w, i, j)
    else:
        scores, limit = _continuous_given(steps, w, i, j), False
    out.at_limit[pair] = limit
    _store(out, pair, scores, w, [steps.places(i), steps.places(j)])


def _has_empty(steps: FirstStep, w: Floats, i: int, j: int) -> bool:
    """Tell whether two answers never occur together whose margins both do."""
    K, L = int(steps.categories[i]), int(steps.categories[j])
    there = w > 0
    cell = steps.codes[there, i] * L + steps.codes[there, j]
    return bool((np.bincount(cell, minlength=K * L) == 0).any())


def _ordered_given(steps: FirstStep, w: Floats, i: int, j: int) -> tuple[PairScores, bool]:
    n = w.size
    seen = np.flatnonzero((steps.codes[:, i] >= 0) & (steps.codes[:, j] >= 0))
    edges: list[Edges] = [(steps.parts[v].lower[seen], steps.parts[v].upper[seen]) for v in (i, j)]
    start = _residual_correlation(steps, w, seen, i, j)
    rho, limit = correlation_given(edges[0], edges[1], w[seen], start)
    s = edge_scores(edges[0], edges[1], rho)
    by_rho = np.zeros(n)
    by_rho[seen] = s.by_rho
    blocks = []
    for v, own in ((i, s.first), (j, s.second)):
        block = np.zeros((n, steps.places(v).size))
        block[seen] = _by_first(steps, v, seen, own)
        blocks.append(block)
    return PairScores(rho, by_rho, blocks[0], blocks[1]), limit


def _by_first(steps: FirstStep, v: int, seen: Ints, own: Edges) -> Floats:
    """Return derivatives by thresholds and slopes from those by the edges of an ordered one."""
    cuts = by_cuts(steps.codes[seen, v], steps.cuts_by_item[v].size, own[0], own[1])
    return np.column_stack([cuts, -(own[0] + own[1])[:, None] * steps.given[seen]])


def _residual_correlation(steps: FirstStep, w: Floats, seen: Ints, i: int, j: int) -> float:
    """Correlate the generalised residuals: where the search begins."""
    k = [steps.cuts_by_item[v].size for v in (i, j)]
    r = [steps.parts[v].scores[seen, :c].sum(axis=1) for v, c in zip((i, j), k, strict=True)]
    own = w[seen]
    size = np.sqrt(float(own @ r[0] ** 2) * float(own @ r[1] ** 2))
    return float(own @ (r[0] * r[1])) / size if size > 0 else 0.0


def _mixed_given(steps: FirstStep, w: Floats, c: int, o: int) -> tuple[PairScores, bool]:
    z, part, every = steps.parts[c].lower, steps.parts[o], np.arange(w.size)
    start = code_correlation(z, steps.codes[:, o], w)
    rho, limit = polyserial_correlations(z, part.lower, part.upper, start, w)
    s = mixed_scores(z, part.lower, part.upper, rho)
    by_mean, by_variance = by_location_and_variance(s.by_y, z, float(steps.variance[c]))
    first = np.column_stack([by_mean, by_mean[:, None] * steps.given, by_variance])
    second = _by_first(steps, o, every, (s.by_lower, s.by_upper))
    return PairScores(rho, s.by_rho, first, second), limit


def _continuous_given(steps: FirstStep, w: Floats, i: int, j: int) -> PairScores:
    sd = np.sqrt(steps.variance)
    s = residual_pair(steps.parts[i].lower, steps.parts[j].lower, (float(sd[i]), float(sd[j])), w)
    first, second = (
        np.column_stack([block[:, 0], block[:, :1] * steps.given, block[:, 1]])
        for block in (s.first, s.second)
    )
    return PairScores(s.rho, s.by_rho, first, second)


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
