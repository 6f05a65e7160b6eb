"""The social relations model by likelihood, any design: ratings may be missing.

``y_ij = μ (+ u_g) + a_i + p_j + r_ij``. Within a group the covariance of its ratings is that of
dyads (two by two) plus that of actors and partners (two effects a person), so that no matrix is
larger than twice the number of persons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class GroupRatings:
    """The ratings of one group.

    Attributes
    ----------
    y
        (n,) ratings.
    actor, partner
        (n,) persons, 0 to P - 1.
    back
        (n,) place of the rating that goes the other way; -1 where it is missing.
    persons
        P.
    """

    y: Floats
    actor: Ints
    partner: Ints
    back: Ints
    persons: int


def group_ratings(y: Floats, actor: Ints, partner: Ints, persons: int) -> GroupRatings:
    """Find the reciprocal of every rating of one group.

    Examples
    --------
    >>> import numpy as np
    >>> ratings = group_ratings(np.ones(3), np.array([0, 1, 2]), np.array([1, 0, 0]), 3)
    >>> ratings.back.tolist()
    [1, 0, -1]
    """
    place = np.full((persons, persons), -1, dtype=np.intp)
    place[actor, partner] = np.arange(len(y))
    return GroupRatings(y, actor, partner, place[partner, actor], persons)


@dataclass(frozen=True, slots=True)
class Solved:
    """One group at given components: all that value, slopes and effects need.

    A is the inverse covariance of its ratings without the variance between groups.

    Attributes
    ----------
    logdet
        Log determinant of the covariance.
    ones, A_y
        (n,) A1 and Ay.
    weight, total, square
        1'A1, 1'Ay and y'Ay.
    to_persons
        (2P, n) product of the effects' covariance, their incidence and A: predicts effects.
    traces
        (5,) tr(A K) by component, in the order of `round_robin.COMPONENTS`.
    """

    logdet: float
    ones: Floats
    A_y: Floats
    weight: float
    total: float
    square: float
    to_persons: Floats
    traces: Floats


def solve_group(g: GroupRatings, L: Floats, sums: float, gaps: float) -> Solved:
    """Solve one group.

    Parameters
    ----------
    g
        Its ratings.
    L
        (2, 2) root of the covariance of actor and partner effects.
    sums, gaps
        Relationship variance plus, and minus, its covariance; both above zero.
    """
    variance, pair = (sums + gaps) / 2.0, (sums - gaps) / 2.0
    has = g.back >= 0
    own = np.where(has, variance / (sums * gaps), 1.0 / variance)
    other = np.where(has, -pair / (sums * gaps), 0.0)
    logdet = float(np.where(has, 0.5 * np.log(sums * gaps), np.log(variance)).sum())
    # F = R⁻¹U: a rating loads on its actor and partner, and on both the other way by its dyad
    n, P = len(g.y), g.persons
    at = np.arange(n)
    F = np.zeros((n, 2 * P))
    F[at, 2 * g.actor] = own
    F[at, 2 * g.partner + 1] = own
    F[at[has], 2 * g.partner[has]] += other[has]
    F[at[has], 2 * g.actor[has] + 1] += other[has]
    W = np.zeros((2 * P, 2 * P))
    np.add.at(W, 2 * g.actor, F)
    np.add.at(W, 2 * g.partner + 1, F)
    roots = np.kron(np.eye(P), L)
    core = np.eye(2 * P) + roots.T @ W @ roots
    logdet += float(np.linalg.slogdet(core)[1])
    inner = roots @ np.linalg.solve(core, roots.T)

    def apply(v: Floats) -> Floats:
        plain = own * v + np.where(has, other * v[g.back], 0.0)
        return np.asarray(plain - F @ (inner @ (F.T @ v)))

    ones, A_y = apply(np.ones(n)), apply(g.y)
    FI = F @ inner
    diagonal = own - (FI * F).sum(axis=1)
    across = np.where(has, other - (FI * F[g.back]).sum(axis=1), 0.0)
    H = W - W @ inner @ W
    traces = np.array(
        [
            np.trace(H[0::2, 0::2]), np.trace(H[1::2, 1::2]), diagonal.sum(),
            2.0 * np.trace(H[0::2, 1::2]), across.sum(),
        ]
    )  # fmt: skip
    to_persons = np.kron(np.eye(P), L @ L.T) @ (F.T - W @ inner @ F.T)
    return Solved(
        logdet, ones, A_y, float(ones.sum()), float(A_y.sum()), float(g.y @ A_y), to_persons, traces
    )


def squares_of(g: GroupRatings, left: Floats, right: Floats) -> Floats:
    """Return (5,) left'K right by component.

    Examples
    --------
    >>> import numpy as np
    >>> g = group_ratings(np.ones(2), np.array([0, 1]), np.array([1, 0]), 2)
    >>> squares_of(g, np.ones(2), np.ones(2)).tolist()
    [2.0, 2.0, 2.0, 4.0, 2.0]
    """
    la, lp = (np.bincount(c, left, minlength=g.persons) for c in (g.actor, g.partner))
    ra, rp = (np.bincount(c, right, minlength=g.persons) for c in (g.actor, g.partner))
    has = g.back >= 0
    return np.array(
        [la @ ra, lp @ rp, left @ right, la @ rp + lp @ ra, left[has] @ right[g.back[has]]]
    )


@dataclass(frozen=True, slots=True)
class Likelihood:
    """The restricted or full log-likelihood and its slopes.

    Attributes
    ----------
    value
        With all constants.
    mu, mu_variance
        Generalised mean and its variance (with means by group: NaN).
    slopes
        (6,) in the five components and the variance between groups.
    solved
        The groups, solved.
    """

    value: float
    mu: float
    mu_variance: float
    slopes: Floats
    solved: tuple[Solved, ...]


def relations_likelihood(
    groups: list[GroupRatings], L: Floats, sums: float, gaps: float, between: float | None,
    *, reml: bool = True,
) -> Likelihood:  # fmt: skip
    """Return the log-likelihood of the social relations model and its slopes.

    Parameters
    ----------
    groups
        Ratings by group.
    L, sums, gaps
        See `solve_group`.
    between
        Variance between groups, 0 or more; None gives each group a mean of its own.
    reml
        Whether to restrict the likelihood.
    """
    solved = tuple(solve_group(g, L, sums, gaps) for g in groups)
    weight = np.array([s.weight for s in solved])
    total = np.array([s.total for s in solved])
    square = float(sum(s.square for s in solved))
    n = sum(len(g.y) for g in groups)
    logdet = float(sum(s.logdet for s in solved))
    if between is None:
        means, mu, mu_variance, fixed = total / weight, np.nan, np.nan, len(groups)
        logdet_X, quad = float(np.log(weight).sum()), square - float(total @ means)
        lowered = (1.0 / weight) if reml else np.zeros(len(groups))
        carried = means
    else:
        grown = 1.0 + between * weight
        logdet += float(np.log(grown).sum())
        precision = float((weight / grown).sum())
        mu, mu_variance, fixed = float((total / grown).sum()) / precision, 1.0 / precision, 1
        logdet_X = float(np.log(precision))
        quad = square - float((between * total**2 / grown).sum()) - mu**2 * precision
        lowered = between / grown + (mu_variance / grown**2 if reml else 0.0)
        carried = mu + between * (total - mu * weight) / grown
    value = -0.5 * (n * np.log(2.0 * np.pi) + logdet + quad)
    if reml:
        value += 0.5 * (fixed * np.log(2.0 * np.pi) - logdet_X)
    slopes = np.zeros(6)
    for g, s, down, level in zip(groups, solved, lowered, carried, strict=True):
        P_y = s.A_y - s.ones * level
        slopes[:5] -= 0.5 * (
            s.traces - down * squares_of(g, s.ones, s.ones) - squares_of(g, P_y, P_y)
        )
        if between is not None:
            slopes[5] -= 0.5 * (s.weight - down * s.weight**2 - P_y.sum() ** 2)
    return Likelihood(float(value), mu, mu_variance, slopes, solved)
