"""The committed table of biases under non-response is what its script gives."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "tables" / "network_nonresponse.csv"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "tests" / "benchmarks" / "network_nonresponse.py"
    spec = importlib.util.spec_from_file_location("network_nonresponse", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(TABLE)


def test_the_first_cell_is_reproduced_to_every_digit(
    script: ModuleType, table: pd.DataFrame
) -> None:
    rng = np.random.default_rng([20230, 1])
    rows = script.cell(rng, script.REPLICATIONS, 4, 0.8, "mutual", "random")
    again = pd.DataFrame(rows).round(4)
    pd.testing.assert_frame_equal(again, table.head(len(again)), check_exact=True)


def test_the_page_is_made_from_the_table(script: ModuleType, table: pd.DataFrame) -> None:
    page = (ROOT / "docs" / "network_nonresponse.md").read_text(encoding="utf-8")
    assert script.markdown(table, script.REPLICATIONS).count("\n") == page.count("\n")
    row = table.iloc[0]
    start = f"| {row['members']}, {row['answered']} | {row['bias_available']:+.2f} / "
    assert start in page


def test_what_the_page_says_in_words(table: pd.DataFrame) -> None:
    def bias(index: str, treatment: str, **where: str) -> np.ndarray:
        part = table[table["index"] == index]
        for column, value in where.items():
            part = part[part[column] == value]
        return part[f"bias_{treatment}"].to_numpy()

    # silence at random leaves the mean of the reports there are unbiased
    assert np.abs(bias("density", "available", silent="random")).max() < 0.01
    # peripheral members silent: the others look denser
    assert (bias("density", "available", silent="few_ties") > 0.005).all()
    # a missing tie read as none is always too low
    assert (bias("density", "zero") < -0.01).all()
    # isolates and components look more than they are, whoever is silent
    assert (bias("isolates", "available") > 0).all()
    assert (bias("components", "available") > 0).all()
    # a reconstructed pair is mutual by construction
    assert (bias("reciprocity", "reconstruct") > 0.03).all()
    assert (bias("dyadic_agreement", "reconstruct") > 0.03).all()
