"""rwg, rwg_j, awg, ad, icc, dispersion, random_groups: inputs, options, reasons, results."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collective_use as cu
from collective_use.errors import InputError
from collective_use.results import NotComputed

RNG = np.random.default_rng(12)
GROUPS = np.repeat([f"g{i}" for i in range(12)], [2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 10, 12])
LEVEL = RNG.normal(size=12)[np.unique(GROUPS, return_inverse=True)[1]]
ITEMS = pd.DataFrame(
    {
        f"i{j}": np.clip(np.rint(3 + LEVEL + 0.7 * RNG.normal(size=len(GROUPS))), 1, 5)
        for j in range(4)
    }
)


def index(result):
    return result.to_frame().set_index("group")[result.index]


@pytest.mark.parametrize(
    "make",
    [
        lambda x: x.to_numpy(),
        lambda x: x.to_numpy().astype(np.int8),
        lambda x: x.astype("Int64"),
        lambda x: x.astype(np.float32),
        lambda x: x.to_numpy().tolist(),
        lambda x: x.to_numpy()[:, ::-1],
    ],
    ids=["array", "int8", "nullable", "float32", "lists", "view"],
)
def test_every_kind_of_input_gives_the_same(make):
    for call in (cu.rwg_j, cu.average_deviation, cu.awg):
        pd.testing.assert_series_equal(
            index(call(make(ITEMS), GROUPS)), index(call(ITEMS, GROUPS)), rtol=1e-6
        )
    one = make(ITEMS)
    first = [row[0] for row in one] if isinstance(one, list) else np.asarray(ITEMS["i0"])
    assert cu.icc(first, GROUPS).icc1 == pytest.approx(cu.icc(ITEMS["i0"], GROUPS).icc1)


@pytest.mark.parametrize("labels", [list(GROUPS), pd.Series(GROUPS), pd.Categorical(GROUPS)])
def test_labels_of_any_kind(labels):
    pd.testing.assert_series_equal(index(cu.rwg_j(ITEMS, labels)), index(cu.rwg_j(ITEMS, GROUPS)))


@settings(max_examples=25, deadline=None)
@given(st.permutations(list(range(len(GROUPS)))))
def test_row_order_makes_no_difference(order):
    shuffled, groups = ITEMS.iloc[order], GROUPS[order]
    for call in (cu.rwg_j, cu.average_deviation, cu.awg):
        pd.testing.assert_series_equal(index(call(shuffled, groups)), index(call(ITEMS, GROUPS)))
    for method in ("anova", "reml"):
        one = cu.icc(shuffled["i0"], groups, method=method)
        two = cu.icc(ITEMS["i0"], GROUPS, method=method)
        assert one.icc1 == pytest.approx(two.icc1, rel=1e-9)
        assert one.ci == pytest.approx(two.ci, rel=1e-9)


def test_frames_start_with_group_n_and_the_index():
    for result, name in [
        (cu.rwg(ITEMS["i0"], GROUPS), "rwg"),
        (cu.rwg_j(ITEMS, GROUPS), "rwg_j"),
        (cu.rwg_j(ITEMS, GROUPS, variant="lindell"), "rwg_j_lindell"),
        (cu.rwg_j(ITEMS, GROUPS, variant="lindell_2001"), "rwg_j_prime"),
        (cu.awg(ITEMS, GROUPS), "awg"),
        (cu.average_deviation(ITEMS, GROUPS), "ad"),
    ]:
        assert list(result.to_frame().columns[:3]) == ["group", "n", name]
        assert name in str(result)
        json.dumps(result.to_dict(), allow_nan=False)


def test_natural_order_of_groups():
    frame = cu.rwg([1, 2, 3, 4, 5, 1], [10, 10, 9, 9, 1, 1]).to_frame()
    assert frame["group"].tolist() == ["1", "9", "10"]


def test_a_group_of_one_stays_with_its_reason():
    frame = cu.rwg_j(ITEMS.iloc[:3], ["a", "a", "b"]).to_frame().set_index("group")
    assert np.isnan(frame.loc["b", "rwg_j"])
    assert frame.loc["b", "reason"] == "1 answered; two are needed"
    assert frame.loc["a", "reason"] == ""


def test_prime_is_rwg_of_the_scale_mean():
    prime = index(cu.rwg_j(ITEMS, GROUPS, variant="lindell_2001"))
    scale = index(cu.rwg(ITEMS.mean(axis=1), GROUPS, truncate=False))
    np.testing.assert_allclose(prime, scale)


def test_missing_items_pairwise_and_listwise_differ_and_say_so():
    holes = ITEMS.copy()
    holes.iloc[::5, 0] = np.nan
    pairwise, listwise = (cu.rwg_j(holes, GROUPS, missing=how) for how in ("pairwise", "listwise"))
    assert not index(pairwise).equals(index(listwise))
    assert "Missing items: pairwise." in pairwise.notes
    assert "Missing items: listwise." in listwise.notes
    complete = holes.notna().all(axis=1).to_numpy()
    np.testing.assert_allclose(
        index(listwise).dropna(), index(cu.rwg_j(holes[complete], GROUPS[complete])).dropna()
    )
    with pytest.raises(cu.InputError, match="builds in the agreement"):
        cu.rwg_j(holes, GROUPS, missing="imputation")


def test_other_nulls_and_their_provenance():
    uniform, skew = cu.rwg_j(ITEMS, GROUPS), cu.rwg_j(ITEMS, GROUPS, null="slight_skew")
    assert (index(skew) <= index(uniform)).all()
    assert "LeBreton & Senter" in skew.null.source
    own = cu.rwg_j(ITEMS, GROUPS, null=[0.2] * 5)
    pd.testing.assert_series_equal(index(own), index(uniform))
    dissensus = cu.rwg_j(ITEMS, GROUPS, null="maximum_dissensus", variant="lindell")
    assert (index(dissensus) >= 0).all()


def test_exact_chance_of_one_item():
    frame = cu.rwg(ITEMS["i0"], GROUPS, test=True).to_frame()
    assert ((frame["p"] > 0) & (frame["p"] <= 1)).all()
    assert (frame["p_adjusted"] >= frame["p"] - 1e-12).all()
    pair = cu.rwg([2, 2, 1, 5], list("aabb"), test=True).to_frame()
    assert pair["p"].tolist() == pytest.approx([0.2, 1.0])
    beats = cu.average_deviation([2, 2, 1, 5], list("aabb"), test=True).to_frame()
    assert beats["p"].tolist() == pytest.approx([0.2, 1.0])


def test_simulated_chance_of_several_items_repeats():
    first = cu.rwg_j(ITEMS, GROUPS, test=True, repetitions=300, seed=4).to_frame()
    second = cu.rwg_j(ITEMS, GROUPS, test=True, repetitions=300, seed=4).to_frame()
    pd.testing.assert_frame_equal(first, second)
    assert (first["p"] >= 1 / 301).all()
    better = first["rwg_j"] > first["critical"] + 1e-9
    assert (first.loc[better, "p"] <= 0.06).all()
    spread = cu.average_deviation(ITEMS, GROUPS, test=True, repetitions=300).to_frame()
    assert spread["p"].between(0, 1).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: cu.rwg([1, 2, 9], list("aaa")), "within the options 1 to 5"),
        (lambda: cu.rwg(["x", "y"], list("aa")), "must be numbers"),
        (lambda: cu.rwg([1, 2], ["a"]), "one label for each of the 2 persons"),
        (lambda: cu.rwg([1, 2], ["a", None]), "none in rows"),
        (lambda: cu.rwg([np.nan, np.nan], list("aa")), "at least one answer"),
        (lambda: cu.rwg([1, np.inf], list("aa")), "finite"),
        (lambda: cu.rwg(ITEMS, GROUPS), "one column"),
        (lambda: cu.rwg_j(ITEMS, GROUPS, variant="jame"), "did you mean 'james'"),
        (lambda: cu.rwg_j(ITEMS, GROUPS, null="normall"), "did you mean 'normal'"),
        (lambda: cu.rwg_j(ITEMS, GROUPS, options=1), "at least 2"),
        (lambda: cu.rwg_j([[1, 2], [4, 4]], list("aa"), options=[1, 2, 4]), "evenly spaced"),
        (lambda: cu.average_deviation(ITEMS, GROUPS, around="mode"), "around must be one of"),
        (lambda: cu.average_deviation(ITEMS, GROUPS, options=None, test=True), "options"),
        (lambda: cu.icc([1, 2], list("ab"), method="aov"), "did you mean 'anova'"),
        (lambda: cu.icc([1, 2], list("ab"), confidence=95), "confidence"),
        (lambda: cu.random_groups([1, 2, 3], list("abc")), "at least two"),
        (lambda: cu.dispersion([1, -2], list("aa"), kind="disparity"), "true zero"),
        (lambda: cu.dispersion([1, 2], list("aa"), kind="varity"), "did you mean 'variety'"),
    ],
)
def test_bad_input_is_one_clear_error(call, words):
    with pytest.raises(cu.InputError, match=words):
        call()


class TestIcc:
    def test_conventions_stand_side_by_side(self):
        result = cu.icc(ITEMS["i0"], GROUPS)
        assert set(result.icc1_by) == {"mean", "k0", "harmonic"}
        assert result.icc1 == result.icc1_by["mean"]
        assert cu.icc(ITEMS["i0"], GROUPS, group_size="k0").icc1 == result.icc1_by["k0"]
        assert result.icc2 == result.icc2_by["anova"]
        assert result.icc1_by["mean"] < result.icc1_by["k0"] < result.icc1_by["harmonic"]
        assert result.effective_n == pytest.approx(result.n / result.design_effect)

    def test_reml_and_ml(self):
        reml, ml = (cu.icc(ITEMS["i0"], GROUPS, method=how) for how in ("reml", "ml"))
        assert ml.tau2 < reml.tau2
        frame = reml.reliability.set_index("group")
        expected = reml.tau2 / (reml.tau2 + reml.sigma2 / frame["n"])
        np.testing.assert_allclose(frame["reliability"], expected)
        by_size = frame.sort_values("n")["reliability"]
        assert by_size.is_monotonic_increasing
        assert np.isfinite(reml.log_likelihood)

    def test_limits_hold_the_estimate(self):
        for level in (0.8, 0.95, 0.99):
            result = cu.icc(ITEMS["i0"], GROUPS, confidence=level, group_size="k0")
            assert result.ci[0] < result.icc1 < result.ci[1]

    @pytest.mark.parametrize(
        ("values", "groups", "reason"),
        [
            ([1, 2, 3], list("aaa"), "one group only"),
            ([1, 2, 3], list("abc"), "no group has two answers"),
            ([2, 2, 2, 2], list("aabb"), "all answers are the same"),
        ],
    )
    def test_what_cannot_be_computed_says_why(self, values, groups, reason):
        result = cu.icc(values, groups)
        assert isinstance(result.icc1, NotComputed)
        assert reason in result.icc1.reason
        json.dumps(result.to_dict(), allow_nan=False)

    def test_groups_that_agree_fully_have_no_limits_but_an_icc(self):
        result = cu.icc([1, 1, 2, 2], list("aabb"))
        assert result.icc1 == 1.0
        assert isinstance(result.ci, NotComputed)
        assert isinstance(result.f, NotComputed)

    def test_negative_estimates_are_told(self):
        result = cu.icc([1, 5, 1, 5, 2, 4], list("aabbcc"))
        assert result.icc1 < 0
        assert "negative" in result.notes[0]
        assert cu.icc([1, 5, 1, 5, 2, 4], list("aabbcc"), method="reml").tau2 == 0.0

    def test_weights_are_refused_where_they_have_no_meaning(self):
        with pytest.raises(cu.RefusedError, match="icc_weighted"):
            cu.icc(ITEMS["i0"], GROUPS, weights=np.ones(len(GROUPS)))
        weights = np.where(np.arange(len(GROUPS)) % 2, 1.0, 3.0)
        found = cu.icc_weighted(ITEMS["i0"], GROUPS, weights)
        frame = found.to_frame().set_index("group")
        part = GROUPS == "g5"
        right = np.average(ITEMS["i0"][part], weights=weights[part])
        assert frame.loc["g5", "mean"] == pytest.approx(right)
        assert found.ci[0] < found.icc1 < found.ci[1]
        assert "f, p" in found.refused


def test_random_groups_repeat_and_find_real_groups():
    first = cu.random_groups(ITEMS["i0"], GROUPS, repetitions=200, seed=3)
    second = cu.random_groups(ITEMS["i0"], GROUPS, repetitions=200, seed=3)
    pd.testing.assert_frame_equal(first.to_frame(), second.to_frame())
    assert first.z < -2
    assert first.p == pytest.approx(1 / 201)


def test_dispersion_gives_both_forms():
    frame = cu.dispersion(ITEMS["i0"], GROUPS).to_frame().set_index("group")
    part = ITEMS["i0"][GROUPS == "g5"]
    assert frame.loc["g5", "sd_observed"] == pytest.approx(part.std(ddof=0))
    assert frame.loc["g5", "sd"] > part.std(ddof=1)
    kinds = cu.dispersion(["a", "b", None, "a"], list("xxxy"), kind="variety").to_frame()
    assert kinds["n"].tolist() == [2, 1]
    assert kinds["reason"].tolist() == ["", "1 answered; two are needed"]


def test_correlation_between_and_within():
    found = cu.waba(ITEMS["i0"], ITEMS["i1"], GROUPS)
    assert found.between_component + found.within_component == pytest.approx(found.raw)
    assert found.raw == pytest.approx(ITEMS["i0"].corr(ITEMS["i1"]))
    holes = ITEMS["i0"].where(np.arange(len(GROUPS)) % 4 > 0)
    assert cu.waba(holes, ITEMS["i1"], GROUPS).n == holes.notna().sum()
    flat = cu.waba([1, 1, 2, 2], [1, 2, 1, 2], list("aabb"))
    assert isinstance(flat.within, NotComputed)
    assert isinstance(flat.between, NotComputed)
    json.dumps(flat.to_dict(), allow_nan=False)
    with pytest.raises(cu.InputError, match="both be known"):
        cu.waba([1, np.nan], [np.nan, 1], list("aa"))


def test_awg_says_that_the_mean_is_too_extreme():
    frame = cu.awg([4, 4, 5, 4, 3, 3, 3, 4], list("aaaabbbb")).to_frame()
    assert "too extreme" in frame["reason"].iloc[0]
    assert frame["reason"].iloc[1] == ""


def test_an_icc_that_cannot_be_computed_says_why_in_print():
    alone = cu.icc([1, 2, 3, 4], ["a"] * 4)
    assert "Not computed: there is one group only." in str(alone)
    equal = cu.icc([1, 5, 1, 5], list("aabb"))
    assert equal.icc2.reason == "group means are equal"
    assert equal.ci.reason == "group means are equal"


def test_design_icc_prints_the_icc_and_what_is_refused():
    text = str(cu.icc_weighted([1, 2, 4, 5, 2, 3], list("aabbcc"), [1, 2, 1, 1, 1, 1]))
    assert "icc1_low" in text
    assert "agree with copies" in text
    assert "three groups" in str(cu.icc_weighted([1, 2, 4, 5], list("aabb"), [1, 1, 1, 1]))


def test_lindell_2001_is_listwise_and_says_so():
    items = pd.DataFrame({"i": [4, 4, 5, 1.0], "j": [4, np.nan, 5, 3]})
    found = cu.rwg_j(items, ["a"] * 4, variant="lindell_2001", missing="pairwise")
    row = found.to_frame().iloc[0]
    assert found.missing == "listwise"
    assert row["n"] == 3
    assert row["mean_variance"] == pytest.approx((np.var([4, 5, 1], ddof=1) + 1) / 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda: cu.random_groups([1, 2, 3, 4], list("aabb"), seed=-1),
        lambda: cu.rwg_j([[1, 2], [2, 2]], list("aa"), test=True, seed=-1),
        lambda: cu.average_deviation([1, 2], list("aa"), seed=1.5),
    ],
)
def test_a_seed_is_a_whole_number(call):
    with pytest.raises(InputError, match="seed must be a whole number"):
        call()


def test_counts_of_one_read_right():
    text = str(cu.rwg([1, 5, 3, 3], list("aabb")))
    assert "1 group disagrees more than chance" in text
    assert "rwg, 1 item\n" in text
    assert "1 group has one answer" in " ".join(cu.icc([1, 2, 3, 4, 5], list("aabbc")).notes)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda: cu.rwg_j(ITEMS, GROUPS, options=5.5),
            "options must be a whole .*, got 5.5",
        ),
        (lambda: cu.network(np.eye(3), threshold="2"), "threshold must be a number, got '2'"),
        (
            lambda: cu.network(np.eye(3), low=4, high=0),
            "high must lie above low, got low=4",
        ),
    ],
)
def test_wrong_arguments_say_what_was_found(ask, message) -> None:
    with pytest.raises(InputError, match=message):
        ask()


@pytest.mark.parametrize("kind", [list, tuple, lambda x: pd.Series(x, dtype=object)])
def test_a_missing_label_is_no_group_called_nan(kind):
    labels = kind(["a", "a", float("nan"), "b"])
    with pytest.raises(InputError, match=r"rows \[3\]"):
        cu.rwg([1, 2, 3, 4], labels)
    with pytest.raises(InputError, match=r"rows \[3\]"):
        cu.checklist([[1], [0], [1], [1]], labels)
    with pytest.raises(InputError, match=r"rows \[3\]"):
        cu.balanced_means([1, 2, 3, 4], labels, list("pqpq"))


def test_labels_with_one_name_are_one_group():
    for labels in ([1, "1", "1", 2], pd.Series([1, "1", "1", 2], dtype=object)):
        assert cu.rwg([1, 2, 3, 4], labels).to_frame()["n"].tolist() == [3, 1]


def test_no_value_at_all_has_no_design_based_icc():
    result = cu.icc_weighted([np.nan] * 4, list("aabb"), [1.0] * 4)
    assert isinstance(result.icc1, NotComputed) or np.isnan(result.icc1)
