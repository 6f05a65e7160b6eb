"""Confirmatory models written from constructs and facets, their rivals and levels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.measurement.confirmatory import measured
from collective_use.measurement.cutoffs.result import DynamicCutoffs
from collective_use.results import NotComputed

SETS = {"one": list("abcd"), "two": list("efgh")}


def people(correlation: float = 0.3, groups: int = 0, n: int = 400, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    root = np.array([[1, 0], [correlation, np.sqrt(1 - correlation**2)]])
    f = np.repeat(rng.normal(size=(n, 2)) @ root.T, 4, axis=1)
    data = pd.DataFrame(f + 0.7 * rng.normal(size=f.shape), columns=list("abcdefgh"))
    if groups:
        team = np.repeat(np.arange(groups), n // groups)
        lift = np.repeat(rng.normal(size=(groups, 2)) @ root.T, 4, axis=1)[team]
        data = data + 0.6 * lift + 0.2 * rng.normal(size=(groups, 8))[team]
        data["team"] = team
    return data


def test_one_factor_is_worse_and_estimates_are_those_of_fit_cfa() -> None:
    data = people()
    found = cu.fit_measurement(data, SETS)
    rows = found.table.set_index("model")
    assert rows.loc["one factor", "verdict"] == "worse than one, two apart"
    plain = cu.fit_cfa("one =~ a + b + c + d; two =~ e + f + g + h", data, std_lv=True)
    assert rows.loc["constructs", "chisq"] == pytest.approx(plain.fit_measures["chisq"], rel=1e-8)
    assert found.correlations["correlation"][0] == pytest.approx(plain.parameters["one~~two"])
    assert found.level == "person"
    assert "no groups" in found.notes[0]


def test_constructs_that_are_one_are_said_to_be() -> None:
    table = cu.fit_measurement(people(1.0), SETS).table
    assert table["verdict"].tolist()[1] == "no worse: they are not told apart"


def test_facets_second_order_and_bifactor_only_where_three_items_each() -> None:
    rng = np.random.default_rng(3)
    f = 0.7 * rng.normal(size=(600, 1)) + 0.7 * rng.normal(size=(600, 3))
    data = pd.DataFrame(np.repeat(f, 3, axis=1) + 0.6 * rng.normal(size=(600, 9)))
    data.columns = [f"x{j}" for j in range(9)]
    facets = {f"x{j}": "pqr"[j // 3] for j in range(9)}
    sets = {"trust": list(data.columns)}
    found = cu.fit_measurement(data, sets, facets=facets).table
    assert found["model"].tolist() == ["constructs", "facets", "second order", "bifactor"]
    assert (found["verdict"][1:] == "better than one factor").all()
    second, facet = found["chisq"][2], found["chisq"][1]
    assert second == pytest.approx(facet, abs=1e-6)  # three facets: the same fit, said otherwise
    pair = cu.fit_measurement(data, {"trust": [f"x{j}" for j in (0, 1, 3, 4)]}, facets=facets)
    assert pair.table["model"].tolist() == ["constructs", "facets"]
    assert any("three are needed" in note for note in pair.notes)


def test_two_levels_are_fitted_and_each_is_tested_by_itself() -> None:
    data = people(groups=50)
    sets = {"one": list("abcd")}
    found = cu.fit_measurement(data, sets, "team")
    assert found.level == "two-level"
    levels = found.levels.set_index("level")
    assert (levels["df"] == 2).all()
    assert levels.loc["between", "n"] == 50
    assert set(found.loadings["level"]) == {"within", "between"}
    between = cu.fit_measurement(data, sets, "team", level="between")
    assert between.table["chisq"][0] == pytest.approx(levels.loc["between", "chisq"], rel=1e-6)


def test_a_small_sample_is_fitted_construct_by_construct_and_says_why() -> None:
    found = cu.fit_measurement(people(n=60), SETS, close=[("one", "two")])
    assert not found.whole
    assert found.table["scope"].unique().tolist() == ["one", "two", "one, two"]
    assert any("Construct by construct" in note and "there are 60" in note for note in found.notes)


def test_a_form_and_the_language_of_the_instrument() -> None:
    folder = cu.sample_path("clean")
    responses = cu.read_responses(folder / "export.csv", "collective_data_use")
    found = cu.fit_measurement(responses, form="short", level="person", language="zh", whole=False)
    assert "dl7" not in set(found.loadings["item"])
    assert "分布式领导（量表） (dl)" in set(found.loadings["construct"])
    merged = found.table[found.table["model"] == "one factor"]
    assert len(merged) == 3  # the pairs that the instrument calls close


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"level": "between"}, "groups must be given"),
        ({"level": "all"}, "level must be one of"),
        ({"form": "short"}, "a frame has no instrument"),
        ({"constructs": {"one": ["a"]}}, "at least two items"),
    ],
)
def test_bad_input_is_named(options: dict[str, object], said: str) -> None:
    given = {"constructs": SETS} | options
    with pytest.raises(cu.CollectiveUseError, match=said):
        cu.fit_measurement(people(), **given)  # type: ignore[arg-type]


def test_a_construct_of_two_items_has_no_factor_and_nothing_fitted_is_an_error() -> None:
    with pytest.raises(cu.EstimationError, match="one factor of two items is not identified"):
        cu.fit_measurement(people(), {"one": list("ab")})


def test_cutoffs_stand_beside_every_model_as_far_as_the_budget_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Eight items in four factors have 22 parameters: .77 ms a sample by the rule."""
    sets = {"one": list("ab"), "two": list("cd"), "three": list("ef"), "four": list("gh")}
    data = people() + np.random.default_rng(5).normal(size=(400, 1))
    for budget, samples, levels in ((30.0, 200, 4), (0.19, 60, 4), (0.13, 50, 3), (0.05, 0, 0)):
        monkeypatch.setattr(measured, "BUDGET", budget)
        cutoffs = next(iter(cu.fit_measurement(data, sets, level="person").cutoffs.values()))
        if not samples:
            assert isinstance(cutoffs, NotComputed)
            assert "repetitions=50 asks" in cutoffs.reason
            continue
        assert isinstance(cutoffs, DynamicCutoffs)
        assert (cutoffs.repetitions, len(cutoffs.table)) == (samples, levels)
        said = " ".join(cutoffs.notes)
        assert ("samples a level" in said) == (samples < 200)
        assert ("levels up to 2 only" in said) == (levels == 3)
