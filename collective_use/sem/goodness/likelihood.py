"""Log-likelihoods of the model and of the saturated model."""

from __future__ import annotations

import math

import numpy as np

from collective_use.numerics.moments import Floats, GroupMoments, Ints, inverse_and_log_det
from collective_use.numerics.sem.fiml import stack_patterns
from collective_use.numerics.sem.saturated import expectation_step
from collective_use.sem.data.data import GroupData
from collective_use.sem.engines.core import Solution
from collective_use.sem.inference import covariate_places, states_of

LOG_2PI = math.log(2 * math.pi)


def has_maximum(saturated: GroupMoments) -> bool:
    """Tell whether the unrestricted likelihood of incomplete data has a maximum."""
    return not math.isnan(saturated.log_det)


def normal_log_likelihood(g: GroupMoments, mu: Floats | None, Sigma: Floats) -> float:
    """Return the log-likelihood of complete data from its moments."""
    parts = inverse_and_log_det(Sigma)
    if parts is None:
        return -math.inf
    P, log_det = parts
    total = g.mean.size * LOG_2PI + log_det + float(np.sum(P * g.cov))
    if mu is not None:
        d = g.mean - mu
        total += float(d @ P @ d)
    return -0.5 * g.n * total


def incomplete_log_likelihood(g: GroupData, mu: Floats, Sigma: Floats) -> float:
    """Return the log-likelihood of incomplete data."""
    deviance = expectation_step(stack_patterns(g.patterns, mu.size), mu, Sigma)[2]
    n = sum(pattern.n for pattern in g.patterns)
    seen = sum(pattern.n * pattern.seen.size for pattern in g.patterns)
    return -0.5 * (seen * LOG_2PI + n * deviance)


def _of_covariates(g: GroupData, moments: GroupMoments, places: Ints) -> float:
    """Return the log-likelihood of the fixed covariates, which is no part of the model's."""
    if places.size == 0:
        return 0.0
    S = moments.cov[np.ix_(places, places)]
    part = GroupMoments(g.moments.n, moments.mean[places], S, 0.0)
    return normal_log_likelihood(part, None, S)


def log_likelihood(solution: Solution, saturated: list[GroupMoments]) -> tuple[float, float]:
    """Return the log-likelihood of the model and of the saturated model.

    Parameters
    ----------
    solution
        A maximum likelihood solution.
    saturated
        Saturated moments by group.
    """
    model = unrestricted = 0.0
    means = solution.model.meanstructure
    for i, g in enumerate(solution.data.groups):
        state, s = states_of(solution)[i], saturated[i]
        covariates = _of_covariates(g, s, covariate_places(solution, i))
        if g.patterns:
            model += incomplete_log_likelihood(g, state.mu, state.Sigma) - covariates
            own = incomplete_log_likelihood(g, s.mean, s.cov) - covariates
            unrestricted += own if has_maximum(s) else math.nan
        else:
            mu = state.mu if means else None
            model += normal_log_likelihood(s, mu, state.Sigma) - covariates
            unrestricted += normal_log_likelihood(s, None, s.cov) - covariates
    return model, unrestricted
