"""Power by RMSEA, cell by cell as R's semPower prints it.

semPower's search for the number of cases stops near the power asked for, sometimes under it (2813
cases have .794 where .80 was asked); here the fewest cases with at least that power are given. So
of its a-priori rows the power at its own number is compared, and that ours is the fewest.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from collective_use.numerics.planning.closed import cases_for_rmsea, rmsea_power

FILE = Path(__file__).parents[1] / "reference" / "planning" / "sempower.json"
ROWS = json.loads(FILE.read_text("utf-8"))["rows"]


def power(row, n):
    return rmsea_power(n, row["df"], row["rmsea"])


def near(one, other):
    return math.isclose(one, other, rel_tol=1e-10)


@pytest.mark.parametrize("row", [r for r in ROWS if r["kind"] == "posthoc"], ids=str)
def test_power_of_a_number_of_cases(row):
    assert near(power(row, row["n"]), row["power"])
    assert not near(power(row, row["n"]), row["power"] * (1 + 1e-8))


@pytest.mark.parametrize("row", [r for r in ROWS if r["kind"] == "apriori"], ids=str)
def test_cases_for_a_power(row):
    assert near(power(row, row["n"]), row["implied"])
    ours = cases_for_rmsea(row["power"], row["df"], row["rmsea"])
    assert power(row, ours) >= row["power"] > power(row, ours - 1)
    assert abs(ours - row["n"]) <= 0.02 * row["n"]


def test_all_rows_are_there():
    assert len(ROWS) == 45


@pytest.mark.parametrize(
    ("df", "null", "truth", "cases"),
    [(100, 0.05, 0.08, 132), (50, 0.05, 0.08, 214), (100, 0.05, 0.01, 178)],
)
def test_cases_as_maccallum_browne_and_sugawara_print_them(df, null, truth, cases):
    """MacCallum, Browne & Sugawara 1996, table 4: power .80, close fit and not-close fit."""
    assert cases_for_rmsea(0.80, df, truth, null=null) == cases
