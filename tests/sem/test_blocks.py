"""Exploratory blocks: how they are written, what they mean, what is refused."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError, NotSupported, SyntaxProblem
from collective_use.syntax.model_text import parse_model

ITEMS = [f"x{i}" for i in range(1, 7)]
TWO = 'efa("b")*f1 + efa("b")*f2 =~ x1 + x2 + x3 + x4 + x5 + x6'


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    f = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], 600)
    L = np.array([[0.8, 0.1], [0.7, 0], [0.75, -0.1], [0, 0.8], [0.2, 0.6], [0, 0.7]])
    x = pd.DataFrame(f @ L.T + 0.6 * rng.normal(size=(600, 6)), columns=ITEMS)
    z = 0.4 * f[:, 0] - 0.3 * f[:, 1] + rng.normal(size=600)
    return x.assign(z=z, team=np.arange(600) // 10, side=np.where(np.arange(600) < 300, "a", "b"))


def test_the_block_belongs_to_the_factor() -> None:
    statements = parse_model(TWO).statements
    assert {(s.lhs, s.efa) for s in statements} == {("f1", "b"), ("f2", "b")}
    assert len(statements) == 12


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("f1 =~ efa('b')*x1 + x2", "efa() stands before the factor"),
        ("efa(c('b', 'd'))*f1 =~ x1 + x2", "efa() takes quoted text"),
        ("efa(2)*f1 =~ x1 + x2", "efa() takes quoted text"),
        ("efa('b')*f1 ~ x1 + x2", "only variable names stand left"),
        ("0.5*f1 =~ x1 + x2", "only variable names stand left"),
    ],
)
def test_what_is_written_wrongly_is_pointed_at(text: str, said: str) -> None:
    with pytest.raises(SyntaxProblem) as found:
        parse_model(text)
    assert said in str(found.value)


def test_a_rotation_changes_no_fit_and_counts_no_parameter(data: pd.DataFrame) -> None:
    plain = cu.fit_sem(TWO, data, rotation="none")
    for name in ("geomin", "oblimin", "quartimin", "varimax"):
        fit = cu.fit_sem(TWO, data, rotation=name)
        assert fit.fit_measures["df"] == plain.fit_measures["df"] == 4
        assert fit.fit_measures["npar"] == 17
        assert fit.fit_measures["chisq"] == pytest.approx(plain.fit_measures["chisq"], abs=1e-8)
        np.testing.assert_allclose(fit.implied().covariance, plain.implied().covariance, atol=1e-9)
        assert fit.admissible
        assert (fit.se > 0).all()
    assert plain.estimates.query("lhs == 'f2' and rhs == 'x1'").est.item() == 0.0


def test_the_known_structure_comes_back(data: pd.DataFrame) -> None:
    frame = cu.fit_sem(TWO + "\nz ~ f1 + f2", data).estimates.set_index(["lhs", "op", "rhs"])
    large = frame.est[[("f1", "=~", "x1"), ("f1", "=~", "x2"), ("f2", "=~", "x4")]]
    np.testing.assert_allclose(large, [0.8, 0.7, 0.8], atol=0.12)
    assert abs(frame.est["f1", "=~", "x6"]) < 0.12
    assert frame.est["z", "~", "f1"] == pytest.approx(0.4, abs=0.15)
    assert frame.est["z", "~", "f2"] == pytest.approx(-0.3, abs=0.15)
    assert frame.est["f1", "~~", "f2"] == pytest.approx(0.3, abs=0.15)


def test_missing_values_groups_and_ordered_answers(data: pd.DataFrame) -> None:
    gaps = data.copy()
    gaps.loc[::5, "x2"] = np.nan
    fiml = cu.fit_sem(TWO, gaps, missing="fiml")
    assert fiml.converged
    assert fiml.fit_measures["df"] == 4
    groups = cu.fit_sem(TWO, data, group="side")
    alone = cu.fit_sem(TWO, data[data.side == "b"])
    of_b = groups.estimates.query("group == 2 and op == '=~'").est.to_numpy()
    np.testing.assert_allclose(of_b, alone.estimates.query("op == '=~'").est, atol=1e-6)
    answers = data[ITEMS].apply(lambda c: np.digitize(c, [-1, 0, 1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ordinal = cu.fit_sem(TWO, answers, ordered=ITEMS)
    assert ordinal.fit_measures["df"] == 4
    assert ordinal.estimates.query("lhs == 'f2' and rhs == 'x4'").est.item() > 0.6


@pytest.mark.parametrize(
    ("model", "options", "said"),
    [
        (TWO + "\nz ~ f1", {}, "ties single factors"),
        (TWO + "\nf1 ~~ a*f1", {}, "belongs to an exploratory block"),
        (TWO.replace("+ x2", "+ 0.5*x2"), {}, "belongs to an exploratory block"),
        ('efa("b")*f1 =~ x1 + x2 + x3; efa("b")*f2 =~ x1 + x2 + x4', {}, "the same indicators"),
        ('efa("b")*f1 =~ x1 + x2; efa("b")*f2 =~ x1 + x2', {}, "need more than 2 items"),
        ('efa("b")*f1 =~ x1 + x2; efa("c")*f1 =~ x3 + x4', {}, "more than one block"),
        (TWO + "\nz ~ p*f1 + q*f2\np == q", {}, "constraints with exploratory blocks"),
        (TWO, {"group": "side", "equal": "loadings"}, "equal="),
        (TWO, {"engine": "both"}, "engine='both' with exploratory blocks"),
        (TWO, {"rotation": "geomax"}, "rotation must be"),
        (TWO, {"rotation_options": {"eps": 0.1}}, "rotation_options know"),
        ("f =~ x1 + x2 + x3", {"rotation": "geomin"}, "rotation= is about exploratory blocks"),
        (f"level: 1\n{TWO}\nlevel: 2\ng =~ x1 + x2 + x3 + x4 + x5 + x6", {"cluster": "team"},
         "exploratory blocks (efa) at two levels"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused(
    data: pd.DataFrame, model: str, options: dict[str, object], said: str
) -> None:
    with pytest.raises((InputError, NotSupported)) as found:
        cu.fit_sem(model, data, **options)  # type: ignore[arg-type]
    assert said in str(found.value)


def test_samples_of_a_rotated_solution_are_refused(data: pd.DataFrame) -> None:
    fit = cu.fit_sem(TWO, data)
    with pytest.raises(NotSupported, match="resampling with a rotated solution"):
        cu.bootstrap_fit(fit, 10)


def test_score_tests_foresee_the_larger_model(data: pd.DataFrame) -> None:
    model = TWO + "\nz ~ f1 + f2"
    fit = cu.fit_sem(model, data)
    larger = cu.fit_sem(model + "\nx1 ~~ x5", data)
    drop = fit.fit_measures["chisq"] - larger.fit_measures["chisq"]
    assert fit.score_test("x1 ~~ x5").statistic == pytest.approx(drop, rel=0.03)
    assert np.isfinite(fit.modification_indices().mi).all()
