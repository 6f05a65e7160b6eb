"""Unrestricted covariances within and between groups, for multilevel_reliability.json.

The reference lets the covariance between groups have negative eigenvalues; so for two scales
the likelihood is climbed without a border here too. For the third (LEAD) the reference stopped
far from any optimum; there the log-likelihood at its moments is compared.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np
from agreement_parity import cells, computed
from scipy import optimize

import collective_use as cu
from collective_use.numerics.reliability import cronbach_alpha
from collective_use.numerics.twolevel import (
    ClusterStatistics,
    Layout,
    cluster_statistics,
    twolevel_loglik,
)
from collective_use.numerics.twolevel_saturated import (
    saturated_complete,
    score_of,
    unrestricted_derivatives,
)

Moments = tuple[np.ndarray, np.ndarray, float]


@cache
def statistics(scale: str) -> ClusterStatistics:
    """Return cluster statistics of a scale's items."""
    frame = computed.data("lq2002")
    y = frame[computed.items_of(scale)].to_numpy(float)
    cluster = np.unique(frame["COMPID"], return_inverse=True)[1]
    layout = Layout(y.shape[1], y.shape[1], np.arange(y.shape[1]))
    return cluster_statistics(y, np.zeros((int(cluster.max()) + 1, 0)), cluster, layout)


@cache
def fitted(scale: str) -> Moments:
    """Return covariances within and between, and the log-likelihood."""
    stats = statistics(scale)
    start = saturated_complete(stats)
    if scale == "LEAD":
        return start.Sw, start.Sb, start.loglik
    p = len(start.Sw)
    upper = np.triu_indices(p)
    by = unrestricted_derivatives(stats.layout)
    m = len(upper[0])

    def square(part: np.ndarray) -> np.ndarray:
        half = np.zeros((p, p))
        half[upper] = part
        return half + np.triu(half, 1).T

    def objective(x: np.ndarray) -> tuple[float, np.ndarray]:
        terms = twolevel_loglik(
            stats, square(x[:m]), np.zeros(p), square(x[m : 2 * m]), x[2 * m :]
        )
        if terms is None:
            return 1e10, np.zeros(len(x))
        return -terms.value, -score_of(terms, by)

    first = np.concatenate([start.Sw[upper], start.Sb[upper], start.mu_b])
    end = optimize.minimize(objective, first, jac=True, method="BFGS", options={"gtol": 1e-7})
    return square(end.x[:m]), square(end.x[m : 2 * m]), -float(end.fun)


def factor_model(scale: str) -> dict[str, Any]:
    """Return omega within and between groups from a factor at each level."""
    items = " + ".join(computed.items_of(scale))
    with warnings.catch_warnings():
        # One between-groups residual of TSIG is a little below zero, in the reference too; with
        # LEAD there are more parameters than groups, which matters to errors, not to estimates.
        warnings.simplefilter("ignore", cu.ImproperSolutionWarning)
        warnings.simplefilter("ignore", cu.DataWarning)
        fit = cu.fit_cfa(
            f"level: 1\nf =~ {items}\nlevel: 2\nf =~ {items}",
            computed.data("lq2002"),
            cluster="COMPID",
        )
    table = fit.to_frame()
    result: dict[str, Any] = {"fit": {"df": int(fit.fit_measures["df"])}}
    for level, name in (("1", "omega_within"), ("2", "omega_between")):
        part = table[table["level"].astype(str) == level]
        own = part["lhs"].eq("f")
        loadings = float(part.loc[part["op"] == "=~", "est"].sum())
        common = loadings**2 * float(part.loc[own & part["op"].eq("~~"), "est"].iloc[0])
        rest = float(part.loc[~own & part["op"].eq("~~"), "est"].sum())
        result[name] = common / (common + rest)
    return result


def moments() -> dict[str, Any]:
    """Return what belongs under multilevel_reliability.json and needs no factor model."""
    result = {}
    for scale in computed.SCALES:
        Sw, Sb, _ = fitted(scale)
        inside, across = np.diag(Sw), np.diag(Sb)
        result[scale] = {
            "alpha_within": cronbach_alpha(Sw),
            "alpha_between": cronbach_alpha(Sb),
            "Sw": Sw.tolist(),
            "Sb": Sb.tolist(),
            "icc_items": (across / (inside + across)).tolist(),
            **factor_model(scale),
        }
    return result


def ahead(scale: str) -> float:
    """Return by how much our log-likelihood exceeds that at the reference's moments.

    The reference gives no means; they are put at their best for its covariances.
    """
    stats = statistics(scale)
    block = cells.reference("multilevel_reliability.json")[scale]
    Sw, Sb = np.array(block["Sw"]), np.array(block["Sb"])
    V = Sb + Sw / stats.sizes[:, None, None]
    weight = np.linalg.inv(V) * stats.counts[:, None, None]
    mean = np.linalg.solve(weight.sum(axis=0), np.einsum("sab,sb->a", weight, stats.mean))
    theirs = twolevel_loglik(stats, Sw, np.zeros(len(Sw)), Sb, mean)
    return fitted(scale)[2] - theirs.value if theirs is not None else float("inf")
