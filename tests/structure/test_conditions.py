"""Necessary conditions and qualitative comparison: what they say, refuse and correct."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collective_use as cu
from collective_use.numerics.conditions import boolean, ceilings
from collective_use.numerics.conditions import errors as noise

ANCHORS = dict.fromkeys(("a", "b", "y"), (1.0, 3.0, 5.0))


def frame(rows=40, seed=3):
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(1, 5, rows), rng.uniform(1, 5, rows)
    return pd.DataFrame({"a": a, "b": b, "y": np.minimum(a, b) + rng.uniform(-0.3, 0.3, rows)})


def persons(halo, groups=40, size=6, seed=1):
    """Two measures whose true group values are unrelated; errors within persons are not."""
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(groups), size)
    own = rng.multivariate_normal([0, 0], [[5.0, 5 * halo], [5 * halo, 5.0]], len(codes))
    values = rng.normal(size=(groups, 2))[codes] + own
    return pd.DataFrame(values, columns=["con", "cdu"]), [f"g{code:02}" for code in codes]


def test_the_correction_takes_away_what_the_same_persons_make():
    values, codes = persons(0.7)
    known = cu.group_values(values, codes)
    found = cu.necessary_conditions(known, "cdu", ["con"], repetitions=500).conditions
    assert (found["p"] < 0.05).all()
    assert (found["p_corrected"] > 0.10).all()
    assert (found["effect_corrected"] < found["effect"]).all()
    assert not found["passes"].any()


def test_without_related_errors_both_tests_say_the_same():
    values, codes = persons(0.0, seed=5)
    known = cu.group_values(values, codes)
    found = cu.necessary_conditions(known, "cdu", ["con"], repetitions=4000).conditions
    assert found["p_corrected"].to_numpy() == pytest.approx(found["p"].to_numpy(), abs=0.05)


def test_errors_of_zero_change_nothing():
    rng = np.random.default_rng(1)
    values, none = rng.normal(size=(30, 2)), np.zeros((30, 2, 2))
    plain = ceilings.ceilings(values[:, 0], values[:, 1])
    assert noise.deconvolved(values, none) == pytest.approx((float(plain.ce), float(plain.cr)))
    assert noise.extrapolated(values, none, 5, rng) == pytest.approx(
        (float(plain.ce), float(plain.cr))
    )


def test_both_corrections_come_nearer_to_the_truth_on_average():
    """Errors fill the corner that a strong condition leaves empty; both give some of it back."""
    rng = np.random.default_rng(1)
    apart = []
    for _ in range(40):
        square = rng.random((800, 2))
        true = square[square[:, 1] <= square[:, 0] + 0.3][:40] * np.sqrt(12)
        errors = np.broadcast_to(np.eye(2) * 0.4, (40, 2, 2))
        seen = true + rng.normal(size=(40, 2)) * np.sqrt(0.4)
        truth = float(ceilings.ceilings(true[:, 0], true[:, 1]).cr)
        plain = float(ceilings.ceilings(seen[:, 0], seen[:, 1]).cr)
        simex = noise.extrapolated(seen, errors, 40, rng)[1]
        drawn_in = noise.deconvolved(seen, errors)[1]
        apart.append([plain - truth, simex - truth, drawn_in - truth])
    plain, simex, drawn_in = np.mean(apart, axis=0)
    assert plain < -0.08
    assert plain + 0.02 < min(simex, drawn_in)
    assert max(simex, drawn_in) < 0.03


@given(st.integers(2, 25), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_effects_are_shares_and_do_not_depend_on_units(rows, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(1, 8, rows), rng.normal(size=rows)
    if len(set(x.tolist())) < 2:
        return
    one = ceilings.ceilings(x, y)
    other = ceilings.ceilings(3 * x + 2, 0.5 * y - 7)
    for name in ("ce", "cr"):
        assert 0 <= getattr(one, name) <= 1
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-9)
    assert one.cr <= one.ce + 0.5


@given(st.sets(st.integers(0, 15)), st.sets(st.integers(0, 15)))
@settings(max_examples=150, deadline=None)
def test_solutions_cover_what_they_must_and_nothing_else(on, free):
    free = free - on
    terms = boolean.prime_implicants(on, free, 4)
    covers, complete = boolean.smallest_covers(terms, on)
    assert complete
    sizes = set()
    for cover in covers:
        rows = set().union(*(boolean.rows_of(term, 4) for term in cover)) if cover else set()
        assert on <= rows <= on | free
        sizes.add(len(cover))
    assert len(sizes) == 1
    for mask, bits in terms:  # prime: no condition of a term can go
        for k in range(4):
            wider = (mask & ~(1 << k), bits & ~(1 << k))
            assert not mask & (1 << k) or not boolean.rows_of(wider, 4) <= on | free


def test_a_low_level_can_be_necessary_and_the_corners_agree():
    data = frame()
    turned = data.assign(a=-data["a"])
    one = cu.necessary_conditions(data, "y", ["a"], repetitions=99).conditions
    other = cu.necessary_conditions(turned, "y", ["a"], low=["a"], repetitions=99).conditions
    assert one["effect"].tolist() == pytest.approx(other["effect"].tolist())
    assert one["slope"].iloc[1] == pytest.approx(-other["slope"].iloc[1])
    assert set(other["level"]) == {"low"}


def test_the_bottleneck_table_says_what_is_not_necessary():
    found = cu.necessary_conditions(frame(), "y", ["a", "b"], repetitions=99, levels=5)
    assert len(found.bottleneck) == 2 * 2 * 5
    first = found.bottleneck[found.bottleneck["percent"] == 0]
    assert "not necessary" in set(first["reason"])
    assert "percent" in str(found)


def test_groups_of_a_study_and_measures_without_errors():
    responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    groups = cu.aggregate(cu.score(responses), repetitions=0)
    found = cu.necessary_conditions(groups, "tsig", ["lead", "n"], repetitions=99)
    by = found.conditions.groupby("condition")["reason"].first()
    assert by["lead"] == "" == by["n"]  # the outcome's errors are known
    assert any("taken as exact" in note for note in found.notes)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"conditions": []}, "at least one measure"),
        ({"conditions": ["y"]}, "must all differ"),
        ({"conditions": ["c"]}, "columns of the groups, got 'c'"),
        ({"low": ["b"]}, "low must be one of 'a'"),
        ({"scope": {"a": (2, 3)}}, "scope of 'a' must hold all groups"),
        ({"scope": {"a": (3, 2)}}, r"must be \(lowest, highest\)"),
        ({"correction": "none"}, "correction must be one of"),
        ({"rules": {"effekt": 0.2}}, "did you mean 'effect'"),
        ({"groups": frame().assign(a=1.0)}, "'a' must differ between groups"),
        ({"groups": frame(3)}, "at least 4 groups"),
        ({"groups": [1, 2]}, "groups must be"),
    ],
)
def test_what_cannot_be_necessary_is_named(change, said):
    given_ = {"groups": frame(), "outcome": "y", "conditions": ["a"], "repetitions": 9, **change}
    with pytest.raises(cu.InputError, match=said):
        cu.necessary_conditions(**given_)


def test_a_conjunction_is_found():
    found = cu.qualitative_comparison(frame(), "y", ["a", "b"], ANCHORS)
    assert set(found.models["expression"]) == {"a*b"}
    assert found.necessity.set_index("condition")["consistency"][["a", "b"]].min() > 0.9
    assert len(found.robustness) >= 10
    assert found.truth_table["groups"].sum() == 40
    assert "doubtful" in found.memberships


def test_absence_is_explained_by_the_other_expression():
    found = cu.qualitative_comparison(frame(), "y", ["a", "b"], ANCHORS, absent_outcome=True)
    assert found.outcome == "~y"
    assert set(found.models["expression"]) == {"~a + ~b"}


def test_expectations_decide_what_may_be_assumed():
    rows = {"a": [5, 5, 1, 1], "b": [5, 5, 5, 1], "y": [5, 4.8, 1, 1]}
    data = pd.DataFrame(rows)
    plain = cu.qualitative_comparison(data, "y", ["a", "b"], ANCHORS)
    told = cu.qualitative_comparison(data, "y", ["a", "b"], ANCHORS, expectations={"b": "absent"})
    kinds = plain.models.set_index("solution")["expression"]
    assert kinds["complex"] == "a*b"
    assert kinds["parsimonious"] == "a"
    assert kinds["intermediate"] == "a*b"
    assert told.models.set_index("solution")["expression"]["intermediate"] == "a"


def test_groups_near_a_crossover_are_doubtful():
    values, codes = persons(0.3)
    known = cu.group_values(values, codes)
    anchors = dict.fromkeys(("con", "cdu"), (-2.0, 0.0, 2.0))
    found = cu.qualitative_comparison(known, "cdu", ["con"], anchors)
    assert found.memberships["doubtful"].between(0, 0.5).all()
    assert any("wrong side" in note for note in found.notes)


def test_no_sufficient_configuration_is_said():
    data = frame().assign(y=1.2)
    found = cu.qualitative_comparison(data, "y", ["a", "b"], ANCHORS)
    assert not len(found.models)
    assert any("No configuration is sufficient" in note for note in found.notes)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"calibration": {**ANCHORS, "a": (3, 3, 3)}}, "equal anchors make no degrees"),
        ({"calibration": {**ANCHORS, "a": (1, 3, 3)}}, "anchors that differ"),
        ({"calibration": {**ANCHORS, "a": (1, 5, 3)}}, "anchors in order"),
        ({"calibration": {**ANCHORS, "a": (1, 5)}}, "three anchors"),
        ({"calibration": {"a": (1, 3, 5), "b": (1, 3, 5)}}, "calibration of 'y' must give"),
        ({"calibration": {**ANCHORS, "c": (1, 3, 5)}}, "calibration must name"),
        ({"method": "indirect", "calibration": {**ANCHORS, "a": (2,)}}, "at least two thresholds"),
        ({"method": "fuzzy"}, "method must be one of"),
        ({"expectations": {"a": "high"}}, "expectation of 'a' must be one of"),
        ({"expectations": {"c": "present"}}, "expectations must be one of"),
        ({"conditions": []}, "conditions must be 1 to 10"),
        ({"groups": frame().assign(a=np.nan)}, "no group has a value"),
        ({"groups": frame().assign(a="x")}, "'a' must hold numbers"),
    ],
)
def test_what_cannot_be_compared_is_named(change, said):
    given_ = {
        "groups": frame(), "outcome": "y", "conditions": ["a", "b"], "calibration": ANCHORS,
        **change,
    }  # fmt: skip
    with pytest.raises(cu.InputError, match=said):
        cu.qualitative_comparison(**given_)


def test_indirect_calibration_needs_values_it_can_take():
    cuts = dict.fromkeys(ANCHORS, (2.0, 3.0, 4.0))
    found = cu.qualitative_comparison(frame(), "y", ["a", "b"], cuts, method="indirect")
    assert "a*b" in set(found.models["expression"])
    with pytest.raises(cu.InputError, match="at least 0"):
        cu.qualitative_comparison(frame() - 3, "y", ["a", "b"], cuts, method="indirect")
