"""Reliability of scales, among persons and of group means."""

from __future__ import annotations

import math

from collective_use.report.document import Block, Cell, Chapter, Column, Grid, Picture
from collective_use.report.figures.dots import Dot, dot_plot
from collective_use.report.material import Material
from collective_use.report.rows import Row
from collective_use.report.sentences import Number, Sentence, plain_text, written
from collective_use.report.verdicts import listed

FILE = "validation_reliability.csv"
_COLUMNS = (
    ("alpha", "alpha", "total"),
    ("omega", "omega_total", "total"),
    ("within", "omega_total", "within"),
    ("between", "omega_total", "between"),
    ("mean", "omega_shared", "group_mean"),
)


def chapter(material: Material) -> Chapter | None:
    """Return a picture of the coefficients against the cut-off, and the table by level."""
    if material.has(FILE):
        return _from_validation(material)
    rows = [
        row for row in material.rows("measures.csv") if row.value("alpha") == row.value("alpha")
    ]
    if not rows:
        return None
    dots = [_dot(material, row, "alpha", row.text("measure")) for row in rows]
    picture = _picture(material, dots, material.word("items.col.alpha_plain"), "")
    finding = _range(material, "reliability.alpha", [row.number("alpha") for row in rows])
    return Chapter("reliability", material.word("chapter.reliability"), (picture,), finding)


def _from_validation(material: Material) -> Chapter:
    scales = list(dict.fromkeys(row.text("scale") for row in material.rows(FILE)))
    dots, omegas = [], []
    for scale in scales:
        row = _coefficient(material, scale, "omega_total", "total")
        if row is None or math.isnan(row.value("est")):
            row = _coefficient(material, scale, "alpha", "total")
        elif row is not None:
            omegas.append(row.number("est"))
        if row is not None:
            dots.append(_dot(material, row, "est", scale))
    note = material.word("reliability.limits")
    blocks: list[Block] = []
    if dots:
        blocks.append(_picture(material, dots, material.word("reliability.either"), note))
    blocks.append(_table(material, scales))
    finding = _range(material, "reliability.finding", omegas)
    title = material.word("chapter.reliability")
    return Chapter("reliability", title, tuple(blocks), finding)


def _coefficient(material: Material, scale: str, name: str, level: str) -> Row | None:
    return material.row(FILE, scale=scale, coefficient=name, level=level)


def _dot(material: Material, row: Row, column: str, measure: str) -> Dot:
    cut = material.cutoff("alpha")
    value, low, high = row.value(column), row.value("ci_lower"), row.value("ci_upper")
    tip = f"{material.name(measure)}: {written(value, bare=True)}"
    if low == low:
        tip += f" [{written(low, bare=True)}, {written(high, bare=True)}]"
    return Dot(material.name(measure), value, low, high, value >= cut, tip)


def _picture(material: Material, dots: list[Dot], coefficient: str, limits: str) -> Picture:
    cut = material.cutoff("alpha")
    below = [dot.name for dot in dots if dot.value < cut]
    words = {"cut": written(cut, bare=True), "all": str(len(dots))}
    if below:
        sentence = material.say(
            "reliability.title.some", n=str(len(below)), names=listed(below, material), **words
        )
    else:
        sentence = material.say("reliability.title.all", n=str(len(dots)), cut=words["cut"])
    alt = plain_text(material.say("reliability.alt", cut=words["cut"]))
    lowest = min([dot.low for dot in dots if dot.low == dot.low]
                 + [dot.value for dot in dots if dot.value == dot.value] + [cut])  # fmt: skip
    low = max(-1.0, math.floor(10 * lowest) / 10)
    drawn = dot_plot(dots, alt, low=min(low, 0.6), high=1.0, line=cut)
    note = material.say(
        "reliability.note", coefficient=coefficient, limits=limits or material.word("no_limits"),
        cut=words["cut"], source=material.cutoff_source("alpha"),
    )  # fmt: skip
    return Picture("reliability", plain_text(sentence), drawn, alt, plain_text(note))


def _table(material: Material, scales: list[str]) -> Grid:
    heads = [Column(material.word("reliability.col.scale"))]
    heads += [
        Column(material.word(f"reliability.col.{name}"), _definition(material, code, level), True)
        for name, code, level in _COLUMNS
    ]
    rows: list[tuple[Cell, ...]] = []
    for scale in scales:
        cells: list[Cell] = [material.name(scale)]
        for _, code, level in _COLUMNS:
            row = _coefficient(material, scale, code, level)
            cells.append(row.number("est", bare=True) if row else Number(math.nan, "–"))
        rows.append(tuple(cells))
    return Grid(material.word("reliability.table"), tuple(heads), tuple(rows), file=FILE)


def _definition(material: Material, code: str, level: str) -> str:
    row = material.row(FILE, coefficient=code, level=level)
    return "" if row is None else f"{row.text('definition')} ({row.text('source')})"


def _range(material: Material, key: str, values: list[Number]) -> Sentence:
    known = [value for value in values if value.value == value.value]
    if not known:
        return ()
    low = min(known, key=lambda number: number.value)
    high = max(known, key=lambda number: number.value)
    return material.say(key, n=str(len(known)), low=low, high=high)
