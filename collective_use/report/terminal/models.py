"""Structural models for a terminal: one table for all of them, the largest effects first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from collective_use.accepted import Plain
from collective_use.phrases import told
from collective_use.report.chapters.answers import EXPLAINED, contrast_sentence
from collective_use.report.chapters.strength import (
    conditional_sentences,
    omitted_sentence,
    size_sentence,
)
from collective_use.report.chapters.structure import fit_sentence
from collective_use.report.effects import limits, models, regressions, shown_sign
from collective_use.report.material import Material
from collective_use.report.rows import Row
from collective_use.report.sentences import plain_text
from collective_use.report.terminal.measures import short_name
from collective_use.report.terminal.words import wrapped
from collective_use.results import Table, cell_text

_KINDS = ("total indirect", "specific indirect", "direct", "total")
COMPARED, DIFFERENCES, NESTING = (
    "models_compared.csv", "models_differences.csv", "models_nesting.csv",
)  # fmt: skip
NESTED, EQUIVALENT = "nested", "equivalent"


def model_tables(material: Material, digits: int) -> tuple[Table, ...]:
    """Return how the models compare, their paths and their effects, each said once.

    Parameters
    ----------
    material
        Tables, as others see them or exact.
    digits
        Decimals.
    """
    names = models(material)
    if not names:
        return ()
    tables = [_paths(material, names, digits)]
    if material.has("effects.csv"):
        tables.append(_effects(material, names, digits))
    if material.has(COMPARED):
        tables.insert(0, _compared(material, digits))
    mind = tuple(wrapped(text, first="- ", rest="  ") for text in minded(material, names))
    rounded = (material.word("terminal.legend.rounded"),) if digits <= 2 else ()
    last = tables[-1]
    tables[-1] = replace(last, notes=(*last.notes, *rounded, "", *mind))
    return tuple(tables)


def minded(material: Material, names: list[str]) -> list[str]:
    """Return what to mind of some models; what holds for all of them stands once.

    A sentence that not all models share begins with the model's name. Power is not among them: the
    answers in words, which are printed first, say it.
    """
    said: dict[str, list[str]] = {}
    for name in names:
        for text in _sentences(material, name):
            if not text.startswith("Power first"):
                said.setdefault(text, []).append(name)
    return [
        told(material.language, text)
        if len(whose) == len(names)
        else f"{', '.join(whose)}: {told(material.language, text)}"
        for text, whose in said.items()
    ]


def _sentences(material: Material, name: str) -> Iterator[str]:
    listed = material.setting("models", name, "warnings")
    warnings = [str(text) for text in listed] if isinstance(listed, list) else []
    reason = material.setting("models", name, "reason")
    if reason:
        way = str(material.setting("models", name, "way"))
        yield plain_text(material.say("structure.way", way=way, reason=str(reason)))
    agreement = material.setting("models", name, "agreement")
    if agreement:
        yield str(agreement)
    yield from warnings


def _title(material: Material, names: list[str]) -> str:
    lines = []
    for name in names:
        model = next((part for part in material.instrument.models if part.id == name), None)
        title = "" if model is None else material.text(model.name, name)
        words = {
            "model": name, "title": title, "groups": material.groups_of(name),
            "way": str(material.setting("models", name, "way") or "–"),
        }  # fmt: skip
        fit = plain_text(fit_sentence(material, name))
        lines.append(plain_text(material.say("terminal.model", **words)))
        lines += [f"  {fit}"] if fit and len(names) == 1 else []
    return "\n".join([*lines, "", material.word("terminal.paths")])


def _named(material: Material, code: str) -> str:
    name = short_name(material, code)
    return code if name == code else f"{name} ({code})"


def _strength(row: Row) -> float:
    std = row.value("std_all")
    return abs(std if std == std else row.value("est"))


def _estimate(row: Row, digits: int) -> str:
    """Return an estimate with its limits; a star where they leave zero out."""
    low, high = (row.value(name) for name in limits(row))
    star = "*" if shown_sign(row) else " "
    return (
        f"{row.value('est'):>{digits + 4}.{digits}f} "
        f"[{low:>{digits + 3}.{digits}f}, {high:>{digits + 3}.{digits}f}]{star}"
    )


def _probability(value: float, digits: int) -> str:
    if math.isnan(value):
        return "–"
    return "< .001" if value < 0.0005 else f"{value:.{max(digits, 3)}f}".removeprefix("0")


def _heads(
    material: Material, names: list[str], first: str, more: tuple[str, ...]
) -> tuple[str, ...]:
    if len(names) > 1:
        return (first, *names)
    keys = ("est", *more, "std")
    heads = [material.word(f"terminal.col.{name}") for name in keys]
    heads[0] = f"{heads[0]} [{material.word('terminal.col.limits')}]"
    return (first, *heads)


def _cells(
    names: list[str], rows: Mapping[str, Row], more: tuple[str, ...], digits: int
) -> tuple[Plain, ...]:
    """Return the cells of one path or effect: of each model, or of one in more detail."""
    if len(names) > 1:
        return tuple(_estimate(rows[name], digits) if name in rows else "–" for name in names)
    row = rows[names[0]]
    std = row.value("std_all")
    return (
        _estimate(row, digits),
        *(f"{_probability(row.value(name), digits):>6}" for name in more),
        f"{'–' if math.isnan(std) else f'{std:.{digits}f}':>{digits + 3}}",
    )


def _block(title: str, heads: tuple[str, ...]) -> tuple[str, ...]:
    return (title, *[""] * (len(heads) - 1))


def _paths(material: Material, names: list[str], digits: int) -> Table:
    heads = _heads(material, names, "", ("p",))
    found: dict[str, dict[str, dict[str, Row]]] = {}
    for name in names:
        rows = regressions(material, name)
        causes = {row.text("rhs") for row in rows}
        for row in sorted(rows, key=lambda row: row.text("lhs") in causes):
            blocks = found.setdefault(row.text("lhs"), {})
            blocks.setdefault(row.text("rhs"), {})[name] = row
    cells: list[tuple[Plain, ...]] = []
    for outcome, rows_by in found.items():
        shares = _shares(material, names, outcome)
        share = material.say("terminal.share", share=shares) if shares else ()
        title = material.say("terminal.to", outcome=_named(material, outcome), share=share)
        cells.append(_block(plain_text(title), heads))
        for cause, of_models in sorted(rows_by.items(), key=_largest):
            cells.append(
                (f"  {_named(material, cause)}", *_cells(names, of_models, ("p",), digits))
            )
    notes = (material.word("terminal.legend.paths"),)
    return Table(_title(material, names), heads, tuple(cells), notes, digits)


def _largest(entry: tuple[str, Mapping[str, Row]]) -> float:
    return -max(_strength(row) for row in entry[1].values())


def _shares(material: Material, names: list[str], outcome: str) -> str:
    """Return the explained variance of an outcome in each model, with limits where there are."""
    found = []
    for name in names:
        share = material.row(EXPLAINED, model=name, variable=outcome)
        if share is not None and share.value("lower") == share.value("lower"):
            text = "{} [{}, {}]".format(
                *(cell_text(share.value(key), 2) for key in ("r_square", "lower", "upper"))
            )
            found.append(text if len(names) == 1 else f"{name} {text}")
            continue
        row = material.row("estimates.csv", model=name, op="~~", lhs=outcome, rhs=outcome)
        left = math.nan if row is None else row.value("std_all")
        if left == left:
            text = cell_text(1.0 - left, 2)
            found.append(text if len(names) == 1 else f"{name} {text}")
    return ", ".join(found)


def _effects(material: Material, names: list[str], digits: int) -> Table:
    more = ("p", "q")
    heads = _heads(material, names, "", more)
    found: dict[tuple[str, str], dict[str, dict[str, Row]]] = {}
    for name in names:
        for row in material.rows("effects.csv", model=name):
            route = row.text("route")
            key = (row.text("kind"), route.split("->")[-1].strip())
            block = found.setdefault(key, {})
            block.setdefault(route or row.text("effect"), {})[name] = row
    order = {kind: place for place, kind in enumerate(_KINDS)}
    cells: list[tuple[Plain, ...]] = []
    for (kind, outcome), rows_by in sorted(found.items(), key=lambda e: order.get(e[0][0], 9)):
        cells.append(_block(_kind_title(material, kind, outcome), heads))
        for route, rows in sorted(rows_by.items(), key=_largest):
            cells.append((f"  {_route(material, route)}", *_cells(names, rows, more, digits)))
    texts = dict.fromkeys(str(material.setting("models", name, "limits") or "–") for name in names)
    legend = material.say("terminal.legend.effects", limits="; ".join(texts))
    title = material.word("terminal.effects")
    notes = (plain_text(legend), *_contrasts(material, names))
    return Table(title, heads, tuple(cells), notes, digits)


def _contrasts(material: Material, names: list[str]) -> tuple[str, ...]:
    """Return what follows from the effects, a sentence each: whether mechanisms differ, ..."""
    found = []
    for name in names:
        sentences = (
            contrast_sentence(material, name), size_sentence(material, name),
            omitted_sentence(material, name), *conditional_sentences(material, name),
        )  # fmt: skip
        texts = [plain_text(sentence) for sentence in sentences if sentence]
        found += texts if len(names) == 1 else [f"{name}: {text}" for text in texts]
    return tuple(found)


def _kind_title(material: Material, kind: str, outcome: str) -> str:
    named = _named(material, outcome) if outcome else "–"
    short = kind.partition(" ")[0]
    if short in ("total", "specific") and kind.endswith("indirect"):
        return plain_text(material.say(f"terminal.effects.{short}", outcome=named))
    word = material.phrases.term("kind", kind)
    return plain_text(material.say("terminal.effects.other", outcome=named, kind=word))


def _route(material: Material, route: str) -> str:
    """Return the cause of an effect, and what it runs through."""
    parts = [part.strip() for part in route.split("->")]
    if len(parts) < 3:
        return _named(material, parts[0])
    through = " -> ".join(parts[1:-1])
    return plain_text(
        material.say("terminal.via", cause=_named(material, parts[0]), through=through)
    )


def _compared(material: Material, digits: int) -> Table:
    columns = (
        "model", "groups", "df", "chisq", "p", "cfi", "rmsea", "srmr", "aic", "bic", "weight",
    )  # fmt: skip
    own = {"model", "groups", "df", "chisq", "p", "weight"}
    heads = tuple(
        material.word(f"terminal.col.{name}") if name in own else name.upper() for name in columns
    )
    cells = []
    for row in material.rows(COMPARED):
        whole = [row.text("model"), *(_count(row.value(name)) for name in ("groups", "df"))]
        figures = [row.value(name) for name in columns[3:]]
        figures[1:2] = []
        p = _probability(row.value("p"), digits)
        cells.append((*whole, figures[0], p, *figures[1:]))
    notes = (material.word("terminal.legend.fit"), *compared_sentences(material))
    return Table(material.word("terminal.models"), heads, tuple(cells), notes, digits)


def _count(value: float) -> int | None:
    return None if math.isnan(value) else int(value)


def compared_sentences(material: Material) -> tuple[str, ...]:
    """Return what nesting and the difference tests say, a sentence a pair."""
    found = []
    for row in material.rows(DIFFERENCES):
        names = {"smaller": row.text("smaller"), "larger": row.text("larger")}
        if row.value("p") != row.value("p"):
            note = row.text("note")
            found.append(plain_text(material.say("terminal.nested.none", note=note, **names)))
            continue
        words = {
            "df": f"{row.value('df'):.0f}", "chisq": row.number("chisq"), "p": row.p("p"),
        }  # fmt: skip
        better = "larger" if row.value("p") <= material.cutoff("p") else "smaller"
        verdict = material.say(f"terminal.nested.{better}", **names)
        test = plain_text(material.say("terminal.nested", **names, **words))
        found.append(test + material.word("gap") + plain_text(verdict))
    for row in material.rows(NESTING, relation=EQUIVALENT):
        names = {"smaller": row.text("first"), "larger": row.text("second")}
        found.append(plain_text(material.say("terminal.equivalent", **names)))
    return tuple(found)
