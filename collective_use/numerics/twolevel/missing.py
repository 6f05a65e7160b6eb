"""The two-level normal likelihood with missing values at level 1.

Given the cluster variables z, the effects b of a cluster are normal with covariance Q; with the
precision ``A = sum_i O_i' (O_i Sigma_w O_i')^-1 O_i`` of its seen answers and their weighted
residuals B, the likelihood needs ``|I + Q A|`` and ``B' (I + Q A)^-1 Q B`` only: Q may be singular.

References
----------
Raudenbush (1988), Journal of Educational Statistics 13:85; Lindley & Smith (1972), Journal of
the Royal Statistical Society B 34:1 (conditional normal algebra).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.moments import Floats, Ints, patterns_of
from collective_use.numerics.twolevel.likelihood import (
    ClusterStatistics,
    Layout,
    MomentDerivatives,
    Terms,
    cluster_statistics,
    inverse_and_logdet,
)
from collective_use.numerics.twolevel.missing_information import (
    Answers,
    Place,
    observed_information,
)
from collective_use.numerics.twolevel.saturated import (
    moments_at,
    saturated_moments,
    start_moments,
)
from collective_use.numerics.twolevel.scores import Effects
from collective_use.numerics.twolevel.unrestricted import (
    DENSE_WITH_GAPS,
    Saturated,
    newton_moments,
    score_of,
)

_LOG_2PI = float(np.log(2 * np.pi))


@dataclass(slots=True)
class _Parts:
    """What value and derivatives share at one place."""

    value: float
    P: Floats
    a: Floats
    G_b: Floats
    u: Floats
    spread: Floats
    centre: Floats
    Pz: Floats
    gap_z: Floats
    slope: Floats
    inverse: Floats


class IncompleteLikelihood:
    """Likelihood of one group with missing values at level 1.

    Parameters
    ----------
    Y
        Level-1 variables, NaN where missing, (N, p).
    z
        Cluster variables, complete, (J, size - p).
    cluster
        Cluster of every case, 0 to J - 1.
    layout
        Where the variables stand.
    """

    complete = False

    def __init__(self, Y: Floats, z: Floats, cluster: Ints, layout: Layout) -> None:
        self.layout, self.cluster, self.z = layout, cluster, z
        self.N, self.J = Y.shape[0], z.shape[0]
        self.seen = ~np.isnan(Y)
        self.Y = np.where(self.seen, Y, 0.0)
        self.values = int(self.seen.sum())
        self.raw = Y
        patterns = patterns_of(Y)
        self.mask = np.zeros((len(patterns), layout.p))
        self.pattern = np.zeros(self.N, dtype=np.intp)
        for k, found in enumerate(patterns):
            self.mask[k, found.seen] = 1.0
            self.pattern[found.cases] = k
        self.count = np.zeros((self.J, len(patterns)))
        np.add.at(self.count, (cluster, self.pattern), 1.0)
        # the pairs of cluster and pattern that occur: far fewer than all
        self.pair_cluster, self.pair_pattern = np.nonzero(self.count)
        self.pair_count = self.count[self.pair_cluster, self.pair_pattern][:, None, None]
        self.pair_start = np.flatnonzero(np.diff(self.pair_cluster, prepend=-1))
        self.inner = np.flatnonzero(layout.place < layout.p)
        self.outer = np.flatnonzero(layout.place >= layout.p)
        self.at = layout.place[self.inner]
        self.z_order = layout.place[self.outer] - layout.p

    def like(self, Y: Floats, z: Floats, codes: Ints) -> IncompleteLikelihood:
        """Return the likelihood of other data in the same layout."""
        return IncompleteLikelihood(Y, z, codes, self.layout)

    def _by_pattern(self, Sw: Floats) -> tuple[Floats, Floats] | None:
        both = self.mask[:, :, None] * self.mask[:, None, :]
        full = Sw * both
        k = np.arange(self.layout.p)
        full[:, k, k] += 1.0 - self.mask
        found = inverse_and_logdet(full)
        return None if found is None else (found[0] * both, found[1])

    def _given_z(
        self, Sb: Floats, mu_b: Floats
    ) -> tuple[float, Floats, Floats, Floats, Floats, Floats] | None:
        """Return the log-likelihood of z, and the moments of b given z."""
        i, o = self.inner, self.outer
        if o.size == 0:
            none = np.zeros((0, 0))
            shift = np.broadcast_to(mu_b[i], (self.J, i.size))
            return 0.0, Sb[np.ix_(i, i)], shift, none, np.zeros((self.J, 0)), np.zeros((i.size, 0))
        found = inverse_and_logdet(Sb[np.ix_(o, o)])
        if found is None:
            return None
        Pz, logdet = found
        gap = self.z[:, self.z_order] - mu_b[o]
        slope = Sb[np.ix_(i, o)] @ Pz
        value = -0.5 * (
            self.J * (o.size * _LOG_2PI + float(logdet)) + float(np.sum((gap @ Pz) * gap))
        )
        Q = Sb[np.ix_(i, i)] - slope @ Sb[np.ix_(o, i)]
        return value, Q, mu_b[i] + gap @ slope.T, Pz, gap, slope

    def _parts(self, Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats) -> _Parts | None:
        within, given = self._by_pattern(Sw), self._given_z(Sb, mu_b)
        if within is None or given is None:
            return None
        (P, logdet), (value, Q, shift, Pz, gap, slope) = within, given
        b = self.inner.size
        mean = np.tile(mu_w, (self.J, 1))
        mean[:, self.at] += shift
        r = np.where(self.seen, self.Y - mean[self.cluster], 0.0)
        a = (P[self.pattern] @ r[:, :, None])[:, :, 0]
        A = self._summed(P[:, self.at[:, None], self.at[None, :]][self.pair_pattern])
        B = np.zeros((self.J, b))
        np.add.at(B, self.cluster, a[:, self.at])
        M = np.eye(b) + A @ Q
        sign, logdet_m = np.linalg.slogdet(M)
        if (sign <= 0).any():
            return None
        inverse = np.asarray(np.linalg.inv(M), dtype=np.float64)
        spread = Q @ inverse
        spread = (spread + spread.swapaxes(-1, -2)) / 2
        u = np.einsum("jab,jb->ja", inverse, B)
        centre = u @ Q
        value -= 0.5 * (
            self.values * _LOG_2PI
            + float(self.count.sum(axis=0) @ logdet)
            + float(logdet_m.sum())
            + float(np.sum(a * r))
            - float(np.sum(B * centre))
        )
        T = inverse @ A
        T = (T + T.swapaxes(-1, -2)) / 2
        G_b = -0.5 * (T - u[:, :, None] * u[:, None, :])
        return _Parts(value, P, a, G_b, u, spread, centre, Pz, gap, slope, inverse)

    def _summed(self, by_pair: Floats) -> Floats:
        """Add matrices of the pairs that occur up by cluster, (J, ...)."""
        return np.asarray(np.add.reduceat(by_pair * self.pair_count, self.pair_start, axis=0))

    def effects(self, Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats, cross: Floats) -> Effects:
        """Return cluster effects and level-2 factors given all seen answers (see `effects_of`)."""
        parts, given = self._parts(Sw, mu_w, Sb, mu_b), self._given_z(Sb, mu_b)
        if parts is None or given is None:
            raise ValueError("the likelihood is not defined here")
        i, o, p = self.inner, self.outer, self.layout.p
        by_z = cross[:, o] @ parts.Pz
        rest = cross[:, i] - by_z @ Sb[np.ix_(o, i)]
        factors = parts.gap_z @ by_z.T + parts.u @ rest.T
        T = parts.u[:, :, None] * parts.u[:, None, :] - 2 * parts.G_b  # variance of u
        variance = np.sum(by_z * cross[:, o], axis=1) + np.einsum("ma,jab,mb->jm", rest, T, rest)
        centre, spread = np.zeros((self.J, p)), np.zeros((self.J, p, p))
        centre[:, self.at] = given[2] + parts.centre
        spread[:, self.at[:, None], self.at[None, :]] = parts.spread
        return Effects(factors, variance, centre, spread)

    def _level2(self, parts: _Parts) -> tuple[Floats, Floats]:
        """Derivatives by Sigma_b and mu_b, by cluster."""
        i, o, pb = self.inner, self.outer, self.layout.pb
        S, m = np.zeros((self.J, pb, pb)), np.zeros((self.J, pb))
        S[:, i[:, None], i[None, :]] = parts.G_b
        m[:, i] = parts.u
        if o.size:
            L, Pz, gap = parts.slope, parts.Pz, parts.gap_z
            w = gap @ Pz
            R = parts.u[:, :, None] * w[:, None, :]
            cross = -2 * parts.G_b @ L + R
            S[:, i[:, None], o[None, :]] = cross / 2
            S[:, o[:, None], i[None, :]] = cross.swapaxes(-1, -2) / 2
            own = L.T @ parts.G_b @ L - L.T @ R
            own = (own + own.swapaxes(-1, -2)) / 2
            S[:, o[:, None], o[None, :]] = own - 0.5 * (Pz - w[:, :, None] * w[:, None, :])
            m[:, o] = w - parts.u @ L
        return S, m

    def terms(self, Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats) -> Terms | None:
        """Return log-likelihood and derivatives; None where it is not defined."""
        parts = self._parts(Sw, mu_w, Sb, mu_b)
        if parts is None:
            return None
        t = self._derivatives(parts, by_cluster=False)
        return Terms(parts.value, t.sigma_w, t.mu_w, t.sigma_b, t.mu_b)

    def by_cluster(self, Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats) -> Terms:
        """Return derivatives by cluster."""
        parts = self._parts(Sw, mu_w, Sb, mu_b)
        if parts is None:
            raise ValueError("the likelihood is not defined here")
        return self._derivatives(parts, by_cluster=True)

    def _derivatives(self, parts: _Parts, *, by_cluster: bool) -> Terms:
        p, P = self.layout.p, parts.P
        e = self._residuals(parts)
        spread = np.zeros((self.J, p, p))
        spread[:, self.at[:, None], self.at[None, :]] = parts.spread
        S, m = self._level2(parts)
        if by_cluster:
            own = P[self.pair_pattern]
            first = self._summed(own)
            second = self._summed(own @ spread[self.pair_cluster] @ own)
            outer = np.zeros((self.J, p, p))
            np.add.at(outer, self.cluster, e[:, :, None] * e[:, None, :])
            mu_w = np.zeros((self.J, p))
            np.add.at(mu_w, self.cluster, e)
            return Terms(float("nan"), -0.5 * (first - second - outer), mu_w, S, m)
        counted = (self.count.T @ spread.reshape(self.J, -1)).reshape(-1, p, p)
        second = (P @ counted @ P).sum(axis=0)
        first = np.einsum("k,kab->ab", self.count.sum(axis=0), P)
        sigma_w = -0.5 * (first - second - e.T @ e)
        return Terms(float("nan"), sigma_w, e.sum(axis=0), S.sum(axis=0), m.sum(axis=0))

    def _residuals(self, parts: _Parts) -> Floats:
        """Return residuals by case, weighted by the inverse covariance of their cluster, (N, p)."""
        effect = np.zeros((self.J, self.layout.p))
        effect[:, self.at] = parts.centre
        return parts.a - (parts.P[self.pattern] @ effect[self.cluster][:, :, None])[:, :, 0]

    def information(
        self,
        Sw: Floats,
        mu_w: Floats,
        Sb: Floats,
        mu_b: Floats,
        by: MomentDerivatives,
        *,
        observed: bool,
    ) -> Floats:
        """Return the information through first derivatives of the moments, (q, q).

        Not observed: cross-products of cluster scores, plus a ridge.
        """
        if not observed:
            scores = score_of(self.by_cluster(Sw, mu_w, Sb, mu_b), by)
            out = scores.T @ scores
            return np.asarray(out + 1e-6 * np.diag(np.diag(out) + 1e-12))
        parts = self._parts(Sw, mu_w, Sb, mu_b)
        if parts is None:
            raise ValueError("the likelihood is not defined here")
        u = parts.u
        T = u[:, :, None] * u[:, None, :] - 2 * parts.G_b
        place = Place(
            parts.P, self._residuals(parts), self._level2(parts)[1], parts.spread, parts.inverse,
            T, parts.Pz, parts.slope,
        )  # fmt: skip
        answers = Answers(
            self.seen.astype(float), self.cluster, self.pattern, self.count, self.pair_pattern,
            self.pair_count.ravel(), self.pair_start, self.at, self.inner, self.outer,
        )  # fmt: skip
        return observed_information(answers, place, by)


def start_statistics(Y: Floats, z: Floats, cluster: Ints, layout: Layout) -> ClusterStatistics:
    """Return cluster statistics with missing values replaced for a start."""
    filled = Y.copy()
    means = np.nanmean(Y, axis=0)
    for j in range(int(cluster.max()) + 1):
        rows = cluster == j
        own = Y[rows]
        seen = ~np.isnan(own)
        count = seen.sum(axis=0)
        total = np.where(seen, own, 0.0).sum(axis=0)
        centre = np.where(count > 0, total / np.maximum(count, 1), means)
        filled[rows] = np.where(seen, own, centre)
    return cluster_statistics(filled, z, cluster, layout)


def saturated_incomplete(likelihood: IncompleteLikelihood) -> Saturated:
    """Return the unrestricted moments of one group with missing values."""
    stats = start_statistics(likelihood.raw, likelihood.z, likelihood.cluster, likelihood.layout)
    start = start_moments(stats)
    if start[0].shape[0] + start[1].shape[0] <= DENSE_WITH_GAPS:
        found = newton_moments(likelihood, moments_at(stats.layout, start))
        if found is not None and found.rank == len(found.Sb):
            return found
    return saturated_moments(likelihood.terms, likelihood.layout, start, likelihood.N, likelihood.J)
