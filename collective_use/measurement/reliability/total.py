"""Reliability of one scale's items over persons, groups ignored."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from collective_use.errors import CollectiveUseError
from collective_use.measurement.answers import Answers
from collective_use.measurement.correlations import Floats, correlations_of
from collective_use.measurement.reliability.one_factor import Estimate, one_factor
from collective_use.numerics.items.bounds import greatest_lower_bound, lambda2, lambda4
from collective_use.numerics.items.omega import omega
from collective_use.numerics.items.reliability import cronbach_alpha, scale_reliability
from collective_use.numerics.ordinal.polychoric import thresholds_of
from collective_use.numerics.ordinal.sum_reliability import sum_reliability

FEW_CATEGORIES = 7
"""Items of at most so many categories are taken as ordered (Rhemtulla et al. 2012: 5 to 7)."""


def closed(values: Floats) -> dict[str, float]:
    """Return the coefficients that covariances alone give, by name.

    Parameters
    ----------
    values
        (N, J) complete answers, J at least 2.
    """
    covariance = np.cov(values.T)
    spread = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(spread, spread)
    return {
        "alpha": cronbach_alpha(covariance),
        "alpha_std": cronbach_alpha(correlation),
        "lambda2": lambda2(covariance),
        "lambda4": lambda4(covariance)[0],
        "lambda6": scale_reliability(correlation, len(values)).lambda6,
    }


def total(answers: Answers, *, slow: bool = True) -> dict[str, Estimate]:
    """Return every coefficient of the level ``total``.

    Parameters
    ----------
    answers
        Complete answers to the items of one scale.
    slow
        Also what searches: greatest lower bound, omega hierarchical, ordinal coefficients.
    """
    values = answers.values.to_numpy()
    found = {name: Estimate(value) for name, value in closed(values).items()}
    found |= one_factor(values)
    if slow:
        found["glb"] = _tried(lambda: greatest_lower_bound(np.cov(values.T)))
        found |= _hierarchical(values)
        found |= ordinal(answers)
    spread = float(np.sqrt(np.cov(values.T).sum()))
    found["sem"] = Estimate(spread * float(np.sqrt(max(1.0 - found["alpha"].value, 0.0))))
    return found


def _tried(compute: Callable[[], float]) -> Estimate:
    try:
        return Estimate(compute())
    except CollectiveUseError as problem:
        return Estimate(np.nan, np.nan, str(problem))


def _hierarchical(values: Floats) -> dict[str, Estimate]:
    names = ("omega_h", "omega_total_groups")
    if values.shape[1] < 6:
        why = "three group factors need six items or more"
        return {name: Estimate(np.nan, np.nan, why) for name in names}
    try:
        found = omega(np.asarray(np.corrcoef(values.T), float), 3)
    except (CollectiveUseError, np.linalg.LinAlgError) as problem:
        return {name: Estimate(np.nan, np.nan, str(problem)) for name in names}
    return {"omega_h": Estimate(found.hierarchical), "omega_total_groups": Estimate(found.total)}


def ordinal(answers: Answers) -> dict[str, Estimate]:
    """Return ordinal alpha and the two omegas of ordered answers.

    Parameters
    ----------
    answers
        Complete answers to the items of one scale.
    """
    names = ("alpha_ordinal", "omega_ordinal", "omega_response")
    frame = answers.values
    most = int(frame.nunique().max())
    if most > FEW_CATEGORIES:
        why = f"items have up to {most} categories: taken as numbers"
        return {name: Estimate(np.nan, np.nan, why) for name in names}
    try:
        found = correlations_of(answers, "polychoric")
    except CollectiveUseError as problem:
        return {name: Estimate(np.nan, np.nan, str(problem)) for name in names}
    out = {"alpha_ordinal": Estimate(cronbach_alpha(found.matrix))}
    return out | _ordinal_omega(answers, found.matrix)


def _ordinal_omega(answers: Answers, polychoric: Floats) -> dict[str, Estimate]:
    from collective_use.measurement.reliability.one_factor import fitted, names_for
    from collective_use.results import NotComputed

    frame = answers.values
    names = names_for(frame.shape[1])
    if len(names) < 3:
        why = "one factor of two items is not identified"
        return {n: Estimate(np.nan, np.nan, why) for n in ("omega_ordinal", "omega_response")}
    data = frame.set_axis(names, axis=1)
    fit = fitted("f =~ " + " + ".join(names), data, ordered=names, std_lv=True)
    if isinstance(fit, NotComputed):
        return {
            n: Estimate(np.nan, np.nan, fit.reason) for n in ("omega_ordinal", "omega_response")
        }
    loadings = fit.standardized("all").query("op == '=~'")["est"].to_numpy()
    common = np.outer(loadings, loadings)
    cuts = [
        thresholds_of(np.unique(frame[name], return_counts=True)[1].astype(float)) for name in frame
    ]
    response = float(loadings.sum()) ** 2 / float(polychoric.sum())
    return {
        "omega_ordinal": Estimate(float(sum_reliability(common, polychoric, cuts))),
        "omega_response": Estimate(response),
    }
