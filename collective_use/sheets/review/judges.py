"""Sheets for expert judges: does an item say what its construct means?

Two tasks, each in a random order of its own. Sorting: the judge says which construct an item
belongs to, without being told (Anderson & Gerbing 1991, Journal of Applied Psychology 76:732).
Relevance: the judge is told, and rates the item from 1 to 4 (Lynn 1986, Nursing Research
35:382; Polit & Beck 2006, Research in Nursing & Health 29:489).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from collective_use.accepted import Book
from collective_use.checks import one_of
from collective_use.errors import InputError
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Construct, Instrument, Item
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

SORTING = "1 sorting"
RELEVANCE = "2 relevance"
DEFINITIONS = "definitions"
KEY = "key"
RELEVANCES = ("1", "2", "3", "4")
UNSURE = "none of these"

_READ_ME = (
    ("Your code", "> "),
    ("What this is", "You are asked to judge whether questions say what they are meant to say. It"
     " takes about {minutes} minutes. Please work alone; there are no right answers."),
    ("First", "Read the sheet 'definitions': what each construct means."),
    ("Task 1", "Sheet '1 sorting'. For each question choose the construct that it says most about,"
     " or 'none of these'. Finish this sheet before you open the next: the next one tells which"
     " construct was meant."),
    ("Task 2", "Sheet '2 relevance'. For each question, how relevant is it to the construct named"
     " beside it? 1 not relevant, 2 somewhat relevant, 3 quite relevant, 4 highly relevant. Say"
     " beside it what is unclear, or how you would put it."),
    ("At the end", "If something of a construct is asked nowhere, write it here:"),
    ("", "> "),
    ("Please", "Write only into the yellow cells, leave cells empty where you cannot judge, save"
     " the file, and send it back."),
)  # fmt: skip


def judged_items(instrument: Instrument, form: str | None = None) -> tuple[Item, ...]:
    """Return the items that judges see: those that measure a construct.

    Parameters
    ----------
    instrument
        The item bank.
    form
        Only the items of this form.

    Raises
    ------
    InputError
        When there is no such form or no such item.
    """
    wanted = {item.id for item in instrument.items}
    if form is not None:
        one_of("form", form, [entry.id for entry in instrument.forms])
        wanted = {name for block in instrument.get_form(form).blocks for name in block.items}
    found = tuple(
        item
        for item in instrument.items
        if item.id in wanted and item.role == "measure" and item.construct_id
    )
    if not found:
        raise InputError(
            f"{instrument.id!r} has no item with a construct to judge"
            + (f" on the form {form!r}" if form else "")
        )
    return found


def judge_sheets(
    instrument: Instrument | str | Path,
    *,
    seed: int | None = 1,
    judge: str = "",
    form: str | None = None,
    languages: Sequence[str] | None = None,
    language: str | None = None,
    path: str | Path | None = None,
) -> bytes:
    """Write the workbook of one judge.

    Parameters
    ----------
    instrument
        The item bank.
    seed
        Gives the two random orders; give each judge another one.
    judge
        The judge's code, where it is known; the judge can write it in.
    form
        Only the items of this form.
    languages
        The languages shown; all declared ones by default.
    language
        Of the instructions, headings and names of constructs; the first one shown by default,
        and English where the house does not speak it.

    path
        Where to write it too; nowhere when None.

    Returns
    -------
    bytes
        An ``.xlsx`` file that `read_judge_sheets` takes back.

    Raises
    ------
    InputError
        When the form or a language is not the instrument's, or nothing is there to judge.

    Examples
    --------
    >>> import collective_use as cu
    >>> judge_sheets(cu.load_instrument("starter"), seed=7)[:2]
    b'PK'
    """
    instrument = as_instrument(instrument)
    shown = tuple(languages or instrument.languages)
    for code in shown:
        one_of("language", code, (*instrument.languages, *instrument.draft_languages))
    items = judged_items(instrument, form)
    used = [c for c in instrument.constructs if any(item.construct_id == c.id for item in items)]
    spoken = tongue(language or shown[0])
    names = construct_names(instrument, language or shown[0])
    book = new_book(said(spoken, "Judging {instrument}", instrument=instrument.id))
    title = instrument.title.get(shown[0], instrument.id)
    minutes = max(10, round(len(items) * 0.75 / 5) * 5)
    lines = [(word(spoken, said(spoken, h)), _line(spoken, t, minutes)) for h, t in _READ_ME]
    lines[0] = (lines[0][0], f"> {judge}")
    heading = said(spoken, "Judging questions: {title}").format(title=title)
    add_words(book, word(spoken, "read me"), heading, lines)
    _definitions(book, used, names, shown, spoken)
    choices = f"='{word(spoken, DEFINITIONS)}'!$A$2:$A${len(used) + 2}"
    _sorting(book, _shuffled(items, seed, "sorting"), shown, choices, spoken)
    _relevance(book, _shuffled(items, seed, "relevance"), shown, names, spoken)
    facts = {"instrument": instrument.id, "version": instrument.version, "seed": seed}
    add_table(book, KEY, [SheetColumn("what", 20), SheetColumn("value", 30)], list(facts.items()))
    book[KEY].sheet_state = "hidden"
    return written(book_bytes(book), path)


def _line(spoken: str | None, text: str, minutes: int) -> str:
    return text if text.startswith("> ") else said(spoken, text).format(minutes=minutes)


def _definitions(
    book: Book,
    used: Sequence[Construct],
    names: Mapping[str, str],
    shown: Sequence[str],
    spoken: str | None,
) -> None:
    rows: list[list[object]] = [
        [
            names[c.id],
            *(
                encode_text(c.definition[code]) if c.definition.get(code) else None
                for code in shown
            ),
        ]
        for c in used
    ]
    columns = [SheetColumn(word(spoken, "construct"), 30)]
    columns += [SheetColumn(code, 70) for code in shown]
    sheet = add_table(book, word(spoken, DEFINITIONS), columns, rows)
    sheet.cell(len(used) + 2, 1).value = word(spoken, UNSURE)


def construct_names(instrument: Instrument, language: str | None = None) -> dict[str, str]:
    """Return the name that judges choose for each construct; ids where names repeat."""
    first = instrument.languages[0]
    names = {
        c.id: c.name.get(language or first) or c.name.get(first, c.id)
        for c in instrument.constructs
    }
    repeated = {name for name in names.values() if list(names.values()).count(name) > 1}
    return {key: f"{name} ({key})" if name in repeated else name for key, name in names.items()}


def _shuffled(items: Sequence[Item], seed: int | None, task: str) -> list[Item]:
    ordered = list(items)
    random.Random(f"{seed}/{task}").shuffle(ordered)  # noqa: S311, RUF100
    return ordered


def _texts(item: Item, languages: Sequence[str]) -> list[object]:
    listed: list[object] = []
    for code in languages:
        text = item.text.get(code, "")
        lines = [f"– {option.label.get(code, '')}" for option in item.options]
        listed.append(encode_text("\n".join([text, *lines])) if text else None)
    return listed


def _sorting(
    book: Book,
    items: Sequence[Item],
    languages: Sequence[str],
    choices: str,
    spoken: str | None,
) -> None:
    columns = [
        SheetColumn(word(spoken, "item"), 12, hidden=True),
        SheetColumn(word(spoken, "no"), 5, number=True),
        *(SheetColumn(code, 52) for code in languages),
        SheetColumn(word(spoken, "belongs to"), 30, choices, entry=True),
        SheetColumn(word(spoken, "remark"), 34, entry=True),
    ]
    rows = [
        [item.id, place, *_texts(item, languages), None, None]
        for place, item in enumerate(items, start=1)
    ]
    add_table(book, word(spoken, SORTING), columns, rows)


def _relevance(
    book: Book,
    items: Sequence[Item],
    languages: Sequence[str],
    names: Mapping[str, str],
    spoken: str | None,
) -> None:
    help_text = said(
        spoken, "1 not relevant, 2 somewhat relevant, 3 quite relevant, 4 highly relevant"
    )
    columns = [
        SheetColumn(word(spoken, "item"), 12, hidden=True),
        SheetColumn(word(spoken, "no"), 5, number=True),
        *(SheetColumn(code, 46) for code in languages),
        SheetColumn(word(spoken, "construct"), 24),
        SheetColumn(
            word(spoken, "relevance"), 11, RELEVANCES, entry=True, number=True, help=help_text
        ),
        SheetColumn(word(spoken, "unclear, or put better"), 36, entry=True),
    ]
    rows = [
        [
            item.id,
            place,
            *_texts(item, languages),
            names.get(item.construct_id or "", item.construct_id),
            None,
            None,
        ]
        for place, item in enumerate(items, start=1)
    ]
    add_table(book, word(spoken, RELEVANCE), columns, rows)
