"""Which letters the fonts of a PDF have: none is ever printed as an empty box."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from collective_use.checks import quoted
from collective_use.errors import InputError
from collective_use.questionnaire.form.content import FormContent
from collective_use.questionnaire.form.controls import require_visible
from collective_use.questionnaire.form.letterhead import Letterhead
from collective_use.questionnaire.form.texts import all_texts
from collective_use.questionnaire.form.words import PRINT, word

FONTS = Path(__file__).parent / "fonts"
"""Noto Sans with Latin, Greek and Cyrillic letters, and Chinese by GB 2312."""
_ENDINGS = (".ttf", ".otf", ".ttc", ".otc")
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Fonts:
    """The fonts that a study adds to those that come along.

    Attributes
    ----------
    families
        Their names, asked in this order for letters that the bundled fonts lack.
    paths
        Their files.
    """

    families: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def folders(self) -> list[str]:
        """Where the typesetter looks for fonts."""
        return [str(FONTS), *dict.fromkeys(str(Path(path).parent) for path in self.paths)]


def find_fonts(wanted: Iterable[str | Path]) -> Fonts:
    """Find fonts by file, or by name among those installed on this computer.

    Raises
    ------
    InputError
        When a file is missing or no font, or no installed font has the name.

    Examples
    --------
    >>> find_fonts(())
    Fonts(families=(), paths=())
    """
    found: list[tuple[str, str]] = []
    for name in wanted:
        is_file = Path(name).suffix.lower() in _ENDINGS or Path(name).is_file()
        found += _of_file(Path(name)) if is_file else _installed(str(name))
    return Fonts(
        tuple(dict.fromkeys(family for family, _ in found)),
        tuple(dict.fromkeys(path for _, path in found)),
    )


def _of_file(path: Path) -> list[tuple[str, str]]:
    import typst

    if not path.is_file():
        raise InputError(f"font: there is no file {path}")
    known = typst.Fonts(False, False, [str(path.resolve().parent)]).fonts()
    families = {str(font.family) for font in known if _same(font.path, path)}
    if not families:
        raise InputError(f"font: {path} is no font that can be read; give a .ttf or .otf file")
    return [(family, str(path.resolve())) for family in sorted(families)]


def _same(known: str | None, path: Path) -> bool:
    return known is not None and Path(known).resolve() == path.resolve()


def _installed(name: str) -> list[tuple[str, str]]:
    known = _on_this_computer()
    found = [(family, path) for family, path in known if family.casefold() == name.casefold()]
    if not found:
        raise InputError(
            f"font: none called {name!r} is installed on this computer; give the font's file, such "
            "as --font NotoSansArabic.ttf"
        )
    return found


@cache
def _on_this_computer() -> tuple[tuple[str, str], ...]:
    import typst

    known = typst.Fonts(include_embedded_fonts=False).fonts()
    return tuple((str(font.family), str(font.path)) for font in known if font.path)


@cache
def letters_of(path: str) -> frozenset[int]:
    """Return the letters of a font file as code points; none where it cannot be read."""
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    try:
        if path.lower().endswith(("ttc", "otc")):
            with TTCollection(path, lazy=True) as collection:
                return frozenset(code for font in collection.fonts for code in font.getBestCmap())
        with TTFont(path, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (TTLibError, OSError, KeyError, AssertionError):
        return frozenset()


def require_letters(
    content: FormContent, letterhead: Letterhead | None = None, fonts: Fonts | None = None
) -> None:
    """Raise where a form holds letters that none of the fonts has.

    Raises
    ------
    InputError
        Naming the letters, where they stand, and what to do; or a control character.
    """
    paths = [*(str(path) for path in sorted(FONTS.glob("*Regular.*"))), *(fonts or Fonts()).paths]
    have = frozenset[int]().union(*(letters_of(path) for path in paths))
    missing: dict[str, str] = {}
    for text, where in printed(content, letterhead or Letterhead()):
        require_visible(text, where)
        for letter in text:
            if ord(letter) not in have and _has_shape(letter):
                missing.setdefault(letter, where)
    if missing:
        raise InputError(_refusal(missing))


def _has_shape(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cf", "Zs", "Zl", "Zp")


def printed(content: FormContent, letterhead: Letterhead) -> Iterator[tuple[str, str]]:
    """Yield every text of a printed form, and where it stands."""
    yield from all_texts(content)
    for question in content.questions:
        for row in question.rows if question.roster else ():
            yield from ((text, f"the name of member {row.id!r}") for text in (*row.text, row.note))
    for key in content.keys:
        yield key.value, f"the code {key.id!r}"
    yield content.group, "the code of the group"
    for name in PRINT:
        for language in content.languages:
            yield word(name, language), f"the words of forms in {language!r}"
    for text in content.status:
        yield text, "the statement about testing"
    for entry in fields(Letterhead):
        for text in () if entry.name == "logo" else letterhead.line(entry.name, content.languages):
            yield text, f"the letterhead's {entry.name}"


def _refusal(missing: dict[str, str]) -> str:
    letters = list(missing)
    places = list(dict.fromkeys(missing.values()))
    more = f" and {len(places) - 2} more" if len(places) > 2 else ""
    having = _fonts_having({ord(letter) for letter in letters})
    named = having[0] if having else "FILE.ttf"
    here = (
        f". Installed here and complete: {quoted(having, most=_MOST_NAMED)}"
        if having
        else ". No font installed here has all of them; Noto fonts for every script are free"
    )
    return (
        f"the fonts that come along lack {_scripts(letters)} letters of this form "
        f"({quoted(letters, most=12)}, first in {' and '.join(places[:2])}{more}): they would be "
        f'empty boxes. Name a font that has them, --font "{named}"{here}. Or write Word or a page '
        "(--out form.docx, form.html), which use the fonts of the reader's computer"
    )


def _scripts(letters: Sequence[str]) -> str:
    names = dict.fromkeys(unicodedata.name(letter, "OTHER").split()[0] for letter in letters)
    said = ["Chinese" if name == "CJK" else name.title() for name in names]
    return " and ".join(said[:3]) if len(said) < 4 else ", ".join(said[:3]) + " and other"


def _fonts_having(codes: set[int]) -> list[str]:
    """Return the installed fonts that have all of the letters, in the order of their names."""
    found = {family for family, path in _on_this_computer() if codes <= letters_of(path)}
    return sorted(found)
