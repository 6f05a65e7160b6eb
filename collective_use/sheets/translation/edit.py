"""Changing single texts inside YAML files; comments, order and layout stay as they are."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass

import yaml

from collective_use.accepted import YamlEvent
from collective_use.errors import InputError
from collective_use.yaml_source.document import Position
from collective_use.yaml_source.read import parse_yaml


@dataclass(frozen=True, slots=True)
class Scalar:
    """Where a scalar stands in a file, by character, and how it is written."""

    start: int
    end: int
    style: str | None
    flow: bool


@dataclass(frozen=True, slots=True)
class Edit:
    """One change in one file.

    Attributes
    ----------
    position
        Where the scalar starts that is replaced or, with `key`, that the new line follows.
    column
        The column of the key in the mapping, from 1.
    text
        The new text.
    key
        A new key to put behind the scalar; empty to replace the scalar.
    """

    position: Position
    column: int
    text: str
    key: str = ""


def edited(source: str, edits: list[Edit]) -> str:
    """Return a YAML file with some of its texts changed.

    Raises
    ------
    InputError
        When a text cannot be changed without touching what stands around it.

    Examples
    --------
    >>> from collective_use.yaml_source.document import Position
    >>> source = "text:\\n  en: Often  # a comment\\n"
    >>> print(edited(source, [Edit(Position("x", 2, 7), 3, "Very often")]), end="")
    text:
      en: Very often  # a comment
    """
    mark = "\ufeff" if source.startswith("\ufeff") else ""
    text = source.removeprefix("\ufeff")
    newline = "\r\n" if "\r\n" in text else "\n"
    scalars = _scalars(text)
    changes = []
    for edit in edits:
        scalar = scalars.get((edit.position.line, edit.position.column))
        if scalar is None:
            raise InputError(
                f"{edit.position}: the text is not written in a way that can be edited"
            )
        changes.append(_change(text, edit, scalar, newline))
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return mark + text


def _scalars(text: str) -> dict[tuple[int, int], Scalar]:
    """Find every scalar by line and column; the pure reader counts characters exactly."""
    found = {}
    flows: list[bool] = []
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            flows.append(bool(event.flow_style))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            flows.pop()
        elif isinstance(event, yaml.ScalarEvent):
            first: YamlEvent = event.start_mark
            last: YamlEvent = event.end_mark
            start, end = first.index, last.index
            if event.style in ("|", ">"):
                end = start + len(text[start:end].rstrip())
            place = (first.line + 1, first.column + 1)
            found[place] = Scalar(start, end, event.style or None, bool(flows and flows[-1]))
    return found


def _change(text: str, edit: Edit, scalar: Scalar, newline: str) -> tuple[int, int, str]:
    indent = " " * (edit.column - 1)
    if not edit.key:
        header = text[scalar.start : scalar.end].split("\n")[0]
        if scalar.style in ("|", ">") and "#" in header:
            raise InputError(
                f"{edit.position}: a comment stands behind '{header.split()[0]}'; move it to a "
                "line of its own so that the text can be changed without losing it"
            )
        new = _written(edit.text, scalar.style, indent, flow=scalar.flow, where=edit.position)
        return scalar.start, scalar.end, new.replace("\n", newline)
    style = scalar.style if scalar.style in (">", None) else None
    new = _written(edit.text, style, indent, flow=scalar.flow, where=edit.position)
    if scalar.flow:
        return scalar.end, scalar.end, f", {edit.key}: {new}"
    end = text.find("\n", scalar.end)
    end = len(text) if end < 0 else end - (text[end - 1] == "\r")
    return end, end, f"\n{indent}{edit.key}: {new}".replace("\n", newline)


def _written(text: str, style: str | None, indent: str, *, flow: bool, where: Position) -> str:
    """Return the first way of writing a text that reads back as it is, its old way first."""
    ways = [_as_style(text, style, indent, flow=flow), _quoted(text), json.dumps(text)]
    if not flow:
        ways.insert(1, _as_style(text, None, indent, flow=False))
    else:
        ways.insert(1, json.dumps(text, ensure_ascii=False))
    ways.insert(-1, json.dumps(text, ensure_ascii=False))
    for way in ways:
        if way is not None and _reads_back(way, text, indent, flow=flow):
            return way
    raise InputError(f"{where}: this text cannot be written into the file: {text[:60]!r}")


def _as_style(text: str, style: str | None, indent: str, *, flow: bool) -> str | None:
    inner = "\n" + indent + "  "
    lines = textwrap.wrap(
        text, max(40, 98 - len(indent)), break_long_words=False, break_on_hyphens=False
    )
    if style == "|":
        return "|-" + "".join(inner + line for line in text.split("\n"))
    if style == ">":
        return ">-" + "".join(inner + line for line in lines)
    if style == "'":
        return _quoted(text)
    if style == '"':
        return json.dumps(text, ensure_ascii=False)
    if flow or len(text) < 96 - len(indent) or len(lines) < 2:
        return text
    return ">-" + "".join(inner + line for line in lines)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _reads_back(way: str, text: str, indent: str, *, flow: bool) -> bool:
    if "\n" in way and flow:
        return False
    snippet = f"{{k: {way}, l: 1}}\n" if flow else f"{indent}k: {way}\n{indent}l: 1\n"
    document = parse_yaml(snippet)
    return not document.problems and bool(document.value == {"k": text, "l": 1})
