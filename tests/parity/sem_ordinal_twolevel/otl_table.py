"""Write the table of compared cells: ``python otl_table.py > table.md``."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import test_invariance_parity
from invariance_cells import PAIRS
from otl_cells import CLASSES, GIVEN_CASES, LIVE_CASES, Cell
from test_ordinal_twolevel_parity import ALL_CASES, compared


def rows() -> list[str]:
    """Return one line per file."""
    lines = [
        "| file | cells | by class | worst cell | share of what is allowed |",
        "|" + "---|" * 5,
    ]
    for name in ALL_CASES:
        where = name if name in GIVEN_CASES else f"live/{name}"
        where = where if name in (*GIVEN_CASES, *LIVE_CASES) else f"live/exact/{name}"
        lines.append(_line(where, compared(name)))
    for name, way in PAIRS:
        cells = test_invariance_parity.compared(name, way)
        lines.append(_line(f"live/invariance/{name}, by {way}", cells))
    return [*lines, "", *(f"- {name}: {text}" for name, text in CLASSES.items()), "", *early()]


def early() -> list[str]:
    """Return what is furthest from us among the cells where lavaan stops early, by file."""
    lines = [
        "Where lavaan stops early: the cell furthest from its own end, and how far we are from it.",
        "",
        "| file | cell | lavaan from its end | we from lavaan | we from its end |",
        "|" + "---|" * 5,
    ]
    for name in (*GIVEN_CASES, *LIVE_CASES):
        cells = compared(name)
        ends = {c.name.removeprefix("exact "): c for c in cells if c.name.startswith("exact ")}
        own = [c for c in cells if c.kind == "early"]
        if not own:
            continue
        c = max(
            own, key=lambda c: abs(c.reference - ends[c.name].reference) / (abs(c.reference) + 1e-6)
        )
        end = ends[c.name].reference
        gaps = abs(c.reference - end), abs(c.ours - c.reference), abs(c.ours - end)
        lines.append(f"| {name} | {c.name} | " + " | ".join(f"{gap:.3g}" for gap in gaps) + " |")
    return lines


def _line(where: str, cells: list[Cell]) -> str:
    worst = max(cells, key=lambda cell: cell.gap)
    count = Counter(cell.kind for cell in cells)
    classes = ", ".join(f"{kind} {number}" for kind, number in sorted(count.items()))
    return f"| {where} | {len(cells)} | {classes} | {worst.name} | {worst.gap:.3g} |"


if __name__ == "__main__":
    print("\n".join(rows()))
