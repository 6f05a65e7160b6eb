"""Two engines on one model: how far they agree, and what happens when they do not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from collective_use.errors import (
    EngineDisagreementWarning,
    EstimationError,
    warn,
)
from collective_use.numerics.moments import Floats
from collective_use.numerics.search.optimise import (
    minimise,
    projected_gradient,
    scaled_gradient,
)
from collective_use.sem.engines.core import Solution, relabelled
from collective_use.sem.engines.semopy import SemopySolution, fit_semopy, require_semopy_can
from collective_use.sem.engines.units import standardised
from collective_use.sem.inference import inverted
from collective_use.sem.table.start import start_values

CLOSE = 1e-3
"""Differences of estimates below so many standard errors are none."""

LOWER_BY = 1e-8
"""By how much the second engine's discrepancy must be lower for the core to start anew."""


@dataclass(frozen=True, slots=True)
class EngineAgreement:
    """How far semopy and the core agree.

    Attributes
    ----------
    largest_difference
        Largest difference of an estimate, in its standard errors (without standard errors:
        relative to the size of the estimate).
    parameter
        Where it is.
    core_discrepancy, semopy_discrepancy
        The core's objective at both solutions; infinite where semopy's is inadmissible.
    restarted
        Whether the core started anew from semopy's solution.
    success
        What semopy says of its own fit.
    stopped_early
        ``"semopy"``, ``"core"``, both joined, or empty: whose gradient has not vanished.
    description
        The model as semopy read it.
    """

    largest_difference: float
    parameter: str
    core_discrepancy: float
    semopy_discrepancy: float
    restarted: bool
    success: bool
    description: str
    stopped_early: str = ""

    @property
    def agree(self) -> bool:
        """Whether estimates are the same to a thousandth of a standard error."""
        return self.largest_difference < CLOSE

    def __str__(self) -> str:
        return (
            f"{self._found()}; discrepancy {_rounded(self.core_discrepancy)} by the core, "
            f"{_rounded(self.semopy_discrepancy)} by semopy.{self._early()}"
        )

    def in_words(self) -> str:
        """Return the same without the discrepancies, which are a chi-square in full precision."""
        return f"{self._found()}.{self._early()}"

    def _found(self) -> str:
        found = "agree" if self.agree else "do not agree"
        after = " after the core started anew from semopy's solution" if self.restarted else ""
        return (
            f"The two engines {found}{after}: the largest difference of an estimate is "
            f"{self.largest_difference:.1e} standard errors (in {self.parameter})"
        )

    def _early(self) -> str:
        if self.agree or not self.stopped_early:
            return ""
        return f" Stopped before its gradient vanished: {self.stopped_early}."


def _rounded(discrepancy: float) -> str:
    """Write a discrepancy to the digits that decide whether the core starts anew."""
    return f"{round(discrepancy, 8) + 0.0:.8f}"


def second_opinion(solution: Solution) -> SemopySolution:
    """Fit the model of a solution by semopy, from the usual start.

    Raises
    ------
    NotSupported
        When semopy cannot fit it rightly; the message names the reason.
    SecondEngineError
        When semopy breaks down.
    """
    options, data = solution.options, solution.data
    require_semopy_can(
        solution.table,
        estimator="ML" if options.function == "ML" and not options.scaled else options.estimator,
        missing=options.missing,
        cluster=any(getattr(group, "clusters", None) for group in data.groups),
        weights=any(group.weights is not None for group in data.groups),
    )
    group = data.groups[0]
    names = solution.table.block().observed
    unit = standardised(solution.table, group.moments.cov)
    start = start_values(solution.table, [group.moments]) * unit.factors
    found = fit_semopy(unit.table, unit.cov, names, round(data.n), start)
    return replace(found, theta=found.theta / unit.factors)


def _completed(theta: Floats, solution: Solution) -> Floats:
    """Fill in what semopy does not estimate (saturated intercepts) from the core."""
    return np.where(np.isnan(theta), solution.theta, theta)


def by_semopy(solution: Solution) -> tuple[Solution, EngineAgreement]:
    """Return the solution that semopy found, with the core's statistics at it.

    Raises
    ------
    EstimationError
        When semopy's solution is no possible one.
    """
    second = second_opinion(solution)
    theta = _completed(second.theta, solution)
    value = solution.objective.value(theta)
    if not np.isfinite(value):
        raise EstimationError(
            "semopy's solution implies an impossible covariance matrix; use engine='core'"
        )
    slope = projected_gradient(
        theta, solution.objective.gradient(theta), solution.basis, None, None
    )
    largest = float(np.abs(slope).max()) if slope.size else 0.0
    fine = second.success and largest < 1e-4
    optimum = replace(
        solution.optimum, theta=theta, value=value, gradient=largest,
        iterations=second.iterations, converged=fine,
        message="converged (semopy)" if fine else "semopy stopped where the gradient is not zero",
    )  # fmt: skip
    return relabelled(solution, optimum), _agreement(solution, second, theta, restarted=False)


def confirmed_by_semopy(solution: Solution) -> tuple[Solution, EngineAgreement]:
    """Return the core's solution and how far semopy agrees with it.

    When semopy's is lower by more than `LOWER_BY`, the core starts anew from there.

    Warns
    -----
    EngineDisagreementWarning
        When the core had to start anew, or estimates differ by more than `CLOSE` standard errors.
    """
    second = second_opinion(solution)
    theta = _completed(second.theta, solution)
    value = solution.objective.value(theta)
    restarted = bool(np.isfinite(value) and value < solution.optimum.value - LOWER_BY)
    if restarted:
        again = minimise(solution.objective, theta, basis=solution.basis)
        # not against semopy's value: at the optimum the last digit decides nothing
        if again.value < solution.optimum.value:
            solution = relabelled(solution, again)
    agreement = _agreement(solution, second, theta, restarted=restarted)
    if restarted:
        warn(
            "semopy found a lower discrepancy than the core, which started anew from there: the "
            f"model has more than one optimum. {agreement}",
            EngineDisagreementWarning,
        )  # fmt: skip
    elif not agreement.agree:
        warn(str(agreement), EngineDisagreementWarning)
    return solution, agreement


def _agreement(
    solution: Solution, second: SemopySolution, theta: Floats, *, restarted: bool
) -> EngineAgreement:
    gap = np.abs(theta - solution.theta) / _standard_errors(solution)
    worst = int(gap.argmax()) if gap.size else 0
    names = solution.table.free_names()
    value = solution.objective.value(theta)
    early = [
        name
        for name, place in (("the core", solution.theta), ("semopy", theta))
        if not _ended(solution, place)
    ]
    return EngineAgreement(
        float(gap.max()) if gap.size else 0.0, names[worst] if names else "",
        float(solution.optimum.value), float(value) if np.isfinite(value) else float("inf"),
        restarted, second.success, second.description, " and ".join(early),
    )  # fmt: skip


def _ended(solution: Solution, theta: Floats) -> bool:
    if not np.isfinite(solution.objective.value(theta)):
        return False
    return scaled_gradient(solution.objective, theta, solution.basis) < 1e-5


def _standard_errors(solution: Solution) -> Floats:
    """Return what a difference of estimates is measured by, (q,)."""
    size = np.maximum(1.0, np.abs(solution.theta))
    try:
        bread = inverted(solution, solution.shared.fisher(solution.theta))
    except (EstimationError, ValueError):
        return size
    errors = np.sqrt(np.maximum(np.diag(bread), 0.0) / solution.effective_n)
    return np.where(errors > 0, errors, size)
