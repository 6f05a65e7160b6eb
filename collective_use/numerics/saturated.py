"""The saturated and the independence model with missing values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.numerics.moments import (
    Floats,
    GroupMoments,
    Pattern,
    inverse_and_log_det,
    unvech,
    vech,
)
from collective_use.numerics.optimise import minimise
from collective_use.numerics.sem_fiml import FimlObjective
from collective_use.numerics.sem_objective import saturated_block


def expectation_step(
    patterns: Sequence[Pattern], mean: Floats, cov: Floats
) -> tuple[Floats, Floats, float]:
    """Return the next mean and covariance of the EM algorithm, and -2 log-likelihood / n.

    References
    ----------
    Little & Rubin (2002), Statistical analysis with missing data, section 11.2.
    """
    p = mean.size
    first, second = np.zeros(p), np.zeros((p, p))
    total = sum(pattern.n for pattern in patterns)
    deviance = 0.0
    for pattern in patterns:
        o = pattern.seen
        parts = inverse_and_log_det(cov[np.ix_(o, o)])
        if parts is None:
            return mean, cov, np.inf
        P, log_det = parts
        d = pattern.mean - mean[o]
        deviance += pattern.n * (log_det + float(np.sum(P * pattern.cov)) + float(d @ P @ d))
        slopes = cov[:, o] @ P
        average = mean + slopes @ d
        spread = slopes @ pattern.cov @ slopes.T + cov - slopes @ cov[o, :]
        spread[np.ix_(o, o)] = pattern.cov
        first += pattern.n * average
        second += pattern.n * (spread + np.outer(average, average))
    new_mean = first / total
    return new_mean, second / total - np.outer(new_mean, new_mean), deviance / total


def saturated_moments(patterns: Sequence[Pattern], start: GroupMoments) -> GroupMoments:
    """Return the maximum likelihood means and covariances of incomplete data.

    Parameters
    ----------
    patterns
        Missing patterns of one group.
    start
        Where to begin.

    Returns
    -------
    GroupMoments
        `log_det` holds ``-2 logL / n`` without its constant.
    """
    mean, cov = start.mean, start.cov
    p = mean.size
    small = p * (p + 3) // 2 <= 120
    last = np.inf
    for _ in range(4 if small else 5000):
        new_mean, new_cov, deviance = expectation_step(patterns, mean, cov)
        change = float(np.abs(new_cov - cov).max() / np.abs(cov).max())
        mean, cov = new_mean, new_cov
        if not np.isfinite(deviance) or (abs(last - deviance) < 1e-14 and change < 1e-9):
            break
        last = deviance
    if small:
        model, _ = saturated_block(p)
        objective = FimlObjective(model, [patterns], np.ones(1))
        found = minimise(objective, np.concatenate([mean, vech(cov)]))
        if found.converged:
            mean, cov = found.theta[:p], unvech(found.theta[p:], p)
    deviance = expectation_step(patterns, mean, cov)[2]
    return GroupMoments(start.n, mean, cov, deviance)
