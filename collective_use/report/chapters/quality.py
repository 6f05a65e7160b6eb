"""Data quality: missing answers, careless answering, what the run warned of."""

from __future__ import annotations

from collective_use.report.document import Block, Chapter, Listing, Paragraph
from collective_use.report.material import Material
from collective_use.report.sentences import Sentence

_HARDLY = 0.0005
"""Share of missing answers that one decimal of a percentage shows as 0.0%."""


def chapter(material: Material) -> Chapter:
    """Return what is missing, what was screened, and the warnings of the run."""
    blocks: list[Block] = []
    rules = material.setting("settings", "screening")
    if isinstance(rules, dict) and rules:
        fate = str(material.setting("settings", "careless"))
        words = {"rules": material.word("comma").join(rules), "fate": fate}
        blocks.append(Paragraph(material.say("quality.screened", **words)))
    else:
        blocks.append(Paragraph(material.say("quality.finding.none"), "note"))
    warned: tuple[Sentence, ...] = tuple(
        (entry.text,) for entry in material.entries("warnings") if entry.room != "groups"
    )
    if warned:
        blocks.append(Paragraph((material.word("quality.warnings"),), "lead"))
        blocks.append(Listing(warned, "care"))
    return Chapter("quality", material.word("chapter.quality"), tuple(blocks), _missing(material))


def _missing(material: Material) -> Sentence:
    rows = [row for row in material.rows("validation_items.csv") if row.value("missing") >= 0]
    if not rows:
        return ()
    most = max(rows, key=lambda row: row.value("missing"))
    mean = sum(row.value("missing") for row in rows) / len(rows)
    if mean < _HARDLY:
        return material.say("quality.finding.hardly")
    return material.say(
        "quality.finding",
        missing=f"{mean:.1%}", item=most.text("item"), most=most.percent("missing"),
    )  # fmt: skip
