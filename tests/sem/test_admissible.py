"""Improper solutions never pass in silence, whatever matrix, group, level or kind of data.

Moments are exact, so chi-square is 0 and the solution is known: its matrices are impossible.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from exact_moments import blocks, implied, sample, two_level

from collective_use.errors import ImproperSolutionWarning
from collective_use.sem.fit import fit_sem
from collective_use.sem.result import SemResult

BAD = np.array([[1, 0.9, 0.9], [0.9, 1, 0.1], [0.9, 0.1, 1]])  # determinant -.468
THETA = 0.3 * np.eye(6)
THETA[0, 3] = THETA[3, 0] = 0.4
RESIDUAL = implied(blocks(2), [[1, -0.5], [-0.5, 1]], THETA)
LATENT = implied(blocks(3), BAD, np.eye(9))
GOOD = implied(blocks(3), [[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]], np.eye(9))
TWO = "f1 =~ y1+y2+y3\nf2 =~ y4+y5+y6"
THREE = TWO + "\nf3 =~ y7+y8+y9"
BY_LEVEL = (
    "level: 1\nw1 =~ y1+y2+y3\nw2 =~ y4+y5+y6\nw3 =~ y7+y8+y9\n"
    "level: 2\nb1 =~ y1+y2+y3\nb2 =~ y4+y5+y6\nb3 =~ y7+y8+y9"
)


def _fit(model: str, data: pd.DataFrame, **options: object) -> tuple[SemResult, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit = fit_sem(model, data, **options)  # type: ignore[arg-type]
    improper = [w for w in caught if issubclass(w.category, ImproperSolutionWarning)]
    return fit, [str(w.message) for w in improper]


def _likert(cov: np.ndarray, n: int = 3000, seed: int = 1) -> pd.DataFrame:
    return sample(cov, n, seed).apply(lambda y: np.digitize(y / y.std(), [-0.8, 0.1, 0.9]))


def _in_second_group() -> pd.DataFrame:
    parts = sample(GOOD, 200, 3).assign(k="Bern"), sample(LATENT, 200, 4).assign(k="Ulm")
    return pd.concat(parts, ignore_index=True)


def _outcomes() -> pd.DataFrame:
    """Three factors regressed on a covariate; their disturbances have the impossible matrix."""
    joint = np.eye(10)
    eta = np.outer([0.5, 0.4, 0.3], [0.5, 0.4, 0.3]) + BAD
    joint[:9, :9] = implied(blocks(3), eta, np.eye(9))
    joint[9, :9] = joint[:9, 9] = blocks(3) @ [0.5, 0.4, 0.3]
    return sample(joint, 300, names=[*(f"y{i}" for i in range(1, 10)), "x"])


def _zero_variance() -> pd.DataFrame:
    """A fourth factor without variance beside three that cannot be."""
    joint = np.eye(10)
    joint[:9, :9] = LATENT
    return sample(joint, 400)


PSI = "'f1~~f2', 'f1~~f3', 'f2~~f3'"
CASES = {
    "residual correlation": (TWO + "\ny1 ~~ y4", sample(RESIDUAL, 300), {},
                             ["residual", "'y1~~y4'", "1.333, beyond 1"]),
    "latent": (THREE, sample(LATENT, 300), {}, ["latent", PSI, "-0.224"]),
    "estimated by ULS": (THREE, sample(LATENT, 300), {"estimator": "ULS"}, ["latent", PSI]),
    "missing values": (THREE, sample(LATENT, 300), {"missing": "fiml"}, ["latent", PSI]),
    "second group": (THREE, _in_second_group(), {"group": "k"}, ["latent", PSI, "group 'Ulm'"]),
    "Likert": (THREE, _likert(LATENT), {"ordered": [f"y{i}" for i in range(1, 10)]},
               ["latent", PSI]),
    "Likert, residuals": (TWO + "\ny1 ~~ y4", _likert(RESIDUAL, 6000),
                          {"ordered": [f"y{i}" for i in range(1, 7)],
                           "parameterization": "theta"}, ["residual", "'y1~~y4'", "beyond 1"]),
    "between": (BY_LEVEL, two_level(GOOD, 0.5 * LATENT, 90, 6), {"cluster": "g"},
                ["latent", "'b1~~b2', 'b1~~b3', 'b2~~b3'", "level 2, between"]),
    "within": (BY_LEVEL, two_level(LATENT, 0.5 * GOOD, 90, 6), {"cluster": "g"},
               ["latent", "'w1~~w2', 'w1~~w3', 'w2~~w3'", "level 1, within"]),
    "disturbances": (THREE + "\nf1 + f2 + f3 ~ x\nf1 ~~ f2 + f3\nf2 ~~ f3", _outcomes(), {},
                     ["disturbance", PSI]),
    "one zero variance": (THREE + "\nf4 =~ 1*y10\ny10 ~~ y10\nf4 ~~ 0*f4 + 0*f1 + 0*f2 + 0*f3",
                          _zero_variance(), {}, ["latent", PSI]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_impossible_matrices_are_named(name: str) -> None:
    model, data, options, says = CASES[name]
    fit, warned = _fit(model, data, **options)
    assert fit.converged
    assert not fit.admissible
    text = "\n".join(warned)
    assert [part for part in says if part not in text] == []
    assert [p.text for p in fit.problems] == warned


def test_a_negative_eigenvalue_is_told_once_where_a_variance_is_negative() -> None:
    """The variance is the cause; the matrix without it is a possible one."""
    theta = np.diag([-0.05, 0.5, 0.5, 0.5, 0.5, 0.5])
    fit, warned = _fit(TWO, sample(implied(blocks(2), [[1, 0.3], [0.3, 1]], theta), 300))
    assert [p.kind for p in fit.problems] == ["variance"]
    assert len(warned) == 1


@pytest.mark.parametrize(
    ("model", "data", "options"),
    [
        (THREE, sample(GOOD, 300), {}),
        (BY_LEVEL, two_level(GOOD, 0.5 * GOOD, 90, 6), {"cluster": "g"}),
        (THREE, _likert(GOOD), {"ordered": [f"y{i}" for i in range(1, 10)]}),
    ],
)
def test_proper_solutions_stay_silent(model: str, data: pd.DataFrame, options: dict) -> None:  # type: ignore[type-arg]
    fit, warned = _fit(model, data, **options)
    assert fit.admissible
    assert warned == []


def test_heywood_case_of_ordered_items() -> None:
    """In delta parameterisation the residual variance is derived: -.173, loading 1.083."""
    data = pd.read_csv(Path(__file__).parent / "ordinal_heywood.csv")
    fit, warned = _fit(
        "f1 =~ y1 + y2\nf2 =~ y3 + y4\nf3 =~ y5 + y6", data, ordered=list(data.columns)
    )
    assert not fit.admissible
    assert "negative variance (a Heywood case)" in warned[0]
    assert "-0.173" in warned[0]
