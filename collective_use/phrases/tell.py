"""Saying a sentence in another language: from its template, or read back from its English."""

from __future__ import annotations

import re
from functools import cache
from string import Formatter

from collective_use.phrases.book import Template, book_of, languages

__all__ = ["head_told", "languages", "said", "told"]

_ENDS = re.compile(r"(?<=[.?!:;…])\s+(?=[^a-z\s])|(?<=[;])\s+")
_PREFIX = re.compile(
    r"((?:[^\s:]+|(?:(?!\. )[^:\n])+\.[a-z]{2,8}|[^:\n]+)(?::\d+){1,2}|[^\s:]+"
    r"|(?:(?!\. )[^:\n])+\.[a-z]{2,8}"
    r"|'[^']*'(?:, '[^']*')*(?: and (?:'[^']*'|\d+ more))?): (?=\S)"
)
"""A file with or without a place in it, a name or quoted names: what a sentence is said of."""
_PLACED = re.compile(r"\S.*?:\d+:\d+: ")
"""A line that is a problem by itself."""
_AS_WRITTEN = frozenset(["command", "file", "folder", "out", "path", "place", "target"])
"""Gaps that hold no words: a folder may be called as something that we say."""
_WIDE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
_BETWEEN = re.compile(
    r"(?<=[\u3000-\u303f\uff00-\uffef]) +| +(?=[\u3000-\u303f\uff08-\uff0f])"
    r"|(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])"
)
_QUOTED = re.compile(r"'[^']*'(?:, '[^']*')+")


def said(language: str | None, text: str, **values: object) -> str:
    """Return a sentence in a language, with values put in.

    Parameters
    ----------
    language
        Two letters; English where None or where the language has no such sentence.
    text
        The English sentence, which names it.
    values
        What stands in its braces; sentences among them are told in the language, too.

    Examples
    --------
    >>> said("zh", "{n} persons.", n=3)
    '3人。'
    >>> said(None, "{n} persons.", n=3)
    '3 persons.'
    """
    found = book_of(language).counterpart(text) if language else None
    known = text if found is None else found
    if not values:
        return known
    inner = {
        name: told(language, value) if isinstance(value, str) else value
        for name, value in values.items()
    }
    return known.format(**inner)


def told(language: str | None, text: str) -> str:
    """Return a finished English text in a language.

    The text is held against the templates of the language: whole, by its lines, by its
    sentences. What stands in gaps is told in turn; what is not known stays as it is.

    Parameters
    ----------
    language
        Two letters; English where None.
    text
        One or several sentences, as the house prints them.

    Examples
    --------
    >>> told("zh", "export.csv: Preview and test rows.")
    'export.csv：预览和测试行。'
    >>> told("zh", "supported"), told(None, "supported")
    ('支持', 'supported')
    """
    bare = text.strip()
    if not language or language == "en" or not bare:
        return text
    start = text.index(bare)
    return f"{text[:start]}{_told(language, bare)}{text[start + len(bare) :]}"


def head_told(language: str | None, text: str) -> str:
    """Return the head of a column in a language; itself where none is known."""
    if not language:
        return text
    return book_of(language).heads.get(text) or told(language, text)


@cache
def _told(language: str, text: str) -> str:
    found = _whole(language, text)
    if found is not None:
        return found
    if _QUOTED.fullmatch(text):
        return text.replace("', '", said(language, "', '"))
    if "\n" in text:
        return _by_lines(language, text)
    return _by_sentences(language, text)


def _whole(language: str, text: str) -> str | None:
    """Return a text that the phrase files know as a whole."""
    book = book_of(language)
    known = book.exact.get(text) or book.cells.get(text)
    if known is not None:
        return known
    # a reason that became a sentence
    reason = book.exact.get(text[:1].lower() + text[1:].removesuffix("."))
    if reason is not None:
        return reason + (said(language, ".") if text.endswith(".") else "")
    found = _by_template(language, text)
    if found is None and text.endswith(".") and not _ENDS.search(text):
        found = _by_template(language, text[:-1])
        return None if found is None else found + said(language, ".")
    return found


def _by_template(language: str, text: str) -> str | None:
    for template in book_of(language).templates:
        hit = template.pattern.fullmatch(text) if template.anchor in text else None
        if hit:
            return _filled(language, template, hit)
    return None


def _filled(language: str, template: Template, hit: re.Match[str]) -> str:
    values = {
        name: value if name in _AS_WRITTEN else told(language, value)
        for name, value in hit.groupdict().items()
    }
    pieces = []
    for literal, name, _, _ in Formatter().parse(template.other):
        pieces.append(literal)
        if name is not None:
            pieces.append(values[name])
    return _tidy("".join(pieces))


def _by_lines(language: str, text: str) -> str:
    """Tell a text of several lines: folded sentences as one, other lines by themselves."""
    parts = text.split("\n\n")
    if len(parts) > 1:
        return "\n\n".join(told(language, part) for part in parts)
    lines = text.split("\n")
    folded = " ".join(line.strip() for line in lines)
    apart = "\n".join(told(language, line) for line in lines)
    if _PLACED.match(lines[-1]):
        return apart
    joined = _whole(language, folded) or _by_sentences(language, folded)
    return min(apart, joined, key=_untold)


def _untold(text: str) -> int:
    """Count the letters that no phrase has turned, as in a sentence cut by the end of a line."""
    return sum(letter.isascii() and letter.isalpha() for letter in text)


def _by_sentences(language: str, text: str) -> str:
    """Tell one sentence after another, the longest known stretch first."""
    bullet = re.match(r"(\s*- )(.+)", text, re.DOTALL)
    if bullet:
        return bullet[1] + told(language, bullet[2])
    prefix = _PREFIX.match(text)
    if prefix:
        return f"{told(language, prefix[1])}：{told(language, text[prefix.end() :])}"
    cuts = [hit.span() for hit in _ENDS.finditer(text)]
    for start, end in reversed(cuts):
        first = _whole(language, text[:start])
        if first is not None:
            return _tidy(f"{first} {told(language, text[end:])}")
    if cuts:
        start, end = cuts[0]
        return _tidy(f"{text[:start]} {told(language, text[end:])}")
    return text


def _tidy(text: str) -> str:
    """Take out spaces beside full-width punctuation, which brings its own."""
    return _BETWEEN.sub("", text) if _WIDE.search(text) else text
