"""Count answers by group where they lie, whatever holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType

import numpy as np
import pandas as pd

from collective_use.accepted import Given
from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError
from collective_use.groups.counts import batches, tables
from collective_use.groups.counts.plan import Plan, Word, plan_of
from collective_use.groups.counts.result import GroupCounts
from collective_use.groups.labels import ordered
from collective_use.numerics.types import Integers


def statistics_of(
    source: Given,
    group: str,
    items: Sequence[str],
    options: Sequence[float] | Mapping[str, Sequence[float]],
    *,
    missing: Sequence[float] | Mapping[str, Sequence[float]] = (),
    reverse: Sequence[str] = (),
) -> GroupCounts:
    """Count the answers to the items of one measure, by group, without bringing them here.

    One pass over the groups' sizes and one over the answers; what is added are whole numbers, so
    that every engine gives the same. Counts of small groups are exact, for the analyst alone;
    nothing is written to a file.

    Parameters
    ----------
    source
        A pandas, polars or PySpark frame, a DuckDB relation, a table of Ibis (through narwhals);
        a pyarrow table or dataset; a Parquet or CSV file, a folder of them, a pattern such as
        ``"2024/*.parquet"``, or a list of these, larger than memory.
    group
        Column with each person's group.
    items
        (J,) columns with codes of answers.
    options
        (A,) codes that are answers, or those of each item by name.
    missing
        Codes that stand for a missing answer; they are counted apart.
    reverse
        Items that count from the other end in a person's total.

    Returns
    -------
    GroupCounts
        Counts of options by group, and persons' totals by how many items they answered;
        ``.statistics(item)`` and ``.scores(minimum)`` are what `rwg_j`, `icc` and the others
        work from.

    Raises
    ------
    InputError
        When a column is not there or holds no numbers, persons have no group, or codes do not
        fit together.
    ReadError
        When a file cannot be read.
    NotSupported
        When narwhals is needed and not installed.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> data = pd.DataFrame({"team": ["a", "a", "b"], "q1": [1, 2, 2], "q2": [2, None, 1]})
    >>> found = cu.statistics_of(data, "team", ["q1", "q2"], [1, 2])
    >>> found.counts[0].tolist(), found.answered.tolist()
    ([[1, 1], [0, 1]], [[0, 1, 1], [0, 0, 1]])
    """
    plan = plan_of(group, items, options, missing, reverse)
    engine, table, name = _engine(source)
    _columns(engine.types_of(table), plan)
    known = engine.sizes(table, group)
    order, labels = _labels(known[group], known["size"].to_numpy())
    words = plan.words(int(known["size"].max()) if len(known) else 1)
    found = engine.sums(table, plan, words)
    rows = pd.Series(order, index=known[group].to_numpy()).reindex(found[group].to_numpy())
    size = _added(known["size"], order, len(labels))
    return _result(found, rows.to_numpy(), labels, size, plan, words, name)


def _engine(source: Given) -> tuple[ModuleType, Given, str]:
    data = batches.opened(source)
    if data is not None:
        return batches, data, "pyarrow"
    table = tables.opened(source)
    if table is None:
        raise InputError(
            "source must be a data frame, a table of DuckDB, PySpark or Ibis, or a Parquet or CSV "
            f"file, got {type(source).__name__}"
        )
    return tables, table, tables.engine_of(table)


def _columns(kinds: Mapping[str, str], plan: Plan) -> None:
    for name in (plan.group, *plan.items):
        if name not in kinds:
            near = did_you_mean(name, kinds)
            raise InputError(f"columns must hold {name!r}, got {quoted(kinds, most=8)}{near}")
    for name in plan.items:
        if kinds[name] != "number":
            raise InputError(
                f"{name!r} must hold numbers, the codes of answers; it holds {kinds[name]}: read "
                "the file with read_responses where answers stand as labels"
            )


def _labels(raw: pd.Series, size: Integers) -> tuple[Integers, tuple[str, ...]]:
    codes, names = ordered(raw.reset_index(drop=True))
    if (codes < 0).any():
        lost = int(np.asarray(size)[codes < 0].sum())
        raise InputError(f"every person must have a group; {lost:,} have none")
    return codes.astype(np.int64), names


def _added(values: pd.Series, rows: Integers, total: int) -> Integers:
    found = np.zeros(total, dtype=np.int64)
    np.add.at(found, rows, values.to_numpy(dtype=np.int64))
    return found


def _result(
    found: pd.DataFrame, rows: Integers, labels: tuple[str, ...], size: Integers, plan: Plan,
    words: Sequence[Word], engine: str,
) -> GroupCounts:  # fmt: skip
    G, J = len(labels), len(plan.items)
    wide = max(len(codes) for codes in plan.options)
    gone = max(len(codes) for codes in plan.missing)
    counts = np.zeros((G, J, wide), dtype=np.int64)
    lost = np.zeros((G, J, gone), dtype=np.int64)
    given = np.zeros((G, J), dtype=np.int64)
    levels = {part: np.zeros((G, J + 1), dtype=np.int64) for part in "nsq"}
    for word in words:
        column = found[word.name].to_numpy()
        for field in word.cells:
            item, code = field.what
            j = plan.items.index(item)
            if code is None:
                target = given[:, j]
            elif code in plan.options[j]:
                target = counts[:, j, plan.options[j].index(code)]
            else:
                target = lost[:, j, plan.missing[j].index(code)]
            np.add.at(target, rows, field.opened(column))
        for field in word.levels:
            part, k = field.what
            np.add.at(levels[part][:, int(k or 0)], rows, field.opened(column))
    outside = (given - counts.sum(axis=2) - lost.sum(axis=2)).sum(axis=0)
    return GroupCounts(
        labels, size, counts, lost, outside, levels["n"], levels["s"], levels["q"], plan, engine
    )
