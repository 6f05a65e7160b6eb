"""Content validity of an item from judges' ratings and sorts: closed forms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import comb, ndtri
from scipy.stats import binom

from collective_use.numerics.types import Floats


@dataclass(frozen=True, slots=True)
class Relevance:
    """What the judges of one item say of its relevance.

    Attributes
    ----------
    judges
        How many rated it.
    i_cvi
        Share of ratings in the upper half of the scale (Lynn 1986).
    kappa
        The same beyond chance (Polit, Beck & Owen 2007).
    v, v_lower, v_upper
        Aiken's (1985) V with limits (Penfield & Giacobbi 2004).
    cvr
        Lawshe's (1975) content validity ratio: highest rating counts as essential.
    essential, critical
        Judges who gave the highest rating, and how many it takes beyond chance (one-sided 5%).
    """

    judges: int
    i_cvi: float
    kappa: float
    v: float
    v_lower: float
    v_upper: float
    cvr: float
    essential: int
    critical: int


def relevance(
    ratings: Floats, low: float = 1, high: float = 4, confidence: float = 0.95
) -> Relevance:
    """Return the content validity of one item.

    Parameters
    ----------
    ratings
        (N,) ratings, missing ones left out.
    low, high
        The scale's ends.
    confidence
        Of the limits of V.

    Examples
    --------
    >>> import numpy as np
    >>> relevance(np.array([4.0, 4.0, 3.0, 2.0])).i_cvi
    0.75
    """
    x = ratings[~np.isnan(ratings)]
    n, nan = len(x), float("nan")
    if n == 0:
        return Relevance(0, nan, nan, nan, nan, nan, nan, 0, 0)
    agree = int((x > (low + high) / 2).sum())
    share = agree / n
    chance = float(comb(n, agree)) * 0.5**n
    v = float((x - low).mean() / (high - low))
    lower, upper = score_limits(v, n * (high - low), confidence)
    essential = int((x == high).sum())
    return Relevance(
        n, share, (share - chance) / (1 - chance) if chance < 1 else nan, v, lower, upper,
        2 * essential / n - 1, essential, least_essential(n),
    )  # fmt: skip


def score_limits(v: float, points: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the score limits of Aiken's V (Penfield & Giacobbi 2004).

    Examples
    --------
    >>> [round(x, 3) for x in score_limits(1.0, 12)]
    [0.758, 1.0]
    """
    z = float(ndtri(0.5 + confidence / 2))
    middle = 2 * points * v + z**2
    width = z * float(np.sqrt(4 * points * v * (1 - v) + z**2))
    base = 2 * (points + z**2)
    return (middle - width) / base, (middle + width) / base


def least_essential(judges: int, alpha: float = 0.05) -> int:
    """Return the least number of judges whose "essential" is beyond chance (Ayre & Scally 2014).

    Examples
    --------
    >>> least_essential(9)
    8
    """
    for count in range(judges + 1):
        if binom.sf(count - 1, judges, 0.5) <= alpha + 1e-15:
            return count
    return judges + 1


@dataclass(frozen=True, slots=True)
class Sorting:
    """How judges sorted one item (Anderson & Gerbing 1991).

    Attributes
    ----------
    sorters
        How many sorted it; "none of these" is a sort.
    p_sa
        Share who put it with its own construct.
    c_sv
        Own less the most frequent other construct, over all sorts.
    p
        One-sided chance of so many own sorts when each is a coin's throw.
    other
        The most frequent other construct, or "".
    """

    sorters: int
    p_sa: float
    c_sv: float
    p: float
    other: str


def sorting(chosen: list[str], own: str, none: str = "none") -> Sorting:
    """Return how well an item was sorted to its own construct.

    Parameters
    ----------
    chosen
        The construct that each judge chose.
    own
        The construct it was written for.
    none
        The word for "none of these": a sort, but no other construct.

    Examples
    --------
    >>> sorting(["a", "a", "b", "none"], "a").c_sv
    0.25
    """
    n = len(chosen)
    if n == 0:
        return Sorting(0, float("nan"), float("nan"), float("nan"), "")
    mine = chosen.count(own)
    rest = [c for c in chosen if c not in (own, none)]
    other = max(sorted(set(rest)), key=rest.count) if rest else ""
    most = rest.count(other) if other else 0
    return Sorting(n, mine / n, (mine - most) / n, float(binom.sf(mine - 1, n, 0.5)), other)
