"""Write the table of compared cells: ``python otl_table.py > table.md``."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import test_invariance_parity
from invariance_cells import PAIRS
from otl_cells import CLASSES, GIVEN_CASES, LIVE_CASES, Cell
from test_ordinal_twolevel_parity import compared


def rows() -> list[str]:
    """Return one line per file."""
    lines = [
        "| file | cells | by class | worst cell | share of what is allowed |",
        "|" + "---|" * 5,
    ]
    lines += [
        _line(name if name in GIVEN_CASES else f"live/{name}", compared(name))
        for name in (*GIVEN_CASES, *LIVE_CASES)
    ]
    for name, way in PAIRS:
        cells = test_invariance_parity.compared(name, way)
        lines.append(_line(f"live/invariance/{name}, by {way}", cells))
    return [*lines, "", *(f"- {name}: {text}" for name, text in CLASSES.items())]


def _line(where: str, cells: list[Cell]) -> str:
    worst = max(cells, key=lambda cell: cell.gap)
    count = Counter(cell.kind for cell in cells)
    classes = ", ".join(f"{kind} {number}" for kind, number in sorted(count.items()))
    return f"| {where} | {len(cells)} | {classes} | {worst.name} | {worst.gap:.3g} |"


if __name__ == "__main__":
    print("\n".join(rows()))
