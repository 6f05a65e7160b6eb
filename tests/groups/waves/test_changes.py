"""Changes of groups between waves: errors by enumeration, R's metafor, and coverage."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collective_use as cu
from collective_use.errors import InputError
from collective_use.numerics.groups import changes, known_errors

METAFOR = Path(__file__).parents[2] / "parity" / "reference" / "waves" / "metafor.json"


@pytest.mark.parametrize("name", ["lead", "jsat", "none"])
def test_spread_and_shrunken_values_are_those_of_metafor(name: str) -> None:
    case = json.loads(METAFOR.read_text("utf-8"))[name]
    y, v = np.array(case["y"]), np.array(case["v"])
    spread = known_errors.spread_beyond_errors(y, v)
    value, error = known_errors.shrunken(y, v, spread)
    assert spread.variance == pytest.approx(case["variance"], rel=1e-6, abs=1e-10)
    assert (spread.mean, spread.mean_se) == pytest.approx((case["mean"], case["mean_se"]), rel=1e-7)
    assert value == pytest.approx(case["value"], rel=1e-6)
    assert error == pytest.approx(case["value_se"], rel=1e-6)


@pytest.mark.parametrize("n_both", [0, 1, 2])
def test_the_error_of_a_change_is_that_of_all_samples(n_both: int) -> None:
    """Of five members three answer first and two later, `n_both` of them in both waves."""
    first, second = np.array([1.0, 2, 4, 4, 7]), np.array([2.0, 2, 5, 3, 8])
    found = [
        second[list(two)].mean() - first[list(one)].mean()
        for one in itertools.combinations(range(5), 3)
        for two in itertools.combinations(range(5), 2)
        if len({*one} & {*two}) == n_both
    ]
    one = changes.Wave(np.array([3.0]), np.array([0.0]), float(np.var(first, ddof=1)), 4)
    two = changes.Wave(np.array([2.0]), np.array([0.0]), float(np.var(second, ddof=1)), 4)
    covariance = float(np.cov(first, second)[0, 1])
    linked = changes.Linked(np.array([float(n_both)]), covariance)
    variance = changes.change_variance(one, two, linked, np.array([5.0]))
    assert variance == pytest.approx([np.var(found)], rel=1e-12)


def survey(groups: int, size: int, seed: int, *, moved: float = 0.0, same: float = 0.7):
    """Return rows of two waves in which some members of each group answer."""
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(groups), size)
    person = rng.normal(size=groups * size)
    true = rng.normal(0, moved, groups) + 0.2
    parts = []
    for wave in (1, 2):
        level = true[team] if wave == 2 else 0.0
        y = 3 + np.sqrt(same) * person + np.sqrt(1 - same) * rng.normal(size=len(team)) + level
        part = pd.DataFrame({"team": team, "member": np.arange(len(team)), "wave": wave, "y": y})
        parts.append(part[rng.random(len(team)) < 0.8])
    return pd.concat(parts, ignore_index=True), true


def test_limits_cover_the_true_changes_and_matching_makes_them_narrower() -> None:
    inside, wide, narrow = [], [], []
    for seed in range(20):
        rows, true = survey(40, 8, seed, moved=0.3)
        found = cu.group_changes(rows, "y", "team", "wave", member="member").to_frame()
        inside.append(((found["low"] < true) & (found["high"] > true)).mean())
        narrow.append(found["detectable"].mean())
        wide.append(cu.group_changes(rows, "y", "team", "wave").to_frame()["detectable"].mean())
    assert 0.93 < np.mean(inside) < 0.97
    assert np.mean(narrow) < 0.75 * np.mean(wide)


def test_no_change_is_called_one_in_twenty_and_none_after_adjusting() -> None:
    alarms, adjusted = [], []
    for seed in range(25):
        rows, _ = survey(40, 8, seed)
        rows.loc[rows["wave"] == 2, "y"] -= 0.2
        found = cu.group_changes(rows, "y", "team", "wave", member="member").to_frame()
        alarms.append(found["beyond"].mean())
        adjusted.append((found["p_adjusted"] < 0.05).any())
    assert 0.03 < np.mean(alarms) < 0.07
    assert np.mean(adjusted) < 0.2


def test_a_census_of_both_waves_has_no_error() -> None:
    rows, _ = survey(3, 4, 1)
    rows = pd.concat([part for _, part in rows.groupby("member") if len(part) == 2])
    members = {str(k): int(n / 2) for k, n in rows.groupby("team").size().items()}
    found = cu.group_changes(rows, "y", "team", "wave", member="member", members=members)
    assert found.changes["standard_error"].tolist() == pytest.approx([0, 0, 0], abs=1e-7)


def test_groups_that_are_all_alike_and_known_have_no_spread() -> None:
    assert known_errors.spread_beyond_errors(np.full(3, 0.5), np.zeros(3)) == known_errors.Spread(
        0.5, 0.0, 0.0
    )
    known = known_errors.spread_beyond_errors(np.array([0.0, 1.0, 2.0]), np.zeros(3))
    assert (known.mean, known.variance) == pytest.approx((1.0, 1.0), rel=1e-9)


@given(st.floats(-1e8, 1e8), st.floats(0.1, 50), st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_levels_and_units_do_not_matter(level: float, unit: float, seed: int) -> None:
    rows, _ = survey(6, 5, seed)
    plain = cu.group_changes(rows, "y", "team", "wave", member="member")
    other = cu.group_changes(
        rows.assign(y=level + unit * rows["y"]), "y", "team", "wave", member="member"
    )
    error, scaled = (found.changes["standard_error"].to_numpy() for found in (plain, other))
    assert scaled / unit == pytest.approx(error, rel=1e-5, abs=1e-6)


def test_small_groups_other_waves_and_missing_answers_are_named() -> None:
    rows = pd.DataFrame(
        {
            "team": list("aaabbbc") + list("aaabbc") + ["a"],
            "wave": [1] * 7 + [2] * 6 + [0],
            "y": [1, 2, 3, 2, 3, 4, 5, 2, 3, 4, 4, 5, np.nan, 9.0],
        }
    )
    found = cu.group_changes(rows, "y", "team", "wave", group_size=3)
    assert found.waves == ("1", "2")
    assert found.changes["reason"].tolist() == [
        "", "2 answered after; at least 3 are asked for", "1 answered before; at least 3 are "
        "asked for",
    ]  # fmt: skip
    assert found.changes["change"].isna().tolist() == [False, True, True]
    assert found.changes["beyond"].isna().tolist() == [False, True, True]
    assert found.notes[:2] == (
        "1 of 14 rows left out: missing y.",
        "1 answers of other waves (0) were left out.",
    )
    assert "independent samples" in found.notes[2]
    assert "wave 1 to wave 2" in str(found)
    assert len(repr(found)) < 200


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"waves": ["1", "9"]}, "waves must be one of"),
        ({"waves": ["1", "1"]}, "two different waves"),
        ({"members": {"a": 3}}, "members must be known for every group, got none for"),
        ({"members": {"a": "x", "b": 3}}, "members must be a whole number of at least 1, got 'x'"),
        ({"members": {"a": 3.5, "b": 3}}, "members must be a whole number of at least 1, got 3.5"),
        ({"waves": 5}, "waves must be a list of two waves, got int"),
        ({"member": "team"}, "must be different columns, got 'team', 'wave', 'y' and 'team'"),
        ({"members": {"a": 1, "b": 3}}, "more answers than members, got 3 of 1 in 'a'"),
        ({"member": "person"}, "got 1 who answered wave '1' twice, the first in group 'a'"),
        ({"group_size": 0}, "group_size must be"),
        ({"confidence": 1.0}, "confidence must be"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], said: str) -> None:
    rows = pd.DataFrame(
        {"team": list("aaabbb") * 2, "wave": [1] * 6 + [2] * 6, "y": np.arange(12.0)}
    )
    rows["person"] = [1, 1, 2, 1, 2, 3, 1, 2, 3, 1, 2, 3]
    with pytest.raises(InputError, match=said):
        cu.group_changes(rows, "y", "team", "wave", **change)


def test_a_column_that_stands_twice_is_named() -> None:
    rows = pd.DataFrame([["a", 1, 2.0, 3.0]], columns=["team", "wave", "y", "y"])
    with pytest.raises(InputError, match="column 'y' once, got it 2 times"):
        cu.group_changes(rows, "y", "team", "wave")


def test_one_wave_is_not_enough() -> None:
    rows = pd.DataFrame({"team": list("ab"), "wave": [1, 1], "y": [1.0, 2.0]})
    with pytest.raises(InputError, match="two different waves"):
        cu.group_changes(rows, "y", "team", "wave")


def test_groups_that_vary_unlike_are_named_and_others_are_not() -> None:
    said = []
    for noisy in (1.0, 5.0):
        found = 0
        for seed in range(40):
            rng = np.random.default_rng(seed)
            team = np.repeat(np.arange(30), 8)
            spread = np.where(team < 3, noisy, 1.0)
            rows = pd.concat(
                [pd.DataFrame({"team": team, "wave": wave, "y": spread * rng.normal(size=240)})
                 for wave in (1, 2)]
            )  # fmt: skip
            notes = cu.group_changes(rows, "y", "team", "wave", spread="pooled").notes
            found += any("the pooled variance is too small" in note for note in notes)
        said.append(found)
    assert said[0] <= 5
    assert said[1] == 40


OWN = json.loads((METAFOR.parent / "changes.json").read_text("utf-8"))


def test_own_variances_are_those_of_the_t_tests_of_r() -> None:
    rows = pd.DataFrame(OWN["rows"])
    apart = cu.group_changes(rows, "y", "team", "wave", spread="own").to_frame()
    columns = {"change": "change", "standard_error": "se", "df": "df", "p": "p", "low": "low",
               "high": "high"}  # fmt: skip
    for ours, theirs in columns.items():
        assert apart[ours].to_numpy() == pytest.approx(np.array(OWN["apart"][theirs]), rel=1e-9)
    matched = cu.group_changes(rows, "y", "team", "wave", member="member", spread="own").to_frame()
    for ours, theirs in {"standard_error": "se", "df": "df", "p": "p"}.items():
        assert matched[ours].to_numpy() == pytest.approx(np.array(OWN["matched"][theirs]), rel=1e-9)


def test_shrunken_variances_are_those_of_smyth() -> None:
    rows = pd.DataFrame(OWN["rows"])
    found = cu.group_changes(rows, "y", "team", "wave").to_frame()
    known = OWN["shrunken"]
    assert found["standard_error"].to_numpy() == pytest.approx(np.array(known["se"]), rel=1e-8)
    assert found["df"].to_numpy() == pytest.approx(np.array(known["df"]), rel=1e-8)


def test_groups_that_are_known_to_vary_alike_are_judged_by_the_pooled_variance() -> None:
    rows = pd.DataFrame(
        [(team, wave, y + wave * team) for team in range(6) for wave in (1, 2) for y in (1, 2, 3)],
        columns=["team", "wave", "y"],
    )
    ways = [cu.group_changes(rows, "y", "team", "wave", spread=s) for s in ("shrunken", "pooled")]
    first, second = (way.to_frame()[["standard_error", "df", "p"]] for way in ways)
    pd.testing.assert_frame_equal(first, second)


def test_an_own_variance_that_tells_nothing_is_named() -> None:
    rows = pd.DataFrame(
        {"team": list("aaabbbccc") + list("abbbccc"), "wave": [1] * 9 + [2] * 7,
         "y": [1, 2, 3, 4, 4, 4, 1, 2, 4.0, 2, 5, 5, 5, 3, 3, 4]}
    )  # fmt: skip
    found = cu.group_changes(rows, "y", "team", "wave", spread="own").to_frame()
    assert found["reason"].tolist() == [
        "1 answered one of the waves: an own variance asks for two",
        "all answered alike in both waves: an own variance tells no error", "",
    ]  # fmt: skip
    assert found["change"].isna().tolist() == [True, True, False]
    with pytest.raises(InputError, match="spread must be one of"):
        cu.group_changes(rows, "y", "team", "wave", spread="welch")  # type: ignore[arg-type]


def test_each_group_is_judged_by_its_own_spread() -> None:
    """The three groups that vary five times as much are no longer called every second time."""
    alarms: dict[str, list[bool]] = {"pooled": [], "own": [], "shrunken": []}
    for seed in range(40):
        rng = np.random.default_rng(seed)
        team = np.repeat(np.arange(30), 8)
        spread = np.where(team < 3, 5.0, 1.0)
        rows = pd.concat(
            [pd.DataFrame({"team": team, "wave": wave, "y": spread * rng.normal(size=240)})
             for wave in (1, 2)]
        )  # fmt: skip
        for way in alarms:
            found = cu.group_changes(rows, "y", "team", "wave", spread=way).to_frame()  # type: ignore[arg-type]
            alarms[way] += found["beyond"][:3].tolist()
    assert np.mean(alarms["pooled"]) > 0.4
    assert np.mean(alarms["own"]) < 0.09
    assert np.mean(alarms["shrunken"]) < 0.16
