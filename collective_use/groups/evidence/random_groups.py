"""Do members agree more than members of different groups do? In closed form, for one measure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from collective_use.groups.evidence.parts import AgainstRandom, Number
from collective_use.groups.keys import GroupKeys
from collective_use.numerics.groups.permutation import disagreement, random_group_moments
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.numerics.types import Floats
from collective_use.results import NotComputed


def against_random(
    answers: Floats, score: Floats, keys: GroupKeys, judged: NDArray[np.bool_]
) -> AgainstRandom:
    """Compare judged groups with random groups of the same sizes, made of the same persons.

    Parameters
    ----------
    answers
        (N, J) answers, NaN for missing. For this comparison a missing answer counts as the mean
        of its item over all persons: that holds for real and random groups alike, so that the
        chance stays right, and a group gains no agreement by it that others would not.
    score
        (N,) members' scores; persons without one are no members.
    keys
        The groups.
    judged
        (G,) groups that enter.
    """
    there = ~np.isnan(score) & judged[keys.codes]
    few = NotComputed("fewer than two groups can be compared, or all answers are the same")
    if there.sum() < 4:
        return AgainstRandom(few, few, few, few, few)
    found = disagreement(standardized(answers[there]), keys.codes[there], keys.total)
    z = _bliese(score[there], keys.codes[there], keys.total)
    if np.isnan(found.p):
        return AgainstRandom(few, few, few, few, few if np.isnan(z) else z)
    known: Number = few if np.isnan(z) else z
    return AgainstRandom(found.within, found.expected, found.z, found.p, known)


def standardized(answers: Floats) -> Floats:
    """Return answers about their items' means in standard deviations, 0 where missing."""
    known = ~np.isnan(answers)
    n = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, answers, 0.0).sum(axis=0) / n
    gaps = np.where(known, answers - mean, 0.0)
    sd = np.sqrt((gaps * gaps).sum(axis=0) / n)
    return np.asarray(gaps / np.where(sd > 0, sd, 1.0))


def _bliese(values: Floats, codes: NDArray[np.intp], total: int) -> float:
    """Return z of the mean variance within groups against random groups (Bliese 2000)."""
    stats = group_statistics(values, codes, total)
    n = stats.n[:, 0]
    enough = n > 1
    if enough.sum() < 2 or len(values) < 4:
        return float("nan")
    moments = random_group_moments(values, n[enough])
    spread = float(np.sqrt(moments.variances.mean() / enough.sum()))
    observed = float(stats.variances[enough, 0].mean())
    return (observed - moments.expected) / spread if spread > 0 else float("nan")
