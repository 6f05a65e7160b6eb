"""Observed information of the two-level likelihood with gaps, written out.

With ``V = D + W Sigma_b W'`` the covariance of what a cluster answered (D holds ``Sigma_w`` of the
seen answers by case), P its inverse and ``g = P r``, the second derivative through first
derivatives of the moments is ``w_a' P w_b - tr(P V_a P V_b) / 2`` with ``w_a = V_a g + m_a``. Its
parts come from the answers by pattern and by cluster; no matrix of a whole cluster is formed.

References
----------
Magnus & Neudecker (1988), Matrix differential calculus, section 15.3 (the second derivative);
Lindley & Smith (1972), Journal of the Royal Statistical Society B 34:1 (the inverse).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from collective_use.numerics.twolevel.likelihood import MomentDerivatives
from collective_use.numerics.types import Floats, Ints

_HELD = 100_000
"""Numbers of one array that are held at once."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Who answered what: N cases in J clusters with K patterns of missing values.

    Attributes
    ----------
    seen
        1 where a value is seen, (N, p).
    cluster, pattern
        Of every case, (N,).
    count
        Cases by cluster and pattern, (J, K).
    pair_pattern, pair_count, pair_start
        The pairs of cluster and pattern that occur, sorted by cluster: pattern and cases of each,
        and where the pairs of each cluster begin, (J,).
    at
        Place at level 1 of the b variables that vary at both levels, (b,).
    inner, outer
        Places at level 2 of those, and of the variables of clusters only.
    """

    seen: Floats
    cluster: Ints
    pattern: Ints
    count: Floats
    pair_pattern: Ints
    pair_count: Floats
    pair_start: Ints
    at: Ints
    inner: Ints
    outer: Ints


@dataclass(frozen=True, slots=True)
class Place:
    """What the likelihood holds at the moments where the information is wanted.

    Attributes
    ----------
    P
        Inverse of the seen part of Sigma_w by pattern, (K, p, p).
    e, m
        ``g`` by case (N, p), and ``W' g`` by cluster (J, pb).
    spread, inverse, T
        Conditional covariance of the cluster effects, ``(I + A Q)^-1`` and that times A, (J, b, b).
    Pz, slope
        Inverse covariance of the variables of clusters only, and the effects' slopes on them.
    """

    P: Floats
    e: Floats
    m: Floats
    spread: Floats
    inverse: Floats
    T: Floats
    Pz: Floats
    slope: Floats


def observed_information(answers: Answers, place: Place, by: MomentDerivatives) -> Floats:
    """Return ``sum_j w_a' P w_b - tr(P V_a P V_b) / 2`` for all pairs of directions, (q, q).

    Parameters
    ----------
    answers
        Who answered what.
    place
        Inverses and residuals at the moments.
    by
        Derivatives of the moments.
    """
    return _squares(answers, place, by) - 0.5 * _traces(answers, place, by)


def _squares(answers: Answers, place: Place, by: MomentDerivatives) -> Floats:
    q, p = by.mu_w.shape
    inner, outer, at = answers.inner, answers.outer, answers.at
    turned = np.ascontiguousarray(by.sigma_w.transpose(2, 1, 0)).reshape(p, p * q)
    level2 = np.einsum("qab,jb->jaq", by.sigma_b, place.m, optimize=True) + by.mu_b.T
    shift = level2[:, inner] - place.slope @ level2[:, outer]
    out = np.zeros((q, q))
    if outer.size:
        z = level2[:, outer]
        out += z.reshape(-1, q).T @ (place.Pz @ z).reshape(-1, q)
    order = np.argsort(answers.cluster, kind="stable")
    for rows in _chunks(answers.cluster[order], max(1, _HELD // (p * q))):
        cases = order[rows]
        own = answers.cluster[cases]
        w = (place.e[cases] @ turned).reshape(-1, p, q) + by.mu_w.T
        w[:, at] += shift[own]
        w *= answers.seen[cases][:, :, None]
        Pw = place.P[answers.pattern[cases]] @ w
        out += w.reshape(-1, q).T @ Pw.reshape(-1, q)
        starts = np.flatnonzero(np.diff(own, prepend=-1))
        B = np.add.reduceat(Pw[:, at], starts, axis=0)
        out -= B.reshape(-1, q).T @ (place.spread[own[starts]] @ B).reshape(-1, q)
    return out


def _chunks(owner: Ints, most: int) -> Iterator[slice]:
    """Cut sorted cases into pieces of about `most`, never within a cluster."""
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    begin = 0
    while begin < owner.size:
        later = first[first >= begin + most]
        end = int(later[0]) if later.size else owner.size
        yield slice(begin, end)
        begin = end


def _traces(answers: Answers, place: Place, by: MomentDerivatives) -> Floats:
    """Return ``tr(P V_a P V_b)`` summed over clusters, (q, q)."""
    q, p = by.mu_w.shape
    J, K = answers.count.shape
    at, b = answers.at, answers.at.size
    spread = np.zeros((J, p, p))
    spread[:, at[:, None], at[None, :]] = place.spread
    counted = (answers.count.T @ spread.reshape(J, -1)).reshape(K, p, p)
    cases = answers.count.sum(axis=0)
    out = np.zeros((q, q))
    # the q matrices of a pattern or cluster stand side by side: few large products, not many small
    within = _beside(by.sigma_w)
    moved = np.empty((K, b, q, b))
    for k in _pieces(K, q * p * p):
        P = place.P[k]
        X = P @ within
        turned = _turned(X, q)
        cross = _flat(P @ counted[k] @ X, q) @ turned.T
        out += _flat(X * cases[k, None, None], q) @ turned.T - cross - cross.T
        seen = X.reshape(-1, p, q, p)[:, at].reshape(-1, b * q, p)
        moved[k] = (seen @ P[:, :, at]).reshape(-1, b, q, b)
    pb = by.mu_b.shape[1]
    mixed = np.zeros((pb, q, pb))
    R = np.zeros((b, pb))
    R[:, answers.inner], R[:, answers.outer] = np.eye(b), -place.slope
    whole = R.T @ place.T @ R
    whole[:, answers.outer[:, None], answers.outer[None, :]] += place.Pz
    side, between = moved.reshape(K, -1), _beside(by.sigma_b)
    for j in _pieces(J, q * max(b * b, pb * pb)):
        dA = _by_cluster(answers, side, j).reshape(-1, b, q * b)
        X = place.spread[j] @ dA
        out += _flat(X, q) @ _turned(X, q).T
        F = place.inverse[j].swapaxes(-1, -2) @ R
        half = (F.swapaxes(-1, -2) @ dA).reshape(-1, pb * q, b)
        mixed += (half @ F).sum(axis=0).reshape(pb, q, pb)
        X = whole[j] @ between
        out += _flat(X, q) @ _turned(X, q).T
    cross = mixed.transpose(1, 0, 2).reshape(q, -1) @ by.sigma_b.reshape(q, -1).T
    return np.asarray(out + cross + cross.T)


def _by_cluster(answers: Answers, by_pattern: Floats, clusters: slice) -> Floats:
    """Add values by pattern (K, ...) up over the cases of some clusters."""
    ends = np.append(answers.pair_start, answers.pair_pattern.size)
    first, last = int(ends[clusters.start]), int(ends[clusters.stop])
    pairs = slice(first, last)
    own = by_pattern[answers.pair_pattern[pairs]] * answers.pair_count[pairs, None]
    return np.asarray(np.add.reduceat(own, answers.pair_start[clusters] - first, axis=0))


def _beside(matrices: Floats) -> Floats:
    """Put q matrices side by side, (q, p, p) to (p, q p)."""
    return np.ascontiguousarray(matrices.transpose(1, 0, 2)).reshape(matrices.shape[1], -1)


def _flat(side: Floats, q: int) -> Floats:
    """Return all elements of the matrices side by side in (n, p, q p), a row a matrix."""
    return side.reshape(*side.shape[:2], q, -1).transpose(2, 0, 1, 3).reshape(q, -1)


def _turned(side: Floats, q: int) -> Floats:
    """Return the same of the transposed matrices: with `_flat` it gives ``tr(X_a X_b)``."""
    return side.reshape(*side.shape[:2], q, -1).transpose(2, 0, 3, 1).reshape(q, -1)


def _pieces(count: int, each: int) -> Iterator[slice]:
    size = max(1, _HELD // max(each, 1))
    for begin in range(0, count, size):
        yield slice(begin, min(begin + size, count))
