"""Variance components of two crossed factors, balanced or not, and agreement of raters.

Raters judge targets; persons of partner organisations sit in groups: both are two crossed
factors without interaction. Data are flat: one value a cell, with the codes of its levels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.rosters.network import Floats, ratio
from collective_use.numerics.types import Integers

_DENSE = 200_000
"""Cells of the table of both factors up to which it is held whole."""


@dataclass(frozen=True, slots=True)
class CrossedAnova:
    """Sums of squares of two crossed factors, block by block.

    Attributes
    ----------
    n, df_error, df_a, df_b
        ``(blocks,)`` cells and degrees of freedom.
    ss_error
        ``(blocks,)`` residual sum of squares of the additive fit.
    ss_a, ss_b
        ``(blocks,)`` reduction by one factor after the other.
    weight_a, weight_b
        ``(blocks,)`` coefficient of the factor's variance in the expected `ss_a`, `ss_b`.
    levels_a, levels_b
        ``(blocks,)`` number of levels.
    inverse_a, inverse_b
        ``(blocks,)`` sum over levels of 1 over the number of cells.
    """

    n: Floats
    df_error: Floats
    df_a: Floats
    df_b: Floats
    ss_error: Floats
    ss_a: Floats
    ss_b: Floats
    weight_a: Floats
    weight_b: Floats
    levels_a: Floats
    levels_b: Floats
    inverse_a: Floats
    inverse_b: Floats

    def pooled(self) -> CrossedAnova:
        """Return the sums over all blocks as one block."""
        names = CrossedAnova.__slots__
        return CrossedAnova(**{name: np.array([getattr(self, name).sum()]) for name in names})

    def cells_a(self) -> Floats:
        """Return the harmonic mean number of cells of a level of a: raters of a target."""
        return ratio(self.levels_a, self.inverse_a)


@dataclass(frozen=True, slots=True)
class Components:
    """Variance components ``(blocks,)``; as estimated, so a and b may be negative."""

    a: Floats
    b: Floats
    error: Floats


def _sum_of_squares(y: Floats, codes: Integers, levels: int) -> tuple[Floats, Integers]:
    """Return residuals from level means, and the number of cells of each level."""
    counts = np.bincount(codes, minlength=levels)
    means = np.bincount(codes, weights=y, minlength=levels) / np.maximum(counts, 1)
    return y - means[codes], counts


def _additive_residuals(y: Floats, a: Integers, b: Integers, joined: Integers) -> Floats:
    """Return residuals from the least squares fit of both factors.

    Factor a is absorbed, b solved with one level a connected part held at 0, which leaves the
    system of equations with one solution.
    """
    levels_b = int(b.max()) + 1
    counts_a = np.bincount(a).astype(float)
    within = y - (np.bincount(a, weights=y) / counts_a)[a]
    right = np.asarray(np.bincount(b, weights=within, minlength=levels_b), dtype=np.float64)
    _, first = np.unique(joined, return_index=True)
    keep = np.setdiff1d(np.arange(levels_b), first)
    effects = np.zeros(levels_b)
    if keep.size:
        solve = _solved if len(counts_a) * levels_b <= _DENSE else _solved_sparsely
        effects[keep] = solve(a, b, right, keep)
    return within - effects[b] + (np.bincount(a, weights=effects[b]) / counts_a)[a]


def _solved(a: Integers, b: Integers, right: Floats, keep: Integers) -> Floats:
    """Return the effects of the kept levels of b, with a absorbed."""
    shape = (int(a.max()) + 1, int(b.max()) + 1)
    table = np.bincount(a * shape[1] + b, minlength=shape[0] * shape[1]).reshape(shape)
    kept = table[:, keep].astype(float)
    normal = np.diag(kept.sum(axis=0)) - kept.T @ (kept / table.sum(axis=1)[:, None])
    return np.linalg.solve(normal, right[keep])


def _solved_sparsely(a: Integers, b: Integers, right: Floats, keep: Integers) -> Floats:
    """Return the same where the table of both factors would not fit."""
    import scipy.sparse as sparse
    from scipy.sparse.linalg import spsolve

    table = sparse.csr_matrix((np.ones(len(a)), (a, b)))
    scaled = sparse.diags(1.0 / np.bincount(a)) @ table
    normal = sparse.diags(np.bincount(b).astype(float)) - table.T @ scaled
    return np.asarray(spsolve(normal.tocsc()[keep][:, keep], right[keep]))


def _joined(a: Integers, b: Integers) -> Integers:
    """Return the connected part of each level: those of a first, then those of b.

    A part has the number of its lowest level of a. Numbers go from a to b and back, and each
    level takes over the number of the level that it names, so that chains are halved each time.
    """
    part_a, part_b = np.arange(int(a.max()) + 1), np.empty(int(b.max()) + 1, dtype=np.int64)
    while True:
        before = part_a.copy()
        part_b[:] = len(part_a)
        np.minimum.at(part_b, b, part_a[a])
        np.minimum.at(part_a, a, part_b[b])
        np.minimum.at(part_a, before, part_a)
        part_a = part_a[part_a]
        if np.array_equal(part_a, before):
            return np.concatenate([part_a, part_b])


def _totals(values: Floats, codes: Integers, block: Integers) -> Floats:
    return np.asarray(np.bincount(codes, weights=values, minlength=int(block.max()) + 1), float)


def crossed_anova(
    y: Floats, a: Integers, b: Integers, blocks: Integers | None = None
) -> CrossedAnova:
    """Return the sums of squares of Henderson's Method III for two crossed random factors.

    Parameters
    ----------
    y
        ``(cells,)`` finite values.
    a, b
        ``(cells,)`` level codes, 0 to the number of levels less 1, every code present. Levels
        of different blocks have different codes.
    blocks
        ``(cells,)`` block (for example the group whose raters judge its targets), or None for
        one block.

    Notes
    -----
    `ss_a` is the reduction of a after b, `ss_b` of b after a: with random factors both have
    expectations free of the other factor's variance. Balanced data give the mean squares of
    the two-way analysis of variance.

    References
    ----------
    Henderson, C. R. (1953). Estimation of variance and covariance components. Biometrics, 9,
    226-252. Searle, S. R., Casella, G., & McCulloch, C. E. (1992). Variance components, ch. 5.

    Examples
    --------
    >>> y = np.array([9.0, 2, 5, 6, 1, 3, 8, 4, 6])
    >>> table = crossed_anova(y, np.repeat([0, 1, 2], 3), np.tile([0, 1, 2], 3))
    >>> table.df_error, table.ss_b.round(4)
    (array([4.]), array([42.8889]))
    """
    y = np.asarray(y, float)
    block = np.zeros(len(y), np.int64) if blocks is None else np.asarray(blocks)
    levels_a, levels_b = int(a.max()) + 1, int(b.max()) + 1
    part = _joined(a, b)
    # the level of a block's mean cancels in every sum; taking it off keeps digits
    shifted = y - (np.bincount(block, weights=y) / np.bincount(block))[block]
    left_a, counts_a = _sum_of_squares(shifted, a, levels_a)
    left_b, counts_b = _sum_of_squares(shifted, b, levels_b)
    ss_error = _totals(_additive_residuals(shifted, a, b, part[levels_a:]) ** 2, block, block)
    block_a, block_b = np.zeros(levels_a, np.int64), np.zeros(levels_b, np.int64)
    block_a[a], block_b[b] = block, block
    pairs, times = np.unique(a * levels_b + b, return_counts=True)
    row, column, lost = pairs // levels_b, pairs % levels_b, times.astype(float) ** 2
    n = _totals(np.ones(len(y)), block, block)
    number_a = _totals(np.ones(levels_a), block_a, block)
    number_b = _totals(np.ones(levels_b), block_b, block)
    # every connected part holds a level of a, and those come first
    _, first = np.unique(part, return_index=True)
    parts = _totals(np.ones(len(first)), block_a[first], block)
    return CrossedAnova(
        n=n,
        df_error=n - number_a - number_b + parts,
        df_a=number_a - parts,
        df_b=number_b - parts,
        ss_error=ss_error,
        ss_a=np.maximum(_totals(left_b**2, block, block) - ss_error, 0.0),
        ss_b=np.maximum(_totals(left_a**2, block, block) - ss_error, 0.0),
        weight_a=n - _totals(lost / counts_b[column], block_a[row], block),
        weight_b=n - _totals(lost / counts_a[row], block_a[row], block),
        levels_a=number_a,
        levels_b=number_b,
        inverse_a=_totals(1.0 / counts_a, block_a, block),
        inverse_b=_totals(1.0 / counts_b, block_b, block),
    )


def components(anova: CrossedAnova) -> Components:
    """Return the unbiased variance components of Henderson's Method III.

    Examples
    --------
    >>> y = np.array([9.0, 2, 5, 6, 1, 3, 8, 4, 6])
    >>> table = crossed_anova(y, np.repeat([0, 1, 2], 3), np.tile([0, 1, 2], 3))
    >>> components(table).error.round(4)
    array([0.6111])
    """
    error = ratio(anova.ss_error, anova.df_error)
    return Components(
        a=ratio(anova.ss_a - anova.df_a * error, anova.weight_a),
        b=ratio(anova.ss_b - anova.df_b * error, anova.weight_b),
        error=error,
    )


def agreement_icc(parts: Components, raters: Floats) -> tuple[Floats, Floats]:
    """Return ICC(A,1) and ICC(A,k): absolute agreement of one rater and of the mean of k.

    Parameters
    ----------
    parts
        Components with a the targets and b the raters.
    raters
        ``(blocks,)`` raters a target; the harmonic mean where their number differs.

    References
    ----------
    McGraw, K. O., & Wong, S. P. (1996). Forming inferences about some intraclass correlation
    coefficients. Psychological Methods, 1, 30-46, case 2A.

    Examples
    --------
    >>> one = np.array([1.0])
    >>> agreement_icc(Components(2 * one, one, one), 2 * one)
    (array([0.5]), array([0.66666667]))
    """
    noise = parts.b + parts.error
    return ratio(parts.a, parts.a + noise), ratio(parts.a, parts.a + noise / raters)
