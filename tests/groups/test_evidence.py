"""The evidence behind a measure: sensitivity, chance, weights, waves, informants."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.results import NotComputed


@pytest.fixture(scope="module")
def survey():
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(20), 6)
    level = rng.normal(size=20)[group]
    items = {
        name: np.clip(np.rint(3 + 0.8 * level + 0.7 * rng.normal(size=120)), 1, 5) for name in "abc"
    }
    return [f"g{i}" for i in group], pd.DataFrame(items)


def bank(fake, **more):
    measure = {"id": "m", "items": ["a", "b", "c"], "composition": "referent_shift", **more}
    return fake.instrument([measure], {name: range(1, 6) for name in "abc"})


def test_sensitivity_over_nulls_and_cutoffs(fake, survey):
    part = cu.aggregate(fake.scores(bank(fake), *survey)).evidence["m"]
    frame = part.details["sensitivity"].set_index("null")
    assert {"uniform", "slight_skew", "normal"} <= set(frame.index)
    assert frame.loc["uniform", "median"] == pytest.approx(part.summary["rwg_j_median"])
    assert frame.loc["uniform", "share_0.70"] == pytest.approx(part.summary["rwg_j_share"])
    assert frame.loc["uniform", "share_0.51"] >= frame.loc["uniform", "share_0.90"]
    assert "slight skew null in place of uniform" in part.explanation


def test_the_first_named_null_is_used(fake, survey):
    groups = cu.aggregate(fake.scores(bank(fake, null_distributions=["triangular"]), *survey))
    part = groups.evidence["m"]
    assert part.summary["null"] == "triangular"
    expected = cu.rwg_j(survey[1], survey[0], null="triangular").to_frame()["rwg_j"]
    np.testing.assert_allclose(part.by_group["rwg_j"], expected)


def test_with_and_without_failing_groups(fake, survey):
    part = cu.aggregate(fake.scores(bank(fake), *survey), cutoffs={"rwg_j": 0.85}).evidence["m"]
    frame = part.details["without_failing"].set_index("which")
    assert part.failing
    assert frame.loc["without", "groups"] == 20 - len(part.failing)
    assert frame.loc["all groups", "icc1"] == pytest.approx(part.summary["icc1"])
    assert frame.loc["without", "median_agreement"] > frame.loc["all groups", "median_agreement"]
    assert any(rule.source == "set by the study" for rule in part.rules)


def test_chance_by_group_is_that_of_the_function(fake, survey):
    part = cu.aggregate(fake.scores(bank(fake), *survey), repetitions=400, seed=5).evidence["m"]
    direct = cu.rwg_j(survey[1], survey[0], test=True, repetitions=400, seed=5).to_frame()
    np.testing.assert_allclose(part.by_group["p_chance"], direct["p"])
    assert (part.by_group["p_adjusted"] >= part.by_group["p_chance"]).all()


def test_without_simulation_nothing_is_drawn(fake, survey):
    part = cu.aggregate(fake.scores(bank(fake), *survey), repetitions=0).evidence["m"]
    assert "p_chance" not in part.by_group
    assert "above_chance" not in part.summary
    assert part.summary["rgr_z"] < 0


def test_items_of_other_scales_have_no_common_draw(fake):
    measure = {"id": "m", "items": ["a", "b"], "composition": "referent_shift"}
    mixed = fake.instrument([measure], {"a": range(1, 6), "b": range(1, 8)})
    items = pd.DataFrame({"a": [1.0, 2, 4, 5, 5, 4], "b": [2.0, 2, 6, 7, 7, 5]})
    part = cu.aggregate(fake.scores(mixed, list("xxxyyy"), items)).evidence["m"]
    assert isinstance(part.summary["above_chance"], NotComputed)
    variance = items.groupby(list("xxxyyy")).var() / [2.0, 4.0]
    ratio = variance.mean(axis=1).to_numpy()
    np.testing.assert_allclose(part.by_group["rwg_j_lindell"], 1 - ratio)


def test_survey_weights_make_weighted_means_and_refuse_the_rest(fake, survey):
    weights = np.where(np.arange(120) % 3, 1.0, 2.0)
    persons = pd.DataFrame({"weight": weights})
    part = cu.aggregate(fake.scores(bank(fake), *survey, persons=persons)).evidence["m"]
    score = survey[1].mean(axis=1)
    first = np.average(score[:6], weights=weights[:6])
    assert part.by_group["value"].iloc[0] == pytest.approx(first)
    assert part.by_group["mean"].iloc[0] == pytest.approx(score[:6].mean())
    assert any("counts each member once" in text for text in part.refused.values())


def test_a_group_by_wave_is_a_group(fake, survey):
    persons = pd.DataFrame({"wave": np.tile([1, 2], 60)})
    groups = cu.aggregate(fake.scores(bank(fake), *survey, persons=persons))
    assert list(groups.values.columns[:2]) == ["group", "wave"]
    assert len(groups.values) == 40
    assert {"group", "wave"} <= set(groups.agreement_frame().columns)


def test_parent_units_are_kept_and_must_be_one(fake, survey):
    parent = pd.DataFrame({"parent": [f"p{i // 60}" for i in range(120)]})
    groups = cu.aggregate(fake.scores(bank(fake), *survey, persons=parent))
    assert groups.values["parent"].tolist() == ["p0"] * 10 + ["p1"] * 10
    two = pd.DataFrame({"parent": [f"p{i % 2}" for i in range(120)]})
    with pytest.raises(cu.InputError, match="one parent"):
        cu.aggregate(fake.scores(bank(fake), *survey, persons=two))


def test_informants_tell_global_measures(fake, survey):
    measure = {"id": "age", "items": ["a"], "composition": "global", "source": "informant"}
    instrument = fake.instrument([measure], {"a": range(1, 6)})
    told = pd.DataFrame({"group": ["g0", "g1", "g1"], "a": [4, 1, 2]})
    scores = fake.scores(instrument, *survey, informants=told)
    part = cu.aggregate(scores).evidence["age"]
    assert part.by_group["value"].iloc[:2].tolist() == [4.0, 1.5]
    assert part.by_group["n"].iloc[1] == 2
    assert "no informant answered" in part.by_group["reason"].iloc[2]
    nothing = cu.aggregate(fake.scores(instrument, *survey)).evidence["age"]
    assert "no file of informants" in str(nothing.summary["value"])


def test_dispersion_measures_take_their_own_index(fake, survey):
    measures = [
        {"id": "sep", "items": ["a", "b", "c"], "composition": "separation"},
        {
            "id": "gini",
            "items": ["a", "b", "c"],
            "composition": "disparity",
            "indices": [{"name": "gini", "one_minus": True}],
        },
        {"id": "kinds", "items": ["a"], "composition": "variety"},
    ]
    instrument = fake.instrument(measures, {name: range(1, 6) for name in "abc"})
    groups = cu.aggregate(fake.scores(instrument, *survey))
    score = survey[1].mean(axis=1)
    sd = cu.dispersion(score, survey[0]).to_frame().set_index("group")["sd"]
    np.testing.assert_allclose(groups.values.set_index("group")["sep"], sd)
    gini = cu.dispersion(score, survey[0], kind="disparity").to_frame().set_index("group")["gini"]
    np.testing.assert_allclose(groups.values.set_index("group")["gini"], 1 - gini)
    kinds = cu.dispersion(survey[1]["a"], survey[0], kind="variety").to_frame()
    np.testing.assert_allclose(groups.values["kinds"].sort_values(), kinds["blau"].sort_values())


def test_partners_may_speak_with_one_voice_each(fake, survey):
    partner = pd.DataFrame({"partner": [["x", "x", "x", "x", "y", "z"][i % 6] for i in range(120)]})
    scores = fake.scores(bank(fake), *survey, persons=partner)
    part = cu.aggregate(scores).evidence["m"]
    found = part.details["partners"].values
    assert part.by_group["value"].iloc[0] == pytest.approx(found["mean"].iloc[0])
    assert "between partner organisations" in part.explanation
    balanced = cu.aggregate(scores, voice="partner")
    np.testing.assert_allclose(balanced.values["m"], found["balanced_mean"])
    assert any("partner" in entry.text for entry in balanced.record.of_kind("decision"))
    with pytest.raises(cu.InputError, match="voice"):
        cu.aggregate(scores, voice="agency")


def test_partners_are_found_in_the_members_file(fake, survey):
    codes = [f"m{i % 6}" for i in range(120)]
    members = pd.DataFrame({"group": survey[0], "member": codes})
    members["partner"] = ["x" if code < "m3" else "y" for code in codes]
    persons = pd.DataFrame({"member": codes})
    scores = fake.scores(bank(fake), *survey, persons=persons, members=members)
    part = cu.aggregate(scores).evidence["m"]
    assert part.details["partners"].values["partners"].tolist() == [2] * 20
    census = part.details["census"].values
    assert census["sampling_fraction"].tolist() == [1.0] * 20


def test_a_gap_between_countries_is_told(fake, survey):
    country = pd.DataFrame({"country": ["de" if i < 60 else "cn" for i in range(120)]})
    rng = np.random.default_rng(0)
    items = pd.DataFrame(
        {
            name: np.clip(np.rint(3 + (np.arange(120) < 60) + rng.normal(size=120)), 1, 5)
            for name in "abc"
        }
    )
    part = cu.aggregate(fake.scores(bank(fake), survey[0], items, persons=country)).evidence["m"]
    assert part.details["strata"]["country"].icc1_within < part.summary["icc1_k0"]
    assert "Within country" in part.explanation
