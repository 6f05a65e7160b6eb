"""Bootstrap and jackknife of fitted models: cases, clusters, parametric.

References
----------
Efron & Tibshirani (1993), An introduction to the bootstrap; Bollen & Stine (1990), Sociological
Methodology 20:115 (indirect effects).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from collective_use.checks import instance_of, number_between, one_of, valid_seed, whole_number
from collective_use.errors import (
    ConvergenceWarning,
    EstimationError,
    warn,
)
from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.resampling.intervals import (
    METHODS,
    acceleration_of,
    corrected_interval,
    jackknife_covariance,
    percentile_interval,
)
from collective_use.results import Result
from collective_use.sem.engines.core import thread_controller
from collective_use.sem.resampling.base import KINDS, Refit
from collective_use.sem.resampling.refit import refitter
from collective_use.sem.result import SemResult

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Bootstrap(Result):
    """Resampled estimates.

    Attributes
    ----------
    names
        Free parameters, then defined ones.
    estimate
        Sample estimates, (k,).
    draws
        Estimates by successful replication, (R, k).
    asked, failed
        Replications asked for, and those without a solution.
    kind
        ``"cases"``, ``"clusters"``, ``"parametric"`` or ``"jackknife"``.
    seed
        Seed of the generator.
    failures
        How many replications failed, by reason.
    strata
        Group of the case left out by a jackknife, (R,); sizes of groups are fixed.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = rng.normal(size=300)
    >>> data = pd.DataFrame({f"x{i}": f + rng.normal(size=300) for i in range(1, 5)})
    >>> boot = cu.bootstrap_fit(cu.fit_cfa("f =~ x1 + x2 + x3 + x4", data), 20, seed=1)
    >>> boot.draws.shape[0]
    20
    """

    names: tuple[str, ...]
    estimate: Floats
    draws: Floats
    asked: int
    failed: int
    kind: str
    seed: int | None
    failures: Mapping[str, int] = field(default_factory=dict)
    strata: Ints | None = field(default=None, repr=False)
    _refit: Refit | None = field(default=None, repr=False, compare=False)

    @cached_property
    def covariance(self) -> Floats:
        """Covariance of the estimates, (k, k)."""
        if self.kind == "jackknife":
            return jackknife_covariance(self.draws, self.strata)
        return np.cov(self.draws.T, ddof=1).reshape(len(self.names), -1)

    @cached_property
    def _acceleration(self) -> Floats:
        if self._refit is None:
            raise EstimationError("the accelerated interval needs the fit: use another method")
        left_out = self._refit.left_out()
        return acceleration_of(left_out[np.isfinite(left_out).all(axis=1)])

    def intervals(self, method: str = "percentile", *, confidence: float = 0.95) -> pd.DataFrame:
        """Return estimates with bootstrap errors and limits.

        Parameters
        ----------
        method
            ``"percentile"``, ``"bc"`` (bias-corrected) or ``"bca"`` (and accelerated).
        confidence
            Of the interval.
        """
        import pandas as pd

        one_of("method", method, METHODS)
        number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
        if self.kind == "jackknife":
            raise EstimationError("a jackknife gives errors, not intervals: read .covariance")
        if method == "percentile":
            low, high = percentile_interval(self.draws, confidence)
        else:
            a = self._acceleration if method == "bca" else np.zeros(len(self.names))
            low, high = corrected_interval(self.draws, self.estimate, a, confidence)
        return pd.DataFrame(
            {
                "parameter": self.names,
                "est": self.estimate,
                "se": np.sqrt(np.diag(self.covariance)),
                "bias": self.draws.mean(axis=0) - self.estimate,
                "ci_lower": low,
                "ci_upper": high,
            }
        )

    def to_frame(self) -> pd.DataFrame:
        """Return percentile intervals; a jackknife returns errors and bias."""
        import pandas as pd

        if self.kind != "jackknife":
            return self.intervals()
        strata = np.zeros(self.draws.shape[0]) if self.strata is None else self.strata
        bias = np.zeros(len(self.names))
        for stratum in np.unique(strata):
            own = self.draws[strata == stratum]
            bias += (own.shape[0] - 1) * (own.mean(axis=0) - self.estimate)
        return pd.DataFrame(
            {
                "parameter": self.names,
                "est": self.estimate,
                "se": np.sqrt(np.diag(self.covariance)),
                "bias": bias,
            }
        )


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
        refit = refitter(fit, chosen)
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
        refit = refitter(fit, "clusters" if clustered else "cases")
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


__all__: list[Any] = ["Bootstrap", "bootstrap_fit", "jackknife_fit"]
