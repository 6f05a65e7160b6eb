"""Steps of invariance with ordered items are compared with a step they are nested in."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import DataWarning, InputError

MODEL = "f =~ " + " + ".join(f"b{i}" for i in range(1, 6))
ITEMS = [f"b{i}" for i in range(1, 6)]


def answers(cuts: tuple[float, ...], shift: float, shared: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    group, f = rng.choice(["a", "b"], 800), rng.normal(size=800)
    latent = 0.8 * f[:, None] + rng.normal(size=(800, 5))
    latent[group == "b", 0] += shift
    latent[:, :2] += shared * rng.normal(size=(800, 1))
    data = {item: np.digitize(latent[:, i] - 0.2 * i, cuts) for i, item in enumerate(ITEMS)}
    return pd.DataFrame(data).assign(g=group)


def ladder(data: pd.DataFrame, steps: list[str] | None = None) -> cu.Invariance:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return cu.invariance(MODEL, data, group="g", ordered=ITEMS, steps=steps)


def test_two_categories_are_compared_with_what_they_are_nested_in() -> None:
    found = ladder(answers((-0.4,), 1.2), ["configural", "metric", "scalar"])
    scalar = found.table.set_index("step").loc["scalar"]
    assert scalar.reason.startswith("compared with the configural step: it frees scales")
    assert scalar.delta_df == 3
    assert scalar.delta_chisq > 0
    assert scalar.delta_p < 0.05
    assert found.reached == "metric"
    direct = found.fits["configural"].compare(found.fits["scalar"])
    assert scalar.delta_chisq == pytest.approx(direct.statistic)
    with pytest.raises(InputError, match="14 degrees of freedom is not nested in the one with 13"):
        found.fits["metric"].compare(found.fits["scalar"])


@pytest.mark.parametrize("cuts", [(-0.4,), (-0.6, 0.5)])
def test_a_step_that_restricts_nothing_says_so(cuts: tuple[float, ...]) -> None:
    found = ladder(answers(cuts, 0.0))
    thresholds = found.table.set_index("step").loc["thresholds"]
    assert thresholds.reason.startswith("restricts nothing")
    assert np.isnan(thresholds.delta_p)
    assert found.reached in ("scalar", "strict")


def test_steps_of_as_many_parameters_are_not_taken_for_one_model() -> None:
    data = answers((-0.4,), 0.0)
    rng = np.random.default_rng(5)
    four = 0.8 * rng.normal(size=800) + rng.normal(size=800)
    data["b5"] = np.digitize(four + 0.6 * data.b2, (-0.5, 0.3, 1.1))
    data["b1"] = np.where((data.g == "b") & (rng.random(800) < 0.5), 1, data.b1)
    found = ladder(data).table.set_index("step")
    metric, scalar = found.loc["metric"], found.loc["scalar"]
    assert metric.df == scalar.df
    assert scalar.reason.startswith("compared with the thresholds step")
    assert np.isfinite(scalar.delta_p)


def test_a_step_without_one_to_be_tested_against_does_not_hold() -> None:
    found = ladder(answers((-0.4,), 0.0), ["metric", "scalar"])
    scalar = found.table.set_index("step").loc["scalar"]
    assert not scalar.holds
    assert scalar.reason.startswith("nested in no step before")
    assert (found.reached, found.difference) == ("metric", "none")
    alike = ladder(answers((-0.4,), 0.0), ["configural", "thresholds"])
    assert (alike.reached, alike.difference) == ("thresholds", "none")


def test_differences_of_fit_indices_are_of_one_kind() -> None:
    found = ladder(answers((-0.8, 0.0, 0.8), 0.0, shared=0.7))
    first, second = (found.fits[step].fit_measures for step in ("configural", "thresholds"))
    assert abs(first["cfi.robust"] - first["cfi.scaled"]) > 0.001
    assert np.isnan(second["cfi.robust"])
    row = found.table.set_index("step").loc["thresholds"]
    assert row.delta_cfi == pytest.approx(second["cfi.scaled"] - first["cfi.scaled"])
    assert row.delta_rmsea == pytest.approx(second["rmsea.scaled"] - first["rmsea.scaled"])
