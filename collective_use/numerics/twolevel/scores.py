"""Expectations of cluster effects and factors of both levels given all answers of a cluster.

Answers are ``y_ij = b_j + w_ij``. Given all answers of cluster j, its effects ``b_j`` are normal;
factors of level 2 depend on the answers through the cluster means and cluster variables, factors
of level 1 through ``w_ij = y_ij - b_j``, with ``b_j`` replaced by its expectation.

References
----------
Raudenbush & Bryk (2002), Hierarchical linear models, chapter 3 (empirical Bayes); Skrondal &
Rabe-Hesketh (2009), Journal of the Royal Statistical Society A 172:659 (prediction of effects).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.moments import Floats, Ints, patterns_of
from collective_use.numerics.twolevel.likelihood import (
    ClusterStatistics,
    cluster_covariances,
    cluster_mean,
)


@dataclass(frozen=True, slots=True)
class Effects:
    """What is known of J clusters from their answers.

    Attributes
    ----------
    factors
        Expected level-2 factors less their model means, (J, m).
    variance
        Variance of these expectations over samples of such clusters, (J, m).
    centre
        Expected cluster effects of the p level-1 variables, means included, 0 for a variable
        without variation between clusters, (J, p).
    spread
        Covariance of the effects that the answers leave, (J, p, p).
    """

    factors: Floats
    variance: Floats
    centre: Floats
    spread: Floats


def effects_of(
    stats: ClusterStatistics, Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats, cross: Floats
) -> Effects:
    """Return cluster effects and level-2 factors given complete answers.

    Parameters
    ----------
    stats
        Cluster statistics of one group.
    Sw, mu_w, Sb, mu_b
        Moments of both levels.
    cross
        Covariances of m factors with the level-2 variables, (m, pb).

    Examples
    --------
    >>> from collective_use.numerics.twolevel.likelihood import Layout, cluster_statistics
    >>> y, cluster = np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1])
    >>> stats = cluster_statistics(y, np.zeros((2, 0)), cluster, Layout(1, 1, np.array([0])))
    >>> one = np.eye(1)
    >>> effects_of(stats, one, np.zeros(1), one, np.zeros(1), one).factors.ravel().round(6).tolist()
    [1.333333, 2.5]
    """
    layout, p, place = stats.layout, stats.layout.p, stats.layout.place
    P = np.linalg.inv(cluster_covariances(layout, Sw, Sb, stats.sizes))
    which = np.searchsorted(stats.sizes, stats.n)
    gap = stats.d - cluster_mean(layout, mu_w, mu_b)
    inner = np.flatnonzero(place < p)
    load, own = np.zeros((cross.shape[0], layout.size)), np.zeros((p, layout.size))
    load[:, place] = cross
    own[place[inner][:, None], place[None, :]] = Sb[inner]
    residual = np.einsum("jab,jb->ja", P[which], gap)
    variance = np.einsum("ma,sab,mb->sm", load, P, load)[which]
    before, mean = np.zeros((p, p)), np.zeros(p)
    before[np.ix_(place[inner], place[inner])] = Sb[np.ix_(inner, inner)]
    mean[place[inner]] = mu_b[inner]
    spread = before - own @ P @ own.T
    return Effects(residual @ load.T, variance, mean + residual @ own.T, spread[which])


def member_factors(
    Y: Floats, cluster: Ints, Sw: Floats, mu_w: Floats, cross: Floats, effects: Effects
) -> tuple[Floats, Floats]:
    """Return expected level-1 factors less their model means, and the variance of these.

    Parameters
    ----------
    Y
        Level-1 variables, NaN where missing, (N, p).
    cluster
        Cluster of every case, (N,).
    Sw, mu_w
        Within moments.
    cross
        Covariances of m factors with the level-1 variables, (m, p).
    effects
        Of the clusters.

    Returns
    -------
    scores, variance
        (N, m) each.
    """
    scores = np.zeros((Y.shape[0], cross.shape[0]))
    variance = np.zeros_like(scores)
    rest = Y - mu_w - effects.centre[cluster]
    for pattern in patterns_of(Y):
        o, cases = pattern.seen, pattern.cases
        W = np.linalg.solve(Sw[np.ix_(o, o)], cross[:, o].T).T
        scores[cases] = rest[np.ix_(cases, o)] @ W.T
        left = effects.spread[:, o[:, None], o[None, :]]
        by_cluster = np.sum(W * cross[:, o], axis=1) - np.einsum("ma,jab,mb->jm", W, left, W)
        variance[cases] = by_cluster[cluster[cases]]
    return scores, variance
