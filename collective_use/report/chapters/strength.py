"""How large effects are, what would undo paths, and on what effects depend."""

from __future__ import annotations

import math
from collections.abc import Sequence

from collective_use.report.document import Block, Cell, Column, Grid, Paragraph, Picture
from collective_use.report.effects import regressions, shown_sign
from collective_use.report.figures.dots import Dot, dot_plot
from collective_use.report.material import Material
from collective_use.report.rows import Row
from collective_use.report.sentences import Number, Sentence, joined, plain_text, written

SIZES, OMITTED, CONDITIONAL = "sizes.csv", "omitted.csv", "conditional.csv"
DIFFERENCE = "difference"
_NOTES = {
    "sizes": "structure.sizes.note", "omitted": "structure.omitted.note",
    "conditional": "structure.conditional.note",
}  # fmt: skip


def size_sentence(material: Material, model: str) -> Sentence:
    """Return how many effects are large enough to matter, or too small; empty without any."""
    rows = [row for row in material.rows(SIZES, model=model) if row.text("verdict")]
    if not rows:
        return ()
    verdicts = [row.text("verdict") for row in rows]
    count = {word: sum(v.startswith(word) for v in verdicts) for word in ("larger", "smaller")}
    return material.say(
        "structure.sizes.text", all=str(len(rows)), larger=str(count["larger"]),
        smaller=str(count["smaller"]), rest=str(len(rows) - sum(count.values())),
        bound=_bound(verdicts),
    )  # fmt: skip


def _bound(verdicts: Sequence[str]) -> str:
    known = [v.rpartition(" ")[2] for v in verdicts if " than " in v]
    return written(float(known[0]), bare=True) if known else ".10"


def omitted_sentence(material: Material, model: str) -> Sentence:
    """Return what would undo the path that is shown and least robust; empty where none is shown."""
    shown = {
        (row.text("lhs"), row.text("rhs")) for row in regressions(material, model)
        if shown_sign(row)
    }  # fmt: skip
    rows = [
        row for row in material.rows(OMITTED, model=model)
        if (row.text("outcome"), row.text("predictor")) in shown
    ]  # fmt: skip
    if not rows:
        return ()
    weakest = min(rows, key=lambda row: row.value("robustness"))
    said = material.say(
        "structure.omitted.text", predictor=material.name(weakest.text("predictor")),
        outcome=material.name(weakest.text("outcome")), share=weakest.percent("robustness"),
        limit=weakest.percent("robustness_limit"),
    )  # fmt: skip
    if not weakest.text("like"):
        return said
    like = material.say(
        "structure.omitted.like", like=material.name(weakest.text("like")),
        est=weakest.number("est"), without=weakest.number("est_without"),
    )  # fmt: skip
    return joined([*said, material.word("gap"), *like])


def conditional_sentences(material: Material, model: str) -> list[Sentence]:
    """Return for each hypothesis with a moderator whether its effect depends on it."""
    found = []
    for rows in _by_hypothesis(material, model):
        last = rows[-1]
        named = _named(material, last)
        if last.text("reason"):
            found.append(
                material.say("structure.conditional.none", reason=last.text("reason"), **named)
            )
            continue
        sign = shown_sign(last)
        key = {1: "more", -1: "less", 0: "open"}[sign]
        ends = {"low": last.number("lower"), "high": last.number("upper")}
        said = material.say(f"structure.conditional.{key}", est=last.number("est"), **ends, **named)
        found.append(said)
    return found


def _named(material: Material, row: Row) -> dict[str, str]:
    return {
        "id": row.text("hypothesis"), "effect": material.route(row.text("route")),
        "moderator": material.name(row.text("moderator")),
    }  # fmt: skip


def _by_hypothesis(material: Material, model: str) -> list[list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in material.rows(CONDITIONAL, model=model):
        found.setdefault(row.text("hypothesis"), []).append(row)
    return list(found.values())


def strength_blocks(material: Material, model: str) -> list[Block]:
    """Return sizes, omitted causes and conditional effects; each where there is something."""
    blocks: list[Block] = []
    sentence = size_sentence(material, model)
    if sentence:
        blocks += [Paragraph(sentence), sizes(material, model)]
    if material.row(OMITTED, model=model):
        sentence = omitted_sentence(material, model)
        blocks += [Paragraph(sentence)] if sentence else []
        blocks.append(omitted(material, model))
    blocks += [Paragraph(one) for one in conditional_sentences(material, model)]
    for rows in _by_hypothesis(material, model):
        blocks += [_picture(material, rows)] if not rows[-1].text("reason") else []
    table = conditional(material, model)
    return [*blocks, table] if table else blocks


def sizes(material: Material, model: str) -> Grid:
    """Return every effect in standard deviations with the tests of its size."""
    rows = sorted(material.rows(SIZES, model=model), key=lambda row: -abs(row.value("std")))
    cells: list[tuple[Cell, ...]] = [
        (
            material.route(row.text("route")), _limits(row, "std"), _p(row, "p_negligible"),
            _p(row, "p_minimal"), _verdict(material, row),
        )
        for row in rows
    ]  # fmt: skip
    names = ("effect", "std_limits", "p_negligible", "p_minimal", "size")
    return _grid(material, model, "sizes", names, cells, SIZES)


def _verdict(material: Material, row: Row) -> str:
    word, _, bound = row.text("verdict").partition(" than ")
    key = f"structure.size.{word.split(' ')[0]}"
    cut = written(float(bound), bare=True) if bound else ""
    return plain_text(material.say(key, bound=cut))


def omitted(material: Material, model: str) -> Grid:
    """Return for every path how strong a common cause left out would have to be."""
    cells: list[tuple[Cell, ...]] = [
        (
            material.name(row.text("outcome")), material.name(row.text("predictor")),
            row.number("est"), row.percent("robustness"), row.percent("robustness_limit"),
            material.name(row.text("like")) if row.text("like") else "–",
            row.number("est_without"),
        )
        for row in material.rows(OMITTED, model=model)
    ]  # fmt: skip
    names = ("to", "from", "path", "robustness", "robustness_limit", "like", "without")
    return _grid(material, model, "omitted", names, cells, OMITTED)


def conditional(material: Material, model: str) -> Grid | None:
    """Return effects at values of a moderator; None where no hypothesis names one."""
    cells: list[tuple[Cell, ...]] = [
        (
            row.text("hypothesis"), material.route(row.text("route")),
            _place(material, row), _limits(row, "est"), row.number("std", bare=True), _p(row, "p"),
        )
        for rows in _by_hypothesis(material, model)
        for row in rows
        if not row.text("reason")
    ]  # fmt: skip
    if not cells:
        return None
    names = ("hypothesis", "effect", "moderator", "est", "std", "p")
    return _grid(material, model, "conditional", names, cells, CONDITIONAL, folded=False)


def _place(material: Material, row: Row) -> str:
    at = material.word(f"structure.at.{row.text('at')}")
    return f"{material.name(row.text('moderator'))}{material.word('colon')}{at}"


def _picture(material: Material, rows: list[Row]) -> Picture:
    """Return the effect at three values of its moderator, and the difference."""
    dots = []
    for row in rows:
        low, high = row.value("lower"), row.value("upper")
        tip = f"{written(row.value('est'))} [{written(low)}, {written(high)}]"
        name = _place(material, row)
        dots.append(Dot(name, row.value("est"), low, high, bool(shown_sign(row)), tip))
    known = [v for dot in dots for v in (dot.low, dot.high) if not math.isnan(v)]
    edge = math.ceil(10 * max([abs(v) for v in known] + [0.1])) / 10
    named = _named(material, rows[0])
    sign = shown_sign(rows[-1])
    key = {1: "more", -1: "less", 0: "open"}[sign]
    title = plain_text(material.say(f"structure.conditional.title.{key}", **named))
    alt = plain_text(material.say("structure.conditional.alt", **named))
    drawn = dot_plot(dots, alt, low=-edge, high=edge, line=0.0)
    note = material.word("structure.conditional.note")
    return Picture(f"conditional-{rows[0].text('hypothesis')}", title, drawn, alt, note)


def _limits(row: Row, name: str) -> Sentence:
    return joined([row.number(name), " [", row.number("lower"), ", ", row.number("upper"), "]"])


def _p(row: Row, column: str) -> Number:
    p = row.p(column)
    return Number(p.value, p.text.removeprefix("= "), p.source)


def _grid(
    material: Material, model: str, name: str, heads: Sequence[str],
    cells: list[tuple[Cell, ...]], file: str, *, folded: bool = True,
) -> Grid:  # fmt: skip
    words = ("effect", "size", "to", "from", "like", "hypothesis", "moderator", "est", "std_limits")
    columns = tuple(
        Column(material.word(f"structure.col.{head}"), numeric=head not in words) for head in heads
    )
    title = f"{model}: {material.word(f'structure.{name}')}"
    note = material.word(_NOTES[name])
    return Grid(title, columns, tuple(cells), note, file, folded=folded)
