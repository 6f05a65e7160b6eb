"""Variables that a group was never asked: full information takes them from the other groups.

A planned design, or a questionnaire that one agency shortened, leaves a group without any value of
an item. Its parameters in that group are then what the other groups say, or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from collective_use.checks import quoted
from collective_use.errors import InputError, NotSupported
from collective_use.numerics.moments import Floats, GroupMoments
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


def fill_absent(
    moments: Sequence[GroupMoments], absent: Sequence[Sequence[int]]
) -> list[GroupMoments]:
    """Return moments in which variables without values have mean and variance of other groups.

    Parameters
    ----------
    moments
        By group.
    absent
        By group the places of the variables it has no values of.

    Examples
    --------
    >>> one = GroupMoments(9.0, np.array([1.0]), np.array([[2.0]]), 0.0)
    >>> two = GroupMoments(9.0, np.array([0.0]), np.array([[0.0]]), -np.inf)
    >>> fill_absent([one, two], [[], [0]])[1].cov.item()
    2.0
    """
    out = []
    for g, places in zip(moments, absent, strict=True):
        mean, cov = g.mean.copy(), g.cov.copy()
        for j in places:
            givers = [h for h, missing in zip(moments, absent, strict=True) if j not in missing]
            mean[j] = np.mean([h.mean[j] for h in givers])
            cov[j, :] = cov[:, j] = 0.0
            cov[j, j] = np.mean([h.cov[j, j] for h in givers])
        log_det = float(np.linalg.slogdet(cov)[1]) if len(places) else g.log_det
        out.append(GroupMoments(g.n, mean, cov, log_det))
    return out


def embedded(seen: Sequence[int], part: GroupMoments, whole: GroupMoments) -> GroupMoments:
    """Return moments of some variables among all, the others unrelated to them."""
    mean, cov = whole.mean.copy(), np.diag(np.diag(whole.cov))
    mean[list(seen)] = part.mean
    block: Floats = part.cov
    cov[np.ix_(seen, seen)] = block
    return GroupMoments(part.n, mean, cov, part.log_det)
