"""From a parameter table and a sample to a result."""

from __future__ import annotations

from collections.abc import Sequence

from collective_use.errors import EstimationError, NotSupported
from collective_use.numerics.moments import Floats
from collective_use.sem.data.data import SampleData
from collective_use.sem.engines.core import Solution, fit_table, make_objective, sample_statistics
from collective_use.sem.inference import covariance_of_estimates, first_order
from collective_use.sem.options import Options
from collective_use.sem.postfit.problems import find_problems
from collective_use.sem.reduced_bias import is_reduced, with_reduced_bias
from collective_use.sem.result import SemResult
from collective_use.sem.rotation import Turn, rotated
from collective_use.sem.table.partable import ParameterTable


def estimate(
    table: ParameterTable,
    sample: SampleData,
    options: Options,
    *,
    names: Sequence[str] = ("",),
    model: str = "",
    engine: str = "core",
    turn: Turn | None = None,
) -> SemResult:
    """Estimate a table on a sample, with errors and checks, without warnings.

    Raises
    ------
    EstimationError
        When the model has more parameters than moments.
    """
    blocks = any(block.sets for block in table.blocks)
    if options.estimator == "RBM" and (blocks or engine != "core"):
        what = "exploratory blocks" if blocks else f"engine={engine!r}"
        raise NotSupported(f"{what} with estimator='RBM' is not supported: use estimator='MLR'")
    if blocks and engine != "core":
        raise NotSupported(f"engine={engine!r} with exploratory blocks is not supported")
    if table.n_free > sample_statistics(table) and not table.constraints:
        raise EstimationError(
            f"the model has {table.n_free} free parameters but the data only "
            f"{sample_statistics(table)} moments (df = {sample_statistics(table) - table.n_free}):"
            " fix parameters or hold some equal"
        )
    solution = fit_table(table, sample, options)
    if is_reduced(solution):
        solution = with_reduced_bias(solution, first_order)
    agreement = None
    if engine != "core":
        from collective_use.sem.engines.agreement import by_semopy, confirmed_by_semopy

        ask = by_semopy if engine == "semopy" else confirmed_by_semopy
        solution, agreement = ask(solution)
    if blocks:
        solution = rotated(solution, turn, lambda t, m: make_objective(m, sample, options, t))
    vcov = errors_of(solution)
    problems = find_problems(solution, vcov)
    return SemResult(
        solution, vcov, problems, engine, tuple(names), ("",), model, agreement=agreement
    )


def errors_of(solution: Solution) -> Floats | None:
    """Return the covariance of the estimates, None when the information is singular."""
    if solution.options.se == "none" or solution.model.n_free == 0:
        return None
    try:
        return covariance_of_estimates(solution)
    except (EstimationError, ValueError):
        return None
