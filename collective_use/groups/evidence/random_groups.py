"""Do members agree more than members of different groups do? For one measure.

The disagreement over items, the variances of scores and the mean r*wg(j) have closed forms; mean
rwg(j), AD and awg are drawn.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from collective_use.frames import frame_of
from collective_use.groups.evidence.item_set import ItemSet
from collective_use.groups.evidence.parts import AgainstRandom, Number
from collective_use.groups.evidence.settings import Settings
from collective_use.groups.keys import GroupKeys
from collective_use.numerics.groups import random_indices as drawn
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
    inside = answers if there.all() else answers[there]
    found = disagreement(standardized(inside), keys.codes[there], keys.total)
    z = _bliese(score[there], keys.codes[there], keys.total)
    if np.isnan(found.p):
        return AgainstRandom(few, few, few, few, few if np.isnan(z) else z)
    known: Number = few if np.isnan(z) else z
    return AgainstRandom(found.within, found.expected, found.z, found.p, known)


def standardized(answers: Floats) -> Floats:
    """Return answers about their items' means in standard deviations, 0 where missing."""
    found = np.zeros(answers.shape)
    for item, gaps in zip(answers.T, found.T, strict=True):
        known = ~np.isnan(item)
        if not known.any():
            continue
        middle = float(item[known].mean())
        np.subtract(item, middle, out=gaps, where=known)
        spread = float(np.sqrt(gaps @ gaps / known.sum()))
        gaps /= spread if spread > 0 else 1.0
    return found


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


NAMES = {"rwg_j_lindell": "r*wg(j)", "rwg_j": "rwg(j)", "ad_mean": "AD", "awg": "awg"}
"""Indices that are compared, as readers know them."""

_PARTS = {"rwg_j": "agree_p_rwg", "ad_mean": "agree_p_ad", "awg": "agree_p_awg"}


def with_indices(
    part: AgainstRandom, items: ItemSet, score: Floats, keys: GroupKeys, null: str,
    settings: Settings, judged: NDArray[np.bool_],
) -> AgainstRandom:  # fmt: skip
    """Return the comparison with the means of r*wg(j), rwg(j), AD and awg beside it.

    Parameters
    ----------
    part
        From `against_random`.
    items
        The items: a person is exchanged with the own gaps, and each index treats gaps as it does
        in real groups.
    score, keys, judged
        As `against_random` takes them.
    null
        The null distribution that judges.
    settings
        Its repetitions are the most draws; its seed is theirs.
    """
    there = ~np.isnan(score) & judged[keys.codes]
    if isinstance(part.agree_p, NotComputed):
        why = part.agree_p
        return replace(part, agree_p_rwg=why, agree_p_ad=why, agree_p_awg=why)
    answers, codes = items.answers, keys.codes
    if not there.all():
        answers, codes = answers[there], codes[there]
    spread = items.null_variances(null)
    found: dict[str, drawn.Comparison] = {}
    if not np.isnan(answers).any():
        one = drawn.mean_variance(answers / np.sqrt(spread), codes, keys.total)
        found["rwg_j_lindell"] = replace(
            one, observed=1.0 - one.observed, expected=1.0 - one.expected, z=-one.z
        )
    if settings.repetitions >= drawn.FEWEST:
        found |= drawn.drawn_means(
            answers, codes, keys.total, items.scales, spread,
            draws=drawn.number_of_draws(
                len(answers), answers.shape[1], most=settings.repetitions
            ),
            seed=settings.seed,
        )  # fmt: skip
    rows = [index_row(name, one) for name, one in found.items()]
    chances = {_PARTS[name]: _chance(one) for name, one in found.items() if name in _PARTS}
    return replace(part, indices=frame_of(rows), **chances)


def index_row(name: str, one: drawn.Comparison) -> dict[str, object]:
    """Return the comparison of one index as a row of `AgainstRandom.indices`."""
    by = f"{one.draws} draws" if one.draws else "closed form"
    return {
        "index": name, "observed": one.observed, "random": one.expected, "sd": one.sd,
        "z": one.z, "p": one.p, "by": by,
    }  # fmt: skip


def _chance(one: drawn.Comparison) -> Number:
    if np.isnan(one.p):
        return NotComputed("the index does not vary over random groups, or no group has it")
    return one.p
