"""What values of groups go with, and a common method called what it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import collective_use as cu
from collective_use.numerics.items.external import correlation, hedges, retest

SHROUT = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9],
                   [6, 2, 4, 7]])  # fmt: skip
"""Shrout & Fleiss 1979, Psychological Bulletin 86:420, table 2."""


def test_retest_is_that_of_the_published_example() -> None:
    """Their ICC(2,1) is .29 and ICC(3,1) .71; limits as R's irr prints them for these data."""
    found = retest(SHROUT)
    assert round(found.icc_agreement, 4) == 0.2898
    assert round(found.icc_consistency, 4) == 0.7148
    assert [round(x, 3) for x in (found.agreement_lower, found.agreement_upper)] == [0.019, 0.761]
    assert [round(x, 3) for x in (found.consistency_lower, found.consistency_upper)] == [
        0.342, 0.946
    ]  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_correlations_and_effects_agree_with_scipy_and_pingouin(seed: int) -> None:
    import pingouin

    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, 25))
    r, low, high, n = correlation(x, y)
    known = stats.pearsonr(x, y)
    limits = known.confidence_interval()
    assert (r, low, high, n) == pytest.approx((known.statistic, limits.low, limits.high, 25))
    g, _, _, p = hedges(x, y[:15])
    assert g == pytest.approx(pingouin.compute_effsize(x, y[:15], eftype="hedges"), abs=1e-12)
    assert p == pytest.approx(stats.ttest_ind(x, y[:15], equal_var=False).pvalue)


def methods(n: int = 100, noise: float = 0.5, habit: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    t, m = rng.normal(size=(n, 2)), rng.normal(size=(n, 2))
    out = {}
    for k, way in enumerate(("items", "roster")):
        for j, trait in enumerate(("ties", "power")):
            out[f"{trait}_{way}"] = t[:, j] + habit * m[:, k] + noise * rng.normal(size=n)
    return pd.DataFrame(out)


WAYS = {t: {w: f"{t}_{w}" for w in ("items", "roster")} for t in ("ties", "power")}


def test_methods_that_agree_converge_and_habits_of_a_method_are_seen() -> None:
    assert set(cu.multimethod(methods(), WAYS).table["verdict"]) == {"converges"}
    habit = cu.multimethod(methods(habit=2.0), WAYS).table
    assert habit["verdict"].str.contains("method makes different constructs|no convergence").all()
    shuffled = np.random.default_rng(7).permutation(100)
    apart = methods().assign(
        ties_roster=lambda d: d["ties_roster"].to_numpy()[shuffled],
        power_roster=lambda d: d["power_roster"].to_numpy()[shuffled],
    )
    noise = cu.multimethod(apart, WAYS).table
    assert set(noise["verdict"]) == {"no convergence is shown"}
    turned = methods().assign(ties_roster=lambda d: -d["ties_roster"])
    assert "other way" in cu.multimethod(turned, WAYS).table["verdict"][0]


def test_the_bank_knows_its_methods() -> None:
    folder = cu.sample_path("clean")
    responses = cu.read_responses(
        folder / "export.csv", "collective_data_use", members=folder / "members.csv",
        informants=folder / "informants.csv",
    )  # fmt: skip
    groups = cu.aggregate(cu.score(responses), repetitions=0)
    found = cu.multimethod(groups, language="zh")
    pairs = found.table
    assert "权力不均衡" in set(pairs["construct"])
    assert pairs["first"].str.contains("perception").any()
    assert pairs["second"].str.contains("roster|allocation|informant|checklist").any()
    again = cu.group_retest(groups, groups, ["cdu"]).table
    assert again["icc_agreement"][0] == pytest.approx(1.0)


def test_known_groups_and_a_criterion() -> None:
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"use": rng.normal(size=60), "kind": ["a", "b", "c"] * 20})
    data.loc[data["kind"] == "b", "use"] += 1.5
    found = cu.known_groups(data, ["use"], "kind").table.set_index("kind")
    assert found.loc["b", "verdict"] == "higher"
    assert found.loc["c", "verdict"] == "no difference shown"
    data["minutes"] = -data["use"] + 0.3 * rng.normal(size=60)
    assert cu.criterion(data, ["use"], "minutes").table["verdict"][0] == "goes against it"


def test_a_common_method_is_found_and_called_a_diagnostic() -> None:
    rng = np.random.default_rng(1)
    f = np.repeat(rng.normal(size=(500, 3)), 3, axis=1) + rng.normal(size=(500, 9))
    habit = rng.normal(size=(500, 1)) * [1, 0.2, 0.2, 1, 0.2, 0.2, 1, 0.2, 0.2]
    sets = {"x": list("abc"), "y": list("def"), "z": list("ghi")}
    found = cu.common_method(pd.DataFrame(f + habit, columns=list("abcdefghi")), sets)
    assert found.p < 0.01
    assert found.shared > 0.08
    assert found.models["model"].tolist() == ["constructs", "one factor", "method"]
    assert "never as a correction" in str(found)
    assert "proves nothing" in str(found)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda d: cu.multimethod(d), "traits must name columns"),
        (lambda d: cu.multimethod(d, {"ties": {"items": "ties_items"}}), "two ways"),
        (
            lambda d: cu.multimethod(d, {"ties": {"items": "tie_items"}}),
            "did you mean 'ties_items'",
        ),
        (lambda d: cu.criterion(d, ["ties_items"], "nowhere"), "no column"),
        (lambda d: cu.known_groups(d, None, "ties_items"), "two kinds"),
        (lambda d: cu.group_retest(d, d), "must have a column 'group'"),
        (lambda d: cu.criterion({"a": 1}, ["a"], "b"), "cu.aggregate"),  # type: ignore[arg-type]
    ],
)
def test_bad_input_is_named(call, said) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(cu.CollectiveUseError, match=said):
        call(methods())
