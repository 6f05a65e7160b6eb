"""One document from a head file and the fragments that it includes.

An instrument is one YAML file, or a folder with ``instrument.yaml``. The head file may list
fragments under ``include``; each holds collections whose lists are appended in that order.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from collective_use.accepted import Plain
from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError
from collective_use.instrument.model import Instrument
from collective_use.yaml_source.document import Document, Place, Position, Problem
from collective_use.yaml_source.read import read_yaml

_T = TypeVar("_T")

HEAD = "instrument.yaml"
COLLECTIONS = (
    "sources",
    "scales",
    "constructs",
    "measures",
    "items",
    "rosters",
    "forms",
    "models",
    "consent",
)
"""What a fragment may hold; everything else belongs to the head file."""
HEAD_KEYS = tuple(
    field.alias or name
    for name, field in Instrument.model_fields.items()
    if name not in COLLECTIONS
)


def assemble(path: str | Path) -> Document:
    """Read an instrument file or folder with everything it includes as one document.

    Parameters
    ----------
    path
        A YAML file, or a folder with ``instrument.yaml``.

    Returns
    -------
    Document
        Values without ``include``; every position names its own file.

    Raises
    ------
    InputError
        When there is no such file or folder.
    """
    head = Path(path)
    if head.is_dir():
        head = head / HEAD
        if not _is_file(head):
            raise InputError(f"{path}: an instrument folder holds {HEAD!r}, found none in it")
    document = read_yaml(head, shown=shown(head))
    return _Assembly(head, document).document()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror})") from error


def shown(path: Path) -> str:
    """Write a path as messages show it: relative to the working folder where it lies below.

    Examples
    --------
    >>> shown(Path.cwd() / "study" / "bank.yaml")
    'study/bank.yaml'
    """
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except (ValueError, OSError):
        return path.as_posix()


class _Assembly:
    def __init__(self, head: Path, document: Document) -> None:
        self.head = head
        self.first = document
        self.problems = list(document.problems)
        self.values: dict[Place, Position] = dict(document.values)
        self.keys: dict[Place, Position] = dict(document.keys)
        self.blocks: dict[Place, int] = dict(document.blocks)
        self.value: Plain = document.value
        self.seen = {head.resolve()}

    def document(self) -> Document:
        if isinstance(self.value, dict):
            self.value = dict(self.value)
            self._include(self.value.pop("include", None))
        return Document(
            self.first.file,
            self.value,
            self.values,
            self.keys,
            tuple(self.problems),
            self.blocks,
        )

    def _say(self, position: Position, text: str) -> None:
        self.problems.append(Problem(position, text))

    def _include(self, names: Plain) -> None:
        if names is None:
            return
        if not isinstance(names, list):
            text = f"include must be a list of file names, found {names!r}"
            self._say(self.first.at(("include",)), text)
            return
        for number, name in enumerate(names):
            fragment = self._fragment(name, self.first.at(("include", number)))
            if fragment is not None:
                self._append(fragment)

    def _fragment(self, name: Plain, position: Position) -> Document | None:
        if not isinstance(name, str):
            self._say(position, f"include must list file names, found {name!r}")
            return None
        folder = self.head.parent.resolve()
        file = (folder / name).resolve()
        if not file.is_relative_to(folder):
            self._say(position, f"include must stay inside the instrument's folder, found {name!r}")
            return None
        if file in self.seen:
            self._say(position, f"{name!r} is included already; include each file once")
            return None
        self.seen.add(file)
        try:
            document = read_yaml(file, shown=shown(file))
        except InputError:
            others = sorted(
                entry.relative_to(folder).as_posix() for entry in folder.rglob("*.yaml")
            )
            hint = did_you_mean(name, others)
            self._say(position, f"include names a file that cannot be read: {name!r}{hint}")
            return None
        self.problems.extend(document.problems)
        return document

    def _append(self, fragment: Document) -> None:
        if not isinstance(fragment.value, dict):
            if not fragment.problems:
                text = f"an included file must hold one or more of {quoted(COLLECTIONS)}"
                self._say(fragment.at(()), f"{text}, found {_kind(fragment.value)}")
            return
        for key, value in fragment.value.items():
            if key not in COLLECTIONS:
                self._refuse(fragment, key)
            elif isinstance(value, list):
                self._extend(fragment, key, value)
            else:
                text = f"{key} must be a list in an included file, found {_kind(value)}"
                self._say(fragment.at((key,)), text)

    def _refuse(self, fragment: Document, key: str) -> None:
        hint = did_you_mean(key, COLLECTIONS)
        text = f"an included file may hold {quoted(COLLECTIONS)}, found {key!r}{hint}"
        if key == "include":
            text = "only the head file may include others; list this file's fragments there"
        elif key in HEAD_KEYS:
            text = f"{key!r} belongs to the head file; move it there"
        self._say(fragment.at((key,), key=True), text)

    def _extend(self, fragment: Document, key: str, entries: list[Plain]) -> None:
        present = self.value.get(key)
        if present is None:
            present = self.value[key] = []
            self.values[(key,)] = fragment.at((key,))
            self.keys[(key,)] = fragment.at((key,), key=True)
        if not isinstance(present, list):
            return
        offset = len(present)
        self.value[key] = [*present, *entries]
        _moved(fragment.values, self.values, key, offset)
        _moved(fragment.keys, self.keys, key, offset)
        _moved(fragment.blocks, self.blocks, key, offset)


def _moved(source: Mapping[Place, _T], target: dict[Place, _T], key: str, offset: int) -> None:
    for place, what in source.items():
        if len(place) > 1 and place[0] == key and isinstance(place[1], int):
            target[(key, place[1] + offset, *place[2:])] = what


def _kind(value: object) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false"}
    if value is None:
        return "nothing"
    return names.get(type(value), f"the number {value!r}")
