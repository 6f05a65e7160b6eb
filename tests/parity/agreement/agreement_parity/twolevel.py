"""Two-level covariances, reliabilities and fit, for the two files multilevel_reliability*.json.

mlrel.R takes the covariances from an explicit unrestricted model, whose covariance between groups
may have negative eigenvalues. Its likelihood has no upper bound, for two scales a local maximum;
for LEAD lavaan did not converge and there is none. There the maximum with a positive
semi-definite covariance stands in its place, here and in multilevel_reliability_exact.json.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np

import collective_use as cu
from agreement_parity import cells, computed
from collective_use.numerics.items.reliability import cronbach_alpha
from collective_use.numerics.items.two_level import (
    TwoLevelReliability,
    harmonic_size,
    two_level_alpha,
    two_level_omega,
)
from collective_use.numerics.twolevel.likelihood import (
    ClusterStatistics,
    Layout,
    cluster_statistics,
    twolevel_loglik,
)
from collective_use.numerics.twolevel.saturated import saturated_complete
from collective_use.numerics.twolevel.unrestricted import Saturated

WITHOUT_MAXIMUM = ("LEAD",)


@cache
def statistics(scale: str) -> ClusterStatistics:
    """Return cluster statistics of a scale's items."""
    frame = computed.data("lq2002")
    y = frame[computed.items_of(scale)].to_numpy(float)
    cluster = np.unique(frame["COMPID"], return_inverse=True)[1]
    layout = Layout(y.shape[1], y.shape[1], np.arange(y.shape[1]))
    return cluster_statistics(y, np.zeros((int(cluster.max()) + 1, 0)), cluster, layout)


@cache
def positive(scale: str) -> Saturated:
    """Return the unrestricted moments without negative eigenvalues."""
    return saturated_complete(statistics(scale))


def _fit(model: str) -> Any:
    with warnings.catch_warnings():
        # Negative residual variances and eigenvalues between groups, in the reference too; with
        # LEAD there are more parameters than groups, which matters to errors, not to estimates.
        warnings.simplefilter("ignore", cu.ImproperSolutionWarning)
        warnings.simplefilter("ignore", cu.DataWarning)
        fit = cu.fit_sem(model, computed.data("lq2002"), cluster="COMPID")
        # computed when first asked for; says of each scale that its unrestricted matrix between
        # groups is indefinite, which is what these files are about
        dict(fit.fit_measures)
        return fit


@cache
def free(scale: str) -> tuple[np.ndarray, np.ndarray, float]:
    """Return Sw, Sb and the log-likelihood of the explicit unrestricted model."""
    if scale in WITHOUT_MAXIMUM:
        found = positive(scale)
        return found.Sw, found.Sb, found.loglik
    names = computed.items_of(scale)
    pairs = "\n".join(f"{one} ~~ {' + '.join(names[i:])}" for i, one in enumerate(names))
    means = "\n".join(f"{one} ~ 1" for one in names)
    fit = _fit(f"level: 1\n{pairs}\nlevel: 2\n{pairs}\n{means}")
    table = fit.to_frame()
    S = np.zeros((2, len(names), len(names)))
    for row in table[table["op"] == "~~"].itertuples():
        i, j = names.index(row.lhs), names.index(row.rhs)
        S[int(row.level) - 1, [i, j], [j, i]] = row.est
    return S[0], S[1], dict(fit.fit_measures)["logl"]


def ahead(scale: str) -> float:
    """Return by how much our log-likelihood exceeds that at the moments mlrel.R gives.

    It gives no means; they are put at their best for its covariances.
    """
    stats = statistics(scale)
    block = cells.reference("multilevel_reliability.json")[scale]
    Sw, Sb = np.array(block["Sw"]), np.array(block["Sb"])
    V = Sb + Sw / stats.sizes[:, None, None]
    weight = np.linalg.inv(V) * stats.counts[:, None, None]
    mean = np.linalg.solve(weight.sum(axis=0), np.einsum("sab,sb->a", weight, stats.mean))
    theirs = twolevel_loglik(stats, Sw, np.zeros(len(Sw)), Sb, mean)
    return free(scale)[2] - theirs.value if theirs is not None else float("inf")


def moments() -> dict[str, Any]:
    """Return what belongs under multilevel_reliability.json."""
    return {scale: _block(scale) for scale in computed.SCALES}


def exact() -> dict[str, Any]:
    """Return what belongs under multilevel_reliability_exact.json."""
    result = moments()
    for scale, block in result.items():
        found, fit = positive(scale), dict(_factor_model(scale).fit_measures)
        block["logl"] = {
            "factor": fit["logl"],
            "independence": fit["unrestricted.logl"] - fit["baseline.chisq"] / 2,
            "psd": found.loglik,
            "free": None if scale in WITHOUT_MAXIMUM else free(scale)[2],
        }
        block["psd"] = {
            "Sw": found.Sw.tolist(),
            "Sb": found.Sb.tolist(),
            "mean": found.mu_b.tolist(),
            "rank": found.rank,
        }
    return result


@cache
def _factor_model(scale: str) -> Any:
    items = " + ".join(computed.items_of(scale))
    return _fit(f"level: 1\nf =~ {items}\nlevel: 2\nf =~ {items}")


def _block(scale: str) -> dict[str, Any]:
    Sw, Sb, _ = free(scale)
    inside, across = np.diag(Sw), np.diag(Sb)
    fit = _factor_model(scale)
    common, rest = _sums(fit.to_frame())
    stats, unrestricted = statistics(scale), positive(scale)
    size = harmonic_size(np.repeat(stats.sizes, stats.counts.astype(int)))
    omega = two_level_omega(common[0], common[1], unrestricted.Sw, unrestricted.Sb, size)
    alpha = two_level_alpha(unrestricted.Sw, unrestricted.Sb, size)
    measures = dict(fit.fit_measures)
    return {
        "alpha_within": cronbach_alpha(Sw),
        "alpha_between": cronbach_alpha(Sb),
        "Sw": Sw.tolist(),
        "Sb": Sb.tolist(),
        "icc_items": (across / (inside + across)).tolist(),
        "omega_within": common[0] / (common[0] + rest[0]),
        "omega_between": common[1] / (common[1] + rest[1]),
        "compRelSEM_config": _kinds(omega),
        "compRelSEM_default": {"level": ["within", "COMPID"], "f": [omega.within, omega.between]},
        "alpha_compRel": _kinds(alpha),
        "fit": _against_positive(measures, unrestricted.loglik),
    }


def _against_positive(measures: dict[str, float], unrestricted: float) -> dict[str, float]:
    """Return fit against the unrestricted model without negative eigenvalues, as in R's files.

    Ours compares two models that may both have a matrix that is not positive; lavaan, which made
    the files, keeps the unrestricted one positive. Log-likelihoods are ours.
    """
    chisq = 2 * (unrestricted - measures["logl"]) if measures["df"] else 0.0
    independence = measures["unrestricted.logl"] - measures["baseline.chisq"] / 2
    baseline, df = 2 * (unrestricted - independence), measures["df"]
    over = max(chisq - df, 0.0)
    under = max(baseline - measures["baseline.df"], over)
    return {
        "chisq": chisq,
        "df": df,
        "cfi": 1.0 - over / under,
        "rmsea": float(np.sqrt(over / (df * measures["ntotal"]))) if df else 0.0,
        "srmr_within": measures["srmr_within"],
        "srmr_between": measures["srmr_between"],
    }


def _kinds(found: TwoLevelReliability) -> dict[str, Any]:
    return {
        "config": {"f": [found.within, found.configural]},
        "shared": {"f": [found.shared, found.raters]},
    }


def _sums(table: Any) -> tuple[list[float], list[float]]:
    """Return, by level, the common variance of the sum and the sum of residual variances."""
    common, rest = [], []
    for level in ("1", "2"):
        part = table[table["level"].astype(str) == level]
        own = part["lhs"].eq("f")
        loadings = part.loc[part["op"] == "=~", "est"].to_numpy(float)
        variance = float(part.loc[own & part["op"].eq("~~"), "est"].iloc[0])
        common.append(float(loadings.sum()) ** 2 * variance)
        rest.append(float(part.loc[~own & part["op"].eq("~~"), "est"].sum()))
    return common, rest
