"""LimeSurvey tab-separated structure file. Never imported into a live server here.

Codes hold letters and digits only: an underscore of an id is dropped, and the reader puts it
back. A grid is an array whose subquestions are the items, so the export says ``grid[item]``.
The importer keeps one running number, which it sets back at a question that it has met before:
the base language is written whole, then each other language as a full copy.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from collective_use.errors import InputError
from collective_use.platforms.consent import consent_column
from collective_use.platforms.limesurvey_codes import answer_code
from collective_use.platforms.roster_codes import CODES, PARTNERS
from collective_use.questionnaire.form.content import (
    Choice,
    Consent,
    FormContent,
    Key,
    Page,
    Question,
    Row,
    Texts,
)
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.online.escape import as_html, escaped
from collective_use.questionnaire.online.published import (
    Published,
    listed_places,
    own_line_note,
    roster_cells,
    roster_names,
    roster_places,
    shuffled_note,
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
    "hidden",
)
_TYPES = {
    "grid": "F",
    "roles": ":",
    "ticks": "M",
    "points": "K",
    "nominate": "Q",
    "choice": "L",
    "checklist": "M",
}
_LONGEST_NAME = 20


def escape(text: str) -> str:
    """Return a text as LimeSurvey shows it: no tag, and no brace that begins an expression.

    Examples
    --------
    >>> escape("Use {token} & <b>")
    'Use &#123;token} &amp; &lt;b&gt;'
    """
    return as_html(text).replace("{", "&#123;")


def code_of(name: str) -> str:
    """Return a name as LimeSurvey takes it: letters and digits, at most 20.

    Examples
    --------
    >>> code_of("member_code")
    'membercode'
    """
    return "".join(letter for letter in name if letter.isascii() and letter.isalnum())[
        :_LONGEST_NAME
    ]


@dataclass
class _Entry:
    """One row of the structure, in every language."""

    number: int
    kind: str
    texts: Texts
    cells: dict[str, str] = field(default_factory=dict)


class _Structure:
    """Collects the rows of the survey, then writes them language by language."""

    def __init__(self, content: FormContent, places: int = 0, known: bool = False) -> None:
        self.content = content
        self.places = places
        self.known = known or places > 0
        self.entries: list[_Entry] = []
        self.groups = 0
        self.codes: dict[str, str] = {}
        self.languages = [_LANGUAGES.get(name, name) for name in content.languages]

    def piped(self, text: str) -> str:
        return _NAME.sub(lambda hit: f"{{TOKEN:{self.attribute(hit)}}}", text)

    def attribute(self, hit: re.Match[str]) -> str:
        place = int(hit[2]) + (self.places if hit[1] == "p" else 0)
        return f"ATTRIBUTE_{_KEYS + place}"

    def add(self, kind: str, name: str, texts: Texts = (), **more: str) -> None:
        cells = {"name": name} | {
            {"type": "type/scale"}.get(key, key): value for key, value in more.items()
        }
        self.entries.append(_Entry(len(self.entries) + 1, kind, texts, cells))

    def group(self, title: Texts, relevance: str = "1") -> None:
        # The importer tells groups apart by this number; without it the second language of a
        # survey folds them all into one. What respondents read above a page is its name.
        self.groups += 1
        self.add("G", "", title, type=str(self.groups), relevance=relevance)

    def question_row(self, name: str, texts: Texts, **more: str) -> None:
        code = code_of(name)
        other = self.codes.setdefault(code, name)
        if other != name:
            raise InputError(
                f"LimeSurvey takes letters and digits only, {_LONGEST_NAME} at most: {name!r} and "
                f"{other!r} both become {code!r}; rename one of the two"
            )
        self.add("Q", code, texts, **({"relevance": "1"} | more))

    def options(self, columns: Sequence[Choice]) -> None:
        for column in columns:
            self.add("A", answer_code(column.code), column.label, type="0")

    def subquestions(self, rows: Sequence[Row], roster: bool) -> None:
        for row in rows:
            code = str(row.position) if row.position else code_of(row.id)
            name = _NAME.search(row.text[0]) if roster and row.position else None
            relevance = f"!is_empty(TOKEN:{self.attribute(name)})" if name else "1"
            self.add("SQ", code, row.text, type="0", relevance=relevance)

    def question(self, question: Question) -> None:
        item = question.items[0]
        grid = question.kind == "grid" and question.number is None
        more = {"mandatory": "Y" if question.required else "N"}
        more["relevance"] = agreed(question.consent)
        if question.shuffle:
            more["random_order"] = "1"
        if question.kind == "points":
            more["equals_num_value"] = f"{question.total:g}"
        if question.kind == "roles":
            more["multiflexible_checkbox"] = "1"
        kind = _TYPES.get(question.kind, "N" if question.field == "number" else "S")
        self.question_row(f"grid{item}" if grid else item, question.stem, type=kind, **more)
        if question.kind in ("grid", "roles", "ticks", "points", "nominate"):
            self.subquestions(question.rows, question.roster is not None)
        if question.kind == "roles":
            for column in question.columns:
                self.add("SQ", answer_code(column.code), column.label, type="1")
        elif question.kind == "checklist":
            for column in question.columns:
                self.add("SQ", answer_code(column.code), column.label, type="0")
        elif question.kind in ("grid", "choice"):
            self.options(question.columns)

    def key(self, key: Key) -> None:
        """Ask for a code; with participants it is there already."""
        known = {"group": 1, "member": 2} if self.known else {}
        place = known.get(key.role)
        more = {"default": f"{{TOKEN:ATTRIBUTE_{place}}}"} if place else {}
        self.question_row(key.id, key.text, type="S", mandatory="Y", **more)

    def consent(self, module: Consent) -> None:
        mandatory = "Y" if module.required else "N"
        self.question_row(consent_column(module.id), module.text, type="M", mandatory=mandatory)
        self.add("SQ", "1", module.accept, type="0", relevance="1")

    def roster_codes(self) -> None:
        """Keep who stands at which place with the answers: a hidden equation each."""
        last = _KEYS + 2 * self.places
        for number, name in enumerate((CODES, PARTNERS), start=last + 1):
            text = (f"{{TOKEN:ATTRIBUTE_{number}}}",) * len(self.languages)
            self.question_row(name, text, type="*", hidden="1")

    def page(self, page: Page) -> None:
        self.group(page.title, agreed(page.consent))
        if page.intro:
            name = f"{page.id}intro"
            self.question_row(name, page.intro, type="X", relevance=agreed(page.consent))
        for question in page.questions:
            self.question(question)

    def build(self) -> str:
        content = self.content
        self.group(content.title)
        for module in content.consent:
            self.consent(module)
        for key in content.keys:
            self.key(key)
        if self.places:
            self.roster_codes()
        for page in content.pages:
            self.page(page)
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, COLUMNS, delimiter="\t", lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(settings(content, self.languages, self.known))
        for place, language in enumerate(self.languages):
            writer.writerows(self.line(entry, place, language) for entry in self.entries)
        return buffer.getvalue()

    def line(self, entry: _Entry, place: int, language: str) -> dict[str, str]:
        text = self.piped(entry.texts[place]) if place < len(entry.texts) else ""
        row = {"id": str(entry.number), "class": entry.kind, "language": language} | entry.cells
        return row | {"name" if entry.kind == "G" else "text": text}


def agreed(consent: str) -> str:
    """Return the expression that is true for who ticked a consent; ``1`` where none is needed.

    Examples
    --------
    >>> agreed("naming"), agreed("")
    ('consentnaming_1.NAOK == "Y"', '1')
    """
    return f'{code_of(consent_column(consent))}_1.NAOK == "Y"' if consent else "1"


def settings(content: FormContent, languages: Sequence[str], named: bool) -> list[dict[str, str]]:
    """Return the rows for the survey itself and its texts in each language."""
    values = {
        "language": languages[0],
        "format": "G",
        # An anonymised survey shows every attribute of a participant as an empty text.
        "anonymized": "N" if named else "Y",
        "additional_languages": " ".join(languages[1:]),
        "datestamp": "Y",
    }
    rows = [{"class": "S", "name": name, "text": value} for name, value in values.items()]
    empty = ("",) * len(languages)
    for place, language in enumerate(languages):
        parts = (content.purpose or empty)[place], (content.definitions or empty)[place]
        texts = {
            "surveyls_title": content.title[place],
            "surveyls_welcometext": "<br>".join(part for part in parts if part),
        }
        rows += [
            {"class": "SL", "name": name, "text": text, "language": language}
            for name, text in texts.items()
        ]
    return rows


def participants(rosters: Sequence[Roster], places: int) -> str:
    """Return the participant file: a row a member, names of the group as attributes."""
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
    content = escaped(content, escape)
    places = listed_places(content, rosters) or roster_places(content)
    known = bool(rosters)
    files = {"survey.txt": _Structure(content, places, known).build().encode("utf-8-sig")}
    if rosters:
        files["participants.csv"] = participants(rosters, places).encode("utf-8-sig")
    cannot = [*shuffled_note(content), *own_line_note(content)]
    if places or known:
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
