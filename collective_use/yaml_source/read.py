"""YAML with positions, for instruments, studies and column maps.

A document is read event by event, so that every key and every value keeps its line and
column, and so that nothing but plain words, numbers, lists and mappings can come out: no
tags, no objects, no aliases that multiply. Words follow YAML 1.2: ``no``, ``on`` and ``off``
stay words. What is wrong is collected, not raised, so that a reader hears everything at once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import yaml

from collective_use.accepted import Plain, PlainDict, YamlEvent, YamlLoader
from collective_use.errors import InputError
from collective_use.yaml_source.document import Document, Place, Position, Problem
from collective_use.yaml_source.messages import translated

MOST_BYTES = 10_000_000
"""Files above this size are refused: an item bank of 2,000 items has about one million."""

MOST_NODES = 200_000
DEEPEST = 40

_WORDS: dict[str, bool | None] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True)
_WORDS |= dict.fromkeys(("false", "False", "FALSE"), False)
_WHOLE = re.compile(r"^[-+]?[0-9]{1,300}$")
_FLOAT = re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?$")
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Stop(Exception):
    """Reading cannot go on behind this point."""


def read_yaml(path: str | Path, *, shown: str | None = None) -> Document:
    """Read a YAML file; what is wrong inside it is collected in ``problems``.

    Parameters
    ----------
    path
        The file.
    shown
        Its name in messages; the path as given by default.

    Raises
    ------
    InputError
        When the file is missing, a folder or unreadable.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "study.yaml"
    >>> _ = file.write_text("answer: no", encoding="utf-8")
    >>> read_yaml(file).value
    {'answer': 'no'}
    """
    path = Path(path)
    name = shown or str(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputError(f"{name}: a YAML file is expected, found a folder")
        if not path.is_file():
            raise InputError(f"{name}: a YAML file is expected, found a device or pipe")
        if size > MOST_BYTES:
            text = f"the file has {size:,} bytes; at most {MOST_BYTES:,} are read"
            return Document(name, None, problems=(Problem(Position(name, 1, 1), text),))
        return parse_yaml(path.read_bytes(), name)
    except FileNotFoundError:
        raise InputError(f"{name}: a YAML file is expected, found no file of that name") from None
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"{name!r}: a YAML file is expected, found no path") from error
    except OSError as error:
        raise InputError(f"{name}: the file cannot be read ({error.strerror})") from error


def parse_yaml(source: str | bytes, file: str = "text") -> Document:
    """Read YAML from text or bytes; see `read_yaml`.

    Examples
    --------
    >>> document = parse_yaml("a: 1\\na: 2\\n", "x.yaml")
    >>> print(document.problems[0])
    x.yaml:2:1: the key 'a' is here twice (first in line 1); keep one of the two
    """
    text, problem = _decode(source, file)
    if problem:
        return Document(file, None, problems=(problem,))
    return _Composer(text, file).document()


def _decode(source: str | bytes, file: str) -> tuple[str, Problem | None]:
    if isinstance(source, str):
        return source.removeprefix("\ufeff"), None
    start = Position(file, 1, 1)
    if source[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "", Problem(start, "the file is in UTF-16; save it as UTF-8")
    try:
        return source.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        before = source[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        byte = f"0x{source[error.start]:02x}"
        found = f"the byte {byte} is not UTF-8; save the file as UTF-8"
        return "", Problem(Position(file, line, column), found)


def plain_scalar(text: str) -> Plain:
    """Read an unquoted word as YAML 1.2 does (core schema, without infinities).

    Examples
    --------
    >>> plain_scalar("no"), plain_scalar("true"), plain_scalar("3"), plain_scalar("0.5")
    ('no', True, 3, 0.5)
    """
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.match(text):
        return int(text)
    number = float(text) if _FLOAT.match(text) else math.inf
    return number if math.isfinite(number) else text


_LOADER: YamlLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Composer:
    """Builds plain values from YAML events and notes positions and problems on the way."""

    def __init__(self, text: str, file: str, loader: YamlLoader = None) -> None:
        self.file = file
        self.text = text
        self.loader = loader or _LOADER
        self.values: dict[Place, Position] = {}
        self.keys: dict[Place, Position] = {}
        self.blocks: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self.nodes = 0
        self.events: Iterator[YamlEvent] = iter(())

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.splitlines()

    def document(self) -> Document:
        value = None
        try:
            self.events = iter(yaml.parse(self.text, Loader=self.loader))
            value = self._documents()
        except _Stop:
            pass
        except yaml.YAMLError as error:
            self.problems.append(translated(error, self.text, self.file))
        found = tuple(sorted(self.problems, key=lambda problem: problem.position))
        return Document(self.file, value, self.values, self.keys, found, self.blocks)

    def _say(self, position: Position, text: str) -> None:
        self.problems.append(Problem(position, text))

    def _position(self, event: YamlEvent) -> Position:
        mark = event.start_mark
        return Position(self.file, mark.line + 1, mark.column + 1)

    def _documents(self) -> Plain:
        value, seen = None, False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if seen:
                    text = "a second document starts here; one file holds one document"
                    self._say(self._position(event), text)
                    raise _Stop
                seen = True
                value = self._node(next(self.events), ())
        return value

    def _node(self, event: YamlEvent, place: Place) -> Plain:
        position = self._position(event)
        self.nodes += 1
        if self.nodes > MOST_NODES or len(place) > DEEPEST:
            many = f"more than {MOST_NODES:,} values" if self.nodes > MOST_NODES else None
            self._say(position, f"the file has {many or f'more than {DEEPEST} levels'}")
            raise _Stop
        self.values[place] = position
        if isinstance(event, yaml.AliasEvent):
            text = f"the alias '*{event.anchor}' is not allowed here; write the value out"
            self._say(position, text)
            return None
        if event.anchor is not None:
            self._say(position, f"the anchor '&{event.anchor}' is not allowed here; remove it")
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._say(position, f"the tag '{tag}' is not allowed here; write the plain value")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(place)
        if event.style == "|":
            first = self._lines[position.line : position.line + 1] or [""]
            self.blocks[place] = len(first[0]) - len(first[0].lstrip(" "))
        return self._scalar(event, position)

    def _scalar(self, event: YamlEvent, position: Position) -> Plain:
        if _SURROGATE.search(event.value):
            self._say(position, "half of a two-part character is here; write the character itself")
            return None
        return event.value if event.style else plain_scalar(event.value)

    def _sequence(self, place: Place) -> list[Plain]:
        values: list[Plain] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            values.append(self._node(event, (*place, len(values))))
        return values

    def _mapping(self, place: Place) -> PlainDict:
        values: PlainDict = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            position = self._position(event)
            key = self._key(event, position)
            if key in values:
                first = self.keys[(*place, key)].line
                text = f"the key {key!r} is here twice (first in line {first}); keep one of the two"
                self._say(position, text)
                self._node(next(self.events), (*place, "", key))
                continue
            inside = next(self.events)
            if isinstance(inside, yaml.ScalarEvent) and self._without_colon(event, inside):
                text = f"{key!r} stands between commas without a key of its own; if the text"
                self._say(position, f"{text} before it holds a comma or colon, put it in quotes")
                continue
            self.keys[(*place, key)] = position
            values[key] = self._node(inside, (*place, key))
        return values

    def _without_colon(self, key: YamlEvent, value: YamlEvent) -> bool:
        """Tell the rest of a text that a comma cut off from an entry: ``{de: a, b}``."""
        if value.value or value.style or value.tag or value.anchor or key.style:
            return False
        lines = self._lines
        if key.end_mark.line >= len(lines):
            return False
        behind = lines[key.end_mark.line][key.end_mark.column :].lstrip()
        return behind.startswith((",", "}"))

    def _key(self, event: YamlEvent, position: Position) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._say(position, "a key must be a word, found a list, a mapping or an alias")
            raise _Stop
        if event.value == "<<" and not event.style:
            self._say(position, "the merge key '<<' is not allowed here; write the values out")
        elif not event.value:
            self._say(position, "a key is empty; write a word before the colon")
        return str(event.value)
