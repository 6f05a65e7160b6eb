"""Ordered answers at two levels: the third stage by exact algebra, and what is told or refused."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import (
    DataWarning,
    EstimationError,
    ImproperSolutionWarning,
    InputError,
    NotSupported,
    SmallGroupsWarning,
)

FOLDER = Path(__file__).parents[1] / "parity" / "reference" / "ordinal_clusters"
FIVE = [f"y{i}" for i in range(1, 6)]
TWO = "level: 1\nfw =~ {items}\nlevel: 2\nfb =~ {items}\n"


def _model(items: list[str]) -> str:
    return TWO.format(items=" + ".join(items))


@cache
def _data() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "five.csv")


def _fit(items: list[str], data: pd.DataFrame | None = None, **options) -> cu.TwoLevelOrdinalResult:
    model = options.pop("model", _model(items))
    options = {"cluster": "team", "ordered": items} | options
    return cu.fit_sem(model, _data() if data is None else data, **options)


THREE = ["y1", "y2", "y3"]


@cache
def _just() -> cu.TwoLevelOrdinalResult:
    return _fit(["y1", "y4", "y5"], std_lv=True)


@cache
def _whole() -> cu.TwoLevelOrdinalResult:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImproperSolutionWarning)
        return _fit(FIVE)


def test_three_items_have_a_closed_solution() -> None:
    """One factor of three items at both levels: loadings from the three products, no rest."""
    fit = _just()
    (m,) = fit.moments
    R, S = m.covariance, m.between

    def loading(C: np.ndarray, i: int) -> float:
        j, k = (x for x in range(3) if x != i)
        return float(np.sqrt(C[i, j] * C[i, k] / C[j, k]))

    own = fit.estimates.set_index(["lhs", "op", "rhs", "level"]).est
    for i, item in enumerate(("y1", "y4", "y5")):
        share = loading(R, i)
        unit = (1 - share**2) ** -0.5  # the standard deviation within, where the residual's is 1
        assert own["fw", "=~", item, 1] == pytest.approx(share * unit, abs=1e-7)
        assert own["fb", "=~", item, 2] == pytest.approx(loading(S, i) * unit, abs=1e-7)
        rest = (S[i, i] - loading(S, i) ** 2) * unit**2
        assert own[item, "~~", item, 2] == pytest.approx(rest, abs=1e-7)
        for t, cut in enumerate(m.thresholds[m.item == i], start=1):
            assert own[item, "|", f"t{t}", 2] == pytest.approx(cut * unit, abs=1e-7)
    assert fit.test.df == 0
    assert fit.test.statistic == pytest.approx(0, abs=1e-10)


def test_errors_of_a_just_identified_model_are_those_of_its_statistics() -> None:
    """Error of a between loading by the delta method on the closed solution, differences of it."""
    fit = _just()
    (m,) = fit.moments
    h = m.thresholds.size

    def loading(s: np.ndarray) -> float:
        r21, r31, r32 = s[h : h + 3]
        b21, b31, b32 = s[h + 4], s[h + 5], s[h + 7]
        return float(np.sqrt(b21 * b31 / b32) * (1 - r21 * r31 / r32) ** -0.5)

    slope = np.zeros(m.statistics.size)
    for k in range(slope.size):
        move = np.eye(slope.size)[k] * 1e-6
        slope[k] = (loading(m.statistics + move) - loading(m.statistics - move)) / 2e-6
    row = fit.estimates.query("lhs == 'fb' and op == '=~' and rhs == 'y1'").iloc[0]
    assert row.est == pytest.approx(loading(m.statistics), abs=1e-7)
    assert row.se == pytest.approx(np.sqrt(slope @ m.gamma @ slope / (m.n - 1)), rel=1e-6)


def test_derivatives_are_differences() -> None:
    fit = _whole()
    objective, q = fit.solution.objective, fit.solution.theta.size
    theta = fit.solution.theta + 0.05 * np.cos(np.arange(q))
    H, G = np.zeros((q, q)), np.zeros(q)
    for j in range(q):
        move = np.eye(q)[j] * 1e-5
        G[j] = (objective.value(theta + move) - objective.value(theta - move)) / 2e-5
        H[j] = (objective.gradient(theta + move) - objective.gradient(theta - move)) / 2e-5
    scale = np.abs(np.diag(H)).max()
    assert objective.gradient(theta) == pytest.approx(G, abs=1e-6 * scale)
    assert np.abs(objective.hessian(theta) - H).max() < 1e-6 * scale


def test_what_follows_a_fit() -> None:
    fit = _whole()
    (m,) = fit.moments
    icc = fit.icc().set_index("variable")["icc"]
    assert icc["y3"] == pytest.approx(m.between[2, 2] / (1 + m.between[2, 2]))
    assert fit.n_clusters == 80
    assert fit.correlations(level="between").loc["y1", "y2"] == m.between[0, 1]
    implied = fit.implied(1, "within").covariance.to_numpy()
    loading = fit.estimates.query("op == '=~' and level == 1").est.to_numpy()
    psi = fit.estimates.query("lhs == 'fw' and rhs == 'fw'").est.item()
    assert implied == pytest.approx(np.outer(loading, loading) * psi + np.eye(5))
    residuals = fit.residuals()
    assert residuals.covariances.groupby("level").size().tolist() == [15, 15]
    assert residuals.thresholds["raw"].abs().max() < 1e-8
    top = fit.modification_indices().query("level == 1 and op == '~~'").iloc[0]
    one = fit.score_test(f"level: 1; {top.lhs} ~~ {top.rhs}")
    assert one.statistic == pytest.approx(top.mi)
    assert "Level 2 [between]" in fit.summary()
    assert {"srmr_within", "srmr_between"} < set(fit.fit_measures)


def test_difference_of_nested_models() -> None:
    smaller = _fit(
        FIVE, model=_model(FIVE) + "y1 ~~ v*y1\ny2 ~~ v*y2\ny3 ~~ v*y3\ny4 ~~ v*y4\ny5 ~~ v*y5"
    )
    found = _whole().compare(smaller)
    assert found.df == 4
    assert 0 < found.p < 1


def test_pairwise_equals_listwise_without_gaps_and_keeps_more_with_them() -> None:
    items = ["y1", "y4", "y5"]
    both = [_fit(items, std_lv=True, missing=how).parameters for how in ("listwise", "pairwise")]
    assert both[0].to_numpy() == pytest.approx(both[1].to_numpy(), abs=0)
    gaps = pd.read_csv(FOLDER / "gaps.csv")
    fit = _fit(items, gaps, std_lv=True, missing="pairwise")
    assert fit.n == 650
    complete = _fit(items, gaps, std_lv=True)
    assert complete.n == gaps[items].dropna().shape[0]
    (left,) = complete.record.entries
    assert left.count == 650 - complete.n


def test_order_of_categories_counts_not_their_numbers() -> None:
    items = ["y1", "y4", "y5"]
    other = _data().assign(y1=_data()["y1"] ** 2, y4=_data()["y4"] * 10)
    assert _fit(items, other, std_lv=True).parameters.to_numpy() == pytest.approx(
        _just().parameters.to_numpy(), abs=1e-12
    )


def test_groups_and_their_own_clusters() -> None:
    data = pd.read_csv(FOLDER / "groups.csv")
    items = ["y1", "y2", "y4"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImproperSolutionWarning)
        fit = _fit(items, data, group="g", std_lv=True)
        alone = _fit(items, data[data["g"] == "b"], std_lv=True)
    second = fit.estimates.query("group == 2")
    assert second.est.to_numpy() == pytest.approx(alone.estimates.est.to_numpy(), abs=1e-6)
    # Errors count the cases of both groups less 2, those of one group its cases less 1.
    assert second.se.to_numpy() == pytest.approx(alone.estimates.se.to_numpy(), rel=1e-3, abs=1e-9)


def test_no_variance_between_is_told() -> None:
    # Answers that alternate within teams vary less between teams than chance alone would make.
    place = _data().groupby("team").cumcount()
    data = _data().assign(y5=(place + _data()["team"]) % 2)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        fit = _fit(["y1", "y2", "y3", "y5"], data)
    texts = [str(w.message) for w in told if w.category is DataWarning]
    assert any("variance of 'y5' between clusters is estimated at 0" in text for text in texts)
    assert np.isnan(fit.fit_measures["srmr_between"])


def _changed(**columns: object) -> pd.DataFrame:
    return _data().assign(**columns)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"estimator": "WLS"}, "use one of"),
        ({"estimator": "PML"}, "use one of"),
        ({"estimator": "DWLS"}, "use one of"),
        ({"se": "standard"}, "se='standard'"),
        ({"test": "standard"}, "test='standard'"),
        ({"parameterization": "delta"}, "parameterization='delta'"),
        ({"missing": "fiml"}, "missing='pairwise'"),
        ({"weights": "team"}, "weights='team'"),
        ({"engine": "both"}, "engine='both'"),
        ({"ordered": ["y1", "y2"]}, r"continuous variables \('?y3"),
        ({"model": _model(THREE) + "y4 ~ fb", "ordered": [*THREE, "y4"]}, "variables of one level"),
        ({"model": _model(THREE) + "fb ~ y4"}, r"covariates \('?y4"),
        ({"model": "level: 1\ny1 ~ y2 + y3\nlevel: 2\nfb =~ y1 + y2 + y3"}, "explain|covariates"),
        ({"group": "g", "equal": "thresholds"}, "equal='thresholds'"),
    ],
)
def test_what_is_not_offered_is_refused_by_name(options: dict, text: str) -> None:
    data = _changed(g=np.where(_data()["team"] > 40, "a", "b"))
    with pytest.raises(NotSupported, match=text):
        _fit(THREE, data, **options)


@pytest.mark.parametrize(
    "ask",
    [
        lambda fit: fit.factor_scores(),
        lambda fit: fit.profile("fb=~y4.l2"),
        lambda fit: fit.small_sample(),
        lambda fit: cu.bootstrap_fit(fit, 5),
    ],
)
def test_what_cannot_follow_is_refused_by_name(ask: Callable[[object], object]) -> None:
    with pytest.raises(NotSupported, match="not supported"):
        ask(_just())


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"cluster": None}, InputError, "one cluster column"),
        ({"cluster": "nowhere"}, InputError, "nowhere"),
        ({"model": _model(THREE) + "y1 ~*~ y1"}, InputError, "there are no scales"),
        ({"model": _model(THREE).replace("level: 2", "y1 | t1\nlevel: 2")}, InputError,
         "thresholds stand at level 2"),
        ({"ordered": [*THREE, "y4"]}, InputError, "'?y4"),
        ({"data": _changed(team=np.arange(650))}, EstimationError, "every cluster has one case"),
        ({"data": _changed(team=1)}, EstimationError, "need clusters, there are 1"),
        ({"data": _changed(team=_data()["team"] % 4)}, EstimationError,
         "y1 has 4 categories, but 4 clusters"),
        ({"data": _changed(y3=_data()["y3"].where(~_data()["team"].duplicated())),
          "missing": "pairwise"}, EstimationError, "no cluster has two answers to y3"),
        ({"data": _changed(g=np.where(_data()["team"] > 40, "a", "b"))
          .query("y1 < 4 or g == 'a'"), "group": "g"}, InputError,
         "y1 has a category without cases in group 'b'"),
        ({"data": _changed(y3=1)}, InputError, "two values or more"),
    ],
)  # fmt: skip
def test_data_and_models_that_cannot_be(options: dict, error: type, text: str) -> None:
    with pytest.raises(error, match=text):
        _fit(THREE, **options)


def test_few_clusters_are_told() -> None:
    data = _data()[_data()["team"] <= 8]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        _fit(FIVE, data)
    kinds = {w.category for w in told}
    assert SmallGroupsWarning in kinds
    assert any("8 clusters" in str(w.message) for w in told)
