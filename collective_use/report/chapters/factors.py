"""How many factors the rules find in each scale."""

from __future__ import annotations

from collective_use.report.document import Cell, Chapter, Column, Grid
from collective_use.report.material import Material
from collective_use.report.sentences import plain_text

_FIRST = "validation_factors_"


def chapter(material: Material) -> Chapter | None:
    """Return a table for each scale that was asked; None where none was."""
    files = [name for name in material.tables if name.startswith(_FIRST)]
    if not files:
        return None
    grids = tuple(_grid(material, file) for file in files)
    finding = material.say("factors.finding")
    return Chapter("factors", material.word("chapter.factors"), grids, finding)


def _grid(material: Material, file: str) -> Grid:
    frame = material.table(file)
    scale = file.removeprefix(_FIRST).removesuffix(".csv")
    numeric = [frame[name].dtype.kind in "if" for name in frame.columns]
    heads = tuple(
        Column(str(name), material.meaning(file, str(name)), number)
        for name, number in zip(frame.columns, numeric, strict=True)
    )
    rows: list[tuple[Cell, ...]] = []
    for row in material.rows(file):
        cells = [
            row.number(str(name), 0 if frame[name].dtype.kind == "i" else 2)
            if number else row.text(str(name))
            for name, number in zip(frame.columns, numeric, strict=True)
        ]  # fmt: skip
        rows.append(tuple(cells))
    title = plain_text(material.say("factors.table", scale=material.name(scale)))
    return Grid(title, heads, tuple(rows), file=file)
