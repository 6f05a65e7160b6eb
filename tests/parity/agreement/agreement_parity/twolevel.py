"""Unrestricted covariances within and between groups, for multilevel_reliability.json.

The reference lets the covariance between groups have negative eigenvalues; so for two scales
the likelihood is climbed without a border here too. For the third (LEAD) the reference stopped
far from any optimum; there the log-likelihood at its moments is compared.

compRelSEM and the fit measures rest on another unrestricted model, where the reference's EM
stopped early. They are computed here from its moments at that stop, unrestricted and implied, by
our formulas and likelihood; our factor model and our own unrestricted model must have likelihoods
no lower than the ones at the stop.
"""

from __future__ import annotations

import json
import warnings
from functools import cache
from typing import Any

import numpy as np
from scipy import optimize

import collective_use as cu
from agreement_parity import cells, computed
from collective_use.numerics.reliability import cronbach_alpha
from collective_use.numerics.reliability_two_level import (
    harmonic_size,
    two_level_alpha,
    two_level_omega,
)
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
        terms = twolevel_loglik(stats, square(x[:m]), np.zeros(p), square(x[m : 2 * m]), x[2 * m :])
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
    result: dict[str, Any] = {}
    for level, name in (("1", "omega_within"), ("2", "omega_between")):
        part = table[table["level"].astype(str) == level]
        own = part["lhs"].eq("f")
        loadings = part.loc[part["op"] == "=~", "est"].to_numpy(float)
        variance = float(part.loc[own & part["op"].eq("~~"), "est"].iloc[0])
        rest = part.loc[~own & part["op"].eq("~~"), "est"].to_numpy(float)
        common = float(loadings.sum()) ** 2 * variance
        result[name] = common / (common + float(rest.sum()))
    return result | at_the_stop(scale, dict(fit.fit_measures))


def at_the_stop(scale: str, measures: dict[str, float]) -> dict[str, Any]:
    """Return reliabilities and fit by our formulas at the moments where the reference stopped."""
    block = stopped()[scale]
    if measures["logl"] < block["logl"] - 1e-8:
        raise ValueError(f"{scale}: our factor model has the lower likelihood")
    common, implied = block["common"], [np.array(S) for S in block["implied"]]
    stats = statistics(scale)
    Sw, Sb, value = stop(scale)
    size = harmonic_size(np.repeat(stats.sizes, stats.counts.astype(int)))
    omega = two_level_omega(common[0], common[1], Sw, Sb, size)
    alpha = two_level_alpha(Sw, Sb, size)
    df = int(measures["df"])
    # lavaan sets the chi-square of a saturated model to 0.
    chisq = 2 * (value - measures["logl"]) if df else 0.0
    ours = 2 * (measures["unrestricted.logl"] - value)
    excess = measures["baseline.chisq"] - ours - measures["baseline.df"]
    return {
        "compRelSEM_config": {
            "config": {"f": [omega.within, omega.configural]},
            "shared": {"f": [omega.shared, omega.raters]},
        },
        "compRelSEM_default": {"level": ["within", "COMPID"], "f": [omega.within, omega.between]},
        "alpha_compRel": {
            "config": {"f": [alpha.within, alpha.configural]},
            "shared": {"f": [alpha.shared, alpha.raters]},
        },
        "fit": {
            "chisq": chisq,
            "df": df,
            "cfi": 1.0 - max(chisq - df, 0.0) / excess,
            "rmsea": float(np.sqrt(max(chisq - df, 0.0) / (stats.N * df))) if df else 0.0,
            "srmr_within": _srmr(Sw, implied[0]),
            "srmr_between": _srmr(Sb, implied[1]),
        },
    }


def _srmr(sample: np.ndarray, implied: np.ndarray) -> float:
    gap = [S / np.sqrt(np.outer(np.diag(S), np.diag(S))) for S in (sample, implied)]
    return float(np.sqrt(np.mean((gap[0] - gap[1])[np.tril_indices(len(sample))] ** 2)))


@cache
def stopped() -> Any:
    """Return the reference's moments where it stopped, and its log-likelihoods."""
    path = cells.DATA / "multilevel_reliability_moments.json"
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def stop(scale: str) -> Moments:
    """Return covariances where the reference's EM stopped, and our log-likelihood there."""
    block = stopped()[scale]
    Sw, Sb = np.array(block["Sw"]), np.array(block["Sb"])
    there = twolevel_loglik(statistics(scale), Sw, np.zeros(len(Sw)), Sb, np.array(block["mean"]))
    if there is None:
        raise ValueError(f"{scale}: the reference's moments have no likelihood")
    if abs(there.value - block["unrestricted"]) > 1e-7:
        raise ValueError(f"{scale}: our log-likelihood at the reference's moments is not its own")
    return Sw, Sb, there.value


@cache
def ahead_of_stop(scale: str) -> float:
    """Return by how much our unrestricted log-likelihood exceeds that at the stop."""
    return saturated_complete(statistics(scale)).loglik - stop(scale)[2]


def moments() -> dict[str, Any]:
    """Return what belongs under multilevel_reliability.json."""
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
