"""JSON files as tables of texts: one respondent a file, or a list of respondents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from collective_use.accepted import Plain, PlainMapping
from collective_use.checks import quoted
from collective_use.door.json import json_content
from collective_use.door.limits import LIMITS, check_table, regular_file
from collective_use.errors import ReadError
from collective_use.responses.files.encoding import decode
from collective_use.responses.files.raw import Raw, frame_of
from collective_use.responses.files.workbooks import cell_as_text

WEB = "collective-use answers"
"""What the files of our own web page call their format."""


def _leaf(value: Plain) -> str:
    return ("1" if value else "0") if isinstance(value, bool) else cell_as_text(value)


def flat(entry: PlainMapping, above: str = "") -> dict[str, str]:
    """Return nested answers as one level; several answers in one place are joined by ``;``.

    Examples
    --------
    >>> flat({"page": {"use1": 3}, "chk": ["1", "4"], "yes": True})
    {'page/use1': '3', 'chk': '1;4', 'yes': '1'}
    """
    found: dict[str, str] = {}
    for name, value in entry.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping):
            found |= flat(value, f"{path}/")
        elif isinstance(value, (list, tuple)):
            found[path] = ";".join(_leaf(part) for part in value if not isinstance(part, Mapping))
        else:
            found[path] = _leaf(value)
    return found


def _respondents(content: Plain, name: str) -> list[PlainMapping]:
    entries = content
    if isinstance(content, Mapping):
        lists = [value for value in content.values() if _is_table(value)]
        entries = lists[0] if lists and content.get("format") != WEB else [content]
    if not _is_table(entries):
        raise ReadError(
            f"{name}: a JSON export must be an object of answers or a list of them, "
            f"got {type(content).__name__}"
        )
    return list(entries)


def _is_table(value: Plain) -> bool:
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(part, Mapping) for part in value)


def _web(entry: PlainMapping, name: str) -> dict[str, str]:
    """Lay an answer file of the web page out: keys and answers beside its own fields."""
    for part in ("keys", "answers"):
        if not isinstance(entry.get(part, {}), Mapping):
            raise ReadError(
                f"{name}: {part!r} must hold names with values, got {quoted([entry[part]])}; "
                "the file was changed after it was saved"
            )
    own = {
        field: value
        for field, value in entry.items()
        if field not in ("answers", "keys", "format", "schema")
    }
    return {**flat(own), **flat(entry.get("keys", {})), **flat(entry.get("answers", {}))}


def read_json(paths: Sequence[Path], name: Path) -> Raw:
    """Read JSON files as one table; each file holds one respondent or a list.

    Raises
    ------
    ReadError
        When a file is no JSON, or not answers.
    """
    rows: list[dict[str, str]] = []
    files: list[str] = []
    web = False
    for path in paths:
        if not regular_file(path, most=LIMITS.json_bytes).is_file():
            raise ReadError(f"{path}: there is no such file")
        content = json_content(decode(path.read_bytes(), name=path.name).text, path.name)
        for entry in _respondents(content, path.name):
            ours = entry.get("format") == WEB
            web = web or ours
            rows.append(_web(entry, path.name) if ours else flat(entry))
            files.append(path.name)
    table = _table(rows, name, ("web",) if web else ())
    return replace(table, files=tuple(files)) if len(paths) > 1 else table


def _table(rows: Iterable[Mapping[str, str]], name: Path, notes: tuple[str, ...]) -> Raw:
    listed = list(rows)
    names = tuple(dict.fromkeys(column for row in listed for column in row))
    check_table(name.name, len(names), len(listed))
    columns = [[row.get(column, "") for row in listed] for column in names]
    return Raw(name, "json", names, frame_of(columns, len(listed)), notes=notes)
