"""CFI, TLI and RMSEA corrected for missing values (and distribution)."""

from __future__ import annotations

import numpy as np
from scipy.linalg import block_diag

from collective_use.numerics.fit_indices import Versus
from collective_use.numerics.moments import Floats, GroupMoments, normal_weight
from collective_use.numerics.sem_model import cells_of, jacobian
from collective_use.numerics.sem_objective import NormalObjective
from collective_use.sem.estimate import Solution
from collective_use.sem.inference import inverted, states_of
from collective_use.sem.tests_of_fit import incomplete_information


def corrected_fiml(
    solution: Solution, null: Solution, saturated: list[GroupMoments]
) -> tuple[Versus, float]:
    """Return the complete-data statistics at the incomplete-data solution, with their scalings.

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
    for g, s, share in zip(solution.data.groups, saturated, shares, strict=True):
        observed, first = incomplete_information(g, s)
        A.append(share * observed)
        J.append(share * first)
        W.append(share * normal_weight(np.linalg.inv(s.cov), means=True))
    Wm, Jm, Wc = block_diag(*A), block_diag(*J), block_diag(*W)
    Wmi = np.linalg.inv(Wm)
    gamma = Wmi @ Jm @ Wmi if robust else None
    c = _scaling(solution, Wm, Wmi, Wc, gamma)
    c_null = _scaling(null, Wm, Wmi, Wc, gamma)
    chisq = _complete_statistic(solution, saturated)
    null_chisq = _complete_statistic(null, saturated)
    return Versus(chisq, solution.df, null_chisq, null.df, c, c_null), chisq / c


def _complete_statistic(solution: Solution, saturated: list[GroupMoments]) -> float:
    moments = [
        GroupMoments(s.n, s.mean, s.cov, float(np.linalg.slogdet(s.cov)[1])) for s in saturated
    ]
    objective = NormalObjective(solution.model, moments, solution.data.shares)
    return 2 * solution.data.n * objective.value(solution.theta)


def _scaling(
    solution: Solution, Wm: Floats, Wmi: Floats, Wc: Floats, gamma: Floats | None
) -> float:
    if solution.df == 0:
        return float("nan")
    D = np.concatenate(
        [
            jacobian(cells_of(block), state, solution.model.n_free, means=True)
            for block, state in zip(solution.model.blocks, states_of(solution), strict=True)
        ]
    )
    WD = Wm @ D
    E = inverted(solution, D.T @ WD)
    U = Wm - WD @ E @ WD.T
    middle = Wmi @ Wc @ Wmi
    trace = np.sum(middle * U.T) if gamma is None else np.trace(U @ middle @ U @ gamma)
    return float(trace) / solution.df
