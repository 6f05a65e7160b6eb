"""Variance components of two crossed factors, balanced or not, and agreement of raters.

Raters judge targets; persons of partner organisations sit in groups: both are two crossed
factors without interaction. Data are flat: one value a cell, with the codes of its levels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

from collective_use.numerics.rosters.network import Floats, ratio
from collective_use.numerics.types import Integers


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
    levels_a, levels_b = int(a.max()) + 1, int(b.max()) + 1
    counts_a = np.bincount(a, minlength=levels_a).astype(float)
    table = sparse.csr_matrix((np.ones(len(y)), (a, b)), shape=(levels_a, levels_b))
    within, counts_b = y - (np.bincount(a, weights=y) / counts_a)[a], np.bincount(b)
    scaled = sparse.diags(1.0 / counts_a) @ table
    normal = sparse.diags(counts_b.astype(float)) - table.T @ scaled
    right = np.bincount(b, weights=within, minlength=levels_b)
    _, first = np.unique(joined, return_index=True)
    keep = np.setdiff1d(np.arange(levels_b), first)
    effects = np.zeros(levels_b)
    if keep.size:
        effects[keep] = spsolve(normal.tocsc()[keep][:, keep], right[keep])
    return within - effects[b] + np.asarray(scaled @ effects)[a]


def _joined(a: Integers, b: Integers) -> Integers:
    """Return the connected part of each level: those of a first, then those of b."""
    levels_a, levels_b = int(a.max()) + 1, int(b.max()) + 1
    links = sparse.coo_matrix(
        (np.ones(len(a)), (a, b + levels_a)), shape=(levels_a + levels_b,) * 2
    )
    _, part = connected_components(links, directed=False)
    return np.asarray(part, dtype=np.int64)


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
    cells = sparse.csr_matrix((np.ones(len(y)), (a, b)))
    cells.sum_duplicates()  # SciPy 1.13.0 leaves several values of one cell apart
    pair = sparse.coo_matrix(cells)
    lost = pair.data**2
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
        weight_a=n - _totals(lost / counts_b[pair.col], block_a[pair.row], block),
        weight_b=n - _totals(lost / counts_a[pair.row], block_a[pair.row], block),
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
