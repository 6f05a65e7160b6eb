"""Replicate weights: identities, what is refused by name, what is said of doubtful ones."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import (
    ConvergenceWarning,
    DataWarning,
    EstimationError,
    InputError,
    NotSupported,
)
from collective_use.sem.options import ESTIMATORS, FOR_ORDERED, MISSING

ITEMS = ["y1", "y2", "y3", "y4"]
MODEL = "f =~ y1 + y2 + y3 + y4"
UNITS = 10
NAMES = [f"r{r}" for r in range(UNITS)]


def _data() -> pd.DataFrame:
    """200 cases of 10 sampling units; each replicate leaves one unit out."""
    rng = np.random.default_rng(5)
    unit = np.arange(200) % UNITS
    f = rng.normal(size=(200, 1)) + 0.3 * rng.normal(size=(UNITS, 1))[unit]
    d = pd.DataFrame(f + rng.normal(size=(200, 4)), columns=ITEMS)
    d = d.assign(side=np.where(unit < 5, "a", "b"), team=unit, w=1 + np.arange(200) % 7 / 5)
    for r, name in enumerate(NAMES):
        d[name] = np.where(unit == r, 0.0, d.w * UNITS / (UNITS - 1))
    return d


DATA = _data()
GAPS = DATA.assign(y2=DATA.y2.mask(np.arange(200) % 9 == 0), y4=DATA.y4.mask(DATA.y1 > 1.2))
ANSWERS = DATA.assign(**{name: (DATA[name] > 0).astype(int) for name in ITEMS})
JACKKNIFE: dict[str, Any] = {
    "weights": "w", "replicate_weights": NAMES, "replicate_type": "JK1"
}  # fmt: skip


def offered(estimator: str, missing: str, cluster: str | None) -> bool:
    return estimator in ("ML", "MLR") and missing in ("listwise", "fiml") and cluster is None


GRID = list(itertools.product((*ESTIMATORS, *FOR_ORDERED), MISSING, (None, "side"), (None, "team")))


@pytest.mark.parametrize("point", GRID, ids=str)
def test_every_point_is_computed_or_refused(point: tuple[Any, ...]) -> None:
    estimator, missing, group, cluster = point
    options = {"estimator": estimator, "missing": missing, "group": group, "cluster": cluster}
    data = DATA if missing == "listwise" else GAPS
    if not offered(estimator, missing, cluster):
        with pytest.raises(NotSupported, match=r"replicate_weights= with .* is not supported: "):
            cu.fit_sem(MODEL, data, **options, **JACKKNIFE)
        return
    # five sampling units a group: those of the other group leave its weights as they are
    fit = cu.fit_sem(MODEL, data, **options, **JACKKNIFE)
    plain = cu.fit_sem(MODEL, data, **options, weights="w")
    np.testing.assert_allclose(fit.parameters, plain.parameters, atol=1e-9)
    assert dict(fit.fit_measures) == pytest.approx(dict(plain.fit_measures), nan_ok=True)
    again = np.array(
        [cu.fit_sem(MODEL, data, **options, weights=name).solution.theta for name in NAMES]
    )
    wanted = 0.9 * ((again - again.mean(axis=0)) ** 2).sum(axis=0)
    np.testing.assert_allclose(fit.se, np.sqrt(wanted), rtol=1e-5, atol=1e-9)


LEVELS = "level: 1\nf =~ y1 + y2 + y3\nlevel: 2\ng =~ y1 + y2 + y3"


@pytest.mark.parametrize(
    ("model", "data", "options", "words"),
    [
        (MODEL, ANSWERS, {"ordered": ITEMS}, "with ordered="),
        (LEVELS, DATA, {"cluster": "team"}, "with two levels"),
        (MODEL, DATA, {"se": "robust.huber.white"}, "with se='robust.huber.white'"),
        (MODEL, DATA, {"se": "bootstrap"}, "with se='bootstrap'"),
        (MODEL, DATA, {"repetitions": 10}, "with repetitions="),
        (MODEL, DATA, {"test": "design"}, "with test='design'.*no test of fit knows the design"),
        (MODEL, DATA, {"test": "satorra.bentler"}, "with test='satorra.bentler'"),
        (MODEL, DATA, {"engine": "semopy"}, "with engine='semopy'"),
        (MODEL, None, {"cov": np.eye(4), "n": 50}, "with cov="),
        ('efa("b")*f =~ y1 + y2 + y3 + y4', DATA, {}, "with exploratory blocks"),
        ("f =~ y1 + a*y2 + b*y3 + y4; a > 0.1", DATA, {}, "with inequality constraints"),
        ("f =~ y1 + a*y2 + b*y3 + y4; b == a^2", DATA, {}, "with nonlinear constraints"),
    ],
)
def test_other_combinations_are_refused_by_name(
    model: str, data: Any, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(NotSupported, match=words):
        cu.fit_sem(model, data, **options, **JACKKNIFE)


def test_errors_of_imputed_data_add_what_differs_between_them() -> None:
    """Rubin's rules on the replicates' variances, written out."""
    frames = [DATA.assign(y1=DATA.y1 + 0.2 * np.cos(np.arange(200) * k)) for k in (1, 2, 3)]
    pooled = cu.fit_sem_mi(MODEL, frames, **JACKKNIFE)
    fits = [cu.fit_sem(MODEL, frame, **JACKKNIFE).estimates for frame in frames]
    within = np.mean([frame.se**2 for frame in fits], axis=0)
    between = np.var([frame.est for frame in fits], axis=0, ddof=1)
    np.testing.assert_allclose(pooled.estimates.se, np.sqrt(within + between * 4 / 3))
    weighted = cu.fit_sem_mi(MODEL, frames, weights="w")
    pd.testing.assert_frame_equal(pooled.tests, weighted.tests)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"weights": None}, "name their column in weights="),
        ({"replicate_weights": None}, "name their columns in replicate_weights="),
        ({"replicate_weights": ["r1"]}, "at least two different columns, got 'r1'"),
        ({"replicate_weights": ["r1", "r1"]}, "at least two different columns"),
        ({"replicate_weights": ["r1", "r99"]}, "r99"),
        ({"replicate_weights": ["r1", "side"]}, "side must be a column of numbers"),
        ({"replicate_type": None}, "replicate_type must be one of 'BRR', 'Fay'"),
        ({"replicate_type": "brr"}, "replicate_type must be one of 'BRR', 'Fay'"),
        ({"replicate_type": "Fay"}, "rho must be given for replicate_type='Fay', and only"),
        ({"replicate_options": {"rho": 0.5}}, "rho must be given for replicate_type='Fay'"),
        ({"replicate_type": "Fay", "replicate_options": {"rho": 1}}, r"rho must be .* \[0, 1\)"),
        ({"replicate_type": "JKn"}, "needs rscales"),
        ({"replicate_options": {"rscales": [1, 2]}}, "rscales must be 10 finite numbers"),
        ({"replicate_options": {"rscales": [-1] * 10}}, "rscales must be 10 finite numbers"),
        ({"replicate_options": {"scale": 0}}, "scale must be a number"),
        ({"replicate_options": {"mse": "yes"}}, "mse must be True or False, got 'yes'"),
        ({"replicate_options": {"fpc": 1}}, "replicate_options know 'rho'.*got 'fpc'"),
        ({"replicate_type": "BRR", "replicate_options": {"scale": 2}}, "takes no scale"),
    ],
)  # fmt: skip
def test_wrong_designs_are_named(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        cu.fit_sem(MODEL, DATA, **(JACKKNIFE | changed))


def test_a_replicate_without_a_group_is_named() -> None:
    data = DATA.assign(r1=DATA.r1.where(DATA.side == "a", 0.0))
    with pytest.raises(InputError, match="replicate weights 'r1' are 0 in all of group 'b'"):
        cu.fit_sem(MODEL, data, group="side", **JACKKNIFE)


def test_a_replicate_without_solution() -> None:
    """Four cases cannot give the covariances; only a bootstrap may leave a replicate out."""
    data = DATA.assign(r1=DATA.r1.where(DATA.index < 4, 0.0))
    with pytest.raises(EstimationError, match=r"1 of 10 replicates.*\('r1'\).*need all"):
        cu.fit_sem(MODEL, data, **JACKKNIFE)
    with pytest.warns(ConvergenceWarning, match=r"1 of 10 replicates.*left out"):
        fit = cu.fit_sem(MODEL, data, **(JACKKNIFE | {"replicate_type": "bootstrap"}))
    kept = [name for name in NAMES if name != "r1"]
    less = cu.fit_sem(
        MODEL, DATA,
        **(JACKKNIFE | {"replicate_type": "bootstrap", "replicate_weights": kept}),
    )  # fmt: skip
    np.testing.assert_allclose(fit.se, less.se, rtol=1e-8)
    assert fit.replicates is not None
    assert fit.replicates.failed == 1
    assert "Failed replicates" in fit.summary()


def test_factors_in_place_of_weights_are_said() -> None:
    data = DATA.assign(w=DATA.w * 100)
    with pytest.warns(DataWarning, match="have to be whole weights"):
        cu.fit_sem(MODEL, data, **JACKKNIFE)


def test_bounds_are_kept_in_every_replicate() -> None:
    fit = cu.fit_sem(MODEL, DATA, bounds={"f =~ y2": (0, 0.9)}, **JACKKNIFE)
    assert fit.replicates is not None
    draws = fit.replicates.draws[:, list(fit.replicates.names).index("f=~y2")]
    again = [
        cu.fit_sem(MODEL, DATA, bounds={"f =~ y2": (0, 0.9)}, weights=name).parameters["f=~y2"]
        for name in NAMES
    ]
    assert max(again) == pytest.approx(0.9)
    np.testing.assert_allclose(draws, again, atol=1e-7)


def test_the_result_says_where_its_errors_come_from() -> None:
    model = MODEL.replace("y2", "a*y2") + "; half := a/2"
    fit = cu.fit_sem(model, DATA, replicate_options={"mse": True}, **JACKKNIFE)
    text = fit.summary()
    for words in ("Replicate weights", "JK1", "Number of replicates", "the estimates"):
        assert words in text
    frame = fit.estimates.set_index("lhs")
    half, loading = frame.loc["half"], fit.estimates.query("label == 'a'").iloc[0]
    assert half.se == pytest.approx(loading.se / 2)
    assert half.ci_upper == pytest.approx(half.est + 1.959964 * half.se, abs=1e-6)
    assert fit.replicates is not None
    assert list(fit.replicates.to_frame().parameter)[-1] == "half"
    assert fit.wald("a == 1").statistic == pytest.approx(((loading.est - 1) / loading.se) ** 2)


def test_weights_of_zero_leave_cases_out() -> None:
    """Also where a whole pattern of missing values has no weight."""
    some = GAPS.y2.notna()
    fit = cu.fit_sem(MODEL, GAPS.assign(w=DATA.w.where(some, 0.0)), weights="w", missing="fiml")
    less = cu.fit_sem(MODEL, GAPS[some], weights="w", missing="fiml")
    np.testing.assert_allclose(fit.parameters, less.parameters, atol=1e-8)
