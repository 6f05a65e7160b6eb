"""Write the table of all compared cells: ``python tests/parity/sem/sem_table.py > table.md``."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from sem_models import CASES, LIVE, REFERENCE
from test_sem_parity import _cells


def rows() -> list[str]:
    """Return one line per file."""
    lines = [
        "| file | cells | by class | worst cell | share of what is allowed |",
        "|" + "---|" * 5,
    ]
    for folder, cases in ((REFERENCE, CASES), (REFERENCE / "live", LIVE)):
        for name, case in cases.items():
            cells = _cells(name, case, folder)
            worst = max(cells, key=lambda cell: cell.gap)
            count = Counter(cell.kind for cell in cells)
            classes = ", ".join(f"{kind} {number}" for kind, number in sorted(count.items()))
            where = name if folder == REFERENCE else f"live/{name}"
            lines.append(f"| {where} | {len(cells)} | {classes} | {worst.name} | {worst.gap:.3g} |")
    return lines


if __name__ == "__main__":
    print("\n".join(rows()))
