"""Random slopes: identities, probing, and what is refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import EstimationError, InputError, NotSupported, SyntaxProblem

_rng = np.random.default_rng(20261130)
J = 50
TEAM = np.repeat(np.arange(J), _rng.integers(3, 9, J))
_w, _u = _rng.normal(size=J), _rng.normal(size=(J, 2)) @ np.array([[0.7, 0.2], [0.0, 0.4]])
_x, _z = _rng.normal(size=(2, TEAM.size))
DATA = pd.DataFrame({
    "y": 1 + _u[TEAM, 0] + (0.5 + 0.3 * _w[TEAM] + _u[TEAM, 1]) * _x - 0.2 * _z
    + 0.8 * _rng.normal(size=TEAM.size),
    "x": _x, "z": _z, "w": _w[TEAM], "team": TEAM,
})  # fmt: skip
TEXT = "level: 1\ny ~ rv('s')*x + z\nlevel: 2\ny ~ w\ns ~ b*w\ny ~~ s"


def _fit(text: str = TEXT, **options: Any) -> cu.SlopesFit:
    return cu.fit_slopes(text, DATA, cluster="team", **options)


def test_the_likelihood_is_that_of_whole_clusters() -> None:
    fit = _fit()
    e = fit.estimates.set_index(["lhs", "op", "rhs", "level"]).est
    G = np.array([[e["y", "~~", "y", 2], e["y", "~~", "s", 2]],
                  [e["y", "~~", "s", 2], e["s", "~~", "s", 2]]])  # fmt: skip
    total = 0.0
    for _, own in DATA.groupby("team"):
        Z = np.column_stack([np.ones(len(own)), own.x])
        V = Z @ G @ Z.T + e["y", "~~", "y", 1] * np.eye(len(own))
        slope = e["s", "~1", "", 2] + e["s", "~", "w", 2] * own.w
        mean = e["y", "~1", "", 2] + e["y", "~", "w", 2] * own.w + slope * own.x
        r = (own.y - mean - e["y", "~", "z", 1] * own.z).to_numpy()
        total -= 0.5 * (len(own) * np.log(2 * np.pi) + np.linalg.slogdet(V)[1])
        total -= 0.5 * float(r @ np.linalg.solve(V, r))
    assert fit.log_likelihood == pytest.approx(total, abs=1e-8)
    again = np.array([fit._products.yy.sum(), (DATA.y**2).sum()])
    assert again[0] == pytest.approx(again[1])


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_a_slope_without_variance_is_a_product(estimator: str) -> None:
    own = _fit("level: 1\ny ~ rv('s')*x\nlevel: 2\ny ~ w\ns ~ w\ns ~~ 0*s\ny ~~ 0*s",
               estimator=estimator)  # fmt: skip
    frame = DATA.assign(xw=DATA.x * DATA.w)
    two = cu.fit_sem("level: 1\ny ~ x + xw\nlevel: 2\ny ~ w", frame, cluster="team",
                     estimator=estimator)  # fmt: skip
    theirs = two.estimates.set_index(["lhs", "op", "rhs", "level"])
    ours = own.estimates.set_index(["lhs", "op", "rhs", "level"])
    for mine, other in (
        (("s", "~1", "", 2), ("y", "~", "x", 1)), (("s", "~", "w", 2), ("y", "~", "xw", 1)),
        (("y", "~~", "y", 1),) * 2, (("y", "~~", "y", 2),) * 2, (("y", "~", "w", 2),) * 2,
    ):  # fmt: skip
        assert ours.est[mine] == pytest.approx(theirs.est[other], abs=1e-6), mine
        assert ours.se[mine] == pytest.approx(theirs.se[other], abs=1e-5), mine


def test_what_follows_a_fit() -> None:
    fit, smaller = _fit(), _fit("level: 1\ny ~ rv('s')*x + z\nlevel: 2\ny ~ w\ny ~~ s")
    found = fit.compare(smaller)
    assert found.df == 1
    assert found.statistic == pytest.approx(2 * (fit.log_likelihood - smaller.log_likelihood))
    at = fit.at(w=[-1, 1])
    assert at.est.diff()[1] == pytest.approx(2 * fit.parameters["b"], abs=1e-12)
    own = fit.cluster_effects()
    assert list(own.columns) == ["cluster", "y", "s"]
    assert np.corrcoef(own.s, _u[:, 1])[0, 1] > 0.5
    assert "effect of x" in str(fit)
    assert fit.to_dict()["n_clusters"] == J
    with pytest.raises(InputError, match="explained by 'w'"):
        fit.at(z=1)
    with pytest.raises(InputError, match="nested model has"):
        smaller.compare(fit)


def test_rows_with_gaps_are_left_out_by_number() -> None:
    data = DATA.copy()
    data.loc[4, "z"] = np.nan
    fit = cu.fit_slopes(TEXT, data, cluster="team")
    assert fit.n == len(DATA) - 1
    assert fit.record.entries[0].what == ("5",)


def test_clusters_that_differ_less_than_chance() -> None:
    noise = pd.Series(np.random.default_rng(5).normal(size=len(DATA)))
    alike = DATA.assign(y=DATA.x + noise - 0.6 * noise.groupby(TEAM).transform("mean"))
    with pytest.warns(cu.errors.ImproperSolutionWarning, match="lies on its border"):
        fit = cu.fit_slopes(TEXT, alike, cluster="team")
    assert not fit.admissible
    frame = fit.estimates.set_index(["lhs", "op", "rhs", "level"])
    assert np.isnan(frame.se["y", "~~", "y", 2])
    # No variance between clusters is the least that there can be: least squares then.
    X = np.column_stack([np.ones(len(alike)), alike.x, alike.z, alike.w, alike.x * alike.w])
    beta, rest = np.linalg.lstsq(X, alike.y, rcond=None)[:2]
    normal = -0.5 * len(alike) * (np.log(2 * np.pi * rest[0] / len(alike)) + 1)
    assert fit.log_likelihood >= normal - 1e-8
    assert frame.est["y", "~~", "y", 2] == pytest.approx(0.0, abs=1e-4)
    assert frame.est["s", "~1", "", 2] == pytest.approx(beta[1], abs=0.02)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("y ~ rv('s')*x", InputError, "two levels"),
        ("level: 1\ny ~ x\nlevel: 2\ny ~ w", InputError, "no random slope"),
        ("level: 1\ny ~ rv('s')*x + rv('s')*z\nlevel: 2\ny ~ w", InputError, "name of its own"),
        ("level: 1\ny ~ rv('s')*x\nz ~ x\nlevel: 2\ny ~ w", NotSupported, "several outcomes"),
        ("level: 1\nf =~ y + z\nf ~ rv('s')*x\nlevel: 2\ny ~ w", NotSupported, "factors"),
        ("level: 1\ny ~ rv('s')*x\nlevel: 2\ny ~ a*w\na > 0", NotSupported, "constraints"),
        ("level: 1\ny ~ rv('s')*x\nlevel: 2\nw ~ y", NotSupported, "w ~ y at level 2"),
        ("level: 1\ny ~ rv('s')*x\nlevel: 2\ny ~ x", NotSupported, "cluster mean"),
        ("level: 1\ny ~ rv('s')*x\nlevel: 2\ny ~ lower(0)*w", NotSupported, "bounds"),
        ("level: 1\ny ~ rv('s')*x\nlevel: 2\ny ~ z", InputError, "differs within cluster"),
        ("level: 1\ny ~ rv('s')*x + x2\nlevel: 2\ny ~ w", InputError, "'x2'"),
        ("level: 1\ny ~ rv(2)*x\nlevel: 2\ny ~ w", SyntaxProblem, "quoted text"),
        ("level: 1\ny ~ rv('s')*x\nlevel: 2\ny ~ w\ns ~ one", EstimationError, "each other"),
    ],
)
def test_refused_by_name(text: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        cu.fit_slopes(text, DATA.assign(one=1.0), cluster="team")


def test_elsewhere_it_is_refused() -> None:
    with pytest.raises(SyntaxProblem, match=r"random slopes.*fit_slopes.*x:w"):
        cu.fit_sem(TEXT, DATA, cluster="team")
