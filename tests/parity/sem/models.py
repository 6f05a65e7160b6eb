"""What each reference file fitted: model text, data file and options."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
    "mg_configural": Case(HS, "hs", {"groups": "school"}),
    "mg_metric": Case(HS, "hs", {"groups": "school", "equal": _METRIC}),
    "mg_scalar": Case(HS, "hs", {"groups": "school", "equal": _SCALAR}),
    "mg_strict": Case(HS, "hs", {"groups": "school", "equal": _STRICT}),
    "mg_scalar_mlr": Case(
        HS, "hs", {"groups": "school", "equal": _SCALAR, "estimator": "MLR"}
    ),
    "fiml": Case(HS, "hs_miss", {"missing": "fiml"}),
    "fiml_mlr": Case(HS, "hs_miss", {"missing": "fiml", "estimator": "MLR"}),
    "cluster_robust": Case(TWO, "twolevel", {"cluster": "cluster"}),
}
"""The continuous single-level files."""
