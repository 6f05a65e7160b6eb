"""Mixed models through their public doors: what they refuse, drop and say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import collective_use as cu
from collective_use.errors import InputError
from collective_use.results import NotComputed


def waves(seed=1, delta=-0.3, groups=12):
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([range(groups), range(4), range(4)])
    rows = index.to_frame(index=False)
    rows.columns = ["team", "person", "wave"]
    level = rng.normal(size=groups)[rows["team"]]
    return rows.assign(y=level + rng.normal(size=len(rows)) * np.exp(delta * rows["wave"]))


def robin(seed=2, groups=6, size=5):
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([range(groups), range(size), range(size)])
    rows = index.to_frame(index=False)
    rows.columns = ["team", "rater", "rated"]
    gives = rng.normal(size=(groups, size))[rows["team"], rows["rater"]]
    return rows.assign(y=3 + gives + rng.normal(size=len(rows)))


class TestEmergence:
    def test_members_of_one_code_in_two_groups_are_two(self):
        found = cu.consensus_emergence(waves(), "y", "team", "person", "wave")
        assert found.members == 48
        assert found.groups == 12

    def test_row_order_and_labels_do_not_matter(self):
        d = waves()
        a = cu.consensus_emergence(d, "y", "team", "person", "wave")
        mixed = d.sample(frac=1, random_state=3).assign(team=lambda f: "g" + f["team"].astype(str))
        b = cu.consensus_emergence(mixed, "y", "team", "person", "wave")
        assert a.delta == pytest.approx(b.delta, abs=1e-7)
        assert a.lr == pytest.approx(b.lr, abs=1e-6)

    def test_shift_and_scale(self):
        d = waves()
        a = cu.consensus_emergence(d, "y", "team", "person", "wave")
        b = cu.consensus_emergence(d.assign(y=1000 + 7 * d["y"]), "y", "team", "person", "wave")
        assert a.delta == pytest.approx(b.delta, abs=1e-6)
        ratio = b.by_wave["residual_variance"] / a.by_wave["residual_variance"]
        np.testing.assert_allclose(ratio, 49, rtol=1e-5)

    def test_noise_is_called_noise_and_growth_apart_is_named(self):
        noise = cu.consensus_emergence(waves(5, 0.0), "y", "team", "person", "wave")
        assert noise.words.startswith("no evidence")
        apart = cu.consensus_emergence(waves(6, 0.4), "y", "team", "person", "wave")
        assert apart.words.startswith("members grow apart")

    def test_waves_may_be_years_and_full_agreement_in_a_wave_is_not_judged(self):
        d = waves()
        a = cu.consensus_emergence(d, "y", "team", "person", "wave")
        b = cu.consensus_emergence(d.assign(wave=d["wave"] + 2020), "y", "team", "person", "wave")
        assert a.delta == pytest.approx(b.delta, abs=1e-8)
        assert b.by_wave["wave"].tolist() == [2020, 2021, 2022, 2023]
        same = d.assign(y=np.where(d["wave"] == 1, 5.0, d["y"])).query("wave < 2")
        found = cu.consensus_emergence(same, "y", "team", "person", "wave")
        assert isinstance(found.delta, NotComputed)
        assert found.words.startswith("cannot be judged")

    def test_missing_answers_are_counted_and_the_critique_stands_in_the_notes(self):
        d = waves()
        d.loc[[3, 9], "y"] = np.nan
        found = cu.consensus_emergence(d, "y", "team", "person", "wave")
        assert found.notes[0] == f"2 of {len(d)} rows left out: missing y."
        assert "cannot tell them apart" in found.notes[-1]

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda d: d.assign(wave=1), "at least two waves"),
            (lambda d: pd.concat([d, d.head(1)]), "answer a wave once"),
            (lambda d: d.assign(person=np.arange(len(d))), "nobody with two waves"),
            (lambda d: d[d["team"] == 1], "two groups"),
            (lambda d: d.assign(y=2.0), "must vary"),
            (lambda d: d.assign(y="a"), "must be numbers"),
            (lambda d: d.rename(columns={"wave": "time"}), "did you mean|must be a column"),
        ],
    )
    def test_refused(self, change, message):
        with pytest.raises(InputError, match=message):
            cu.consensus_emergence(change(waves()), "y", "team", "person", "wave")


class TestSocialRelations:
    def test_ratings_of_oneself_are_left_out_and_counted(self):
        found = cu.social_relations(robin(), "team", "rater", "rated", "y")
        assert found.method == "anova"
        assert "30 ratings of oneself left out." in found.notes

    def test_reml_of_complete_groups_of_one_size_gives_the_closed_forms(self):
        """Five sums of squares for five components: where none is on its border they agree."""
        d = robin(groups=12)
        rng = np.random.default_rng(9)
        gets, level = rng.normal(size=(12, 5)), 2 * rng.normal(size=12)
        d["y"] += gets[d["team"], d["rated"]] + level[d["team"]]
        a = cu.social_relations(d, "team", "rater", "rated", "y")
        b = cu.social_relations(d, "team", "rater", "rated", "y", method="reml")
        np.testing.assert_allclose(a.components["estimate"], b.components["estimate"], atol=1e-6)
        np.testing.assert_allclose(a.by_group["value"], b.by_group["value"], atol=1e-6)

    def test_scale_carries_through(self):
        d = robin()
        big = d.assign(y=100 + 10 * d["y"])
        for method in ("anova", "reml"):
            a = cu.social_relations(d, "team", "rater", "rated", "y", method=method)
            b = cu.social_relations(big, "team", "rater", "rated", "y", method=method)
            np.testing.assert_allclose(
                b.components["estimate"], 100 * a.components["estimate"], rtol=1e-4, atol=1e-3
            )
            np.testing.assert_allclose(
                b.by_group["value"], 100 + 10 * a.by_group["value"], rtol=1e-5
            )

    def test_shrunken_values_lie_between_mean_and_grand_mean(self):
        d = robin()
        d.loc[d["team"] == 0, "y"] += 3
        found = cu.social_relations(d, "team", "rater", "rated", "y").by_group
        assert found["value"][0] < found["mean"][0]
        assert found["value"].between(found["mean"].min(), found["mean"].max()).all()
        assert (found["low"] < found["value"]).all()

    def test_a_silent_person_stays_and_gets_an_effect(self):
        d = robin()
        quiet = d[~((d["team"] == 2) & (d["rater"] == 1))]
        found = cu.social_relations(quiet, "team", "rater", "rated", "y")
        assert found.method == "reml"
        row = found.persons[(found.persons["group"] == "2") & (found.persons["person"] == "1")]
        assert row["given"].item() == 0
        assert np.isfinite(row["actor"]).item()

    def test_one_group_and_no_pair_both_ways_are_said(self):
        d = robin(size=8)
        one = cu.social_relations(d[d["team"] == 0], "team", "rater", "rated", "y", method="reml")
        assert one.by_group["reason"].ne("").all()
        assert isinstance(one.group_reliability, NotComputed)
        up = d[d["rater"] < d["rated"]]
        found = cu.social_relations(up, "team", "rater", "rated", "y")
        assert isinstance(found.dyadic_reciprocity, NotComputed)

    @pytest.mark.parametrize(
        ("change", "method", "message"),
        [
            (lambda d: pd.concat([d, d.tail(3)]), None, "rate another once"),
            (lambda d: d.drop(index=[1]), "anova", "complete round robins"),
            (lambda d: d[d["rated"] < 2], "anova", "complete round robins"),
            (lambda d: d.assign(y=1), None, "must vary"),
            (lambda d: d[d["rater"] == d["rated"]], None, "oneself only"),
            (lambda d: d.head(3), None, "more ratings"),
        ],
    )
    def test_refused(self, change, method, message):
        with pytest.raises(InputError, match=message):
            cu.social_relations(change(robin()), "team", "rater", "rated", "y", method=method)


class TestLocationScale:
    @staticmethod
    def data(tau=0.0, seed=4):
        rng = np.random.default_rng(seed)
        d = pd.DataFrame({"team": np.repeat(np.arange(50), 10)})
        d["kind"] = np.where(d["team"] % 2, "new", "old")
        sd = np.exp(tau * rng.normal(size=50))[d["team"]] * np.where(d["kind"] == "new", 0.6, 1)
        return d.assign(y=rng.normal(size=50)[d["team"]] + rng.normal(size=500) * sd)

    def test_predictor_and_random_scale_are_found_apart(self):
        found = cu.location_scale(self.data(0.5), "y", "team", scale=["kind"])
        assert found.tests["p"][:2].lt(0.01).all()
        assert found.scale_sd == pytest.approx(1.0, abs=0.35)
        assert found.words.startswith("the predictors go with the variance")
        table = found.by_group
        assert (table["low"] < table["sd"]).all()
        assert np.corrcoef(table["sd"], table["sd_observed"])[0, 1] > 0.9

    def test_equal_groups_do_not_differ(self):
        found = cu.location_scale(self.data(0.0), "y", "team", scale=["kind"])
        assert found.tests.set_index("question")["p"].iloc[1] > 0.05
        assert "no evidence that groups differ" in found.words

    def test_groups_of_equal_answers_leave_the_likelihood_bounded(self):
        d = self.data(0.3)
        d["y"] = np.clip(np.round(3 + d["y"] * 0.8), 1, 5)
        d.loc[d["team"] < 4, "y"] = 4.0
        found = cu.location_scale(d, "y", "team")
        assert found.notes[0].startswith("4 groups of equal answers")
        assert 0 < found.scale_sd < 6
        small = found.by_group["sd"][:4].to_numpy()
        assert (small < found.by_group["sd"][4:].min()).all()

    @pytest.mark.parametrize(
        ("change", "scale", "message"),
        [
            (lambda d: d, ["same"], "does not vary"),
            (lambda d: d, ["kind", "twin"], "follows from"),
            (lambda d: d[d["team"] < 2], [], "at least three groups"),
            (lambda d: d.assign(y=d["team"] * 1.0), [], "vary within groups"),
        ],
    )
    def test_refused(self, change, scale, message):
        d = self.data().assign(same=1.0, twin=lambda f: (f["kind"] == "new") * 2.0)
        with pytest.raises(InputError, match=message):
            cu.location_scale(change(d), "y", "team", scale=scale)


class TestVarianceShares:
    @staticmethod
    def data():
        rng = np.random.default_rng(3)
        index = pd.MultiIndex.from_product([range(20), range(4), range(6)])
        d = index.to_frame(index=False)
        d.columns = ["agency", "team", "person"]
        team = rng.normal(size=(20, 4))[d["agency"], d["team"]]
        return d.assign(y=rng.normal(size=20)[d["agency"]] + team + 2 * rng.normal(size=len(d)))

    def test_balanced_shares_are_those_of_the_nested_analysis_of_variance(self):
        d = self.data()
        found = cu.variance_shares(d, "y", "team", "agency").levels["variance"]
        team = d.groupby(["agency", "team"])["y"].transform("mean")
        agency = d.groupby("agency")["y"].transform("mean")
        member = ((d["y"] - team) ** 2).sum() / (480 - 80)
        between_teams = ((team - agency) ** 2).sum() / (80 - 20)
        between = ((agency - d["y"].mean()) ** 2).sum() / 19
        right = [(between - between_teams) / 24, (between_teams - member) / 6, member]
        np.testing.assert_allclose(found, right, rtol=1e-6)

    def test_limits_hold_the_shares_and_the_ends_have_the_likelihood_asked_for(self):
        levels = cu.variance_shares(self.data(), "y", "team", "agency").levels
        assert ((levels["low"] <= levels["share"]) & (levels["share"] <= levels["high"])).all()
        assert levels["share"].sum() == pytest.approx(1)

    @pytest.mark.parametrize("columns", [("team", "team"), ("person", "team"), ("one", "agency")])
    def test_refused(self, columns):
        d = self.data().assign(one=1)
        d["person"] = np.arange(len(d))
        with pytest.raises(InputError, match="three levels that differ"):
            cu.variance_shares(d, "y", *columns)


class TestGroupValues:
    def test_errors_of_two_means_share_those_who_have_both(self):
        rng = np.random.default_rng(6)
        x = rng.normal(size=(60, 2)) @ np.array([[1, 0.5], [0, 1]])
        x[::4, 1] = np.nan
        group = np.repeat(np.arange(6), 10)
        found = cu.group_values(pd.DataFrame(x, columns=["a", "b"]), group)
        part = x[group == 2]
        both = int((~np.isnan(part[:, 1])).sum())
        covariance = found.within.loc["a", "b"] * both / (10 * both)
        assert found.error_covariance("2").loc["a", "b"] == pytest.approx(covariance)
        assert found.errors_frame().shape == (18, 4)

    def test_a_census_has_no_error_and_is_its_mean(self):
        group = np.repeat(["a", "b", "c"], 4)
        y = np.random.default_rng(7).normal(size=12)
        sizes = {"a": 4, "b": 8, "c": 4}
        found = cu.group_values(y, group, sizes, aggregation="formative").values.set_index("group")
        np.testing.assert_allclose(found.loc[["a", "c"], "value"], found.loc[["a", "c"], "mean"])
        assert found.loc["a", "value_se"] == 0
        assert found.loc["a", "reliability"] == pytest.approx(1)
        assert found.loc["b", "value_se"] > 0

    def test_errors_of_finite_groups_hold_in_samples(self):
        """Limits hold the mean of the members there are, over groups drawn again and again."""
        rng = np.random.default_rng(8)
        inside = []
        for _ in range(50):
            whole = rng.normal(size=(30, 1)) + 1.5 * rng.normal(size=(30, 10))
            asked = whole[:, :6]
            found = cu.group_values(
                asked.ravel(), np.repeat(np.arange(30), 6),
                {str(i): 10 for i in range(30)}, aggregation="formative",
            ).values  # fmt: skip
            truth = whole.mean(axis=1)
            inside.append(((found["low"] <= truth) & (truth <= found["high"])).mean())
        share = float(np.mean(inside))
        assert stats.binomtest(round(share * 1500), 1500, 0.95).pvalue > 1e-4 or share > 0.935

    def test_scores_bring_their_measures_and_small_groups_stay_empty(self):
        responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
        found = cu.group_values(cu.score(responses))
        assert list(found.components["measure"]) == ["lead", "tsig", "hostil"]
        means = cu.aggregate(cu.score(responses), repetitions=0).values
        np.testing.assert_allclose(found.wide("mean")["lead"], means["lead"])
        some = cu.group_values([1, 2, 3, 4, 2, 5, 1.0], list("aaabbbc"), group_size=2)
        assert some.values["reason"].tolist()[-1] == "1 answered; at least 2 are asked for"
        assert some.error_covariance("c").isna().all(axis=None)

    @pytest.mark.parametrize(
        ("members", "kind", "message"),
        [
            (None, "formative", "members must be known"),
            ({"a": 2, "b": 9}, "formative", "more answers than members"),
            (None, "reflexive", "did you mean 'reflective'"),
            (None, {"x": "formative"}, "must name measures"),
        ],
    )
    def test_refused(self, members, kind, message):
        with pytest.raises(InputError, match=message):
            cu.group_values([1, 2, 3, 4, 5, 6.0], list("aaabbb"), members, aggregation=kind)


class TestAgreementLimits:
    def answers(self, n=6, J=4):
        rng = np.random.default_rng(5)
        x = np.clip(np.round(3 + rng.normal(size=(20 * n, J))), 1, 5)
        return x, np.repeat(np.arange(20), n)

    @pytest.mark.parametrize("index", ["rwg_j", "ad_mean"])
    def test_limits_hold_the_index_and_are_those_of_the_other_functions(self, index):
        x, group = self.answers()
        table = cu.agreement_limits(x, group, index=index).to_frame()
        other = cu.rwg_j(x, group) if index == "rwg_j" else cu.average_deviation(x, group)
        np.testing.assert_allclose(table[index], other.to_frame().iloc[:, 2])
        assert (table["low"] <= table[index] + 1e-12).all()
        assert (table[index] <= table["high"] + 1e-12).all()

    def test_seed_repeats_and_small_full_agreement_is_weak_evidence(self):
        x, group = self.answers()
        x[:3], x[6:12] = 4, 4
        group[3:6] = 99
        a = cu.agreement_limits(x, group, seed=3)
        pd.testing.assert_frame_equal(a.table, cu.agreement_limits(x, group, seed=3).table)
        rows = a.table.set_index("group")
        assert rows.loc["0", "rwg_j"] == rows.loc["1", "rwg_j"] == 1
        assert rows.loc["0", "low"] < rows.loc["1", "low"] < 1

    def test_missing_answers_widen_and_lone_members_have_a_reason(self):
        x, group = self.answers()
        x, group = np.vstack([x, [[3, 3, 3, 3]]]), np.append(group, 50)
        gone = x.copy()
        gone[:4, 1:] = np.nan
        table = cu.agreement_limits(gone, group).table.set_index("group")
        assert "two answers" in table.loc["50", "reason"]
        full = cu.agreement_limits(x, group, index="ad_mean").table.set_index("group")
        less = cu.agreement_limits(gone, group, index="ad_mean").table.set_index("group")
        ratio = [t.loc["0", "high"] / t.loc["0", "low"] for t in (less, full)]
        assert ratio[0] > ratio[1]

    def test_refused(self):
        with pytest.raises(InputError, match="nothing to draw from"):
            cu.agreement_limits([3, 3, 3, 3], list("aabb"))
        with pytest.raises(InputError, match="index must be one of"):
            cu.agreement_limits(*self.answers(), index="rwg")
