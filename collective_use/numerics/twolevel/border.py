"""The last steps to unrestricted moments whose between covariance is singular.

A limited-memory search stops where the likelihood no longer changes in double precision; the
moments are then good to some 1e-8. Newton steps on the gradient go on to 1e-12.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.twolevel.likelihood import (
    ClusterStatistics,
    MomentDerivatives,
    twolevel_information,
    twolevel_loglik,
)
from collective_use.numerics.types import Floats


@dataclass(frozen=True, slots=True)
class Border:
    """Moments at the end.

    Attributes
    ----------
    Sw, mu_w, Sb, mu_b
        Within and between moments.
    loglik
        Log-likelihood there.
    steps
        Newton steps.
    gradient
        Largest derivative in units of its standard error's inverse, per case.
    """

    Sw: Floats
    mu_w: Floats
    Sb: Floats
    mu_b: Floats
    loglik: float
    steps: int
    gradient: float


def border_newton(
    stats: ClusterStatistics,
    moments: tuple[Floats, Floats, Floats, Floats],
    rank: int,
    by: MomentDerivatives,
    max_iter: int = 10,
) -> Border | None:
    """Climb in ``Sw, L, means`` with ``Sb = L L'``, L of `rank` columns; None when it fails.

    L is known up to a rotation of its columns; steps in these directions are left out.

    Parameters
    ----------
    stats
        Cluster statistics of complete data.
    moments
        Sw (p, p), mu_w (p,), Sb (pb, pb), mu_b (pb,), near the maximum.
    rank
        Rank of Sb at the maximum, 1 to pb.
    by
        Derivatives of the moments by the elements of Sw, of Sb, and by the means.
    max_iter
        Most steps.

    Examples
    --------
    >>> from collective_use.numerics.twolevel.likelihood import Layout, cluster_statistics
    >>> from collective_use.numerics.twolevel.unrestricted import unrestricted_derivatives
    >>> y, cluster = np.array([[1.0], [2.0], [4.0], [6.0], [3.0], [8.0]]), [0, 0, 1, 1, 2, 2]
    >>> layout = Layout(1, 1, np.array([0]))
    >>> stats = cluster_statistics(y, np.zeros((3, 0)), np.array(cluster), layout)
    >>> start = np.eye(1) * 5, np.zeros(1), np.eye(1) * 2, np.array([4.0])
    >>> end = border_newton(stats, start, 1, unrestricted_derivatives(layout), 50)
    >>> round(float(end.Sw[0, 0]), 6), round(float(end.Sb[0, 0]), 6)
    (5.0, 0.666667)
    """
    Sw, mu_w, Sb, mu_b = moments
    values, vectors = np.linalg.eigh(Sb)
    L = vectors[:, -rank:] * np.sqrt(np.maximum(values[-rank:], 0.0))
    for steps in range(1, max_iter + 1):
        terms = twolevel_loglik(stats, Sw, mu_w, L @ L.T, mu_b)
        if terms is None:
            return None
        own = _factored(by, L)
        score = (
            np.einsum("ab,qab->q", terms.sigma_w, own.sigma_w)
            + np.einsum("ab,qab->q", terms.sigma_b, own.sigma_b)
            + own.mu_w @ terms.mu_w
            + own.mu_b @ terms.mu_b
        )
        H = twolevel_information(stats, Sw, mu_w, L @ L.T, mu_b, own, observed=True)
        p = len(Sw)
        at = slice(p * (p + 1) // 2, p * (p + 1) // 2 + L.size)
        H[at, at] -= 2 * np.kron(terms.sigma_b, np.eye(rank))
        step, scaled = _step(H, score)
        if float(np.abs(scaled).max()) < 1e-13 * stats.N:
            size = float(np.abs(scaled).max()) / stats.N
            return Border(Sw, mu_w, L @ L.T, mu_b, terms.value, steps, size)
        Sw = Sw + np.tensordot(step, own.sigma_w, 1)
        L = L + step[at].reshape(L.shape)
        mu_w, mu_b = mu_w + step @ own.mu_w, mu_b + step @ own.mu_b
    return None


def _factored(by: MomentDerivatives, L: Floats) -> MomentDerivatives:
    """Return derivatives by Sw, by the elements of L row by row, and by the means."""
    p, (pb, rank) = by.sigma_w.shape[1], L.shape
    a, b = p * (p + 1) // 2, pb * (pb + 1) // 2
    turn = np.zeros((pb, rank, pb, pb))
    rows = np.arange(pb)
    turn[rows, :, rows, :] += L.T
    turn[rows, :, :, rows] += L.T
    free = L.size

    def spliced(whole: Floats, middle: Floats) -> Floats:
        return np.concatenate([whole[:a], middle, whole[a + b :]])

    return MomentDerivatives(
        spliced(by.sigma_w, np.zeros((free, p, p))),
        spliced(by.mu_w, np.zeros((free, p))),
        spliced(by.sigma_b, turn.reshape(free, pb, pb)),
        spliced(by.mu_b, np.zeros((free, pb))),
    )


def _step(H: Floats, score: Floats) -> tuple[Floats, Floats]:
    """Return the Newton step without null directions, and the score in scaled units."""
    scale = 1.0 / np.sqrt(np.maximum(np.abs(np.diag(H)), 1e-300))
    values, vectors = np.linalg.eigh(H * np.outer(scale, scale))
    kept = np.abs(values) > 1e-9
    part = vectors[:, kept]
    scaled = score * scale
    return scale * (part @ ((part.T @ scaled) / np.abs(values[kept]))), part @ (part.T @ scaled)
