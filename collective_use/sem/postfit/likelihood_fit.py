"""What fits share whose cases or clusters have moments of their own: no chi-square."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from scipy.special import gammaincc, ndtr, ndtri

from collective_use.errors import EstimationError, InputError
from collective_use.numerics.moments import Floats
from collective_use.record import Record
from collective_use.results import Result
from collective_use.sem.postfit.problems import Problem

if TYPE_CHECKING:
    import pandas as pd

    from collective_use.accepted import Values


@dataclass(frozen=True)
class LikelihoodRatio(Result):
    """A likelihood-ratio test of two nested models of the same cases.

    Attributes
    ----------
    statistic, df, p
        Twice the difference of log-likelihoods; a small p speaks for the larger model.

    Examples
    --------
    >>> LikelihoodRatio(10.0, 2, 0.0067).df
    2
    """

    statistic: float
    df: int
    p: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row: statistic, df, p."""
        import pandas as pd

        return pd.DataFrame({"statistic": [self.statistic], "df": [self.df], "p": [self.p]})


@dataclass(frozen=True)
class LikelihoodFit(Result):
    """A model fitted by a likelihood that knows no covariance matrix common to all cases.

    Attributes
    ----------
    names, theta
        Free parameters and their estimates (q,).
    vcov
        Covariance matrix of the estimates (q, q); None when it could not be computed.
    log_likelihood
        Of what is explained given all that explains it.
    n
        Number of cases.
    converged
        Whether the search reached a maximum.
    problems
        What makes the solution doubtful.
    model
        The model text.
    record
        What was left out and why.
    """

    names: tuple[str, ...]
    theta: Floats
    vcov: Floats | None
    log_likelihood: float
    n: int
    converged: bool
    problems: tuple[Problem, ...]
    model: str
    record: Record

    @property
    def admissible(self) -> bool:
        """Whether nothing speaks against the solution."""
        return self.converged and not self.problems

    @property
    def parameters(self) -> pd.Series:
        """Free parameters by name."""
        import pandas as pd

        return pd.Series(self.theta, index=list(self.names))

    @property
    def fit_measures(self) -> dict[str, float]:
        """``npar``, ``logl``, ``aic``, ``bic`` and ``ntotal``.

        No covariance matrix is common to all cases, so that there is no chi-square.
        """
        q = float(len(self.names))
        return {
            "npar": q, "logl": self.log_likelihood, "aic": 2 * q - 2 * self.log_likelihood,
            "bic": math.log(self.n) * q - 2 * self.log_likelihood, "ntotal": float(self.n),
        }  # fmt: skip

    @property
    def estimates(self) -> pd.DataFrame:
        """A row a parameter."""
        raise NotImplementedError

    def to_frame(self) -> pd.DataFrame:
        """Return `estimates`."""
        return self.estimates

    def _against(self, smaller: Self, cases: str, *, same: bool) -> LikelihoodRatio:
        """Test against a nested model; raise unless both were fitted to the `same` cases."""
        if not same:
            raise InputError(f"the two models were fitted to different {cases}")
        if len(smaller.names) >= len(self.names):
            raise InputError(
                f"the nested model has {len(smaller.names)} parameters, this one {len(self.names)}"
            )
        if not (self.converged and smaller.converged):
            raise EstimationError("a model that did not converge cannot be compared")
        return likelihood_ratio(
            self.log_likelihood, len(self.names), smaller.log_likelihood, len(smaller.names)
        )

    def _measures(self) -> list[tuple[str, object]]:
        """Return the rows of the table of fit that all models have."""
        m = self.fit_measures
        return [
            ("free parameters", len(self.names)), ("log-likelihood", m["logl"]),
            ("AIC", m["aic"]), ("BIC", m["bic"]),
        ]  # fmt: skip

    def _se(self, slopes: Floats) -> Floats:
        """Return standard errors of values with these derivatives (k, q)."""
        if self.vcov is None:
            return np.where(np.any(slopes != 0, axis=1), np.nan, 0.0)
        # A variance at its border has no error, which is no reason for others to have none.
        known = np.nan_to_num(self.vcov, nan=0.0)
        se = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", slopes, known, slopes), 0.0))
        held = np.flatnonzero(np.isnan(np.diag(self.vcov)))
        se[np.any(slopes[:, held] != 0, axis=1)] = np.nan
        return np.asarray(se)

    def _columns(self, values: Floats, slopes: Floats, confidence: float) -> dict[str, Floats]:
        se = self._se(slopes)
        z = np.divide(values, se, out=np.full(len(values), np.nan), where=se > 1e-12)
        width = float(ndtri(0.5 + confidence / 2))
        return {"est": values, "se": se, "z": z, "p": 2 * ndtr(-np.abs(z)),
                "ci_lower": values - width * se, "ci_upper": values + width * se}  # fmt: skip


def chosen_values(columns: dict[str, Values], what: str) -> tuple[dict[str, Floats], int]:
    """Return values by name, one or as many as the longest, and that number.

    Parameters
    ----------
    columns
        Values by name, a number or one for each row.
    what
        What they are, for the message.

    Raises
    ------
    InputError
        When values differ in number.

    Examples
    --------
    >>> chosen_values({"v": 1.0, "w": [1.0, 2.0]}, "moderators")[1]
    2
    """
    given = {name: np.atleast_1d(np.asarray(v, dtype=float)) for name, v in columns.items()}
    size = max((v.size for v in given.values()), default=1)
    if any(v.ndim != 1 or v.size not in (1, size) for v in given.values()):
        raise InputError(f"{what} must have one value, or as many as each other")
    return given, size


def likelihood_ratio(larger: float, q: int, smaller: float, fewer: int) -> LikelihoodRatio:
    """Return the test of two log-likelihoods with q and fewer parameters."""
    statistic, df = 2 * (larger - smaller), q - fewer
    if df < 1:
        raise EstimationError("the models have as many parameters as each other")
    return LikelihoodRatio(statistic, df, float(gammaincc(df / 2, max(statistic, 0.0) / 2)))
