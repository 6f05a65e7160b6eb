"""What goes with what: the models of the run, as pictures, tables and their fit."""

from __future__ import annotations

import math

from collective_use.report.document import (
    Block,
    Cell,
    Chapter,
    Column,
    Grid,
    Listing,
    Paragraph,
    Picture,
)
from collective_use.report.effects import (
    limits,
    models,
    outcome_of,
    regressions,
    shown_sign,
)
from collective_use.report.figures.dots import Dot, dot_plot
from collective_use.report.figures.paths import Path, path_diagram
from collective_use.report.material import Material, Row
from collective_use.report.sentences import Number, Sentence, joined, plain_text, written
from collective_use.report.verdicts import listed

_MOST = 40


def chapter(material: Material) -> Chapter | None:
    """Return a section for each model; None where none was fitted."""
    found = models(material)
    if not found:
        return None
    blocks: list[Block] = []
    for model in found:
        blocks += _of_model(material, model)
    finding = material.say(
        "structure.finding",
        model=found[0], name=model_name(material, found[0]), n=material.groups_of(found[0]),
    )  # fmt: skip
    return Chapter("structure", material.word("chapter.structure"), tuple(blocks), finding)


def model_name(material: Material, model: str) -> str:
    """Return what the instrument calls a model."""
    found = next((part for part in material.instrument.models if part.id == model), None)
    return material.text(found.name, model) if found else model


def _of_model(material: Material, model: str) -> list[Block]:
    blocks: list[Block] = [diagram(material, model)]
    fit = fit_sentence(material, model)
    if fit:
        blocks += [Paragraph(fit), Paragraph(material.say("structure.fit.care"), "note")]
    way = material.setting("models", model, "way")
    if way:
        reason = material.told(str(material.setting("models", model, "reason") or ""))
        blocks.append(Paragraph(material.say("structure.way", way=str(way), reason=reason)))
    least = material.least_path(model)
    if least is not None:
        words = {"n": material.groups_of(model), "least": written(least, bare=True)}
        blocks.append(Paragraph(material.say("structure.power", **words), "care"))
    picture = forest(material, model)
    blocks += [picture] if picture else []
    blocks += [_paths(material, model), *_effects(material, model)]
    blocks += [Paragraph(sentence, "note") for sentence in _attribution(material, model)]
    warned = material.setting("models", model, "warnings")
    if isinstance(warned, list) and warned:
        blocks.append(Listing(tuple((material.told(str(text)),) for text in warned), "care"))
    return blocks


def diagram(material: Material, model: str) -> Picture:
    """Return the path diagram of a model."""
    rows = regressions(material, model)
    paths = [_path(material, row) for row in rows]
    names = {code: material.name(code) for path in paths for code in (path.cause, path.effect)}
    shown = [path for path in paths if path.shown]
    outcome = outcome_of(material) or ""
    words = {"model": model, "outcome": material.name(outcome)}
    listed_paths = listed([f"{names[p.cause]} → {names[p.effect]}" for p in shown], material, 20)
    alt = plain_text(
        material.say(
            "structure.path.alt", names=listed_paths or material.word("structure.none"), **words
        )
    )
    title = plain_text(
        material.say(
            "structure.path.title",
            n=str(len(shown)),
            all=str(len(paths)),
            model=f"{model} ({model_name(material, model)})",
        )
    )
    note = plain_text(material.say("structure.path.note"))
    return Picture(f"paths-{model}", title, path_diagram(paths, names, alt), alt, note)


def _path(material: Material, row: Row) -> Path:
    value = row.value("std_all")
    label = written(value, bare=True)
    low, high = (written(row.value(name)) for name in limits(row))
    tip = (
        f"{material.name(row.text('rhs'))} → {material.name(row.text('lhs'))}: {label} "
        f"({written(row.value('est'))} [{low}, {high}])"
    )
    return Path(row.text("rhs"), row.text("lhs"), value, bool(shown_sign(row)), label, tip)


def fit_sentence(material: Material, model: str) -> Sentence:
    """Return the fit of a model; empty where it has no degrees of freedom."""
    rows = {row.text("measure"): row for row in material.rows("fit.csv", model=model)}
    if "chisq" not in rows or rows["df"].value("value") == 0:
        return ()
    interval: Sentence = ()
    if "rmsea.ci.lower" in rows:
        low, high = rows["rmsea.ci.lower"], rows["rmsea.ci.upper"]
        interval = joined([" [", low.number("value", 3, bare=True), ", ",
                           high.number("value", 3, bare=True), "]"])  # fmt: skip
    numbers = {
        name: rows[name].number("value", 3, bare=True)
        for name in ("cfi", "rmsea", "srmr") if name in rows
    }  # fmt: skip
    missing = {name: "–" for name in ("cfi", "rmsea", "srmr") if name not in rows}
    scaled = ".scaled" if "chisq.scaled" in rows else ""
    return material.say(
        "structure.fit.text", df=rows["df"].number("value", 0),
        chisq=rows[f"chisq{scaled}"].number("value"), p=rows[f"pvalue{scaled}"].p("value"),
        ci=interval,
        **numbers, **missing,
    )  # fmt: skip


def forest(material: Material, model: str) -> Picture | None:
    """Return the effects of a model as dots with limits; None where it has none."""
    rows = sorted(
        material.rows("effects.csv", model=model), key=lambda row: -abs(row.value("std_all"))
    )
    if not rows:
        return None
    dots = [_effect_dot(material, row) for row in rows[:_MOST]]
    known = [v for dot in dots for v in (dot.low, dot.high, dot.value) if not math.isnan(v)]
    edge = math.ceil(10 * max([abs(value) for value in known] + [0.1])) / 10
    alt = plain_text(material.say("structure.effects.alt"))
    drawn = dot_plot(dots, alt, low=-edge, high=edge, line=0.0)
    shown = str(sum(dot.strong for dot in dots))
    words = {"n": shown, "all": str(len(rows))}
    title = plain_text(material.say("structure.effects.title", **words))
    note = plain_text(material.say("structure.effects.note"))
    return Picture(f"effects-{model}", title, drawn, alt, note)


def _effect_dot(material: Material, row: Row) -> Dot:
    """Return an effect in standard deviations: its limits are scaled as its estimate is."""
    est, std = row.value("est"), row.value("std_all")
    low, high = (row.value(name) for name in limits(row))
    ratio = std / est if est and not math.isnan(std) else 1.0
    value = est * ratio
    name = material.route(row.text("route"))
    tip = f"{name}: {written(est)} [{written(low)}, {written(high)}]"
    return Dot(name, value, low * ratio, high * ratio, bool(shown_sign(row)), tip)


def _with_limits(row: Row) -> Sentence:
    low, high = (row.number(name) for name in limits(row))
    return joined([row.number("est"), " [", low, ", ", high, "]"])


def _paths(material: Material, model: str) -> Grid:
    names = ("to", "from", "est", "std", "p")
    heads = tuple(
        Column(material.word(f"structure.col.{name}"),
               material.meaning("estimates.csv", {"std": "std_all"}.get(name, name)),
               name in ("std", "p"))
        for name in names
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            material.name(row.text("lhs")), material.name(row.text("rhs")), _with_limits(row),
            row.number("std_all", bare=True), _p(row),
        )
        for row in regressions(material, model)
    ]  # fmt: skip
    return Grid(f"{model}: {material.word('structure.paths')}", heads, tuple(rows),
                file="estimates.csv")  # fmt: skip


def _effects(material: Material, model: str) -> list[Block]:
    rows = sorted(
        material.rows("effects.csv", model=model), key=lambda row: -abs(row.value("std_all"))
    )
    if not rows:
        return []
    names = ("effect", "kind", "est", "std", "p")
    heads = tuple(
        Column(material.word(f"structure.col.{name}"), numeric=name in ("std", "p"))
        for name in names
    )
    cells: list[tuple[Cell, ...]] = [
        (
            material.route(row.text("route")), material.phrases.term("kind", row.text("kind")),
            _with_limits(row), row.number("std_all", bare=True), _p(row),
        )
        for row in rows
    ]  # fmt: skip
    title = f"{model}: {material.word('structure.effects')}"
    return [Grid(title, heads, tuple(cells), file="effects.csv")]


def _p(row: Row) -> Number:
    p = row.p("p")
    return Number(p.value, p.text.removeprefix("= "), p.source)


def _attribution(material: Material, model: str) -> list[Sentence]:
    found = []
    for key in ("theory", "inferred"):
        text = material.setting("models", model, key)
        if text:
            found.append(material.say(f"structure.{key}", text=str(text)))
    return found
