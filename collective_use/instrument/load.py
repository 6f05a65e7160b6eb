"""From YAML to a checked instrument; every problem is reported at once, with its place."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from pydantic import ValidationError

from collective_use.accepted import Plain, PlainDict
from collective_use.checks import nearest
from collective_use.errors import InstrumentError
from collective_use.instrument.check.all import check
from collective_use.instrument.check.context import EVERYTHING, Context
from collective_use.instrument.include import COLLECTIONS, assemble
from collective_use.instrument.messages import problems_of
from collective_use.instrument.model import Instrument
from collective_use.yaml_source.document import Document, Problem

_STAND_INS: PlainDict = {
    "schema": 1,
    "id": "unnamed",
    "version": "0",
    "title": {},
    "languages": ["en"],
}


def load_file(path: str | Path) -> Instrument:
    """Load an instrument file or folder.

    Parameters
    ----------
    path
        A YAML file, or a folder with ``instrument.yaml``.

    Raises
    ------
    InstrumentError
        With every problem as ``file:line:column: what was found, what would be right``.
    InputError
        When there is no such file or folder.
    """
    instrument, problems = examine(assemble(path))
    if problems or instrument is None:
        ordered = sorted(set(problems), key=lambda problem: (problem.position, problem.text))
        raise InstrumentError([str(problem) for problem in ordered])
    return instrument


def examine(document: Document) -> tuple[Instrument | None, list[Problem]]:
    """Check a document: its form first, then what its parts say about each other.

    Parts that are not well formed are set aside for the second step, so that one slip does
    not hide the others.

    Returns
    -------
    tuple
        The instrument, or None where its form is wrong, and all problems.
    """
    problems = list(document.problems)
    if not isinstance(document.value, dict):
        if not problems:
            text = "an instrument is a mapping that starts with 'schema: 1'"
            found = "nothing: the file is empty" if document.value is None else "something else"
            problems.append(Problem(document.at(()), f"{text}, found {found}"))
        return None, problems
    instrument, error = validated(document.value)
    problems += problems_of(error, document)
    context = _context(document, instrument, error)
    if context is not None:
        problems += check(context)
    return instrument, problems


def validated(value: PlainDict) -> tuple[Instrument | None, ValidationError | None]:
    """Validate plain values: exact types, as JSON has them (``no`` is no truth value)."""
    try:
        return Instrument.model_validate_json(json.dumps(value), strict=True), None
    except ValidationError as error:
        return None, error


def _context(
    document: Document, instrument: Instrument | None, error: ValidationError | None
) -> Context | None:
    if instrument is not None:
        return Context(instrument, document, {}, {})
    if error is None:
        return None
    value = dict(document.value)
    wrong: dict[str, set[int]] = defaultdict(set)
    lost: set[str | None] = set()
    for entry in error.errors(include_url=False):
        top, *rest = entry["loc"]
        if top in COLLECTIONS and rest and isinstance(rest[0], int):
            wrong[str(top)].add(rest[0])
        elif top in _STAND_INS:
            value[str(top)] = _STAND_INS[str(top)]
        else:
            value.pop(str(top), None)
            lost.add(str(top) if top in COLLECTIONS else nearest(str(top), COLLECTIONS))
    positions: dict[str, tuple[int, ...]] = {}
    broken = {name: frozenset((EVERYTHING,)) for name in lost if name is not None}
    if value.get("languages") != document.value.get("languages"):
        broken["languages"] = frozenset(("unknown",))
    for name, numbers in wrong.items():
        entries = value.get(name, [])
        positions[name] = tuple(n for n in range(len(entries)) if n not in numbers)
        broken[name] = broken.get(name, frozenset()) | set(_ids(entries[n] for n in numbers))
        value[name] = [entries[n] for n in positions[name]]
    whole, _ = validated(value)
    return None if whole is None else Context(whole, document, positions, broken)


def _ids(parts: Plain) -> list[str]:
    found = (part.get("id") if isinstance(part, dict) else None for part in parts)
    return [name for name in found if isinstance(name, str)]
