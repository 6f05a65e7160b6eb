"""Real groups against random ones by each index, sliders, and values that come with errors."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.numerics.groups import agreement
from collective_use.numerics.groups import random_indices as kernel
from collective_use.numerics.groups.spreads import Scale, columns_of, row_deviations, spreads_of
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.results import NotComputed

FIVE = np.arange(1.0, 6.0)


def answers(rng, groups=20, size=6, items=3, level=0.8, missing=0.0):
    """Return answers 1 to 5 and groups."""
    codes = np.repeat(np.arange(groups), size)
    z = level * rng.normal(size=groups)[codes][:, None] + rng.normal(size=(len(codes), items))
    x = np.clip(np.rint(3 + z), 1, 5)
    x[rng.random(x.shape) < missing] = np.nan
    return x, codes


def test_the_closed_form_is_the_mean_over_all_permutations():
    x = np.array([[1.0, 2], [2, 2], [5, 4], [3, 1], [4, 5], [1, 1]])
    codes = np.array([0, 0, 0, 1, 1, 2])
    found = kernel.mean_variance(x, codes, 3)
    every = []
    for order in permutations(range(6)):
        stats = group_statistics(x[list(order)], codes, 3)
        every.append(np.nanmean(np.nanmean(stats.variances[:2], axis=1)))
    assert found.expected == pytest.approx(np.mean(every), rel=1e-12)
    assert found.sd == pytest.approx(np.std(every), rel=1e-12)
    assert found.observed == pytest.approx(every[0], rel=1e-12)


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_the_spreads_are_those_of_group_statistics(missing):
    x, codes = answers(np.random.default_rng(1), missing=missing)
    rows = np.random.default_rng(2).permuted(np.tile(codes, (3, 1)), axis=1)
    for scales in ([Scale(1, 5, FIVE)] * 3, [Scale(1, 5)] * 3):
        made = spreads_of(columns_of(x, scales), rows, 20, scales)
        for r in range(3):
            stats = group_statistics(x, rows[r], 20, options=FIVE)
            np.testing.assert_allclose(made.variances[:, r].T, stats.variances, atol=1e-12)
            gaps = agreement.average_deviation(stats)
            np.testing.assert_allclose(made.deviations[:, r].T, gaps, atol=1e-12)
            np.testing.assert_array_equal(made.n[:, r].T, stats.n)
    for around in ("mean", "median"):
        stats = group_statistics(x, codes, 20, options=FIVE)
        ours = np.column_stack([row_deviations(c, codes, 20, around) for c in x.T])
        np.testing.assert_allclose(ours, agreement.average_deviation(stats, around), atol=1e-12)


def test_noise_is_no_agreement_by_any_index_and_the_order_of_rows_has_no_say():
    rng = np.random.default_rng(3)
    found = []
    for k in range(120):
        x, codes = answers(rng, groups=12, level=0.0, missing=0.1)
        args = (12, [Scale(1, 5, FIVE)] * 3, np.full(3, 2.0))
        one = kernel.drawn_means(x, codes, *args, draws=40, seed=k)
        found.append([part.p for part in one.values()])
        if k == 0:
            order = rng.permutation(len(x))
            assert kernel.drawn_means(x[order], codes[order], *args, draws=40, seed=k) == one
    share = (np.array(found) <= 0.05).mean(axis=0)
    assert (share < 0.12).all()
    assert np.abs(np.mean(found, axis=0) - 0.5).max() < 0.12


def test_aggregate_tells_every_index_and_how(fake):
    x, codes = answers(np.random.default_rng(4), groups=30)
    names = ["a", "b", "c"]
    bank = fake.instrument(
        [{"id": "m", "items": names, "composition": "referent_shift"}],
        {name: range(1, 6) for name in names},
    )
    scores = fake.scores(bank, [f"g{c}" for c in codes], pd.DataFrame(x, columns=names))
    part = cu.aggregate(scores, repetitions=300).evidence["m"]
    frame = part.random.indices.set_index("index")
    assert frame.loc["rwg_j_lindell", "by"] == "closed form"
    assert frame.loc["ad_mean", "by"] == "200 draws"
    assert (frame["p"] < 0.001).all()
    assert frame.loc["ad_mean", "z"] < 0 < frame.loc["awg", "z"]
    assert frame.loc["rwg_j", "observed"] == pytest.approx(part.summary["rwg_j_mean"])
    assert frame.loc["ad_mean", "observed"] == pytest.approx(part.by_group["ad_mean"].mean())
    assert frame.loc["awg", "observed"] == pytest.approx(part.by_group["awg"].mean())
    assert "AD p < .001" in part.explanation
    without = cu.aggregate(scores, repetitions=0).evidence["m"]
    assert isinstance(without.summary["agree_p_ad"], NotComputed)
    assert list(without.random.indices["index"]) == ["rwg_j_lindell"]


def test_random_groups_give_in_closed_form_what_many_shuffles_give():
    x, codes = answers(np.random.default_rng(5), items=1)
    many = cu.random_groups(x[:, 0], codes, repetitions=4000)
    none = cu.random_groups(x[:, 0], codes, repetitions=0)
    assert (none.z, none.random_mean, none.random_sd) == (many.z, many.random_mean, many.random_sd)
    middle = many.quantiles.set_index("probability")["variance"]
    assert middle[0.1] < none.random_mean < middle[0.9]
    assert none.p_by == "closed form"
    assert isinstance(none.below, NotComputed)
    assert not len(none.quantiles)
    few = cu.random_groups(np.roll(x[:, 0], 3), codes, repetitions=4000)
    exact = cu.random_groups(np.roll(x[:, 0], 3), codes, repetitions=0)
    assert exact.p == pytest.approx(few.p, abs=0.03)


SLIDER = """
schema: 1
id: warmth
version: "1"
title: {{en: Warmth}}
languages: [en]
columns: {{group: team}}
constructs: [{{id: c, name: {{en: Warmth}}, definition: {{en: How warm it is.}}}}]
measures:
- {{id: warm, construct: c, composition: {composition}, items: [a, b]{more}}}
items:
- {{id: a, kind: number, construct: c, text: {{en: How warm is it here?}}{range}}}
- {{id: b, kind: number, construct: c, text: {{en: How kind are we?}}{range}}}
"""


def slider(folder, composition="referent_shift", ends=", range: [0, 100]", more=""):
    """Return the instrument, and answers of 15 teams of 6."""
    text = SLIDER.format(composition=composition, range=ends, more=more)
    (folder / "w.yaml").write_text(text, encoding="utf-8")
    rng = np.random.default_rng(6)
    team = np.repeat(np.arange(15), 6)
    level = 15 * rng.normal(size=15)[team][:, None]
    x = np.clip(50 + level + 10 * rng.normal(size=(90, 2)), 0, 100).round(1)
    frame = pd.DataFrame({"team": [f"t{k}" for k in team], "a": x[:, 0], "b": x[:, 1]})
    return cu.load_instrument(folder / "w.yaml"), frame


def test_a_slider_of_the_instrument_is_judged_by_the_continuous_null(tmp_path):
    bank, frame = slider(tmp_path)
    part = cu.aggregate(cu.score(cu.read_responses(frame, bank)), repetitions=100).evidence["warm"]
    own = cu.rwg_j(frame[["a", "b"]], frame["team"], null="continuous", options=(0, 100))
    by_name = part.by_group.set_index("group")
    there = own.to_frame().set_index("group")["rwg_j"]
    np.testing.assert_allclose(by_name["rwg_j"], there.reindex(by_name.index))
    gaps = cu.average_deviation(frame[["a", "b"]], frame["team"], null="continuous",
                                options=(0, 100)).to_frame().set_index("group")["ad"]  # fmt: skip
    np.testing.assert_allclose(by_name["ad_mean"], gaps.reindex(by_name.index))
    assert part.verdict == "supported"
    assert list(part.agreement.sensitivity["null"]) == ["continuous"]
    assert "under the continuous null" in part.explanation


def test_the_ends_of_a_slider_survive_the_workbook(tmp_path):
    bank, _ = slider(tmp_path, ends=", range: [-2.5, 100]")
    cu.instrument_to_xlsx(bank, path=tmp_path / "w.xlsx")
    again = cu.instrument_from_xlsx(tmp_path / "w.xlsx")
    assert [item.range for item in again.items] == [(-2.5, 100.0)] * 2


def test_an_answer_beyond_the_ends_is_named_or_counted_as_missing(tmp_path):
    bank, frame = slider(tmp_path)
    frame.loc[0, "a"] = 130.0
    with pytest.raises(cu.CollectiveUseError, match=r"'130' in answer 1.* from 0 to 100"):
        cu.read_responses(frame, bank)
    responses = cu.read_responses(frame, bank, invalid="missing")
    assert np.isnan(responses.answers["a"].iloc[0])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ends": ""}, "number without a range"),
        ({"ends": ", range: [100, 0]"}, "lowest and the highest"),
        ({"more": ", null_distributions: [uniform]"}, "'continuous' alone"),
    ],
)
def test_a_shared_number_without_sound_ends_is_refused_on_loading(tmp_path, options, said):
    with pytest.raises(cu.CollectiveUseError, match=said):
        slider(tmp_path, **options)


def test_additive_numbers_need_no_ends(tmp_path):
    bank, frame = slider(tmp_path, composition="additive", ends="")
    groups = cu.aggregate(cu.score(cu.read_responses(frame, bank)), repetitions=0)
    assert groups.evidence["warm"].verdict == "supported"
    mean = frame[["a", "b"]].mean(axis=1).groupby(frame["team"]).mean()
    got = groups.values.set_index("group")["warm"]
    np.testing.assert_allclose(got, mean.reindex(got.index))


def test_values_with_errors_come_from_the_result_of_aggregate():
    responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    scores = cu.score(responses)
    groups = cu.aggregate(scores, measures=["lead", "tsig"], repetitions=0)
    found = groups.group_values()
    assert list(found.components["measure"]) == ["lead", "tsig"]
    whole = cu.group_values(scores)
    pd.testing.assert_frame_equal(
        found.errors_frame(),
        whole.errors_frame().query("measure != 'hostil'").reset_index(drop=True),
    )
    assert "scores" not in groups.to_dict()
    assert "_scores" not in groups.to_dict()
