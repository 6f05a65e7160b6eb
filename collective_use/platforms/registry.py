"""The one table of platforms: files in `known`, files of other packages, the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from pydantic import ValidationError

from collective_use.accepted import Given, Plain
from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError
from collective_use.instrument.messages import problems_of
from collective_use.platforms.profile import Platform
from collective_use.yaml_source.document import Document, Problem
from collective_use.yaml_source.read import read_yaml

KNOWN = Path(__file__).parent / "known"
PROFILES = "collective_use.profiles"
"""Entry points that name a platform file: a path, or plain values."""
READERS = "collective_use.readers"
"""Entry points that name a reader class."""
ENDINGS = (".yaml", ".yml")


def read_platforms(path: str | Path, *, shown: str | None = None) -> tuple[Platform, ...]:
    """Read a platform file: one platform, or a list of them.

    Parameters
    ----------
    path
        The file.
    shown
        Its name in messages.

    Raises
    ------
    InputError
        Naming the file, the line, what was found and what would be right.

    Examples
    --------
    >>> [platform.name for platform in read_platforms(KNOWN / "jotform.yaml")]
    ['Jotform']
    """
    document = read_yaml(path, shown=shown)
    problems = list(document.problems)
    found, more = _platforms(document)
    problems += more
    if not found and not problems:
        start = document.at(())
        problems.append(Problem(start, "a platform is a mapping that begins with 'id:'"))
    if problems:
        raise InputError("\n".join(str(problem) for problem in sorted(set(problems), key=str)))
    return found


def _platforms(document: Document) -> tuple[tuple[Platform, ...], list[Problem]]:
    value = document.value
    entries = value if isinstance(value, list) else [] if value is None else [value]
    found: list[Platform] = []
    problems: list[Problem] = []
    for place, entry in enumerate(entries):
        try:
            found.append(Platform.model_validate(entry))
        except ValidationError as error:
            inside = (place,) if isinstance(value, list) else ()
            problems += problems_of(error, _part(document, inside), Platform, "the platform")
    return tuple(found), problems


def _part(document: Document, place: tuple[int, ...]) -> Document:
    """Return one entry of a list as a document of its own, with its positions."""
    if not place:
        return document
    size = len(place)

    def cut(positions: Mapping[Given, Given]) -> dict[Given, Given]:
        return {way[size:]: at for way, at in positions.items() if way[:size] == place}

    return Document(
        document.file, document.value[place[0]], cut(document.values), cut(document.keys)
    )


@cache
def platforms() -> tuple[Platform, ...]:
    """Return every platform that is known: the package's own, then those of other packages.

    Raises
    ------
    InputError
        When two rows share an id, or a row of another package is wrong.

    Examples
    --------
    >>> {"qualtrics", "wenjuanxing", "plain"} <= {platform.id for platform in platforms()}
    True
    """
    found = [platform for path in sorted(KNOWN.glob("*.yaml")) for platform in _of_file(path)]
    for entry in entry_points(group=PROFILES):
        found += _from_outside(entry.name, entry.load())
    twice = _repeated(platform.id for platform in found)
    if twice:
        raise InputError(f"each platform must stand once in the table, twice are {quoted(twice)}")
    return tuple(found)


def _of_file(path: Path) -> tuple[Platform, ...]:
    """Return the platform of a file in `known`, whose name says which one it holds."""
    found = read_platforms(path)
    for platform in found:
        if platform.id != path.stem:
            raise InputError(
                f"{path.name}: id must be the file's name, {path.stem!r}, got {platform.id!r}: "
                "instruments name platforms by these files"
            )
    return found


def _from_outside(name: str, value: Plain) -> tuple[Platform, ...]:
    """Return what an entry point brings: the path of a file, or plain values."""
    if isinstance(value, (str, Path)):
        return read_platforms(value, shown=f"{PROFILES} {name}: {Path(value).name}")
    document = Document(f"{PROFILES} {name}", value)
    found, problems = _platforms(document)
    if problems or not found:
        raise InputError("\n".join(str(p) for p in problems) or f"{name} brings no platform")
    return found


def _repeated(words: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [word for word in words if word in seen or seen.add(word)]  # type: ignore[func-returns-value]


def is_file(wanted: str) -> bool:
    """Tell whether a platform is named by a file of the user's.

    Examples
    --------
    >>> is_file("qualtrics"), is_file("our_portal.yaml")
    (False, True)
    """
    return wanted.lower().endswith(ENDINGS)


def find_platform(name: str, more: Iterable[str] = ()) -> Platform | None:
    """Return a platform by its id; None where one of `more` has that name.

    Raises
    ------
    InputError
        When nothing has that name; the message lists the names and the nearest.

    Examples
    --------
    >>> find_platform("qualtrics").name
    'Qualtrics'
    """
    table = {platform.id: platform for platform in platforms()}
    if name in table:
        return table[name]
    extra = list(more)
    if name in extra:
        return None
    names = list(dict.fromkeys([*table, *extra]))
    raise InputError(
        f"platform must be one of {quoted(names, most=60)}, or a platform file (.yaml), "
        f"got {name!r}{did_you_mean(name, names)}"
    )
