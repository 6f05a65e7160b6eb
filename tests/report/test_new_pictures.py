"""Scree, loadings, specification curve, power, networks, rivals: titles that state what is seen."""

from __future__ import annotations

import re
from itertools import pairwise

import networkx as nx
import pandas as pd
import pytest

from collective_use.report.figures.curve import Choice, specification_plot
from collective_use.report.figures.lines import Series, line_chart
from collective_use.report.phrases import phrases_in
from collective_use.report.pictures.loadings import confirmed, explored
from collective_use.report.pictures.networks import networks
from collective_use.report.pictures.power import of_plan, of_study
from collective_use.report.pictures.rivals import measured, structural
from collective_use.report.pictures.scree import scree
from collective_use.report.pictures.specifications import curve
from collective_use.report.speaking import Speaker

WORDS = Speaker(phrases_in("en"), {"con": "Connectedness"})
EIGENVALUES = pd.DataFrame(
    {"place": [1, 2, 3], "components": [3.2, 1.4, 0.4], "components_95": [1.3, 1.2, 1.1]}
)


def test_a_scree_counts_what_lies_above_chance() -> None:
    picture = scree(WORDS, "con", EIGENVALUES, 2)
    assert picture.title == "Connectedness: 2 eigenvalues lie above those of chance"
    other = scree(WORDS, "con", EIGENVALUES, 1)
    assert other.title.endswith("most rules find 1")
    # a later eigenvalue above chance does not count once one has fallen below
    odd = EIGENVALUES.assign(components=[3.2, 1.1, 1.15])
    assert "one eigenvalue" in scree(WORDS, "con", odd, None).title


def test_loadings_count_the_weak() -> None:
    frame = pd.DataFrame({
        "construct": ["con", "con"], "item": ["a", "b"], "loading": [0.8, 0.3],
        "ci_lower": [0.7, 0.2], "ci_upper": [0.9, 0.4],
    })  # fmt: skip
    assert confirmed(WORDS, frame).title.startswith("One of 2 items loads less than .50")
    wide = pd.DataFrame([[0.8, 0.1], [0.1, 0.7]], index=["a", "b"], columns=["f1", "f2"])
    picture = explored(WORDS, wide)
    assert picture.title == "All 2 items load .50 or more on their own factor"
    assert picture.svg.count("<circle") == 4


SPECIFICATIONS = pd.DataFrame({
    "way": ["means", "corrected", "means"], "model": ["M1", "M1", "M2"], "est": [0.2, 0.3, -0.1],
    "lower": [0.1, -0.1, -0.3], "upper": [0.3, 0.6, 0.1],
})  # fmt: skip


def test_a_curve_says_how_many_agree() -> None:
    picture = curve(WORDS, "con -> ssm", SPECIFICATIONS)
    assert picture is not None
    assert picture.title == "Connectedness → ssm: 2 of 3 choices agree in sign, 1 leave zero out"
    assert curve(WORDS, "con -> ssm", SPECIFICATIONS.assign(est=float("nan"))) is None


def test_a_curve_marks_what_was_chosen() -> None:
    choices = [
        Choice(0.1, 0.0, 0.2, (("way", "a"),), True),
        Choice(0.2, 0.1, 0.3, (("way", "b"),), True),
    ]
    svg = specification_plot(choices, "alt", label="x")
    assert svg.count('r="3.6"') == 2
    assert svg.count('r="1.6"') == 2


def test_power_is_marked_at_the_study() -> None:
    picture = of_study(WORDS, 60, 0.22, 0.84)
    assert "22%" in picture.title
    assert picture.title.endswith("80% take about 200")
    assert of_study(WORDS, 60, 0.04, 0.51).title.endswith("more than 300")
    assert "this study: 60" in picture.svg
    assert "in at most 9% of studies" in of_study(WORDS, 25, 0.09, 0.84).title


def test_a_plan_names_the_design_that_reaches_power() -> None:
    precision = pd.DataFrame(
        {"groups": [40, 80, 40, 80], "members": [6, 6, 12, 12], "aggregation": [0.2, 0.5, 0.7, 0.9]}
    )
    title = of_plan(WORDS, pd.DataFrame(), precision, 0.8).title
    assert title.endswith("reaches 80% from 80 groups on (12 members)")
    assert "stays below" in of_plan(WORDS, pd.DataFrame(), precision, 0.95).title


def test_networks_have_no_names_of_members() -> None:
    graph = nx.DiGraph([("Zoe", "Yan"), ("Yan", "Zoe"), ("Yan", "Xi")])
    nx.set_node_attributes(graph, {"Zoe": True, "Yan": True, "Xi": False}, "answered")
    picture = networks(WORDS, {"g1": graph, "g2": nx.DiGraph([("Zoe", "Yan")])})
    for name in ("Zoe", "Yan", "Xi"):
        assert name not in picture.svg + picture.alt + picture.title
    assert "hollow" in picture.note
    assert picture.svg.count("<circle") == 5


def test_rivals_that_tie_are_said_to_tie() -> None:
    models = pd.DataFrame({"model": ["M1", "M5", "M2"], "weight": [0.499, 0.499, 0.002]})
    tied = structural(WORDS, models)
    assert tied is not None
    assert tied.title.startswith("2 of 3 models do equally well")
    assert structural(WORDS, models.head(1)) is None
    cfa = pd.DataFrame(
        {"scope": ["a", "a"], "model": ["own", "one"], "words": ["own", "one"], "cfi": [0.97, 0.8]}
    )
    own = measured(WORDS, cfa)
    assert own is not None
    assert own.title == "The constructs' own model fits at least as well as its rivals"
    worse = measured(WORDS, cfa.assign(cfi=[0.8, 0.97]))
    assert worse is not None
    assert worse.title.startswith("In 0 of 1")


@pytest.mark.parametrize("ends", [(0.5, 0.5, 0.5, 0.5), (0.9, 0.88, 0.1, 0.12)])
def test_names_at_the_ends_of_lines_stand_apart(ends: tuple[float, ...]) -> None:
    series = [Series(f"line {k}", ((0.0, 0.1), (1.0, y))) for k, y in enumerate(ends)]
    svg = line_chart(series, "alt", across="x", up="y", high=1.0)
    heights = sorted(
        float(y) for y, text in re.findall(r'<text x="[\d.]+" y="([\d.]+)"[^>]*>(line \d)', svg)
    )
    assert len(heights) == 4
    assert all(b - a >= 14 for a, b in pairwise(heights))
