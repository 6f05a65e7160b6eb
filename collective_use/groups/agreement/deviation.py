"""Agreement within groups for answers in an array or a frame: awg and average deviation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.accepted import Items, Labels
from collective_use.checks import one_of, valid_seed
from collective_use.cutoffs import Cutoff
from collective_use.errors import InputError
from collective_use.groups.agreement.chance import item_test, scale_test
from collective_use.groups.agreement.result import (
    Agreement,
    NullLike,
    answering,
    by_group_frame,
    mean_known,
    null_for,
    summary_of,
)
from collective_use.groups.inputs import (
    Missing,
    Rows,
    check_missing,
    option_codes,
    rows_of,
    step_of,
)
from collective_use.numerics.groups import agreement as kernel
from collective_use.numerics.groups.nulls import Null
from collective_use.numerics.groups.spreads import row_deviations
from collective_use.numerics.groups.statistics import group_statistics


def awg(
    items: Items,
    groups: Labels,
    *,
    options: int | Sequence[float] = 5,
    missing: Missing = "pairwise",
) -> Agreement:
    """Agreement as a share of what each group's own mean allows, awg (Brown & Hauenstein 2005).

    For several items the mean over items is taken; an item on which the mean is so extreme that
    awg is not interpretable does not enter it.

    Parameters
    ----------
    items
        (N,) or (N, J) answers.
    groups
        (N,) group of each person.
    options
        Number of options, or the options: their ends matter.
    missing
        ``"pairwise"`` or ``"listwise"``.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.awg([3, 3, 4, 1, 5, 3], list("aaabbb")).to_frame()[["group", "awg"]].round(3)
      group    awg
    0     a  0.886
    1     b -0.333
    """
    check_missing(missing)
    rows = rows_of(items, groups, name="items")
    codes = option_codes(options, rows.values)
    stats = group_statistics(rows.values, rows.codes, rows.total, missing=missing)
    by_item = kernel.awg(stats, float(codes[0]), float(codes[-1]))
    index = mean_known(by_item)
    undefined = (np.isnan(by_item) & (stats.n > 1)).sum(axis=1)
    table = by_group_frame(
        rows, answering(rows, missing), {"awg": index, "items_undefined": undefined}
    )
    extreme = "the group's mean is too extreme for awg to be interpretable"
    table.loc[table["awg"].isna() & (undefined > 0), "reason"] = extreme
    notes = (f"Missing items: {missing}.",)
    return Agreement(
        "awg", table, summary_of(index, None), None, None, by_item.shape[1], missing, notes
    )


def average_deviation(
    items: Items,
    groups: Labels,
    *,
    options: int | Sequence[float] | None = 5,
    around: Literal["mean", "median"] = "mean",
    missing: Missing = "pairwise",
    null: NullLike = "uniform",
    test: bool = False,
    repetitions: int = 2000,
    seed: int | None = 1,
) -> Agreement:
    """Average deviation of members from their mean or median (Burke, Finkelstein & Dusig 1999).

    In units of the answers; low is agreement. As a rule of thumb A/6 for A options (Burke &
    Dunlap 2002).

    Parameters
    ----------
    items
        (N,) or (N, J) answers; with J items the mean of the items' AD, as Burke et al. define it.
    groups
        (N,) group of each person.
    options
        Number of options or the options. None for values that are no answer options (hours,
        scale scores); then there is no rule of thumb and no test.
    around
        ``"mean"`` or ``"median"``.
    missing
        ``"pairwise"`` or ``"listwise"``.
    null, test, repetitions, seed
        As in `rwg` (one item: exact) and `rwg_j` (several: simulated).

    Examples
    --------
    >>> import collective_use as cu
    >>> spread = cu.average_deviation([4, 4, 5, 1, 5, 3], list("aaabbb"))
    >>> spread.to_frame()[["group", "ad"]].round(3)
      group     ad
    0     a  0.444
    1     b  1.333
    """
    check_missing(missing)
    one_of("around", around, ("mean", "median"))
    valid_seed(seed)
    rows = rows_of(items, groups, name="items")
    step = 1.0
    law, codes, cut = None, np.empty(0), None
    if options is not None:
        codes, _, law = null_for(null, options, rows)
        step = step_of(codes)
        limit = (1 if law.smooth else len(codes)) / 6.0 * step
        rule = "a sixth of the range" if law.smooth else "A/6"
        source = f"Burke & Dunlap 2002, Organizational Research Methods 5:159 ({rule})"
        cut = Cutoff("ad", limit, "at_most", source)
    elif test:
        raise InputError("test must come with options: a null distribution is over options")
    index = mean_known(_deviations(rows, None if law is None or law.smooth else codes,
                                   missing, around))  # fmt: skip
    table = by_group_frame(rows, answering(rows, missing), {"ad": index})
    if test and law is not None:
        table = _ad_test(table, law, rows, codes, around, repetitions, seed, step)
    notes = (f"Around the {around}. Missing items: {missing}.",)
    return Agreement(
        "ad", table, summary_of(index, cut), law, cut, rows.values.shape[1], missing, notes
    )


def _deviations(
    rows: Rows, options: NDArray[np.float64] | None, missing: Missing, around: str
) -> NDArray[np.float64]:
    """Return (G, J) deviations, by counts of options where there are any."""
    if options is not None:
        stats = group_statistics(
            rows.values, rows.codes, rows.total, options=options, missing=missing
        )
        return kernel.average_deviation(stats, around)
    values, codes = rows.values.astype(float), np.asarray(rows.codes)
    if missing == "listwise":
        complete = ~np.isnan(values).any(axis=1)
        values, codes = values[complete], codes[complete]
    return np.column_stack(
        [row_deviations(column, codes, rows.total, around) for column in values.T]
    )


def _ad_test(
    table: pd.DataFrame,
    law: Null,
    rows: Rows,
    codes: NDArray[np.float64],
    around: str,
    repetitions: int,
    seed: int | None,
    step: float,
) -> pd.DataFrame:
    if rows.values.shape[1] == 1:
        return item_test(table, law, codes, f"ad_{around}", step)
    if around == "median":
        raise InputError("test is offered around the mean for several items, got around='median'")
    return scale_test(table, law, rows, step, repetitions, seed, index="ad")
