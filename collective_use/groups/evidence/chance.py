"""For every group of a shared measure: how likely is as much agreement by chance?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from collective_use.frames import Columns
from collective_use.groups.agreement.chance import item_chances, scale_chances
from collective_use.groups.evidence.item_set import ItemSet
from collective_use.groups.evidence.parts import Chance, Number
from collective_use.groups.evidence.settings import Settings
from collective_use.numerics.groups.chance import benjamini_hochberg
from collective_use.numerics.types import Floats
from collective_use.results import NotComputed


def chance_of_agreement(
    items: ItemSet,
    codes: NDArray[np.intp],
    n: NDArray[np.int64],
    ratio: Floats,
    null: str,
    settings: Settings,
    judged: NDArray[np.bool_],
) -> tuple[Columns, Chance]:
    """Return `p_chance` and `p_adjusted` by group, and the share of groups above chance.

    One item: exact. Several: simulated with items that correlate as observed and each group's
    own gaps (Cohen, Doveh & Nahum-Shani 2009). `p_adjusted` holds the false discovery rate over the
    groups of the measure (Benjamini & Hochberg 1995).

    Parameters
    ----------
    items
        The items.
    codes
        (N,) groups.
    n
        (G,) members with a score.
    ratio
        (G,) mean item variance over the null variance.
    null
        Name of the null distribution.
    judged
        (G,) groups that the share is over.
    settings
        Repetitions, seed and the level of significance.
    """
    if not items.alike:
        why = NotComputed("the items differ in their number of options: no common null to draw")
        return {}, Chance(why, why)
    seen = np.where(n > 1, ratio, np.nan)
    law = items.law(null)
    if len(items.names) == 1:
        found = item_chances("variance", items.stats[0].n[:, 0], seen * law.variance, law)
    else:
        found = scale_chances(
            items.answers,
            codes,
            seen,
            law,
            repetitions=settings.repetitions,
            seed=settings.seed,
            level=settings.cutoffs["p"].value,
        )
    p = found.p
    adjusted = benjamini_hochberg(np.where(judged, p, np.nan))
    known = adjusted[~np.isnan(adjusted)]
    level = settings.cutoffs["p"].value
    none = NotComputed("no group is large enough to be judged")
    share: Number = float((known <= level).mean()) if len(known) else none
    there = ~np.isnan(p)
    least = found.least[judged & there if (judged & there).any() else there]
    columns = {"p_chance": p, "p_adjusted": adjusted, "p_by": found.by}
    return columns, Chance(share, float(least.min()) if len(least) else none)
