"""What the YAML reader complains of, in plain words."""

from __future__ import annotations

import re

import yaml

from collective_use.yaml_source.document import Position, Problem

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


def translated(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Return a complaint of the YAML reader as a problem at its place, in plain words."""
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
