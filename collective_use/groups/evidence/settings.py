"""Choices that hold for every measure of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from collective_use.cutoffs import Cutoff
from collective_use.instrument.model import Measure

DEFAULT_NULLS: tuple[str, ...] = ("uniform", "slight_skew")
"""Where neither study nor instrument names any: the usual one, and one as answers lean."""

NOBODY = "nobody answered enough of the measure's items"
"""Why a measure whose columns are there, but blank, has no evidence."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices that hold for every measure of a run.

    Attributes
    ----------
    cutoffs
        The rules by name.
    repetitions
        Draws for the chance of agreement; 0 for none.
    seed
        Their seed.
    voice
        Whether each member or each partner organisation counts alike in a group's mean.
    nulls
        The study's null distributions, the one that judges first; empty leaves them to each
        measure.
    partners
        (N,) partner organisation of each person as a number, -1 where unknown; None where no
        partner is known.
    by_item
        Whether evidence keeps a row a group and item.
    """

    cutoffs: Mapping[str, Cutoff]
    repetitions: int = 2000
    seed: int | None = 1
    voice: Literal["member", "partner"] = "member"
    nulls: tuple[str, ...] = ()
    partners: NDArray[np.intp] | None = field(default=None, compare=False)
    by_item: bool = True

    @property
    def least(self) -> int:
        """The smallest group that gets values."""
        return int(self.cutoffs["group_size"].value)

    def nulls_of(self, measure: Measure) -> tuple[str, ...]:
        """Return the null distributions of a measure, the one that judges first."""
        return self.nulls or measure.null_distributions or DEFAULT_NULLS


def size_reason(n: int, least: int) -> str:
    """Say why a group of n answers has no value; empty where it has one.

    Examples
    --------
    >>> size_reason(1, 3)
    '1 answered; at least 3 are asked for'
    """
    if n == 0:
        return "nobody answered"
    return f"{n} answered; at least {least} are asked for" if n < least else ""
