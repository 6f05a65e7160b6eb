"""The answers to one measure as statistics, and what is asked of persons beyond them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import pandas as pd

from collective_use.frames import Columns
from collective_use.groups.evidence.icc import restricted
from collective_use.groups.evidence.item_set import ItemSet
from collective_use.groups.evidence.parts import AgainstRandom, Chance, Number
from collective_use.groups.evidence.settings import Settings
from collective_use.groups.evidence.voices import Voices
from collective_use.groups.keys import GroupKeys
from collective_use.instrument.model import Measure
from collective_use.numerics.groups.anova import one_way_of
from collective_use.numerics.groups.statistics import GroupStatistics
from collective_use.numerics.groups.variance_components import (
    VarianceComponents,
    variance_components,
)
from collective_use.numerics.types import Bools, Floats


class Persons(Protocol):
    """What asks for more than group statistics: from rows, or from sums over persons."""

    def alpha(self, m: Measured) -> Number:
        """Return Cronbach's alpha over complete persons."""
        ...

    def random(self, m: Measured, null: str) -> AgainstRandom:
        """Return the comparison with random groups, under the null that judges."""
        ...

    def by_item(self, m: Measured) -> pd.DataFrame:
        """Return one row a group and item; it may be `Later`."""
        ...

    def chances(self, m: Measured, ratio: Floats, null: str) -> tuple[Columns, Chance]:
        """Return the chance of as much agreement by group, as columns, and its summary."""
        ...


@dataclass(frozen=True)
class Measured:
    """The answers to one measure as statistics, made once.

    Attributes
    ----------
    measure, keys, settings
        What is measured, the groups and the choices of the run.
    persons
        What is known of members beside the statistics.
    one
        Statistics of their scores by group.
    items
        The items and theirs.
    small, silent, judged
        (G,) groups too small to be judged; large enough, but with too few of their members; and
        those that are judged.
    around
        Partners, census and strata.
    """

    measure: Measure
    keys: GroupKeys
    settings: Settings
    persons: Persons
    one: GroupStatistics
    items: ItemSet
    small: Bools
    silent: Bools
    judged: Bools
    around: Voices

    @cached_property
    def kept(self) -> GroupStatistics:
        """Statistics in which only judged groups have answers."""
        return restricted(self.one, self.judged)

    @cached_property
    def reml(self) -> VarianceComponents:
        """Components of the scores over judged groups."""
        return variance_components(one_way_of(self.kept), "reml")

    def counts(self) -> tuple[int, int, int]:
        """Return groups judged, too small and too silent."""
        return int(self.judged.sum()), int(self.small.sum()), int(self.silent.sum())
