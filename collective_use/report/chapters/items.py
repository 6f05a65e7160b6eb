"""Items: how they were answered, and whether they hang together."""

from __future__ import annotations

import math
from collections.abc import Sequence

from collective_use.report.document import Block, Cell, Chapter, Column, Grid, Picture
from collective_use.report.figures.likert import Answers, stacked_bars
from collective_use.report.material import Material
from collective_use.report.rows import Row
from collective_use.report.sentences import Number, Sentence, plain_text

ANSWERS = "answers.csv"
_NUMBERS = (
    ("n", 0), ("mean", 2), ("sd", 2), ("item_rest", 2), ("alpha_dropped", 2), ("icc1", 2),
)  # fmt: skip
_HEADS = {"item_rest": "rest", "alpha_dropped": "alpha"}


def chapter(material: Material) -> Chapter | None:
    """Return a picture of the answers and a table for each scale."""
    blocks: list[Block] = []
    for measure in _measures(material):
        blocks += _of_measure(material, measure)
    if not blocks:
        return None
    return Chapter("items", material.word("chapter.items"), tuple(blocks), _finding(material))


def _measures(material: Material) -> list[str]:
    files = (("validation_items.csv", "scale"), (ANSWERS, "measure"))
    names = [row.text(column) for file, column in files for row in material.rows(file)]
    known = [measure.id for measure in material.instrument.measures]
    return sorted(dict.fromkeys(names), key=lambda name: (*_place(known, name), name))


def _place(known: Sequence[str], name: str) -> tuple[int]:
    return (known.index(name) if name in known else len(known),)


def _of_measure(material: Material, measure: str) -> list[Block]:
    blocks: list[Block] = []
    answered = list(material.rows(ANSWERS, measure=measure))
    if answered:
        blocks.append(_picture(material, measure, answered))
    rows = list(material.rows("validation_items.csv", scale=measure))
    if rows:
        blocks.append(_table(material, measure, rows))
    return blocks


def _picture(material: Material, measure: str, rows: list[Row]) -> Picture:
    items = list(dict.fromkeys(row.text("item") for row in rows))
    scale = material.instrument.get_scale(material.instrument.get_item(items[0]).scale or "")
    labels = [material.text(option.label, str(option.code)) for option in scale.options]
    codes = [option.code for option in scale.options]
    bars = []
    for item in items:
        counts = {
            int(row.value("code")): row.value("answers") for row in rows if row.text("item") == item
        }
        total = sum(value for value in counts.values() if not math.isnan(value)) or 1.0
        shares = tuple(counts.get(code, 0.0) / total for code in codes)
        mark = material.word("items.reversed") if material.instrument.get_item(item).reverse else ""
        bars.append(Answers(material.item(item) + mark, shares, total))
    middle = (codes[0] + codes[-1]) / 2
    turned = [material.instrument.get_item(item).reverse for item in items]
    above = sum(
        share
        for bar, reverse in zip(bars, turned, strict=True)
        for code, share in zip(codes, bar.shares, strict=True)
        if (code < middle if reverse else code > middle)
    ) / len(bars)
    name = material.name(measure)
    alt = plain_text(
        material.say(
            "items.likert.alt", n=str(len(items)), construct=name, low=labels[0], high=labels[-1]
        )
    )
    title = plain_text(material.say("items.likert.title", construct=name, share=f"{above:.0%}"))
    note = material.say(
        "items.likert.note", n=f"{min(bar.count for bar in bars):,.0f}",
        labels=material.word("comma").join(labels),
    )  # fmt: skip
    drawn = stacked_bars(bars, labels, alt)
    return Picture(f"answers-{measure}", title, drawn, alt, plain_text(note))


def _table(material: Material, measure: str, rows: list[Row]) -> Grid:
    heads = [Column(material.word("items.col.item"))]
    heads += [
        Column(material.word(f"items.col.{_HEADS.get(name, name)}"),
               material.meaning("validation_items.csv", name), True)
        for name, _ in _NUMBERS
    ]  # fmt: skip
    heads.append(Column(material.word("items.col.remark")))
    cells: list[tuple[Cell, ...]] = []
    colon = material.word("colon")
    for row in rows:
        numbers: list[Number] = [row.number(name, digits) for name, digits in _NUMBERS]
        text = f"{row.text('item')}{colon}{material.item(row.text('item'))}"
        cells.append((text, *numbers, row.text("remarks")))
    title = plain_text(material.say("items.table", construct=material.name(measure)))
    return Grid(title, tuple(heads), tuple(cells), file="validation_items.csv", folded=True)


def _finding(material: Material) -> Sentence:
    rows = list(material.rows("validation_items.csv"))
    if not rows:
        return ()
    remarked = sum(bool(row.text("remarks")) for row in rows)
    return material.say("items.finding", n=str(len(rows)), remarked=str(remarked))
