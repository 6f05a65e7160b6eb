"""Bootstrap and jackknife of fitted models: cases, clusters, parametric.

References
----------
Efron & Tibshirani (1993), An introduction to the bootstrap; Bollen & Stine (1990), Sociological
Methodology 20:115 (indirect effects).
"""

from __future__ import annotations

import numpy as np

from collective_use.checks import instance_of, one_of, valid_seed, whole_number
from collective_use.errors import (
    ConvergenceWarning,
    EstimationError,
    warn,
)
from collective_use.numerics.moments import Floats
from collective_use.sem.engines.core import thread_controller
from collective_use.sem.resampling.base import KINDS, Refit
from collective_use.sem.resampling.replications import Bootstrap
from collective_use.sem.result import SemResult


def bootstrap_fit(
    fit: SemResult,
    repetitions: int = 1000,
    *,
    kind: str | None = None,
    seed: int | None = 1,
    jobs: int = 1,
    progress: bool = False,
) -> Bootstrap:
    """Resample a fitted model.

    Parameters
    ----------
    fit
        A converged fit from data.
    repetitions
        How often.
    kind
        ``"cases"`` (within groups), ``"clusters"`` (drawn whole), or ``"parametric"``: from the
        model's normal distribution, ordered variables cut at its thresholds, both levels of a
        two-level model with the observed cluster sizes. Covariates with fixed moments and missing
        values stay as they were observed. None: clusters when there are clusters, else cases.
    seed
        Of the generator; the same seed gives the same draws whatever `jobs` is.
    jobs
        Processes (joblib), for fits that cannot be batched.
    progress
        Show a progress bar.

    Returns
    -------
    Bootstrap

    Raises
    ------
    NotSupported
        For combinations that are not offered.
    EstimationError
        When fewer than two replications have a solution.

    References
    ----------
    Efron & Tibshirani (1993), An introduction to the bootstrap.

    Examples
    --------
    >>> import pandas as pd
    >>> from collective_use.sem.fit import fit_sem
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=200)
    >>> m = 0.5 * x + rng.normal(size=200)
    >>> data = pd.DataFrame({"x": x, "m": m, "y": 0.5 * m + rng.normal(size=200)})
    >>> fit = fit_sem("m ~ a*x; y ~ b*m; ab := a*b", data)
    >>> boot = bootstrap_fit(fit, 200, seed=1)
    >>> limits = boot.intervals("bca").set_index("parameter").loc["ab"]
    >>> bool(limits.ci_lower < 0.25 < limits.ci_upper), boot.failed
    (True, 0)
    """
    instance_of("fit", fit, SemResult, "a result of fit_sem or fit_cfa")
    whole_number("repetitions", repetitions, at_least=2)
    if seed is not None:
        valid_seed(seed)
    whole_number("jobs", jobs, at_least=1)
    if not fit.converged:
        raise EstimationError("the fit did not converge: there is nothing to resample")
    clustered = getattr(fit, "clustered", None) is not None
    chosen = kind or ("clusters" if clustered else "cases")
    one_of("kind", chosen, KINDS)
    with thread_controller().limit(limits=1):
        refit = fit.refit(chosen)
        theta = refit.draw(repetitions, seed, jobs, progress)
    return _collected(fit, refit, theta, chosen, seed)


def jackknife_fit(fit: SemResult, *, jobs: int = 1, progress: bool = False) -> Bootstrap:
    """Leave every case, or every cluster, out once.

    Parameters
    ----------
    fit
        A converged fit from data.
    jobs
        Processes (joblib), for fits that cannot be batched.
    progress
        Show a progress bar.

    References
    ----------
    Efron & Tibshirani (1993), An introduction to the bootstrap, chapter 11.

    Examples
    --------
    >>> import pandas as pd
    >>> from collective_use.sem.fit import fit_sem
    >>> rng = np.random.default_rng(2)
    >>> x = rng.normal(size=60)
    >>> data = pd.DataFrame({"x": x, "y": 0.5 * x + rng.normal(size=60)})
    >>> jackknife_fit(fit_sem("y ~ b*x", data)).draws.shape[0]
    60
    """
    instance_of("fit", fit, SemResult, "a result of fit_sem or fit_cfa")
    whole_number("jobs", jobs, at_least=1)
    clustered = getattr(fit, "clustered", None) is not None
    with thread_controller().limit(limits=1):
        refit = fit.refit("clusters" if clustered else "cases")
        left_out = refit.left_out(with_definitions=False, jobs=jobs, progress=progress)
    return _collected(fit, refit, left_out, "jackknife", None)


def _collected(
    fit: SemResult, refit: Refit, theta: Floats, kind: str, seed: int | None
) -> Bootstrap:
    good = np.isfinite(theta).all(axis=1)
    failed = int((~good).sum())
    if good.sum() < 2:
        raise EstimationError(
            f"{failed} of {theta.shape[0]} replications have no solution: {dict(refit.failures)}"
        )
    failures = dict(refit.failures)
    if failed:
        reasons = "; ".join(f"{count} times {reason}" for reason, count in failures.items())
        warn(
            f"{failed} of {theta.shape[0]} replications have no solution and are left out: "
            f"{reasons}",
            ConvergenceWarning,
        )
    names = (*fit.table.free_names(), *(row.lhs for row in fit.table.definitions))
    estimate = refit.with_definitions(fit.solution.theta[None])[0]
    draws = refit.with_definitions(theta[good])
    strata = None
    if kind == "jackknife":
        sizes = refit.units()
        strata = np.repeat(np.arange(len(sizes)), sizes)[good]
    return Bootstrap(
        names, estimate, draws, theta.shape[0], failed, kind, seed, failures, strata, refit
    )
