"""Write the table of compared cells: ``python postfit_table.py > postfit_table.md``."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from postfit_cells import CASES, CLASSES
from test_postfit_parity import compared


def rows() -> list[str]:
    """Return one line per file."""
    lines = [
        "| file | cells | by class | worst cell | share of what is allowed |",
        "|" + "---|" * 5,
    ]
    for name in (*CASES, "differences"):
        cells = compared(name)
        worst = max(cells, key=lambda cell: cell.gap)
        count = Counter(cell.kind for cell in cells)
        classes = ", ".join(f"{kind} {number}" for kind, number in sorted(count.items()))
        lines.append(f"| {name} | {len(cells)} | {classes} | {worst.name} | {worst.gap:.3g} |")
    return [*lines, "", *(f"- {name}: {text}" for name, text in CLASSES.items())]


if __name__ == "__main__":
    print("\n".join(rows()))
