"""What each reference file fitted: model text, data file and options."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from collective_use.errors import DataWarning
from collective_use.sem.fit import fit_sem
from collective_use.sem.result import SemResult

REFERENCE = Path(__file__).parents[1] / "reference" / "sem"

HS = """
visual =~ x1 + x2 + x3
textual =~ x4 + x5 + x6
speed =~ x7 + x8 + x9
"""
HS_EQ = """
visual =~ x1 + a*x2 + a*x3
textual =~ x4 + b*x5 + b*x6
speed =~ x7 + x8 + x9
"""
PD = """
ind60 =~ x1 + x2 + x3
dem60 =~ y1 + y2 + y3 + y4
dem65 =~ y5 + y6 + y7 + y8
dem60 ~ ind60
dem65 ~ ind60 + dem60
y1 ~~ y5
y2 ~~ y4 + y6
y3 ~~ y7
y4 ~~ y8
y6 ~~ y8
"""
PD_EQ = """
ind60 =~ x1 + x2 + x3
dem60 =~ y1 + a*y2 + b*y3 + c*y4
dem65 =~ y5 + a*y6 + b*y7 + c*y8
dem60 ~ p*ind60
dem65 ~ d*ind60 + q*dem60
y1 ~~ y5
y2 ~~ y4 + y6
y3 ~~ y7
y4 ~~ y8
y6 ~~ y8
ind := p*q
tot := d + p*q
"""
TWO = "f =~ y1 + y2 + y3 + y4 + y5 + y6"


@dataclass(frozen=True)
class Case:
    """One reference file."""

    model: str
    data: str
    options: dict[str, Any] = field(default_factory=dict)


_METRIC, _SCALAR = ("loadings",), ("loadings", "intercepts")
_STRICT = ("loadings", "intercepts", "residuals")

CASES: dict[str, Case] = {
    "hs_ml": Case(HS, "hs"),
    "hs_ml_means": Case(HS, "hs", {"meanstructure": True}),
    "hs_ml_obs": Case(HS, "hs", {"information": "observed"}),
    "hs_mlm": Case(HS, "hs", {"estimator": "MLM"}),
    "hs_mlr": Case(HS, "hs", {"estimator": "MLR"}),
    "hs_gls": Case(HS, "hs", {"estimator": "GLS"}),
    "hs_uls": Case(HS, "hs", {"estimator": "ULS"}),
    "hs_stdlv": Case(HS, "hs", {"std_lv": True}),
    "hs_eq": Case(HS_EQ, "hs"),
    "pd_ml": Case(PD, "pd"),
    "pd_eq": Case(PD_EQ, "pd"),
    "pd_obs": Case(PD, "pd", {"information": "observed"}),
    "pd_mlr": Case(PD, "pd", {"estimator": "MLR"}),
    "mg_configural": Case(HS, "hs", {"group": "school"}),
    "mg_metric": Case(HS, "hs", {"group": "school", "equal": _METRIC}),
    "mg_scalar": Case(HS, "hs", {"group": "school", "equal": _SCALAR}),
    "mg_strict": Case(HS, "hs", {"group": "school", "equal": _STRICT}),
    "mg_scalar_mlr": Case(HS, "hs", {"group": "school", "equal": _SCALAR, "estimator": "MLR"}),
    "fiml": Case(HS, "hs_miss", {"missing": "fiml"}),
    "fiml_mlr": Case(HS, "hs_miss", {"missing": "fiml", "estimator": "MLR"}),
    "cluster_robust": Case(TWO, "twolevel", {"cluster": "cluster"}),
}
"""The continuous single-level files."""

GROWTH = """
i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4
s =~ 0*t1 + 1*t2 + 2*t3 + 3*t4
i ~ x1 + x2
s ~ x1 + x2
t1 ~ c1
t2 ~ c2
t3 ~ c3
t4 ~ c4
i ~ 1
s ~ 1
t1 ~ 0*1
t2 ~ 0*1
t3 ~ 0*1
t4 ~ 0*1
"""
GROWTH_SHORT = """
i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4
s =~ 0*t1 + 1*t2 + 2*t3 + 3*t4
i ~ x1 + x2
s ~ x1 + x2
i ~ 1
s ~ 1
t1 ~ 0*1
t2 ~ 0*1
t3 ~ 0*1
t4 ~ 0*1
"""
PATH = """
x2 ~ b*x1 + c1
c2 ~ a*x2 + d*x1
ab := a*b
total := d + a*b
ratio := (a*b) / total
pw := exp(a)^2 - sqrt(b^2)
"""
_CON = """
visual =~ x1 + a*x2 + b*x3
textual =~ x4 + c*x5 + d*x6
speed =~ x7 + x8 + x9
visual ~~ e*textual
"""
BFI = """
agree =~ A1 + A2 + A3 + A4 + A5
extra =~ E1 + E2 + E3 + E4 + E5
"""
_MIMIC = """
visual =~ x1 + x2 + x3
textual =~ x4 + x5 + x6
visual ~ ageyr + sex
textual ~ visual + ageyr
x9 ~ visual + textual
"""
_SINGLE = """
visual =~ x1 + x2 + x3
textual =~ x4 + x5
single =~ x9
visual ~~ 0.2*textual
"""
_SATURATED = "x2 ~ x1\nx3 ~ x2 + x1"
_G, _D = "school", "hs_design"

LIVE: dict[str, Case] = {
    "hs_mlmv": Case(HS, _D, {"estimator": "MLMV"}),
    "hs_mlmvs": Case(HS, _D, {"estimator": "MLMVS"}),
    "hs_mlf": Case(HS, _D, {"estimator": "MLF"}),
    "hs_first_order": Case(HS, _D, {"se": "first.order"}),
    "hs_wls": Case(HS, _D, {"estimator": "WLS"}),
    "hs_dwls": Case(HS, _D, {"estimator": "DWLS"}),
    "hs_dwls_robust": Case(
        HS, _D, {"estimator": "DWLS", "se": "robust.sem", "test": "satorra.bentler"}
    ),
    "hs_uls_robust": Case(
        HS, _D, {"estimator": "ULS", "se": "robust.sem", "test": "scaled.shifted"}
    ),
    "hs_wishart": Case(HS, _D, {"likelihood": "wishart"}),
    "mg_wishart": Case(HS, _D, {"likelihood": "wishart", "group": _G, "equal": _METRIC}),
    "hs_mlm_means": Case(HS, _D, {"estimator": "MLM", "meanstructure": True}),
    "hs_residuals": Case(HS, _D),
    "hs_mlr_means": Case(HS, _D, {"estimator": "MLR", "meanstructure": True}),
    "hs_weights": Case(HS, _D, {"weights": "w"}),
    "mg_weights": Case(HS, _D, {"weights": "w", "group": _G, "equal": _METRIC}),
    "mg_cluster": Case(HS, _D, {"cluster": "cl", "group": _G, "equal": _METRIC}),
    **{
        f"mg_metric_{e.lower()}": Case(HS, _D, {"estimator": e, "group": _G, "equal": _METRIC})
        for e in ("GLS", "ULS", "WLS", "DWLS", "MLM", "MLMV", "MLR")
    },
    "mg_partial": Case(HS, _D, {"group": _G, "equal": _SCALAR, "partial": ("visual=~x2", "x3~1")}),
    "mg_all_equal": Case(
        HS,
        _D,
        {
            "group": _G,
            "std_lv": True,
            "equal": (*_STRICT, "lv.variances", "lv.covariances", "means"),
        },
    ),
    "mg_labels": Case(
        "visual =~ x1 + c(a,a)*x2 + c(b1,b2)*x3\ntextual =~ x4 + x5 + x6\n"
        "textual ~ c(p1,p2)*visual\nd := p1 - p2",
        _D,
        {"group": _G},
    ),
    "growth_ml": Case(GROWTH, "growth"),
    **{
        f"growth_{e.lower()}": Case(GROWTH, "growth", {"estimator": e})
        for e in ("MLM", "MLR", "MLMV", "GLS", "ULS", "DWLS", "MLF")
    },
    "growth_random": Case(GROWTH, "growth", {"fixed_x": False}),
    "growth_mg": Case(GROWTH, "growth", {"group": "g"}),
    "growth_fiml": Case(GROWTH, "growth_miss", {"missing": "fiml"}),
    "growth_fiml_mlr": Case(GROWTH, "growth_miss", {"missing": "fiml", "estimator": "MLR"}),
    "path_ml": Case(PATH, "growth"),
    "path_mlr": Case(PATH, "growth", {"estimator": "MLR"}),
    "path_mlm_means": Case(PATH, "growth", {"estimator": "MLM", "meanstructure": True}),
    "con_linear": Case(_CON + "a + b == 1.2\nc == d\ndiffs := a - b", _D),
    "fiml": Case(HS, "hs_miss_design", {"missing": "fiml"}),
    "fiml_mlr": Case(HS, "hs_miss_design", {"missing": "fiml", "estimator": "MLR"}),
    "fiml_mlf": Case(HS, "hs_miss_design", {"missing": "fiml", "estimator": "MLF"}),
    "fiml_exp": Case(HS, "hs_miss_design", {"missing": "fiml", "information": "expected"}),
    "fiml_cluster": Case(HS, "hs_miss_design", {"missing": "fiml", "cluster": "cl"}),
    "fiml_weights": Case(HS, "hs_miss_weights", {"missing": "fiml", "weights": "w"}),
    "hs_from_cov": Case(HS, "hs_cov", {"n": 301}),
    "more_pd": Case(PD, "pd"),
    "more_mg": Case(HS, _D, {"group": _G, "equal": _SCALAR}),
    "more_fiml": Case(HS, "hs_miss_design", {"missing": "fiml"}),
    "more_gls": Case(HS, _D, {"estimator": "GLS"}),
    "more_mlr": Case(HS, _D, {"estimator": "MLR"}),
    "more_second_order": Case(HS + "g =~ visual + textual + speed", _D),
    "more_mimic": Case(_MIMIC, _D, {"meanstructure": True}),
    "mix_mlr_expected": Case(HS, _D, {"estimator": "MLR", "information": "expected"}),
    "mix_sb_standard": Case(HS, _D, {"test": "satorra.bentler"}),
    "mix_white": Case(HS, _D, {"se": "robust.huber.white"}),
    "mix_fiml_white": Case(HS, "hs_miss_design", {"missing": "fiml", "se": "robust.huber.white"}),
    "mix_cluster_weights": Case(HS, _D, {"estimator": "MLR", "cluster": "cl", "weights": "w"}),
    "mix_orthogonal": Case(HS, _D, {"orthogonal": True, "std_lv": True, "meanstructure": True}),
    "mix_single_indicator": Case(_SINGLE, _D),
    "mix_written_covariate": Case("x9 ~ x1 + x4\nx4 ~ x1\nx1 ~~ x1", _D),
    "mix_bounds": Case(HS, _D, {"bounds": "pos.var"}),
    "listwise": Case(HS, "hs_miss_design"),
    "fiml_groups": Case(HS, "hs_miss_design", {"missing": "fiml", "group": _G, "equal": _SCALAR}),
    "fiml_groups_mlr": Case(
        HS,
        "hs_miss_design",
        {"missing": "fiml", "group": _G, "equal": _METRIC, "estimator": "MLR"},
    ),
    "fiml_weights_groups": Case(
        HS, "hs_miss_groups", {"missing": "fiml", "group": _G, "weights": "w"}
    ),
    "fiml_weights_groups_fractions": Case(
        HS, "hs_miss_groups", {"missing": "fiml", "group": _G, "weights": "w2"}
    ),
    "growth_fiml_random_ml": Case(
        GROWTH_SHORT, "growth_miss_x", {"missing": "fiml", "fixed_x": False}
    ),
    "growth_fiml_random_mlr": Case(
        GROWTH_SHORT, "growth_miss_x", {"missing": "fiml", "fixed_x": False, "estimator": "MLR"}
    ),
    "growth_fiml_x": Case(GROWTH_SHORT, "growth_miss_x", {"missing": "fiml"}),
    "growth_fiml_complete": Case(GROWTH_SHORT, "growth", {"missing": "fiml", "fixed_x": False}),
    **{
        f"saturated_{e.lower()}": Case(_SATURATED, _D, {"estimator": e})
        for e in ("MLR", "MLM", "MLMV")
    },
    "saturated_fiml_mlr": Case(
        _SATURATED, "hs_miss_design", {"missing": "fiml", "fixed_x": False, "estimator": "MLR"}
    ),
    "mg_no_means": Case(HS, _D, {"group": _G, "meanstructure": False, "equal": _METRIC}),
    "mg_from_cov": Case(HS, "hs_cov_groups", {"equal": _METRIC}),
    "mg_from_cov_means": Case(HS, "hs_cov_groups", {"equal": _SCALAR}),
    "con_score": Case(
        "visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + c*x5 + d*x6\nspeed =~ x7 + x8 + x9\n"
        "a + b == 1.2\nc == d",
        _D,
    ),
    "fiml_groups_scores": Case(
        HS, "hs_miss_design", {"missing": "fiml", "group": _G, "equal": _SCALAR}
    ),
    "wls_residuals": Case(HS, _D, {"estimator": "WLS", "meanstructure": True}),
    "gls_groups_residuals": Case(HS, _D, {"estimator": "GLS", "group": _G, "equal": _METRIC}),
    "bfi_ml": Case(BFI, "bfi_complete"),
    "bfi_mg_mlr": Case(
        BFI, "bfi_complete", {"estimator": "MLR", "group": "gender", "equal": _SCALAR}
    ),
    "bfi_fiml_mlr": Case(BFI, "bfi", {"missing": "fiml", "estimator": "MLR"}),
    "bfi_wls": Case(BFI, "bfi_complete", {"estimator": "WLS"}),
    "bfi_cov_mlr": Case(BFI + "extra ~ agree + age", "bfi_complete", {"estimator": "MLR"}),
}
"""Further data sets and estimators, made by live.R."""


def fit_case(case: Case) -> SemResult:
    """Fit what a reference file fitted."""
    data = read(case.data)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "[0-9]+ parameters but only", DataWarning)
        return _fitted(case, data)


def _fitted(case: Case, data: pd.DataFrame) -> SemResult:
    if case.data == "hs_cov":
        return fit_sem(case.model, cov=data, **case.options)
    if case.data == "hs_cov_groups":
        names = [f"x{i}" for i in range(1, 10)]
        parts = {str(name): data.loc[data["school"] == name, names] for name in data["school"]}
        moments: dict[str, Any] = {
            "cov": {name: part.cov() for name, part in parts.items()},
            "n": [len(part) for part in parts.values()],
        }
        if "intercepts" in case.options["equal"]:
            moments["means"] = {name: part.mean() for name, part in parts.items()}
        return fit_sem(case.model, **moments, **case.options)
    return fit_sem(case.model, data, **case.options)


def read(name: str) -> pd.DataFrame:
    """Read a data file; ``bfi_complete`` leaves out rows with a missing value."""
    if name == "hs_cov":
        return pd.read_csv(REFERENCE / "data" / "hs_cov.csv", index_col=0)
    if name == "hs_cov_groups":
        return read("hs_design")
    if name == "hs_miss_weights":
        data = read("hs_miss_design")
        return data.assign(w=0.5 + (np.arange(1, len(data) + 1) % 4) / 4)
    if name == "bfi_complete":
        return pd.read_csv(REFERENCE / "data" / "bfi.csv").dropna().reset_index(drop=True)
    return pd.read_csv(REFERENCE / "data" / f"{name}.csv")
