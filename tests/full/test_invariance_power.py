"""The power that a plan gives for equal loadings against drawn surveys of two groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, wishart

import collective_use as cu
from collective_use.numerics.planning.closed import rmsea_power

NAMES = [f"x{k}" for k in range(1, 6)]
MODEL = "f =~ " + " + ".join(NAMES)
DRAWS, N = 1000, 150
LOADINGS = {"a": [0.8, 0.7, 0.7, 0.7, 0.7], "b": [0.8, 0.7, 0.7, 0.7, 0.45]}


def implied(loadings: list[float]) -> np.ndarray:
    """Return the covariances of one factor with residual variances of .5."""
    return np.outer(loadings, loadings) + 0.5 * np.eye(5)


def difference(covariances: dict[str, np.ndarray], n: int) -> tuple[float, int]:
    """Return the chi-square difference of equal against free loadings, and its df."""
    cov = {g: pd.DataFrame(S, index=NAMES, columns=NAMES) for g, S in covariances.items()}
    free = cu.fit_cfa(MODEL, cov=cov, n=[n, n])
    equal = cu.fit_cfa(MODEL, cov=cov, n=[n, n], equal="loadings")
    return equal.test.statistic - free.test.statistic, equal.test.df - free.test.df


def test_power_of_equal_loadings_is_the_share_of_drawn_surveys_that_reject_them() -> None:
    truth = {g: implied(loadings) for g, loadings in LOADINGS.items()}
    size = 100_000
    misfit, df = difference(truth, size)
    assert df == 4
    # of a difference: per degree of freedom, times the number of groups (Steiger 1998)
    rmsea = float(np.sqrt(2 * misfit / (2 * size) / df))
    rng = np.random.default_rng(7)
    laws = {g: wishart(N - 1, S / (N - 1)) for g, S in truth.items()}
    found = [
        difference({g: law.rvs(random_state=rng) for g, law in laws.items()}, N)[0]
        for _ in range(DRAWS)
    ]
    share = float((np.array(found) > chi2.isf(0.05, df)).mean())
    power = rmsea_power(2 * N, df, rmsea, groups=2)
    assert 0.3 < power < 0.9
    assert share == pytest.approx(power, abs=3 * np.sqrt(0.25 / DRAWS) + 0.02)


def test_where_loadings_are_equal_one_survey_in_twenty_rejects_them() -> None:
    rng = np.random.default_rng(8)
    law = wishart(N - 1, implied(LOADINGS["a"]) / (N - 1))
    found = [
        difference({g: law.rvs(random_state=rng) for g in "ab"}, N)[0] for _ in range(DRAWS // 2)
    ]
    share = float((np.array(found) > chi2.isf(0.05, 4)).mean())
    assert share == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / (DRAWS // 2)) + 0.01)
