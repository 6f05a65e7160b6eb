"""Agreement and intraclass correlation from counts alone: the same numbers as from the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from collective_use.cutoffs import CUTOFFS
from collective_use.errors import InputError
from collective_use.groups.agreement.result import (
    Agreement,
    mean_known,
    null_notes,
    reasons_of,
    summary_of,
    truncation_notes,
)
from collective_use.numerics.groups import agreement as kernel
from collective_use.numerics.groups.nulls import null_distribution

if TYPE_CHECKING:
    from collective_use.groups.counts.result import GroupCounts


def agreement_of(counts: GroupCounts, null: str) -> Agreement:
    """Return rwg(j) of every group with AD and awg beside it.

    Raises
    ------
    InputError
        When items differ in their options: they have no common null distribution.
    """
    plan = counts.plan
    if len(set(plan.options)) > 1:
        raise InputError("items must have the same options for one null distribution of rwg(j)")
    codes = np.array(plan.options[0])
    step = float(np.diff(codes).min())
    law = null_distribution(null, len(codes), counts.counts.sum(axis=(0, 1)).astype(float))
    stats = [counts.statistics(item) for item in plan.items]
    ratio = mean_known(
        np.column_stack([one.variances[:, 0] for one in stats]) / (law.variance * step**2)
    )
    index = kernel.rwg_j(ratio, len(stats))
    n = counts.answered[:, 1:].sum(axis=1)
    table = pd.DataFrame(
        {
            "group": counts.groups,
            "n": n,
            "rwg_j": index,
            "mean_variance": ratio * law.variance * step**2,
            "ad_mean": mean_known(
                np.column_stack([kernel.average_deviation(one, "mean")[:, 0] for one in stats])
            ),
            "awg": mean_known(
                np.column_stack([kernel.awg(one, codes[0], codes[-1])[:, 0] for one in stats])
            ),
        }
    )
    table["reason"] = reasons_of(index, n)
    cut = CUTOFFS["rwg_j"]
    notes = (*null_notes(law), "Missing items: pairwise.", *truncation_notes(ratio, True))
    return Agreement(
        "rwg_j", table, summary_of(index, cut), law, cut, len(stats), "pairwise", notes
    )
