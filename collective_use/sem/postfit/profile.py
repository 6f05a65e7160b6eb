"""Confidence limits by likelihood profile."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri

from collective_use.checks import did_you_mean, number_between
from collective_use.errors import InputError, NotSupported
from collective_use.numerics.moments import Floats
from collective_use.numerics.search.optimise import minimise
from collective_use.sem.engines.core import Solution
from collective_use.sem.inference import information, inverted
from collective_use.sem.reduced_bias import refuse_reduced


def profile_limits(
    solution: Solution, parameter: str, confidence: float = 0.95
) -> tuple[float, float]:
    """Return the values at which the likelihood ratio test of a parameter turns significant.

    Parameters
    ----------
    solution
        A maximum likelihood solution without constraints.
    parameter
        A label or ``"lhs op rhs"``.
    confidence
        Of confidence.

    Returns
    -------
    tuple
        Lower and upper limit; infinite when the likelihood stays above the limit.

    References
    ----------
    Venzon & Moolgavkar (1988), Applied Statistics 37:87; Neale & Miller (1997), Behavior
    Genetics 27:113.
    """
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    refuse_reduced(solution, "profile()")
    if solution.options.function != "ML":
        raise NotSupported("likelihood profiles need maximum likelihood")
    if solution.basis is not None:
        raise NotSupported("likelihood profiles with constraints are not supported")
    names = [name.replace(" ", "") for name in solution.table.free_names()]
    key = parameter.replace(" ", "")
    if key not in names:
        hint = did_you_mean(key, names)
        raise InputError(f"parameter must be free in the model, got {parameter!r}{hint}")
    place = names.index(key)
    cut = float(chdtri(1, 1 - confidence)) / (2 * solution.effective_n)
    spread = inverted(solution, information(solution))[place, place]
    error = math.sqrt(max(spread, 1e-300) / solution.effective_n)
    return (
        _limit(solution, place, cut, -error),
        _limit(solution, place, cut, error),
    )


def _limit(solution: Solution, place: int, cut: float, step: float) -> float:
    best = solution.optimum.value
    at = float(solution.theta[place])
    last = {"theta": solution.theta.copy()}

    def excess(value: float) -> float:
        theta = _held(solution, place, value, last["theta"])
        if theta is None:
            return math.nan
        last["theta"] = theta
        return solution.objective.value(theta) - best - cut

    inner, outer = at, at + 2 * step
    for _ in range(40):
        found = excess(outer)
        if math.isnan(found):
            return math.copysign(math.inf, step)
        if found > 0:
            return float(brentq(excess, inner, outer, xtol=1e-10 * max(1.0, abs(at))))
        inner, outer = outer, outer + 2 * step
        step *= 1.5
    return math.copysign(math.inf, step)


def _held(solution: Solution, place: int, value: float, start: Floats) -> Floats | None:
    q = start.size
    theta = start.copy()
    theta[place] = value
    basis = np.delete(np.eye(q), place, axis=1)
    if not np.isfinite(solution.objective.value(theta)):
        theta = solution.theta.copy()
        theta[place] = value
    found = minimise(solution.objective, theta, basis=basis)
    return found.theta if found.converged else None
