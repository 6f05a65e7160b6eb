"""Loadings linear in a covariate against direct maximum likelihood without any SEM program.

The file is exact (largest gradient 6e-9): estimates and the log-likelihood to 1e-6, errors 1e-5
(reference/README.md). Its variances are logarithms; their errors follow by the delta method.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import pandas as pd
import pytest

import collective_use as cu

FOLDER = Path(__file__).parents[1] / "reference" / "sem07"


def test_moderated_loadings() -> None:
    reference = json.loads((FOLDER / "moderated_loadings.json").read_text())
    fit = cu.fit_moderated(reference["model"], pd.read_csv(FOLDER / "moderated.csv"), std_lv=True)
    assert fit.log_likelihood == pytest.approx(reference["logl"], rel=1e-9)
    frame = fit.estimates
    frame.index = pd.Index([
        f"log variance {r.lhs}" if r.op == "~~" else f"intercept {r.lhs}" if r.op == "~1"
        else r.label for r in frame.itertuples()
    ])  # fmt: skip
    wrong = []
    for name, cell in reference["estimates"].items():
        est, se = frame.loc[name, "est"], frame.loc[name, "se"]
        if name.startswith("log"):
            est, se = math.log(est), se / est
        for what, ours, theirs, within in (
            ("est", est, cell["est"], 1e-6), ("se", se, cell["se"], 1e-5)
        ):  # fmt: skip
            if not abs(ours - theirs) <= within * max(1.0, abs(theirs)):
                wrong.append((name, what, ours, theirs))
    assert len(reference["estimates"]) == 14
    assert wrong == []
