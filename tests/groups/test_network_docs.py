"""The examples of the page on networks and partners run, and its numbers hold."""

from __future__ import annotations

import doctest
from pathlib import Path

import pandas as pd

DOCS = Path(__file__).parents[2] / "docs"


def test_examples_run() -> None:
    failed, tried = doctest.testfile(
        str(DOCS / "networks.md"),
        module_relative=False,
        optionflags=doctest.NORMALIZE_WHITESPACE,
    )
    assert tried >= 10
    assert failed == 0


def test_numbers_quoted_from_the_simulation() -> None:
    table = pd.read_csv(DOCS / "tables" / "network_nonresponse.csv")
    share = table["answered"] / table["members"]
    few = table["silent"] == "few_ties"

    def of(index: str, rows: pd.Series, treatment: str = "available") -> pd.Series:
        return table.loc[(table["index"] == index) & rows, f"bias_{treatment}"]

    assert 0.065 < of("density", few).max() < 0.075
    assert of("density", few & (share >= 0.8)).max() < 0.035
    assert of("density", few, "reconstruct").abs().max() < 0.035
    zero = of("density", few | ~few, "zero")
    assert -0.185 < zero.min() < -0.165
    assert -0.025 < zero.max() < -0.015
    isolates = of("isolates", share.between(0.75, 0.8))
    assert isolates.min() > 0.025
    assert isolates.max() < 0.095
    central = of("in_centralization", share.between(0.75, 0.8))
    assert central.max() < 0.065
    assert of("in_centralization", few | ~few).max() < 0.165
    rebuilt = of("in_centralization", few | ~few, "reconstruct")
    assert rebuilt.min() > -0.115
    assert rebuilt.max() < -0.025
