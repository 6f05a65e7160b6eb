"""LimeSurvey tab-separated structure file. Never imported into a live server here.

Codes hold letters and digits only: an underscore of an id is dropped, and the reader puts it
back. A grid is an array whose subquestions are the items, so the export says ``grid[item]``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from collective_use.questionnaire.form.content import Choice, FormContent, Key, Question, Row, Texts
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.online.published import (
    Published,
    longest,
    own_line_note,
    roster_cells,
    roster_names,
    roster_places,
    shuffled_note,
    value_of,
)

ROSTER_NAME = "{{TOKEN:{0}}}"
"""A name on a roster; `_Structure.piped` puts the participant's numbered attribute in its place."""
_LANGUAGES = {"zh": "zh-Hans"}
"""LimeSurvey's names of languages, where they are not the instrument's."""
_NAME = re.compile(r"\{TOKEN:([mp])(\d+)\}")
_KEYS = 2
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

    def __init__(self, content: FormContent, places: int = 0) -> None:
        self.content = content
        self.places = places
        self.rows: list[dict[str, str]] = []
        self.number = 0
        self.groups = 0
        self.languages = [_LANGUAGES.get(name, name) for name in content.languages]

    def piped(self, text: str) -> str:
        return _NAME.sub(lambda hit: f"{{TOKEN:{self.attribute(hit)}}}", text)

    def attribute(self, hit: re.Match[str]) -> str:
        place = int(hit[2]) + (self.places if hit[1] == "p" else 0)
        return f"ATTRIBUTE_{_KEYS + place}"

    def group(self, name: str, texts: Texts) -> None:
        # The importer tells groups apart by this number; without it the second language of a
        # survey folds them all into one.
        self.groups += 1
        self.add("G", name, texts, type=str(self.groups), relevance="1")

    def add(self, kind: str, name: str, texts: Texts = (), **more: str) -> None:
        self.number += 1
        shown = {"type": "type/scale"}
        for place, language in enumerate(self.languages):
            row = dict.fromkeys(COLUMNS, "")
            row |= {"id": str(self.number), "class": kind, "name": name, "language": language}
            row["text"] = self.piped(texts[place]) if place < len(texts) else ""
            row |= {shown.get(key, key): value for key, value in more.items()}
            self.rows.append(row)

    def options(self, columns: Sequence[Choice]) -> None:
        for column in columns:
            self.add("A", value_of(column.code), column.label, type="0")

    def subquestions(self, rows: Sequence[Row], roster: bool) -> None:
        for row in rows:
            code = str(row.position) if row.position else code_of(row.id)
            name = _NAME.search(row.text[0]) if roster and row.position else None
            relevance = f"!is_empty(TOKEN:{self.attribute(name)})" if name else "1"
            self.add("SQ", code, row.text, type="0", relevance=relevance)

    def question(self, question: Question) -> None:
        item = question.items[0]
        grid = question.kind == "grid" and question.number is None
        name = code_of(f"grid{item}" if grid else item)
        more = {"mandatory": "Y" if question.required else "N", "relevance": "1"}
        if question.shuffle:
            more["random_order"] = "1"
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
            "language": self.languages[0],
            "format": "G",
            # An anonymised survey shows every attribute of a participant as an empty text.
            "anonymized": "N" if self.places else "Y",
            "additional_languages": " ".join(self.languages[1:]),
            "datestamp": "Y",
        }
        for name, value in values.items():
            self.rows.append(
                dict.fromkeys(COLUMNS, "") | {"class": "S", "name": name, "text": value}
            )
        for place, language in enumerate(self.languages):
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

    def key(self, key: Key) -> None:
        """Ask for a code; with participants it is there already."""
        known = {"group": 1, "member": 2} if self.places else {}
        place = known.get(key.role)
        more = {"default": f"{{TOKEN:ATTRIBUTE_{place}}}"} if place else {}
        self.add("Q", code_of(key.id), key.text, type="S", mandatory="Y", relevance="1", **more)

    def build(self) -> str:
        content = self.content
        self.settings()
        self.group("cover", content.title)
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
            self.key(key)
        for page in content.pages:
            self.group(page.id, page.title)
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
    names = ["group_code", "member_code", *roster_names(places)]
    numbered = (f"attribute_{place} <{name}>" for place, name in enumerate(names, start=1))
    writer.writerow([*head, *numbered])
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
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> form = to_limesurvey(form_content(cu.load_instrument("lq2002")))
    >>> form.files["survey.txt"].decode("utf-8-sig").split("\\t")[0]
    'id'
    """
    places = longest(rosters) or roster_places(content)
    files = {"survey.txt": _Structure(content, places).build().encode("utf-8-sig")}
    if rosters:
        files["participants.csv"] = participants(rosters).encode("utf-8-sig")
    cannot = [*shuffled_note(content), *own_line_note(content)]
    if places:
        cannot.append(
            "Names and codes come from the participant list, which LimeSurvey empties in an "
            "anonymised survey: this one is not anonymised, so keep no e-mail addresses longer "
            "than needed."
        )
    return Published(
        files,
        tuple(cannot),
        (
            "In LimeSurvey: Create survey, Import, survey.txt.",
            "With rosters: Participants, Import, participants.csv, then add e-mail addresses.",
        ),
    )
