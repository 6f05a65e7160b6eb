"""The generator: same seed same survey, known truth recovered, flaws where they were planted."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError
from collective_use.instrument.library import load_instrument, sample_path
from collective_use.simulation.parameters import Flaws, TrueParameters
from collective_use.simulation.samples import SAMPLES, TRUTH
from collective_use.simulation.simulate import SimulatedSurvey, simulate_responses

INSTRUMENT = load_instrument("collective_data_use")
LQ = load_instrument("lq2002")


def numbers(survey: SimulatedSurvey) -> pd.DataFrame:
    return survey.to_frame().apply(pd.to_numeric, errors="coerce")


@pytest.fixture(scope="module")
def large() -> SimulatedSurvey:
    return simulate_responses(
        INSTRUMENT, n_groups=500, size=(12, 12), seed=5, form="long", parameters=TRUTH
    )


@pytest.fixture(scope="module")
def messy() -> SimulatedSurvey:
    return SAMPLES["messy"]()


@pytest.mark.parametrize("name", list(SAMPLES))
def test_committed_samples_are_what_the_generator_makes(name: str) -> None:
    folder = sample_path(name)
    for file, content in SAMPLES[name]().files().items():
        assert (folder / file).read_bytes() == content, f"{name}/{file}: write the samples again"


def test_the_same_seed_gives_the_same_survey_and_another_does_not() -> None:
    one, same, other = (simulate_responses(LQ, n_groups=5, seed=s) for s in (1, 1, 2))
    assert one.files() == same.files()
    assert one.export() != other.export()


def group_scores(survey: SimulatedSurvey) -> pd.DataFrame:
    values = numbers(survey)
    group = survey.to_frame()["group_code"]
    result = {}
    for name in survey.truth["latent_variables"]:
        measure = next((m for m in INSTRUMENT.measures if m.id == name), None)
        if measure is None or measure.source != "perception":
            continue
        codes = values[list(measure.items)]
        for item in measure.items:
            if INSTRUMENT.get_item(item).reverse:
                codes[item] = 8 - codes[item]
        result[name] = codes.mean(axis=1).groupby(group).mean()
    return pd.DataFrame(result)


def test_group_means_recover_the_latent_variables(large: SimulatedSurvey) -> None:
    scores = group_scores(large)
    truth = pd.DataFrame(large.truth["groups"]).T.loc[scores.index]
    assert len(scores.columns) == 8
    for name in scores:
        assert scores[name].corr(truth[name]) > 0.93


def test_the_mediation_model_is_recovered(large: SimulatedSurvey) -> None:
    truth = pd.DataFrame(large.truth["groups"]).T
    standard = (truth - truth.mean()) / truth.std()
    for outcome in ("ssm", "dlr", "dcb", "cdu"):
        predictors = [by for to, by in TRUTH.paths if to == outcome]
        found = np.linalg.lstsq(standard[predictors], standard[outcome], rcond=None)[0]
        expected = [TRUTH.paths[outcome, by] for by in predictors]
        np.testing.assert_allclose(found, expected, atol=1e-5)  # groups are exact by design
    scores = group_scores(large)
    scores = (scores - scores.mean()) / scores.std()
    found = np.linalg.lstsq(scores[["ssm", "dlr", "dcb"]], scores["cdu"], rcond=None)[0]
    np.testing.assert_allclose(found, [0.30, 0.30, 0.30], atol=0.08)


def test_the_share_of_variance_between_groups_is_recovered(large: SimulatedSurvey) -> None:
    values, group = numbers(large), large.to_frame()["group_code"]
    size = 12
    icc = []
    for truth in large.truth["items"]:
        if not truth["latent"]:
            continue
        item = values[truth["item"]]
        between = size * item.groupby(group).mean().var()
        within = item.groupby(group).var().mean()
        icc.append((between - within) / (between + (size - 1) * within))
    # seven categories lose a little of the latent .40
    assert np.mean(icc) == pytest.approx(0.38, abs=0.03)
    assert min(icc) > 0.25


def test_rosters_follow_the_standing_of_groups(large: SimulatedSurvey) -> None:
    values, group = numbers(large), large.to_frame()["group_code"]
    truth = pd.DataFrame(large.truth["groups"]).T
    ties = values[[f"net1_{k}" for k in range(1, 13)]].mean(axis=1).groupby(group).mean()
    assert ties.corr(truth["con"]) > 0.6
    points = values[[c for c in values if c.startswith("alc1_")]]
    assert (points.sum(axis=1) == 100).all()
    mean = points.groupby(group).mean()
    unevenness = mean.std(axis=1) / mean.mean(axis=1)
    assert unevenness.corr(truth["pim"]) > 0.3
    kinds = values["chk3"].groupby(group).agg(lambda c: 1 - (c.value_counts(True) ** 2).sum())
    assert kinds.corr(truth["exp_variety"]) > 0.85


def test_nobody_rates_oneself_or_an_empty_place(large: SimulatedSurvey) -> None:
    frame = large.to_frame()
    place = large.members.set_index("member")["position"].loc[frame["member_code"]].to_numpy()
    for position in (1, 7, 12):
        empty = (frame[f"net1_{position}"] == "").to_numpy()
        np.testing.assert_array_equal(empty, place == position)
    named = numbers(large)[[f"wkw1_{k}" for k in range(1, 10)]].to_numpy()
    assert not (named == place[:, None]).any()
    assert named.max() <= 12


def test_partners_are_numbered_as_the_roster_meets_them(large: SimulatedSurvey) -> None:
    for _, members in large.members.groupby("group"):
        seen = members.sort_values("position")["partner"].drop_duplicates()
        numbers_of = seen.str.extract(r"p(\d+)$")[0].astype(int)
        assert numbers_of.to_list() == list(range(1, len(seen) + 1))


def test_messy_rows(messy: SimulatedSurvey) -> None:
    rows, planted = messy.rows, messy.truth["flawed_rows"]
    assert rows["ResponseId"].is_unique
    assert set(rows.loc[rows["Status"] == "1", "ResponseId"]) == set(planted["previews"])
    assert set(rows.loc[rows["Finished"] == "0", "ResponseId"]) == set(planted["unfinished"])
    real = rows[rows["Status"] == "0"]
    again = real["member_code"].duplicated()
    assert set(real.loc[again, "ResponseId"]) == set(planted["duplicates"])
    statements = [t["item"] for t in messy.truth["items"]]
    flat = rows.loc[rows["ResponseId"].isin(planted["straight_liners"]), statements]
    assert (flat.nunique(axis=1) == 1).all()
    assert real.groupby("group_code")["member_code"].nunique().eq(1).sum() == 1
    cells = rows[statements].to_numpy().ravel()
    assert {"-99", "88", "77"} <= set(cells)
    assert set(rows["UserLanguage"]) == {"EN", "ZH-S"}


def test_messy_items(messy: SimulatedSurvey) -> None:
    values = numbers(messy)
    values = values.where((values >= 1) & (values <= 7))

    def with_rest(item: str, others: list[str]) -> float:
        return float(values[item].corr(values[others].mean(axis=1)))

    assert with_rest("ssm8", ["ssm1", "ssm3", "ssm5"]) > 0.1  # a reverse item answered as if not
    assert with_rest("ssm4", ["ssm1", "ssm3", "ssm5"]) < -0.3
    con, own = ["con1", "con3", "con6"], ["dlr1", "dlr3", "dlr5"]
    assert with_rest("dlr7", con) > 0.45
    assert with_rest("dlr7", con) > with_rest("dlr6", con) + 0.1
    assert with_rest("dlr7", own) > 0.4
    truth = pd.DataFrame(messy.truth["groups"]).T
    assert truth["ssm"].corr(truth["dlr"]) > 0.95


def test_a_qualtrics_export_has_three_heading_rows() -> None:
    survey = simulate_responses(LQ, n_groups=4, seed=3)
    rows = list(csv.reader(io.StringIO(survey.export())))
    assert len(rows) == 3 + len(survey.rows)
    assert {len(row) for row in rows} == {len(rows[0])}
    assert json.loads(rows[2][0]) == {"ImportId": "startDate"}
    assert "LEAD01" in rows[0]
    assert rows[1][rows[0].index("LEAD01")] == LQ.get_item("lead01").text["en"]


def test_answers_stay_on_their_scales() -> None:
    survey = simulate_responses(LQ, n_groups=6, seed=3)
    for item in LQ.items:
        if item.kind == "likert":
            codes = set(LQ.get_scale(str(item.scale)).codes)
            assert set(numbers(survey)[item.platform_names["plain"]]) <= codes


def test_the_front_door_has_it() -> None:
    assert cu.simulate_responses is simulate_responses


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_groups": 0}, "n_groups must be"),
        ({"n_groups": 10**12}, "20,000,000 are the most that are simulated at once"),
        ({"waves": 10**9}, "20,000,000 are the most that are simulated at once"),
        ({"size": (1, 4)}, "smallest group"),
        ({"size": (6, 4)}, r"size must be \(smallest"),
        ({"form": "none"}, "form must be one of"),
        ({"parameters": TrueParameters(icc=1.5)}, "icc must be"),
        ({"parameters": TrueParameters(paths={("cdu", "nope"): 0.3})}, "must be one of"),
        (
            {"parameters": TrueParameters(paths={("cdu", "ssm"): 0.3, ("ssm", "cdu"): 0.3})},
            "circle",
        ),
        ({"parameters": TrueParameters(paths={("cdu", "ssm"): 1.2})}, "over 100%"),
        ({"flaws": Flaws(bad_reverse=("ssm1",))}, "reverse items"),
        ({"flaws": Flaws(double_loading={"nope": "ssm"})}, "must be a column"),
        ({"flaws": Flaws(previews=-1)}, "previews"),
        ({"flaws": Flaws(unfinished=10_000)}, "only"),
        ({"flaws": Flaws(single_member_groups=99)}, "single_member_groups"),
        ({"flaws": Flaws(too_close=(("ssm", "nope"),))}, "too_close"),
        ({"parameters": replace(TRUTH, exact_groups=True), "n_groups": 5}, "exact_groups"),
    ],
)
def test_impossible_wishes_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        simulate_responses(INSTRUMENT, **{"n_groups": 8, "seed": 1, **change})  # type: ignore[arg-type]
