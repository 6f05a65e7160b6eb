"""The attack over waves and levels: everything that agrees with all tables, without sampling."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from collective_use.disclosure import POSSIBILITIES, Disclosure, Unit
from collective_use.errors import InputError
from collective_use.groups.disclosure.blocks import Figure, figures_of
from collective_use.groups.disclosure.waves import WavesShown, waves_for_others

RULE = Disclosure(5)
PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"

DESIGNS = {
    "one small team": ([("a", "x"), ("b", "x"), ("c", "y")], [2, 5, 1]),
    "two small teams": ([("a", "x"), ("b", "x"), ("c", "x")], [1, 2, 6]),
    "a small unit": ([("a", "x"), ("b", "y")], [4, 6]),
    "a team about to be shown": ([("a", "x"), ("b", "x")], [4, 6]),
    "who goes with whom": ([("a", "x"), ("b", "x"), ("c", "x")], [5, 4, 2]),
    # team, unit, and the team before a reform: parts of "o" went to "a" and to "b"
    "a reform": ([("a", "x", "o"), ("b", "x", "o"), ("b", "x", "p")], [3, 3, 5]),
}


def told(figures: list[Figure]) -> tuple[tuple[float | str, ...], ...]:
    """Return what a reader sees of a wave; a figure that is not shown equals itself."""
    return tuple((f.unit, f.n, f.mean if f.mean == f.mean else "") for f in figures)


def every_sum(sizes: list[int], unit: Unit) -> list[tuple[float, ...]]:
    """Return all sums of scores that cells of these sizes can have."""
    ways = [[n * unit.low + s * unit.grain for s in range(n * unit.span + 1)] for n in sizes]
    return list(product(*ways))


def fewest_left(design: str, unit: Unit) -> int:
    """Return the fewest sums that one run leaves of a cell under the size."""
    keys, sizes = DESIGNS[design]
    seen = defaultdict(set)
    small = [cell for cell, n in enumerate(sizes) if n < RULE.size]
    for sums in every_sum(sizes, unit):
        what = told(figures_of(keys, sizes, sums, unit, RULE))
        for cell in small:
            seen[cell, what].add(round(sums[cell], 6))
    return min(len(left) for left in seen.values())


def fewest_answers(design: str, unit: Unit, cell: int) -> int:
    """Return the fewest answers of one more respondent that two runs leave."""
    keys, sizes = DESIGNS[design]
    more = [n + (place == cell) for place, n in enumerate(sizes)]
    after = {s: told(figures_of(keys, more, s, unit, RULE)) for s in every_sum(more, unit)}
    seen = defaultdict(set)
    for sums in every_sum(sizes, unit):
        before = told(figures_of(keys, sizes, sums, unit, RULE))
        for answer in range(unit.span + 1):
            new = list(sums)
            new[cell] += unit.low + answer * unit.grain
            seen[before, after[tuple(new)]].add(answer)
    return min(len(left) for left in seen.values())


@pytest.mark.parametrize("design", DESIGNS)
def test_one_run_leaves_enough_of_every_small_group(design: str) -> None:
    assert fewest_left(design, Unit(1, 1, 5)) >= POSSIBILITIES


@pytest.mark.parametrize(
    ("design", "cell"),
    [(design, cell) for design in DESIGNS for cell in range(len(DESIGNS[design][1]))],
)
def test_two_runs_that_differ_by_one_leave_enough(design: str, cell: int) -> None:
    assert fewest_answers(design, Unit(1, 1, 5), cell) >= POSSIBILITIES


def survey(seed: int = 3) -> pd.DataFrame:
    """Return two waves of six teams in two units; team "f" was two teams before."""
    rng = np.random.default_rng(seed)
    parts = []
    for wave, sizes in (("1", [3, 6, 8, 5, 9, 12]), ("2", [5, 6, 7, 4, 9, 12])):
        team = np.repeat(list("abcdef"), sizes)
        parts.append(
            pd.DataFrame(
                {"team": team, "unit": np.where(np.isin(team, list("abc")), "x", "y"),
                 "wave": wave, "y": rng.integers(1, 6, len(team)).astype(float)}
            )
        )  # fmt: skip
    rows = pd.concat(parts, ignore_index=True)
    old = np.where(rows["team"] == "f", "f" + (rows.index % 4 == 0).astype(str), rows["team"])
    return rows.assign(old=old)


def test_figures_depend_on_nothing_but_sums_of_blocks_and_the_rest_on_figures() -> None:
    """Other answers with the same sums give the same tables: the attack above misses nothing."""
    rows = survey()
    unit = Unit(1, 1, 5)
    found = waves_for_others(rows, "y", ["team", "old", "unit"], "wave", unit=unit)
    moved = rows.copy()
    for _, part in moved.groupby(["wave", "team", "old"]):
        low, high = part["y"].idxmin(), part["y"].idxmax()
        if moved.loc[high, "y"] - moved.loc[low, "y"] >= 2:
            moved.loc[low, "y"] += 1
            moved.loc[high, "y"] -= 1
    assert (moved["y"] != rows["y"]).sum() > 10
    again = waves_for_others(moved, "y", ["team", "old", "unit"], "wave", unit=unit)
    for name in ("units", "changes", "ranks"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(again, name))
    # units of one wave whose means are shown alike have the same changes and ranks
    means = found.units.set_index(["level", "unit", "wave"])["mean"]
    for row in found.changes.itertuples():
        gap = means[row.level, row.unit, "2"] - means[row.level, row.unit, "1"]
        assert row.change == pytest.approx(gap, abs=1e-9)


def test_true_values_lie_where_the_tables_say() -> None:
    for seed in range(10):
        rows = survey(seed)
        found = waves_for_others(rows, "y", ["team", "unit"], "wave", unit=Unit(1, 1, 5))
        true = rows.groupby(["wave", "team"])["y"].mean()
        teams = found.units[(found.units["level"] == "team") & found.units["mean"].notna()]
        assert len(teams) >= 6
        for row in teams.itertuples():
            # what is left over at the top belongs to the last band: up to one band more
            assert abs(true[row.wave, row.unit] - row.mean) <= row.rounded_to + 0.01
        for row in found.ranks[found.ranks["level"] == "team"].itertuples():
            assert row.rank_low <= row.rank <= row.rank_high


def test_who_is_withheld_and_why() -> None:
    found = waves_for_others(survey(), "y", ["team", "unit"], "wave", unit=Unit(1, 1, 5)).units
    told = {(r.wave, r.unit): r.reason[:8] for r in found.itertuples() if r.reason}
    assert told == {
        ("1", "a"): "3 answer", ("1", "b"): "withheld",  # b would give a from unit x
        ("2", "d"): "4 answer", ("2", "e"): "withheld",
    }  # fmt: skip
    assert found.loc[found["reason"] != "", "mean"].isna().all()


@pytest.mark.parametrize(
    ("levels", "unit", "said"),
    [
        (["team", "team"], Unit(1, 1, 5), "must be different columns"),
        ([], Unit(1, 1, 5), "must be different columns"),
        ("team", Unit(1, 1, 5), "levels must be a list of columns"),
        (["team"], Unit(1, 1, 4), "unit must have 5 answers or more, got 4"),
        (["team"], Unit(1, 2, 6), "y must lie between 2 and 6"),
    ],
)
def test_what_is_wrong_is_named(levels: list[str], unit: Unit, said: str) -> None:
    with pytest.raises(InputError, match=said):
        waves_for_others(survey(), "y", levels, "wave", unit=unit)


def test_the_code_of_the_page_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec("\n".join(blocks), names)
    seen = names["seen"]
    assert isinstance(seen, WavesShown)
    assert len(seen.units) > 50
    assert len(seen.ranks) > 49
