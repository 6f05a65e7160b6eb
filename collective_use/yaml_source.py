"""YAML with positions, for instruments, studies and column maps.

A document is read event by event, so that every key and every value keeps its line and
column, and so that nothing but plain words, numbers, lists and mappings can come out: no
tags, no objects, no aliases that multiply. Words follow YAML 1.2: ``no``, ``on`` and ``off``
stay words. What is wrong is collected, not raised, so that a reader hears everything at once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from collective_use.errors import InputError

MOST_BYTES = 10_000_000
"""Files above this size are refused: an item bank of 2,000 items has about one million."""

MOST_NODES = 500_000
DEEPEST = 40

Place = tuple[str | int, ...]
"""The way to a value: keys and list positions from the top."""

_WORDS: dict[str, bool | None] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True)
_WORDS |= dict.fromkeys(("false", "False", "FALSE"), False)
_WHOLE = re.compile(r"^[-+]?[0-9]{1,300}$")
_FLOAT = re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?$")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file; lines and columns are counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a place: what was found and what would be right."""

    position: Position
    text: str

    def __str__(self) -> str:
        return f"{self.position}: {self.text}"


@dataclass(frozen=True)
class Document:
    """A YAML document as plain values, with the position of each.

    Attributes
    ----------
    file
        The file's name as shown in messages.
    value
        Mappings with text keys, lists, text, numbers, true, false and None.
    values, keys
        Positions of values, and of the keys that lead to them, by place.
    problems
        What could not be read, in the order of the file.
    blocks
        For texts below ``|``, the spaces they are indented by.
    """

    file: str
    value: Any
    values: Mapping[Place, Position] = field(default_factory=dict)
    keys: Mapping[Place, Position] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    blocks: Mapping[Place, int] = field(default_factory=dict)

    def inside(self, place: Place, line: int, column: int) -> Position:
        """Return the position of a line and column inside a text below ``|``.

        Examples
        --------
        >>> str(parse_yaml("a: |\\n  x ~ y\\n  z", "x.yaml").inside(("a",), 2, 1))
        'x.yaml:3:3'
        """
        start = self.at(place)
        if place not in self.blocks:
            return start
        return Position(start.file, start.line + line, self.blocks[place] + column)

    def at(self, place: Place, *, key: bool = False) -> Position:
        """Return the position of a value, or of its key; of what holds it when it is not there.

        Examples
        --------
        >>> str(parse_yaml("a:\\n  - b: 1\\n", "x.yaml").at(("a", 0, "c")))
        'x.yaml:2:5'
        """
        if key and place in self.keys:
            return self.keys[place]
        for end in range(len(place), -1, -1):
            if place[:end] in self.values:
                return self.values[place[:end]]
        return Position(self.file, 1, 1)


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


def plain_scalar(text: str) -> Any:
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


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Composer:
    """Builds plain values from YAML events and notes positions and problems on the way."""

    def __init__(self, text: str, file: str, loader: Any = None) -> None:
        self.file = file
        self.text = text
        self.loader = loader or _LOADER
        self.values: dict[Place, Position] = {}
        self.keys: dict[Place, Position] = {}
        self.blocks: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self.nodes = 0
        self.events: Any = iter(())

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
            self.problems.append(_translated(error, self.text, self.file))
        found = tuple(sorted(self.problems, key=lambda problem: problem.position))
        return Document(self.file, value, self.values, self.keys, found, self.blocks)

    def _say(self, position: Position, text: str) -> None:
        self.problems.append(Problem(position, text))

    def _position(self, event: Any) -> Position:
        mark = event.start_mark
        return Position(self.file, mark.line + 1, mark.column + 1)

    def _documents(self) -> Any:
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

    def _node(self, event: Any, place: Place) -> Any:
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

    def _scalar(self, event: Any, position: Position) -> Any:
        if _SURROGATE.search(event.value):
            self._say(position, "half of a two-part character is here; write the character itself")
            return None
        return event.value if event.style else plain_scalar(event.value)

    def _sequence(self, place: Place) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            values.append(self._node(event, (*place, len(values))))
        return values

    def _mapping(self, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
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

    def _without_colon(self, key: Any, value: Any) -> bool:
        """Tell the rest of a text that a comma cut off from an entry: ``{de: a, b}``."""
        if value.value or value.style or value.tag or value.anchor or key.style:
            return False
        lines = self._lines
        if key.end_mark.line >= len(lines):
            return False
        behind = lines[key.end_mark.line][key.end_mark.column :].lstrip()
        return behind.startswith((",", "}"))

    def _key(self, event: Any, position: Position) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._say(position, "a key must be a word, found a list, a mapping or an alias")
            raise _Stop
        if event.value == "<<" and not event.style:
            self._say(position, "the merge key '<<' is not allowed here; write the values out")
        elif not event.value:
            self._say(position, "a key is empty; write a word before the colon")
        return str(event.value)


_TRANSLATIONS: tuple[tuple[str, str], ...] = (
    ("mapping values are not allowed", "a colon stands where a value goes on; put the text"
     " in quotes, or mend the indentation"),
    ("did not find expected '-' indicator|expected <block end>, but found '<block mapping start>'"
     "|did not find expected key|expected <block end>",
     "the indentation does not fit the lines above, or a quotation mark or bracket is missing"),
    ("could not find expected ':'", "a key without its colon; write 'key: value'"),
    ("found unexpected end of stream", "the file ends inside a text in quotes;"
     " a closing quotation mark is missing"),
    ("did not find expected ',' or", "a bracket is open; a comma or the closing bracket"
     " is missing. If the text holds a comma or colon, put it in quotes"),
    ("expected ',' or", "a bracket is open; a comma or the closing bracket is missing."
     " If the text holds a comma or colon, put it in quotes"),
    ("did not find expected node content|expected the node content",
     "a value is expected, found the end of a list or mapping"),
    ("found unknown escape|escape sequence", "a backslash in double quotes starts an escape;"
     " write '\\\\' for a backslash, or use single quotes"),
    ("control characters|special characters|unacceptable character",
     "a control character that YAML does not allow; remove it"),
    ("found undefined tag handle|while (parsing|scanning) a tag|tag URI",
     "a word starts with '!', which marks a tag; put it in quotes"),
    ("undefined alias|scanning an alias", "a word starts with '*', which marks an alias;"
     " put it in quotes"),
    ("scanning an anchor", "a word starts with '&', which marks an anchor; put it in quotes"),
    ("block scalar|chomping", "after '|' or '>' the text starts on the next line, indented"),
    ("document start", "text follows where the document has ended; mend the indentation"),
    ("mapping keys are not allowed", "a question mark stands alone; put the text in quotes"),
    ("sequence entries are not allowed", "a list entry stands where a value goes on; start it on"
     " the next line"),
    ("unexpected ':'", "a colon inside brackets; put the text in quotes"),
    ("directive", "a line starts with '%', which marks a directive; put it in quotes"),
)  # fmt: skip


def _translated(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    position = Position(file, mark.line + 1, mark.column + 1) if mark else Position(file, 1, 1)
    if mark is None:
        position = _reader_position(error, text, file)
    found = " ".join(
        str(part)
        for part in (getattr(error, "context", None), getattr(error, "problem", None))
        if part
    ) or str(error)
    lines = text.splitlines()
    line = lines[position.line - 1] if position.line <= len(lines) else ""
    if "cannot start any token" in found:
        return Problem(position, _bad_start(line[position.column - 1 : position.column], lines))
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return Problem(position, _bad_start("\t", lines))
    for pattern, plain in _TRANSLATIONS:
        if re.search(pattern, found):
            return Problem(position, plain)
    return Problem(position, f"this is not YAML: {found}")


def _bad_start(character: str, lines: list[str]) -> str:
    if character == "\t":
        tabbed = [
            n
            for n, line in enumerate(lines, 1)
            if line[: len(line) - len(line.lstrip())].count("\t")
        ]
        where = f" (tabs start the lines {_listed(tabbed)})" if len(tabbed) > 1 else ""
        return f"a tab is used for indentation; use spaces{where}"
    return f"a word starts with {character!r}, which YAML keeps for itself; put it in quotes"


def _listed(numbers: list[int], most: int = 8) -> str:
    text = ", ".join(str(number) for number in numbers[:most])
    return text if len(numbers) <= most else f"{text} and {len(numbers) - most} more"


def _reader_position(error: yaml.YAMLError, text: str, file: str) -> Position:
    """Find the place of a character that the reader refused: it gives an offset only."""
    match = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]", text)
    if match is None:
        return Position(file, 1, 1)
    before = text[: match.start()]
    return Position(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
