"""For every group of a shared measure: how likely is as much agreement by chance?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from collective_use.groups.agreement.chance import item_chances, scale_chances
from collective_use.groups.evidence.item_set import ItemSet
from collective_use.numerics.groups.chance import benjamini_hochberg
from collective_use.results import NotComputed

if TYPE_CHECKING:
    from collective_use.groups.evidence.shared import Settings

Floats = NDArray[np.float64]


def chance_of_agreement(
    items: ItemSet,
    codes: NDArray[np.intp],
    n: NDArray[np.int64],
    ratio: Floats,
    null: str,
    settings: Settings,
) -> tuple[dict[str, Any], dict[str, Any]]:
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
    settings
        Repetitions, seed and the level of significance.
    """
    if not items.alike:
        why = NotComputed("the items differ in their number of options: no common null to draw")
        return {}, {"above_chance": why}
    judged = np.where(n > 1, ratio, np.nan)
    law = items.law(null)
    if len(items.names) == 1:
        found = item_chances("variance", items.stats[0].n[:, 0], judged * law.variance, law)
    else:
        found = scale_chances(
            items.answers,
            codes,
            judged,
            law,
            repetitions=settings.repetitions,
            seed=settings.seed,
            level=settings.cutoffs["p"].value,
        )
    p = found.p
    adjusted = benjamini_hochberg(p)
    known = adjusted[~np.isnan(adjusted)]
    level = settings.cutoffs["p"].value
    share = (
        float((known <= level).mean()) if len(known) else NotComputed("no group has two answers")
    )
    return {"p_chance": p, "p_adjusted": adjusted, "p_by": found.by}, {"above_chance": share}
