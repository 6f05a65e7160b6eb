"""The words of forms by language: files that come along, and one that a study adds.

A language is added by a file like ``languages/en.yaml``. What a file does not say is said in
English, and named (`missing_words`), never left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter

import yaml

from collective_use.accepted import Plain
from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError
from collective_use.output import write_file
from collective_use.yaml_source.read import read_yaml

FOLDER = Path(__file__).parent / "languages"
BASE = "en"
_PARTS = ("name", "status", "words", "states", "gaps")


@dataclass(frozen=True, slots=True)
class Phrases:
    """What forms say in one language.

    Attributes
    ----------
    name
        The language in itself.
    words
        By the names of ``en.yaml``.
    states
        How far a wording has been tested.
    gaps
        What the gaps of texts are called, shown in drafts.
    status
        Who made the translation and how far it was looked at; "" where nothing is said.
    """

    name: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    gaps: Mapping[str, str] = field(default_factory=dict)
    status: str = ""


_ADDED: ContextVar[Mapping[str, Phrases]] = ContextVar("added phrases", default={})  # noqa: B039


@cache
def bundled() -> Mapping[str, Phrases]:
    """Return the phrases that come along, by language.

    Examples
    --------
    >>> bundled()["en"].words["total"]
    'Total'
    """
    return {path.stem: _read(path, path.stem, ())[1] for path in sorted(FOLDER.glob("*.yaml"))}


def phrases_of(language: str) -> tuple[Phrases, ...]:
    """Return where to look for words of a language: the study's file, its own, its family's.

    Examples
    --------
    >>> [found.name for found in phrases_of("zh-Hant")]
    ['中文']
    >>> phrases_of("xx")
    ()
    """
    asked = list(dict.fromkeys((language, language.split("-")[0])))
    sources = (_ADDED.get(), bundled())
    return tuple(source[name] for source in sources for name in asked if name in source)


def missing_words(languages: Sequence[str], names: Sequence[str]) -> dict[str, list[str]]:
    """Return the words that forms say in English, by language that lacks them.

    Examples
    --------
    >>> missing_words(["en", "xx"], ["total", "page"])
    {'xx': ['total', 'page']}
    """
    found = {
        language: [name for name in names if not any(name in p.words for p in phrases_of(language))]
        for language in languages
    }
    return {language: lacking for language, lacking in found.items() if lacking}


@contextmanager
def phrases_from(path: str | Path | None) -> Iterator[None]:
    """Let forms speak with the words of a file while the block runs; None changes nothing.

    Parameters
    ----------
    path
        A YAML file named after its language (``ar.yaml``, ``zh-Hant.yaml``), or a folder of them.

    Raises
    ------
    InputError
        When a file is missing, holds an unknown word, or a word lost its marks in braces.
    """
    if path is None:
        yield
        return
    place = Path(path)
    if not place.exists():
        raise InputError(
            f"phrases: there is no file {place}; begin one with `collective-use instrument phrases "
            f"{place.stem or 'ar'} --out {place}`"
        )
    files = sorted(place.glob("*.yaml")) if place.is_dir() else [place]
    names = tuple(bundled()[BASE].words)
    token = _ADDED.set(dict(_read(file, file.stem, names) for file in files))
    try:
        yield
    finally:
        _ADDED.reset(token)


def _read(path: Path, language: str, known: Sequence[str]) -> tuple[str, Phrases]:
    document = read_yaml(path)
    if document.problems:
        raise InputError("\n".join(str(problem) for problem in document.problems))
    whole = document.value if isinstance(document.value, Mapping) else {}
    wrong = [name for name in whole if name not in _PARTS]
    if wrong or not isinstance(whole.get("words"), Mapping):
        found = f", got {str(wrong[0])!r}" if wrong else ""
        raise InputError(f"{path}: must hold `words:` with `name: text` lines{found}")
    parts = {part: _texts(path, whole.get(part) or {}) for part in ("words", "states", "gaps")}
    for name in parts["words"] if known else ():
        _check(path, name, parts["words"][name], known)
    said = {part: str(whole.get(part) or "") for part in ("name", "status")}
    return language, Phrases(**said, **parts)  # type: ignore[arg-type]


def _texts(path: Path, part: Plain) -> dict[str, str]:
    if not isinstance(part, Mapping):
        raise InputError(f"{path}: must hold `name: text` lines, got {part!r}")
    # An empty line of a file that was begun and not finished says nothing yet.
    return {str(name): str(text) for name, text in part.items() if text is not None}


def _check(path: Path, name: str, text: str, known: Sequence[str]) -> None:
    if name not in known:
        raise InputError(
            f"{path}: words must be among {quoted(known, most=8)}, got {name!r}"
            f"{did_you_mean(name, known)}"
        )
    wanted = _marks(bundled()[BASE].words[name])
    if _marks(text) != wanted:
        marks = " and ".join(f"{{{mark}}}" for mark in sorted(wanted)) or "no mark in braces"
        raise InputError(f"{path}: the word {name!r} must hold {marks}, got {text!r}")


def _marks(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {text}


def phrase_template(language: str, path: str | Path | None = None) -> bytes:
    """Return a file to translate: every word with its English text, what is known filled in.

    Parameters
    ----------
    language
        The language's code, as instruments name it.
    path
        Where to write it, too.

    Raises
    ------
    OutputError
        When the file cannot be written.

    Examples
    --------
    >>> b"# Total" in phrase_template("pt")
    True
    """
    known = {n: text for p in reversed(phrases_of(language)) for n, text in p.words.items()}
    name = next((found.name for found in phrases_of(language)), "")
    head = (
        f"# The words of forms in {language!r}. Write each below its English text; what stays\n"
        "# empty is said in English. {Marks in braces} stay as they are. Use it with --phrases.\n"
    )
    lines = [head, _line("name", name), "words:\n"]
    for word, text in bundled()[BASE].words.items():
        lines.append(f"  # {text}\n  {_line(word, known.get(word, ''))}")
    content = "".join(lines).encode("utf-8")
    if path is not None:
        write_file(Path(path), content)
    return content


def _line(name: str, text: str) -> str:
    if not text:
        return f"{name}:\n"
    return str(yaml.safe_dump({name: text}, allow_unicode=True, width=10_000))
