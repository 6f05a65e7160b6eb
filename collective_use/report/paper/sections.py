"""The sections of a paper, from the same tables as the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from collective_use.phrases import told
from collective_use.report.chapters.agreement import icc_column
from collective_use.report.chapters.reliability import FILE as RELIABILITY
from collective_use.report.chapters.strength import strength_blocks
from collective_use.report.chapters.structure import diagram, fit_sentence
from collective_use.report.document import Cell, Column, Grid, Markdown, Paragraph, Picture
from collective_use.report.effects import (
    few,
    limits,
    main_model,
    models,
    outcome_of,
    regressions,
)
from collective_use.report.first import answers, cares, sample_sentence
from collective_use.report.material import Material
from collective_use.report.paper.numbers import apa_limits, apa_p
from collective_use.report.paper.references import references
from collective_use.report.paper.scales import scale_tables
from collective_use.report.phrases import BASE
from collective_use.report.pictures.paths import effects as forest
from collective_use.report.rows import Row
from collective_use.report.sentences import plain_text
from collective_use.report.verdicts import shared_rows, verdict_word

MOST_IN_TABLE_ONE = 12


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a paper."""

    text: str
    level: int = 1


PaperBlock = Heading | Paragraph | Grid | Picture | Markdown


@dataclass(frozen=True, slots=True)
class Paper:
    """Methods and results, to be written on.

    Attributes
    ----------
    language, title
        Of the report.
    words
        What tables, figures and notes are called.
    blocks
        In order.
    """

    language: str
    title: str
    words: dict[str, str]
    blocks: tuple[PaperBlock, ...]


def paper(material: Material, title: str, style: str = "numbered") -> Paper:
    """Return the methods and results of a study.

    Parameters
    ----------
    material
        Tables, account and words.
    title
        Of the study.
    style
        Of the references of a Chinese paper: ``numbered`` or ``author-year``.
    """
    method, sources = _split(material.methods)
    blocks: list[PaperBlock] = [Heading(material.word("paper.method"))]
    blocks += _method(material, method)
    blocks.append(Heading(material.word("paper.results")))
    blocks += [Paragraph(answer.words) for answer in answers(material)]
    tables = [
        *scale_tables(material), reliability(material), aggregation(material), table_one(material)
    ]  # fmt: skip
    blocks += [table for table in tables if table is not None]
    blocks += _structure(material)
    blocks.append(Heading(material.word("paper.limitations")))
    blocks += [Paragraph(care) for care in cares(material)]
    if material.language != BASE:
        sources = "\n\n".join(references(style))
    if sources:
        blocks += [Heading(material.word("paper.references")), Markdown(sources)]
    words = {name: material.word(f"paper.{name}") for name in ("table", "figure", "note")}
    return Paper(material.language, title, words, tuple(blocks))


def _method(material: Material, draft: str) -> list[PaperBlock]:
    """Return the methods: the draft where it is of the report's language, else its outline."""
    sample = Paragraph(sample_sentence(material))
    if material.language == BASE:
        return [Markdown(draft)] if draft else [sample]
    return [sample, Paragraph(material.say("paper.method.text"))]


def _split(text: str) -> tuple[str, str]:
    """Return the methods text without its heading and Table 1, and its references."""
    body = re.sub(r"\A# .*\n", "", text)
    method, _, rest = body.partition("\n## Table 1")
    _, _, references = rest.partition("\n## References")
    return method.strip(), references.strip()


def _variables(material: Material) -> list[str]:
    """Return the measures of the first model, or those that members should share."""
    model = main_model(material)
    if model is None:
        return [row.text("measure") for row in shared_rows(material)][:MOST_IN_TABLE_ONE]
    paths = regressions(material, model)
    names = [row.text("rhs") for row in paths] + [row.text("lhs") for row in paths]
    known = [measure.id for measure in material.instrument.measures]
    return sorted(dict.fromkeys(names), key=lambda n: known.index(n) if n in known else 99)


def table_one(material: Material) -> Grid | None:
    """Return descriptives and correlations, reliabilities on the diagonal."""
    wanted = _variables(material)
    rows = {row.text("measure"): row for row in material.rows("table1.csv")}
    names = [name for name in wanted if name in rows and name in rows[name].cells]
    if not names:
        return None
    heads = [Column(material.word("paper.col.variable"))]
    heads += [Column(text, numeric=True) for text in ("M", "SD")]
    heads += [Column(str(k + 1), numeric=True) for k in range(len(names))]
    cells: list[tuple[Cell, ...]] = []
    for k, name in enumerate(names):
        row = rows[name]
        correlations = [row.number(other, bare=True) for other in names]
        label = f"{k + 1}. {material.name(name)}"
        cells.append((label, row.number("mean"), row.number("sd_between"), *correlations))
    note = material.say(
        "paper.table_one.note", persons=material.count(material.counted("persons")),
        groups=material.count(material.counted("groups")),
    )  # fmt: skip
    title = material.word("paper.table_one")
    return Grid(title, tuple(heads), tuple(cells), plain_text(note), "table1.csv")


def aggregation(material: Material) -> Grid | None:
    """Return the evidence for reading measures at the level of groups."""
    rows = shared_rows(material)
    if not rows:
        return None
    names = ("variable", "rwg", "rwg_mean", "rwg_share", "icc1", "icc2", "f", "p", "verdict")
    words = ("variable", "icc1", "verdict")
    heads = tuple(
        Column(material.word(f"paper.col.{name}"), numeric=name not in words) for name in names
    )
    cells: list[tuple[Cell, ...]] = [
        (
            material.name(row.text("measure")),
            row.number("rwg_j_median", bare=True),
            row.number("rwg_j_mean", bare=True),
            _percent(row, "rwg_j_share"),
            apa_limits(row, icc_column(row), "icc1_low", "icc1_high", bare=True),
            row.number("icc2", bare=True),
            row.number("f", 1),
            apa_p(row, "p"),
            verdict_word(row.text("verdict"), material),
        )
        for row in rows
    ]
    nulls = material.word("comma").join(
        dict.fromkeys(told(material.language, row.text("null").replace("_", " ")) for row in rows)
    )
    note = plain_text(material.say("paper.aggregation.note", null=nulls))
    title = material.word("paper.aggregation")
    return Grid(title, heads, tuple(cells), note, "measures.csv")


def _percent(row: Row, name: str) -> str:
    value = row.value(name)
    return "–" if value != value else f"{value:.0%}"


def reliability(material: Material) -> Grid | None:
    """Return reliability and validity of the constructs; None where scales were not looked at."""
    rows = list(material.rows("validation_constructs.csv"))
    if not rows:
        return None
    columns = (("omega", 2), ("ave", 2), ("lowest_loading", 2), ("highest_correlation", 2))
    heads = [Column(material.word("paper.col.variable"))]
    heads.append(Column(material.word("paper.col.items"), numeric=True))
    heads.append(Column(material.word("paper.col.alpha"), numeric=True))
    heads += [Column(material.word(f"paper.col.{name}"), numeric=True) for name, _ in columns]
    heads.append(Column(material.word("paper.col.group_mean"), numeric=True))
    cells: list[tuple[Cell, ...]] = []
    for row in rows:
        shared = material.row(
            RELIABILITY, scale=row.text("construct"), coefficient="omega_shared", level="group_mean"
        )
        last: Cell = shared.number("est", bare=True) if shared else "–"
        numbers = [row.number(name, digits, bare=True) for name, digits in columns]
        name = material.name(row.text("construct"))
        alpha = material.row(
            RELIABILITY, scale=row.text("construct"), coefficient="alpha", level="total"
        )
        first: Cell = alpha.number("est", bare=True) if alpha else "–"
        cells.append((name, row.number("items", 0), first, *numbers, last))
    note = material.word("paper.reliability.note")
    title = material.word("paper.reliability")
    return Grid(title, tuple(heads), tuple(cells), note, "validation_constructs.csv")


def _structure(material: Material) -> list[PaperBlock]:
    blocks: list[PaperBlock] = []
    for model in models(material):
        if few(material, model):
            continue
        fit = fit_sentence(material, model)
        blocks += [Paragraph(fit)] if fit else []
        blocks += [diagram(material, model), _paths(material, model)]
        picture = forest(material, list(material.rows("effects.csv", model=model)), model)
        table = _effects(material, model)
        blocks += [part for part in (table, picture) if part is not None]
        blocks += [
            replace(block, folded=False) if isinstance(block, Grid) else block
            for block in strength_blocks(material, model)
            if isinstance(block, (Grid, Paragraph, Picture))
        ]
    return blocks


def _heads(material: Material, *names: str) -> tuple[Column, ...]:
    numeric = ("b", "se", "p", "beta")
    return tuple(Column(material.word(f"paper.col.{n}"), numeric=n in numeric) for n in names)


def _paths(material: Material, model: str) -> Grid:
    cells: list[tuple[Cell, ...]] = [
        (
            f"{material.name(row.text('rhs'))} → {material.name(row.text('lhs'))}",
            *_estimate(row),
        )
        for row in regressions(material, model)
    ]
    title = plain_text(material.say("paper.paths", model=model))
    note = plain_text(material.say("paper.paths.note", n=material.groups_of(model)))
    heads = _heads(material, "path", "b", "se", "limits", "beta", "p")
    return Grid(title, heads, tuple(cells), note, "estimates.csv")


def _effects(material: Material, model: str) -> Grid | None:
    rows = list(material.rows("effects.csv", model=model))
    if not rows:
        return None
    rows.sort(key=lambda row: (row.text("kind") != "total indirect", -abs(row.value("std_all"))))
    cells: list[tuple[Cell, ...]] = [
        (material.route(row.text("route")), *_estimate(row)) for row in rows
    ]
    title = plain_text(
        material.say("paper.effects", outcome=material.name(outcome_of(material) or ""))
    )
    heads = _heads(material, "effect", "b", "se", "limits", "beta", "p")
    return Grid(title, heads, tuple(cells), material.word("paper.effects.note"), "effects.csv")


def _estimate(row: Row) -> tuple[Cell, ...]:
    ends = apa_limits(row, "", *limits(row))
    beta = row.number("std_all", bare=True)
    return (row.number("est"), row.number("se"), ends, beta, apa_p(row, "p"))
