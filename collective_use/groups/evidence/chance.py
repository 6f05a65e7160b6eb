"""For every group of a shared measure: how likely is as much agreement by chance?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from collective_use.groups.agreement.chance import correlation_of, exact
from collective_use.groups.evidence.item_set import ItemSet, null_of
from collective_use.numerics.groups.chance import benjamini_hochberg
from collective_use.numerics.groups.chance_simulation import simulate_agreement
from collective_use.results import NotComputed

if TYPE_CHECKING:
    from collective_use.groups.evidence.shared import Settings

Floats = NDArray[np.float64]


def chance_of_agreement(
    items: ItemSet, n: NDArray[np.int64], ratio: Floats, null: str, settings: Settings
) -> tuple[dict[str, Floats], dict[str, Any]]:
    """Return `p_chance` and `p_adjusted` by group, and the share of groups above chance.

    One item: exact by enumeration. Several: simulated with items that correlate as observed
    (Cohen, Doveh & Nahum-Shani 2009). `p_adjusted` holds the false discovery rate over the
    groups of the measure (Benjamini & Hochberg 1995).

    Parameters
    ----------
    items
        The items.
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
    p = np.full(len(n), np.nan)
    judged = (n > 1) & ~np.isnan(ratio)
    law = null_of(items, null)
    sizes = np.unique(n[judged])
    if len(items.names) == 1:
        for size in sizes:
            spread = exact("variance", int(size), law)
            rows = np.flatnonzero(judged & (n == size))
            p[rows] = [spread.at_most(float(ratio[row]) * law.variance) for row in rows]
    elif len(sizes):
        drawn = simulate_agreement(
            sizes,
            law.proportions,
            law.variance,
            correlation_of(items.answers),
            repetitions=settings.repetitions,
            seed=settings.seed,
            deviation=False,
        )
        for s, size in enumerate(drawn.sizes):
            rows = np.flatnonzero(judged & (n == size))
            ordered = np.sort(drawn.ratio[s])
            below = np.searchsorted(ordered, ratio[rows] + 1e-9, side="right")
            p[rows] = (below + 1) / (settings.repetitions + 1)
    adjusted = benjamini_hochberg(p)
    known = adjusted[~np.isnan(adjusted)]
    level = settings.cutoffs["p"].value
    share = (
        float((known <= level).mean()) if len(known) else NotComputed("no group has two answers")
    )
    return {"p_chance": p, "p_adjusted": adjusted}, {"above_chance": share}
