"""What comparison, summary and resampling ask of a fit, whatever it was fitted to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, Self

from collective_use.errors import EstimationError
from collective_use.numerics.moments import Floats
from collective_use.sem.engines.core import Solution
from collective_use.sem.goodness.tests_of_fit import ChiSquare
from collective_use.sem.ordinal.estimate import OrdinalSolution
from collective_use.sem.postfit.problems import Problem
from collective_use.sem.resampling.replicates import Replicates
from collective_use.sem.resampling.replications import Bootstrap
from collective_use.sem.table.partable import ParameterTable
from collective_use.sem.twolevel.estimate import Clustered, TwoLevelSolution

if TYPE_CHECKING:
    import pandas as pd


class Fitted(Protocol):
    """A fit: estimates, tests and what else can be computed at its solution."""

    @property
    def solution(self) -> Solution:
        """Table, data and optimum."""

    @property
    def table(self) -> ParameterTable:
        """The parameter table."""

    @property
    def vcov(self) -> Floats | None:
        """Covariance matrix of the free parameters."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What makes the solution doubtful."""

    @property
    def group_names(self) -> tuple[str, ...]:
        """Names of the groups, in order."""

    @property
    def level_names(self) -> tuple[str, ...]:
        """Names of the levels, in order."""

    @property
    def bootstrap(self) -> Bootstrap | None:
        """The replications, when errors and limits come from a bootstrap."""

    @property
    def replicates(self) -> Replicates | None:
        """The estimates by replicate, when errors come from replicate weights."""

    @property
    def converged(self) -> bool:
        """Whether the estimation reached an optimum."""

    @property
    def admissible(self) -> bool:
        """Whether nothing speaks against the solution."""

    @property
    def test(self) -> ChiSquare:
        """The uncorrected chi-square test."""

    @property
    def scaled_test(self) -> ChiSquare | None:
        """The corrected chi-square test, if there is one."""

    @property
    def fit_measures(self) -> Mapping[str, float]:
        """All fit measures by lavaan's names."""

    @property
    def main_measures(self) -> Mapping[str, float]:
        """Those that models are compared by."""

    @property
    def estimates(self) -> pd.DataFrame:
        """Estimates with errors, z, p and limits."""

    def statistics_meat(self) -> Floats:
        """Return ``D' V Gamma V D`` of one case, for differences corrected by Satorra (2000)."""

    def scaling_at(self, theta: Floats, wanted: float) -> float:
        """Return the scaling of the corrected test at other parameter values."""


class OrdinalFitted(Fitted, Protocol):
    """A fit with ordered variables."""

    @property
    def solution(self) -> OrdinalSolution:
        """Table, data and optimum."""


class TwoLevelFitted(Fitted, Protocol):
    """A fit of two levels."""

    @property
    def solution(self) -> TwoLevelSolution:
        """Table, data and optimum."""

    @property
    def clustered(self) -> Clustered | None:
        """Cluster statistics and likelihoods by group."""

    def on(self, solution: TwoLevelSolution, clustered: Clustered) -> Self:
        """Return the same model at the solution of other data, without errors."""


def refuse_other_value(value: float, wanted: float) -> None:
    """Raise where values of a smaller model are none of the larger one's parameters.

    Raises
    ------
    EstimationError
        When the discrepancy there is not that of the smaller model.

    Examples
    --------
    >>> refuse_other_value(0.25, 0.25)
    """
    if not abs(value - wanted) <= 1e-7 * max(1.0, abs(wanted)):
        raise EstimationError(
            "the smaller model's estimates are no values of the larger model's parameters (it "
            "frees what the larger one fixes): use 'satorra.bentler.2001' or 'satorra.2000'"
        )
