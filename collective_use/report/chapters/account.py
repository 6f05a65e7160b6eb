"""Decisions and exclusions, the methods text, and how the page was made."""

from __future__ import annotations

from collections.abc import Mapping

from collective_use.report.document import Block, Cell, Chapter, Column, Grid, Markdown
from collective_use.report.material import Material

_KINDS = (("decisions", "decision"), ("left_out", "left_out"), ("changed", "changed"),
          ("warnings", "warning"), ("notes", "note"))  # fmt: skip


def decisions(material: Material) -> Chapter:
    """Return every line of the account, and the cut-offs."""
    blocks: list[Block] = []
    for kind, key in _KINDS:
        entries = material.entries(kind)
        if entries:
            heads = tuple(
                Column(material.word(f"decisions.col.{name}"), numeric=name == "count")
                for name in ("where", "what", "count")
            )
            rows: list[tuple[Cell, ...]] = [
                (
                    material.told(entry.room),
                    entry.text,
                    material.told(f"{entry.count} {entry.of}") if entry.count else "",
                )
                for entry in entries
            ]
            title = material.word(f"decisions.table.{key}")
            blocks.append(Grid(title, heads, tuple(rows), file="run.json"))
    blocks.append(_cutoffs(material))
    finding = material.say("decisions.finding")
    return Chapter("decisions", material.word("chapter.decisions"), tuple(blocks), finding)


def _cutoffs(material: Material) -> Grid:
    known = material.account.get("cutoffs")
    rows: list[tuple[Cell, ...]] = [
        (str(name), f"{'≥' if rule['direction'] == 'at_least' else '≤'} {rule['value']:g}",
         material.told(str(rule["source"])))
        for name, rule in (known.items() if isinstance(known, Mapping) else ())
    ]  # fmt: skip
    heads = tuple(
        Column(material.word(f"decisions.col.{name}")) for name in ("name", "value", "source")
    )
    return Grid(material.word("decisions.cutoffs"), heads, tuple(rows), file="run.json")


def methods(material: Material) -> Chapter | None:
    """Return the draft of the methods section."""
    if not material.methods:
        return None
    text = material.methods.split("\n", 1)[1] if material.methods.startswith("# ") else ""
    blocks = (Markdown(text or material.methods),)
    finding = material.say("methods.finding")
    return Chapter("methods", material.word("chapter.methods"), blocks, finding)


def session(material: Material) -> Chapter:
    """Return versions, files that were read, and the tables of the run."""
    versions = material.account.get("versions")
    blocks: list[Block] = []
    if isinstance(versions, Mapping):
        heads = _heads(material, "name", "version")
        rows: list[tuple[Cell, ...]] = [(str(k), str(v)) for k, v in versions.items()]
        blocks.append(Grid(material.word("session.versions"), heads, tuple(rows)))
    inputs = material.account.get("inputs")
    if isinstance(inputs, list) and inputs:
        rows = [(str(one["name"]), f"{one['bytes']:,}", str(one["sha256"])) for one in inputs]
        heads = _heads(material, "name", "bytes", "hash")
        blocks.append(Grid(material.word("session.inputs"), heads, tuple(rows)))
    listed = [(name, f"{len(frame):,}") for name, frame in material.tables.items()]
    heads = _heads(material, "name", "rows")
    blocks.append(Grid(material.word("session.files"), heads, tuple(listed)))
    finding = material.say("session.finding")
    return Chapter("session", material.word("chapter.session"), tuple(blocks), finding)


def _heads(material: Material, *names: str) -> tuple[Column, ...]:
    return tuple(
        Column(material.word(f"session.col.{name}"), numeric=name in ("bytes", "rows"))
        for name in names
    )
