"""The two-level normal likelihood from cluster statistics, complete data.

Case i of cluster j answers ``y_ij = b_j + w_ij``; the p variables of level 1 have within
moments ``mu_w, Sigma_w``, and the level-2 variables (those that vary between clusters among the
p, and those measured on clusters only) have ``mu_b, Sigma_b``. The vector ``d_j`` of a cluster
holds its p means and its cluster variables; with n cases its covariance is
``V_n = T Sigma_b T' + [Sigma_w / n, 0; 0, 0]`` with a selection T. The likelihood needs the
pooled within-cluster products and, per distinct cluster size, mean and covariance of d alone.

References
----------
McDonald & Goldstein (1989), British Journal of Mathematical and Statistical Psychology 42:215.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.types import Floats, Ints

_LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the variables of the two levels stand.

    Attributes
    ----------
    p
        Variables of level 1 (with or without variation between clusters).
    pb
        Variables of level 2.
    place
        For every level-2 variable its place in d: below p when it is a level-1 variable too,
        p, p + 1, ... when it is measured on clusters only, (pb,).
    """

    p: int
    pb: int
    place: Ints

    @property
    def size(self) -> int:
        """Length of d."""
        return self.p + int((self.place >= self.p).sum())


@dataclass(frozen=True, slots=True)
class ClusterStatistics:
    """Sufficient statistics of one group with J clusters and N cases.

    Attributes
    ----------
    layout
        Where the variables stand.
    N, J
        Cases and clusters.
    within
        Pooled products around cluster means divided by N - J, (p, p).
    sizes, counts
        Distinct cluster sizes and how many clusters have them, (s,).
    mean, cov
        Mean of d and covariance (divisor: count) by size, (s, k), (s, k, k).
    d, n, products
        By cluster: d (J, k), size (J,), products around the own means (J, p, p).
    """

    layout: Layout
    N: int
    J: int
    within: Floats
    sizes: Floats
    counts: Floats
    mean: Floats
    cov: Floats
    d: Floats
    n: Floats
    products: Floats


@dataclass(frozen=True, slots=True)
class Terms:
    """Log-likelihood and its derivatives by the moments of both levels.

    Attributes
    ----------
    value
        Log-likelihood.
    sigma_w, mu_w, sigma_b, mu_b
        Derivatives ``dlogL = tr(sigma_w dSigma_w) + mu_w' dmu_w + ...``; with a leading
        cluster dimension when asked by cluster.
    """

    value: float
    sigma_w: Floats
    mu_w: Floats
    sigma_b: Floats
    mu_b: Floats


def cluster_statistics(y: Floats, z: Floats, cluster: Ints, layout: Layout) -> ClusterStatistics:
    """Reduce complete data to cluster statistics.

    Parameters
    ----------
    y
        Level-1 variables, (N, p).
    z
        Cluster variables, one row per cluster, (J, size - p).
    cluster
        Cluster of every case, 0 to J - 1, (N,).
    layout
        Where the variables stand.

    Examples
    --------
    >>> layout = Layout(1, 1, np.array([0]))
    >>> y, cluster = np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1])
    >>> cluster_statistics(y, np.zeros((2, 0)), cluster, layout).sizes
    array([1., 2.])
    """
    N, p = y.shape
    order = np.argsort(cluster, kind="stable")
    rows, owner = y[order], cluster[order]
    n = np.bincount(owner).astype(float)
    starts = np.concatenate([[0], np.cumsum(n[:-1])]).astype(np.intp)
    shift = y.mean(axis=0)
    means = np.add.reduceat(rows - shift, starts, axis=0) / n[:, None] + shift
    centred = rows - means[owner]
    a, b = np.tril_indices(p)
    sums = np.add.reduceat(centred[:, a] * centred[:, b], starts, axis=0)
    products = np.zeros((n.size, p, p))
    products[:, a, b] = products[:, b, a] = sums
    d = np.concatenate([means, z], axis=1)
    sizes, which = np.unique(n, return_inverse=True)
    counts = np.bincount(which).astype(float)
    mean = np.zeros((sizes.size, d.shape[1]))
    np.add.at(mean, which, d - d.mean(axis=0))
    mean = mean / counts[:, None] + d.mean(axis=0)
    cov = np.empty((sizes.size, d.shape[1], d.shape[1]))
    for s in range(sizes.size):
        deviation = d[which == s] - mean[s]
        cov[s] = deviation.T @ deviation / counts[s]
    J = n.size
    within = centred.T @ centred / max(N - J, 1)
    return ClusterStatistics(
        layout, N, J, within, sizes, counts, mean, cov, d, n, products
    )  # fmt: skip


def cluster_covariances(layout: Layout, Sw: Floats, Sb: Floats, sizes: Floats) -> Floats:
    """Return V_n for every size, (s, k, k)."""
    k, place = layout.size, layout.place
    V = np.zeros((sizes.size, k, k))
    V[:, place[:, None], place[None, :]] = Sb
    V[:, : layout.p, : layout.p] += Sw / sizes[:, None, None]
    return V


def cluster_mean(layout: Layout, mu_w: Floats, mu_b: Floats) -> Floats:
    """Return the expectation of d, (k,)."""
    mean = np.zeros(layout.size)
    mean[: layout.p] = mu_w
    mean[layout.place] += mu_b
    return mean


def inverse_and_logdet(V: Floats) -> tuple[Floats, Floats] | None:
    """Return inverses and log-determinants, None unless all are positive definite."""
    try:
        L = np.linalg.cholesky(V)
        P = np.linalg.inv(V)  # rounding can let a singular matrix pass the factorisation
    except np.linalg.LinAlgError:
        return None
    logdet = 2 * np.log(np.diagonal(L, axis1=-2, axis2=-1)).sum(axis=-1)
    return (P + P.swapaxes(-1, -2)) / 2, logdet


def twolevel_loglik(
    stats: ClusterStatistics, Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats
) -> Terms | None:
    """Return log-likelihood and derivatives by the moments.

    Parameters
    ----------
    stats
        Cluster statistics of one group.
    Sw, mu_w
        Within moments, (p, p), (p,).
    Sb, mu_b
        Between moments, (pb, pb), (pb,).

    Returns
    -------
    Terms or None
        None where the likelihood is not defined (no positive definite V_n).

    References
    ----------
    McDonald & Goldstein (1989), equations 15 to 20.

    Examples
    --------
    >>> layout = Layout(1, 1, np.array([0]))
    >>> y, cluster = np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1])
    >>> stats = cluster_statistics(y, np.zeros((2, 0)), cluster, layout)
    >>> one, zero = np.eye(1), np.zeros(1)
    >>> round(twolevel_loglik(stats, one, zero, one, zero + 3).value, 6)
    -5.986029
    """
    layout, p = stats.layout, stats.layout.p
    inside = inverse_and_logdet(Sw)
    outside = inverse_and_logdet(cluster_covariances(layout, Sw, Sb, stats.sizes))
    if inside is None or outside is None:
        return None
    Pw, logdet_w = inside
    P, logdet = outside
    gap = stats.mean - cluster_mean(layout, mu_w, mu_b)
    T = stats.cov + gap[:, :, None] * gap[:, None, :]
    free = stats.N - stats.J
    quadratic = float(stats.counts @ np.einsum("sab,sab->s", P, T))
    value = -0.5 * (
        (stats.N * p + stats.J * (layout.size - p)) * _LOG_2PI
        + p * float(stats.counts @ np.log(stats.sizes))
        + free * (float(logdet_w) + float((Pw * stats.within).sum()))
        + float(stats.counts @ logdet)
        + quadratic
    )
    G = -0.5 * stats.counts[:, None, None] * (P - P @ T @ P)
    g = stats.counts @ np.einsum("sab,sb->sa", P, gap)
    sigma_w = -0.5 * free * (Pw - Pw @ stats.within @ Pw)
    sigma_w = sigma_w + np.einsum("sab,s->ab", G[:, :p, :p], 1.0 / stats.sizes)
    place = layout.place
    sigma_b = G.sum(axis=0)[place[:, None], place[None, :]]
    return Terms(value, sigma_w, g[:p], sigma_b, g[place])


def cluster_terms(
    stats: ClusterStatistics, Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats
) -> Terms:
    """Return derivatives of every cluster's log-likelihood, leading dimension J."""
    layout, p, place = stats.layout, stats.layout.p, stats.layout.place
    Pw = np.linalg.inv(Sw)
    sizes, which = np.unique(stats.n, return_inverse=True)
    P = np.linalg.inv(cluster_covariances(layout, Sw, Sb, sizes))[which]
    gap = stats.d - cluster_mean(layout, mu_w, mu_b)
    g = np.einsum("jab,jb->ja", P, gap)
    G = -0.5 * (P - g[:, :, None] * g[:, None, :])
    sigma_w = -0.5 * ((stats.n - 1)[:, None, None] * Pw - Pw @ stats.products @ Pw)
    sigma_w = sigma_w + G[:, :p, :p] / stats.n[:, None, None]
    sigma_b = G[:, place[:, None], place[None, :]]
    return Terms(float("nan"), sigma_w, g[:, :p], sigma_b, g[:, place])


@dataclass(frozen=True, slots=True)
class MomentDerivatives:
    """Derivatives of the moments by q free parameters.

    Attributes
    ----------
    sigma_w, mu_w, sigma_b, mu_b
        (q, p, p), (q, p), (q, pb, pb), (q, pb).
    """

    sigma_w: Floats
    mu_w: Floats
    sigma_b: Floats
    mu_b: Floats


def twolevel_information(
    stats: ClusterStatistics,
    Sw: Floats,
    mu_w: Floats,
    Sb: Floats,
    mu_b: Floats,
    by: MomentDerivatives,
    *,
    observed: bool,
) -> Floats:
    """Return the information of a group without the second derivatives of the moments, (q, q).

    Parameters
    ----------
    stats, Sw, mu_w, Sb, mu_b
        As in `twolevel_loglik`.
    by
        Derivatives of the moments.
    observed
        Observed instead of expected.
    """
    layout, p, k, q = stats.layout, stats.layout.p, stats.layout.size, by.mu_w.shape[0]
    place = layout.place
    Pw = np.asarray(np.linalg.inv(Sw), dtype=np.float64)
    total = 0.5 * (stats.N - stats.J) * _traces(Pw, by.sigma_w, stats.within, observed)
    mean = np.zeros((q, k))
    mean[:, :p] = by.mu_w
    mean[:, place] += by.mu_b
    between = np.zeros((q, k, k))
    between[:, place[:, None], place[None, :]] = by.sigma_b
    P = np.linalg.inv(cluster_covariances(layout, Sw, Sb, stats.sizes))
    gap = stats.mean - cluster_mean(layout, mu_w, mu_b)
    for s, n in enumerate(stats.sizes):
        D = between.copy()
        D[:, :p, :p] += by.sigma_w / n
        T = stats.cov[s] + np.outer(gap[s], gap[s])
        piece = 0.5 * _traces(P[s], D, T, observed)
        Pm = mean @ P[s]
        piece += Pm @ mean.T
        if observed:
            cross = Pm @ (D @ (P[s] @ gap[s])).T
            piece += cross + cross.T
        total = total + stats.counts[s] * piece
    return total


def _traces(P: Floats, D: Floats, T: Floats, observed: bool) -> Floats:
    """tr(P Da P Db), and 2 tr(P Da P Db P T) less that when observed, (q, q)."""
    q = D.shape[0]
    X = P @ D
    flat, turned = X.reshape(q, -1), X.swapaxes(-1, -2).reshape(q, -1)
    expected = flat @ turned.T
    if not observed:
        return expected
    Y = (X @ (P @ T)).swapaxes(-1, -2).reshape(q, -1)
    weighted = flat @ Y.T
    return weighted + weighted.T - expected
