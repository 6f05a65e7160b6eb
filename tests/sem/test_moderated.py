"""Parameters that move with columns: identities with models that need no moderation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import EstimationError, InputError, NotSupported, SyntaxProblem
from collective_use.sem.moderated.fit import _errors, _problems
from collective_use.sem.moderated.search import Maximum

rng = np.random.default_rng(20261130)
N = 240
_f, _half = rng.normal(size=N), np.arange(N) % 2
DATA = pd.DataFrame({
    "x1": 0.8 * _f + 0.6 * rng.normal(size=N),
    "x2": 0.7 * _f + 0.6 * rng.normal(size=N),
    "x3": (0.5 + 0.4 * _half) * _f + 0.6 * rng.normal(size=N),
    "x4": 0.7 * _f + (0.5 + 0.3 * _half) * rng.normal(size=N),
    "v": rng.normal(size=N), "half": _half, "team": np.arange(N) // 6,
})  # fmt: skip
DATA["y"] = 0.3 + (0.5 + 0.4 * DATA.v) * DATA.x1 + rng.normal(size=N)
GAPS = DATA.mask(rng.random(DATA.shape) < 0.1).assign(half=_half, team=DATA.team, v=DATA.v)
ONE = "f =~ x1 + x2 + l*x3 + x4; x4 ~~ e*x4; l :~ a + h*data(half); e :~ exp(b + k*data(half))"
TWO = "f =~ x1 + x2 + c(a, a2)*x3 + x4; x4 ~~ c(e1, e2)*x4"
HELD = ("loadings", "intercepts", "residuals", "lv.variances", "means")
FREED = ("f =~ x3", "x4 ~~ x4")


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_a_moderator_of_two_values_is_two_groups(missing: str, estimator: str) -> None:
    data = DATA if missing == "listwise" else GAPS
    options: dict[str, Any] = {"std_lv": True, "missing": missing}
    own = cu.fit_moderated(ONE, data, estimator=estimator, **options)
    groups = cu.fit_sem(
        TWO, data, group="half", equal=HELD, partial=FREED, estimator=estimator,
        information="observed", **options,
    )  # fmt: skip
    assert own.log_likelihood == pytest.approx(groups.fit_measures["logl"], abs=1e-7)
    assert own.fit_measures["aic"] == pytest.approx(groups.fit_measures["aic"], abs=1e-6)
    theirs = groups.estimates.query("group == 1").set_index(["lhs", "op", "rhs"])
    for name in (("f", "=~", "x1"), ("x1", "~~", "x1"), ("x2", "~1", "")):
        row = own.estimates.set_index(["lhs", "op", "rhs"]).loc[name]
        assert row.est == pytest.approx(theirs.est[name], abs=1e-6)
        assert row.se == pytest.approx(theirs.se[name], abs=1e-5)
    at = own.at(half=[0, 1])
    freed = groups.estimates[groups.estimates.label.isin(["a", "a2", "e1", "e2"])]
    freed = freed.sort_values(["op", "group"])
    assert at.est.to_numpy() == pytest.approx(freed.est.to_numpy(), abs=1e-6)
    assert at.se.to_numpy() == pytest.approx(freed.se.to_numpy(), abs=1e-5)


@pytest.mark.parametrize("options", [{}, {"estimator": "MLR"}, {"cluster": "team"}])
def test_a_moderated_effect_is_a_product(options: dict[str, Any]) -> None:
    own = cu.fit_moderated("y ~ b*x1 + v; b :~ b0 + b1*data(v)", DATA, **options)
    product = cu.fit_sem(
        "y ~ x1 + v + x1:v", DATA, meanstructure=True, information="observed", **options
    )
    theirs = product.estimates.set_index(["lhs", "op", "rhs"])
    ours = own.estimates.set_index("label")
    for label, name in (("b0", ("y", "~", "x1")), ("b1", ("y", "~", "x1:v"))):
        assert ours.est[label] == pytest.approx(theirs.est[name], abs=1e-7)
        assert ours.se[label] == pytest.approx(theirs.se[name], abs=1e-6)
    # The regressions agree; what v and the product tell of themselves is left out on both sides.
    assert own.log_likelihood == pytest.approx(product.fit_measures["logl"], abs=1e-7)


def test_the_test_is_that_of_two_fits() -> None:
    own = cu.fit_moderated("f =~ x1 + x2 + l*x3 + x4; l :~ a + h*data(v)", DATA, std_lv=True)
    constant = cu.fit_sem("f =~ x1 + x2 + x3 + x4", DATA, std_lv=True, meanstructure=True)
    gain = 2 * (own.log_likelihood - constant.fit_measures["logl"])
    assert isinstance(own.test.statistic, float)
    assert (own.test.statistic, own.test.df) == (pytest.approx(gain, abs=1e-7), 1)
    smaller = cu.fit_moderated("f =~ x1 + x2 + l*x3 + x4; l :~ a + 0*data(v)", DATA, std_lv=True)
    assert own.compare(smaller).statistic == pytest.approx(gain, abs=1e-7)
    with pytest.raises(InputError, match=r"nested model has 13 parameters, this one 12"):
        smaller.compare(own)
    through_origin = cu.fit_moderated("y ~ b*x1; b :~ h*data(v)", DATA)
    assert "no special case" in str(through_origin.test)


def test_groups_definitions_and_words() -> None:
    text = """f =~ x1 + x2 + c(l1, l2)*x3 + x4
    l1 :~ a1 + h1*data(v)
    l2 :~ a2 + h2*data(v)
    gap := h1 - h2"""
    fit = cu.fit_moderated(text, DATA, group="half", std_lv=True)
    gap = fit.estimates.set_index("label").loc["gap"]
    assert gap.est == pytest.approx(fit.parameters["h1"] - fit.parameters["h2"], abs=1e-12)
    assert fit.evaluate("h1 - h2").se == pytest.approx(gap.se, abs=1e-12)
    assert "moderation: chi-square" in str(fit)
    assert "<table" in fit._repr_html_()
    assert fit.to_dict()["n"] == N


def test_a_case_without_a_moderator_is_left_out_by_its_row() -> None:
    data = DATA.copy()
    data.loc[3, "v"] = np.nan
    data.loc[8, "x2"] = np.nan
    fit = cu.fit_moderated("f =~ x1 + x2 + l*x3 + x4; l :~ a + h*data(v)", data, std_lv=True)
    assert fit.n == N - 2
    assert {entry.what for entry in fit.record.entries} == {("4",), ("9",)}


def test_what_cannot_be_told_apart_has_no_errors() -> None:
    with pytest.warns(cu.errors.ImproperSolutionWarning, match="'a' and 'c'|'a', 'c'"):
        fit = cu.fit_moderated("y ~ b*x1; b :~ a + c + h*data(v)", DATA)
    assert fit.vcov is None
    assert not fit.admissible


@pytest.mark.parametrize(
    ("text", "options", "kind", "words"),
    [
        ("y ~ b*x1", {}, InputError, "no moderated parameter"),
        ("y ~ b*x1; c :~ a + h*data(v)", {}, InputError, "no label of a free parameter"),
        ("y ~ b*x1; b :~ a + h*data(w)", {}, InputError, "'w'"),
        ("y ~ b*x1; b :~ a + h", {}, SyntaxProblem, r"data\(v\)"),
        ("y ~ b*x1; b + c :~ a + h*data(v)", {}, SyntaxProblem, "label of one parameter"),
        ("y ~ b*x1; b :~ a + h*data(2)", {}, SyntaxProblem, "one column"),
        ("y ~ b*x1; b :~ a + data(v)*h; a == 0", {}, NotSupported, "constraints"),
        ("y ~ b*x1; b :~ a + data(v)*h; b :~ a*data(v)", {}, InputError, "more than once"),
        ("y ~ b*x1 + c*v; b :~ c*data(v); c :~ h*data(v)", {}, InputError, "write that first"),
        (
            "y ~ b*x1; b :~ a + sqrt(-1 - h^2)*data(v)",
            {},
            EstimationError,
            "defined at 0",
        ),
        ("level: 1\ny ~ b*x1\nlevel: 2\ny ~~ y\nb :~ a*data(v)", {}, NotSupported, "two levels"),
        ("y ~ b*x1; b :~ a + h*data(v)", {"estimator": "GLS"}, InputError, "'MLF'"),
        ("y ~ b*x1; b :~ a + h*data(v)", {"missing": "pairwise"}, InputError, "'fiml'"),
    ],
)
def test_refused_by_name(
    text: str, options: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        cu.fit_moderated(text, DATA, **options)


def test_a_search_that_ran_away_has_no_errors() -> None:
    """Found by hostile texts: a curvature that is not finite ended in an error of numpy's."""
    fit = cu.fit_moderated("y ~ b*x1; b :~ a + h*data(v)", DATA)
    base = cu.fit_sem("y ~ x1", DATA, meanstructure=True)
    scores = fit._casewise.scored(fit.theta)
    assert scores is not None
    away = np.full((4, 4), np.inf)
    for converged in (False, True):
        found = Maximum(fit.theta, fit.log_likelihood, scores[1], away, converged, 1.0)
        assert _errors(found, base, "ML") is None
        assert _problems(found, fit.names, None)


def test_elsewhere_it_is_refused() -> None:
    with pytest.raises(SyntaxProblem, match=r"line 1.*fit_moderated"):
        cu.fit_sem("y ~ b*x1; b :~ a + h*data(v)", DATA)
