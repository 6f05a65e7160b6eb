"""How strong an omitted common cause would have to be to undo each path."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import t as student

from collective_use.checks import number_between
from collective_use.numerics.structure.omitted import (
    as_strong_as,
    at_limit,
    bias_of,
    partial_correlation,
    robustness,
)
from collective_use.numerics.types import Floats
from collective_use.sem.result import SemResult
from collective_use.structure.answers.sizes import between

COLUMNS = [
    "outcome", "predictor", "est", "correlation", "robustness", "robustness_limit", "like",
    "like_predictor", "like_outcome", "est_without",
]  # fmt: skip


def omitted_frame(fit: SemResult, df: float | None, confidence: float) -> pd.DataFrame:
    """Return, for every path, what a common cause left out would have to explain.

    Parameters
    ----------
    fit
        A fitted structure.
    df
        Of its t distribution; None for the normal one.
    confidence
        Of the limits.
    """
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    names, state = between(fit, fit.solution.theta[None, :])
    C = state.C[0]
    level = fit.table.blocks[-1].level
    paths: dict[str, list[str]] = {}
    for row in fit.table.rows:
        if row.op == "~" and row.level in (level, 0):
            paths.setdefault(row.lhs, []).append(row.rhs)
    shown = fit.estimates
    shown = shown[shown["op"] == "~"]
    pairs = zip(shown["lhs"], shown["rhs"], strict=True)
    sizes = dict(zip(pairs, zip(shown["est"], shown["se"], strict=True), strict=True))
    rows = []
    for outcome, predictors in paths.items():
        for predictor in predictors:
            est, se = sizes[outcome, predictor]
            others = [name for name in predictors if name != predictor]
            at = [names.index(outcome), names.index(predictor)]
            rest = [names.index(name) for name in others]
            own = _path(C, at, rest, float(est), float(se), df, confidence)
            rows.append((outcome, predictor, *own, *_like(C, at, rest, others, float(est))))
    return pd.DataFrame(rows, columns=COLUMNS)


def _path(
    C: Floats, at: list[int], rest: list[int], est: float, se: float, df: float | None,
    confidence: float,
) -> tuple[float, float, float, float]:  # fmt: skip
    r = partial_correlation(C, at[0], at[1], rest)
    f = np.array([abs(r) / np.sqrt(1 - r**2)])
    free = df if df is not None else 1e9
    tail = (1 + confidence) / 2
    critical = float(student.ppf(tail, max(free - 1, 1.0)))
    ratio = np.array([abs(est) / se if se > 0 else np.nan])
    limit = robustness(at_limit(f, ratio, critical, free))
    return est, r, float(robustness(f)[0]), float(limit[0])


def _like(
    C: Floats, at: list[int], rest: list[int], others: list[str], est: float
) -> tuple[str, float, float, float]:
    """Return the predictor beside it that would matter most, and the path if one like it lacked."""
    best: tuple[str, float, float, float] = ("", np.nan, np.nan, np.nan)
    most = -1.0
    for place, name in zip(rest, others, strict=True):
        given = [j for j in rest if j != place]
        with_predictor = partial_correlation(C, place, at[1], given) ** 2
        with_outcome = partial_correlation(C, place, at[0], [*given, at[1]]) ** 2
        bounds = as_strong_as(with_outcome, with_predictor)
        if bounds is None:
            continue
        scale = _residual(C, at[0], [*rest, at[1]]) / _residual(C, at[1], rest)
        bias = bias_of(*bounds, scale)
        if bias > most:
            most = bias
            best = (name, with_predictor, with_outcome, float(np.sign(est) * (abs(est) - bias)))
    return best


def _residual(C: Floats, place: int, given: list[int]) -> float:
    left = C[place, place]
    if given:
        left -= C[place, given] @ np.linalg.solve(C[np.ix_(given, given)], C[given, place])
    return float(np.sqrt(left))
