"""Indices of small whole networks, for many groups of one size at once.

Every function takes a stack of tie matrices ``(groups, k, k)``: row i holds what member i
reported about each member, from 0 (no tie) to 1 (the strongest tie); ``nan`` is a tie nobody
reported. Diagonals are ``nan`` unless self-ratings count. Ties cut at a threshold are 0 or 1,
and every index then is the classic one. What cannot be computed comes back as ``nan``; the
callers know the reason.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.types import Bools as Bools
from collective_use.numerics.types import Floats as Floats


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Divide, with ``nan`` where the denominator is 0.

    Examples
    --------
    >>> ratio(np.array([1.0, 1.0]), np.array([2.0, 0.0]))
    array([0.5, nan])
    """
    top, bottom = np.broadcast_arrays(np.asarray(numerator, float), np.asarray(denominator, float))
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0)


def mean_where(values: Floats, axis: int | tuple[int, ...]) -> Floats:
    """Average what is there along `axis`; ``nan`` where nothing is.

    Examples
    --------
    >>> mean_where(np.array([[1.0, np.nan], [np.nan, np.nan]]), axis=1)
    array([ 1., nan])
    """
    there = ~np.isnan(values)
    return ratio(np.where(there, values, 0.0).sum(axis), there.sum(axis).astype(float))


def density(ties: Floats) -> Floats:
    """Return the mean reported tie: the share of possible ties that exist when ties are 0 or 1.

    Parameters
    ----------
    ties
        ``(groups, k, k)``, from 0 to 1, ``nan`` where nobody reported.

    Returns
    -------
    ndarray
        ``(groups,)``.

    References
    ----------
    Wasserman, S., & Faust, K. (1994). Social network analysis, eq. 4.10. Cambridge.

    Examples
    --------
    >>> n = np.nan
    >>> density(np.array([[[n, 1, 0], [1, n, 0], [0, 0, n]]]))
    array([0.33333333])
    """
    return mean_where(ties, (-2, -1))


def _pairs(ties: Floats) -> tuple[Floats, Floats]:
    """Return both reports of every pair in which both are there, elsewhere 0; and the mask."""
    other = np.swapaxes(ties, -1, -2)
    k = ties.shape[-1]
    both = ~np.isnan(ties) & ~np.isnan(other) & ~np.eye(k, dtype=bool)
    return np.where(both, ties, 0.0), both.astype(float)


def reciprocity(ties: Floats) -> Floats:
    """Return the share of ties that are returned, among pairs in which both reported.

    With ties of 0 or 1 this is the number of arcs in mutual pairs over all arcs; with valued
    ties it is the sum of the smaller value of each pair over the sum of all values.

    References
    ----------
    Wasserman, S., & Faust, K. (1994). Social network analysis, section 13.4. Cambridge.
    Squartini, T., Picciolo, F., Ruzzenenti, F., & Garlaschelli, D. (2013). Reciprocity of
    weighted networks. Scientific Reports, 3, 2729, eq. 5.

    Examples
    --------
    >>> n = np.nan
    >>> reciprocity(np.array([[[n, 1, 1], [1, n, 0], [0, 0, n]]]))
    array([0.66666667])
    """
    values, _ = _pairs(ties)
    smaller = np.minimum(values, np.swapaxes(values, -1, -2))
    return ratio(smaller.sum((-2, -1)), values.sum((-2, -1)))


def dyadic_agreement(ties: Floats) -> Floats:
    """Return how far the two reports of a pair agree: 1 less their mean absolute difference.

    With ties of 0 or 1 it is the share of pairs that are mutual or null (neither names the
    other).

    Examples
    --------
    >>> n = np.nan
    >>> dyadic_agreement(np.array([[[n, 1, 1], [1, n, 0], [0, 0, n]]]))
    array([0.66666667])
    """
    values, both = _pairs(ties)
    gap = np.abs(values - np.swapaxes(values, -1, -2)).sum((-2, -1))
    return 1.0 - ratio(gap, both.sum((-2, -1)))


def dyadic_correlation(ties: Floats) -> Floats:
    """Return the double-entry correlation of the two reports of each pair.

    Each pair enters twice, once in each order; the result is the intraclass correlation of
    exchangeable dyads.

    References
    ----------
    Griffin, D., & Gonzalez, R. (1995). Correlational analysis of dyad-level data in the
    exchangeable case. Psychological Bulletin, 118, 430-439.

    Examples
    --------
    >>> n = np.nan
    >>> float(dyadic_correlation(np.array([[[n, 1, 0], [1, n, 0.5], [0, 0.5, n]]]))[0])
    1.0
    """
    values, both = _pairs(ties)
    count = both.sum((-2, -1))
    mean = ratio(values.sum((-2, -1)), count)[..., None, None]
    centred = np.where(both > 0, values - np.where(np.isnan(mean), 0.0, mean), 0.0)
    cross = (centred * np.swapaxes(centred, -1, -2)).sum((-2, -1))
    spread = (centred**2).sum((-2, -1))
    # rounding leaves a spread of about 1e-33 where all reports are the same
    return ratio(cross, np.where(spread < 1e-24 * np.maximum(count, 1), 0.0, spread))


def received(ties: Floats) -> Floats:
    """Return the mean tie that each member receives, ``(groups, k)``: in-degree over its maximum.

    Examples
    --------
    >>> n = np.nan
    >>> received(np.array([[[n, 1, 0], [1, n, 0], [1, 0, n]]]))
    array([[1. , 0.5, 0. ]])
    """
    return mean_where(ties, -2)


def given(ties: Floats) -> Floats:
    """Return the mean tie that each member reports, ``(groups, k)``: out-degree over its maximum.

    Examples
    --------
    >>> n = np.nan
    >>> given(np.array([[[n, 1, 0], [1, n, 0], [1, 0, n]]]))
    array([[0.5, 0.5, 0.5]])
    """
    return mean_where(ties, -1)


def centralization(degrees: Floats) -> Floats:
    """Return Freeman's centralization of degrees that run from 0 to 1.

    The sum of the distances from the highest degree over its largest possible value: k-1 when
    degrees are shares of their maximum, the same as ``(k-1)**2`` for counts in a directed
    network. Members whose degree is not known (``nan``) are left out, and the rest is treated
    as the network.

    Parameters
    ----------
    degrees
        ``(groups, k)`` from `received` (in-degree) or `given` (out-degree).

    References
    ----------
    Freeman, L. C. (1978). Centrality in social networks: Conceptual clarification. Social
    Networks, 1, 215-239. Wasserman & Faust (1994), eq. 5.5, for directed ties.

    Examples
    --------
    >>> centralization(np.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.5]]))
    array([1., 0.])
    """
    known = ~np.isnan(degrees)
    top = np.where(known, degrees, -np.inf).max(-1)
    gaps = np.where(known, top[..., None] - np.where(known, degrees, 0.0), 0.0)
    return ratio(gaps.sum(-1), np.maximum(known.sum(-1) - 1, 0).astype(float))


def in_centralization(ties: Floats) -> Floats:
    """Return Freeman's centralization of received ties.

    Examples
    --------
    >>> n = np.nan
    >>> in_centralization(np.array([[[n, 0, 0], [1, n, 0], [1, 0, n]]]))
    array([1.])
    """
    return centralization(received(ties))


def out_centralization(ties: Floats) -> Floats:
    """Return Freeman's centralization of given ties, over those who reported.

    Examples
    --------
    >>> n = np.nan
    >>> out_centralization(np.array([[[n, 1, 1], [0, n, 0], [0, 0, n]]]))
    array([1.])
    """
    return centralization(given(ties))


def _linked(ties: Floats) -> Bools:
    """Tell which pairs are linked by a tie in either direction."""
    k = ties.shape[-1]
    tie = (np.where(np.isnan(ties), 0.0, ties) > 0) & ~np.eye(k, dtype=bool)
    return tie | np.swapaxes(tie, -1, -2)


def isolates(ties: Floats) -> Floats:
    """Return the share of members without any tie, given or received.

    Examples
    --------
    >>> n = np.nan
    >>> isolates(np.array([[[n, 1, 0], [1, n, 0], [0, 0, n]]]))
    array([0.33333333])
    """
    alone = (~_linked(ties).any(-1)).mean(-1)
    return np.where(np.isnan(ties).all((-2, -1)), np.nan, alone)


def _component_sizes(ties: Floats) -> Floats:
    """Return the size of each member's component, ``(groups, k)``, ties taken without direction."""
    k = ties.shape[-1]
    reach = (_linked(ties) | np.eye(k, dtype=bool)).astype(np.float32)
    for _ in range(max(1, int(np.ceil(np.log2(max(k - 1, 1)))))):
        reach = (reach @ reach > 0).astype(np.float32)
    return reach.sum(-1).astype(float)


def components(ties: Floats) -> Floats:
    """Return the number of weak components.

    Examples
    --------
    >>> n = np.nan
    >>> components(np.array([[[n, 1, 0], [0, n, 0], [0, 0, n]]]))
    array([2.])
    """
    count = np.rint((1.0 / _component_sizes(ties)).sum(-1))
    return np.where(np.isnan(ties).all((-2, -1)), np.nan, count)


def largest_component(ties: Floats) -> Floats:
    """Return the share of members in the largest weak component.

    Examples
    --------
    >>> n = np.nan
    >>> largest_component(np.array([[[n, 1, 0], [0, n, 0], [0, 0, n]]]))
    array([0.66666667])
    """
    share = _component_sizes(ties).max(-1) / ties.shape[-1]
    return np.where(np.isnan(ties).all((-2, -1)), np.nan, share)


def fragmentation(ties: Floats) -> Floats:
    """Return the share of pairs that no path connects.

    References
    ----------
    Borgatti, S. P. (2006). Identifying sets of key players in a social network. Computational
    and Mathematical Organization Theory, 12, 21-34, eq. 9.

    Examples
    --------
    >>> n = np.nan
    >>> fragmentation(np.array([[[n, 1, 0], [0, n, 0], [0, 0, n]]]))
    array([0.66666667])
    """
    k = ties.shape[-1]
    joined = (_component_sizes(ties) - 1.0).sum(-1)
    cut = 1.0 - ratio(joined, np.full(joined.shape, float(k * (k - 1))))
    return np.where(np.isnan(ties).all((-2, -1)), np.nan, cut)


def named_share(ties: Floats, at_least: int = 2) -> Floats:
    """Return the share of members to whom at least so many others report a tie.

    Examples
    --------
    >>> n = np.nan
    >>> named_share(np.array([[[n, 1, 0], [1, n, 0], [1, 0, n]]]))
    array([0.33333333])
    """
    k = ties.shape[-1]
    off = np.where(np.isnan(ties) | np.eye(k, dtype=bool), 0.0, ties) > 0
    share = (off.sum(-2) >= at_least).mean(-1)
    return np.where(np.isnan(ties).all((-2, -1)), np.nan, share)


def largest_received_share(ties: Floats) -> Floats:
    """Return the share of all received ties that goes to the member who receives most.

    Examples
    --------
    >>> n = np.nan
    >>> largest_received_share(np.array([[[n, 1, 0], [1, n, 0], [1, 0, n]]]))
    array([0.66666667])
    """
    degrees = received(ties)
    known = np.where(np.isnan(degrees), 0.0, degrees)
    return ratio(known.max(-1), known.sum(-1))


def external_internal(ties: Floats, partners: NDArray[np.int64]) -> Floats:
    """Return the E-I index: ties between partners less ties within, over all ties.

    Parameters
    ----------
    ties
        ``(groups, k, k)``.
    partners
        ``(groups, k)`` codes of the organisation of each member; negative where unknown.

    References
    ----------
    Krackhardt, D., & Stern, R. N. (1988). Informal networks and organizational crises. Social
    Psychology Quarterly, 51, 123-140.

    Examples
    --------
    >>> n = np.nan
    >>> ties = np.array([[[n, 1, 1], [1, n, 0], [0, 0, n]]])
    >>> external_internal(ties, np.array([[0, 0, 1]]))
    array([-0.33333333])
    """
    k = ties.shape[-1]
    known = (partners >= 0)[..., :, None] & (partners >= 0)[..., None, :]
    value = np.where(np.isnan(ties) | ~known | np.eye(k, dtype=bool), 0.0, ties)
    within = partners[..., :, None] == partners[..., None, :]
    internal = np.where(within, value, 0.0).sum((-2, -1))
    total = value.sum((-2, -1))
    return ratio(total - 2.0 * internal, total)
