"""EM for the unrestricted two-level model: another way to the same optimum, for tests.

Dempster, Laird & Rubin (1977), Journal of the Royal Statistical Society B 39:1.
"""

from __future__ import annotations

import numpy as np

from collective_use.numerics.twolevel.likelihood import (
    cluster_covariances,
    cluster_mean,
    twolevel_loglik,
)
from collective_use.numerics.twolevel.unrestricted import Saturated


def em_saturated(stats: object, tol: float = 1e-4, max_iter: int = 5000) -> Saturated:
    """Run EM from identity until a step gains less than `tol` in log-likelihood."""
    layout, p = stats.layout, stats.layout.p
    place = layout.place
    Sw, mu_w = np.eye(p), np.zeros(p)
    Sb, mu_b = np.eye(layout.pb), np.zeros(layout.pb)
    outer = np.flatnonzero(place >= p)
    old = _value(stats, Sw, mu_w, Sb, mu_b)
    if outer.size:
        z = stats.d[:, p:]
        mu_b[outer] = z.mean(axis=0)[place[outer] - p]
        centred = z[:, place[outer] - p] - mu_b[outer]
        Sb[np.ix_(outer, outer)] = centred.T @ centred / stats.J
    steps = 0
    for steps in range(1, max_iter + 1):  # noqa: B007
        Sw, mu_w, Sb, mu_b = _em_step(stats, Sw, mu_w, Sb, mu_b, outer)
        new = _value(stats, Sw, mu_w, Sb, mu_b)
        gain, old = new - old, new
        if gain < tol:
            break
    rank = int((np.linalg.eigvalsh(Sb) > 1e-8).sum())
    return Saturated(Sw, mu_w, Sb, mu_b, old, rank, steps, float("nan"))


def _value(stats: object, Sw: object, mu_w: object, Sb: object, mu_b: object) -> float:
    terms = twolevel_loglik(stats, Sw, mu_w, Sb, mu_b)
    return float("-inf") if terms is None else terms.value


def _em_step(
    stats: object,
    Sw: object,
    mu_w: object,
    Sb: object,
    mu_b: object,
    outer: object,
) -> tuple[object, object, object, object]:
    layout, p = stats.layout, stats.layout.p
    place = layout.place
    both = np.flatnonzero(place < p)
    inner = place[both]
    V = cluster_covariances(layout, Sw, Sb, stats.sizes)
    gap = stats.d - cluster_mean(layout, mu_w, mu_b)
    which = np.searchsorted(stats.sizes, stats.n)
    load = np.zeros((both.size, layout.size))
    load[:, place] = Sb[both]
    weights = load @ np.linalg.inv(V)
    posterior = Sb[np.ix_(both, both)] - weights @ load.T
    centre = mu_b[both] + np.einsum("jbk,jk->jb", weights[which], gap)
    effect = np.zeros((stats.J, p))
    effect[:, inner] = centre
    spread = np.zeros((p, p))
    spread[np.ix_(inner, inner)] = np.einsum("s,sab->ab", stats.counts * stats.sizes, posterior)
    rest = stats.d[:, :p] - effect
    new_mu_w = (stats.n @ rest) / stats.N
    gone = rest - new_mu_w
    new_Sw = (stats.N - stats.J) * stats.within + (gone * stats.n[:, None]).T @ gone + spread
    new_mu_b, new_Sb = mu_b.copy(), Sb.copy()
    new_mu_b[both] = centre.mean(axis=0)
    away = centre - new_mu_b[both]
    inside = away.T @ away / stats.J + np.einsum("s,sab->ab", stats.counts, posterior) / stats.J
    new_Sb[np.ix_(both, both)] = inside
    if outer.size:
        z = stats.d[:, place[outer]] - mu_b[outer]
        cross = away.T @ z / stats.J
        new_Sb[np.ix_(both, outer)] = cross
        new_Sb[np.ix_(outer, both)] = cross.T
    free = np.setdiff1d(np.arange(p), inner)
    shift = np.zeros(p)
    shift[inner] = new_mu_w[inner]
    new_mu_b[both] += shift[inner]
    moved = np.zeros(p)
    moved[free] = new_mu_w[free]
    return new_Sw / stats.N, moved, new_Sb, new_mu_b
