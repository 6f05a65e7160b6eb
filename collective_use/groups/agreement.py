"""Agreement within groups for answers in an array or a frame: rwg, rwg(j), awg, AD."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.checks import one_of
from collective_use.cutoffs import CUTOFFS, Cutoff
from collective_use.errors import InputError
from collective_use.groups.agreement_tests import item_test, scale_test
from collective_use.groups.inputs import (
    Missing,
    Rows,
    check_missing,
    option_codes,
    rows_of,
    step_of,
)
from collective_use.numerics import agreement as kernel
from collective_use.numerics.group_statistics import group_statistics
from collective_use.numerics.nulls import Null, null_distribution
from collective_use.results import NotComputed, Result, Table, table_of

NullLike = str | Sequence[float] | Mapping[str, float]
Variant = Literal["james", "lindell", "lindell_2001"]
VARIANTS: Mapping[str, str] = {
    "james": "rwg_j",
    "lindell": "rwg_j_lindell",
    "lindell_2001": "rwg_j_prime",
}
"""rwg(j), r*wg(j) and r'wg(j) by who proposed them, with the names of their columns."""


@dataclass(frozen=True)
class Agreement(Result):
    """One index of agreement for every group.

    Attributes
    ----------
    index
        Name of the index and of its column.
    table
        One row a group: `group`, `n`, the index, what it rests on, `p` and `p_adjusted` where
        asked for, and `reason` where it is missing.
    summary
        `mean`, `median`, `share` of groups that reach the cut-off (where there is one), and
        `pooled` for rwg.
    null
        The null distribution, or None where the index has none.
    cutoff
        The rule the share is counted by, or None.
    items
        Number of items.
    missing
        How missing items were treated.
    notes
        What a reader has to know.
    """

    index: str
    table: pd.DataFrame
    summary: Mapping[str, Any]
    null: Null | None
    cutoff: Cutoff | None
    items: int
    missing: str
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return the table: `group`, `n`, then the index by its name."""
        return self.table.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the summary and the groups."""
        rows = tuple((name, value) for name, value in self.summary.items())
        head = Table(f"{self.index}, {self.items} item(s)", ("", "value"), rows, self.notes)
        return (head, table_of("By group", self.table))


def rwg(
    values: Any,
    groups: Any,
    *,
    null: NullLike = "uniform",
    options: int | Sequence[float] = 5,
    truncate: bool = True,
    test: bool = False,
) -> Agreement:
    """Agreement of each group on one item or one scale score, rwg = 1 - s²/σ².

    James, Demaree & Wolf (1984, eq. 1).

    Parameters
    ----------
    values
        (N,) answers, in any order; missing ones are left out.
    groups
        (N,) group of each person.
    null
        Null distribution: a name (see `collective_use.numerics.nulls.NAMES`) or proportions.
    options
        Number of answer options (1 to A, or 0 to A - 1 when there are zeros), or the options.
    truncate
        Whether more disagreement than chance counts as 0.
    test
        Add the exact chance, under the null, of as much agreement or more, for each group, and
        the chance adjusted for the number of groups (Benjamini & Hochberg 1995).

    Returns
    -------
    Agreement
        With `summary["pooled"]`, rwg(p) of LeBreton, James & Lindell (2005).

    Raises
    ------
    InputError
        When values are not numbers within the options, or the null is unknown.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.rwg([4, 4, 5, 1, 5, 3], list("aaabbb")).to_frame()[["group", "n", "rwg"]].round(3)
      group  n    rwg
    0     a  3  0.833
    1     b  3  0.000
    """
    rows = rows_of(values, groups, single=True)
    codes, spread, law = _null(null, options, rows)
    stats = group_statistics(rows.values, rows.codes, rows.total)
    variance = stats.variances[:, 0]
    index = kernel.rwg(variance, spread, truncate=truncate)
    n = stats.n[:, 0]
    table = _frame(rows, n, {"rwg": index, "variance": variance})
    if test:
        table = item_test(table, law, codes, "variance", step_of(codes))
    pooled = kernel.rwg_pooled(stats.deviations[:, 0], n, spread, truncate=truncate)
    summary = _summary(index, CUTOFFS["rwg"]) | {"pooled": pooled}
    notes = (*_null_notes(law), *_truncated(variance / spread, truncate))
    return Agreement("rwg", table, summary, law, CUTOFFS["rwg"], 1, "each answer counts", notes)


def rwg_j(
    items: Any,
    groups: Any,
    *,
    null: NullLike = "uniform",
    options: int | Sequence[float] = 5,
    variant: Variant = "james",
    missing: Missing = "pairwise",
    truncate: bool = True,
    test: bool = False,
    repetitions: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Agreement of each group on the items of a scale: rwg(j), r*wg(j) or r'wg(j).

    Parameters
    ----------
    items
        (N, J) answers.
    groups
        (N,) group of each person.
    null
        Null distribution by name, or proportions.
    options
        Number of options, or the options.
    variant
        ``"james"``: rwg(j), James et al. (1984, eq. 2), which rises with the number of items.
        ``"lindell"``: r*wg(j) = 1 - mean item variance / σ² (Lindell, Brandt & Whitney 1999).
        ``"lindell_2001"``: r'wg(j) = 1 - variance of members' scale means / σ² (Lindell 2001,
        Applied Psychological Measurement 25:89); members must have answered every item.
    missing
        ``"pairwise"``: each item's variance uses all answers to it. ``"listwise"``: only
        members who answered every item. R's `multilevel` went from the second to the first
        between 2.7 and 2.8.
    truncate
        For rwg(j): whether a mean variance above chance counts as no agreement (0). The other
        two are never cut.
    test
        Add, for each group, the chance under the null of as much agreement or more, simulated
        with items that correlate as observed (Cohen, Doveh & Nahum-Shani 2009).
    repetitions, seed
        Of the simulation.

    Returns
    -------
    Agreement
        The index is in the column `rwg_j`, `rwg_j_lindell` or `rwg_j_prime`.

    Examples
    --------
    >>> import collective_use as cu
    >>> items = [[4, 4], [4, 5], [5, 5], [1, 2], [5, 5], [3, 1]]
    >>> cu.rwg_j(items, list("aaabbb")).to_frame()[["group", "n", "rwg_j"]].round(3)
      group  n  rwg_j
    0     a  3  0.909
    1     b  3  0.000
    """
    check_missing(missing)
    one_of("variant", variant, tuple(VARIANTS))
    rows = rows_of(items, groups, name="items")
    codes, spread, law = _null(null, options, rows)
    stats = group_statistics(rows.values, rows.codes, rows.total, missing=missing)
    ratio = kernel.mean_ratio(stats, np.full(stats.n.shape[1], spread))
    n, J = _answering(rows, missing), stats.n.shape[1]
    name = VARIANTS[variant]
    if test and variant == "lindell_2001":
        raise InputError("test must come with variant 'james' or 'lindell', got 'lindell_2001'")
    if variant == "lindell_2001":
        index, n = _prime(rows, spread)
    else:
        james = kernel.rwg_j(ratio, J, truncate=truncate)
        index = james if variant == "james" else kernel.rwg_j_lindell(ratio)
    table = _frame(rows, n, {name: index, "mean_variance": ratio * spread})
    if test:
        table = scale_test(table, law, rows, step_of(codes), repetitions, seed)
        limit = table["critical"].to_numpy(float) / spread
        table["critical"] = kernel.rwg_j(limit, J) if variant == "james" else 1.0 - limit
    cut = CUTOFFS["rwg_j"] if variant == "james" else None
    cut_note = _truncated(ratio, truncate) if variant == "james" else ()
    notes = (*_null_notes(law), f"Missing items: {missing}.", *cut_note)
    return Agreement(name, table, _summary(index, cut), law, cut, J, missing, notes)


def awg(
    items: Any,
    groups: Any,
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
    table = _frame(rows, _answering(rows, missing), {"awg": index, "items_undefined": undefined})
    extreme = "the group's mean is too extreme for awg to be interpretable"
    table.loc[table["reason"].eq("") & table["awg"].isna(), "reason"] = extreme
    notes = (f"Missing items: {missing}.",)
    return Agreement(
        "awg", table, _summary(index, None), None, None, by_item.shape[1], missing, notes
    )


def ad(
    items: Any,
    groups: Any,
    *,
    options: int | Sequence[float] | None = 5,
    around: Literal["mean", "median"] = "mean",
    missing: Missing = "pairwise",
    null: NullLike = "uniform",
    test: bool = False,
    repetitions: int = 2000,
    seed: int = 0,
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
    >>> cu.ad([4, 4, 5, 1, 5, 3], list("aaabbb")).to_frame()[["group", "ad"]].round(3)
      group     ad
    0     a  0.444
    1     b  1.333
    """
    check_missing(missing)
    one_of("around", around, ("mean", "median"))
    rows = rows_of(items, groups, name="items")
    law, codes, cut = None, np.unique(rows.values[~np.isnan(rows.values.astype(float))]), None
    if options is not None:
        codes, _, law = _null(null, options, rows)
        limit = len(codes) / 6.0 * step_of(codes)
        source = "Burke & Dunlap 2002, Organizational Research Methods 5:159 (A/6)"
        cut = Cutoff("ad", limit, "at_most", source)
    elif test:
        raise InputError("test must come with options: a null distribution is over options")
    stats = group_statistics(rows.values, rows.codes, rows.total, options=codes, missing=missing)
    index = mean_known(kernel.average_deviation(stats, around))
    table = _frame(rows, _answering(rows, missing), {"ad": index})
    if test and law is not None:
        table = _ad_test(table, law, rows, codes, around, repetitions, seed)
    notes = (f"Around the {around}. Missing items: {missing}.",)
    return Agreement("ad", table, _summary(index, cut), law, cut, stats.n.shape[1], missing, notes)


def _ad_test(
    table: pd.DataFrame,
    law: Null,
    rows: Rows,
    codes: NDArray[np.float64],
    around: str,
    repetitions: int,
    seed: int,
) -> pd.DataFrame:
    if rows.values.shape[1] == 1:
        return item_test(table, law, codes, f"ad_{around}", step_of(codes))
    if around == "median":
        raise InputError("test is offered around the mean for several items, got around='median'")
    return scale_test(table, law, rows, step_of(codes), repetitions, seed, index="ad")


def _null(
    null: NullLike, options: int | Sequence[float], rows: Rows
) -> tuple[NDArray[np.float64], float, Null]:
    """Return the options, the null variance in squared units of the answers, and the null."""
    codes = option_codes(options, rows.values)
    law = null_distribution(null, len(codes))
    return codes, law.variance * step_of(codes) ** 2, law


def _answering(rows: Rows, missing: str) -> NDArray[np.int64]:
    """Return (G,) the members who answered at least one item, or all of them."""
    absent = np.isnan(rows.values) if rows.values.dtype.kind == "f" else None
    if absent is None:
        return np.bincount(rows.codes, minlength=rows.total)
    there = ~absent.any(axis=1) if missing == "listwise" else ~absent.all(axis=1)
    return np.bincount(rows.codes[there], minlength=rows.total)


def _prime(rows: Rows, spread: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    stats = group_statistics(rows.values.mean(axis=1), rows.codes, rows.total)
    return np.asarray(1.0 - stats.variances[:, 0] / spread), stats.n[:, 0]


def mean_known(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return row means over what is not NaN; NaN where nothing is."""
    known = ~np.isnan(table)
    number = known.sum(axis=1)
    total = np.where(known, table, 0.0).sum(axis=1)
    return np.divide(total, number, out=np.full(len(table), np.nan), where=number > 0)


def _frame(rows: Rows, n: NDArray[np.int64], columns: Mapping[str, Any]) -> pd.DataFrame:
    table = pd.DataFrame({"group": rows.groups, "n": n, **columns})
    first = next(iter(columns))
    few = ["nobody answered" if k == 0 else f"{k} answered; two are needed" for k in n]
    missing = table[first].isna()
    table["reason"] = [
        text if gone and k < 2 else "no item with two answers" if gone else ""
        for text, gone, k in zip(few, missing, n, strict=True)
    ]
    return table


def _summary(index: NDArray[np.float64], cut: Cutoff | None) -> dict[str, Any]:
    known = index[~np.isnan(index)]
    if not len(known):
        why = NotComputed("no group has two answers")
        return {"mean": why, "median": why}
    summary: dict[str, Any] = {
        "mean": float(known.mean()),
        "median": float(np.median(known)),
        "groups": len(known),
    }
    if cut is not None:
        summary["share"] = float(np.mean([cut.passes(float(value)) for value in known]))
        summary["cutoff"] = str(cut)
    return summary


def _null_notes(law: Null) -> tuple[str, ...]:
    return (f"Null {law.name}, variance {law.variance:g}: {law.source}.",)


def _truncated(ratio: NDArray[np.float64], truncate: bool) -> tuple[str, ...]:
    number = int((ratio > 1).sum())
    if not number:
        return ()
    what = "counted as 0" if truncate else "left as they are"
    return (f"{number} groups disagree more than chance; {what}.",)
