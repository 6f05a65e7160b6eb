"""Reduced-bias maximum likelihood: lavaan's numbers, its equations, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError, NotSupported
from collective_use.sem.engines.core import moved_to
from collective_use.sem.inference import first_order
from collective_use.sem.twolevel.estimate import joint_meat

FOLDER = Path(__file__).parents[1] / "parity" / "reference" / "sem07"
REFERENCE = json.loads((FOLDER / "rbm_small.json").read_text())
SMALL = pd.read_csv(FOLDER / "likert_groups.csv").iloc[:60]
MODEL: str = REFERENCE["model"]


def test_every_cell_of_lavaan() -> None:
    """The class "optimiser" (not polished): estimates and fit 2e-5, errors 2e-4."""
    fit = cu.fit_cfa(MODEL, SMALL, estimator="RBM")
    frame = fit.estimates
    for cell in REFERENCE["pe"]:
        row = frame[(frame.lhs == cell["lhs"]) & (frame.op == cell["op"])
                    & (frame.rhs == cell["rhs"])].iloc[0]  # fmt: skip
        assert row.est == pytest.approx(cell["est"], abs=2e-5), cell
        assert row.se == pytest.approx(cell["se"], rel=2e-4), cell
    standard = fit.standardized("all")
    for cell in REFERENCE["std"]:
        row = standard[(standard.lhs == cell["lhs"]) & (standard.op == cell["op"])
                       & (standard.rhs == cell["rhs"])].iloc[0]  # fmt: skip
        assert row.est == pytest.approx(cell["est.std"], abs=2e-5), cell
        assert row.se == pytest.approx(cell["se"], abs=1e-8, rel=2e-4), cell
    compared = 0
    for name, value in REFERENCE["fm"].items():
        if name.startswith("gfi") or value is None or name not in fit.fit_measures:
            continue  # gfi of lavaan 0.7 is another estimator
        near = 2e-4 if ".ci." in name else 2e-5
        assert fit.fit_measures[name] == pytest.approx(value, rel=near, abs=2e-5), name
        compared += 1
    assert compared > 30


def _slope(fit: Any, outer: Any) -> np.ndarray:
    """Numerical gradient of ``f + tr(H^-1 B) / 2n`` by steps other than the search's."""
    solution = fit.solution

    def whole(theta: np.ndarray) -> float:
        there = moved_to(solution, theta)
        inner = np.linalg.solve(solution.objective.hessian(theta), outer(there))
        return float(solution.objective.value(theta) + np.trace(inner) / 2 / solution.data.n)

    theta = solution.theta
    steps = np.eye(theta.size) * 2e-4
    return np.array([(whole(theta + h) - whole(theta - h)) / 4e-4 for h in steps])


def test_the_equations_hold() -> None:
    fit = cu.fit_cfa(MODEL, SMALL, estimator="RBM")
    plain = cu.fit_cfa(MODEL, SMALL)
    assert np.abs(_slope(fit, first_order)).max() < 1e-6
    assert np.abs(fit.solution.theta - plain.solution.theta).max() > 1e-2


@pytest.mark.parametrize("options", [{"missing": "fiml"}, {"group": "half", "equal": "loadings"}])
def test_gaps_and_groups(options: dict[str, Any]) -> None:
    data = pd.read_csv(FOLDER / "likert_groups.csv").iloc[:160]
    data = data.assign(half=np.arange(len(data)) % 2)
    if "missing" in options:
        data.loc[::5, "u2"] = np.nan
    fit = cu.fit_cfa("f1 =~ u1 + u2 + u3 + u4", data, estimator="RBM", **options)
    assert fit.converged
    if "missing" in options:
        assert np.abs(_slope(fit, first_order)).max() < 1e-6


def test_two_levels() -> None:
    rng = np.random.default_rng(1)
    team = np.repeat(np.arange(30), 6)
    y = rng.normal(size=(180, 1)) + rng.normal(size=(180, 4)) + rng.normal(size=(30, 1))[team]
    y = y + 0.5 * rng.normal(size=(30, 4))[team]
    data = pd.DataFrame(y, columns=list("abcd")).assign(team=team)
    model = "level: 1\nf =~ a + b + c + d\nlevel: 2\ng =~ a + b + c + d"
    fit = cu.fit_sem(model, data, cluster="team", estimator="RBM")
    assert fit.converged
    assert np.abs(_slope(fit, joint_meat)).max() < 1e-6
    plain = cu.fit_sem(model, data, cluster="team").estimates
    own = fit.estimates
    between = (own.op == "~~") & (own.level == 2) & (own.lhs == own.rhs)
    assert (own.est[between] > plain.est[between]).all()  # ML has them too small
    with pytest.raises(NotSupported, match="estimator='ML'"):
        fit.small_sample(repetitions=20)


def test_what_rests_on_a_maximum_is_refused() -> None:
    fit = cu.fit_cfa(MODEL, SMALL, estimator="RBM")
    other = cu.fit_cfa(MODEL + "\nf1 ~~ 0*f2", SMALL, estimator="RBM")
    for call in (
        fit.modification_indices,
        lambda: fit.score_test("f1 =~ u4"),
        lambda: fit.profile("f1 =~ u2"),
        lambda: fit.compare(other),
        lambda: cu.bootstrap_fit(fit, 5),
        fit.small_sample,
    ):
        with pytest.raises(NotSupported, match=r"RBM.* fit with estimator='ML'"):
            call()


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        (MODEL, {"bounds": "pos.var"}, "bounds"),
        ("f1 =~ u1 + a*u2 + u3\na > 0.1", {}, "inequalities"),
        (MODEL, {"engine": "both"}, "engine"),
        (MODEL, {"likelihood": "wishart"}, "normal"),
        (MODEL, {"test": "satorra.bentler"}, "scaled test"),
        ('efa("b")*f1 + efa("b")*f2 =~ u1+u2+u3+u4+u5+u6', {}, "exploratory"),
        (MODEL, {"estimator": "IV"}, "fit_iv"),
    ],
)
def test_what_does_not_go_together(model: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(NotSupported, match=words):
        cu.fit_sem(model, SMALL, **{"estimator": "RBM", **options})


def test_pairwise_likelihood_is_for_ordered_answers() -> None:
    with pytest.raises(InputError, match="estimator='PML' is for ordered variables"):
        cu.fit_sem(MODEL, SMALL, estimator="PML")
