"""Covariances between groups, cleared of what the sampling of members adds to group means.

References
----------
Croon & van Veldhoven (2007), Psychological Methods 12:45; Fuller (1987), Measurement error models,
section 2.2; Efron & Tibshirani (1993), An introduction to the bootstrap, chapter 11 (jackknife);
Efron (1982), The jackknife, the bootstrap and other resampling plans, chapter 6 (influence).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from collective_use.numerics.groups.statistics import sum_by
from collective_use.numerics.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class GroupParts:
    """What each group contributes.

    Attributes
    ----------
    means
        (G, J) values of the groups.
    cross
        (G, J, J) products around the group's own means.
    df
        (G, J, J) degrees of freedom of `cross`.
    share
        (G, J, J) what the variance within is multiplied with to give the error covariance of
        the group's means: ``n_jk / (n_j n_k) - 1/N``; 0 where a value has no sampling error.
    """

    means: Floats
    cross: Floats
    df: Floats
    share: Floats


def group_parts(values: Floats, codes: Ints, total: int, limits: Floats) -> GroupParts:
    """Return what each group contributes, from scores of persons.

    Parameters
    ----------
    values
        (N, J) scores, NaN for missing.
    codes
        (N,) groups, 0 to `total` - 1.
    total
        G.
    limits
        (G, J) number of members, infinite where they are a sample of endless ones.

    Examples
    --------
    >>> x = np.array([[1.0], [3.0], [2.0], [2.0]])
    >>> parts = group_parts(x, np.array([0, 0, 1, 1]), 2, np.full((2, 1), np.inf))
    >>> parts.means.ravel().tolist(), parts.cross.ravel().tolist(), parts.share.ravel().tolist()
    ([2.0, 2.0], [2.0, 0.0], [0.5, 0.5])
    """
    J = values.shape[1]
    cross, df, pairs = (np.zeros((total, J, J)) for _ in range(3))
    for i in range(J):
        for j in range(i + 1):
            both = ~np.isnan(values[:, i]) & ~np.isnan(values[:, j])
            code, x, y = codes[both], values[both, i], values[both, j]
            n = np.bincount(code, minlength=total).astype(float)
            safe = np.maximum(n, 1.0)
            x = x - (sum_by(code, x, total) / safe)[code]
            y = y - (sum_by(code, y, total) / safe)[code]
            cross[:, i, j] = cross[:, j, i] = sum_by(code, x * y, total)
            df[:, i, j] = df[:, j, i] = np.maximum(n - 1, 0)
            pairs[:, i, j] = pairs[:, j, i] = n
    n = np.diagonal(pairs, axis1=1, axis2=2)
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    sums = np.stack([sum_by(codes, filled[:, j], total) for j in range(J)], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = sums / n
        share = pairs / (n[:, :, None] * n[:, None, :])
    share = share - 1.0 / np.maximum(limits[:, :, None], limits[:, None, :])
    return GroupParts(means, cross, df, np.nan_to_num(np.maximum(share, 0.0)))


def taken(parts: GroupParts, groups: Ints) -> GroupParts:
    """Return the parts of some groups, as often as they are named."""
    return GroupParts(
        parts.means[groups], parts.cross[groups], parts.df[groups], parts.share[groups]
    )


def without_error(parts: GroupParts, columns: Ints) -> GroupParts:
    """Return parts in which some values have no sampling error."""
    share = parts.share.copy()
    share[:, columns, :] = 0.0
    share[:, :, columns] = 0.0
    return replace(parts, share=share)


@dataclass(frozen=True, slots=True)
class Between:
    """Covariances between groups for R sets of weights.

    Attributes
    ----------
    observed
        (R, J, J) of the values, divisor: weights less one.
    error
        (R, J, J) mean sampling covariance of the values.
    corrected
        (R, J, J) `observed` less `kept` times `error`.
    kept
        (R,) 1, or less where all of the error would leave no positive definite matrix.
    """

    observed: Floats
    error: Floats
    corrected: Floats
    kept: Floats


def between_covariances(parts: GroupParts, weights: Floats) -> Between:
    """Return covariances between groups: of values, of their errors, and cleared of errors.

    Parameters
    ----------
    parts
        Of G groups.
    weights
        (R, G): how often each group counts (1 for the sample, a draw's counts for a bootstrap,
        0 for the group left out of a jackknife).

    Examples
    --------
    >>> x = np.array([[1.0], [3.0], [5.0], [7.0], [2.0], [4.0]])
    >>> parts = group_parts(x, np.repeat([0, 1, 2], 2), 3, np.full((3, 1), np.inf))
    >>> found = between_covariances(parts, np.ones((1, 3)))
    >>> found.observed.item().__round__(4), found.error.item(), found.corrected.item().__round__(4)
    (4.3333, 1.0, 3.3333)
    """
    total = weights.sum(axis=1)
    centre = weights @ parts.means / total[:, None]
    G, J = parts.means.shape
    products = (parts.means[:, :, None] * parts.means[:, None, :]).reshape(G, J * J)
    crossed = (weights @ products).reshape(-1, J, J)
    crossed -= total[:, None, None] * centre[:, :, None] * centre[:, None, :]
    observed = crossed / (total - 1)[:, None, None]
    within = (weights @ parts.cross.reshape(G, J * J)).reshape(-1, J, J)
    df = (weights @ parts.df.reshape(G, J * J)).reshape(-1, J, J)
    share = (weights @ parts.share.reshape(G, J * J)).reshape(-1, J, J) / total[:, None, None]
    error = within / np.maximum(df, 1.0) * share
    kept = _kept(observed, error, total)
    return Between(observed, error, observed - kept[:, None, None] * error, kept)


def room(observed: Floats, error: Floats) -> Floats:
    """Return how often the error fits into what was observed, in the direction where least, (R,).

    The smallest root of ``|observed - root * error| = 0``: 1 where some direction holds nothing
    but error, infinite where there is none.

    Parameters
    ----------
    observed, error
        (R, J, J) as in `Between`.

    Examples
    --------
    >>> room(np.diag([4.0, 3.0])[None], np.diag([1.0, 2.0])[None]).round(6).tolist()
    [1.5]
    """
    if not error.any():
        return np.full(len(observed), np.inf)
    scale = np.sqrt(np.maximum(np.diagonal(observed, axis1=1, axis2=2), 1e-300))
    both = scale[:, :, None] * scale[:, None, :]
    values, vectors = np.linalg.eigh(observed / both)
    root = vectors / np.sqrt(np.maximum(values, 1e-12))[:, None, :]
    largest = np.linalg.eigvalsh(np.swapaxes(root, 1, 2) @ (error / both) @ root)[:, -1]
    return np.asarray(1.0 / np.maximum(largest, 1e-12))


def _kept(observed: Floats, error: Floats, total: Floats) -> Floats:
    """Return Fuller's share of the error (1987, equation 2.2.22)."""
    smallest = room(observed, error)
    spare = 1.0 / np.maximum(total - 1, 1.0)
    return np.where(smallest < 1 + spare, np.maximum(smallest - spare, 0.0), 1.0)


def left_out(groups: int) -> Floats:
    """Return weights that leave each group out once, (G, G)."""
    return 1.0 - np.eye(groups)


def jackknife(replicates: Floats) -> Floats:
    """Return the covariance of estimates from the values without each group, (q, q).

    Around their mean, times ``(G - 1) / G`` (Efron & Tibshirani 1993, equation 11.5).

    Parameters
    ----------
    replicates
        (G, q).

    Examples
    --------
    >>> jackknife(np.array([[1.0], [2.0], [3.0]])).round(4).tolist()
    [[1.3333]]
    """
    G = len(replicates)
    gap = replicates - replicates.mean(axis=0)
    return np.asarray(gap.T @ gap * (G - 1) / G)


STEP = 0.1
"""How much heavier and lighter a group is made to see its influence."""


def nudged(groups: int) -> Floats:
    """Return weights (2G, G) that make each group a little heavier, then each a little lighter."""
    heavier = STEP * np.eye(groups)
    return np.concatenate([1.0 + heavier, 1.0 - heavier])


def influence(replicates: Floats, coefficients: int) -> Floats:
    """Return the covariance of estimates from each group's influence on them, (q, q).

    ``G / (G - k) * sum of D_g D_g'``: the infinitesimal jackknife (Efron 1982, equation 6.3), with
    the correction of least squares for k coefficients. Where covariances are nearly singular it
    follows the spread of estimates, which leaving groups out whole makes too large.

    Parameters
    ----------
    replicates
        (2G, q) estimates for the weights of `nudged`.
    coefficients
        k, of the largest equation with its constant.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 4.0])
    >>> weights = nudged(3)
    >>> means = (weights @ x / weights.sum(axis=1))[:, None]
    >>> influence(means, 1).item().__round__(3), (x.var(ddof=1) / 3).round(3).item()
    (0.78, 0.778)
    """
    G = len(replicates) // 2
    moved = (replicates[:G] - replicates[G:]) / (2 * STEP)
    return np.asarray(moved.T @ moved * G / max(G - coefficients, 1))


def halves(values: Floats, codes: Ints, total: int, rng: np.random.Generator) -> Floats:
    """Return (2, G, J) means of two random halves of every group; NaN where a half is empty.

    Parameters
    ----------
    values, codes, total
        As `group_parts` takes them.
    rng
        Draws the halves; a group of odd size gives one half one member more, by chance.

    Examples
    --------
    >>> found = halves(np.ones((4, 1)), np.array([0, 0, 1, 1]), 2, np.random.default_rng(1))
    >>> found.ravel().tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    order = np.lexsort((rng.random(len(codes)), codes))
    sizes = np.bincount(codes, minlength=total)
    starts = np.cumsum(sizes) - sizes
    rank = np.empty(len(codes), dtype=np.intp)
    rank[order] = np.arange(len(codes)) - starts[codes[order]]
    more = rng.integers(0, 2, total)
    half = (rank >= (sizes + more)[codes] // 2).astype(np.intp)
    out = np.full((2, total, values.shape[1]), np.nan)
    place = half * total + codes
    known = ~np.isnan(values)
    for j in range(values.shape[1]):
        n = np.bincount(place[known[:, j]], minlength=2 * total)
        s = np.bincount(place[known[:, j]], values[known[:, j], j], minlength=2 * total)
        with np.errstate(divide="ignore", invalid="ignore"):
            out[:, :, j] = (s / n).reshape(2, total)
    return out
