"""Two-way tables of ordered answers, their correlations and the scores of their cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.ordinal.derivatives import ordinal_pairs
from collective_use.numerics.ordinal.polychoric import Polychorics, polychoric_correlations
from collective_use.numerics.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class Tables:
    """Tables of m pairs.

    Attributes
    ----------
    counts
        Cases by cell, (m, K, K).
    row_cuts, column_cuts
        Padded cut points, (m, K + 1).
    place, seen
        The cell of each row in them, and whether it has both answers, (n, m).
    """

    counts: Floats
    row_cuts: Floats
    column_cuts: Floats
    place: Ints
    seen: NDArray[np.bool_]


def tables_of(codes: Ints, w: Floats, cuts: Floats, rows: Ints, columns: Ints) -> Tables:
    """Return the tables of some pairs of variables.

    Parameters
    ----------
    codes
        Answers from 0, -1 where there is none, (n, p).
    w
        How often each row occurs, (n,).
    cuts
        Padded cut points, (p, K + 1).
    rows, columns
        The variables of each pair, (m,).

    Examples
    --------
    >>> codes, cuts = np.array([[0, 0], [1, 1], [1, 0]]), np.array([[-40.0, 0.0, 40.0]] * 2)
    >>> tables_of(codes, np.ones(3), cuts, np.array([0]), np.array([1])).counts.tolist()
    [[[1.0, 0.0], [1.0, 1.0]]]
    """
    K, m = cuts.shape[1] - 1, rows.size
    first, second = codes[:, rows], codes[:, columns]
    seen = (first >= 0) & (second >= 0)
    place = np.where(seen, first * K + second, 0)
    flat = (place + np.arange(m) * K * K).ravel()
    counted = np.bincount(flat, (w[:, None] * seen).ravel(), m * K * K)
    return Tables(
        counted.astype(float).reshape(-1, K, K), cuts[rows], cuts[columns], place, seen
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Solved:
    """Correlations of m tables and the scores of their cells.

    Attributes
    ----------
    correlations
        Of the tables.
    by_rho, by_row, by_column
        Scores of cells by the correlation, (m, K, K), and by thresholds, (m, K - 1, K, K).
    """

    correlations: Polychorics
    by_rho: Floats
    by_row: Floats
    by_column: Floats

    def of(self, at: slice) -> Solved:
        """Return those of some tables."""
        c = self.correlations
        some = Polychorics(c.rho[at], c.gradient[at], c.at_limit[at], c.adjusted[at])
        return Solved(some, self.by_rho[at], self.by_row[at], self.by_column[at])


def solved(counts: Floats, row_cuts: Floats, column_cuts: Floats) -> Solved:
    """Return correlations and scores of tables, as in `Tables`."""
    found = polychoric_correlations(counts, row_cuts, column_cuts)
    pieces = ordinal_pairs(row_cuts, column_cuts, found.rho)
    return Solved(found, pieces.by_rho, pieces.by_row, pieces.by_column)
