"""What non-response does to a network: reconstruction, comparison, sharp bounds.

Stacks of tie matrices as in `network`: ``(groups, k, k)``, values from 0 to 1, ``nan`` where
nobody reported. A member who did not answer is a row of ``nan``.
"""

from __future__ import annotations

import numpy as np

from collective_use.numerics.rosters.network import (
    Bools,
    Floats,
    components,
    density,
    fragmentation,
    isolates,
    largest_component,
    mean_where,
    named_share,
    ratio,
)

RISES = {
    "density": density,
    "largest_component": largest_component,
    "named_share": named_share,
}
"""Indices that can only rise when a tie is added: every missing tie at 0, then at 1."""

FALLS = {"isolates": isolates, "components": components, "fragmentation": fragmentation}
"""Indices that can only fall when a tie is added."""


def respondents(ties: Floats) -> Bools:
    """Tell who reported on anyone else, ``(groups, k)``.

    Examples
    --------
    >>> n = np.nan
    >>> respondents(np.array([[[n, 1.0], [n, n]]]))
    array([[ True, False]])
    """
    k = ties.shape[-1]
    return np.asarray((~np.isnan(ties) & ~np.eye(k, dtype=bool)).any(-1), dtype=bool)


def reconstruct(ties: Floats) -> Floats:
    """Replace a missing report by the report of the other side of the pair.

    It assumes that ties are mutual, as contact is; advice or influence is not. Pairs in which
    nobody answered stay ``nan``.

    References
    ----------
    Stork, D., & Richards, W. D. (1992). Nonrespondents in communication network studies.
    Group & Organization Management, 17, 193-209.

    Examples
    --------
    >>> n = np.nan
    >>> reconstruct(np.array([[[n, 1.0], [n, n]]]))[0, 1, 0]
    np.float64(1.0)
    """
    k = ties.shape[-1]
    usable = np.isnan(ties) & ~np.eye(k, dtype=bool)
    return np.where(usable, np.swapaxes(ties, -1, -2), ties)


def fill(ties: Floats, value: float, *, include_self: bool = False) -> Floats:
    """Set every missing tie to one value; the diagonal only when self-ratings count.

    Examples
    --------
    >>> n = np.nan
    >>> fill(np.array([[[n, 1.0], [n, n]]]), 0.0)[0, 1]
    array([ 0., nan])
    """
    k = ties.shape[-1]
    cells = np.isnan(ties) if include_self else np.isnan(ties) & ~np.eye(k, dtype=bool)
    return np.where(cells, value, ties)


def reported_by_others(ties: Floats) -> tuple[Floats, Floats]:
    """Compare what respondents report about respondents and about non-respondents.

    Returns
    -------
    tuple of ndarray
        ``(groups,)`` each: the mean tie that respondents report about other respondents, and
        about those who did not answer; ``nan`` where there are none. When the two differ,
        silence is not random and indices of those who answered mislead.

    Examples
    --------
    >>> n = np.nan
    >>> ties = np.array([[[n, 1.0, 0.0], [1.0, n, 0.0], [n, n, n]]])
    >>> reported_by_others(ties)
    (array([1.]), array([0.]))
    """
    k = ties.shape[-1]
    answered = respondents(ties)
    off = np.where(np.eye(k, dtype=bool), np.nan, ties)
    about = np.where(answered[..., :, None], off, np.nan)
    there = np.where(answered[..., None, :], about, np.nan)
    silent = np.where(answered[..., None, :], np.nan, about)
    return mean_where(there, (-2, -1)), mean_where(silent, (-2, -1))


def centralization_bounds(ties: Floats, axis: int, *, include_self: bool) -> tuple[Floats, Floats]:
    """Bound Freeman's centralization over every way to fill the missing ties.

    Each missing tie belongs to the degree of one member, so degrees range freely between a
    lower and an upper value. The smallest centralization lifts everyone towards the highest
    lower degree; the largest lifts one member only.

    Parameters
    ----------
    ties
        ``(groups, k, k)``.
    axis
        -2 for received ties (in-degree), -1 for given ties (out-degree).
    include_self
        Whether the diagonal counts.
    """
    low = mean_where(fill(ties, 0.0, include_self=include_self), axis)
    high = mean_where(fill(ties, 1.0, include_self=include_self), axis)
    k = ties.shape[-1]
    scale = np.full(low.shape[:-1], float(max(k - 1, 0)))
    ceiling = low.max(-1)
    least = k * ceiling - np.minimum(high, ceiling[..., None]).sum(-1)
    lifted = high + (low.sum(-1)[..., None] - low)
    most = (k * np.maximum(high, ceiling[..., None]) - lifted).max(-1)
    return np.maximum(ratio(least, scale), 0.0), ratio(most, scale)


def _pair_reports(ties: Floats) -> tuple[Floats, Floats]:
    """Return the two reports of each pair, ``(groups, pairs)`` each."""
    first, second = np.triu_indices(ties.shape[-1], 1)
    return ties[..., first, second], ties[..., second, first]


def agreement_bounds(ties: Floats) -> tuple[Floats, Floats]:
    """Bound `network.dyadic_agreement` over every way to fill the missing ties.

    Examples
    --------
    >>> n = np.nan
    >>> agreement_bounds(np.array([[[n, 1.0], [n, n]]]))
    (array([0.]), array([1.]))
    """
    one, two = _pair_reports(ties)
    none = np.isnan(one) & np.isnan(two)
    single = np.isnan(one) ^ np.isnan(two)
    known = np.where(np.isnan(one), two, one)
    both = np.abs(np.where(none | single, 0.0, one) - np.where(none | single, 0.0, two))
    known = np.where(single, known, 0.0)
    widest = np.where(none, 1.0, np.where(single, np.maximum(known, 1.0 - known), both))
    pairs = np.full(one.shape[:-1], float(one.shape[-1]))
    return 1.0 - ratio(widest.sum(-1), pairs), 1.0 - ratio(both.sum(-1), pairs)


def reciprocity_bounds(ties: Floats) -> tuple[Floats, Floats]:
    """Bound `network.reciprocity` over every way to fill missing ties of 0 or 1.

    For the smallest value each open pair becomes one-sided, for the largest mutual where a tie
    is known or both are silent, null where a missing tie is known.

    Examples
    --------
    >>> n = np.nan
    >>> reciprocity_bounds(np.array([[[n, 1.0, 1.0], [1.0, n, 0.0], [n, n, n]]]))
    (array([0.5]), array([1.]))
    """
    one, two = _pair_reports(ties)
    none = np.isnan(one) & np.isnan(two)
    single = np.isnan(one) ^ np.isnan(two)
    known = np.where(single, np.where(np.isnan(one), two, one), 0.0)
    closed = ~(none | single)
    mutual = (closed & (one == 1) & (two == 1)).sum(-1).astype(float)
    lopsided = (closed & (one != two)).sum(-1).astype(float)
    tied = (single & (known == 1)).sum(-1)
    empty = none.sum(-1)
    open_pairs = (single | none).sum(-1)
    low = ratio(2.0 * mutual, 2.0 * mutual + lopsided + open_pairs)
    high_mutual = mutual + tied + empty
    high = ratio(2.0 * high_mutual, 2.0 * high_mutual + lopsided)
    # without any certain tie the network may have none at all, and then there is no share
    return low, np.where(np.isnan(high), low, high)


def index_bounds(
    name: str, ties: Floats, *, include_self: bool = False
) -> tuple[Floats, Floats] | None:
    """Return sharp bounds of one index over every way to fill the missing ties.

    Parameters
    ----------
    name
        The index: one of `RISES`, `FALLS`, ``"in_centralization"``, ``"out_centralization"``,
        ``"dyadic_agreement"`` or ``"reciprocity"`` (ties of 0 or 1).
    ties
        ``(groups, k, k)``.
    include_self
        Whether the diagonal counts.

    Returns
    -------
    tuple of ndarray or None
        Lower and upper bound ``(groups,)``; None where no sharp bound is known.

    Examples
    --------
    >>> n = np.nan
    >>> index_bounds("density", np.array([[[n, 1.0], [n, n]]]))
    (array([0.5]), array([1.]))
    """
    if name in RISES or name in FALLS:
        index = RISES.get(name) or FALLS[name]
        empty = index(fill(ties, 0.0, include_self=include_self))
        full = index(fill(ties, 1.0, include_self=include_self))
        return (empty, full) if name in RISES else (full, empty)
    if name == "in_centralization":
        return centralization_bounds(ties, -2, include_self=include_self)
    if name == "out_centralization":
        return centralization_bounds(ties, -1, include_self=include_self)
    if name == "dyadic_agreement":
        return agreement_bounds(ties)
    binary = bool(np.isin(ties[~np.isnan(ties)], (0.0, 1.0)).all())
    if name == "reciprocity" and binary:
        return reciprocity_bounds(ties)
    return None
