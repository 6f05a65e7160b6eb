"""REDCap data dictionary: a CSV of 18 columns. Never imported into a live server here."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from collective_use.checks import quoted
from collective_use.errors import InputError
from collective_use.platforms.consent import consent_column
from collective_use.platforms.roster_codes import CODES, PARTNERS
from collective_use.questionnaire.form.content import (
    Choice,
    FormContent,
    Page,
    Question,
    Texts,
)
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.online.escape import escaped, parted
from collective_use.questionnaire.online.published import (
    Published,
    listed_places,
    own_line_note,
    roster_cells,
    roster_names,
    row_column,
    shuffled_note,
    value_of,
)

ROSTER_NAME = "[{0}]"
COLUMNS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
_NAME = re.compile(r"[a-z](?:_?[a-z0-9])*")
_LONGEST_NAME = 26
HIDDEN = "@HIDDEN-SURVEY"
_MONTH = "Year and month: 2024-03"


def escape(text: str) -> str:
    """Return a text as REDCap shows it: no field is piped in, nothing is a tag or an entity.

    REDCap decodes entities before it looks for tags, so only a blank keeps a tag a text.

    Examples
    --------
    >>> escape("[m1] <b> a < b").replace("\u200b", "~")
    '[~m1] < b> a < b'
    """
    plain = parted(text, r"\[(?=[A-Za-z])|&(?=#?\w+;)")
    plain = re.sub(r"<(?=[A-Za-z/!?])", "< ", plain)
    return re.sub(r"(?m)^@(?=[A-Z])", "@\u200b", plain)


def agreed(consent: str) -> str:
    """Return the condition that holds for who ticked a consent; "" where none is needed."""
    return f"[{consent_column(consent)}(1)] = '1'" if consent else ""


def _said(texts: Texts) -> str:
    return "\n".join(t for i, t in enumerate(texts) if t and (i == 0 or t != texts[0]))


def _choices(columns: Sequence[Choice]) -> str:
    return " | ".join(
        f"{value_of(c.code)}, {_said(c.label).replace('|', '/').replace(chr(10), ' / ')}"
        for c in columns
    )


class _Dictionary:
    """Collects the rows of one form."""

    def __init__(self, content: FormContent) -> None:
        self.content = content
        self.form = "questionnaire"
        self.rows: list[dict[str, str]] = []
        self.header = ""

    def field(self, name: str, kind: str, label: str, **more: str) -> None:
        row = dict.fromkeys(COLUMNS, "")
        row |= {
            COLUMNS[0]: name,
            COLUMNS[1]: self.form,
            COLUMNS[2]: self.header,
            COLUMNS[3]: kind,
            COLUMNS[4]: label,
        }
        names = {
            "choices": COLUMNS[5],
            "note": COLUMNS[6],
            "validation": COLUMNS[7],
            "low": COLUMNS[8],
            "high": COLUMNS[9],
            "identifier": COLUMNS[10],
            "logic": COLUMNS[11],
            "required": COLUMNS[12],
            "matrix": COLUMNS[15],
            "annotation": COLUMNS[17],
        }
        row |= {names[key]: value for key, value in more.items()}
        self.rows.append(row)
        self.header = ""

    def roster(self) -> None:
        questions = [q for page in self.content.pages for q in page.questions if q.roster]
        places = max((len(question.rows) for question in questions), default=0)
        for name in roster_names(places):
            # Codes are no names: a copy of the data without identifiers keeps them.
            named = {} if name in (CODES, PARTNERS) else {"identifier": "y"}
            self.field(name, "text", f"Roster: {name}", annotation=HIDDEN, **named)

    def question(self, question: Question) -> None:
        item, stem = question.items[0], _said(question.stem)
        required = "y" if question.required else ""
        if question.kind in ("choice", "checklist"):
            kind = "radio" if question.kind == "choice" else "checkbox"
            self.field(item, kind, stem, choices=_choices(question.columns), required=required)
        elif question.kind == "field":
            # REDCap has no validation for a month; what is asked for stands below the field.
            more = {"number": {"validation": "integer"}, "month": {"note": _MONTH}}
            self.field(item, "text", stem, required=required, **more.get(question.field, {}))
        else:
            self.lines(question, stem)

    def lines(self, question: Question, stem: str) -> None:
        item = question.items[0]
        asked = agreed(question.consent)
        if stem:
            self.field(f"{item}_stem", "descriptive", stem, logic=asked)
        yes_no = (Choice(1, ("✓",)), Choice(0, ("–",)))
        columns = yes_no if question.kind == "ticks" else question.columns
        for row in question.rows:
            name, label = row_column(question, row), _said(row.text)
            there = f"{row.text[0]} <> ''" if question.roster and row.position else ""
            logic = " and ".join(part for part in (asked, there) if part)
            if question.kind in ("grid", "ticks"):
                self.field(
                    name,
                    "radio",
                    label,
                    choices=_choices(columns),
                    logic=logic,
                    matrix=f"grid_{item}",
                    required="y" if question.required else "",
                )
            elif question.kind == "roles":
                self.field(
                    name,
                    "checkbox",
                    label,
                    choices=_choices(columns),
                    logic=logic,
                    matrix=f"grid_{item}",
                )
            else:
                low = {"low": "0", "high": f"{question.total:g}"} if question.total else {}
                self.field(name, "text", label, validation="integer", logic=logic, **low)
        if question.kind == "points":
            names = ", ".join(f"[{row_column(question, row)}]" for row in question.rows)
            label = f"Σ = {question.total:g}"
            self.field(f"{item}_sum", "calc", label, choices=f"sum({names})", logic=asked)

    def build(self) -> str:
        content = self.content
        self.field("record_id", "text", "Record")
        for name, texts in (("purpose", content.purpose), ("definitions", content.definitions)):
            if texts:
                self.field(name, "descriptive", _said(texts))
        for module in content.consent:
            self.field(
                consent_column(module.id),
                "checkbox",
                _said(module.text),
                choices=f"1, {_said(module.accept).replace(chr(10), ' / ')}",
                required="y" if module.required else "",
            )
        for key in content.keys:
            self.field(key.id, "text", _said(key.text), required="y")
        self.roster()
        for page in content.pages:
            self.page(page)
        self.check_names()
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return buffer.getvalue()

    def page(self, page: Page) -> None:
        self.header = "\n".join(part for part in (_said(page.title), _said(page.intro)) if part)
        for question in page.questions:
            self.question(question)

    def check_names(self) -> None:
        """Refuse what the import would refuse, naming each field and the rule."""
        names = [row[COLUMNS[0]] for row in self.rows]
        wrong = [name for name in names if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name)]
        if wrong:
            raise InputError(
                f"REDCap's field names are lower case letters, digits and single underscores, "
                f"{_LONGEST_NAME} at most; give these a shorter or plainer id: {quoted(wrong)}"
            )
        twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if twice:
            raise InputError(f"REDCap needs each field name once; twice are {quoted(twice)}")


def records(content: FormContent, rosters: Sequence[Roster]) -> str:
    """Return the records to import: one a member, with its codes and the names of its group."""
    places = listed_places(content, rosters)
    keys = {key.role: key.id for key in content.keys if key.role}
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    shown = [role for role in ("group", "member", "partner") if role in keys]
    writer.writerow(["record_id", *(keys[role] for role in shown), *roster_names(places)])
    number = 0
    for roster in rosters:
        cells = roster_cells(roster, places)
        for person in roster.people:
            number += 1
            own = {"group": roster.group, "member": person.code, "partner": person.partner}
            writer.writerow([number, *(own[role] for role in shown), *cells])
    return buffer.getvalue()


def to_redcap(content: FormContent, rosters: Sequence[Roster] = ()) -> Published:
    """Write a form as a REDCap data dictionary, with the records where there are rosters.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> form = to_redcap(form_content(cu.load_instrument("lq2002")))
    >>> form.files["dictionary.csv"].decode("utf-8-sig").startswith("Variable / Field Name")
    True
    """
    content = escaped(content, escape)
    cannot = [*shuffled_note(content), *own_line_note(content)]
    if len(content.languages) > 1:
        cannot.append("Both languages stand in one label; the MLM module may separate them.")
    questions = [question for page in content.pages for question in page.questions]
    if any(question.kind == "points" for question in questions):
        cannot.append("The sum of points is shown, not enforced.")
    if any(question.roster for question in questions):
        cannot.append("Names of a group's members have to be imported as data (records.csv).")
    files = {"dictionary.csv": _Dictionary(content).build().encode("utf-8-sig")}
    steps = ["In REDCap: Project setup, Data dictionary, upload dictionary.csv."]
    if rosters and any(question.roster for question in questions):
        files["records.csv"] = records(content, rosters).encode("utf-8-sig")
        steps.append("Data import tool: records.csv, then send each record its own survey link.")
    return Published(files, tuple(cannot), tuple(steps))
