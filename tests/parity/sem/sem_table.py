"""Write the table of all compared cells: ``python tests/parity/sem/sem_table.py > table.md``."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from sem_cells import Cell, _number
from sem_models import CASES, LIVE, REFERENCE
from test_sem_parity import _cells


def rows() -> list[str]:
    """Return one line per file."""
    lines = [
        "| file | cells | by class | worst cell | share of what is allowed "
        "| largest distance of the file from R's exact value |",
        "|" + "---|" * 6,
    ]
    for folder, cases in ((REFERENCE, CASES), (REFERENCE / "live", LIVE)):
        for name, case in cases.items():
            cells = _cells(name, case, folder)
            worst = max(cells, key=lambda cell: cell.gap)
            count = Counter(cell.kind for cell in cells)
            classes = ", ".join(f"{kind} {number}" for kind, number in sorted(count.items()))
            where = name if folder == REFERENCE else f"live/{name}"
            lines.append(
                f"| {where} | {len(cells)} | {classes} | {worst.name} | {worst.gap:.3g} "
                f"| {_own(cells)} |"
            )
    return lines


def _own(cells: list[Cell]) -> str:
    """Name the measure that the file gives least exactly, and how far off it is."""
    exact = {c.name: _number(c.reference) for c in cells if c.name.startswith("fm ")}
    gaps = {}
    for cell in cells:
        if cell.kind == "given":
            name = cell.name.removesuffix(" as given")
            gaps[name.removeprefix("fm ")] = abs(_number(cell.reference) - exact[name])
    known = {name: gap for name, gap in gaps.items() if gap == gap}
    name = max(known, key=known.__getitem__)
    return f"{name} {known[name]:.1e}"


if __name__ == "__main__":
    print("\n".join(rows()))
