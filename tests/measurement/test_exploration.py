"""Exploring in one half, confirming in the other: no person in both, factors called rightly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from collective_use.errors import InputError
from collective_use.measurement.answers import answers_of
from collective_use.measurement.factors.exploration import exploration
from collective_use.numerics.factors.number import sampling_adequacy, sphericity

SETS = {"a": ["a1", "a2", "a3"], "b": ["b1", "b2", "b3"]}


def survey(groups: int, members: int) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    n = groups * members
    f = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], n)
    cells = {
        item: 0.8 * f[:, k] + 0.6 * rng.normal(size=n)
        for k, own in enumerate(SETS.values())
        for item in own
    }
    return pd.DataFrame(cells).assign(team=np.repeat(np.arange(groups), members))


def test_loadings_go_to_the_construct_and_the_halves_add_up() -> None:
    data = survey(60, 10)
    found = exploration(answers_of(data, "team", SETS), seed=3)
    row = found["adequacy"].iloc[0]
    assert row["n"] + row["held"] == 600
    assert row["n"] % 10 == row["held"] % 10 == 0  # groups stay whole
    table = found["exploration"].pivot(index="item", columns="factor", values="loading")
    assert (table.loc[SETS["a"], "a"] > 0.7).all()
    assert (table.loc[SETS["b"], "b"] > 0.7).all()
    assert (table.loc[SETS["a"], "b"].abs() < 0.15).all()
    assert row["cfi"] > 0.97
    shares = found["exploration"].groupby("factor")["explained"].first()
    assert shares.sum() == pytest.approx(row["cumulated"])
    assert shares.sum() == pytest.approx(0.64, abs=0.05)  # 0.8 squared


def test_adequacy_of_six_equal_correlations_is_known() -> None:
    # of p items that all correlate r: partial correlations are r / (1 + (p - 2) r)
    r, p = 0.5, 6
    matrix = np.full((p, p), r) + (1 - r) * np.eye(p)
    partial = r / (1 + (p - 2) * r)
    assert sampling_adequacy(matrix)[1] == pytest.approx(r**2 / (r**2 + partial**2))
    chisq, df, _ = sphericity(matrix, 200)
    determinant = (1 - r) ** (p - 1) * (1 + (p - 1) * r)
    assert chisq == pytest.approx(-(199 - (2 * p + 5) / 6) * np.log(determinant))
    assert df == 15


def test_too_few_persons_an_item_are_refused() -> None:
    with pytest.raises(InputError, match="5 persons an item"):
        exploration(answers_of(survey(10, 4), "team", SETS))
