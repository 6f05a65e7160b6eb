"""Errors by refits with replicate weights: how a survey was drawn, without telling it.

References
----------
Lumley (2004), Journal of Statistical Software 9:8; Rust & Rao (1996), Statistical Methods in
Medical Research 5:283.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from collective_use.accepted import PlainDict
from collective_use.checks import quoted
from collective_use.errors import (
    ConvergenceWarning,
    DataWarning,
    EstimationError,
    InputError,
    NotSupported,
    warn,
)
from collective_use.numerics.moments import Floats
from collective_use.sem.data.data import read_weights
from collective_use.sem.resampling.base import WEIGHTS
from collective_use.sem.resampling.refit import ContinuousRefit, FimlRefit, NormalRefit
from collective_use.sem.resampling.replicates import Design, Replicates
from collective_use.sem.result import SemResult

if TYPE_CHECKING:
    import pandas as pd

TESTS = ("standard", "yuan.bentler.mplus")
"""Tests of fit beside replicate weights, as with weights alone."""

OFFERED = "cases at one level by estimator='ML' or 'MLR', complete or missing='fiml', have them"


def refuse_beside(asked: PlainDict, *, levels: bool, explores: bool) -> None:
    """Raise for what replicate weights are not offered with, before anything is fitted.

    Raises
    ------
    InputError
        Without weights of the whole sample.
    NotSupported
        Naming the argument.
    """
    refused = {
        "ordered=": bool(asked["ordered"]),
        "two levels": levels,
        "exploratory blocks": explores,
        "cluster=": asked["cluster"] is not None,
        f"se={asked['se']!r}": asked["se"] is not None,
        "repetitions=": asked["repetitions"] is not None,
        f"engine={asked['engine']!r}": asked["engine"] != "core",
        f"missing={asked['missing']!r}": asked["missing"] not in ("listwise", "fiml"),
        f"estimator={asked['estimator']!r}": str(asked["estimator"] or "ML").upper()
        not in ("ML", "MLR"),
        "cov=": asked["data"] is None,
    }
    for what, met in refused.items():
        if met:
            raise NotSupported(f"replicate_weights= with {what} is not supported: {OFFERED}")
    if asked["test"] not in (None, *TESTS):
        raise NotSupported(
            f"replicate_weights= with test={asked['test']!r} is not supported: no test of fit "
            "knows the design; chi-square stays that of weights=, by test= one of "
            f"{quoted(TESTS)}"
        )
    if asked["weights"] is None:
        raise InputError(
            "replicate_weights= goes with the weights of the whole sample: name their column in "
            "weights="
        )


def with_replicates(
    fit: SemResult,
    data: pd.DataFrame,
    weights: str,
    design: Design,
    *,
    progress: bool = False,
) -> SemResult:
    """Return the fit with errors from a fit with each replicate's weights.

    Parameters
    ----------
    fit
        With the weights of the whole sample.
    data
        One row per case.
    weights
        Column of the weights of the whole sample.
    design
        Columns of the replicates' weights, kind and factors.
    progress
        Whether a bar shows how many are done.

    Raises
    ------
    InputError
        When a column holds no weights, or none for a group.
    EstimationError
        When a replicate has no solution; of a bootstrap, when fewer than two have one.

    Warns
    -----
    ConvergenceWarning
        When replicates of a bootstrap are left out.
    DataWarning
        When columns seem to be factors of the weights instead of weights.
    """
    if not fit.converged:
        return replace(fit, vcov=None)
    whole = read_weights(data, weights)
    columns = [read_weights(data, column) for column in design.columns]
    _warn_factors(whole, columns, design)
    groups = fit.solution.data.groups
    samples = [[w[g.rows] for g in groups] for w in columns]
    for column, sample in zip(design.columns, samples, strict=True):
        for g, part in zip(groups, sample, strict=True):
            if not part.any():
                where = f"group {g.name!r}" if g.name else "the cases used"
                raise InputError(f"replicate weights {column!r} are 0 in all of {where}")
    made = FimlRefit if fit.solution.options.missing == "fiml" else NormalRefit
    refit: ContinuousRefit = made(fit, WEIGHTS)
    theta = refit.of(samples, progress=progress)
    good = np.asarray(np.isfinite(theta).all(axis=1))
    kept = _kept(good, design, refit.failures)
    names = (*fit.table.free_names(), *(row.lhs for row in fit.table.definitions))
    estimate = refit.with_definitions(fit.solution.theta[None])[0]
    draws = refit.with_definitions(theta[good])
    found = Replicates(names, estimate, draws, kept, int((~good).sum()))
    q = fit.solution.theta.size
    return replace(fit, vcov=found.covariance[:q, :q], replicates=found)


def _kept(good: NDArray[np.bool_], design: Design, failures: Mapping[str, int]) -> Design:
    """Return the design of the replicates that have a solution, where some may be left out."""
    if good.all():
        return design
    lost = [name for name, there in zip(design.columns, good, strict=True) if not there]
    reasons = "; ".join(f"{count} times {reason}" for reason, count in failures.items())
    text = f"{len(lost)} of {good.size} replicates have no solution ({quoted(lost)}): {reasons}"
    if design.kind != "bootstrap" or good.sum() < 2:
        raise EstimationError(
            f"{text}; the errors of replicate_type={design.kind!r} need all of them"
        )
    warn(f"{text}; they are left out", ConvergenceWarning)
    scale = design.scale * (good.size - 1) / (good.sum() - 1)
    columns = tuple(name for name in design.columns if name not in lost)
    return replace(design, columns=columns, scale=float(scale), rscales=design.rscales[good])


def _warn_factors(whole: Floats, columns: Sequence[Floats], design: Design) -> None:
    """Say when replicate weights have not been multiplied with the weights of the sample."""
    share = float(np.mean([w.sum() for w in columns]) / whole.sum())
    if not 0.2 < share < 5:
        warn(
            f"replicate weights such as {design.columns[0]!r} add up to {share:.2g} times the "
            "weights of the whole sample: they have to be whole weights, multiplied with those",
            DataWarning,
        )
