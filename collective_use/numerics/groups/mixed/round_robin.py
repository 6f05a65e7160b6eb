"""The social relations model of one complete round robin, in closed form.

``x_ij = μ + a_i + p_j + r_ij``. Effects and components: Kenny (1994, appendix B). Three sums of
squares are independent under normality: the cross-products of actor and partner effects (a
Wishart matrix with n - 1 degrees of freedom), the sums and the differences of the two residuals
of each dyad. The errors of the components are unbiased estimates from their variances, which are
those of Lashley & Bond (1997).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.types import Floats

COMPONENTS = (
    "actor_variance",
    "partner_variance",
    "relationship_variance",
    "actor_partner_covariance",
    "relationship_covariance",
)
"""The order of every array of components."""


@dataclass(frozen=True, slots=True)
class RoundRobin:
    """One complete round robin.

    Attributes
    ----------
    size
        n persons.
    mean
        Mean of the n(n - 1) values.
    actor, partner
        (n,) effects.
    relationship
        (n, n) effects, NaN on the diagonal.
    components
        (5,) in the order of `COMPONENTS`; variances may be below zero.
    errors
        (5,) standard errors.
    mean_error
        Sampling variance of the mean: persons as a sample of possible members.
    """

    size: int
    mean: float
    actor: Floats
    partner: Floats
    relationship: Floats
    components: Floats
    errors: Floats
    mean_error: float


def round_robin(x: Floats) -> RoundRobin:
    """Return effects and components of one group.

    Parameters
    ----------
    x
        (n, n) values, actors in rows, the diagonal missing, n of 4 or more.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.add.outer([1.0, 2, 3, 4], [0.0, 0, 1, 1])
    >>> np.fill_diagonal(x, np.nan)
    >>> found = round_robin(x)
    >>> found.actor.round(6).tolist(), found.components[:3].round(6).tolist()
    ([-1.5, -0.5, 0.5, 1.5], [1.666667, 0.333333, 0.0])
    """
    n = len(x)
    row, column, mean = np.nanmean(x, axis=1), np.nanmean(x, axis=0), float(np.nanmean(x))
    first, second = (n - 1) ** 2 / (n * (n - 2)), (n - 1) / (n * (n - 2))
    rest = (n - 1) / (n - 2) * mean
    actor = first * row + second * column - rest
    partner = first * column + second * row - rest
    relationship = x - actor[:, None] - partner[None, :] - mean
    components, errors = _components(relationship, actor, partner)
    return RoundRobin(
        n, mean, actor, partner, relationship, components, errors, mean_error(components, n)
    )


def mean_error(components: Floats, n: float) -> float:
    """Return the sampling variance of the mean of a complete round robin of n persons.

    Examples
    --------
    >>> import numpy as np
    >>> mean_error(np.array([1.0, 1.0, 2.0, 0.0, 0.0]), 4)
    0.6666666666666666
    """
    actor, partner, relationship, both, dyad = (float(part) for part in components)
    return (actor + partner + 2.0 * both) / n + (relationship + dyad) / (n * (n - 1))


def errors_between(components: Floats, sizes: Floats) -> Floats:
    """Return (5,) standard errors of pooled components from how groups differ in them.

    They ask for no normality, but for more than a handful of groups (SOREMO; Kenny, 1994).

    Parameters
    ----------
    components
        (G, 5) by group.
    sizes
        (G,) persons; the weights are n - 1.

    Examples
    --------
    >>> import numpy as np
    >>> found = errors_between(np.array([[1.0] * 5, [3.0] * 5]), np.array([5.0, 5.0]))
    >>> found.round(6).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    G, w = len(sizes), np.asarray(sizes, float) - 1.0
    if G < 2:
        return np.full(components.shape[1], np.nan)
    gaps = components - w @ components / w.sum()
    spread = w @ gaps**2 / (w.sum() - w @ w / w.sum())
    return np.asarray(np.sqrt(spread / G))


def effect_weights(n: float) -> tuple[float, float]:
    """Return the weights of relationship variance and covariance in the variance of an effect.

    Examples
    --------
    >>> effect_weights(4)
    (0.375, 0.125)
    """
    return (n - 1) / (n * (n - 2)), 1.0 / (n * (n - 2))


def _components(relationship: Floats, actor: Floats, partner: Floats) -> tuple[Floats, Floats]:
    n = len(actor)
    i, j = np.triu_indices(n, 1)
    df = (n - 1) * (n - 2) / 2.0
    sums = float(((relationship[i, j] + relationship[j, i]) ** 2).sum()) / (2.0 * (df - 1.0))
    gaps = float(((relationship[i, j] - relationship[j, i]) ** 2).sum()) / (2.0 * df)
    own, other = effect_weights(n)
    S = np.array([actor @ actor, partner @ partner, actor @ partner]) / (n - 1)
    variance, pair = (sums + gaps) / 2.0, (sums - gaps) / 2.0
    components = np.array(
        [
            S[0] - own * variance - other * pair,
            S[1] - own * variance - other * pair,
            variance,
            S[2] - own * pair - other * variance,
            pair,
        ]
    )
    v_sums, v_gaps = 2.0 * sums**2 / (df + 1.0), 2.0 * gaps**2 / (df + 2.0)
    plus, minus = (own + other) / 2.0, (own - other) / 2.0
    shared = plus**2 * v_sums + minus**2 * v_gaps
    mixed = (v_sums + v_gaps) / 4.0
    cross = plus**2 * v_sums + minus**2 * v_gaps
    variances = [
        2.0 * S[0] ** 2 / (n + 1) + shared,
        2.0 * S[1] ** 2 / (n + 1) + shared,
        mixed,
        _cross_variance(S, n - 1) + cross,
        mixed,
    ]
    return components, np.sqrt(np.maximum(variances, 0.0))


def _cross_variance(S: Floats, df: int) -> float:
    """Estimate Var(S12) of a Wishart matrix, (Σ11 Σ22 + Σ12²) / df, without bias."""
    expected = np.array([[1.0, 2.0 / df], [1.0 / df, 1.0 + 1.0 / df]])
    product, square = np.linalg.solve(expected, np.array([S[0] * S[1], S[2] ** 2]))
    return float((product + square) / df)
