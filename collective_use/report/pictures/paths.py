"""A structural model: its path diagram, its effects, and what it explains."""

from __future__ import annotations

import math
from collections.abc import Sequence

from collective_use.report.document import Picture
from collective_use.report.effects import limits, shown_sign
from collective_use.report.figures.dots import Dot, dot_plot
from collective_use.report.figures.paths import Path, path_diagram
from collective_use.report.rows import Row
from collective_use.report.sentences import written
from collective_use.report.speaking import Words, said

MOST = 40
"""So many effects are drawn, the largest first."""

_ALL = "total indirect"


def diagram(words: Words, rows: Sequence[Row], model: str, title: str) -> Picture:
    """Return the path diagram of a model.

    Parameters
    ----------
    words
        Puts it into words.
    rows
        Its paths.
    model, title
        Its id, and how it is called in the title.
    """
    paths = [_path(words, row) for row in rows]
    names = {code: words.name(code) for path in paths for code in (path.cause, path.effect)}
    shown = [path for path in paths if path.shown]
    causes = {path.cause for path in paths}
    last = next((path.effect for path in paths if path.effect not in causes), paths[-1].effect)
    listed = words.word("comma").join(f"{names[p.cause]} → {names[p.effect]}" for p in shown)
    alt = said(
        words, "structure.path.alt", names=listed or words.word("structure.none"), model=model,
        outcome=names[last],
    )  # fmt: skip
    found = said(words, "structure.path.title", n=str(len(shown)), all=str(len(paths)), model=title)
    note = said(words, "structure.path.note")
    return Picture(f"paths-{model}", found, path_diagram(paths, names, alt), alt, note)


def _path(words: Words, row: Row) -> Path:
    value = row.value("std_all")
    label = written(value, bare=True)
    low, high = (written(row.value(name)) for name in limits(row))
    tip = (
        f"{words.name(row.text('rhs'))} → {words.name(row.text('lhs'))}: {label} "
        f"({written(row.value('est'))} [{low}, {high}])"
    )
    return Path(row.text("rhs"), row.text("lhs"), value, bool(shown_sign(row)), label, tip)


def effects(words: Words, rows: Sequence[Row], model: str) -> Picture | None:
    """Return the effects of a model as dots with limits; None where it has none.

    Parameters
    ----------
    words
        Puts it into words.
    rows
        Its effects.
    model
        Its id.
    """
    ordered = sorted((r for r in rows if r.text("route")), key=lambda row: -abs(_size(row)))
    if not ordered:
        return None
    ends = {row.text("route").split("->")[-1].strip() for row in ordered}
    if any(" less " in row.text("route") for row in ordered):
        ends = set()  # differences of effects are written in full
    one = next(iter(ends)) if len(ends) == 1 else ""
    dots = [_effect(words, row, one) for row in ordered[:MOST]]
    known = [v for dot in dots for v in (dot.low, dot.high, dot.value) if not math.isnan(v)]
    edge = math.ceil(10 * max([abs(value) for value in known] + [0.1])) / 10
    alt = said(words, "structure.effects.alt")
    drawn = dot_plot(dots, alt, low=-edge, high=edge, line=0.0)
    given = {"n": str(sum(dot.strong for dot in dots)), "all": str(len(ordered))}
    key = "structure.effects.title.one" if one else "structure.effects.title"
    title = said(words, key, outcome=words.name(one), **given)
    return Picture(f"effects-{model}", title, drawn, alt, said(words, "structure.effects.note"))


def _size(row: Row) -> float:
    std = row.value("std_all")
    return row.value("est") if math.isnan(std) else std


def _effect(words: Words, row: Row, outcome: str) -> Dot:
    """Return an effect in standard deviations: its limits are scaled as its estimate is."""
    est, std = row.value("est"), row.value("std_all")
    low, high = (row.value(name) for name in limits(row))
    ratio = std / est if est and not math.isnan(std) else 1.0
    route = words.route(row.text("route"))
    tip = f"{route}: {written(est)} [{written(low)}, {written(high)}]"
    name = _short(words, row) if outcome else route
    return Dot(name, est * ratio, low * ratio, high * ratio, bool(shown_sign(row)), tip)


def _short(words: Words, row: Row) -> str:
    """Return where an effect begins and what it runs through; its end stands in the title."""
    codes = [part.strip() for part in row.text("route").split("->")]
    if len(codes) > 2:
        through = " → ".join(words.name(code) for code in codes[1:-1])
        return said(words, "structure.effects.via", cause=words.name(codes[0]), through=through)
    kind = "structure.effects.all" if row.text("kind") == _ALL else "structure.effects.other"
    return said(words, kind, cause=words.name(codes[0]))


def explained(words: Words, rows: Sequence[Row], model: str, last: str) -> Picture | None:
    """Return R-square of every outcome with its limits; None where there is none.

    Parameters
    ----------
    words
        Puts it into words.
    rows
        Columns ``variable, r_square, lower, upper``.
    model
        Its id.
    last
        The variable that the title names.
    """
    if not rows:
        return None
    row = next((row for row in rows if row.text("variable") == last), rows[-1])
    known = not math.isnan(row.value("lower"))
    given = {
        "outcome": words.name(row.text("variable")), "n": str(len(rows)),
        "share": f"{row.value('r_square'):.0%}",
    }  # fmt: skip
    if known:
        given |= {"low": f"{row.value('lower'):.0%}", "high": f"{row.value('upper'):.0%}"}
    key = "structure.explained.title" if known else "structure.explained.title.plain"
    alt = said(words, "structure.explained.alt", **given)
    dots = [_share(words, one) for one in rows]
    drawn = dot_plot(dots, alt, low=0.0, high=1.0, label="R²")
    note = said(words, "structure.explained.note")
    return Picture(f"explained-{model}", said(words, key, **given), drawn, alt, note)


def _share(words: Words, row: Row) -> Dot:
    value, low, high = (row.value(name) for name in ("r_square", "lower", "upper"))
    name = words.name(row.text("variable"))
    tip = f"{name}: {written(value, bare=True)} [{written(low, bare=True)}, "
    return Dot(name, value, low, high, tip=tip + f"{written(high, bare=True)}]")
