"""The whole grid of options: computed, or refused by name. Nothing is approximated inside."""

from __future__ import annotations

import itertools
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "parity" / "sem"))

from sem_models import HS, read

from collective_use.errors import DataWarning, NotSupported
from collective_use.sem.fit import fit_sem
from collective_use.sem.options import ESTIMATORS, LIKELIHOODS, MISSING, TWO_STAGE
from collective_use.sem.result import SemResult

GROUPS = (None, "school")
CLUSTERS = (None, "cl", ("cl", "cl2"))
WEIGHTS = (None, "w")
GRID = list(itertools.product(ESTIMATORS, LIKELIHOODS, MISSING, GROUPS, CLUSTERS, WEIGHTS))


def _data():  # type: ignore[no-untyped-def]
    full = read("hs_design")
    return full.assign(cl2=(np.arange(len(full)) * 5) % 61)


DATA = _data()
PLAIN: dict[tuple[object, ...], SemResult] = {}


def _fit(estimator, likelihood, missing, groups, cluster, weights):  # type: ignore[no-untyped-def]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # 23 and 61 clusters for 30 or 60 parameters: said, and meant here.
        warnings.filterwarnings("ignore", "[0-9]+ parameters but only", DataWarning)
        # 23 clusters for 30 parameters and more: said, and rightly (see the honesty tests)
        warnings.filterwarnings("ignore", message=".* clusters: errors that allow for clusters")
        return fit_sem(
            HS,
            DATA,
            estimator=estimator,
            likelihood=likelihood,
            missing=missing,
            group=groups,
            cluster=cluster,
            weights=weights,
            meanstructure=True,
        )


def offered(estimator, likelihood, missing, cluster, weights) -> bool:  # type: ignore[no-untyped-def]
    """The documented grid."""
    likelihood_based = estimator in ("ML", "MLR", "MLF", "MLM", "MLMV", "MLMVS", "RBM")
    if likelihood == "wishart" and (not likelihood_based or estimator in ("MLR", "MLF", "RBM")):
        return False
    if missing == "fiml" and (
        estimator not in ("ML", "MLR", "MLF", "RBM") or likelihood == "wishart"
    ):
        return False
    design = cluster is not None or weights is not None
    if missing in TWO_STAGE:
        return estimator == "ML" and likelihood == "normal" and not design
    return not design or (estimator in ("ML", "MLR") and likelihood == "normal")


@pytest.mark.parametrize("point", GRID, ids=str)
def test_every_point_is_computed_or_refused(point) -> None:  # type: ignore[no-untyped-def]
    estimator, likelihood, missing, groups, cluster, weights = point
    if not offered(estimator, likelihood, missing, cluster, weights):
        with pytest.raises(NotSupported, match="is not supported: "):
            _fit(*point)
        return
    fit = _fit(*point)
    assert fit.converged
    assert fit.solution.optimum.gradient < 1e-8
    assert np.isfinite(fit.se).all()
    assert (fit.se > 0).all()
    for name in ("chisq", "cfi", "tli", "rmsea", "srmr"):
        assert np.isfinite(fit.fit_measures[name]), name
    assert ("chisq.scaled" in fit.fit_measures) == fit.solution.options.scaled
    plain_key = (estimator, likelihood, missing, groups)
    if plain_key not in PLAIN:
        PLAIN[plain_key] = _fit(*plain_key, None, None)
    plain = PLAIN[plain_key]
    if weights is not None:
        assert np.abs(fit.solution.theta - plain.solution.theta).max() > 1e-3
    else:
        assert np.allclose(fit.solution.theta, plain.solution.theta, atol=1e-7)
    if cluster is not None:
        assert np.abs(fit.se / plain.se - 1).max() > 1e-3


ERRORS = ("standard", "first.order", "robust.sem", "robust.huber.white", "none")
TESTS_ = (
    "standard",
    "satorra.bentler",
    "mean.var.adjusted",
    "scaled.shifted",
    "yuan.bentler.mplus",
)
KINDS = ("expected", "observed", "first.order")
ONE_STAGE = [missing for missing in MISSING if missing not in TWO_STAGE]
LEAST = ("ML", "GLS", "ULS", "WLS", "DWLS")
MIXED = list(itertools.product(LEAST, ONE_STAGE, ERRORS, TESTS_, KINDS))


def mixture_offered(estimator, missing, se, test, kind) -> bool:  # type: ignore[no-untyped-def]
    """The documented grid of errors, tests and information."""
    ml, fiml = estimator == "ML", missing == "fiml"
    moments = se == "robust.sem" or test in TESTS_[1:4]
    if fiml and (not ml or moments):
        return False
    if not ml and (
        se in ("first.order", "robust.huber.white")
        or test == "yuan.bentler.mplus"
        or kind == "first.order"
    ):
        return False
    if moments and (kind != "expected" or estimator in ("GLS", "WLS")):
        return False
    if kind == "first.order" and (
        se not in ("standard", "first.order", "none") or test != "standard"
    ):
        return False
    return not (se == "first.order" and test != "standard")


@pytest.mark.parametrize("point", MIXED, ids=str)
def test_every_mixture_is_computed_or_refused(point) -> None:  # type: ignore[no-untyped-def]
    estimator, missing, se, test, kind = point

    def fit() -> SemResult:
        return fit_sem(
            HS, DATA, estimator=estimator, missing=missing, se=se, test=test, information=kind
        )

    if not mixture_offered(*point):
        with pytest.raises(NotSupported, match="is not supported: "):
            fit()
        return
    found = fit()
    options = found.solution.options
    assert (options.se, options.test, options.information) == (se, test, kind)
    assert np.isfinite(found.se).all() == (se != "none")
    assert np.isfinite(found.fit_measures["cfi"])
    if test != "standard":
        assert found.scaled_test is not None
        assert found.scaled_test.name == test
        assert np.isfinite(found.scaled_test.statistic)


@pytest.mark.parametrize(
    "options",
    [
        {"estimator": "WLSMV"},
        {"missing": "pairwise"},
        {"cluster": ("cl", "cl2", "school")},
        {"se": "robust.cluster"},
        {"cluster": "cl", "se": "standard"},
        {"weights": "w", "se": "standard"},
        {"estimator": "GLS", "se": "robust.huber.white"},
        {"estimator": "ULS", "test": "yuan.bentler.mplus"},
        {"estimator": "WLS", "information": "first.order"},
        {"estimator": "MLR", "missing": "fiml", "se": "robust.sem"},
        {"missing": "fiml", "test": "satorra.bentler"},
        {"missing": "fiml", "meanstructure": False},
        {"estimator": "GLS", "fixed_x": True},
    ],
    ids=str,
)
def test_options_are_refused_by_name(options) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises((NotSupported, ValueError)) as caught:
        fit_sem(HS, DATA, **options)
    assert str(caught.value)
