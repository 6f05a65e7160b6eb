"""Sizes between groups: standardized effects, explained variance, and what is negligible."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from collective_use.checks import number_between
from collective_use.cutoffs import Cutoff
from collective_use.numerics.sem.model import State, fill, moments
from collective_use.numerics.structure.answers import false_discovery, sized
from collective_use.numerics.types import Floats
from collective_use.sem.result import SemResult
from collective_use.sem.table.compiled import variables_of
from collective_use.structure.answers.effects import Drawn, answer_of, defined
from collective_use.structure.answers.routes import ARROW, SPECIFIC

LESS = " less "

NEGLIGIBLE = Cutoff(
    "negligible",
    0.10,
    "at_most",
    "Cohen, J. (1988). Statistical power analysis for the behavioral sciences (2nd ed.): .10 is a "
    "small correlation; a product of two paths of .30 is .09",
    "standardized effect that is too small to matter",
)
"""Smallest standardized effect that counts."""


def between(fit: SemResult, theta: Floats) -> tuple[tuple[str, ...], State]:
    """Return variables and implied moments between groups for many sets of parameters (R, q)."""
    return variables_of(fit.table.blocks[-1]), moments(fit.solution.model.blocks[-1], theta)


def _variances(state: State) -> Floats:
    spread = np.diagonal(state.C, axis1=-2, axis2=-1)
    return np.where(spread > 0, spread, np.nan)


def explained_shares(fit: SemResult, theta: Floats, outcomes: Sequence[str]) -> Floats:
    """Return R-square of outcomes for many sets of parameters, (R, k)."""
    block = fit.solution.model.blocks[-1]
    names, state = between(fit, theta)
    at = [names.index(name) for name in outcomes]
    residual = np.diagonal(fill(block, theta)[1], axis1=1, axis2=2)
    return np.asarray(1 - residual[:, at] / _variances(state)[:, at])


def explained_frame(fit: SemResult, drawn: Drawn | None, confidence: float) -> pd.DataFrame:
    """Return R-square of every outcome between groups with limits.

    Returns
    -------
    pandas.DataFrame
        ``variable, r_square, lower, upper``; limits are blank without errors.
    """
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    level = fit.table.blocks[-1].level
    outcomes = list(
        dict.fromkeys(r.lhs for r in fit.table.rows if r.op == "~" and r.level in (level, 0))
    )
    estimate = explained_shares(fit, fit.solution.theta[None, :], outcomes)[0]
    frame = pd.DataFrame({"variable": outcomes, "r_square": estimate})
    lower = upper = np.full(len(outcomes), np.nan)
    if drawn is not None and outcomes:
        found = answer_of(
            drawn, lambda theta: explained_shares(fit, theta, outcomes), estimate, confidence
        )
        lower, upper = np.maximum(found.lower, 0.0), np.minimum(found.upper, 1.0)
    return frame.assign(lower=lower, upper=upper)


def ends_of(route: str) -> tuple[str, str] | None:
    """Return first and last measure of a route; None when it has none.

    Examples
    --------
    >>> ends_of("x -> m -> y less x -> n -> y"), ends_of("")
    (('x', 'y'), None)
    """
    chain = route.split(LESS, maxsplit=1)[0].split(ARROW)
    return (chain[0], chain[-1]) if len(chain) > 1 else None


def standardized_effects(fit: SemResult, theta: Floats, routes: Sequence[str]) -> Floats:
    """Return defined effects in standard deviations between groups, (R, k); NaN without a route.

    Parameters
    ----------
    fit
        Whose ``:=`` lines they are.
    theta
        (R, q).
    routes
        Of each line, in its order.
    """
    names, state = between(fit, theta)
    spread = np.sqrt(_variances(state))
    values = defined(fit.solution.constraints, theta)
    out = np.full(values.shape, np.nan)
    for k, route in enumerate(routes):
        ends = ends_of(route)
        if ends is not None and set(ends) <= set(names):
            start, end = (names.index(name) for name in ends)
            out[:, k] = values[:, k] * spread[:, start] / spread[:, end]
    return out


def sizes_frame(
    fit: SemResult, effects: pd.DataFrame, drawn: Drawn | None, confidence: float, bound: float
) -> pd.DataFrame:
    """Return every effect standardized between groups, and whether it is negligible.

    Returns
    -------
    pandas.DataFrame
        ``effect, kind, route, std, lower, upper, p_negligible, p_minimal, verdict``.
    """
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    number_between("bound", bound, 0, float("inf"), open_low=True, open_high=True)
    names = [name for name, _ in fit.solution.constraints.definitions]
    by_name = dict(zip(effects["effect"], effects["route"], strict=True))
    routes = [str(by_name.get(name, "")) for name in names]

    def quantities(theta: Floats) -> Floats:
        return standardized_effects(fit, theta, routes)

    estimate = quantities(fit.solution.theta[None, :])[0]
    frame = pd.DataFrame({"effect": pd.Series(names, dtype=str), "std": estimate})
    nan = np.full(len(names), np.nan)
    low, high, equal, minimal = nan, nan, nan, nan
    if drawn is not None and names:
        answer = answer_of(drawn, quantities, estimate, confidence)
        tests = sized(quantities(drawn.theta), bound)
        low, high, equal, minimal = answer.lower, answer.upper, tests.equivalent, tests.minimal
    alpha = 1 - confidence
    words = [
        _verdict(e, m, alpha, bound) for e, m in zip(equal.tolist(), minimal.tolist(), strict=True)
    ]
    frame = frame.assign(
        lower=low, upper=high, p_negligible=equal, p_minimal=minimal, verdict=words
    )
    head = effects[["effect", "kind", "route"]]
    return head.merge(frame, on="effect", how="left", sort=False)


def contrasts_frame(
    fit: SemResult, effects: pd.DataFrame, drawn: Drawn | None, confidence: float
) -> pd.DataFrame:
    """Return differences of specific indirect effects with the same two ends."""
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    names = [name for name, _ in fit.solution.constraints.definitions]
    rows = effects[effects["kind"] == SPECIFIC]
    chains = list(zip(rows["effect"], rows["route"], strict=True))
    pairs = [
        (first, second)
        for (first, route), (second, other) in combinations(chains, 2)
        if ends_of(route) == ends_of(other)
    ]
    left = [names.index(first) for first, _ in pairs]
    right = [names.index(second) for _, second in pairs]

    def quantities(theta: Floats) -> Floats:
        values = defined(fit.solution.constraints, theta)
        return np.asarray(values[:, left] - values[:, right])

    frame = pd.DataFrame(pairs, columns=["first", "second"])
    estimate = quantities(fit.solution.theta[None, :])[0]
    low = high = p = np.full(len(pairs), np.nan)
    if drawn is not None and pairs:
        answer = answer_of(drawn, quantities, estimate, confidence)
        low, high, p = answer.lower, answer.upper, answer.p
    return frame.assign(est=estimate, lower=low, upper=high, p=p, q=false_discovery(p))


def _verdict(equal: float, minimal: float, alpha: float, bound: float) -> str:
    if equal != equal:
        return "not computed"
    if equal <= alpha:
        return f"smaller than {bound:g}"
    if minimal <= alpha:
        return f"larger than {bound:g}"
    return "undecided"
