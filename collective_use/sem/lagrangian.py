"""Observed information under constraints that bend: the Hessian of the Lagrangian."""

from __future__ import annotations

import numpy as np

from collective_use.numerics.moments import Floats
from collective_use.numerics.search.constrained import constraint_curvature
from collective_use.sem.engines.core import Solution
from collective_use.sem.table.contradiction import is_linear

ACTIVE = 1e-7
"""An inequality that is met with no more than this to spare holds as an equality."""


def observed_information(solution: Solution) -> Floats:
    """Return the second derivative of the Lagrangian at the solution, (q, q).

    With ``c(theta) = 0`` and multipliers l it is that of ``F + l' c``. Within the directions that
    the constraints leave open this equals the second derivative of the likelihood from which
    the constrained parameters have been eliminated. Linear constraints have no curvature.

    References
    ----------
    Aitchison & Silvey (1958), Annals of Mathematical Statistics 29:813; Nocedal & Wright (2006),
    Numerical optimization, section 12.5.
    """
    objective, theta = solution.objective, solution.theta
    H = objective.hessian(theta)
    if not (solution.constraints.equal or solution.constraints.above):
        return H

    def binding(at: Floats) -> tuple[Floats, Floats]:
        c, J = solution.constraints.equalities(at)
        _, K = solution.constraints.inequalities(at)
        return c, np.concatenate([J, K[active]])

    active = np.abs(solution.constraints.inequalities(theta)[0]) < ACTIVE
    J = binding(theta)[1]
    if J.size == 0 or is_linear(binding, theta):
        return H
    gradient = objective.gradient(theta)
    multipliers: Floats = np.linalg.lstsq(J.T, -gradient, rcond=None)[0].astype(np.float64)
    return np.asarray(H + constraint_curvature(binding, theta, multipliers))
