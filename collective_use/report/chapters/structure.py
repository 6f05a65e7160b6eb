"""What goes with what: the models of the run, as pictures, tables and their fit."""

from __future__ import annotations

from collective_use.report.chapters.answers import (
    EXPLAINED,
    contrast_blocks,
    power_blocks,
    rival_blocks,
)
from collective_use.report.chapters.strength import strength_blocks
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
from collective_use.report.effects import limits, models, outcome_of, regressions
from collective_use.report.material import Material
from collective_use.report.pictures import paths
from collective_use.report.rows import Row
from collective_use.report.sentences import Number, Sentence, joined


def chapter(material: Material) -> Chapter | None:
    """Return a section for each model; None where none was fitted."""
    found = models(material)
    if not found:
        return None
    blocks: list[Block] = []
    for model in found:
        blocks += _of_model(material, model)
    blocks += rival_blocks(material)
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
    blocks += power_blocks(material, model)
    shares = list(material.rows(EXPLAINED, model=model))
    explained = paths.explained(material, shares, model, outcome_of(material) or "")
    blocks += [explained] if explained else []
    picture = paths.effects(material, list(material.rows("effects.csv", model=model)), model)
    blocks += [picture] if picture else []
    blocks += contrast_blocks(material, model)
    blocks += [_paths(material, model), *_effects(material, model)]
    blocks += strength_blocks(material, model)
    blocks += [Paragraph(sentence, "note") for sentence in _attribution(material, model)]
    warned = material.setting("models", model, "warnings")
    said = [str(text) for text in warned] if isinstance(warned, list) else []
    # power has its own sentence and picture above
    rest = [text for text in said if not text.startswith("Power first")]
    if rest:
        blocks.append(Listing(tuple((material.told(text),) for text in rest), "care"))
    return blocks


def diagram(material: Material, model: str) -> Picture:
    """Return the path diagram of a model."""
    title = f"{model} ({model_name(material, model)})"
    return paths.diagram(material, regressions(material, model), model, title)


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
