"""From members to groups: do groups differ, do members agree, and the verdict."""

from __future__ import annotations

import math

from collective_use.report.document import Block, Cell, Chapter, Column, Grid, Paragraph, Picture
from collective_use.report.figures.bars import size_strip
from collective_use.report.figures.dots import Dot, dot_plot
from collective_use.report.material import Material
from collective_use.report.rows import Row
from collective_use.report.sentences import Sentence, joined, plain_text, written
from collective_use.report.verdicts import SHARED, shared_rows, supported, verdict_word

SIZES = "agreement_sizes.csv"


def chapter(material: Material) -> Chapter:
    """Return the evidence for reading each measure at the level of groups."""
    rows = shared_rows(material)
    blocks: list[Block] = []
    if rows:
        blocks += [_iccs(material, rows), _rwgs(material, rows)]
        strip = _strip(material, rows)
        blocks += [strip] if strip else []
        blocks.append(_table(material, rows))
    others = _others(material)
    if others.rows:
        blocks.append(others)
    blocks += [
        Paragraph(_silent(material, row), "care")
        for row in material.rows("measures.csv")
        if row.text("verdict") == "not computed"
    ]
    finding = material.say("agreement.finding", yes=str(len(supported(rows))), n=str(len(rows)))
    return Chapter("agreement", material.word("chapter.agreement"), tuple(blocks), finding)


def _silent(material: Material, row: Row) -> Sentence:
    """Return why a measure has no number."""
    name, why = material.name(row.text("measure")), row.text("not_computed")
    return (f"{name}{material.word('colon')}{material.told(why)}",)


def icc_column(row: Row) -> str:
    """Return the column of ICC(1) whose limits stand beside it."""
    return "icc1_reml" if row.value("icc1_reml") == row.value("icc1_reml") else "icc1"


def _iccs(material: Material, rows: list[Row]) -> Picture:
    cut = material.cutoff("icc1")
    dots = []
    for row in rows:
        value, low, high = row.value(icc_column(row)), row.value("icc1_low"), row.value("icc1_high")
        limits = f"[{written(low, bare=True)}, {written(high, bare=True)}]"
        name = material.name(row.text("measure"))
        tip = f"{name}: {written(value, bare=True)} {limits}"
        dots.append(Dot(name, value, low, high, low > 0, tip))
    above = str(sum(dot.strong for dot in dots))
    words = {"n": above, "all": str(len(dots))}
    alt = plain_text(material.say("agreement.icc.alt", **words))
    values = [value for dot in dots for value in (dot.low, dot.high) if value == value]
    low = min([0.0, *values])
    high = min(1.0, math.ceil(10 * max([*values, 0.2])) / 10)
    drawn = dot_plot(dots, alt, low=math.floor(low * 10) / 10, high=high, line=cut, label="ICC(1)")
    source = material.cutoff_source("icc1")
    note = material.say("agreement.icc.note", cut=written(cut, bare=True), source=source)
    title = plain_text(material.say("agreement.icc.title", **words))
    return Picture("icc", title, drawn, alt, plain_text(note))


def _rwgs(material: Material, rows: list[Row]) -> Picture:
    cut = material.cutoff("rwg_j")
    dots = []
    for row in rows:
        value = row.value("rwg_j_median")
        low, high = row.value("median_lowest"), row.value("median_highest")
        name = material.name(row.text("measure"))
        null = material.phrases.term("null", row.text("null"))
        tip = f"{name}: {written(value, bare=True)} ({null}); "
        tip += f"{written(low, bare=True)}–{written(high, bare=True)}"
        dots.append(Dot(name, value, low, high, value >= cut, tip))
    reach = str(sum(dot.strong for dot in dots))
    alt = plain_text(material.say("agreement.rwg.alt", cut=written(cut, bare=True)))
    lows = [dot.low for dot in dots if dot.low == dot.low] + [0.5]
    drawn = dot_plot(dots, alt, low=math.floor(min(lows) * 10) / 10, high=1.0, line=cut,
                     label="rwg(j)")  # fmt: skip
    found = dict.fromkeys(row.text("null") for row in rows)
    nulls = [material.phrases.term("null", null) for null in found]
    note = material.say(
        "agreement.rwg.note", null=material.word("comma").join(nulls),
        cut=written(cut, bare=True), source=material.cutoff_source("rwg_j"),
    )  # fmt: skip
    title = plain_text(material.say("agreement.rwg.title", n=reach, all=str(len(dots))))
    return Picture("rwg", title, drawn, alt, plain_text(note))


def _strip(material: Material, rows: list[Row]) -> Picture | None:
    judged = next((row for row in rows if material.row(SIZES, measure=row.text("measure"))), None)
    if judged is None:
        return None
    measure, cut = judged.text("measure"), material.cutoff("rwg_j")
    found = list(material.rows(SIZES, measure=measure))
    classes = list(dict.fromkeys(row.text("sizes") for row in found))
    bands = list(dict.fromkeys(row.text("band") for row in found))
    shares, chance = [], []
    for name in classes:
        here = [row for row in found if row.text("sizes") == name]
        shares.append([row.value("share") for row in here])
        chance.append(here[0].value("chance"))
    words = {
        "construct": material.name(measure), "share": judged.percent("rwg_j_share"),
        "cut": written(cut, bare=True),
    }  # fmt: skip
    title = plain_text(material.say("agreement.strip.title", **words))
    alt = plain_text(material.say("agreement.strip.alt"))
    size = written(material.cutoff("disclosure_size"), 0)
    note = plain_text(material.say("agreement.strip.note", size=size))
    size_word = material.word("agreement.strip.size")
    drawn = size_strip(classes, shares, bands, chance, alt, cut=cut, up=size_word)
    return Picture("rwg-by-size", title, drawn, alt, note)


def _table(material: Material, rows: list[Row]) -> Grid:
    names = ("measure", "groups", "rwg", "share", "icc1", "icc2", "differ", "agree", "verdict")
    sources = {"rwg": "rwg_j_median", "share": "rwg_j_share", "icc1": "icc1", "icc2": "icc2",
               "groups": "groups_judged", "verdict": "verdict"}  # fmt: skip
    heads = tuple(
        Column(
            material.word(f"agreement.col.{name}"),
            material.meaning("measures.csv", sources.get(name, "")),
            name in ("groups", "rwg", "share", "icc2"),
        )
        for name in names
    )
    cells = tuple(_cells(material, row) for row in rows)
    note = material.word("agreement.note")
    return Grid(material.word("agreement.table"), heads, cells, note, "measures.csv")


def _cells(material: Material, row: Row) -> tuple[Cell, ...]:
    level = material.cutoff("p")
    icc = joined([
        row.number(icc_column(row), bare=True), " [", row.number("icc1_low", bare=True), ", ",
        row.number("icc1_high", bare=True), "]",
    ])  # fmt: skip
    differ = material.word("answer.yes" if row.value("p") <= level else "answer.no")
    agree = material.word("answer.yes" if row.value("agree_p") <= level else "answer.no")
    return (
        material.name(row.text("measure")),
        row.number("groups_judged", 0),
        row.number("rwg_j_median", bare=True),
        row.percent("rwg_j_share"),
        icc,
        row.number("icc2", bare=True),
        differ,
        agree,
        verdict_word(row.text("verdict"), material),
    )


def _others(material: Material) -> Grid:
    heads = tuple(
        Column(material.word(key), numeric=numeric)
        for key, numeric in (
            ("agreement.col.measure", False), ("agreement.other.col.kind", False),
            ("agreement.other.col.index", False), ("agreement.other.col.groups", True),
            ("agreement.other.col.mean", True), ("agreement.other.col.sd", True),
            ("agreement.col.verdict", False),
        )
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for row in material.rows("measures.csv"):
        first = material.row("table1.csv", measure=row.text("measure"))
        if row.text("composition") in SHARED or row.text("verdict") == "not computed":
            continue
        rows.append((
            material.name(row.text("measure")),
            material.phrases.term("composition", row.text("composition")),
            row.text("index"),
            row.number("groups", 0),
            first.number("mean") if first else "–",
            first.number("sd_between") if first else "–",
            verdict_word(row.text("verdict"), material),
        ))  # fmt: skip
    title, note = material.word("agreement.other"), material.word("agreement.other.note")
    return Grid(title, heads, tuple(rows), note, "measures.csv")
