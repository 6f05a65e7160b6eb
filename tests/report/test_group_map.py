"""The heat map of groups: its title states what is seen, its letters are the page's."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import collective_use as cu
from collective_use.report.chapters.groups import chapter
from collective_use.report.document import Picture
from collective_use.report.figures.heat import group_map, pair_map
from collective_use.report.material import Material
from collective_use.report.phrases import phrases_in

HOSTILE = [0.5, 0.8, 1.0, 1.4, 1.6]
TITLES = {
    "rises": "Groups that are high in Hostility tend to be high in: Leadership climate",
    "falls": "Groups that are high in Hostility tend to be low in: Leadership climate",
    "neither": "No other construct goes clearly with Hostility over the 5 groups",
    "alone": "Hostility is the one construct that 5 groups can be compared by",
}
CLIMATES = {"rises": [1, 2, 3, 4, 5], "falls": [5, 4, 3, 2, 1], "neither": [2, 4, 3, 4, 2]}


def material(case: str, verdict: str = "supported") -> Material:
    """Return five groups whose leadership climate stands so to their hostility."""
    values = {"hostil": HOSTILE}
    if case in CLIMATES:
        values["lead"] = [float(value) for value in CLIMATES[case]]
    groups = pd.DataFrame({"group": list("abcde"), "n": 8, **values})
    measures = pd.DataFrame({
        "measure": list(values), "composition": "direct_consensus", "verdict": verdict,
    })  # fmt: skip
    first = pd.DataFrame({"measure": ["hostil"], "mean": [1.06], "sd_within": [0.7]})
    tables = {"groups.csv": groups, "measures.csv": measures, "table1.csv": first}
    return Material(cu.load_instrument("lq2002"), phrases_in("en"), tables, {})


def heat_map(given: Material) -> Picture:
    """Return the chapter's first picture."""
    found = chapter(given)
    assert found is not None
    picture = found.blocks[0]
    assert isinstance(picture, Picture)
    return picture


@pytest.mark.parametrize("case", TITLES)
def test_the_title_says_what_goes_with_the_outcome(case: str) -> None:
    assert heat_map(material(case)).title == TITLES[case]


def test_nothing_is_said_of_groups_where_no_measure_belongs_to_them() -> None:
    title = heat_map(material("rises", "differences, little agreement")).title
    assert title.startswith("No measure may be read as a property of its groups yet")


def width(svg: str) -> float:
    """Return the width of a drawing in its own units."""
    found = re.search(r'viewBox="0 0 (\d+) ', svg)
    assert found is not None
    return float(found[1])


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 12])
def test_no_picture_is_so_narrow_that_the_page_would_enlarge_its_letters(count: int) -> None:
    names = [f"A construct of {k} words" for k in range(count)]
    cells = [[0.5] * count] * 4
    tips = [["tip"] * count] * 4
    drawn = group_map(list("abcd"), names, cells, "alt", tips)
    assert 544 <= width(drawn) <= 760
    square = [[0.3] * count for _ in range(count)]
    assert 544 <= width(pair_map(names, square, "alt", 0.85)) <= 760


def test_names_stand_level_where_there_is_room() -> None:
    few = group_map(["a"], ["Hostility", "Task significance"], [[0.1, 0.2]], "alt", [["", ""]])
    many = group_map(
        ["a"], ["Distributed leadership of partners"] * 8, [[0.1] * 8], "alt", [[""] * 8]
    )
    assert "rotate" not in few
    assert many.count("rotate") >= 8
