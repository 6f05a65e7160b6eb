"""Knowledge areas, resources and nominations: who holds what, and who is thought to.

Stacks ``(groups, members, areas)`` of levels or ticks, ``nan`` where a member did not answer.
"""

from __future__ import annotations

import numpy as np

from collective_use.numerics.rosters.network import Bools, Floats, mean_where, ratio


def answered(levels: Floats) -> Bools:
    """Tell who answered at least one area, ``(groups, members)``.

    Examples
    --------
    >>> answered(np.array([[[1.0, np.nan], [np.nan, np.nan]]]))
    array([[ True, False]])
    """
    return np.asarray(~np.isnan(levels).all(-1), dtype=bool)


def holds(levels: Floats, threshold: float) -> Floats:
    """Return 1 where a level reaches the threshold, 0 where not, ``nan`` where it is missing.

    Examples
    --------
    >>> holds(np.array([[[1.0, 3.0, np.nan]]]), 2)
    array([[[ 0.,  1., nan]]])
    """
    return np.where(np.isnan(levels), np.nan, (levels >= threshold).astype(float))


def holders(held: Floats) -> Floats:
    """Return the number of members known to hold each area, ``(groups, areas)``.

    Examples
    --------
    >>> holders(np.array([[[1.0, 0.0], [1.0, np.nan]]]))
    array([[2., 0.]])
    """
    return np.where(np.isnan(held), 0.0, held).sum(-2)


def coverage(held: Floats) -> Floats:
    """Return the share of areas that at least one member holds, ``(groups,)``.

    Examples
    --------
    >>> coverage(np.array([[[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]]))
    array([0.66666667])
    """
    return np.where(answered(held).any(-1), (holders(held) > 0).mean(-1), np.nan)


def coverage_ceiling(held: Floats) -> Floats:
    """Return the coverage if everyone who did not answer held every area.

    With `coverage` it bounds what full response would show.

    Examples
    --------
    >>> coverage_ceiling(np.array([[[1.0, 0.0], [np.nan, np.nan]]]))
    array([1.])
    """
    return coverage(np.where(np.isnan(held), 1.0, held))


def redundancy(held: Floats) -> Floats:
    """Return the mean share of answering members that hold an area, ``(groups,)``.

    Times the number of members it is the mean number of holders; as a share it compares
    groups of different size.

    Examples
    --------
    >>> redundancy(np.array([[[1.0, 0.0], [1.0, 0.0]]]))
    array([0.5])
    """
    return mean_where(mean_where(held, -2), -1)


def breadth(held: Floats) -> Floats:
    """Return the mean number of areas that a member holds, ``(groups,)``.

    Examples
    --------
    >>> breadth(np.array([[[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]]]))
    array([1.5])
    """
    return held.shape[-1] * mean_where(mean_where(held, -1), -1)


def _pair_mean(value: Floats, defined: Bools) -> Floats:
    first, second = np.triu_indices(value.shape[-1], 1)
    pairs = np.where(defined, value, np.nan)[..., first, second]
    return mean_where(pairs, -1)


def jaccard(held: Floats) -> Floats:
    """Return the mean Jaccard overlap of two members' areas over all pairs, ``(groups,)``.

    Areas that both hold over areas that either holds, among areas that both answered. A pair
    that holds nothing has no overlap to speak of and is left out.

    References
    ----------
    Jaccard, P. (1912). The distribution of the flora in the alpine zone. New Phytologist, 11,
    37-50.

    Examples
    --------
    >>> jaccard(np.array([[[1.0, 1.0, 0.0], [1.0, 0.0, 1.0]]]))
    array([0.33333333])
    """
    there = (~np.isnan(held)).astype(float)
    value = np.where(np.isnan(held), 0.0, held)
    both = value @ np.swapaxes(value, -1, -2)
    mine = value @ np.swapaxes(there, -1, -2)
    either = mine + np.swapaxes(mine, -1, -2) - both
    return _pair_mean(ratio(both, either), either > 0)


def cosine(levels: Floats) -> Floats:
    """Return the mean cosine of two members' profiles of levels over all pairs, ``(groups,)``.

    Examples
    --------
    >>> cosine(np.array([[[3.0, 0.0], [3.0, 3.0]]])).round(4)
    array([0.7071])
    """
    there = (~np.isnan(levels)).astype(float)
    value = np.where(np.isnan(levels), 0.0, levels)
    cross = value @ np.swapaxes(value, -1, -2)
    # squares over the areas that both of a pair answered
    mine = value**2 @ np.swapaxes(there, -1, -2)
    length = np.sqrt(mine * np.swapaxes(mine, -1, -2))
    return _pair_mean(ratio(cross, length), length > 0)


def tally(nominations: Floats, candidates: int) -> Floats:
    """Count nominations, ``(groups, areas, candidates + 1)``; column 0 counts "nobody".

    Parameters
    ----------
    nominations
        ``(groups, raters, areas)`` position of the nominee, 0 for nobody, ``nan`` unanswered.
    candidates
        Number of members who could be named.

    Examples
    --------
    >>> tally(np.array([[[1.0], [1.0], [0.0]]]), 2)
    array([[[1., 2., 0.]]])
    """
    options = np.arange(candidates + 1)
    return (nominations[..., None] == options).sum(-3).astype(float)


def modal_share(counts: Floats) -> Floats:
    """Return the mean over areas of the share of raters who chose the same most, ``(groups,)``.

    With few raters it is high by chance alone: two raters share at least one half. Compare
    with `pair_agreement`, which the number of raters does not bias.

    Examples
    --------
    >>> modal_share(np.array([[[0.0, 3.0, 1.0], [4.0, 0.0, 0.0]]]))
    array([0.875])
    """
    return mean_where(ratio(counts.max(-1), counts.sum(-1)), -1)


def pair_agreement(counts: Floats) -> Floats:
    """Return the mean over areas of the share of pairs of raters who made the same choice.

    References
    ----------
    Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters. Psychological
    Bulletin, 76, 378-382, eq. 2.

    Examples
    --------
    >>> pair_agreement(np.array([[[0.0, 3.0, 1.0]]]))
    array([0.5])
    """
    n = counts.sum(-1)
    return mean_where(ratio((counts * (counts - 1)).sum(-1), n * (n - 1)), -1)


def entropy(counts: Floats, options: Floats | float) -> Floats:
    """Return the entropy of choices over its largest value, along the last axis.

    Parameters
    ----------
    counts
        ``(..., choices)``.
    options
        How many choices there could have been; the logarithm of it is the largest entropy.

    References
    ----------
    Shannon, C. E. (1948). A mathematical theory of communication. Bell System Technical
    Journal, 27, 379-423.

    Examples
    --------
    >>> entropy(np.array([2.0, 2.0, 0.0]), 2).round(6)
    np.float64(1.0)
    """
    total = np.broadcast_to(counts.sum(-1, keepdims=True), counts.shape)
    share = ratio(counts, total)
    logs = np.log(np.where(share > 0, share, 1.0))
    return ratio(np.abs((share * logs).sum(-1)), np.log(np.asarray(options, float)))


def nomination_accuracy(
    nominations: Floats, knowledge: Floats, threshold: float
) -> tuple[Floats, Floats]:
    """Return the share of nominees who say themselves that they are expert.

    Parameters
    ----------
    nominations
        ``(groups, raters, areas)`` position of the nominee from 1, 0 for nobody.
    knowledge
        ``(groups, members, areas)`` own levels.
    threshold
        From which level on a member counts as expert.

    Returns
    -------
    tuple of ndarray
        ``(groups,)`` accuracy, and the share of nominations that could be judged (the nominee
        answered; "nobody" is judged too: it is right when no member is known to be expert).

    References
    ----------
    Austin, J. R. (2003). Transactive memory in organizational groups. Journal of Applied
    Psychology, 88, 866-878.

    Examples
    --------
    >>> nominations = np.array([[[1.0], [2.0], [1.0]]])
    >>> knowledge = np.array([[[3.0], [1.0], [np.nan]]])
    >>> nomination_accuracy(nominations, knowledge, 3)
    (array([0.66666667]), array([1.]))
    """
    expert = holds(knowledge, threshold)
    full = ~np.isnan(expert).any(-2, keepdims=True)
    # nobody is right only when everyone answered and no one is expert, wrong once one is
    some = (np.where(np.isnan(expert), 0.0, expert) > 0).any(-2, keepdims=True)
    nobody = np.where(some, 0.0, np.where(full, 1.0, np.nan))
    table = np.concatenate([nobody, expert], axis=-2)
    named = ~np.isnan(nominations)
    place = np.where(named, nominations, 0).astype(np.int64)
    right = np.where(named, np.take_along_axis(table, place, axis=-2), np.nan)
    judged = ratio((~np.isnan(right)).sum((-2, -1)).astype(float), named.sum((-2, -1)))
    return mean_where(right, (-2, -1)), judged
