"""The grid of options for ordered variables: computed, or refused by name."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest

from collective_use.errors import DataWarning, NotSupported
from collective_use.sem.fit import fit_sem
from collective_use.sem.options import ESTIMATORS, LIKELIHOODS, MISSING
from collective_use.sem.options import ORDERED as ORDINAL

ITEMS = tuple("abcd")
NAMES = tuple(dict.fromkeys((*ORDINAL, *ESTIMATORS)))
GRID = list(
    itertools.product(
        NAMES,
        LIKELIHOODS,
        (*MISSING, "pairwise"),
        (None, "g"),
        (None, "cl"),
        (None, "w"),
        ("delta", "theta"),
    )
)


def _data() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    f = rng.normal(size=500)
    latent = 0.7 * f[:, None] + 0.7 * rng.normal(size=(500, 4))
    frame = pd.DataFrame(np.digitize(latent, [-0.8, 0.7]), columns=list(ITEMS))
    frame = frame.assign(g=np.arange(500) % 2, cl=np.arange(500) % 50)
    return frame.assign(w=rng.uniform(0.5, 2, 500), x=0.5 * f + rng.normal(size=500))


DATA = _data()


@pytest.mark.parametrize("point", GRID, ids=str)
def test_every_point_is_computed_or_refused(point) -> None:  # type: ignore[no-untyped-def]
    estimator, likelihood, missing, groups, cluster, weights, parameterization = point
    options = {
        "estimator": estimator, "likelihood": likelihood, "missing": missing, "group": groups,
        "cluster": cluster, "weights": weights, "parameterization": parameterization,
    }  # fmt: skip
    neutral = likelihood == "normal" and missing in ("listwise", "pairwise")
    neutral &= _robust_where_needed(estimator, cluster, weights)
    if (cluster or weights) and estimator == "PML":
        neutral = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DataWarning)
        if estimator not in ORDINAL or not neutral:
            with pytest.raises(NotSupported, match="not supported"):
                fit_sem("f =~ a + b + c + d", DATA, ordered=ITEMS, **options)
            return
        fit = fit_sem("f =~ a + b + c + d", DATA, ordered=ITEMS, **options)
    assert fit.solution.optimum.gradient < 1e-8
    assert (fit.se > 0).all()
    for name in ("chisq", "cfi", "tli", "rmsea", "srmr"):
        assert np.isfinite(fit.fit_measures[name]), name
    assert ("chisq.scaled" in fit.fit_measures) == (estimator not in ("DWLS", "ULS", "WLS"))
    _after(fit, estimator, cluster, weights)


def _robust_where_needed(estimator: str, cluster: str | None, weights: str | None) -> bool:
    """Clusters and weights need robust errors; those of WLS hold with weights."""
    if ORDINAL.get(estimator, ("", "", ""))[1] != "standard":
        return True
    return not cluster and not (weights and estimator != "WLS")


COVARIATES = list(
    itertools.product(
        ORDINAL, ("listwise", "pairwise"), (None, "g"), (None, "cl"), (None, "w"), ("delta",)
    )
) + list(itertools.product(("WLSMV",), ("listwise",), (None, "g"), (None,), (None,), ("theta",)))


@pytest.mark.parametrize("point", COVARIATES, ids=str)
def test_every_point_given_covariates_is_computed_or_refused(point) -> None:  # type: ignore[no-untyped-def]
    estimator, missing, groups, cluster, weights, parameterization = point
    options = {
        "estimator": estimator, "missing": missing, "group": groups, "cluster": cluster,
        "weights": weights, "parameterization": parameterization,
    }  # fmt: skip
    refused = estimator == "PML" or not _robust_where_needed(estimator, cluster, weights)
    model = "f =~ a + b + c + d\nf ~ x\nd ~ x"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DataWarning)
        if refused:
            with pytest.raises(NotSupported, match="not supported"):
                fit_sem(model, DATA, ordered=ITEMS, **options)
            return
        fit = fit_sem(model, DATA, ordered=ITEMS, **options)
    assert fit.solution.optimum.gradient < 1e-8
    assert (fit.se > 0).all()
    for name in ("chisq", "cfi", "tli", "rmsea", "srmr"):
        assert np.isfinite(fit.fit_measures[name]), name
    assert fit.fit_measures["df"] == 4 * (2 if groups else 1)
    assert fit.residuals().slopes.notna().all().all()
    _after(fit, estimator, cluster, weights, model.replace("+ b", "+ 1*b"))


def _after(  # type: ignore[no-untyped-def]
    fit, estimator: str, cluster: str | None, weights: str | None,
    smaller_model: str = "f =~ a + 1*b + c + d",
) -> None:  # fmt: skip
    """Everything that follows a fit is computed too, or refused by name."""
    if estimator == "PML":
        assert fit.factor_scores().errors.notna().all().all()
        for refused in (
            fit.residuals, fit.modification_indices, fit.score_test, lambda: fit.compare(fit),
            lambda: fit.profile("f=~b"), fit.small_sample, lambda: fit.refit("cases"),
        ):  # fmt: skip
            with pytest.raises(NotSupported, match="not supported"):
                refused()
        return
    found = fit.residuals()
    assert not found.reason
    assert found.covariances.notna().all().all()
    assert found.thresholds.notna().all().all()
    indices = fit.modification_indices()
    assert len(indices)
    assert (indices["mi"] >= 0).all()
    for method in ("ebm", "ml"):
        assert fit.factor_scores(method).scores["f"].notna().any()
    assert fit.factor_scores().errors.notna().all().all()
    smaller = fit_sem(
        smaller_model, DATA, ordered=ITEMS, estimator=estimator, weights=weights,
        group="g" if len(fit.group_names) > 1 else None,
        parameterization=fit.table.parameterization, cluster=cluster,
    )  # fmt: skip
    difference = fit.compare(smaller)
    assert difference.statistic > 0
    assert np.isnan(difference.p) == (estimator == "ULS")
