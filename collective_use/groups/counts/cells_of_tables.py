"""Cells of the tables of other libraries, counted by one expression through narwhals."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

from collective_use.accepted import Frame
from collective_use.groups.counts.cells import SILENT, CellPlan, key
from collective_use.groups.counts.tables import chosen, integer
from collective_use.responses.answers.cells import REASONS

if TYPE_CHECKING:
    import narwhals as nw


def count_cells(
    table: nw.LazyFrame[Frame], plan: CellPlan, told: Callable[[int], None] | None = None
) -> dict[str, int]:
    """Return the numbers of a plan by name; see `cells.key`."""
    import narwhals as nw

    rows = table.select(*(nw.col(cell.column) for cell in plan.cells))
    words = [(k, reason) for k, reason in plan.words() if _is_told(plan, k, reason)]
    cells = [_cell(plan, k, reason).alias(key(k, reason)) for k, reason in words]
    rows = rows.with_columns(*cells)
    loud = [nw.col(key(k, reason)) for k, reason in words if reason not in SILENT]
    rows = rows.with_columns(_one(_sum(loud) > 0).alias("cu_there"))
    rows = rows.with_columns(*_steps(plan), *_worths(plan))
    flags = {f"f_{name}": flag for name, flag in _flags(plan).items()}
    there = nw.col("cu_there") > 0
    rows = rows.with_columns(*(_one(flag & there).alias(name) for name, flag in flags.items()))
    any_ = [nw.col(name) for name in flags]
    rows = rows.with_columns(_one(_sum(any_) > 0).alias("flagged"))
    # cells of silent rows are not counted
    names = [key(k, reason) for k, reason in words]
    counted = [(nw.col(name) * nw.col("cu_there")).sum().alias(name) for name in names]
    totals = [nw.col(name).sum() for name in (*flags, "flagged")]
    found = rows.select(
        nw.len().alias("rows"), nw.col("cu_there").sum().alias("persons"), *counted, *totals
    ).collect().to_pandas().iloc[0]  # fmt: skip
    numbers = {str(name): 0 if value != value else int(value) for name, value in found.items()}
    return _with_silent(numbers, plan)


def _with_silent(numbers: dict[str, int], plan: CellPlan) -> dict[str, int]:
    """What is neither valid nor missing for another reason was left unanswered."""
    found = {key(k, reason): 0 for k, reason in plan.words()} | numbers
    for k in range(len(plan.cells)):
        told = sum(found[key(k, reason)] for reason in REASONS if reason != "unanswered")
        found[key(k, "unanswered")] = found["persons"] - told
    return found


def _is_told(plan: CellPlan, k: int, reason: str) -> bool:
    """Whether cells can be of a reason: valid, outside the scale, or by a code of it."""
    return reason in ("", "invalid") or bool(plan.cells[k].codes_of(reason))


def _cell(plan: CellPlan, k: int, reason: str) -> nw.Expr:
    """Return 1 where a cell is of a reason, 0 elsewhere."""
    import narwhals as nw

    cell, column = plan.cells[k], nw.col(plan.cells[k].column)
    if reason == "":
        return chosen(column, [(code, 1) for code in cell.valid])
    own = [(code, 1) for code in cell.codes_of(reason)]
    if reason != "invalid":
        return chosen(column, own)
    known = chosen(column, [(code, 1) for code in (*cell.valid, *cell.reasons)])
    return chosen(column, [(None, 1)]) - known + chosen(column, own)


def _steps(plan: CellPlan) -> list[nw.Expr]:
    """Return whether neighbours on a page are alike, as columns."""
    import narwhals as nw

    if "longstring" not in plan.rules:
        return []
    found = []
    for page in plan.pages:
        for a, b in pairwise(page):
            alike = nw.col(plan.cells[a].column) == nw.col(plan.cells[b].column)
            both = _valid(a) * _valid(b)
            found.append((_one(alike) * both).alias(f"cu_s{a}_{b}"))
    return found


def _flags(plan: CellPlan) -> dict[str, nw.Expr]:
    import narwhals as nw

    found: dict[str, nw.Expr] = {}
    for name, rule in plan.rules.items():
        if name == "longstring":
            found[name] = _runs(plan)
        elif name == "irv":
            n = _sum([_valid(k) for k in plan.judged])
            x = [nw.col(f"cu_w{k}") for k in plan.judged]
            s, q = _sum(x), _sum([one * one for one in x])
            # n (n - 1) times the variance is whole
            found[name] = (n > 1) & ((n * q - s * s) <= n * (n - 1) * rule.value**2)
        elif name == "dont_know":
            can = [k for k in plan.judged if _is_told(plan, k, "dont_know")]
            unknown = _sum([nw.col(key(k, "dont_know")) for k in can])
            found[name] = unknown >= plan.unknown
        else:
            failed = []
            for k, item in plan.attention(name):
                column = nw.col(plan.cells[k].column)
                if item.keyed_answer is not None:
                    wrong = _one(column != item.keyed_answer)
                else:
                    wrong = _one(column >= (item.fail_from or 0))
                failed.append(wrong * _valid(k))
            found[name] = _sum(failed) >= rule.value
    return found


def _runs(plan: CellPlan) -> nw.Expr:
    """Return whether so many neighbours in a row are alike on some page."""
    import narwhals as nw

    windows = []
    for page in plan.pages:
        steps = [nw.col(f"cu_s{a}_{b}") for a, b in pairwise(page)]
        if plan.run == 1:
            windows += [_valid(k) for k in page]
            continue
        for start in range(len(steps) - plan.run + 2):
            alike = _sum(steps[start : start + plan.run - 1]) == plan.run - 1
            windows.append(_one(alike))
    return _sum(windows) > 0


def _valid(k: int) -> nw.Expr:
    import narwhals as nw

    return nw.col(key(k, ""))


def _worths(plan: CellPlan) -> list[nw.Expr]:
    """Return valid codes as columns, 0 where there is none, for the items whose spread is asked."""
    import narwhals as nw

    if "irv" not in plan.rules:
        return []
    return [
        chosen(nw.col(plan.cells[k].column), [(c, int(c)) for c in plan.cells[k].valid]).alias(
            f"cu_w{k}"
        )
        for k in plan.judged
    ]


def _one(rule: nw.Expr) -> nw.Expr:
    """Return 1 where a rule holds, 0 where it does not or nothing is known."""
    import narwhals as nw

    return nw.when(rule).then(integer(1)).otherwise(integer(0))


def _sum(parts: list[nw.Expr]) -> nw.Expr:
    """Return a sum by halves: libraries walk through an expression as deep as it is nested."""

    if not parts:
        return integer(0)
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return _sum(parts[:half]) + _sum(parts[half:])
