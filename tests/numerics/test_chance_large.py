"""The chance of agreement of very large groups, against groups drawn member by member."""

from __future__ import annotations

import time

import numpy as np
import pytest

from collective_use.numerics.groups.chance_large import NullModel, large_deviations, null_answers
from collective_use.numerics.groups.chance_patterns import agreement_chances, patterns_of

LEANS = {"even": [0.2] * 5, "leaning": [0.05, 0.15, 0.2, 0.35, 0.25], "slider": None}


@pytest.mark.parametrize("lean", list(LEANS))
@pytest.mark.parametrize("gaps", [False, True])
def test_average_deviations_have_the_law_of_members_drawn_one_by_one(lean, gaps):
    shares = LEANS[lean]
    null = NullModel(
        None if shares is None else np.array(shares), 1.0, np.array([[1.0, 0.5], [0.5, 1.0]])
    )
    mask = np.ones((1200, 2), dtype=bool)
    if gaps:
        mask[300:, 1] = False
    x = null_answers(np.random.default_rng(1), 1500, 1200, null).astype(float)
    own = []
    for j in range(2):
        part = x[j][mask[:, j]]
        own.append(np.abs(part - part.mean(axis=0)).mean(axis=0))
    right = np.mean(own, axis=0)
    found = large_deviations(np.random.default_rng(2), mask, null, 6000)
    error = right.std() * np.sqrt(1 / 1500 + 1 / 6000)
    assert abs(found.mean() - right.mean()) < 4 * error + 1e-4
    assert found.std() == pytest.approx(right.std(), rel=0.1)
    at = np.quantile(right, [0.05, 0.5])
    share = (found[:, None] <= at).mean(axis=0)
    assert share == pytest.approx([0.05, 0.5], abs=0.06)


def test_a_hundred_thousand_members_cost_little():
    answered, codes = np.ones((100_000, 3), dtype=bool), np.zeros(100_000, dtype=np.intp)
    null = NullModel(np.full(5, 0.2), 2.0, np.eye(3))
    start = time.process_time()
    found = agreement_chances(
        patterns_of(answered, codes, 1), np.array([1.0]), null,
        repetitions=2000, seed=1, deviation=True,
    )  # fmt: skip
    assert time.process_time() - start < 3
    assert found.p[0] == pytest.approx(1 / 2001)
    assert found.draws[0] == 2000
