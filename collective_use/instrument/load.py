"""From YAML to a checked instrument; every problem is reported at once, with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from collective_use.errors import InstrumentError
from collective_use.instrument.include import assemble
from collective_use.instrument.messages import problems_of
from collective_use.instrument.model import Instrument
from collective_use.yaml_source import Document, Problem


def load_file(path: str | Path) -> Instrument:
    """Load an instrument file or folder.

    Raises
    ------
    InstrumentError
        With every problem as ``file:line:column: what was found, what would be right``.
    InputError
        When there is no such file or folder.
    """
    document = assemble(path)
    instrument, problems = examine(document)
    if problems or instrument is None:
        ordered = sorted(set(problems), key=lambda problem: (problem.position, problem.text))
        raise InstrumentError([str(problem) for problem in ordered])
    return instrument


def examine(document: Document) -> tuple[Instrument | None, list[Problem]]:
    """Check a document: its form first, then what its parts say about each other."""
    problems = list(document.problems)
    if not isinstance(document.value, dict):
        if not problems:
            text = "an instrument is a mapping that starts with 'schema: 1', found none"
            problems.append(Problem(document.at(()), text))
        return None, problems
    instrument, errors = validated(document.value)
    problems += problems_of(errors, document)
    return instrument, problems


def validated(value: dict[str, Any]) -> tuple[Instrument | None, ValidationError | None]:
    """Validate plain values: exact types, as JSON has them (``no`` is no truth value)."""
    try:
        return Instrument.model_validate_json(json.dumps(value), strict=True), None
    except ValidationError as error:
        return None, error
