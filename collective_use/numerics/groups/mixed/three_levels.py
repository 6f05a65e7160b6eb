"""Shares of variance of members, teams and organizations, with limits from the profile likelihood.

For given shares all else has a closed form in team sizes, means and the sum of squares within
teams; so a limit is a root of a function of one number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from collective_use.numerics.groups.statistics import group_statistics, sum_by
from collective_use.numerics.types import Floats, Ints

LEVELS = ("parent", "group", "member")
"""The order of shares and components."""

_INSIDE = 1e-9


@dataclass(frozen=True, slots=True)
class Teams:
    """What the likelihood needs of the data.

    Attributes
    ----------
    size, mean
        (M,) members and mean of each team.
    parent
        (M,) codes of the unit above.
    parents
        P.
    within
        Sum of squares within teams.
    """

    size: Floats
    mean: Floats
    parent: Ints
    parents: int
    within: float


def teams_of(y: Floats, team: Ints, parent: Ints) -> Teams:
    """Return sizes, means and squares of teams.

    Examples
    --------
    >>> import numpy as np
    >>> found = teams_of(np.array([1.0, 3.0, 5.0]), np.array([0, 0, 1]), np.array([0, 0, 1]))
    >>> found.mean.tolist(), found.within
    ([2.0, 5.0], 2.0)
    """
    total = int(team.max()) + 1
    of = np.zeros(total, dtype=np.intp)
    of[team] = parent
    size = np.bincount(team, minlength=total).astype(float)
    centre = float(y.mean())
    stats = group_statistics(y - centre, team, total)
    deviation = y - centre - stats.means[team, 0]
    within = float(deviation @ deviation)
    return Teams(size, stats.means[:, 0] + centre, of, int(parent.max()) + 1, within)


def shares_likelihood(t: Teams, parent: float, group: float, *, reml: bool = True) -> float:
    """Return the log-likelihood at given shares, the total variance at its best.

    Parameters
    ----------
    t
        The teams.
    parent, group
        Shares of the variance, 0 or more, together below 1.
    reml
        Restricted or full.
    """
    return _at(t, parent, group, reml)[0]


def _at(t: Teams, parent: float, group: float, reml: bool) -> tuple[float, float]:
    member = 1.0 - parent - group
    if member <= 1e-12:
        return -np.inf, np.nan
    n = float(t.size.sum())
    weight = t.size / (member + t.size * group)
    centre = float(t.mean.mean())
    mean = t.mean - centre
    total, first = (sum_by(t.parent, part, t.parents) for part in (weight, weight * mean))
    grown = 1.0 + parent * total
    precision = float((total / grown).sum())
    mu = float((first / grown).sum()) / precision
    quad = t.within / member + float(weight @ (mean - mu) ** 2)
    quad -= float((parent * (first - mu * total) ** 2 / grown).sum())
    df = n - 1.0 if reml else n
    scale = quad / df
    value = df * (np.log(2.0 * np.pi * scale) + 1.0) + float(np.log(grown).sum())
    value += (n - len(t.size)) * np.log(member)
    value += float(np.log(member + t.size * group).sum())
    value += np.log(precision) if reml else 0.0
    return -0.5 * float(value), scale


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of variance.

    Attributes
    ----------
    share
        (3,) in the order of `LEVELS`.
    low, high
        (3,) profile-likelihood limits.
    variance
        (3,) the components.
    log_likelihood
        With all constants, as lme4 reports it.
    """

    share: Floats
    low: Floats
    high: Floats
    variance: Floats
    log_likelihood: float


def variance_shares(t: Teams, confidence: float = 0.95, *, reml: bool = True) -> Shares:
    """Return the three shares of variance with limits.

    Parameters
    ----------
    t
        The teams.
    confidence
        Of the limits.
    reml
        Restricted or full likelihood.

    Examples
    --------
    >>> import numpy as np
    >>> team = np.repeat(np.arange(6), 2)
    >>> y = np.array([0.0, 2, 3, 5, 9, 7, 8, 8, 1, 1, 2, 4])
    >>> found = variance_shares(teams_of(y, team, team // 2))
    >>> found.share.round(3).tolist()
    [0.779, 0.117, 0.104]
    """

    def inner(fixed: int) -> Callable[[float], tuple[float, float, float]]:
        def best(share: float) -> tuple[float, float, float]:
            rest = 1.0 - share

            def value(part: float) -> float:
                return -shares_likelihood(t, *_split(fixed, share, part * rest), reml=reml)

            part = _best_of(value, 1.0 - _INSIDE if fixed < 2 else 1.0)
            return -value(part), *_split(fixed, share, part * rest)

        return best

    profiles = [inner(fixed) for fixed in range(3)]
    top = _best_of(lambda share: -profiles[0](share)[0], 1.0 - _INSIDE)
    best, parent, group = profiles[0](top)
    share = np.array([parent, group, 1.0 - parent - group])
    drop = float(special.gammaincinv(0.5, confidence))
    limits = [
        _limits(lambda s, f=profile: f(s)[0] - best + drop, float(at), fixed)  # type: ignore[misc]
        for fixed, (profile, at) in enumerate(zip(profiles, share, strict=True))
    ]
    low, high = (np.array(side) for side in zip(*limits, strict=True))
    scale = _at(t, parent, group, reml)[1]
    return Shares(share, low, high, share * scale, best)


def _split(fixed: int, share: float, part: float) -> tuple[float, float]:
    """Return the shares of parent and group when one of three is fixed."""
    if fixed == 0:
        return share, part
    if fixed == 1:
        return part, share
    return part, max(1.0 - share - part, 0.0)


def _best_of(function: Callable[[float], float], high: float) -> float:
    """Return the minimum over [0, high]: a grid, then Brent's search beside its best point."""
    grid = np.concatenate([[0.0], np.linspace(0.02, 0.98, 13), [1.0]]) * high
    values = [function(float(x)) for x in grid]
    i = int(np.argmin(values))
    left, right = float(grid[max(i - 1, 0)]), float(grid[min(i + 1, len(grid) - 1)])
    found = optimize.minimize_scalar(
        function, bounds=(left, right), method="bounded", options={"xatol": 1e-12, "maxiter": 200}
    )
    ends = [(values[i], float(grid[i])), (float(found.fun), float(found.x))]
    return min(ends)[1]


def _limits(above: Callable[[float], float], at: float, fixed: int) -> tuple[float, float]:
    """Return the ends of the shares whose likelihood is not too low."""
    floor, ceiling = (0.0, 1.0 - _INSIDE) if fixed < 2 else (_INSIDE, 1.0)
    at = min(max(at, floor), ceiling)

    def root(end: float) -> float:
        if above(end) >= 0 or end == at:
            return 0.0 if end < 0.5 else 1.0
        if above(at) <= 0:
            # next to nothing varies at a level: the limits lie closer than shares are told apart
            return at
        return float(optimize.brentq(above, end, at, xtol=1e-10, rtol=1e-12))

    return root(floor), root(ceiling)
