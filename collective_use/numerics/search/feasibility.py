"""Can constraints be met together, and if not, which of them contradict each other?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import least_squares, linprog

from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.search.optimise import Constraint

CLOSE = 1e-7
"""Largest violation that counts as none."""


def contradiction(
    constraint: Constraint, n_equal: int, start: Floats, *, linear: bool
) -> tuple[int, ...]:
    """Return the places of constraints that cannot be met together; empty when all can.

    None of the places returned can be left out: without it the others can be met.

    Parameters
    ----------
    constraint
        Values (k,) and Jacobian (k, q): equalities (zero where they hold), then inequalities
        (not negative where they hold).
    n_equal
        Number of equalities.
    start
        Free parameters from which a search begins (q,).
    linear
        Whether all constraints are linear. Then the answer is exact (linear programming);
        otherwise it rests on least-squares searches from nine starts.

    References
    ----------
    Chinneck (2008), Feasibility and infeasibility in optimization (the deletion filter).

    Examples
    --------
    >>> def between(theta):  # theta >= 2 and theta <= 1
    ...     return np.array([theta[0] - 2, 1 - theta[0]]), np.array([[1.0], [-1.0]])
    >>> contradiction(between, 0, np.zeros(1), linear=True)
    (0, 1)
    """
    keep = list(range(constraint(start)[0].size))
    if _possible(constraint, keep, n_equal, start, linear=linear):
        return ()
    for place in list(keep):
        rest = [k for k in keep if k != place]
        if not _possible(constraint, rest, n_equal, start, linear=linear):
            keep = rest
    return tuple(keep)


def _possible(
    constraint: Constraint, keep: Sequence[int], n_equal: int, start: Floats, *, linear: bool
) -> bool:
    if not keep:
        return True
    equal = np.array([k for k in keep if k < n_equal], dtype=np.intp)
    above = np.array([k for k in keep if k >= n_equal], dtype=np.intp)
    if linear:
        return _linear(constraint, equal, above, start)
    rng = np.random.default_rng(1)
    size = np.maximum(np.abs(start), 1.0)
    starts = [start] + [start + scale * size * rng.standard_normal(start.size)
                        for scale in (0.5, 0.5, 2.0, 2.0, 2.0, 5.0, 5.0, 5.0)]  # fmt: skip
    return any(_searched(constraint, equal, above, theta) for theta in starts)


def _linear(constraint: Constraint, equal: Ints, above: Ints, start: Floats) -> bool:
    c, J = constraint(start)
    offset = J @ start - c  # J theta = offset where a constraint is exactly met
    found = linprog(
        np.zeros(start.size),
        A_ub=-J[above] if above.size else None,
        b_ub=-offset[above] if above.size else None,
        A_eq=J[equal] if equal.size else None,
        b_eq=offset[equal] if equal.size else None,
        bounds=(None, None),
    )
    return bool(found.status != 2)


def _searched(constraint: Constraint, equal: Ints, above: Ints, start: Floats) -> bool:
    def missed(theta: Floats) -> Floats:
        c = constraint(theta)[0]
        return np.nan_to_num(np.concatenate([c[equal], np.minimum(c[above], 0.0)]), nan=1e6)

    def slopes(theta: Floats) -> Floats:
        c, J = constraint(theta)
        return np.nan_to_num(np.concatenate([J[equal], (c[above] < 0)[:, None] * J[above]]))

    found = least_squares(missed, start, slopes, xtol=1e-15, ftol=1e-15, gtol=1e-15)
    return bool(np.abs(missed(found.x)).max() < CLOSE)
