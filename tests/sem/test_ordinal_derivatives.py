"""Derivatives of the ordinal objective against differences, at random places of random models."""

from __future__ import annotations

import functools
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collective_use.errors import DataWarning
from collective_use.numerics.ordinal.objective import OrdinalObjective
from collective_use.sem.fit import fit_sem

MODELS = {
    "one factor": "f =~ a + b + c + d",
    "path": "f =~ a + b + c\nk =~ d + x + y\nk ~ f\na ~~ d",
    "equal loadings": "f =~ a + v*b + v*c\nd ~ f + x\nx ~~ f",
}
EQUAL = ("loadings", "thresholds")


@functools.cache
def fitted(text: str, parameterization: str, groups: bool, wu: bool):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(5)
    n = 400
    f, own = rng.normal(size=(2, n))
    k = 0.6 * f + own
    latent = np.outer(f, (1.0, 0.8, 0.6, 0.0)) + np.outer(k, (0, 0, 0, 0.9))
    latent += rng.normal(size=(n, 4))
    frame = pd.DataFrame(np.digitize(latent, (-1.0, 0.2, 1.1)) + 1, columns=list("abcd"))
    frame = frame.assign(x=k + rng.normal(size=n) + 1, y=k - 0.5 + rng.normal(size=n))
    frame["g"] = np.where(np.arange(n) % 2, "u", "v")
    options = {"group": "g", "equal": EQUAL} if groups else {}
    if wu:
        options["identification"] = "wu.estabrook"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        fit = fit_sem(
            MODELS[text], frame, ordered=tuple("abcd"), parameterization=parameterization, **options
        )
    return fit.solution.shared, fit.solution.theta


def differenced(objective: OrdinalObjective, theta: np.ndarray) -> np.ndarray:
    h = 1e-5
    steps = h * np.eye(theta.size)
    return np.array(
        [(objective.gradient(theta + s) - objective.gradient(theta - s)) / (2 * h) for s in steps]
    )


CASES = [
    (text, parameterization, groups, wu)
    for text in MODELS
    for parameterization in ("delta", "theta")
    for groups, wu in ((False, False), (True, False), (True, True))
]


@pytest.mark.parametrize("case", CASES)
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), full=st.booleans())
def test_second_derivative_is_exact(case, seed, full):  # type: ignore[no-untyped-def]
    base, theta = fitted(*case)
    rng = np.random.default_rng(seed)
    W = []
    for g in base.groups:
        k = g.statistics.size
        root = rng.normal(size=(k, k))
        W.append(root @ root.T / k if full else rng.uniform(0.5, 2, k))
    objective = OrdinalObjective(
        base.model, base.groups, rng.uniform(0.3, 0.7, len(W)), W,
        theta_parameters=base.theta_parameters,
    )  # fmt: skip
    away = theta + rng.uniform(-0.1, 0.1, theta.size)
    assert np.isfinite(objective.value(away))
    exact, other = objective.hessian(away), differenced(objective, away)
    np.testing.assert_allclose(exact, other, rtol=1e-6, atol=1e-7 * np.abs(exact).max())
