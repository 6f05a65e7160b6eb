"""A small study with everything on: made once for all tests of the report."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import collective_use as cu
from collective_use.report.material import Material
from collective_use.report.phrases import phrases_in


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results of a real sample, report and validation included."""
    out = tmp_path_factory.mktemp("report") / "results"
    study = {
        "instrument": "lq2002", "exports": str(cu.sample_path("lq2002.csv")), "out": str(out),
        "validation": "quick", "repetitions": 0, "report": "en+zh",
    }  # fmt: skip
    return cu.run_study(study).folder


MODEL = {
    "estimates.csv": pd.DataFrame(
        [
            ("M1", "ssm", "~", "con", 0.29, 0.11, 0.01, 0.07, 0.51, 0.30),
            ("M1", "dlr", "~", "con", 0.10, 0.11, 0.36, -0.11, 0.31, 0.11),
            ("M1", "ssm", "~", "pim", -0.41, 0.11, 0.00, -0.62, -0.20, -0.40),
            ("M1", "cdu", "~", "ssm", 0.35, 0.12, 0.00, 0.12, 0.58, 0.33),
            ("M1", "cdu", "~", "dlr", 0.05, 0.12, 0.67, -0.18, 0.28, 0.05),
            ("M1", "cdu", "~", "con", 0.22, 0.10, 0.03, 0.02, 0.42, 0.21),
            ("M1", "cdu", "~~", "cdu", 0.60, 0.10, 0.00, 0.40, 0.80, 0.70),
        ],
        columns=["model", "lhs", "op", "rhs", "est", "se", "p", "ci_lower", "ci_upper", "std_all"],
    ),
    "effects.csv": pd.DataFrame(
        [
            ("M1", "total indirect", "con -> cdu", 0.20, 0.08, 0.003, 0.06, 0.38, 0.21),
            ("M1", "total indirect", "pim -> cdu", -0.02, 0.06, 0.60, -0.13, 0.09, -0.02),
            ("M1", "specific indirect", "con -> ssm -> cdu", 0.1, 0.05, 0.08, 0.0, 0.2, 0.1),
        ],
        columns=["model", "kind", "route", "est", "se", "p", "lower", "upper", "std_all"],
    ),
    "measures.csv": pd.DataFrame(
        [("cdu", "referent_shift", "supported", 0.3), ("ssm", "referent_shift", "supported", 0.3)],
        columns=["measure", "composition", "verdict", "icc1"],
    ),
}  # fmt: skip
"""Tables of a model, as a run writes them; the numbers are made up."""


@pytest.fixture
def material() -> Material:
    """Return the material of a made-up model of 60 groups."""
    account = {"models": {"M1": {"groups": 60}}, "counts": {"groups": 60, "persons": 400}}
    bank = cu.load_instrument("collective_data_use")
    return Material(bank, phrases_in("en"), MODEL, account)
