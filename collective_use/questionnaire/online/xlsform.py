"""XLSForm, for KoBoToolbox, ODK and SurveyCTO: a workbook of three sheets."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from collective_use.accepted import Worksheet
from collective_use.output import same_archive
from collective_use.platforms.consent import consent_column
from collective_use.questionnaire.form.content import (
    Choice,
    Consent,
    FormContent,
    Page,
    Question,
    Row,
    Texts,
)
from collective_use.questionnaire.form.words import language_name
from collective_use.questionnaire.online.escape import escaped, parted
from collective_use.questionnaire.online.published import (
    Published,
    own_line_note,
    roster_names,
    row_column,
    shuffled_note,
    value_of,
)

ROSTER_NAME = "${{{0}}}"
_FIELD = {"number": "integer", "month": "date", "text": "text", "code": "text"}
_AGREED = "OK"
"""What an acknowledgement holds once it is ticked."""
_STYLE = re.compile(r"(?<![\w\\])([*_]{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)", re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})(?=\s)", re.MULTILINE)


def escape(text: str) -> str:
    """Return a text as ODK, KoBo and SurveyCTO show it: no reference, no tag, no Markdown.

    Examples
    --------
    >>> escape("${cost} <b> *now*").replace("\u200b", "~")
    '$~{cost} <~b> \\\\*now\\\\*'
    """
    plain = parted(text, r"\$(?=\{)|<(?=[A-Za-z/!])|&(?=#?\w+;)")
    plain = _STYLE.sub(lambda hit: _shown(hit[1]) + hit[2] + _shown(hit[1]), plain)
    return _HEADING.sub(lambda hit: _shown(hit[1]), plain)


def _shown(marks: str) -> str:
    return "".join(f"\\{mark}" for mark in marks)


def agreed(consent: str) -> str:
    """Return the condition that holds for who ticked a consent; "" where none is needed."""
    return f"${{{consent_column(consent)}}} = '{_AGREED}'" if consent else ""


def relevant(*conditions: str) -> dict[str, str]:
    """Return the cell that shows a row only where all conditions hold."""
    wanted = [condition for condition in conditions if condition]
    return {"relevant": " and ".join(wanted)} if wanted else {}


class _Workbook:
    """Collects the rows of the survey and choices sheets."""

    def __init__(self, content: FormContent) -> None:
        self.content = content
        self.survey: list[dict[str, str]] = []
        self.choices: list[dict[str, str]] = []
        self.lists: dict[tuple[Choice, ...], str] = {}
        self.places = 0

    def label(self, texts: Texts) -> dict[str, str]:
        return {
            f"label::{language_name(code)} ({code})": text
            for code, text in zip(self.content.languages, texts, strict=False)
        }

    def row(self, kind: str, name: str, texts: Texts = (), **more: str) -> None:
        self.survey.append({"type": kind, "name": name, **self.label(texts), **more})

    def choice_list(self, columns: tuple[Choice, ...], name: str) -> str:
        if columns not in self.lists:
            self.lists[columns] = name
            self.choices += [
                {"list_name": name, "name": value_of(column.code), **self.label(column.label)}
                for column in columns
            ]
        return self.lists[columns]

    def question(self, question: Question) -> None:
        item = question.items[0]
        required = {"required": "yes"} if question.required else {}
        if question.kind in ("grid", "ticks", "nominate"):
            self.table(question)
        elif question.kind in ("points", "roles"):
            self.rows(question)
        elif question.kind == "choice":
            name = self.choice_list(question.columns, f"{item}_list")
            self.row(f"select_one {name}", item, question.stem, **required)
        elif question.kind == "checklist":
            name = self.choice_list(question.columns, f"{item}_list")
            self.row(f"select_multiple {name}", item, question.stem, **required)
        else:
            look = {"appearance": "month-year"} if question.field == "month" else {}
            self.row(_FIELD.get(question.field, "text"), item, question.stem, **required, **look)

    def table(self, question: Question) -> None:
        first = question.items[0]
        name = self.choice_list(self.answers(question), f"list_{first}")
        asked = relevant(agreed(question.consent))
        self.row("begin_group", f"grid_{first}", question.stem, appearance="field-list", **asked)
        for row in question.rows:
            self.row(
                f"select_one {name}",
                row_column(question, row),
                row.text,
                appearance="likert" if question.kind == "grid" else "minimal",
                **self.shown(question, row),
                **({"required": "yes"} if question.required else {}),
            )
        self.row("end_group", "")

    def answers(self, question: Question) -> tuple[Choice, ...]:
        languages = len(self.content.languages)
        if question.kind == "ticks":
            return (Choice(1, ("✓",) * languages), Choice(0, ("–",) * languages))
        if question.kind == "nominate":
            people = tuple(
                Choice(place, (ROSTER_NAME.format(f"m{place}"),) * languages)
                for place in range(1, self.places + 1)
            )
            return (Choice(0, ("–",) * languages), *people)
        return question.columns

    def rows(self, question: Question) -> None:
        item = question.items[0]
        asked = relevant(agreed(question.consent))
        self.row("begin_group", f"grid_{item}", question.stem, appearance="field-list", **asked)
        names = [row_column(question, row) for row in question.rows]
        for name, row in zip(names, question.rows, strict=True):
            shown = self.shown(question, row)
            if question.kind == "points":
                self.row("integer", name, row.text, constraint=". >= 0", **shown)
            else:
                roles = self.choice_list(question.columns, f"{item}_list")
                self.row(f"select_multiple {roles}", name, row.text, **shown)
        if question.kind == "points":
            total = " + ".join(f"coalesce(${{{name}}}, 0)" for name in names)
            self.row("calculate", f"{item}_sum", calculation=total)
            texts = tuple(f"Σ ${{{item}_sum}} / {question.total:g}" for _ in self.content.languages)
            self.row("note", f"{item}_note", texts)
        self.row("end_group", "")

    def shown(self, question: Question, row: Row) -> dict[str, str]:
        # The text of a roster line is the variable that holds the name.
        return relevant(f"{row.text[0]} != ''") if question.roster and row.position else {}

    def roster(self) -> None:
        codes = [key.id for key in self.content.keys if key.role == "group"]
        group = (codes or [key.id for key in self.content.keys] or ["group"])[0]
        for name in roster_names(self.places):
            look = f"pulldata('members', '{name}', 'group', ${{{group}}})"
            self.row("calculate", name, calculation=look)

    def consent(self, module: Consent) -> None:
        name = consent_column(module.id)
        self.row("note", f"{name}_text", module.text)
        accept = module.accept or ("✓",) * len(self.content.languages)
        self.row("acknowledge", name, accept, required="yes" if module.required else "no")

    def page(self, page: Page) -> None:
        self.row("begin_group", page.id, page.title, **relevant(agreed(page.consent)))
        if page.intro:
            self.row("note", f"{page.id}_intro", page.intro)
        for question in page.questions:
            self.question(question)
        self.row("end_group", "")

    def build(self) -> bytes:
        content = self.content
        rosters = [q for page in content.pages for q in page.questions if q.roster]
        self.places = max((len(question.rows) for question in rosters), default=0)
        for name, texts in (("purpose", content.purpose), ("definitions", content.definitions)):
            if texts:
                self.row("note", name, texts)
        for module in content.consent:
            self.consent(module)
        for key in content.keys:
            self.row("text", key.id, key.text, required="yes")
        if rosters:
            self.roster()
        for page in content.pages:
            self.page(page)
        return self.workbook()

    def workbook(self) -> bytes:
        import openpyxl

        content = self.content
        language = content.languages[0]
        settings = [
            {
                "form_title": content.title[0],
                "form_id": content.form_id.replace("/", "_").replace("+", "_").replace(".", "_"),
                "version": content.version,
                "default_language": f"{language_name(language)} ({language})",
            }
        ]
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in (
            ("survey", self.survey),
            ("choices", self.choices),
            ("settings", settings),
        ):
            _sheet(book.create_sheet(title), rows)
        buffer = io.BytesIO()
        book.save(buffer)
        return same_archive(buffer.getvalue())


def _sheet(sheet: Worksheet, rows: Sequence[dict[str, str]]) -> None:
    heads = list(dict.fromkeys(name for row in rows for name in row))
    sheet.append(heads)
    for line, row in enumerate(rows, start=2):
        for column, name in enumerate(heads, start=1):
            cell = sheet.cell(line, column, row.get(name, ""))
            cell.data_type = "s"  # a text that begins with = is a text, no formula


def to_xlsform(content: FormContent) -> Published:
    """Write a form as an XLSForm workbook.

    Rosters read the names of a group from ``members.csv``, uploaded beside the form, with
    columns ``group, m1, m2, ...``.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> list(to_xlsform(form_content(cu.load_instrument("lq2002"))).files)
    ['form.xlsx']
    """
    content = escaped(content, escape)
    questions = [question for page in content.pages for question in page.questions]
    cannot = [*shuffled_note(content), *own_line_note(content)]
    if any(question.kind == "points" for question in questions):
        cannot.append("The sum of points is shown while it is filled in, but not enforced.")
    return Published(
        {"form.xlsx": _Workbook(content).build()},
        tuple(cannot),
        ("Upload form.xlsx as a new project; with rosters, add members.csv under media files.",),
        tested="compiled",
    )
