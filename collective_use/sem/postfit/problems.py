"""Checks after estimation: is the solution one?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.checks import quoted
from collective_use.errors import (
    ConvergenceWarning,
    DataWarning,
    ImproperSolutionWarning,
    warn,
)
from collective_use.numerics.moments import Floats
from collective_use.sem.engines.core import Solution
from collective_use.sem.inference import information
from collective_use.sem.postfit.admissible import improper_matrices, place_of
from collective_use.sem.postfit.standardized import scales_of, value_of


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that makes a solution doubtful.

    Attributes
    ----------
    kind
        ``"convergence"``, ``"identification"``, ``"variance"``, ``"matrix"`` or ``"data"``.
    text
        One sentence naming the parameters.
    """

    kind: str
    text: str


_CLASSES = {
    "convergence": ConvergenceWarning,
    "data": DataWarning,
}


def find_problems(solution: Solution, vcov: Floats | None) -> tuple[Problem, ...]:
    """List what is wrong with a solution; empty when nothing is."""
    found: list[Problem] = []
    if not solution.optimum.converged:
        text = (
            f"the estimation did not converge ({solution.optimum.message}; largest gradient "
            f"element {solution.optimum.gradient:.1e}): the numbers are not a solution"
        )
        found.append(Problem("convergence", text))
    reached = solution.optimum.converged
    if vcov is None and reached and solution.options.se != "none" and solution.model.n_free:
        found.append(Problem("identification", _unidentified(solution)))
    if vcov is not None and (np.diag(vcov) < 0).any():
        names = np.array(solution.table.free_names())[np.diag(vcov) < 0]
        text = (
            f"the estimated error variance of {quoted(names)} is negative, so there is no "
            "standard error; with two cluster names, one of them may have too few clusters"
        )
        found.append(Problem("data", text))
    if not any(problem.kind == "identification" for problem in found):
        # Without identification the values are arbitrary and say nothing on their own.
        found += _variances(solution)
        found += [Problem("matrix", text) for text in improper_matrices(solution)]
    if solution.data.n < solution.n_parameters:
        text = (
            f"{solution.n_parameters} parameters are estimated from {solution.data.n:g} cases: "
            "errors and tests cannot be trusted"
        )
        found.append(Problem("data", text))
    found += _few_clusters(solution)
    return tuple(found)


def _few_clusters(solution: Solution) -> list[Problem]:
    """Say when a sandwich has fewer clusters than parameters: its rank is theirs at most."""
    codes = [group.clusters for group in solution.data.groups]
    if not codes or not codes[0] or not solution.options.se.startswith("robust"):
        return []
    counts = [sum(np.unique(group[k]).size for group in codes) for k in range(len(codes[0]))]
    if min(counts) >= solution.n_parameters:
        return []
    text = (
        f"{solution.n_parameters} parameters but only {min(counts)} clusters: errors that allow "
        "for clusters cannot be trusted, and joint tests are impossible"
    )
    return [Problem("data", text)]


def warn_problems(problems: tuple[Problem, ...]) -> None:
    """Issue one warning per problem, each of its named class."""
    for problem in problems:
        kind = _CLASSES.get(problem.kind, ImproperSolutionWarning)
        warn(problem.text, kind)


def _unidentified(solution: Solution) -> str:
    try:
        info = information(solution)
    except (ValueError, ArithmeticError):
        return "the information matrix cannot be computed: the model may not be identified"
    K = solution.basis
    inner = info if K is None else K.T @ info @ K
    d = np.sqrt(np.maximum(np.abs(np.diag(inner)), 1e-300))
    values, vectors = np.linalg.eigh(inner / np.outer(d, d))
    # every direction without information: a model can be unidentified in several places
    null = vectors[:, values < max(1e-7 * values[-1], values[0] + 1e-12)]
    share = np.linalg.norm(null if K is None else K @ null, axis=1)
    names = solution.table.free_names()
    # Parameters outside the null space have shares of rounding error; those inside, of any size.
    involved = [n for n, v in zip(names, share, strict=True) if v > 1e-3]
    return (
        "the model is not identified (singular information): "
        f"{quoted(involved or names)} cannot be told apart; there are no standard errors"
    )


def _variances(solution: Solution) -> list[Problem]:
    """Name negative variances, also those that a parameterisation derives (ordered variables)."""
    scales = scales_of(solution)
    negative = []
    for row in solution.table.rows:
        if row.op != "~~" or row.lhs != row.rhs:
            continue
        derived = row.lhs in solution.table.block(row.group, row.level).ordered
        if not row.free and not derived:
            continue
        value, block = value_of(row, solution.theta), scales[row.group, row.level]
        if value < -1e-9 * abs(block.total[block.place[row.lhs]]):
            where = place_of(solution, row.group, row.level)
            negative.append(f"{row.lhs} ({value:.3g}{', ' if where else ''}{where})")
    if not negative:
        return []
    text = f"negative variance (a Heywood case): {', '.join(negative)}"
    return [Problem("variance", text)]
