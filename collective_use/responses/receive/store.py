"""Answers handed in: checked, then one file each, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from collective_use.accepted import Plain, PlainDict, PlainMapping
from collective_use.errors import InputError, OutputError
from collective_use.file_names import safe_names
from collective_use.output import write_file
from collective_use.responses.files.json import WEB

_ID = re.compile(r"[0-9a-f]{32}")
_MAPPINGS = ("keys", "answers", "consent", "seconds")
_FIELDS = frozenset(
    name
    for names in (
        "format schema id instrument version form form_id language keys roster_codes",
        "roster_partners started finished duration seconds consent answers",
    )
    for name in names.split()
)


def checked(body: bytes, instrument: str | None = None) -> PlainDict:
    """Return an answer of the web page, or say why it is none.

    Parameters
    ----------
    body
        What was sent.
    instrument
        Take answers of this instrument only; None for any.

    Raises
    ------
    InputError
        When it is no JSON, no answer of the web page, or one of another instrument.

    Examples
    --------
    >>> checked(b"[]")
    Traceback (most recent call last):
    collective_use.errors.InputError: an answer must be an object, got list
    """
    try:
        content = json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        raise InputError("an answer must be JSON in UTF-8") from problem
    if not isinstance(content, dict):
        raise InputError(f"an answer must be an object, got {type(content).__name__}")
    if content.get("format") != WEB:
        raise InputError(f"an answer must have the format {WEB!r}")
    unknown = sorted(set(content) - _FIELDS)
    if unknown:
        raise InputError(f"an answer has no field {unknown[0][:40]!r}")
    for name in _MAPPINGS:
        _flat(name, content.get(name, {}))
    if instrument is not None and content.get("instrument") != instrument:
        raise InputError(f"answers of instrument {instrument!r} are taken here")
    return content


def _no_number(name: str) -> float:
    raise ValueError(name)


def _flat(name: str, value: Plain) -> None:
    """Refuse what no page of ours sends: objects within answers."""
    if not isinstance(value, Mapping):
        raise InputError(f"{name!r} of an answer must be an object")
    if any(isinstance(part, dict | list) for part in value.values()):
        raise InputError(f"{name!r} of an answer must hold plain values")


@dataclass
class Store:
    """A folder of answers, one file each.

    Attributes
    ----------
    folder
        Where the files go.
    instrument
        Take answers of this instrument only; None for any.
    most
        How many files the folder may hold.
    """

    folder: Path
    instrument: str | None = None
    most: int = 20_000

    def __post_init__(self) -> None:
        self._lock = Lock()
        if self.folder.exists() and not self.folder.is_dir():
            raise OutputError(
                f"the folder for the answers must be a folder, got the file {self.folder}"
            )
        self.taken = sum(1 for _ in self.folder.glob("answers-*.json"))

    def take(self, body: bytes) -> str:
        """Keep one answer; the same one sent again changes nothing.

        Returns
        -------
        str
            The name of its file.

        Raises
        ------
        InputError
            When it is no answer, or the folder is full.
        OutputError
            When the file cannot be written.
        """
        content = checked(body, self.instrument)
        name = self._name(content, body)
        with self._lock:
            if (self.folder / name).exists():
                return name
            if self.taken >= self.most:
                raise InputError(f"the folder holds {self.most} answers, as many as were allowed")
            write_file(self.folder / name, body)
            self.taken += 1
        return name

    def _name(self, content: PlainMapping, body: bytes) -> str:
        """Return a name from the codes and the content: no answer ever replaces another."""
        codes = "-".join(str(code) for code in content.get("keys", {}).values() if code)
        own = str(content.get("id", ""))
        mark = own if _ID.fullmatch(own) else ""
        same = hashlib.sha256(body).hexdigest()[:8]
        parts = ("answers", safe_names([codes])[codes][:60] if codes else "", mark[:12], same)
        return "-".join(part for part in parts if part) + ".json"
