"""Who was asked and who answered."""

from __future__ import annotations

import statistics
from collections import Counter

from collective_use.report.document import Block, Chapter, Column, Grid, Picture
from collective_use.report.figures.bars import columns
from collective_use.report.first import sample_sentence
from collective_use.report.material import Material
from collective_use.report.sentences import Number, plain_text


def chapter(material: Material) -> Chapter:
    """Return the flow of rows and persons, and the sizes of groups."""
    left = _left_out(material)
    rows = sum(count for count, what, _ in left if what == "rows")
    blocks: list[Block] = [_flow(material, left)]
    sizes = [row.value("n") for row in material.rows("groups.csv")]
    there = [int(size) for size in sizes if size > 0]
    if there:
        blocks.append(_sizes(material, there))
    finding = material.say(
        "sample.finding",
        persons=material.count(material.counted("persons")),
        groups=material.count(material.counted("groups")),
        left=material.count(rows),
    )
    return Chapter("sample", material.word("chapter.sample"), tuple(blocks), finding)


def _left_out(material: Material) -> list[tuple[int, str, str]]:
    """Return count, of what, and why, of all that reading left out."""
    entries = material.entries("left_out", "changed")
    return [
        (entry.count, entry.of, entry.text)
        for entry in entries
        if entry.room == "responses" and entry.count
    ]


def _flow(material: Material, left: list[tuple[int, str, str]]) -> Grid:
    persons = material.count(material.counted("persons"))
    rows: list[tuple[str | Number, ...]] = [
        (material.told(of), Number(float(count), f"{count:,}"), text) for count, of, text in left
    ]
    rows.append((material.word("sample.analysed"), persons, plain_text(sample_sentence(material))))
    heads = ("what", "count", "why")
    return Grid(
        material.word("sample.flow"),
        tuple(
            Column(material.word(f"sample.flow.col.{name}"), numeric=name == "count")
            for name in heads
        ),
        tuple(rows),
        file="run.json",
    )


def _sizes(material: Material, sizes: list[int]) -> Picture:
    counts = Counter(sizes)
    values = list(range(min(sizes), max(sizes) + 1))
    median = f"{statistics.median(sizes):g}"
    words = {"low": str(min(sizes)), "high": str(max(sizes)), "median": median}
    alt = plain_text(material.say("sample.sizes.alt", **words))
    drawn = columns(
        [float(value) for value in values], [float(counts[value]) for value in values], alt,
        label=material.word("sample.axis.size"), up=material.word("sample.axis.groups"),
    )  # fmt: skip
    title = plain_text(material.say("sample.sizes.title", **words))
    return Picture("sizes", title, drawn, alt, material.word("sample.sizes.note"))
