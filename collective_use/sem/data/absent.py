"""Variables that a group was never asked: full information takes them from the other groups.

A planned design, or a questionnaire that one agency shortened, leaves a group without any value of
an item. Its parameters in that group are then what the other groups say, or nothing.
"""

from __future__ import annotations

from dataclasses import replace

from collective_use.checks import quoted
from collective_use.errors import InputError, NotSupported
from collective_use.sem.data.data import SampleData
from collective_use.sem.options import Options
from collective_use.sem.table.partable import CONSTRAINTS, ParameterTable


def with_absent(table: ParameterTable, sample: SampleData, options: Options) -> ParameterTable:
    """Return the table with the variables noted that a group has no values of.

    Raises
    ------
    InputError
        For a parameter of such a variable that no other group informs, or a variable that no
        group has.
    NotSupported
        For corrected tests, whose weights would need the missing moments.
    """
    if not any(group.absent for group in sample.groups):
        return table
    if options.scaled or options.se not in ("standard", "none"):
        group = next(group for group in sample.groups if group.absent)
        raise NotSupported(
            f"estimator={options.estimator!r} with an item that a group was not asked "
            f"({quoted(group.absent)} in group {group.name!r}) is not supported: use "
            "estimator='ML'"
        )
    blocks = tuple(
        replace(block, absent=sample.groups[block.group - 1].absent) for block in table.blocks
    )
    marked = replace(table, blocks=blocks)
    _refuse_uninformed(marked, sample)
    return marked


def _refuse_uninformed(table: ParameterTable, sample: SampleData) -> None:
    def silent(group: int, lhs: str, rhs: str) -> bool:
        return bool({lhs, rhs} & set(table.block(group).absent))

    informed = {
        row.free
        for row in table.rows
        if row.op not in CONSTRAINTS and row.free and not silent(row.group, row.lhs, row.rhs)
    }
    for row in table.rows:
        if row.op in CONSTRAINTS or not row.free or row.free in informed:
            continue
        name = sample.groups[row.group - 1].name
        absent = sample.groups[row.group - 1].absent
        item = row.rhs if row.rhs in absent else row.lhs
        raise InputError(
            f"{item} has no values in group {name!r}: {row.lhs} {row.op} {row.rhs}".rstrip()
            + " there is told by no data. Hold it equal over groups "
            "(equal=('loadings', 'intercepts', 'residuals')), or leave the item out"
        )
