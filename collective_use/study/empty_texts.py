"""Empty texts in study.yaml: no column, no file and no choice is called so."""

from __future__ import annotations

from collections.abc import Iterator

from collective_use.accepted import Plain, PlainMapping
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
