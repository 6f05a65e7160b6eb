"""Effect coding (lavaan 0.6-14's numbers) and the column of `std_nox`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError, NotSupported

DATA = pd.read_csv(Path(__file__).parents[1] / "parity/reference/sem/data/hs.csv")
HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
EST = [1.314134478, 0.7273743848, 0.9584911369, 0.9870944923, 1.098711677, 0.9141938306,
       0.9198277392, 1.08535083, 0.9948214308, 0.5490546599, 1.133840434, 0.8443242088,
       0.3711729427, 0.4462551697, 0.3562026194, 0.7993915784, 0.4876973965, 0.5661310798,
       0.4686386245, 1.005271094, 0.453558257, 0.3147088183, 0.2169338938,
       0.1910826787]  # fmt: skip
SE = [0.10079659, 0.090854211, 0.089214783, 0.033971722, 0.035576379, 0.033091187, 0.078446968,
      0.081109919, 0.077788897, 0.11360088, 0.1017235, 0.090623215, 0.047717789, 0.058392777,
      0.043034965, 0.081381565, 0.074194061, 0.070736938, 0.062076004, 0.092886279, 0.054839189,
      0.054863384, 0.040971791, 0.050619646]  # fmt: skip


def test_estimates_and_errors_are_lavaans() -> None:
    fit = cu.fit_cfa(HS, DATA, effect_coding=True)
    frame = fit.estimates
    np.testing.assert_allclose(frame.est, EST, rtol=2e-6)
    np.testing.assert_allclose(frame.se, SE, rtol=2e-6)
    assert (fit.fit_measures["df"], fit.fit_measures["npar"]) == (24, 21)
    assert set(frame.label) == {""}
    assert fit.parameters.index[0] == "visual=~x1"


def test_means_of_groups_are_in_the_metric_of_the_items() -> None:
    fit = cu.fit_cfa(HS, DATA, group="school", equal=["loadings", "intercepts"], effect_coding=True)
    assert fit.fit_measures["chisq"] == pytest.approx(164.1028, abs=1e-4)
    assert (fit.fit_measures["df"], fit.fit_measures["npar"]) == (60, 48)
    means = fit.estimates.query("op == '~1' and lhs in ('visual', 'textual', 'speed')")
    first = [4.475, 2.913, 5.113, 4.358, 3.499, 4.927]
    assert means.est.tolist() == pytest.approx(first, abs=5e-4)
    assert means.se.tolist() == pytest.approx([0.070, 0.082, 0.061, 0.068, 0.084, 0.071], abs=5e-4)


@pytest.mark.parametrize("group", [None, "school"])
@pytest.mark.parametrize("model", [HS, HS + "\ng =~ visual + textual + speed", HS + " + x1"])
def test_the_metric_changes_neither_chi_square_nor_standardised_values(
    group: str | None, model: str
) -> None:
    marker = cu.fit_cfa(model, DATA, group=group, meanstructure=True)
    coded = cu.fit_cfa(model, DATA, group=group, meanstructure=True, effect_coding=True)
    for key in ("chisq", "df", "npar"):
        assert coded.fit_measures[key] == pytest.approx(marker.fit_measures[key], abs=1e-6)
    for kind in ("all", "lv"):
        a, b = marker.standardized(kind), coded.standardized(kind)
        loadings = (a.op != "~1").to_numpy()
        np.testing.assert_allclose(a.est[loadings], b.est[loadings], atol=1e-5)
    table = coded.estimates
    for (_, factor), rows in table[table.op == "=~"].groupby(["group", "lhs"]):
        assert rows.est.mean() == pytest.approx(1.0, abs=1e-8), factor


def test_a_loading_fixed_in_the_text_sets_the_metric() -> None:
    fit = cu.fit_cfa(HS.replace("x1", "2*x1"), DATA, effect_coding=True)
    rows = fit.estimates.query("op == '=~'")
    assert rows.est.iloc[0] == 2.0
    assert rows.est[rows.lhs == "speed"].mean() == pytest.approx(1.0)


def test_what_cannot_go_together_is_said() -> None:
    with pytest.raises(InputError, match="std_lv and effect_coding"):
        cu.fit_cfa(HS, DATA, effect_coding=True, std_lv=True)
    with pytest.raises(NotSupported, match="effect_coding=True"):
        cu.fit_cfa(HS, DATA.round(), effect_coding=True, ordered=[f"x{i}" for i in range(1, 10)])


def test_std_nox_leaves_fixed_covariates_in_their_units() -> None:
    data = DATA.assign(ageyr=DATA.ageyr.astype(float))
    fit = cu.fit_sem(HS + "\nvisual ~ ageyr", data)
    row = fit.estimates.query("op == '~'").iloc[0]
    spread = float(np.std(data.ageyr))
    assert row.std_all == pytest.approx(row.std_nox * spread)
    np.testing.assert_allclose(fit.estimates.std_nox, fit.standardized("nox").est)
