"""What follows from a model: its power, explained variance, mechanisms compared, rivals."""

from __future__ import annotations

from collections.abc import Mapping

from collective_use.report.document import Block, Cell, Column, Grid, Paragraph
from collective_use.report.effects import main_model, power_sentence, shown_sign
from collective_use.report.material import Material
from collective_use.report.pictures.power import of_study
from collective_use.report.pictures.rivals import structural
from collective_use.report.pictures.specifications import curve
from collective_use.report.rows import Row
from collective_use.report.sentences import Number, Sentence, joined

EXPLAINED, CONTRASTS, CHOICES = "explained.csv", "contrasts.csv", "specifications.csv"
COMPARED = "models_compared.csv"


def power_blocks(material: Material, model: str) -> list[Block]:
    """Return the power of an indirect effect in a sentence and a picture."""
    found = material.setting("models", model, "power")
    if not isinstance(found, Mapping):
        return []
    share, near = (float(found[name]) for name in ("share", "reliability"))
    said = Paragraph(power_sentence(material, model), "care")
    if model != main_model(material):
        return [said]
    return [said, of_study(material, int(found["groups"]), share, near)]


def contrast_blocks(material: Material, model: str) -> list[Block]:
    """Return whether mechanisms differ: a sentence, and every pair; nothing where none compare."""
    sentence = contrast_sentence(material, model)
    if not sentence:
        return []
    rows = list(material.rows(CONTRASTS, model=model))
    return [Paragraph(sentence), _contrasts(material, model, rows)]


def contrast_sentence(material: Material, model: str) -> Sentence:
    """Return whether mechanisms differ, in words; empty where there are not two to compare."""
    rows = list(material.rows(CONTRASTS, model=model))
    if not rows:
        return ()
    clear = [row for row in rows if shown_sign(row)]
    level = material.cutoff("p")
    adjusted = sum(row.value("q") <= (level if level == level else 0.05) for row in rows)
    words = {"n": str(len(clear)), "all": str(len(rows)), "adjusted": str(adjusted)}
    key = "structure.contrasts.some" if clear else "structure.contrasts.none"
    return material.say(key, **words)


def _contrasts(material: Material, model: str, rows: list[Row]) -> Grid:
    names = ("first", "second", "difference", "p", "q")
    sources = {"difference": "est"}
    heads = tuple(
        Column(material.word(f"structure.col.{name}"),
               material.meaning(CONTRASTS, sources.get(name, name)), name in ("p", "q"))
        for name in names
    )  # fmt: skip
    ordered = sorted(rows, key=lambda row: -abs(row.value("est")))
    cells: list[tuple[Cell, ...]] = [
        (
            material.route(row.text("first")), material.route(row.text("second")),
            joined([row.number("est"), " [", row.number("lower"), ", ", row.number("upper"), "]"]),
            _p(row, "p"), _p(row, "q"),
        )
        for row in ordered
    ]  # fmt: skip
    title = f"{model}: {material.word('structure.contrasts')}"
    note = material.word("structure.contrasts.note")
    return Grid(title, heads, tuple(cells), note, CONTRASTS, folded=True)


def _p(row: Row, column: str) -> Number:
    p = row.p(column)
    return Number(p.value, p.text.removeprefix("= "), p.source)


def rival_blocks(material: Material) -> list[Block]:
    """Return how rivals share out the weight, and one effect over all choices."""
    blocks: list[Block] = []
    if material.has(COMPARED):
        picture = structural(material, material.table(COMPARED))
        blocks += [picture] if picture else []
    if material.has(CHOICES):
        frame = material.table(CHOICES)
        drawn = curve(material, str(frame["route"].iloc[0]), frame)
        blocks += [drawn] if drawn else []
    return blocks
