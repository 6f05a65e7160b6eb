"""Write TABLE.md: files, classes, numbers of cells and the worst cell of each."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import mixed_cells as cells
import mixed_computed as computed

PAGE = Path(__file__).parent / "TABLE.md"
HEAD = """# Mixed models: reference cells and how near they are

Written by `python tests/parity/mixed/make_table.py`. Distances are relative to max(1, |reference|).

| file | class | cells | worst cell | its distance | allowed |
|---|---|---:|---|---:|---:|
"""


def rows() -> list[tuple[str, str, int, str, float, float]]:
    """Return file, class, number of cells, worst cell, its distance and the class's tolerance."""
    found = []
    for file in cells.RULES:
        ours = dict(cells.cells(computed.MAKERS[file]()))
        by_class: dict[cells.Kind, list[tuple[float, str]]] = {}
        for name, value in cells.cells(cells.reference(file)):
            kind = cells.class_of(file, name)
            by_class.setdefault(kind, []).append((distance(ours.get(name), value), name))
        for kind, parts in by_class.items():
            worst, name = max(parts)
            found.append((file, kind.name, len(parts), name, worst, kind.tolerance))
    return found


def distance(ours: object, reference: object) -> float:
    """Return how far ours is from the reference; 0 for equal labels."""
    if isinstance(reference, int | float) and isinstance(ours, int | float):
        return abs(ours - reference) / max(1.0, abs(reference))
    return 0.0 if ours == reference else float("inf")


def markdown() -> str:
    """Return the page."""
    made = rows()
    lines = [
        f"| {file} | {kind} | {n} | `{name}` | {far:.1e} | {most:.0e} |"
        for file, kind, n, name, far, most in made
    ]
    total = sum(row[2] for row in made)
    return HEAD + "\n".join(lines) + f"\n\n{total} cells in {len(cells.RULES)} files.\n"


if __name__ == "__main__":
    PAGE.write_text(markdown(), encoding="utf-8")
