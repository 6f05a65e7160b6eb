"""What the evidence asks of persons beyond group statistics: from rows, or from sums over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.frames import Columns
from collective_use.groups.evidence.chance import chance_of_agreement
from collective_use.groups.evidence.item_set import ItemFrame, ItemSet
from collective_use.groups.evidence.measured import Measured
from collective_use.groups.evidence.parts import AgainstRandom, Chance, Number
from collective_use.groups.evidence.random_groups import against_random, with_indices
from collective_use.numerics.items import reliability
from collective_use.numerics.types import Floats
from collective_use.results import NotComputed


@dataclass(frozen=True)
class OfRows:
    """What rows tell of the members.

    Attributes
    ----------
    score
        (N,) their scores.
    items
        With their answers.
    later
        What makes a row a group and item of answers that nobody can change; None where it has to
        be made now.
    """

    score: Floats
    items: ItemSet
    later: ItemFrame | None = None

    def alpha(self, m: Measured) -> Number:
        """Return Cronbach's alpha over complete persons."""
        there = ~np.isnan(self.items.answers)
        answered = there.any(axis=0)
        complete = self.items.answers[there[:, answered].all(axis=1)][:, answered]
        few = len(complete) < 2
        covariance = np.zeros((0, 0)) if few else np.atleast_2d(np.cov(complete, rowvar=False))
        return alpha_of(int(answered.sum()), len(complete), covariance)

    def random(self, m: Measured, null: str) -> AgainstRandom:
        """Return the comparison with random groups; indices without a closed form are drawn."""
        return with_indices(
            against_random(m.items.answers, self.score, m.keys, m.judged),
            m.items, self.score, m.keys, null, m.settings, m.judged,
        )  # fmt: skip

    def by_item(self, m: Measured) -> pd.DataFrame:
        """Return one row a group and item; it may be `Later`."""
        return self.items.frame(m.keys.labels) if self.later is None else self.later.field()

    def chances(self, m: Measured, ratio: Floats, null: str) -> tuple[Columns, Chance]:
        """Return the chance of as much agreement by group."""
        return chance_of_agreement(
            m.items, m.keys.codes, m.one.n[:, 0], ratio, null, m.settings, m.judged
        )


def alpha_of(items: int, complete: int, covariance: Floats) -> Number:
    """Return alpha, or why there is none.

    Parameters
    ----------
    items
        Items that were answered at all.
    complete
        Persons who answered them all.
    covariance
        (items, items), where there are two such persons.
    """
    if items < 2:
        return NotComputed("alpha needs at least two items that were answered")
    if complete < 2:
        return NotComputed("fewer than two persons answered every item")
    value = reliability.cronbach_alpha(covariance)
    return NotComputed("the sum of the items does not vary") if np.isnan(value) else value
