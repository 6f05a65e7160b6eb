"""The measures of a study for a terminal: names beside codes, rules under the table."""

from __future__ import annotations

import math

from collective_use.accepted import Plain
from collective_use.instrument.model import SHARED
from collective_use.phrases import told
from collective_use.platforms.columns import form_items
from collective_use.report.material import Material
from collective_use.report.rows import Row
from collective_use.report.sentences import plain_text
from collective_use.report.verdicts import NOT_COMPUTED, listed, verdict_word
from collective_use.results import Table

_RULES = ("supported", "differences", "no evidence", "withheld", "cannot")
_LONGEST = 34


def measure_tables(material: Material, digits: int) -> tuple[Table, ...]:
    """Return measures that members share, the other ones, and what was not computed.

    Parameters
    ----------
    material
        Tables, as others see them or exact.
    digits
        Decimals.
    """
    rows = list(material.rows("measures.csv"))
    computed = [row for row in rows if row.text("verdict") != NOT_COMPUTED]
    shared = [row for row in computed if row.text("composition") in SHARED]
    other = [row for row in computed if row.text("composition") not in SHARED]
    silent = [row for row in rows if row.text("verdict") == NOT_COMPUTED]
    tables = []
    if shared:
        tables.append(_shared(material, shared, digits))
    if other:
        tables.append(_other(material, other))
    if silent:
        tables.append(_silent(material, silent))
    return tuple(tables)


def short_name(material: Material, code: str) -> str:
    """Return the name of a measure; a long one is cut at a blank."""
    name = material.name(code)
    if len(name) <= _LONGEST:
        return name
    return name[: _LONGEST - 1].rsplit(" ", 1)[0] + " …"


def _shared(material: Material, rows: list[Row], digits: int) -> Table:
    columns = ("measure", "name", "items", "alpha", "rwg", "over", "icc1", "icc2", "verdict")
    cut = material.cutoff("rwg_j")
    over = plain_text(material.say("terminal.col.over", cut=f"{cut:.2f}"))
    heads = tuple(
        over if name == "over" else material.word(f"terminal.col.{name}") for name in columns
    )
    cells = tuple(_shared_row(material, row) for row in rows)
    notes = (
        material.word("terminal.legend.rwg"), material.word("terminal.legend.icc"),
        *_rules(material, rows),
    )  # fmt: skip
    return Table(material.word("terminal.shared"), heads, cells, notes, digits)


def _shared_row(material: Material, row: Row) -> tuple[Plain, ...]:
    index = "rwg_j" if row.value("rwg_j_median") == row.value("rwg_j_median") else "rwg"
    share = row.value(f"{index}_share")
    code = row.text("measure")
    return (
        code, short_name(material, code), _items(material, row),
        *(_known(row.value(name)) for name in ("alpha", f"{index}_median")),
        "" if math.isnan(share) else f"{share:.0%}",
        *(_known(row.value(name)) for name in ("icc1_reml", "icc2")),
        verdict_word(row.text("verdict"), material),
    )  # fmt: skip


def _items(material: Material, row: Row) -> str:
    """Return how many items a measure has in the answers, of those that were asked."""
    bank, form = material.instrument, material.setting("settings", "form")
    items = next((part.items for part in bank.measures if part.id == row.text("measure")), ())
    if isinstance(form, str):
        asked = form_items(bank.get_form(form))
        items = tuple(name for name in items if name in asked) or items
    there = int(row.value("items")) if row.value("items") == row.value("items") else 0
    return str(there) if there >= len(items) else f"{there}/{len(items)}"


def _rules(material: Material, rows: list[Row]) -> tuple[str, ...]:
    """Return what the words of the table ask for; a cut-off's source stands where it is first."""
    words = [row.text("verdict") for row in rows]
    notes: list[str] = []
    for start in _RULES:
        if any(word.startswith(start) for word in words):
            rules = {name: _rule(material, name, bare=bool(notes)) for name in ("rwg_j", "icc1")}
            notes.append(material.word(f"terminal.rule.{start}").format(**rules))
    if any(word.endswith("null only") for word in words):
        notes.append(material.word("terminal.rule.null"))
    return tuple(notes)


def _rule(material: Material, name: str, *, bare: bool) -> str:
    value = f"≥ {material.cutoff(name):g}"
    whole = f"{value} ({material.cutoff_source(name)})"
    return value if bare else told(material.language, whole)


def _other(material: Material, rows: list[Row]) -> Table:
    columns = ("measure", "name", "composition", "value", "groups", "mean", "sd")
    heads = tuple(material.word(f"terminal.col.{name}") for name in columns)
    cells = tuple(
        (
            row.text("measure"), short_name(material, row.text("measure")),
            material.phrases.term("composition", row.text("composition")),
            row.text("index") or material.word("terminal.reported"),
            *_spread(material, row.text("measure")),
        )
        for row in rows
    )  # fmt: skip
    note = material.word("terminal.other.note")
    return Table(material.word("terminal.other"), heads, cells, (note,), digits=2)


def _spread(material: Material, measure: str) -> tuple[int, float | None, float | None]:
    values = material.table("groups.csv").get(measure)
    if values is None or not values.notna().any():
        return 0, None, None
    known = values.dropna().astype(float)
    return len(known), float(known.mean()), float(known.std(ddof=1)) if len(known) > 1 else None


def _silent(material: Material, rows: list[Row]) -> Table:
    why: dict[str, list[str]] = {}
    for row in rows:
        code = row.text("measure")
        named = code if material.name(code) == code else f"{material.name(code)} ({code})"
        why.setdefault(row.text("explanation"), []).append(named)
    cells = tuple((reason, listed(names, material, 12)) for reason, names in why.items())
    heads = (material.word("terminal.col.why"), material.word("terminal.col.measures"))
    return Table(material.word("terminal.silent"), heads, cells)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
