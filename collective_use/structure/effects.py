"""Indirect and total effects of a structural model, with two kinds of intervals."""

from __future__ import annotations

import pandas as pd

from collective_use.sem.monte_carlo import MonteCarlo, monte_carlo_intervals
from collective_use.sem.result import SemResult


def effects_frame(
    fit: SemResult, *, draws: int = 20_000, seed: int = 1, level: float = 0.95
) -> tuple[pd.DataFrame, MonteCarlo | None]:
    """Return every defined parameter with delta-method and Monte Carlo limits.

    Parameters
    ----------
    fit
        A fitted model with ``:=`` lines.
    draws, seed, level
        Of the Monte Carlo intervals.

    Returns
    -------
    frame
        Columns ``effect, est, se, z, p, ci_lower, ci_upper`` (delta method),
        ``mc_lower, mc_upper`` (percentiles of the draws), ``std_all``.
    draws
        What the Monte Carlo limits came from; None when there is nothing to draw.

    References
    ----------
    Sobel (1982), Sociological Methodology 13:290; MacKinnon, Lockwood & Williams (2004),
    Multivariate Behavioral Research 39:99.
    """
    estimates = fit.estimates
    rows = estimates[estimates["op"] == ":="]
    frame = rows[["lhs", "est", "se", "z", "p", "ci_lower", "ci_upper", "std_all"]].rename(
        columns={"lhs": "effect"}
    )
    frame = frame.reset_index(drop=True)
    if fit.vcov is None or not len(frame):
        return frame.assign(mc_lower=float("nan"), mc_upper=float("nan")), None
    drawn = monte_carlo_intervals(
        fit.solution.constraints, fit.solution.theta, fit.vcov, draws=draws, seed=seed, level=level
    )
    place = {name: i for i, name in enumerate(drawn.names)}
    order = [place[name] for name in frame["effect"]]
    frame["mc_lower"] = drawn.lower[order]
    frame["mc_upper"] = drawn.upper[order]
    last = frame.pop("std_all")
    return frame.assign(std_all=last), drawn
