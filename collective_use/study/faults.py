"""What is wrong in study.yaml though its kinds are right: unknown cut-offs, empty texts."""

from __future__ import annotations

from collections.abc import Iterator

from collective_use.accepted import Plain, PlainMapping
from collective_use.checks import quoted
from collective_use.cutoffs import cutoffs_with
from collective_use.yaml_source.document import Document, Problem

_TEXTS = ("fill", "letterhead")
"""Parts whose texts may be empty: nothing is printed then."""


def empty_problems(values: PlainMapping, document: Document) -> list[Problem]:
    """Return where an empty text stands for a column, a file or a choice.

    Parameters
    ----------
    values
        The content of the file.
    document
        Where each part of it stands.
    """

    def below(value: Plain, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
        if isinstance(value, str) and not value:
            yield path
        pairs = value.items() if isinstance(value, dict) else ()
        for key, one in enumerate(value) if isinstance(value, list) else pairs:
            yield from below(one, (*path, key))

    asked = {key: value for key, value in values.items() if key not in _TEXTS}
    return [
        Problem(
            document.at(path),
            f"{_named(path)} must not be an empty text: leave the line out, or say what is meant",
        )
        for path in below(asked, ())
    ]


def _named(path: tuple[str | int, ...]) -> str:
    """Return the key that a value, or a list with it, stands under."""
    return next(key for key in reversed(path) if isinstance(key, str))


def cutoff_problems(values: PlainMapping, document: Document) -> list[Problem]:
    """Return the cut-offs of a study that there are not; arguments as in `empty_problems`."""
    given = values.get("cutoffs")
    if not isinstance(given, dict):
        return []
    known = cutoffs_with()
    return [
        Problem(
            document.at(("cutoffs", name), key=True),
            f"there is no cut-off {name!r}; there are {quoted(known, most=40)}",
        )
        for name in given
        if name not in known
    ]
