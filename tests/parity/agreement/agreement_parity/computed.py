"""What this package computes for the cells of the reference files, under the same names."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

import collective_use as cu
from agreement_parity import cells
from collective_use.numerics.groups import nulls
from collective_use.numerics.items import omega, reliability

SCALES = {"LEAD": ("LEAD", 11, 1), "TSIG": ("TSIG", 3, 1), "HOSTIL": ("HOSTIL", 5, 0)}
GROUP = {"lq2002": "COMPID", "bh1996": "GRP", "bhr2000": "GRP"}


@cache
def data(name: str) -> pd.DataFrame:
    """Read one of the data sets."""
    return pd.read_csv(cells.DATA / f"{name}.csv")


def items_of(scale: str) -> list[str]:
    """Return the items of a scale of lq2002."""
    stem, number, _ = SCALES[scale]
    return [f"{stem}{i:02d}" for i in range(1, number + 1)]


def icc_block(values: Any, groups: Any) -> dict[str, Any]:
    """Return an ICC block as agreement.R makes it."""
    a, r, m = (cu.icc(values, groups, method=how) for how in ("anova", "reml", "ml"))
    psychometric = list(a.ci_by["f_mean"])
    return {
        "N": a.n, "G": a.groups,
        "kbar": a.sizes["mean"], "k0": a.sizes["k0"], "k_harmonic": a.sizes["harmonic"],
        "df1": a.df1, "df2": a.df2,
        "SSB": a.ms_between * a.df1, "SSW": a.ms_within * a.df2,
        "MSB": a.ms_between, "MSW": a.ms_within, "F": a.f, "p": a.p, "eta2": a.eta2,
        "ICC1_multilevel": a.icc1, "ICC2_multilevel": a.icc2,
        "ICC1_k0": a.icc1_by["k0"], "ICC1_kharm": a.icc1_by["harmonic"],
        "ICC1_CI95_psychometric": psychometric, "ICC1_CI95_k0": list(a.ci_by["f_k0"]),
        "ICC2_CI95": list(a.ci_by["icc2_f"]), "deff_kbar": a.design_effect,
        "lme4_REML_tau": r.tau2, "lme4_REML_sigma2": r.sigma2, "lme4_REML_ICC": r.icc1,
        "lme4_REML_logLik": r.log_likelihood, "lme4_REML_mu": r.mu,
        "lme4_ML_tau": m.tau2, "lme4_ML_sigma2": m.sigma2, "lme4_ML_ICC": m.icc1,
        "lme4_ML_logLik": m.log_likelihood,
        "ICC2_bruceR_meanrel": r.icc2_by["mean_reliability"],
        "ICC2_psychometric_weighted": r.icc2_by["mean_reliability_by_member"],
        "ICC2_multicc_lme4": r.icc2,
    }  # fmt: skip


def summary(values: Any) -> list[float]:
    """Return R's summary(): minimum, quartiles, mean and maximum."""
    x = np.asarray(values, float)
    x = x[~np.isnan(x)]
    low, first, median, third, high = np.quantile(x, [0, 0.25, 0.5, 0.75, 1])
    return [float(v) for v in (low, first, median, x.mean(), third, high)]


def column(result: Any) -> list[Any]:
    """Return the index of an agreement result by group; None where it is missing."""
    values = result.to_frame()[result.index]
    return [None if np.isnan(v) else float(v) for v in values]


def alpha_block(items: pd.DataFrame) -> dict[str, Any]:
    """Return the reliability of a scale as psych and multilevel have it."""
    x = items.to_numpy(float)
    found = reliability.scale_reliability(np.cov(x, rowvar=False), len(x))
    return {
        "multilevel_cronbach": found.alpha,
        "psych_raw": found.alpha,
        "psych_std": found.standardized_alpha,
        "G6": found.lambda6,
        "ase": found.standard_error,
        "feldt": list(reliability.feldt_limits(found.alpha, len(x), x.shape[1])),
        "alpha_drop_raw": found.alpha_without.tolist(),
        "r_drop": found.item_rest.tolist(),
        "raw_r": found.item_total.tolist(),
        "item_total": {
            "Variable": list(items.columns),
            "Item.Total": found.item_rest.tolist(),
            "Alpha.Without": found.alpha_without.tolist(),
            "N": [len(x)] * x.shape[1],
        },
    }


def omega_blocks(items: pd.DataFrame) -> dict[str, Any]:
    """Return psych's omega (three factors above five items) and that of one ML factor."""
    r = np.corrcoef(items.to_numpy(float), rowvar=False)
    factors = 3 if items.shape[1] > 5 else 1
    found = omega.omega(r, factors)
    loadings, unique = omega.one_factor(r)
    common = float(loadings.sum()) ** 2
    closed = reliability.scale_reliability(r, len(items))
    return {
        "omega": {
            "nfactors": factors,
            "omega_h": found.hierarchical,
            "omega_tot": found.total,
            "alpha": closed.alpha,
            "G6": closed.lambda6,
            "omega_lim": found.limit,
        },
        "omega1": {
            "ml_loadings": loadings.tolist(),
            "uniq": unique.tolist(),
            "omega_congeneric_corr": common / (common + float(unique.sum())),
            "AVE": float(np.mean(loadings**2)),
        },
    }


def nlme_block(table: pd.DataFrame, groups: Any) -> dict[str, Any]:
    """Return mult.icc: REML ICC(1), stepped up to N/G."""
    found = [cu.icc(table[name], groups, method="reml") for name in table.columns]
    return {
        "Variable": list(table.columns),
        "ICC1": [one.icc1 for one in found],
        "ICC2": [one.icc2 for one in found],
    }


def waba_block(x: Any, y: Any, groups: Any) -> dict[str, Any]:
    """Return waba()."""
    found = cu.waba(x, y, groups)
    return {
        "Cov.Theorem": {
            "RawCorr": found.raw,
            "EtaBx": found.eta_between_x,
            "EtaBy": found.eta_between_y,
            "CorrB": found.between,
            "EtaWx": found.eta_within_x,
            "EtaWy": found.eta_within_y,
            "CorrW": found.within,
        },
        "n.obs": found.n,
        "n.grps": found.groups,
    }


def item_block(values: pd.Series, groups: Any, codes: list[int]) -> dict[str, Any]:
    """Return the indices of one item."""
    found = cu.rwg(values, groups, options=codes)
    return {
        "rwg": column(found),
        "awg": column(cu.awg(values, groups, options=codes)),
        "ad_mean": column(cu.average_deviation(values, groups, options=codes)),
        "ad_median": column(cu.average_deviation(values, groups, options=codes, around="median")),
        "var": found.to_frame()["variance"].tolist(),
        "icc": icc_block(values, groups),
    }


def agree_block(scale: str) -> dict[str, Any]:
    """Return the block of one scale of lq2002."""
    frame, names, low = data("lq2002"), items_of(scale), SCALES[scale][2]
    x, groups, codes = frame[names], frame["COMPID"], list(range(low, low + 5))
    james = cu.rwg_j(x, groups, options=codes)
    lindell = cu.rwg_j(x, groups, options=codes, variant="lindell")
    shares = cu.awg(x, groups, options=codes)
    mean, median = (
        cu.average_deviation(x, groups, options=codes, around=how) for how in ("mean", "median")
    )
    score = x.mean(axis=1)
    return {
        "items": names, "J": len(names), "range": [low, low + 4], "ranvar": james.null.variance,
        "grpid": james.to_frame()["group"].tolist(), "gsize": james.to_frame()["n"].tolist(),
        "rwg_j": column(james), "rwg_j_lindell": column(lindell), "awg_j": column(shares),
        "ad_m_mean": column(mean), "ad_m_median": column(median),
        "item": {name: item_block(frame[name], groups, codes) for name in names},
        "scale_rwg": column(cu.rwg(score, groups, options=codes)),
        "scale_icc": icc_block(score, groups),
        "summary": {
            "rwg_j": summary(column(james)), "lindell": summary(column(lindell)),
            "awg": summary(column(shares)), "ad": summary(column(mean)),
        },
        "alpha": alpha_block(x),
        **omega_blocks(x),
        "mult_icc": nlme_block(x.assign(SCALE=score), groups),
    }  # fmt: skip


def lq2002() -> dict[str, Any]:
    """Return what belongs under lq2002.json."""
    frame = data("lq2002")
    groups = frame["COMPID"]
    stored = cu.rwg(frame["LEAD"], groups)
    return {
        **{scale: agree_block(scale) for scale in SCALES},
        "scales": {name: icc_block(frame[name], groups) for name in ("LEAD", "TSIG", "HOSTILE")},
        "doc_example_rwg_LEAD": {
            "grpid": stored.to_frame()["group"].tolist(),
            "rwg": column(stored),
            "gsize": stored.to_frame()["n"].tolist(),
        },
        "mult_icc": nlme_block(frame[["LEAD", "TSIG", "HOSTILE"]], groups),
        "waba_LEAD_HOSTILE": waba_block(frame["LEAD"], frame["HOSTILE"], groups),
    }


def bh1996() -> dict[str, Any]:
    """Return what belongs under bh1996.json."""
    frame = data("bh1996")
    groups = frame["GRP"]
    hours = cu.average_deviation(frame["HRS"], groups, options=None)
    reml = cu.icc(frame["WBEING"], groups, method="reml")
    rows = reml.reliability

    def agreement(name: str) -> dict[str, Any]:
        found = cu.rwg(frame[name], groups, options=range(6))
        spread = found.to_frame()["variance"].to_numpy()
        return {
            "grpid": found.to_frame()["group"].tolist(),
            "rwg": (1 - np.minimum(spread / 2.0, 1)).tolist(),
            "gsize": found.to_frame()["n"].tolist(),
        }

    names = ["COHES", "LEAD", "HRS", "WBEING"]
    return {
        **{name: icc_block(frame[name], groups) for name in names},
        "mult_icc": nlme_block(frame[names], groups),
        "rwg_ranvar2": {name: agreement(name) for name in ("COHES", "LEAD", "WBEING")},
        "ad_m_HRS": {
            "grpid": hours.to_frame()["group"].tolist(),
            "AD.M": column(hours),
            "gsize": hours.to_frame()["n"].tolist(),
        },
        "waba_HRS_WBEING": waba_block(frame["HRS"], frame["WBEING"], groups),
        "gmeanrel_WBEING": {
            "ICC": reml.icc1,
            "Group": rows["group"].tolist(),
            "GrpSize": rows["n"].tolist(),
            "MeanRel": rows["reliability"].tolist(),
        },
        "lme_WBEING": {"tau": reml.tau2, "sigma2": reml.sigma2},
    }


def reml_exact() -> dict[str, Any]:
    """Return what belongs under reml_exact.json."""
    result: dict[str, Any] = {}
    for key in cells.reference("reml_exact.json"):
        name, variable = key.split(".")
        frame = data(name)
        result[key] = {}
        for method in ("REML", "ML"):
            found = cu.icc(frame[variable], frame[GROUP[name]], method=method.lower())
            result[key][method] = {
                "icc": found.icc1,
                "tau": found.tau2,
                "sigma2": found.sigma2,
                "mu": found.mu,
            }
    return result


def null_variances() -> dict[str, Any]:
    """Return what belongs under null_variances.json."""
    named = {
        "uniform": "uniform",
        "slight": "slight_skew",
        "moderate": "moderate_skew",
        "heavy": "heavy_skew",
        "triangular": "triangular_printed",
        "normal": "normal",
    }
    sizes = range(5, 12)
    law = nulls.null_distribution
    return {
        "source": cells.reference("null_variances.json")["source"],
        "table": {
            "A": list(sizes),
            **{key: [law(name, a).variance for a in sizes] for key, name in named.items()},
        },
        "five_point_proportions_reproducing_row": {
            key: law(name, 5).proportions.tolist()
            for key, name in named.items()
            if key != "uniform"
        },
        "james1984_triangular": {str(a): law("triangular", a).variance for a in sizes},
    }
