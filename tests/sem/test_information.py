"""Which information errors and tests take: at whose moments, under which constraints.

Numbers are lavaan's (0.6-14) where not said otherwise; its `h1.information` is our
`h1_information`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import EstimationError, NotSupported
from collective_use.sem.inference import inverted
from collective_use.sem.lagrangian import observed_information

DATA = Path(__file__).parents[1] / "parity/reference/sem/data"
HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"


def _frame(n: int = 400, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    f = rng.normal(size=n)
    Y = f[:, None] * np.array([1.0, 0.8, 0.7, 0.5]) + rng.standard_t(6, size=(n, 4)) * 0.8
    frame = pd.DataFrame(Y, columns=["y1", "y2", "y3", "y4"])
    return frame.assign(half=np.arange(n) % 2)


ONE = "f =~ y1 + a*y2 + b*y3 + c*y4"


# --------------------------------------------------------------- where information is formed
COMPLETE: dict[str, tuple[dict[str, Any], tuple[float, ...]]] = {
    "mlm": (
        {"estimator": "MLM"},
        (81.9080397, 0.9321054538, 0.9315932971, 0.09896852333, 0.1139639622, 0.0648043985),
    ),
    "mlmv": (
        {"estimator": "MLMV"},
        (78.54582215, 0.9296016201, 0.9315932971, 0.09896852333, 0.1139639622, 0.0648043985),
    ),
    "ml": (
        {"estimator": "ML", "test": "satorra.bentler"},
        (81.9080397, 0.9321054538, 0.9315932971, 0.09704531566, 0.1072658923, 0.06380956643),
    ),
    "mlr": (
        {"estimator": "MLR"},
        (103.6917851, 0.9730608988, 0.9277805436, 0.1363040452, 0.14534153, 0.06829361368),
    ),
    "groups": (
        {
            "estimator": "MLR", "information": "expected", "group": "school", "equal": "loadings",
        },
        (120.8506596, 0.9225142244, 0.9223787484, 0.09861043761, 0.1119639174, 0.06421967897),
    ),
}  # fmt: skip


def _numbers(fit: Any) -> list[float]:
    measures, se = fit.fit_measures, fit.estimates.se
    names = ("chisq.scaled", "cfi.scaled", "cfi.robust")
    return [*(measures[name] for name in names), se[1], se[2], se[4]]


@pytest.mark.parametrize("name", COMPLETE)
def test_unstructured_information_is_lavaans(name: str) -> None:
    arguments, expected = COMPLETE[name]
    fit = cu.fit_cfa(HS, pd.read_csv(DATA / "hs.csv"), h1_information="unstructured", **arguments)
    assert _numbers(fit) == pytest.approx(expected, rel=5e-6)
    assert _numbers(cu.fit_cfa(HS, pd.read_csv(DATA / "hs.csv"), **arguments)) != pytest.approx(
        expected, rel=1e-3
    )


def test_where_the_model_reproduces_the_moments_both_are_one() -> None:
    """A just identified model implies the sample's moments: nothing is left to choose."""
    model = "f =~ y1 + y2 + y3"
    pair = [
        cu.fit_cfa(model, _frame(), estimator="MLM", h1_information=kind)
        for kind in ("structured", "unstructured")
    ]
    np.testing.assert_allclose(pair[0].vcov, pair[1].vcov, rtol=1e-8, atol=1e-12)


def test_expected_information_of_incomplete_answers_is_the_pattern_sum() -> None:
    """With nothing missing FIML's expected trace is the one of complete moments."""
    data = _frame()
    arguments: dict[str, Any] = {"estimator": "MLR", "information": "expected"}
    complete = cu.fit_cfa(ONE, data, meanstructure=True, **arguments)
    incomplete = cu.fit_cfa(ONE, data, missing="fiml", **arguments)
    for key in ("chisq.scaled", "scaling.factor.h1", "scaling.factor.h0"):
        assert incomplete.fit_measures[key] == pytest.approx(complete.fit_measures[key], rel=1e-6)


GAPS = {
    "structured": (59.86242077, 0.948035748, 0.9439580967, 0.110008742, 0.1146312906,
                   0.07202038778),
    "unstructured": (60.33051742, 0.94745765, 0.9439580967, 0.1103636136, 0.1168694253,
                     0.07044229073),
}  # fmt: skip


@pytest.mark.parametrize("kind", GAPS)
def test_expected_information_with_gaps_is_lavaans(kind: str) -> None:
    fit = cu.fit_cfa(
        HS,
        pd.read_csv(DATA / "hs_miss.csv"),
        missing="fiml",
        estimator="MLR",
        information="expected",
        h1_information=kind,
    )
    assert _numbers(fit) == pytest.approx(GAPS[kind], rel=5e-6)


@pytest.mark.parametrize(
    "arguments",
    [
        {"estimator": "GLS"},
        {"estimator": "DWLS"},
        {"ordered": ["y1", "y2", "y3", "y4"]},
    ],
)
def test_unstructured_is_refused_where_nothing_depends_on_it(arguments: dict[str, Any]) -> None:
    data = _frame().round().clip(-2, 2)
    with pytest.raises(NotSupported, match="h1_information='unstructured'"):
        cu.fit_cfa(ONE, data, h1_information="unstructured", **arguments)


def test_words_of_h1_information() -> None:
    with pytest.raises(cu.InputError, match="h1_information"):
        cu.fit_cfa(ONE, _frame(), h1_information="saturated")


# ------------------------------------------------------------------- constraints that bend
BENT: dict[str, tuple[str, Any]] = {
    "product": ("b == a^2", lambda t: np.array([t[0], t[0] ** 2, t[1]])),
    "ratio": ("c == a/(1 + b)", lambda t: np.array([t[0], t[1], t[0] / (1 + t[1])])),
    "exponent": ("a == exp(-c)", lambda t: np.array([np.exp(-t[1]), t[0], t[1]])),
}


@pytest.mark.parametrize("name", BENT)
@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_errors_are_those_of_the_likelihood_without_the_constrained_parameter(
    name: str, missing: str
) -> None:
    """Eliminate by hand, differentiate numerically: the errors of what stays are these."""
    text, build = BENT[name]
    data = _frame()
    if missing == "fiml":
        data.loc[::5, "y2"] = np.nan
    fit = cu.fit_cfa(f"{ONE}\n{text}", data, information="observed", missing=missing,
                     meanstructure=True)  # fmt: skip
    table, theta = fit.table, fit.solution.theta
    places = [table.labels[label] - 1 for label in "abc"]
    rest = [i for i in range(theta.size) if i not in places]
    kept = {"product": (0, 2), "ratio": (0, 1), "exponent": (1, 2)}[name]

    def value(t: np.ndarray) -> float:
        at = theta.copy()
        at[rest], at[places] = t[2:], build(t[:2])
        return float(fit.solution.objective.value(at))

    start = np.concatenate([theta[[places[k] for k in kept]], theta[rest]])
    errors = np.sqrt(np.diag(np.linalg.inv(_hessian(value, start))) / fit.n)
    order = [*(places[k] for k in kept), *rest]
    np.testing.assert_allclose(np.sqrt(np.diag(fit.vcov))[order], errors, rtol=2e-5)


def _hessian(value: Any, at: np.ndarray) -> np.ndarray:
    q, h = at.size, 1e-4
    E = np.eye(q) * h
    out = np.empty((q, q))
    for i in range(q):
        for j in range(i + 1):
            parts = [s * r * value(at + s * E[i] + r * E[j]) for s in (1, -1) for r in (1, -1)]
            out[i, j] = out[j, i] = sum(parts) / (4 * h * h)
    return out


def test_a_linear_constraint_has_no_curvature() -> None:
    fit = cu.fit_cfa(f"{ONE}\na == 2*b", _frame(), information="observed")
    one = cu.fit_cfa("f =~ y1 + a*y2 + c*y4 + b*y3\na == 2*b", _frame(), information="observed")
    np.testing.assert_array_equal(
        fit.solution.objective.hessian(fit.solution.theta),
        observed_information(fit.solution),
    )
    assert fit.fit_measures["chisq"] == pytest.approx(one.fit_measures["chisq"])


# ---------------------------------------------------------------- scaling of the likelihoods
@pytest.mark.parametrize("text", [ONE, "f =~ y1 + a*y2 + a*y3 + c*y4", f"{ONE}\na == 2*b"])
def test_scaling_factors_give_the_tests_own_by_hand(text: str) -> None:
    """``(c1 k1 - c0 k0) / df``, k the free parameters of the unrestricted and the fitted model."""
    fit = cu.fit_cfa(text, _frame(), estimator="MLR")
    m = fit.fit_measures
    k0, k1 = m["npar"], m["npar"] + m["df"]
    by_hand = (m["scaling.factor.h1"] * k1 - m["scaling.factor.h0"] * k0) / m["df"]
    assert by_hand == pytest.approx(m["chisq.scaling.factor"], rel=1e-10)


def test_a_difference_test_by_hand_is_the_function() -> None:
    """As Mplus' users compute it: ``cd = (k0 c0 - k1 c1) / (k0 - k1)``, with equal loadings."""
    data = _frame()
    free = cu.fit_cfa(ONE.replace("a*", "").replace("b*", "").replace("c*", ""), data,
                      estimator="MLR", group="half")  # fmt: skip
    held = cu.fit_cfa(ONE.replace("a*", "").replace("b*", "").replace("c*", ""), data,
                      estimator="MLR", group="half", equal="loadings")  # fmt: skip
    a, b = free.fit_measures, held.fit_measures
    k1, k0 = a["npar"], b["npar"]
    cd = (k0 * b["scaling.factor.h0"] - k1 * a["scaling.factor.h0"]) / (k0 - k1)
    statistic = -2 * (b["logl"] - a["logl"]) / cd
    by_tests = (b["chisq"] - a["chisq"]) / (
        (b["df"] * b["chisq.scaling.factor"] - a["df"] * a["chisq.scaling.factor"])
        / (b["df"] - a["df"])
    )
    assert statistic == pytest.approx(by_tests, rel=1e-8)


def test_a_singular_information_without_a_diagonal_is_named() -> None:
    """Two loadings of a factor without variance have curvature with others alone."""
    fit = cu.fit_cfa("f =~ x1 + x2 + x3", pd.read_csv(DATA / "hs.csv"))
    flat = np.array([[0.0, 0.0, -0.2], [0.0, 0.0, -0.1], [-0.2, -0.1, 12.0]])
    with pytest.raises(EstimationError, match="information matrix is singular"):
        inverted(fit.solution, flat)
    turned = np.array([[0.0, 2.0], [2.0, 1.0]])
    assert inverted(fit.solution, turned) == pytest.approx(np.linalg.inv(turned))
