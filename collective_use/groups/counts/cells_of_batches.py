"""Cells of files and Arrow tables, counted batch by batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from collective_use.accepted import Array
from collective_use.groups.counts.cells import SILENT, CellPlan, key, summed
from collective_use.groups.counts.places import numbers_of
from collective_use.numerics.items import careless
from collective_use.responses.answers.cells import REASONS
from collective_use.responses.screening.rules import beyond

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds


def count_cells(
    data: ds.Dataset, plan: CellPlan, told: Callable[[int], None] | None = None
) -> dict[str, int]:
    """Return the numbers of a plan by name; see `cells.key`."""
    from collective_use.groups.counts.batches import batches_of

    found = []
    for batch in batches_of(data, [cell.column for cell in plan.cells]):
        found.append(_of_batch(batch, plan))
        if told is not None:
            told(batch.num_rows)
    return summed(found)


def _of_batch(batch: pa.RecordBatch, plan: CellPlan) -> dict[str, int]:
    reasons = np.empty((batch.num_rows, len(plan.cells)), dtype=np.int8)
    values = np.empty(reasons.shape)
    invalid, silent = REASONS.index("invalid"), [REASONS.index(name) for name in SILENT]
    for k, cell in enumerate(plan.cells):
        column = numbers_of(batch.column(k))
        known = np.full(len(column), invalid, dtype=np.int8)
        known[np.isnan(column)] = REASONS.index("unanswered")
        known[np.isin(column, cell.valid)] = 0
        for code, why in cell.reasons.items():
            known[column == code] = REASONS.index(why)
        reasons[:, k] = known
        values[:, k] = np.where(known == 0, column, np.nan)
    there = ~np.isin(reasons, silent).all(axis=1)
    reasons, values = reasons[there], values[there]
    found = {"rows": batch.num_rows, "persons": int(there.sum())}
    for k in range(len(plan.cells)):
        counts = np.bincount(reasons[:, k], minlength=len(REASONS))
        found |= {key(k, why): int(n) for why, n in zip(REASONS, counts, strict=True)}
    flags = _flags(values, reasons, plan)
    found |= {f"f_{name}": int(flag.sum()) for name, flag in flags.items()}
    any_ = np.logical_or.reduce(list(flags.values())) if flags else np.zeros(1, dtype=bool)
    return found | {"flagged": int(any_.sum())}


def _flags(values: Array, reasons: Array, plan: CellPlan) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for name, rule in plan.rules.items():
        if name == "longstring":
            runs = [careless.longstring(values[:, page]).longest for page in plan.pages]
            found[name] = beyond(rule, np.fmax.reduce(runs))
        elif name == "irv":
            found[name] = beyond(rule, careless.irv(values[:, plan.judged]))
        elif name == "dont_know":
            unknown = reasons[:, plan.judged] == REASONS.index("dont_know")
            found[name] = unknown.sum(axis=1) >= plan.unknown
        else:
            failed = np.zeros(len(values))
            for k, item in plan.attention(name):
                column = values[:, k]
                if item.keyed_answer is not None:
                    failed += ~np.isnan(column) & (column != item.keyed_answer)
                else:
                    failed += column >= (item.fail_from or 0)
            found[name] = beyond(rule, failed)
    return found
