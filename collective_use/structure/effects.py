"""Indirect and total effects of a structural model, with two kinds of intervals."""

from __future__ import annotations

import pandas as pd

from collective_use.sem.resampling.monte_carlo import MonteCarlo, monte_carlo_intervals
from collective_use.sem.result import SemResult
from collective_use.structure.routes import route_of


def effects_frame(
    fit: SemResult, *, repetitions: int = 20_000, seed: int | None = 1, confidence: float = 0.95
) -> tuple[pd.DataFrame, MonteCarlo | None]:
    """Return every defined parameter with delta-method and Monte Carlo limits.

    Parameters
    ----------
    fit
        A fitted model with ``:=`` lines.
    repetitions, seed, confidence
        Of the Monte Carlo intervals.

    Returns
    -------
    frame
        Columns ``effect, kind, route, expression`` (see `routes`), ``est, se, z, p, ci_lower,
        ci_upper`` (delta method), ``mc_lower, mc_upper`` (percentiles of the draws), ``std_all``.
    repetitions
        What the Monte Carlo limits came from; None when there is nothing to draw.

    References
    ----------
    Sobel (1982), Sociological Methodology 13:290; MacKinnon, Lockwood & Williams (2004),
    Multivariate Behavioral Research 39:99.
    """
    estimates = fit.estimates
    rows = estimates[estimates["op"] == ":="]
    kept = ["lhs", "rhs", "est", "se", "z", "p", "ci_lower", "ci_upper", "std_all"]
    frame = rows[kept].rename(columns={"lhs": "effect", "rhs": "expression"})
    frame = frame.reset_index(drop=True)
    paths = {
        label: (predictor, outcome)
        for outcome, op, predictor, label in zip(
            estimates["lhs"], estimates["op"], estimates["rhs"], estimates["label"], strict=True
        )
        if op == "~" and label
    }
    read = [route_of(expression, paths) for expression in frame["expression"]]
    frame.insert(1, "kind", [kind for kind, _ in read])
    frame.insert(2, "route", [route for _, route in read])
    if fit.vcov is None or not len(frame):
        return frame.assign(mc_lower=float("nan"), mc_upper=float("nan")), None
    drawn = monte_carlo_intervals(
        fit.solution.constraints,
        fit.solution.theta,
        fit.vcov,
        repetitions=repetitions,
        seed=seed,
        confidence=confidence,
    )
    place = {name: i for i, name in enumerate(drawn.names)}
    order = [place[name] for name in frame["effect"]]
    frame["mc_lower"] = drawn.lower[order]
    frame["mc_upper"] = drawn.upper[order]
    last = frame.pop("std_all")
    return frame.assign(std_all=last), drawn
