"""Means of measures with the same items: what two runs that differ by one person leave together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

import collective_use as cu
from collective_use.disclosure import GIVEN, POSSIBILITIES, Disclosure, Unit
from collective_use.groups.disclosure.bands import agreement_bands
from collective_use.groups.disclosure.figures import sights
from collective_use.groups.disclosure.full import full_tables
from collective_use.groups.disclosure.shown import Shown, for_others

RULE, K, SPAN = Disclosure(5), 8, 6
HALF, WHOLE = Unit(1, 0, SPAN * K // 2), Unit(1, 0, SPAN * K)


@pytest.fixture(scope="module")
def scores() -> cu.Scores:
    export = cu.sample_path("clean") / "export.csv"
    return cu.score(cu.read_responses(export, "collective_data_use"))


@pytest.fixture(scope="module")
def groups(scores: cu.Scores) -> cu.Groups:
    return cu.aggregate(scores, repetitions=0)


@pytest.fixture(scope="module")
def shown(groups: cu.Groups, scores: cu.Scores) -> Shown:
    return for_others(groups, scores)


def test_a_mean_over_items_of_a_shown_scale_is_withheld(groups: cu.Groups, shown: Shown) -> None:
    """Two scales of four items are the halves of one of eight, which comes first."""
    seen = sights(groups, RULE)
    assert [name for name, view in seen.items() if view.beside] == [
        "dcb_dissent",
        "dcb_containment",
    ]
    assert shown.values[["dcb_dissent", "dcb_containment"]].isna().all(axis=None)
    assert shown.values["dcb"].notna().sum() > 20
    table = shown.agreement.set_index("measure").loc["dcb_containment"]
    assert table["value"].isna().all()
    assert table["mean"].isna().all()
    assert set(table["reason"]) >= {GIVEN}
    # How far members differ is no sum, and stays.
    assert table["sd"].notna().sum() > 5
    row = shown.measures.set_index("measure").loc["dcb_containment"]
    assert row["alpha"] > 0.5


def test_facets_are_not_shown(groups: cu.Groups, shown: Shown) -> None:
    assert any("." in str(name) for name in groups.values)
    assert not [name for name in shown.values if "." in str(name)]


def test_table_one_withholds_it_too(shown: Shown) -> None:
    first = shown.table_one
    assert first is not None
    table = first.table.set_index("measure")
    assert np.isnan(table.loc["dcb_containment", "mean"])
    assert table.loc["dcb_containment", "sd"] > 0
    assert table.loc[["dcb", "ssm"], "mean"].notna().all()
    assert any(
        note.startswith(f"Means {GIVEN}: dcb_dissent, dcb_containment") for note in first.notes
    )


def test_scales_that_share_no_item_are_shown() -> None:
    scores = cu.score(cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002"))
    seen = for_others(cu.aggregate(scores, repetitions=0), scores)
    assert seen.values[["lead", "tsig", "hostil"]].notna().all(axis=None)
    assert seen.table_one is not None
    assert seen.table_one.table["mean"].notna().all()


def _runs(size: int, samples: int) -> Iterator[np.ndarray]:
    """Yield answers of a group and of one more person, the last: two halves of eight items."""
    rng = np.random.default_rng(20261130)
    for _ in range(samples):
        centre, wide = rng.uniform(0, SPAN), rng.uniform(0.2, 2)
        answers = np.clip(np.rint(rng.normal(centre, wide, (size + 1, 2, K // 2))), 0, SPAN)
        yield answers.sum(axis=2).astype(int)


def _band(total: int, n: int, unit: Unit) -> range:
    """Return the sums of which the same mean is shown."""
    mean = RULE.shown_mean(total / n, n, unit)
    near = range(max(0, total - 8), min(n * int(unit.high), total + 8) + 1)
    held = [one for one in near if RULE.shown_mean(one / n, n, unit) == mean]
    return range(held[0], held[-1] + 1)


def _left(sums: np.ndarray) -> tuple[int, int]:
    """Return the fewest answers of the last person that the means of halves and whole leave.

    First with both halves and the whole, then with one half and the whole: exact.
    """
    n = len(sums) - 1
    pairs = [
        [
            (before, after)
            for before, after in product(
                _band(sums[:n, h].sum(), n, HALF), _band(sums[:, h].sum(), n + 1, HALF)
            )
            if 0 <= after - before <= HALF.high
        ]
        for h in (0, 1)
    ]
    before, after = _band(sums[:n].sum(), n, WHOLE), _band(sums.sum(), n + 1, WHOLE)
    three = {
        (a1 - a0, a1 - a0 + b1 - b0)
        for (a0, a1), (b0, b1) in product(*pairs)
        if a0 + b0 in before and a1 + b1 in after
    }
    two = {
        (a1 - a0, w1 - w0)
        for (a0, a1), w0, w1 in product(pairs[0], before, after)
        if 0 <= w0 - a0 <= n * HALF.high and 0 <= (w1 - w0) - (a1 - a0) <= HALF.high
    }
    first, second = (
        min(len({half for half, _ in found}), len({whole for _, whole in found}))
        for found in (three, two)
    )
    return first, second


@pytest.mark.parametrize("size", [5, 9])
def test_a_scale_and_its_halves_tell_more_than_each_alone(size: int) -> None:
    """So parts of a scale that is shown are not: alone, each leaves three answers."""
    halves, half = map(min, zip(*map(_left, _runs(size, 400)), strict=True))
    assert halves < POSSIBILITIES
    assert half < POSSIBILITIES


def test_the_analyst_has_all(groups: cu.Groups) -> None:
    exact, _ = full_tables(groups)
    assert exact["dcb_containment"].notna().any()
    assert [name for name in exact if "." in str(name)]


@pytest.mark.parametrize("groups", [5, 8, 10, 18, 50])
def test_where_all_groups_agree_one_may_not(groups: int) -> None:
    """That all groups of a size agree tells it of each: by name, since sizes are shown."""
    alike, but_one = (
        agreement_bands(np.full(groups, 6.0), index, np.full(groups, 0.4), RULE)
        for index in (np.full(groups, 0.95), np.array([0.05, *np.full(groups - 1, 0.95)]))
    )
    assert alike["share"].max() == 1.0
    assert alike["share"].tolist() == but_one["share"].tolist()


def test_the_share_of_groups_that_agree_leaves_one_open() -> None:
    scores = cu.score(cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002"))
    groups = cu.aggregate(scores, repetitions=0)
    exact, shown = groups.measures_frame(), for_others(groups).measures
    for row, judged in enumerate(exact["groups_judged"]):
        for column in {"rwg_j_share", "above_chance"} & set(exact):
            share = exact[column][row]
            if share == share:
                one = 1 / judged
                near = [(share + k * one) for k in (-1, 1) if 0 <= share + k * one <= 1]
                steps = [rounded(value, judged) for value in (share, *near)]
                assert shown[column][row] == pytest.approx(steps[0])
                assert steps[0] in steps[1:], "a neighbour would be shown as the same"
    said = re.findall(r"(\d+)% of the groups", " ".join(shown["explanation"]))
    assert said
    assert all(int(number) % 5 == 0 for number in said)


def rounded(share: float, groups: float) -> float:
    return RULE.rounded(share, max(0.01, RULE.coarser(2.01 / groups)))
