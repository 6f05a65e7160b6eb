"""The error of each group's change by the way in which the spread within groups is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from collective_use.numerics.groups import changes
from collective_use.numerics.groups.change_spread import Own, own_of, products_of, shrunken_of
from collective_use.numerics.types import Floats, Integers

Spread: TypeAlias = Literal["pooled", "own", "shrunken"]
SPREADS = ("pooled", "own", "shrunken")


@dataclass(frozen=True)
class Answers:
    """Answers of the two waves, and of the members who answered both.

    Attributes
    ----------
    values, codes
        Two times the answers of a wave and their groups.
    pairs, pair_codes
        Two times the answers of members in both waves, and their groups.
    """

    values: tuple[Floats, Floats]
    codes: tuple[Integers, Integers]
    pairs: tuple[Floats, Floats]
    pair_codes: Integers


@dataclass(frozen=True)
class Errors:
    """What is known of the error of each change.

    Attributes
    ----------
    variance, df
        (G,) of the change, and its degrees of freedom.
    reasons
        Group to why its own answers tell no error; empty for the other ways.
    """

    variance: Floats
    df: Floats
    reasons: dict[int, str]


def errors_of(
    spread: Spread, answers: Answers, both: tuple[changes.Wave, changes.Wave],
    linked: changes.Linked, members: Floats,
) -> Errors:  # fmt: skip
    """Return the error of each group's change.

    Parameters
    ----------
    spread
        The way.
    answers, both, linked
        The answers, and what they come to by wave.
    members
        (G,) members of each group.
    """
    before, after = both
    pooled = changes.change_variance(before, after, linked, members)
    df = float(min(before.df, after.df))
    if spread == "pooled":
        return Errors(pooled, np.full(len(pooled), df), {})
    total = len(pooled)
    first, second = (
        products_of(y, y, codes, total)
        for y, codes in zip(answers.values, answers.codes, strict=True)
    )
    shared = products_of(*answers.pairs, answers.pair_codes, total)
    # one pair has no covariance of its own: it is taken to be as alike as those of all groups
    most = np.sqrt(before.variance * after.variance)
    alike = linked.covariance / most if most > 0 else 0.0
    shared = np.where(np.isnan(shared), alike * np.sqrt(first * second), shared)
    own = own_of(before, after, (first, second), linked.n, np.nan_to_num(shared), members)
    if spread == "shrunken":
        found = shrunken_of(pooled, df, own)
        return Errors(found.variance, found.df, {})
    return _alone(own, both, np.maximum(first, second) == 0, members)


def _alone(
    own: Own, both: tuple[changes.Wave, changes.Wave], alike: Floats, members: Floats
) -> Errors:
    """Return the errors by own variances alone, with why some groups have none."""
    before, after = both
    reasons: dict[int, str] = {}
    for place in range(len(own.df)):
        counts = (before.n[place], after.n[place])
        if own.df[place] == 0 and min(counts) > 0:
            reasons[place] = (
                f"{int(min(counts))} answered one of the waves: an own variance asks for two"
            )
        elif alike[place] and max(counts) > 0 and members[place] > min(counts):
            reasons[place] = "all answered alike in both waves: an own variance tells no error"
    variance = own.variance.copy()
    variance[list(reasons)] = np.nan
    return Errors(variance, own.df, reasons)
