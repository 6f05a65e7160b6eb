"""Two levels, missing values, several groups: without equalities they are separate fits.

Single fits are compared with R in tests/parity/sem_ordinal_twolevel (tl_missing, tl_missing_mlr).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu

DATA = Path(__file__).parents[1] / "parity/reference/sem_ordinal_twolevel/data/twolevel_missing.csv"
MODEL = "level: 1\nfw =~ y1 + y2 + y3 + y4\nlevel: 2\nfb =~ y1 + y2 + y3 + y4\nfb ~ w1"


def test_groups_without_equalities_are_separate_fits() -> None:
    data = pd.read_csv(DATA)
    data["part"] = np.where(data["cluster"] <= 100, "first", "last")
    options = {"cluster": "cluster", "missing": "fiml", "estimator": "MLR", "fixed_x": False}
    both = cu.fit_sem(MODEL, data, group="part", **options)
    apart = [cu.fit_sem(MODEL, data[data["part"] == g], **options) for g in both.group_names]
    for g, fit in enumerate(apart, start=1):
        own = both.estimates[both.estimates["group"] == g]
        np.testing.assert_allclose(own["est"], fit.estimates["est"], rtol=0, atol=1e-7)
        np.testing.assert_allclose(own["se"], fit.estimates["se"], rtol=1e-5, atol=1e-9)
    for name in ("logl", "unrestricted.logl", "chisq", "df", "baseline.chisq"):
        total = sum(fit.fit_measures[name] for fit in apart)
        assert both.fit_measures[name] == pytest.approx(total, rel=1e-8, abs=1e-7)
