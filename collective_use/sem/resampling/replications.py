"""Estimates of resampled data, and the errors and limits they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from collective_use.checks import number_between, one_of
from collective_use.errors import EstimationError
from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.resampling.intervals import (
    METHODS,
    acceleration_of,
    corrected_interval,
    jackknife_covariance,
    percentile_interval,
)
from collective_use.results import Result

if TYPE_CHECKING:
    import pandas as pd


class LeavesOut(Protocol):
    """What computed the replications: it can leave units out, too."""

    def left_out(self) -> Floats:
        """Return estimates without one case or cluster each, (n, k)."""


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
    _refit: LeavesOut | None = field(default=None, repr=False, compare=False)

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
