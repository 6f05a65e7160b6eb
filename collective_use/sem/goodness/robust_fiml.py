"""CFI, TLI and RMSEA corrected for missing values (and distribution)."""

from __future__ import annotations

import math

import numpy as np
from scipy.linalg import block_diag

from collective_use.numerics.moments import Floats, GroupMoments, inverse, normal_weight, vech
from collective_use.numerics.sem.fiml import FimlObjective
from collective_use.numerics.sem.fit_indices import Versus
from collective_use.numerics.sem.model import cells_of, jacobian
from collective_use.numerics.sem.objective import NormalObjective, saturated_block
from collective_use.sem.data.data import GroupData
from collective_use.sem.engines.core import Solution
from collective_use.sem.goodness.tests_of_fit import incomplete_information, kept_moments
from collective_use.sem.inference import covariate_places, inverted, states_of


def corrected_fiml(
    solution: Solution, null: Solution, saturated: list[GroupMoments]
) -> tuple[Versus, float]:
    """Return the complete-data statistics at the incomplete-data solution, with their scalings.

    NaN where the data do not hold all unrestricted moments.

    Parameters
    ----------
    solution, null
        The model and the independence model.
    saturated
        Saturated moments by group.

    References
    ----------
    Zhang & Savalei (2023), Structural Equation Modeling 30:349 (versions V3 and V6).
    """
    robust = solution.options.scaled
    A, J, W, shares = [], [], [], solution.data.shares
    middle = []
    for i, (g, s, share) in enumerate(zip(solution.data.groups, saturated, shares, strict=True)):
        observed, first = incomplete_information(g, s)
        keep = kept_moments(s.mean.size, covariate_places(solution, i), means=True)
        place = np.ix_(keep, keep)
        A.append(share * observed[place])
        J.append(share * first[place])
        W.append(share * normal_weight(inverse(s.cov), means=True)[place])
        middle.append(_bread(solution, g, s, observed, first, share)[place])
    Wm, Jm, Wc = block_diag(*A), block_diag(*J), block_diag(*W)
    try:
        Wmi = inverse(Wm)
    except np.linalg.LinAlgError:  # two items that no case has both of: no information
        return Versus(*[math.nan] * 6), math.nan
    gamma = Wmi @ Jm @ Wmi if robust else None
    bread = block_diag(*middle)
    c = _scaling(solution, Wm, Wmi, Wc, gamma, bread)
    c_null = _scaling(null, Wm, Wmi, Wc, gamma, bread)
    chisq = _complete_statistic(solution, saturated)
    null_chisq = _complete_statistic(null, saturated)
    return Versus(chisq, solution.df, null_chisq, null.df, c, c_null), chisq / c


def _bread(
    solution: Solution,
    g: GroupData,
    s: GroupMoments,
    observed: Floats,
    first: Floats,
    share: float,
) -> Floats:
    """Return the saturated information of the kind that the errors use."""
    kind = solution.options.information
    if kind == "observed":
        return share * observed
    if kind == "first.order":
        return share * first
    model, _ = saturated_block(s.mean.size)
    objective = FimlObjective(model, [g.patterns], np.ones(1))
    return share * objective.fisher(np.concatenate([s.mean, vech(s.cov)]))


def _complete_statistic(solution: Solution, saturated: list[GroupMoments]) -> float:
    moments = [
        GroupMoments(s.n, s.mean, s.cov, float(np.linalg.slogdet(s.cov)[1])) for s in saturated
    ]
    objective = NormalObjective(solution.model, moments, solution.data.shares)
    return 2 * solution.data.n * objective.value(solution.theta)


def _scaling(
    solution: Solution, Wm: Floats, Wmi: Floats, Wc: Floats, gamma: Floats | None, bread: Floats
) -> float:
    if solution.df == 0:
        return float("inf")  # as lavaan divides; a model that fits by construction is not scaled
    blocks = []
    for i, (block, state) in enumerate(
        zip(solution.model.blocks, states_of(solution), strict=True)
    ):
        full = jacobian(cells_of(block), state, solution.model.n_free, means=True)
        keep = kept_moments(state.mu.size, covariate_places(solution, i), means=True)
        blocks.append(full[keep])
    D = np.concatenate(blocks)
    WD = Wm @ D
    E = inverted(solution, D.T @ bread @ D)
    U = Wm - WD @ E @ WD.T
    middle = Wmi @ Wc @ Wmi
    trace = np.sum(middle * U.T) if gamma is None else np.trace(U @ middle @ U @ gamma)
    return float(trace) / solution.df
