"""Effects of a structural model: one answer each, limits and p from the same distribution."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.checks import number_between, one_of, whole_number
from collective_use.numerics.resampling.intervals import acceleration_of
from collective_use.numerics.structure.answers import (
    Answer,
    bca_answer,
    false_discovery,
    normal_draws,
    percentile_answer,
)
from collective_use.numerics.types import Floats
from collective_use.sem.resampling.monte_carlo import evaluate_draws
from collective_use.sem.result import SemResult
from collective_use.sem.table.constraints import Constraints
from collective_use.structure.answers.routes import route_of

INTERVALS = ("monte_carlo", "percentile", "bca")


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where limits come from.

    Attributes
    ----------
    kind
        One of `INTERVALS`.
    theta
        Draws or replicates of the free parameters (R, q).
    left_out
        Estimates without each group (G, q), for BCa.
    words
        How to say it in a note.
    """

    kind: str
    theta: Floats
    left_out: Floats | None
    words: str


def effects_frame(fit: SemResult, drawn: Drawn | None, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return every defined effect with one pair of limits and a p that belongs to them.

    Parameters
    ----------
    fit
        A fitted model with ``:=`` lines.
    drawn
        Draws of its parameters; None when errors could not be computed.
    confidence
        Of the limits.

    Returns
    -------
    pandas.DataFrame
        ``effect, kind, route, expression, est, se, lower, upper, p, q, std_all``: `p` is
        the level at which the limits would just touch zero; `q` controls the share of false
        discoveries within effects of one kind.

    References
    ----------
    MacKinnon, Lockwood & Williams (2004), Multivariate Behavioral Research 39:99; Efron (1987),
    Journal of the American Statistical Association 82:171; Benjamini & Hochberg (1995), Journal
    of the Royal Statistical Society B 57:289.
    """
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    frame = _named(fit)
    none = dict.fromkeys(("se", "lower", "upper", "p", "q"), float("nan"))
    last = frame.pop("std_all")
    if drawn is None or not len(frame):
        return frame.assign(**none, std_all=last)
    constraints = fit.solution.constraints
    names = [name for name, _ in constraints.definitions]
    values = defined(constraints, drawn.theta)
    estimate = defined(constraints, fit.solution.theta[None, :])[0]
    answer = answer_of(drawn, lambda theta: defined(constraints, theta), estimate, confidence)
    order = [names.index(name) for name in frame["effect"]]
    frame["se"] = np.nanstd(values, axis=0, ddof=1)[order]
    frame["lower"], frame["upper"] = answer.lower[order], answer.upper[order]
    frame["p"] = answer.p[order]
    frame["q"] = frame.groupby("kind", sort=False)["p"].transform(
        lambda p: false_discovery(p.to_numpy())
    )
    return frame.assign(std_all=last)


def _named(fit: SemResult) -> pd.DataFrame:
    estimates = fit.estimates
    rows = estimates[estimates["op"] == ":="]
    frame = rows[["lhs", "rhs", "est", "std_all"]].rename(
        columns={"lhs": "effect", "rhs": "expression"}
    )
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
    return frame


def defined(constraints: Constraints, theta: Floats) -> Floats:
    """Return what the ``:=`` lines give for many sets of parameters, (R, k)."""
    R = len(theta)
    known: dict[str, Floats] = {
        label: theta[:, place] if place >= 0 else np.full(R, constraints.fixed[label])
        for label, place in constraints.labels.items()
    }
    for name, expression in constraints.definitions:
        known[name] = np.broadcast_to(evaluate_draws(expression, known), (R,))
    names = [name for name, _ in constraints.definitions]
    return np.array([known[name] for name in names]).reshape(len(names), R).T


def answer_of(
    drawn: Drawn, quantities: Callable[[Floats], Floats], estimate: Floats, confidence: float
) -> Answer:
    """Return limits and p of what parameters give, by the distribution that all answers share.

    Parameters
    ----------
    drawn
        Draws or replicates of the parameters.
    quantities
        From parameters (R, q) to quantities (R, k).
    estimate
        (k,).
    confidence
        Of the limits.
    """
    values = quantities(drawn.theta)
    if drawn.kind != "bca" or drawn.left_out is None:
        return percentile_answer(values, confidence)
    acceleration = acceleration_of(quantities(drawn.left_out))
    return bca_answer(values, estimate, acceleration, confidence)


def monte_carlo(
    fit: SemResult, df: float | None, *, repetitions: int, seed: int | None
) -> Drawn | None:
    """Draw parameters from the normal (or t) distribution of their estimates.

    Parameters
    ----------
    fit
        With a covariance matrix; None comes back without one.
    df
        Degrees of freedom of t; None for the normal distribution.
    repetitions, seed
        Of the draws.
    """
    whole_number("repetitions", repetitions, at_least=100)
    if fit.vcov is None:
        return None
    rng = np.random.default_rng(seed)
    theta = normal_draws(fit.solution.theta, fit.vcov, repetitions, rng, df)
    by = "normal" if df is None else f"t, {df:g} degrees of freedom"
    words = f"{repetitions:,} Monte Carlo draws ({by})"
    return Drawn("monte_carlo", theta, None, words)


def check_intervals(intervals: str) -> None:
    """Raise when a kind of limits is not known."""
    one_of("intervals", intervals, INTERVALS)
