"""Alpha by pingouin beside our own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.measurement.reliability.second import alpha_by_pingouin

ITEMS = ["HOSTIL01", "HOSTIL02", "HOSTIL03", "HOSTIL04", "HOSTIL05"]


def test_alpha_and_limits_agree_with_pingouin():
    data = pd.read_csv(cu.sample_path("lq2002.csv"))[ITEMS]
    found = cu.reliability(data, repetitions=0, slow=False, engine="both").to_frame()
    rows = found.set_index("coefficient").loc[["alpha", "alpha_pingouin"]]
    assert rows["est"].iloc[0] == pytest.approx(rows["est"].iloc[1], abs=1e-12)
    # pingouin rounds its limits to three decimals
    for name in ("ci_lower", "ci_upper"):
        assert rows[name].iloc[0] == pytest.approx(rows[name].iloc[1], abs=5.1e-4)


def test_a_difference_warns():
    frame = pd.DataFrame(np.random.default_rng(1).normal(size=(30, 3)))
    with pytest.warns(cu.EngineDisagreementWarning, match="by pingouin"):
        alpha_by_pingouin(frame, 0.95, 0.5, "Trust")


def test_an_engine_that_does_not_exist_is_named():
    with pytest.raises(cu.InputError, match="engine"):
        cu.reliability(np.eye(5), engine="pengouin")
