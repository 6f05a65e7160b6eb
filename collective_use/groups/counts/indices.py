"""Agreement and intraclass correlation from counts alone: the same numbers as from the rows."""

from __future__ import annotations

from collections.abc import Sequence

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
from collective_use.numerics.groups.statistics import GroupStatistics
from collective_use.numerics.types import Integers


def agreement_of(
    groups: tuple[str, ...], n: Integers, stats: Sequence[GroupStatistics], null: str
) -> Agreement:
    """Return rwg(j) of every group with AD and awg beside it.

    Parameters
    ----------
    groups, n
        (G,) labels, and persons with an answer.
    stats
        Statistics of each item, with counts of options.
    null
        Name of the null distribution.

    Raises
    ------
    InputError
        When items differ in their options: they have no common null distribution.
    """
    options = [np.empty(0) if one.options is None else one.options for one in stats]
    codes = options[0]
    if any(not np.array_equal(codes, other) for other in options):
        raise InputError("items must have the same options for one null distribution of rwg(j)")
    step = float(np.diff(codes).min())
    chosen = sum(
        (one.counts.sum(axis=(0, 1)) for one in stats if one.counts is not None),
        np.zeros(len(codes)),
    )
    law = null_distribution(null, len(codes), chosen)
    ratio = mean_known(
        np.column_stack([one.variances[:, 0] for one in stats]) / (law.variance * step**2)
    )
    index = kernel.rwg_j(ratio, len(stats))
    table = pd.DataFrame(
        {
            "group": groups,
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
