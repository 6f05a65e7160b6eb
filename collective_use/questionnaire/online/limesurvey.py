"""LimeSurvey tab-separated structure file. Never imported into a live server here.

Codes hold letters and digits only: an underscore of an id is dropped, and the reader puts it
back. A grid is an array whose subquestions are the items, so the export says ``grid[item]``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from collective_use.questionnaire.content import Choice, FormContent, Question, Row, Texts
from collective_use.questionnaire.members import Roster
from collective_use.questionnaire.online.published import (
    Published,
    longest,
    roster_cells,
    roster_names,
    shuffled_note,
    value_of,
)

ROSTER_NAME = "{{TOKEN:ATTRIBUTE_{0}}}"
COLUMNS = (
    "id",
    "related_id",
    "class",
    "type/scale",
    "name",
    "relevance",
    "text",
    "help",
    "language",
    "validation",
    "mandatory",
    "other",
    "default",
    "same_default",
    "array_filter",
    "equals_num_value",
    "multiflexible_checkbox",
    "random_order",
)
_PAGE_BREAK = "L"
_TYPES = {
    "grid": "F",
    "roles": ":",
    "ticks": "M",
    "points": "K",
    "nominate": "Q",
    "choice": "L",
    "checklist": "M",
}


def code_of(name: str) -> str:
    """Return a name as LimeSurvey takes it: letters and digits, at most 20.

    Examples
    --------
    >>> code_of("member_code")
    'membercode'
    """
    return "".join(letter for letter in name if letter.isalnum())[:20]


class _Structure:
    """Collects rows, each repeated in every language with the same id."""

    def __init__(self, content: FormContent) -> None:
        self.content = content
        self.rows: list[dict[str, str]] = []
        self.number = 0

    def add(self, kind: str, name: str, texts: Texts = (), **more: str) -> None:
        self.number += 1
        shown = {"type": "type/scale"}
        for place, language in enumerate(self.content.languages):
            row = dict.fromkeys(COLUMNS, "")
            row |= {"id": str(self.number), "class": kind, "name": name, "language": language}
            row["text"] = texts[place] if place < len(texts) else ""
            row |= {shown.get(key, key): value for key, value in more.items()}
            self.rows.append(row)

    def options(self, columns: Sequence[Choice]) -> None:
        for column in columns:
            self.add("A", value_of(column.code), column.label, type="0")

    def subquestions(self, rows: Sequence[Row], roster: bool) -> None:
        for row in rows:
            code = str(row.position) if row.position else code_of(row.id)
            relevance = f'!is_empty("{row.text[0]}")' if roster and row.position else "1"
            self.add("SQ", code, row.text, type="0", relevance=relevance)

    def question(self, question: Question) -> None:
        item = question.items[0]
        grid = question.kind == "grid" and question.number is None
        name = code_of(f"grid{item}" if grid else item)
        more = {"mandatory": "Y" if question.required else "N", "relevance": "1"}
        if question.kind == "points":
            more["equals_num_value"] = f"{question.total:g}"
        if question.kind == "roles":
            more["multiflexible_checkbox"] = "1"
        kind = _TYPES.get(question.kind, "N" if question.field == "number" else "S")
        self.add("Q", name, question.stem, type=kind, **more)
        if question.kind in ("grid", "roles", "ticks", "points", "nominate"):
            self.subquestions(question.rows, question.roster is not None)
        if question.kind == "roles":
            for column in question.columns:
                self.add("SQ", value_of(column.code), column.label, type="1")
        elif question.kind == "checklist":
            for column in question.columns:
                self.add("SQ", value_of(column.code), column.label, type="0")
        elif question.kind in ("grid", "choice"):
            self.options(question.columns)

    def settings(self) -> None:
        content = self.content
        values = {
            "language": content.languages[0],
            "format": "G",
            "anonymized": "Y",
            "additional_languages": " ".join(content.languages[1:]),
            "datestamp": "Y",
        }
        for name, value in values.items():
            self.rows.append(
                dict.fromkeys(COLUMNS, "") | {"class": "S", "name": name, "text": value}
            )
        for place, language in enumerate(content.languages):
            texts = {
                "surveyls_title": content.title,
                "surveyls_welcometext": tuple(
                    "<br>".join(parts)
                    for parts in zip(
                        content.purpose or ("",) * len(content.languages),
                        content.definitions or ("",) * len(content.languages),
                        strict=True,
                    )
                ),
            }
            for name, text in texts.items():
                self.rows.append(
                    dict.fromkeys(COLUMNS, "")
                    | {"class": "SL", "name": name, "text": text[place], "language": language}
                )

    def build(self) -> str:
        content = self.content
        self.settings()
        self.add("G", "cover", content.title)
        for module in content.consent:
            self.add(
                "Q",
                code_of(f"consent{module.id}"),
                module.text,
                type="M",
                relevance="1",
                mandatory="Y" if module.required else "N",
            )
            self.add("SQ", "1", module.accept, type="0", relevance="1")
        for key in content.keys:
            self.add("Q", code_of(key.id), key.text, type="S", mandatory="Y", relevance="1")
        for page in content.pages:
            self.add("G", page.id, page.title, relevance="1")
            if page.intro:
                self.add("Q", code_of(f"{page.id}intro"), page.intro, type="X", relevance="1")
            for question in page.questions:
                self.question(question)
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return buffer.getvalue()


def participants(rosters: Sequence[Roster]) -> str:
    """Return the participant file: a row a member, names of the group as attributes."""
    places = longest(rosters)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    head = ["firstname", "lastname", "email", "token"]
    keys = ["attribute_group <group_code>", "attribute_member <member_code>"]
    writer.writerow([*head, *keys, *(f"attribute_{name}" for name in roster_names(places))])
    for roster in rosters:
        cells = roster_cells(roster, places)
        for person in roster.people:
            writer.writerow(["", "", "", "", roster.group, person.code, *cells])
    return buffer.getvalue()


def to_limesurvey(content: FormContent, rosters: Sequence[Roster] = ()) -> Published:
    """Write a form as LimeSurvey tab-separated text, with the participants where there are rosters.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.layout import form_content
    >>> form = to_limesurvey(form_content(cu.load_instrument("lq2002")))
    >>> form.files["survey.txt"].decode("utf-8-sig").split("\\t")[0]
    'id'
    """
    files = {"survey.txt": _Structure(content).build().encode("utf-8-sig")}
    if rosters:
        files["participants.csv"] = participants(rosters).encode("utf-8-sig")
    return Published(
        files,
        shuffled_note(content),
        (
            "In LimeSurvey: Create survey, Import, survey.txt.",
            "With rosters: Participants, Import, participants.csv, then add e-mail addresses.",
        ),
    )
