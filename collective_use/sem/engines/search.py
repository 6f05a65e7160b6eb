"""From which starts, and for how long, an optimum is sought."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

import numpy as np

from collective_use.checks import quoted
from collective_use.errors import EstimationError
from collective_use.numerics.moments import Floats
from collective_use.numerics.search.constrained import minimise_constrained
from collective_use.numerics.search.optimise import Optimum, minimise, null_space
from collective_use.numerics.sem.function import Objective
from collective_use.sem.data.data import SampleData
from collective_use.sem.table.constraints import Constraints
from collective_use.sem.table.contradiction import is_linear, refuse_contradiction, with_bounds
from collective_use.sem.table.partable import ParameterTable
from collective_use.sem.table.paths import circle_of
from collective_use.sem.table.start import start_values

SECONDS, STARTS = 120.0, 5
"""How long a model is searched unless told otherwise, and from how many starts at most."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How long an optimum is sought, and whether the search shows how it goes.

    Attributes
    ----------
    seconds
        Processor time of the thread for all starts together, so that what is found does not depend
        on what else the machine does; whatever was best by then is the answer, marked as it is.
    progress
        Whether a bar is shown.
    """

    seconds: float = SECONDS
    progress: bool = False


_BUDGET: ContextVar[Budget] = ContextVar("budget", default=Budget())  # noqa: B039


@contextmanager
def within_budget(budget: Budget) -> Iterator[None]:
    """Let every search inside keep to a budget."""
    token = _BUDGET.set(budget)
    try:
        yield
    finally:
        _BUDGET.reset(token)


@dataclass(slots=True)
class _Course:
    """What a search has tried so far, shown as it goes when that was asked for."""

    budget: Budget
    begun: float
    starts: list[str]

    @property
    def deadline(self) -> float:
        return self.begun + self.budget.seconds

    @property
    def over(self) -> bool:
        return time.thread_time() > self.deadline

    def note(self, found: Optimum) -> None:
        """Keep how one start ended."""
        self.starts.append("ended" if found.converged else f"{found.iterations} steps")

    def told(self, best: Optimum) -> Optimum:
        """Say with a search that found nothing what was tried, and what may help."""
        if best.converged:
            return best
        count, seconds = len(self.starts), time.thread_time() - self.begun
        plural = "s" if count > 1 else ""
        message = f"{best.message}; tried: {count} start{plural}, {seconds:.0f} s"
        if set(self.starts) != {"0 steps"}:
            message += f" ({', '.join(self.starts)})"
        if self.over:
            message += f"; the time limit of {self.budget.seconds:g} s was reached (seconds=)"
        return replace(best, message=message)

    def attempts(self) -> Iterator[int]:
        """Yield the starts one by one while there is time, under a bar when it is wanted."""
        if not self.budget.progress:
            yield from (k for k in range(STARTS) if not (k and self.over))
            return
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=None)
            for k in range(STARTS):
                if k and self.over:
                    return
                limit = f"at most {self.budget.seconds:g} s"
                bar.update(task, description=f"Estimating: start {k + 1} of {STARTS}, {limit}")
                yield k


def search(
    table: ParameterTable, data: SampleData, objective: Objective, constraints: Constraints
) -> tuple[Optimum, Floats | None]:
    """Minimise from the usual start; from others too while the best solution is doubtful."""
    best: tuple[Optimum, Floats | None] | None = None
    again = 0
    bounds = bounds_of(table)
    constrained = bool(constraints.equal or constraints.above)
    if constrained:
        refuse_contradiction(
            constraints, *bounds, np.full(table.n_free, 0.5), table.free_names(), only_linear=True
        )
    course = _Course(_BUDGET.get(), time.thread_time(), [])
    undefined: list[str] = []
    for attempt in course.attempts():
        theta = start_values(table, [g.moments for g in data.groups], attempt)
        if not np.isfinite(objective.value(theta)):
            theta = _possible(table, data, objective, theta)
        if undefined := constraints.undefined(theta):
            continue
        # What is doubtful but found is checked from other starts by scoring alone.
        reached = best is not None and best[0].converged
        most, goal = (SCORING, best[0].value) if best and reached else (SEARCH, -math.inf)
        found = _one_search(table, objective, constraints, theta, most, course.deadline, goal)
        course.note(found[0])
        again += best is not None and _same(found[0], best[0])
        if best is None or _better(found[0], best[0]):
            best, again = found, 0
        if again == CONFIRMED or not _doubtful(table, objective, best):
            break
        if attempt == 0 and constrained:
            refuse_contradiction(constraints, *bounds, theta, table.free_names())
    _refuse_undefined(undefined if best is None else constraints.undefined(best[0].theta))
    if best is None or not np.isfinite(best[0].value):
        raise EstimationError(_nowhere(table))
    return course.told(best[0]), best[1]


def _refuse_undefined(constraints: Sequence[str]) -> None:
    """Raise for constraints without a finite value: such a one cannot be told met."""
    if constraints:
        raise EstimationError(
            f"constraints have no value where they were tried: {'; '.join(constraints)}; a "
            "logarithm or root of a negative number, a division by zero, or a number too large"
        )


def _nowhere(table: ParameterTable) -> str:
    circle = circle_of(table)
    if not circle:
        return "no start was found at which the model implies possible moments"
    return (
        f"{quoted(circle)} act on themselves through each other, and no values were found at which "
        "this circle comes to rest: take one of its effects out, or fix one at a smaller value"
    )


SEARCH, SCORING = 500, 60
"""Steps of a search, and of one that only checks another."""

CONFIRMED = 2
"""So many other starts that end at the same doubtful optimum confirm it."""


def _same(found: Optimum, best: Optimum) -> bool:
    near = abs(found.value - best.value) <= 1e-9 * max(1e-9, abs(best.value))
    return found.converged and best.converged and near


def _better(found: Optimum, best: Optimum) -> bool:
    if found.converged != best.converged:
        return found.converged
    return found.value < best.value - 1e-9 * max(1e-9, abs(best.value))


def _doubtful(
    table: ParameterTable, objective: Objective, found: tuple[Optimum, Floats | None]
) -> bool:
    """Tell whether another start may do better: no optimum, a flat one, or a Heywood case."""
    optimum, basis = found
    if not optimum.converged:
        return True
    variances = [r.free - 1 for r in table.rows if r.free and r.op == "~~" and r.lhs == r.rhs]
    if (optimum.theta[variances] < 0).any():
        return True
    if optimum.theta.size == 0:
        return False
    H = objective.hessian(optimum.theta)
    H = H if basis is None else basis.T @ H @ basis
    d = np.sqrt(np.maximum(np.abs(np.diag(H)), 1e-300))
    return bool(H.size and np.linalg.eigvalsh(H / np.outer(d, d))[0] < 1e-8)


def _possible(
    table: ParameterTable, data: SampleData, objective: Objective, theta: Floats
) -> Floats:
    """Shrink what is off the diagonal until the start implies possible moments."""
    keep, turning = np.zeros(table.n_free, dtype=bool), set(circle_of(table))
    for row in table.rows:
        if row.free and ((row.op == "~~" and row.lhs == row.rhs) or row.op in ("~1", "=~")):
            keep[row.free - 1] = row.op != "=~" or not turning & {row.lhs, row.rhs}
    for factor in (0.5, 0.1, 0.0):
        candidate = np.where(keep, theta, factor * theta)
        if np.isfinite(objective.value(candidate)):
            return candidate
    return theta


def _one_search(
    table: ParameterTable,
    objective: Objective,
    constraints: Constraints,
    theta: Floats,
    most: int = SEARCH,
    deadline: float = math.inf,
    goal: float = -math.inf,
) -> tuple[Optimum, Floats | None]:
    lower, upper = bounds_of(table)
    if not constraints.equal and not constraints.above:
        bounded = np.isfinite(lower).any() or np.isfinite(upper).any()
        return minimise(
            objective, theta, lower=lower if bounded else None, upper=upper if bounded else None,
            most=most, deadline=deadline, goal=goal,
        ), None  # fmt: skip
    if (
        not constraints.above
        and is_linear(constraints.equalities, theta)
        and not np.isfinite(lower).any()
    ):
        c, J = constraints.equalities(theta)
        feasible = theta - np.linalg.pinv(J) @ c
        if np.abs(constraints.equalities(feasible)[0]).max() > 1e-8 * (1 + np.abs(c).max()):
            refuse_contradiction(constraints, lower, upper, theta, table.free_names())
        basis = null_space(J)
        found = minimise(objective, feasible, basis=basis, most=most, deadline=deadline, goal=goal)
        return found, basis
    above = with_bounds(constraints, lower, upper)
    try:
        optimum, J = minimise_constrained(
            objective, theta, constraints.equalities, above, deadline=deadline
        )
    except np.linalg.LinAlgError:
        value = objective.value(theta)
        return Optimum(theta, value, math.inf, 0, False, "constraints without derivative"), None
    return optimum, null_space(J) if J.shape[0] else None


def bounds_of(table: ParameterTable) -> tuple[Floats, Floats]:
    """Return lower and upper bounds by free parameter."""
    lower, upper = np.full(table.n_free, -np.inf), np.full(table.n_free, np.inf)
    for row in table.rows:
        if row.free:
            lower[row.free - 1], upper[row.free - 1] = row.lower, row.upper
    return lower, upper
