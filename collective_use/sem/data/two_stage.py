"""First stage of two-stage maximum likelihood: unrestricted moments and how they vary.

References
----------
Savalei & Bentler (2009), Structural Equation Modeling 16:477 (normal values); Savalei & Falk
(2014), Structural Equation Modeling 21:280 (robust).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from collective_use.errors import EstimationError
from collective_use.numerics.moments import (
    Floats,
    GroupMoments,
    Ints,
    inverse,
    inverse_and_log_det,
    patterns_of,
    vech,
)
from collective_use.numerics.sem.fiml import FimlObjective, saturated_scores
from collective_use.numerics.sem.objective import saturated_block
from collective_use.numerics.sem.saturated import saturated_moments


def first_stage(
    Y: Floats, start: GroupMoments, covariates: Ints, p: int, *, robust: bool
) -> tuple[GroupMoments, Floats]:
    """Return moments of the first p variables, and their asymptotic covariance.

    Parameters
    ----------
    Y
        Cases (n, p + auxiliary variables), NaN where missing.
    start
        Moments to start from.
    covariates
        Places of covariates with fixed moments, which do not vary.
    p
        Number of the model's variables; auxiliary ones follow them.
    robust
        Whether the covariance allows for values that are not normal.

    Returns
    -------
    tuple
        Moments (divisor n), and the covariance (k, k) of one case's (mean, vech S).

    Raises
    ------
    EstimationError
        When the unrestricted likelihood has no maximum.
    """
    patterns = patterns_of(Y, None)
    full = saturated_moments(patterns, start)
    if not np.isfinite(full.log_det):
        raise EstimationError(
            "missing='two.stage': too few cases hold some of the covariances, so that the first "
            "stage has no maximum: leave a variable out"
        )
    keep = _varying(full.mean.size, covariates)
    model, _ = saturated_block(full.mean.size)
    objective = FimlObjective(model, [patterns], np.ones(1))
    A = objective.hessian(np.concatenate([full.mean, vech(full.cov)]))[np.ix_(keep, keep)]
    inner = inverse(A)
    if robust:
        scores = saturated_scores(Y, patterns, full.mean, full.cov)[:, keep]
        inner = inner @ (scores.T @ scores / Y.shape[0]) @ inner
    omega = np.zeros((keep.size, keep.size))
    omega[np.ix_(keep, keep)] = inner
    own = _of_first(full.mean.size, p)
    cov = full.cov[:p, :p]
    parts = inverse_and_log_det(cov)
    if parts is None:
        raise EstimationError("missing='two.stage': the first stage's covariances are singular")
    return GroupMoments(full.n, full.mean[:p], cov, parts[1]), omega[np.ix_(own, own)]


def _varying(p: int, covariates: Ints) -> NDArray[np.bool_]:
    fixed = np.zeros(p, dtype=bool)
    fixed[covariates] = True
    return ~np.concatenate([fixed, vech(np.outer(fixed, fixed).astype(float)) > 0])


def _of_first(total: int, p: int) -> Ints:
    """Return the places of the first p variables' moments."""
    first = np.arange(total) < p
    both = vech(np.outer(first, first).astype(float)) > 0
    return np.flatnonzero(np.concatenate([first, both]))
