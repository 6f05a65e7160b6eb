"""Information and scores through the sample's moments instead of the model's.

Both are estimates of one matrix where the model holds, `h1_information` chooses between them.
"""

from __future__ import annotations

import numpy as np

from collective_use.numerics.moments import Floats, GroupMoments, inverse, normal_weight, vech
from collective_use.numerics.sem.fiml import FimlObjective
from collective_use.numerics.sem.model import cells_of, jacobian
from collective_use.numerics.sem.objective import saturated_block
from collective_use.sem.data.data import GroupData
from collective_use.sem.data.saturated import saturated_of
from collective_use.sem.engines.core import Solution


def is_unstructured(solution: Solution) -> bool:
    """Tell whether expected information and casewise scores take the sample's moments."""
    return solution.options.h1_information == "unstructured"


def saturated_expected(g: GroupData, s: GroupMoments, *, means: bool = True) -> Floats:
    """Return the expected information of (mean, vech S) of one case at moments `s`.

    With missing values it is summed over the patterns, given which of them occurred.

    References
    ----------
    Savalei (2010), British Journal of Mathematical and Statistical Psychology 63:645.
    """
    if not g.patterns:
        return normal_weight(inverse(s.cov), means=means)
    model, _ = saturated_block(s.mean.size)
    objective = FimlObjective(model, [g.patterns], np.ones(1))
    return objective.fisher(np.concatenate([s.mean, vech(s.cov)]))


def unstructured_expected(solution: Solution) -> Floats:
    """Return ``Delta' A Delta``, A the saturated model's expected information at its own moments.

    Returns
    -------
    numpy.ndarray
        Information of one observation (q, q).
    """
    q, means = solution.model.n_free, solution.model.meanstructure
    out = np.zeros((q, q))
    states = solution.objective.states(solution.theta)
    for i, (g, share) in enumerate(zip(solution.data.groups, solution.data.shares, strict=True)):
        A = saturated_expected(g, saturated_of(solution.data, i), means=means)
        D = jacobian(cells_of(solution.model.blocks[i]), states[i], q, means=means)
        out += share * (D.T @ A @ D)
    return out
