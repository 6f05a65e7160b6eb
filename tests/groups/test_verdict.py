"""Verdicts that an editor would sign: each fault that was found, with the right answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

import collective_use as cu
from collective_use.results import NotComputed

SLIGHT = (0.05, 0.15, 0.2, 0.35, 0.25)


def correlated(rng, persons, items, r, shares, level=None):
    """Answers 1 to 5 with latent correlation r within persons, and a level of groups."""
    z = np.sqrt(r) * rng.normal(size=(persons, 1))
    z = z + np.sqrt(1 - r) * rng.normal(size=(persons, items))
    z = z if level is None else z + level[:, None]
    return np.searchsorted(ndtri(np.cumsum(shares)[:-1]), z.ravel()).reshape(z.shape) + 1.0


@pytest.fixture(scope="module")
def one(fake):
    def judge(answers, groups, composition="referent_shift", members=None, more=None, **options):
        answers = np.asarray(answers, float)
        names = [f"i{j}" for j in range(answers.shape[1])]
        measure = {"id": "m", "items": names, "composition": composition, **(more or {})}
        bank = fake.instrument([measure], {name: range(1, 6) for name in names})
        scores = fake.scores(bank, groups, pd.DataFrame(answers, columns=names), members=members)
        return cu.aggregate(scores, **{"repetitions": 0, **options}).evidence["m"]

    return judge


def test_groups_too_small_to_be_judged_do_not_decide(one):
    rng = np.random.default_rng(0)
    rows = [rng.integers(1, 6, size=(6, 2)) for _ in range(8)]
    rows += [np.repeat(rng.integers(1, 6, (1, 2)), 2, axis=0) for _ in range(12)]
    groups = np.repeat([f"six{k}" for k in range(8)] + [f"pair{k}" for k in range(12)],
                       [6] * 8 + [2] * 12)  # fmt: skip
    part = one(np.vstack(rows), groups)
    judged = part.by_group[part.by_group["passes"].notna()]
    assert part.verdict == "no evidence of a group property"
    assert len(judged) == part.summary["groups_judged"] == 8
    assert part.summary["rwg_j_median"] == pytest.approx(judged["rwg_j"].median())
    assert part.summary["rwg_j_share"] == judged["passes"].mean()
    assert part.details["sensitivity"]["median"].iloc[0] == part.summary["rwg_j_median"]
    assert part.summary["df1"] == 7
    assert "12 too small" in part.explanation


def test_dyads_cannot_be_judged_and_the_least_chance_is_said(one):
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(40), 2)
    answers = np.clip(rng.integers(1, 6, 40)[groups][:, None] + rng.integers(-1, 2, (80, 1)), 1, 5)
    part = one(answers, groups, repetitions=200)
    assert part.verdict == "cannot be judged"
    assert "p = .200" in part.explanation
    assert isinstance(part.summary["rwg_median"], NotComputed)
    allowed = one(answers, groups, repetitions=200, cutoffs={"group_size": 2})
    assert "No single group can be told from chance" in allowed.explanation
    three = np.clip(answers + rng.integers(-1, 2, (80, 3)), 1, 5)
    unsure = one(three, groups, repetitions=200, cutoffs={"group_size": 2})
    assert "0% of the groups agree more than chance" in unsure.explanation
    assert "Full agreement of a whole group would have p = " in unsure.explanation
    few = one(answers[:6], np.repeat([1, 2], 3))
    assert few.verdict == "cannot be judged"
    assert "Only 2 groups can be judged" in few.explanation


@pytest.mark.parametrize("items", [1, 5, 10])
@pytest.mark.parametrize("lean", [(0.2,) * 5, SLIGHT, (0.02, 0.06, 0.17, 0.45, 0.3)])
def test_noise_that_leans_is_no_group_property(one, items, lean):
    rng = np.random.default_rng(items)
    groups = np.repeat(np.arange(40), 8)
    words = [one(correlated(rng, 320, items, 0.5, lean), groups).verdict for _ in range(20)]
    assert words.count("no evidence of a group property") >= 17


def test_real_agreement_and_differences_are_supported(one):
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(60), 8)
    level = 0.9 * rng.normal(size=60)[groups]
    part = one(correlated(rng, 480, 5, 0.4, SLIGHT, level), groups, nulls=["uniform"])
    assert part.verdict == "supported"
    assert part.random.agree_p < 0.001
    assert part.differences.icc1_low > 0


def test_the_null_chosen_beforehand_judges_and_the_others_make_the_range(one):
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(60), 8)
    level = 0.45 * rng.normal(size=60)[groups]
    answers = correlated(rng, 480, 5, 0.5, SLIGHT, level)
    part = one(answers, groups)
    assert part.verdict == "supported under the uniform null only"
    assert "the verdict depends on the null" in part.explanation
    medians = part.agreement.medians
    assert part.summary["median_lowest"] == medians["slight_skew"] < 0.7 <= medians["uniform"]
    other = one(answers, groups, nulls=["moderate_skew"])
    assert other.verdict == "differences, little agreement"
    assert other.summary["null"] == "moderate_skew"
    empirical = one(answers, groups, nulls=["empirical"])
    assert empirical.summary["null"] == "empirical"
    assert empirical.summary["rwg_j_median"] < medians["uniform"]


def test_unequal_groups_are_judged_by_reml(one):
    groups = np.repeat(np.arange(41), [300] + [4] * 40)
    rng = np.random.default_rng(2)
    y = np.sqrt(0.12) * rng.normal(size=41)[groups] + np.sqrt(0.88) * rng.normal(size=len(groups))
    part = one(np.clip(np.round(3 + y), 1, 5)[:, None], groups)
    assert part.summary["icc1"] < 0.05 <= part.summary["icc1_reml"]
    assert f"{part.summary['icc1_reml']:.3f}"[1:] + " [" in part.explanation
    assert "with N/G" in part.explanation


def _members(groups, silent=0):
    rows = [(str(g), f"m{i}") for i, g in enumerate(groups)]
    rows += [(str(g), f"s{g}_{k}") for g in np.unique(groups) for k in range(silent)]
    return pd.DataFrame(rows, columns=["group", "member"])


def test_few_of_many_members_are_not_the_groups_view(one):
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(30), 3)
    answers = np.clip(rng.integers(2, 6, 30)[groups][:, None] + rng.integers(-1, 1, (90, 4)), 1, 5)
    part = one(answers, groups, members=_members(groups, 57))
    assert part.verdict == "cannot be judged"
    assert part.summary["response_share"] == 0.05
    assert "5% of the members answered" in part.explanation
    assert part.by_group["value"].notna().all()
    free = one(answers, groups, members=_members(groups, 57), cutoffs={"group_response": 0.01})
    assert free.verdict.startswith("supported")


def test_additive_formative_measures_are_judged_by_the_census(one):
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(30), 6)
    factor = rng.normal(size=(180, 1))
    answers = (3 + 0.8 * factor + 0.5 * rng.normal(size=(180, 3))).round().clip(1, 5)
    words = {}
    for aggregation in ("reflective", "formative"):
        more = {"aggregation": aggregation}
        part = one(answers, groups, "additive", _members(groups), more)
        words[aggregation] = part.verdict
        assert part.census is not None
    assert words == {"reflective": "not supported", "formative": "supported"}
    assert "census" in part.explanation


def test_bounds_hold_every_answer_of_the_silent_and_are_reached(one):
    rng = np.random.default_rng(4)
    groups = np.repeat(np.arange(6), 3)
    answers = rng.integers(1, 6, (18, 1)).astype(float)
    part = one(answers, groups, members=_members(groups, 2), nulls=["uniform"])
    bounds = part.details["bounds"].set_index("group")
    for g in range(6):
        mine = answers[groups == g, 0]
        wholes = [np.append(mine, (a, b)) for a in range(1, 6) for b in range(1, 6)]
        means, sds = [w.mean() for w in wholes], [w.std(ddof=1) for w in wholes]
        agree = [max(0.0, 1 - w.var(ddof=1) / 2) for w in wholes]
        row = bounds.loc[str(g)]
        assert (row["mean_low"], row["mean_high"]) == pytest.approx((min(means), max(means)))
        assert row["sd_high"] == pytest.approx(max(sds))
        assert row["sd_low"] <= min(sds) + 1e-12
        assert row["rwg_low"] == pytest.approx(min(agree))
        assert row["rwg_high"] == pytest.approx(max(agree))
    told = part.details["nonresponse"]
    alike = told[told["silent_variance_ratio"] == 1]
    assert alike["median_agreement"].is_monotonic_decreasing
    first = told.iloc[0]
    assert first["icc1"] == pytest.approx(part.summary["icc1_reml"])
    assert first["median_sd"] == pytest.approx(np.median([np.std(answers[groups == g, 0], ddof=1)
                                                          for g in range(6)]))  # fmt: skip


def test_evidence_by_a_wrong_name_says_which_measure_was_meant():
    responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    groups = cu.aggregate(cu.score(responses), repetitions=0, measures=["lead", "tsig"])
    with pytest.raises(cu.InputError, match="'Leadership' is told about by 'lead'"):
        groups.evidence["Leadership"]
    with pytest.raises(KeyError, match="did you mean 'tsig'"):
        groups.evidence["tsgi"]
    assert groups.evidence.get("safety") is None
    with pytest.raises(cu.InputError, match=r"cu\.score\(responses\)"):
        cu.aggregate(responses)
