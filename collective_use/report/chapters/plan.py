"""What was planned before the data were seen, and what deviates."""

from __future__ import annotations

from collective_use.report.document import Cell, Chapter, Column, Grid, Paragraph
from collective_use.report.material import Material


def chapter(material: Material) -> Chapter:
    """Return the results held against the sealed plan, or that nothing was sealed."""
    title = material.word("chapter.plan")
    frame = material.table("plan.csv")
    if frame.empty:
        return Chapter("plan", title, (), material.say("plan.none"))
    heads = tuple(
        Column(material.told(str(name)), material.meaning("plan.csv", str(name)))
        for name in frame.columns
    )
    rows: list[tuple[Cell, ...]] = [
        tuple(material.told(row.text(str(name))) for name in frame.columns)
        for row in material.rows("plan.csv")
    ]
    planned = sum("True" in row or "yes" in row or "planned" in row for row in rows)
    grid = Grid(material.word("plan.table"), heads, tuple(rows), file="plan.csv")
    notes = [Paragraph((entry.text,), "care") for entry in material.entries("deviations")]
    return Chapter("plan", title, (grid, *notes), material.say("plan.finding", n=str(planned)))
