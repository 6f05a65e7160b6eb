"""What a fit with ordered variables returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

from collective_use.errors import NotSupported
from collective_use.numerics.polychoric_moments import OrdinalMoments
from collective_use.sem import tests_of_fit
from collective_use.sem.ordinal_tests import model_tests, ordinal_fit_measures
from collective_use.sem.result import SemResult

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class OrdinalResult(SemResult):
    """A fitted model with ordered variables.

    Attributes
    ----------
    moments
        Thresholds, correlations and their asymptotic covariance by group.
    categories
        Values of every ordered variable.
    """

    moments: tuple[OrdinalMoments, ...] = ()
    categories: Mapping[str, tuple[float, ...]] | None = None

    @cached_property
    def _tests(self) -> tuple[tests_of_fit.ChiSquare, tests_of_fit.ChiSquare | None]:
        self._refuse()
        return model_tests(self.solution, self.moments)

    @cached_property
    def test(self) -> tests_of_fit.ChiSquare:
        """The uncorrected chi-square test."""
        return self._tests[0]

    @cached_property
    def scaled_test(self) -> tests_of_fit.ChiSquare | None:
        """The corrected chi-square test, if the estimator has one."""
        return self._tests[1]

    @cached_property
    def fit_measures(self) -> Mapping[str, float]:
        """All fit measures by lavaan's names."""
        found = ordinal_fit_measures(self.solution, self.test, self.scaled_test, self.moments)
        return MappingProxyType({name: float(value) for name, value in found.items()})

    def correlations(self, group: int = 1) -> pd.DataFrame:
        """Return polychoric, polyserial and ordinary (co)variances of a group."""
        import pandas as pd

        names = list(self.solution.data.variables)
        return pd.DataFrame(self.moments[group - 1].covariance, index=names, columns=names)

    def _no(self, what: str) -> NoReturn:
        raise NotSupported(f"{what} with ordered variables is not supported")

    def modification_indices(self) -> pd.DataFrame:
        """Refuse: not offered for ordered variables."""
        self._no("modification_indices()")

    def factor_scores(self, method: str = "regression") -> Any:
        """Refuse: not offered for ordered variables."""
        self._no("factor_scores()")

    def residuals(self) -> Any:
        """Refuse: not offered for ordered variables."""
        self._no("residuals()")

    def compare(self, other: SemResult, method: str = "auto") -> Any:
        """Refuse: not offered for ordered variables."""
        self._no("compare()")

    def score_test(self, add: str = "") -> Any:
        """Refuse: not offered for ordered variables."""
        self._no("score_test()")

    def profile(self, parameter: str, *, level: float = 0.95) -> tuple[float, float]:
        """Refuse: there is no likelihood."""
        self._no("profile()")

    def small_sample(self) -> pd.DataFrame:
        """Refuse: the corrections belong to maximum likelihood."""
        self._no("small_sample()")
