"""Qualtrics Advanced TXT: the documented import format. Never imported into a live server here.

A statement is a question of its own, so that its column in the export is the item's id; rosters
are matrices whose rows are piped names, so that their columns are ``item_position``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from collective_use.questionnaire.form.content import Choice, FormContent, Question, Row, Texts
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.online.published import (
    Published,
    longest,
    own_line_note,
    roster_cells,
    roster_names,
    shuffled_note,
    value_of,
)

ROSTER_NAME = "${{e://Field/{0}}}"


def _said(texts: Texts) -> str:
    shown = [t for i, t in enumerate(texts) if t and (i == 0 or t != texts[0])]
    return "<br>".join(shown)


def _options(columns: Sequence[Choice], tag: str) -> list[str]:
    codes = [value_of(column.code) for column in columns]
    # Qualtrics numbers from 1: a code that is no such number takes its place in the list, and
    # where that number is another option's code, all options take theirs.
    fit = {code for code in codes if code.isdigit() and code != "0"}
    ids = [code if code in fit else str(place) for place, code in enumerate(codes, start=1)]
    if len(set(ids)) < len(ids):
        ids = [str(place) for place in range(1, len(codes) + 1)]
    lines = []
    for name, column in zip(ids, columns, strict=True):
        lines += [f"[[{tag}:{name}]]", _said(column.label)]
    return lines


def _rows(rows: Sequence[Row]) -> list[str]:
    lines = []
    for place, row in enumerate(rows, start=1):
        lines += [f"[[Choice:{row.position or place}]]", _said(row.text)]
    return lines


def _head(kind: str, name: str, text: str) -> list[str]:
    return [f"[[Question:{kind}]]", f"[[ID:{name}]]", text]


def _question(question: Question) -> list[str]:
    item, stem = question.items[0], _said(question.stem)
    if question.kind == "grid" and question.number is None:
        lines = _head("DB", f"{item}_stem", stem) if stem else []
        for row in question.rows:
            lines += _head("MC:SingleAnswer:Horizontal", row.id, _said(row.text))
            lines += ["[[AdvancedChoices]]", *_options(question.columns, "Choice")]
        return lines
    if question.kind in ("grid", "roles"):
        kind = "Matrix" if question.kind == "grid" else "Matrix:MultipleAnswer"
        answers = ["[[AdvancedAnswers]]", *_options(question.columns, "Answer")]
        return [*_head(kind, item, stem), "[[AdvancedChoices]]", *_rows(question.rows), *answers]
    if question.kind == "ticks":
        head = _head("MC:MultipleAnswer", item, stem)
        return [*head, "[[AdvancedChoices]]", *_rows(question.rows)]
    if question.kind == "points":
        head = _head("ConstantSum", item, f"{stem} (Σ = {question.total:g})")
        return [*head, "[[AdvancedChoices]]", *_rows(question.rows)]
    if question.kind == "nominate":
        head = _head("TE:Form", item, stem)
        lines = [*head, "[[AdvancedChoices]]"]
        for row in question.rows:
            lines += [f"[[Choice:{row.id}]]", _said(row.text)]
        return lines
    if question.kind in ("choice", "checklist"):
        kind = "MC:SingleAnswer:Vertical" if question.kind == "choice" else "MC:MultipleAnswer"
        head = _head(kind, item, stem)
        return [*head, "[[AdvancedChoices]]", *_options(question.columns, "Choice")]
    return _head("TE:SingleLine", item, stem)


def _cover(content: FormContent) -> list[str]:
    lines = ["[[Block:Cover]]"]
    for name, texts in (("purpose", content.purpose), ("definitions", content.definitions)):
        if texts:
            lines += _head("DB", name, _said(texts))
    for module in content.consent:
        lines += _head("MC:SingleAnswer:Vertical", f"consent_{module.id}", _said(module.text))
        lines += ["[[AdvancedChoices]]", "[[Choice:1]]", _said(module.accept)]
    for key in content.keys:
        lines += _head("TE:SingleLine", key.id, _said(key.text))
    return lines


def advanced_text(content: FormContent) -> str:
    """Return the Advanced TXT of a form."""
    lines = ["[[AdvancedFormat]]", *_cover(content)]
    for page in content.pages:
        lines.append(f"[[Block:{page.title[0] if page.title else page.id}]]")
        if page.intro:
            lines += _head("DB", f"{page.id}_intro", _said(page.intro))
        for question in page.questions:
            lines += _question(question)
    return "\n".join(lines) + "\n"


def contact_list(rosters: Sequence[Roster]) -> str:
    """Return the contact list: a row a member, with the group's names as embedded data.

    E-mail addresses are left for the study to add; nothing personal but names is written.
    """
    places = longest(rosters)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    head = ["Email", "ExternalDataReference", "group_code", "member_code"]
    writer.writerow([*head, *roster_names(places)])
    for roster in rosters:
        cells = roster_cells(roster, places)
        for person in roster.people:
            reference = f"{roster.group}-{person.code}"
            writer.writerow(["", reference, roster.group, person.code, *cells])
    return buffer.getvalue()


def to_qualtrics(content: FormContent, rosters: Sequence[Roster] = ()) -> Published:
    """Write a form as Qualtrics Advanced TXT, with the contact list where there are rosters.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> form = to_qualtrics(form_content(cu.load_instrument("lq2002")))
    >>> form.files["survey.txt"][:18]
    b'[[AdvancedFormat]]'
    """
    files = {"survey.txt": advanced_text(content).encode("utf-8")}
    if rosters:
        files["contacts.csv"] = contact_list(rosters).encode("utf-8-sig")
    cannot = [
        *shuffled_note(content),
        *own_line_note(content),
        "Required answers and the shuffling of items are set in the survey editor.",
        "Recode values: check under Recode values that each option has the code of the codebook; "
        "an export as choice text needs no check.",
    ]
    if len(content.languages) > 1:
        cannot.append(
            "Translations cannot be imported from text: both languages stand in one question."
        )
    if any(question.roster for page in content.pages for question in page.questions):
        cannot.append("Empty roster lines are hidden by display logic on the embedded field.")
    return Published(
        files,
        tuple(cannot),
        (
            "In Qualtrics: Tools, Import/Export, Import survey, survey.txt.",
            "Contacts: add e-mail addresses to contacts.csv and import it as a contact list.",
        ),
    )
