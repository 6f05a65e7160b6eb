"""Closed forms of reliability and of tests of fit against drawn surveys."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

import collective_use as cu
from collective_use.numerics.planning import closed
from collective_use.numerics.sem.many import fit_many, normal_covariances


def test_the_interval_of_alpha_is_as_wide_as_alphas_of_drawn_surveys_spread():
    rng = np.random.default_rng(1)
    items, n, share = 4, 150, 0.5
    factor = rng.standard_normal((1500, n, 1))
    x = np.sqrt(share) * factor + np.sqrt(1 - share) * rng.standard_normal((1500, n, items))
    own, total = x.var(axis=1, ddof=1).sum(axis=1), x.sum(axis=2).var(axis=1, ddof=1)
    alphas = items / (items - 1) * (1 - own / total)
    lower, upper = np.quantile(alphas, [0.025, 0.975])
    half = closed.alpha_half_width(items * share / (1 + (items - 1) * share), items, n)
    assert half == pytest.approx((upper - lower) / 2, rel=0.08)


def test_power_by_rmsea_is_the_share_of_drawn_surveys_that_reject_the_model():
    names = [f"x{k}" for k in range(6)]
    sigma = np.full((6, 6), 0.5) + 0.5 * np.eye(6)
    sigma[0, 1] = sigma[1, 0] = 0.62
    frame = pd.DataFrame(sigma, index=names, columns=names)
    n = 150
    fit = cu.fit_sem("f =~ " + " + ".join(names), cov=frame, n=100_000, engine="core").solution
    least = 2 * fit.objective.value(fit.theta)
    rmsea = float(np.sqrt(least / fit.df))
    drawn = normal_covariances(sigma, n, 1500, np.random.default_rng(2))
    found = fit_many(fit.model, drawn, n, fit.df, fit.theta)
    share = (found.chisq[found.converged] > chi2.isf(0.05, fit.df)).mean()
    power = closed.rmsea_power(n, fit.df, rmsea)
    assert 0.3 < power < 0.95
    assert share == pytest.approx(power, abs=3 * np.sqrt(0.25 / 1500) + 0.02)
