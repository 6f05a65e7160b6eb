"""Are the constructs distinct? Convergent and discriminant validity, and what was found."""

from __future__ import annotations

import math

from collective_use.report.document import Block, Cell, Chapter, Column, Grid, Picture
from collective_use.report.figures.heat import pair_map
from collective_use.report.material import Material
from collective_use.report.sentences import plain_text, written
from collective_use.report.verdicts import listed

CLOSE = 0.85
"""HTMT from which two constructs are hard to tell apart (Henseler, Ringle & Sarstedt 2015)."""

_PAIRS = (
    ("validation_discriminant_between_groups.csv", "between"),
    ("validation_discriminant.csv", "persons"),
)


def chapter(material: Material) -> Chapter | None:
    """Return findings, pairs and the convergent table; None where scales were not looked at."""
    blocks: list[Block] = []
    close: list[str] = []
    if material.has("validation_findings.csv"):
        blocks.append(_findings(material))
    for file, level in _PAIRS:
        if material.has(file):
            blocks.append(_picture(material, file, level))
            close += [
                f"{material.name(row.text('first'))} – {material.name(row.text('second'))}"
                for row in material.rows(file)
                if row.value("htmt") >= CLOSE
            ]
    if material.has("validation_constructs.csv"):
        blocks.append(_convergent(material))
    if not blocks:
        return None
    close = list(dict.fromkeys(close))
    pairs = listed(close, material, 3)
    key = "validity.finding.close" if close else "validity.finding.clean"
    finding = material.say(key, n=str(len(close)), pairs=pairs)
    return Chapter("validity", material.word("chapter.validity"), tuple(blocks), finding)


def _picture(material: Material, file: str, level: str) -> Picture:
    rows = list(material.rows(file))
    codes = list(dict.fromkeys(code for row in rows for code in (row.text("first"),
                                                                row.text("second"))))  # fmt: skip
    values = [[math.nan] * len(codes) for _ in codes]
    for row in rows:
        i, k = codes.index(row.text("first")), codes.index(row.text("second"))
        values[max(i, k)][min(i, k)] = row.value("htmt")
    known = [row for row in rows if row.value("htmt") == row.value("htmt")]
    most = max(known or rows, key=lambda row: row.value("htmt"))
    words = {
        "first": material.name(most.text("first")), "second": material.name(most.text("second")),
        "htmt": written(most.value("htmt"), bare=True), "n": str(len(codes)),
    }  # fmt: skip
    alt = plain_text(material.say("validity.htmt.alt", **words))
    title = plain_text(material.say(f"validity.htmt.title.{level}", **words))
    drawn = pair_map([material.name(code) for code in codes], values, alt, CLOSE)
    note = plain_text(material.say("validity.htmt.note"))
    return Picture(f"htmt-{level}", title, drawn, alt, note)


def _findings(material: Material) -> Grid:
    names = ("what", "where", "number", "rule", "advice")
    heads = tuple(Column(material.word(f"validity.col.{n}"), numeric=n == "number") for n in names)
    rows: list[tuple[Cell, ...]] = [
        (
            material.phrases.term("finding", row.text("what")), material.told(row.text("where")),
            row.number("number"), material.told(row.text("rule")),
            material.told(row.text("advice")),
        )
        for row in material.rows("validation_findings.csv")
    ]  # fmt: skip
    title = material.word("validity.findings")
    return Grid(title, heads, tuple(rows), file="validation_findings.csv")


def _convergent(material: Material) -> Grid:
    columns = (
        ("items", "items", 0), ("omega", "omega", 2), ("ave", "ave", 2), ("h", "h", 2),
        ("loading", "lowest_loading", 2), ("root", "root_ave", 2),
        ("highest", "highest_correlation", 2),
    )  # fmt: skip
    file = "validation_constructs.csv"
    heads = [Column(material.word("validity.col.construct"))]
    heads += [
        Column(material.word(f"validity.col.{key}"), material.meaning(file, name), True)
        for key, name, _ in columns
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            material.name(row.text("construct")),
            *(row.number(name, digits, bare=digits > 0) for _, name, digits in columns),
        )
        for row in material.rows(file)
    ]
    return Grid(material.word("validity.convergent"), tuple(heads), tuple(rows), file=file)
