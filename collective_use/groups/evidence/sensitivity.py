"""How far the evidence depends on choices: the null, the cut-off, the groups that fail."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.frames import frame_of
from collective_use.groups.evidence.item_set import ItemSet
from collective_use.numerics.groups import agreement, anova
from collective_use.numerics.groups.statistics import GroupStatistics
from collective_use.numerics.threads import each_of
from collective_use.numerics.types import Floats
from collective_use.results import TableRow

NULLS: tuple[str, ...] = (
    "uniform",
    "slight_skew",
    "moderate_skew",
    "heavy_skew",
    "triangular",
    "normal",
    "empirical",
)
"""Null distributions tried for every shared measure."""

LEVELS: tuple[float, ...] = (0.51, 0.70, 0.80, 0.90)
"""Cut-offs tried: lower ends of moderate, strong and very strong agreement (LeBreton & Senter
2008, table 3), and .80 between."""


def over_nulls(
    items: ItemSet, enough: NDArray[np.bool_], more: Iterable[str], cutoff: float
) -> pd.DataFrame:
    """Return one row a null: mean, median and the share of groups over each cut-off.

    Parameters
    ----------
    items
        The items.
    enough
        (G,) groups large enough to be judged.
    more
        Nulls that the instrument names beside the usual ones.
    cutoff
        The study's own cut-off, tried beside the usual ones.
    """
    # with equal answers throughout there is nothing to make an empirical null of
    varied = any(chosen is not None and (chosen > 0).sum() > 1 for chosen in items.chosen)
    names = more if items.smooth else dict.fromkeys((*more, *NULLS))
    tried = [null for null in names if null != "empirical" or varied]

    def row_of(null: str) -> TableRow:
        values = agreement.rwg_j(items.ratio(null)[enough], len(items.names))
        return _row(null, values[~np.isnan(values)], items, cutoff)

    return frame_of(each_of(row_of, tried, rows=len(enough)))


def _row(null: str, values: Floats, items: ItemSet, cutoff: float) -> TableRow:
    laws = items.laws(null)
    row: TableRow = {
        "null": null,
        "variance": laws[0].variance if items.alike else float("nan"),
        "mean": float(values.mean()) if len(values) else float("nan"),
        "median": float(np.median(values)) if len(values) else float("nan"),
    }
    for cut in sorted({*LEVELS, cutoff}):
        share = float((values >= cut).mean()) if len(values) else float("nan")
        row[f"share_{cut:.2f}"] = share
    return {**row, "source": laws[0].source}


def without_failing(
    one: GroupStatistics,
    index: NDArray[np.float64],
    failing: NDArray[np.bool_],
    judged: NDArray[np.bool_],
) -> pd.DataFrame:
    """Return the indices over all groups and over those that do not fail, side by side.

    Nothing is left out of the analysis by this; leaving groups out for low agreement selects
    on the outcome and is for comparison only.
    """
    rows = []
    for name, kept in (("all groups", judged), ("without", judged & ~failing)):
        n = one.n[kept, 0]
        centre = one.sums[kept, 0] / np.maximum(n, 1)
        table = anova.one_way(n, centre, one.deviations[kept, 0], origin=float(one.shift[0]))
        known = index[kept]
        known = known[~np.isnan(known)]
        possible = table.df_between > 0 and table.df_within > 0
        rows.append(
            {
                "groups": int((n > 0).sum()),
                "which": name,
                "median_agreement": float(np.median(known)) if len(known) else float("nan"),
                "icc1": anova.icc1(table, table.size_mean) if possible else float("nan"),
                "icc2": anova.icc2(table) if possible else float("nan"),
                "f": table.f,
                "p": table.p,
            }
        )
    return frame_of(rows)
