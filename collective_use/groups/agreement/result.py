"""The result of an index of agreement, and what all of them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.accepted import PlainMapping
from collective_use.cutoffs import Cutoff
from collective_use.errors import InputError
from collective_use.groups.inputs import Rows, option_codes, step_of
from collective_use.numerics.groups.nulls import CONTINUOUS, Null, null_distribution
from collective_use.results import NotComputed, Result, Table, TableCell, TableRow, table_of

NullLike = str | Sequence[float] | Mapping[str, float]


@dataclass(frozen=True)
class Agreement(Result):
    """One index of agreement for every group.

    Attributes
    ----------
    index
        Name of the index and of its column.
    table
        One row a group: `group`, `n`, the index, what it rests on, `p` and `p_adjusted` where
        asked for, `p_by` (exact, simulated with how many draws, or a bound), and `reason` where
        it is missing. `critical` is the index that 5% of groups of
        this size reach by chance; it is missing where even full agreement is likelier than that.
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

    Examples
    --------
    >>> import collective_use as cu
    >>> found = cu.rwg_j([[4, 4], [4, 5], [1, 5], [5, 1]], list("aabb"))
    >>> found.to_frame()[["group", "n"]].to_dict("list")
    {'group': ['a', 'b'], 'n': [2, 2]}
    """

    index: str
    table: pd.DataFrame
    summary: Mapping[str, TableCell]
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
        items = "1 item" if self.items == 1 else f"{self.items} items"
        head = Table(f"{self.index}, {items}", ("", "value"), rows, self.notes)
        return (head, table_of("By group", self.table))


def null_for(
    null: NullLike, options: int | Sequence[float], rows: Rows
) -> tuple[NDArray[np.float64], float, Null]:
    """Return the options, the null variance in squared units of the answers, and the null."""
    if isinstance(null, str) and null == "continuous":
        if isinstance(options, (int, np.integer)) or len(list(options)) != 2:
            raise InputError(
                "options must be the two ends of the scale, such as (0, 100), with "
                f"null='continuous', got {options!r}"
            )
        low, high = options
        if not low < high:
            raise InputError(f"options must be the lower end and then the upper, got {options!r}")
        ends = option_codes(options, rows.values)
        return ends, CONTINUOUS.variance * step_of(ends) ** 2, CONTINUOUS
    codes = option_codes(options, rows.values)
    counts = None
    if isinstance(null, str) and null == "empirical":
        only_options(rows, codes, "null='empirical'")
        known = rows.values[~np.isnan(rows.values.astype(float))].astype(float)
        counts = np.bincount(np.searchsorted(codes, known), minlength=len(codes))
    law = null_distribution(null, len(codes), counts)
    return codes, law.variance * step_of(codes) ** 2, law


def only_options(rows: Rows, codes: NDArray[np.float64], what: str = "test=True") -> None:
    """Raise unless every answer is one of the options.

    A mean of several items varies less than one item does: against the null of one item it
    would agree by construction.

    Raises
    ------
    InputError
        Naming an answer that is none.
    """
    values = rows.values.astype(float)
    known = values[~np.isnan(values)]
    odd = known[~np.isin(known, codes)]
    if len(odd):
        raise InputError(
            f"values must be answers to single items with {what}, got {odd[0]:g}, which is no "
            "option: a scale score varies less than one item by construction. Give the items: "
            "cu.rwg_j(items, groups, test=True); for a slider use null='continuous'"
        )


def answering(rows: Rows, missing: str) -> NDArray[np.int64]:
    """Return (G,) the members who answered at least one item, or all of them."""
    absent = np.isnan(rows.values) if rows.values.dtype.kind == "f" else None
    if absent is None:
        return np.bincount(rows.codes, minlength=rows.total)
    there = ~absent.any(axis=1) if missing == "listwise" else ~absent.all(axis=1)
    return np.bincount(rows.codes[there], minlength=rows.total)


def mean_known(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return row means over what is not NaN; NaN where nothing is."""
    number = np.zeros(len(table), dtype=np.int64)
    total = np.zeros(len(table))
    # column by column: rows are short and many, and NumPy sums short rows slowly
    for column in table.T:
        known = ~np.isnan(column)
        number += known
        total += np.where(known, column, 0.0)
    return np.divide(total, number, out=np.full(len(table), np.nan), where=number > 0)


def by_group_frame(rows: Rows, n: NDArray[np.int64], columns: PlainMapping) -> pd.DataFrame:
    """Return one row a group: `group`, `n`, the columns, and why the first is missing."""
    table = pd.DataFrame({"group": rows.groups, "n": n, **columns})
    first = next(iter(columns))
    table["reason"] = reasons_of(table[first].to_numpy(float), n)
    return table


def reasons_of(index: NDArray[np.float64], n: NDArray[np.int64]) -> list[str]:
    """Return why each group has no index, "" where it has one."""
    lost = np.isnan(index).tolist()
    return [_too_few(size) if gone else "" for gone, size in zip(lost, n.tolist(), strict=True)]


def _too_few(n: int) -> str:
    if n > 1:
        return "no item with two answers"
    return "nobody answered" if n == 0 else f"{n} answered; two are needed"


def summary_of(index: NDArray[np.float64], cut: Cutoff | None) -> TableRow:
    """Return mean, median and the share of groups that reach a cut-off."""
    known = index[~np.isnan(index)]
    if not len(known):
        why = NotComputed("no group has two answers")
        return {"mean": why, "median": why}
    summary: TableRow = {
        "mean": float(known.mean()),
        "median": float(np.median(known)),
        "groups": len(known),
    }
    if cut is not None:
        summary["share"] = float(cut.passing(known).mean())
        summary["cutoff"] = str(cut)
    return summary


def null_notes(law: Null) -> tuple[str, ...]:
    """Return where the null distribution comes from."""
    return (f"Null {law.name}, variance {law.variance:g}: {law.source}.",)


def truncation_notes(ratio: NDArray[np.float64], truncate: bool) -> tuple[str, ...]:
    """Return how many groups disagree more than chance, where there are any."""
    number = int((ratio > 1).sum())
    if not number:
        return ()
    what = "counted as 0" if truncate else "left as they are"
    who = "1 group disagrees" if number == 1 else f"{number} groups disagree"
    return (f"{who} more than chance; {what}.",)
