"""Count answers by group where they lie, whatever holds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from collective_use.accepted import Array, Given
from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError
from collective_use.groups.counts import batches, tables
from collective_use.groups.counts.known import Known
from collective_use.groups.counts.plan import Field, Plan, Word, plan_of
from collective_use.groups.counts.result import GroupCounts
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
    engine = engine_of(source)
    check_columns(engine.types(), (plan.group, *plan.items), plan.items)
    return counts_of(engine, groups_of(engine, plan.group), plan)


@dataclass(frozen=True)
class Engine:
    """What holds the answers, and the module that asks it.

    Attributes
    ----------
    module
        `batches` or `tables`: the same functions, for files and for tables of other libraries.
    table
        The opened source.
    name
        What counts, for readers.
    """

    module: ModuleType
    table: Given
    name: str

    def types(self) -> Mapping[str, str]:
        """Return "number" or the type's name for each column."""
        found: Mapping[str, str] = self.module.types_of(self.table)
        return found


def engine_of(source: Given) -> Engine:
    """Return what counts a source.

    Raises
    ------
    InputError
        When it is nothing that can be counted.
    """
    data = batches.opened(source)
    if data is not None:
        return Engine(batches, data, "pyarrow")
    table = tables.opened(source)
    if table is None:
        raise InputError(
            "source must be a data frame, a table of DuckDB, PySpark or Ibis, or a Parquet or CSV "
            f"file, got {type(source).__name__}"
        )
    return Engine(tables, table, tables.engine_of(table))


def check_columns(kinds: Mapping[str, str], columns: Sequence[str], numbers: Sequence[str]) -> None:
    """Raise unless all columns are there, and some hold numbers."""
    for name in columns:
        if name not in kinds:
            near = did_you_mean(name, kinds)
            raise InputError(f"columns must hold {name!r}, got {quoted(kinds, most=8)}{near}")
    for name in numbers:
        if kinds[name] != "number":
            raise InputError(
                f"{name!r} must hold numbers, the codes of answers; it holds {kinds[name]}: read "
                "the file with read_responses where answers stand as labels"
            )


def groups_of(engine: Engine, group: str) -> Known:
    """Return the groups of a source and their sizes.

    Raises
    ------
    InputError
        When persons have no group.
    """
    known: Known = engine.module.groups(engine.table, group)
    return known


def counts_of(
    engine: Engine, known: Known, plan: Plan, told: Callable[[int], None] | None = None
) -> GroupCounts:
    """Return the counts of one measure.

    Parameters
    ----------
    engine, known
        The source and its groups.
    plan
        The measure.
    told
        Called with the rows of each batch, where the engine goes by batches.
    """
    words = plan.words(int(known.size.max(initial=1)))
    found = engine.module.sums(engine.table, plan, words, known, told)
    return _Filling(plan, len(known.labels)).filled(found, words, known, engine.name)


class _Filling:
    """Opens words into arrays that are as narrow as their numbers allow."""

    def __init__(self, plan: Plan, groups: int) -> None:
        self.plan = plan
        J = len(plan.items)
        wide = max(len(codes) for codes in plan.options)
        gone = max(len(codes) for codes in plan.missing)
        # one number of all groups lies together: that is how they are filled and summed
        self.counts: Array = np.zeros((J, wide, groups), dtype=np.int32).transpose(2, 0, 1)
        self.lost: Array = np.zeros((J, gone, groups), dtype=np.int32).transpose(2, 0, 1)
        self.given = np.zeros(J, dtype=np.int64)
        self.levels = {part: np.zeros((J + 1, groups), dtype=np.int64).T for part in "nsq"}
        self.scored: dict[str, Integers] | None = None
        if plan.minimum > 1:
            self.scored = {part: np.zeros((J, groups), dtype=np.int64).T for part in "nsq"}

    def filled(
        self, found: dict[str, Integers], words: Sequence[Word], known: Known, engine: str
    ) -> GroupCounts:
        for word in words:
            self._opened(word, found.pop(word.name))
        counted = sum(
            part.sum(axis=0, dtype=np.int64).sum(axis=1) for part in (self.counts, self.lost)
        )
        return GroupCounts(
            known.labels, known.size, self.counts, self.lost, self.given - counted,
            self.levels["n"], self.levels["s"], self.levels["q"], self.plan, engine, self.scored,
        )  # fmt: skip

    def _opened(self, word: Word, column: Integers) -> None:
        for field in word.cells:
            self._cell(field, column)
        for field in word.levels:
            part, k = field.what
            self.levels[part][:, int(k or 0)] = field.opened(column)
        for field in word.scored:
            part, item = field.what
            j = self.plan.items.index(str(item))
            if self.scored is not None:
                self.scored[part][:, j] = field.opened(column)

    def _cell(self, field: Field, column: Integers) -> None:
        item, code = field.what[0], field.code
        j = self.plan.items.index(item)
        values = field.opened(column)
        if code is None:
            self.given[j] += int(values.sum())
        elif code in self.plan.options[j]:
            self.counts[:, j, self.plan.options[j].index(code)] = values
        else:
            self.lost[:, j, self.plan.missing[j].index(code)] = values
