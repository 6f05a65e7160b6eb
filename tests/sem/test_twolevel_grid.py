"""The grid of options at two levels: computed, or refused by name."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest

from collective_use.errors import NotSupported
from collective_use.sem.fit import fit_sem
from collective_use.sem.options import ESTIMATORS, LIKELIHOODS, MISSING, TWO_STAGE
from collective_use.sem.options import ORDERED as ORDINAL

MODEL = "level: 1\nfw =~ a + b + c\nlevel: 2\nfb =~ a + b + c\nfb ~ z"
SMALLER = MODEL.replace("fw =~ a + b", "fw =~ a + 1.1*b")
NAMES = tuple(dict.fromkeys((*ESTIMATORS, *ORDINAL)))
GRID = list(itertools.product(NAMES, LIKELIHOODS, MISSING, (None, "g"), (None, "w"), (False, True)))


def _data() -> pd.DataFrame:
    rng = np.random.default_rng(12)
    team = np.repeat(np.arange(90), rng.integers(3, 6, 90))
    z = rng.normal(size=90)
    between = 0.5 * z + rng.normal(size=90)
    y = rng.normal(size=team.size)[:, None] + between[team, None]
    y = y + 0.5 * rng.normal(size=(90, 3))[team] + 0.8 * rng.normal(size=(team.size, 3))
    y[rng.random(y.shape) < 0.05] = np.nan
    frame = pd.DataFrame(y, columns=list("abc")).assign(team=team, z=z[team], g=team % 2, w=1.0)
    return frame[frame[list("abc")].notna().any(axis=1)]


DATA = _data()


@pytest.mark.parametrize("point", GRID, ids=str)
def test_every_point_is_computed_or_refused(point) -> None:  # type: ignore[no-untyped-def]
    estimator, likelihood, missing, groups, weights, fixed_x = point
    options = {
        "estimator": estimator, "likelihood": likelihood, "missing": missing, "group": groups,
        "weights": weights, "fixed_x": fixed_x, "cluster": "team",
    }  # fmt: skip
    offered = estimator in ("ML", "MLR") and likelihood == "normal" and weights is None
    offered &= missing not in TWO_STAGE
    if estimator == "RBM" and likelihood == "normal" and weights is None:
        return  # test_reduced_bias.py
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if not offered:
            with pytest.raises(NotSupported, match="not supported"):
                fit_sem(MODEL, DATA, **options)
            return
        fit = fit_sem(MODEL, DATA, **options)
    assert fit.solution.optimum.gradient < 1e-8
    assert (fit.se > 0).all()
    _after(fit)
    if missing == "fiml" and (groups or fixed_x or estimator == "MLR"):
        return  # the unrestricted model takes seconds here: measured once
    for name in ("chisq", "cfi", "tli", "rmsea", "srmr_within", "srmr_between", "logl"):
        assert np.isfinite(fit.fit_measures[name]), name
    assert ("chisq.scaled" in fit.fit_measures) == (estimator == "MLR")
    assert fit.residuals().covariances[["raw", "correlation"]].notna().all().all()
    difference = fit.compare(fit_sem(SMALLER, DATA, **options))
    assert difference.method == ("satorra.bentler.2001" if estimator == "MLR" else "standard")
    assert difference.statistic > 0


def _after(fit) -> None:  # type: ignore[no-untyped-def]
    """What follows a fit without the unrestricted model is computed at every point."""
    indices = fit.modification_indices()
    assert set(indices["level"]) == {2}  # level 1 is saturated
    assert (indices["mi"] >= 0).all()
    for level in ("within", "between"):
        assert fit.factor_scores(level=level).scores.notna().all().all()
    assert set(fit.r_square()["level"]) == {1, 2}
