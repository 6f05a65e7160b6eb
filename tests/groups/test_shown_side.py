"""Shown limits and shown p give one answer: rounding never puts them on two sides of .05."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as some

from collective_use.disclosure import Disclosure
from collective_use.groups.disclosure.relations import Coarseness

SEEN = Coarseness(Disclosure(5), 49, {"lead": 0.1, "tsig": 0.1, "hostil": 0.1})


def shown(est: list[float], se: list[float]) -> pd.DataFrame:
    """Return effects as others see them; limits and p from one normal distribution."""
    from scipy.special import ndtr

    value, error = np.array(est), np.array(se)
    p = 2 * ndtr(-np.abs(value / error))
    frame = pd.DataFrame({
        "route": "lead -> tsig -> hostil", "est": value, "se": error, "std_all": value,
        "lower": value - 1.959963984540054 * error, "upper": value + 1.959963984540054 * error,
        "p": p, "q": p,
    })  # fmt: skip
    return SEEN.estimates(frame)


def test_a_limit_that_reads_zero_takes_p_with_it() -> None:
    row = shown([-0.05], [0.0238]).iloc[0]  # exact: upper -.0034, p .036
    assert row["upper"] == 0
    assert row["p"] == 0.05
    assert row["q"] >= row["p"]


def test_limits_that_leave_zero_out_keep_p_below() -> None:
    row = shown([-0.99], [0.5]).iloc[0]  # exact: upper -.010, p .0477, which rounds to .05
    assert row["upper"] < 0
    assert row["p"] < 0.05


@given(
    some.lists(
        some.tuples(
            some.floats(-2, 2).filter(lambda x: abs(x) > 1e-3), some.floats(0.01, 2)
        ),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_no_row_gives_two_answers(rows: list[tuple[float, float]]) -> None:
    seen = shown([est for est, _ in rows], [se for _, se in rows])
    clear = (seen["lower"] > 0) | (seen["upper"] < 0)
    assert (clear == (seen["p"] < 0.05)).all()
    assert (seen["q"] >= seen["p"]).all()


def test_rows_without_limits_stay_as_they_are() -> None:
    frame = pd.DataFrame({
        "lhs": ["lead"], "op": ["~~"], "rhs": ["lead"], "est": [1.0], "se": [np.nan],
        "std_all": [1.0], "p": [np.nan], "ci_lower": [np.nan], "ci_upper": [np.nan],
    })  # fmt: skip
    assert SEEN.estimates(frame)["p"].isna().all()
