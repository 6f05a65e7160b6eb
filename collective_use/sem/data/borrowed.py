"""Moments of variables that a group has no values of, taken from the other groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.numerics.moments import Floats, GroupMoments


def fill_absent(
    moments: Sequence[GroupMoments], absent: Sequence[Sequence[int]]
) -> list[GroupMoments]:
    """Return moments in which variables without values have mean and variance of other groups.

    Parameters
    ----------
    moments
        By group.
    absent
        By group the places of the variables it has no values of.

    Examples
    --------
    >>> one = GroupMoments(9.0, np.array([1.0]), np.array([[2.0]]), 0.0)
    >>> two = GroupMoments(9.0, np.array([0.0]), np.array([[0.0]]), -np.inf)
    >>> fill_absent([one, two], [[], [0]])[1].cov.item()
    2.0
    """
    out = []
    for g, places in zip(moments, absent, strict=True):
        mean, cov = g.mean.copy(), g.cov.copy()
        for j in places:
            givers = [h for h, missing in zip(moments, absent, strict=True) if j not in missing]
            mean[j] = np.mean([h.mean[j] for h in givers])
            cov[j, :] = cov[:, j] = 0.0
            cov[j, j] = np.mean([h.cov[j, j] for h in givers])
        log_det = float(np.linalg.slogdet(cov)[1]) if len(places) else g.log_det
        out.append(GroupMoments(g.n, mean, cov, log_det))
    return out


def embedded(seen: Sequence[int], part: GroupMoments, whole: GroupMoments) -> GroupMoments:
    """Return moments of some variables among all, the others unrelated to them."""
    mean, cov = whole.mean.copy(), np.diag(np.diag(whole.cov))
    mean[list(seen)] = part.mean
    block: Floats = part.cov
    cov[np.ix_(seen, seen)] = block
    return GroupMoments(part.n, mean, cov, part.log_det)
