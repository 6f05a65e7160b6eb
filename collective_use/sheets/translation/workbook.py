"""A workbook for translators: two translations, review, adjudication, back-translation.

The steps are those of TRAPD and of forward and back translation (Harkness 2003, in Cross-cultural
survey methods; Brislin 1970, Journal of Cross-Cultural Psychology 1:185).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from collective_use.accepted import Book, Plain
from collective_use.checks import one_of
from collective_use.errors import InputError
from collective_use.instrument.check.texts import shown_to_respondents, texts
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument
from collective_use.output import written
from collective_use.phrases import said
from collective_use.sheets.spreadsheet import (
    SheetColumn,
    add_table,
    add_words,
    book_bytes,
    encode_text,
    new_book,
)
from collective_use.sheets.tongue import tongue, word
from collective_use.yaml_source.document import Place

TEXTS = "texts"
LANGUAGE = "language"
STATUSES = ("open", "translated", "reviewed", "adjudicated", "back_translated")
"""How far one text has come, from first to last."""

COLUMNS = (
    "key",
    "part",
    "text of",
    "read by",
    "source text",
    "text now",
    "translator 1",
    "translator 2",
    "review",
    "final text",
    "back-translation",
    "status",
    "remark",
)

_READ_ME = (
    ("What this is", "All texts of {id} {version}, to be translated from {source} into {target}."
     " Each row is one text; what respondents read comes with 'respondents' under 'read by'."),
    ("1 Translation", "Two translators work without seeing each other's column. Translate what is"
     " meant, in the words that respondents use. Words in capitals in square brackets stay as they"
     " are."),
    ("2 Review", "A third person who knows surveys compares the two and proposes a wording in"
     " 'review'; reasons go under 'remark'."),
    ("3 Adjudication", "All decide together. The decision goes into 'final text': this column, and"
     " no other, is taken into the instrument. Left empty, the text stays as it is now."),
    ("4 Back-translation", "Somebody who has not seen the source translates 'final text' back;"
     " compare with the source and go back to 3 where the meaning has moved."),
    ("Status", "Set it for each row: open, translated, reviewed, adjudicated, back_translated. The"
     " language as a whole is as far as the last of the texts that respondents read."),
    ("Sheet 'language'", "Says what forms print about the wording; change the statement when it no"
     " longer holds."),
    ("Back", "collective-use sheets read-translation FILE.xlsx --instrument my_instrument"),
    ("", "Source texts and keys must stay as they are: a text that changed in the instrument in the"
     " meantime is not overwritten but reported."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TextRow:
    """One text of an instrument.

    Attributes
    ----------
    key
        Where it is, by ids: ``items/dl1/text``.
    place
        Where it is, by numbers: ``("items", 3, "text")``.
    words
        The text by language.
    """

    key: str
    place: Place
    words: Mapping[str, str]


def text_rows(instrument: Instrument, source: str) -> tuple[TextRow, ...]:
    """Return every text that the instrument has in a language, with a key that lasts.

    Examples
    --------
    >>> import collective_use as cu
    >>> text_rows(cu.load_instrument("starter"), "en")[0].key
    'title'
    """
    plain = instrument.model_dump(mode="json", by_alias=True)
    rows = []
    seen: dict[str, int] = {}
    for place, words in texts(instrument):
        if not words.get(source, "").strip():
            continue
        key = _key(plain, place)
        seen[key] = seen.get(key, 0) + 1
        rows.append(TextRow(key if seen[key] == 1 else f"{key}#{seen[key]}", place, words))
    return tuple(rows)


def _key(plain: Plain, place: Place) -> str:
    parts = []
    for step in place:
        plain = plain[step]
        if isinstance(step, int):
            known = (plain.get(name) for name in ("id", "name", "code", "reason"))
            step = next((word for word in known if isinstance(word, (str, int))), step)
        parts.append(str(step))
    return "/".join(parts)


def translation_workbook(
    instrument: Instrument | str | Path,
    target: str,
    *,
    source: str | None = None,
    language: str | None = None,
    path: str | Path | None = None,
) -> bytes:
    """Write the workbook for one language.

    Parameters
    ----------
    instrument
        The item bank.
    target
        The language to translate into; it must stand in the instrument under ``languages`` or
        ``draft_languages``.
    source
        The language to translate from; the first language by default.
    language
        Of the instructions and headings; English where None or where the house does not speak it.

    path
        Where to write it too; nowhere when None.

    Returns
    -------
    bytes
        An ``.xlsx`` file that `apply_translation` takes back.

    Raises
    ------
    InputError
        When a language is not the instrument's, or both are the same.

    Examples
    --------
    >>> import collective_use as cu
    >>> translation_workbook(cu.load_instrument("collective_data_use"), "zh")[:2]
    b'PK'
    """
    instrument = as_instrument(instrument)
    known = (*instrument.languages, *instrument.draft_languages)
    origin = source or instrument.languages[0]
    one_of("source", origin, known)
    if target not in known:
        raise InputError(
            f"target must be a language of the instrument ({', '.join(known)}), got {target!r}; "
            f"to begin a language write 'draft_languages: [{target}]' into its file first"
        )
    if target == origin:
        raise InputError(f"target must be another language than the source, got {target!r} twice")
    spoken = tongue(language)
    words = {"id": instrument.id, "version": instrument.version, "source": origin, "target": target}
    book = new_book(said(spoken, "Translation of {id} into {target}").format(**words))
    title = said(spoken, "Translation of {id}: {source} → {target}").format(**words)
    lines = [
        (said(spoken, heading), said(spoken, text).format(**words)) for heading, text in _READ_ME
    ]
    add_words(book, word(spoken, "read me"), title, lines)
    _texts(book, instrument, origin, target, spoken)
    _language(book, instrument, words, spoken)
    return written(book_bytes(book), path)


def _texts(
    book: Book, instrument: Instrument, source: str, target: str, spoken: str | None
) -> None:
    stage = next((s.translation for s in instrument.status if s.language == target), "draft")
    done = stage if stage in STATUSES else "translated"
    rows = []
    for row in text_rows(instrument, source):
        *above, what = row.key.split("/")
        reader = "respondents" if shown_to_respondents(row.place) else "researchers"
        now = row.words.get(target)
        rows.append(
            [
                row.key,
                " ".join(above) or "instrument",
                what,
                word(spoken, reader),
                encode_text(row.words[source]),
                None if now is None else encode_text(now),
                *[None] * 5,
                word(spoken, done if now else "open"),
                None,
            ]
        )
    narrow = {"part": 20, "text of": 11, "read by": 13, "status": 15, "remark": 28}
    stages = tuple(word(spoken, name) for name in STATUSES)
    columns = [
        SheetColumn(
            word(spoken, name),
            narrow.get(name, 36),
            stages if name == "status" else (),
            entry=place > 5,
            hidden=name == "key",
        )
        for place, name in enumerate(COLUMNS)
    ]
    sheet = add_table(book, word(spoken, TEXTS), columns, rows)
    sheet.freeze_panes = "F2"


def _language(
    book: Book, instrument: Instrument, words: Mapping[str, str], spoken: str | None
) -> None:
    status = next((s for s in instrument.status if s.language == words["target"]), None)
    keep = "leave as it is"
    rows: list[tuple[str, str | None, str]] = [
        ("instrument", words["id"], keep),
        ("version", words["version"], keep),
        ("source", words["source"], keep),
        ("target", words["target"], keep),
        ("status now", status.translation if status else "draft", "follows from the texts"),
        ("statement now", status.statement if status else "", keep),
        ("new statement", None, "what forms and reports say about this wording; optional"),
    ]
    told = [(word(spoken, what), value, said(spoken, remark)) for what, value, remark in rows]
    columns = [
        SheetColumn(word(spoken, "what"), 18),
        SheetColumn(word(spoken, "value"), 70, entry=True),
        SheetColumn(word(spoken, "remark"), 48),
    ]
    add_table(book, word(spoken, LANGUAGE), columns, told)
