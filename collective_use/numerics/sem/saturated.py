"""The saturated and the independence model with missing values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.numerics.moments import (
    Floats,
    GroupMoments,
    Pattern,
    unvech,
    vech,
)
from collective_use.numerics.search.optimise import minimise
from collective_use.numerics.sem.fiml import (
    FimlObjective,
    PatternStack,
    inverses_by_pattern,
    stack_patterns,
)
from collective_use.numerics.sem.objective import saturated_block


def expectation_step(
    stack: PatternStack, mean: Floats, cov: Floats
) -> tuple[Floats, Floats, float]:
    """Return the next mean and covariance of the EM algorithm, and -2 log-likelihood / n.

    References
    ----------
    Little & Rubin (2002), Statistical analysis with missing data, section 11.2.
    """
    parts = inverses_by_pattern(stack, cov)
    if parts is None:
        return mean, cov, np.inf
    P, log_det = parts
    d = (stack.mean - mean) * stack.mask
    deviance = log_det + np.einsum("kij,kij->k", P, stack.cov) + np.einsum("ki,kij,kj->k", d, P, d)
    slopes = cov @ P
    average = mean + (slopes @ d[:, :, None])[:, :, 0]
    spread = slopes @ (stack.cov - cov * stack.mask[:, :, None] * stack.mask[:, None, :])
    spread = spread @ slopes.swapaxes(1, 2) + cov
    new_mean = stack.share @ average
    second = np.tensordot(stack.share, spread, axes=1)
    second += (average * stack.share[:, None]).T @ average
    return new_mean, second - np.outer(new_mean, new_mean), float(stack.share @ deviance)


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
        `log_det` holds ``-2 logL / n`` without its constant; NaN where there is no maximum: with
        few cases behind some moments the likelihood rises for ever as the covariances become
        singular.
    """
    mean, cov = start.mean, start.cov
    p = mean.size
    stack = stack_patterns(patterns, p)
    small = p * (p + 3) // 2 <= 120
    mean, cov, done = _expectation_steps(stack, mean, cov, 4 if small else 5000)
    if small:
        model, _ = saturated_block(p)
        objective = FimlObjective(model, [patterns], np.ones(1))
        found = minimise(objective, np.concatenate([mean, vech(cov)]))
        if found.converged:
            mean, cov, done = found.theta[:p], unvech(found.theta[p:], p), True
        else:
            mean, cov, done = _expectation_steps(stack, mean, cov, 5000)
    deviance = expectation_step(stack, mean, cov)[2] if done else np.nan
    return GroupMoments(start.n, mean, cov, deviance)


def _expectation_steps(
    stack: PatternStack, mean: Floats, cov: Floats, most: int
) -> tuple[Floats, Floats, bool]:
    """Take EM steps; tell whether they have come to rest at a matrix that is not singular."""
    last = change = np.inf
    for _ in range(most):
        new_mean, new_cov, deviance = expectation_step(stack, mean, cov)
        if not np.isfinite(deviance):
            return mean, cov, False
        change = float(np.abs(new_cov - cov).max() / np.abs(cov).max())
        mean, cov = new_mean, new_cov
        if abs(last - deviance) < 1e-14 and change < 1e-9:
            break
        last = deviance
    return mean, cov, change < _AT_REST


_AT_REST = 1e-7
"""Largest relative change of a covariance in the last EM step that still counts as none."""
