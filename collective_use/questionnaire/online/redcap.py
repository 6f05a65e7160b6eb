"""REDCap data dictionary: a CSV of 18 columns. Never imported into a live server here."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from collective_use.questionnaire.form.content import Choice, FormContent, Question, Texts
from collective_use.questionnaire.online.published import (
    Published,
    own_line_note,
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
        }
        row |= {names[key]: value for key, value in more.items()}
        self.rows.append(row)
        self.header = ""

    def roster(self) -> None:
        questions = [q for page in self.content.pages for q in page.questions if q.roster]
        places = max((len(question.rows) for question in questions), default=0)
        for name in roster_names(places):
            self.field(name, "text", f"Roster: {name}", identifier="y", note="@HIDDEN-SURVEY")

    def question(self, question: Question) -> None:
        item, stem = question.items[0], _said(question.stem)
        required = "y" if question.required else ""
        if question.kind in ("choice", "checklist"):
            kind = "radio" if question.kind == "choice" else "checkbox"
            self.field(item, kind, stem, choices=_choices(question.columns), required=required)
        elif question.kind == "field":
            checks = {"number": "integer", "month": "date_ym"}
            self.field(
                item, "text", stem, validation=checks.get(question.field, ""), required=required
            )
        else:
            self.lines(question, stem)

    def lines(self, question: Question, stem: str) -> None:
        item = question.items[0]
        if stem:
            self.field(f"{item}_stem", "descriptive", stem)
        yes_no = (Choice(1, ("✓",)), Choice(0, ("–",)))
        columns = yes_no if question.kind == "ticks" else question.columns
        for row in question.rows:
            name, label = row_column(question, row), _said(row.text)
            logic = f"{row.text[0]} <> ''" if question.roster and row.position else ""
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
            self.field(f"{item}_sum", "calc", f"Σ = {question.total:g}", choices=f"sum({names})")

    def build(self) -> str:
        content = self.content
        self.field("record_id", "text", "Record")
        for name, texts in (("purpose", content.purpose), ("definitions", content.definitions)):
            if texts:
                self.field(name, "descriptive", _said(texts))
        for module in content.consent:
            self.field(
                f"consent_{module.id}",
                "checkbox",
                _said(module.text),
                choices=f"1, {_said(module.accept).replace(chr(10), ' / ')}",
                required="y" if module.required else "",
            )
        for key in content.keys:
            self.field(key.id, "text", _said(key.text), required="y")
        self.roster()
        for page in content.pages:
            self.header = "\n".join(part for part in (_said(page.title), _said(page.intro)) if part)
            for question in page.questions:
                self.question(question)
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return buffer.getvalue()


def to_redcap(content: FormContent) -> Published:
    """Write a form as a REDCap data dictionary.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> form = to_redcap(form_content(cu.load_instrument("lq2002")))
    >>> form.files["dictionary.csv"].decode("utf-8-sig").startswith("Variable / Field Name")
    True
    """
    cannot = [*shuffled_note(content), *own_line_note(content)]
    if len(content.languages) > 1:
        cannot.append("Both languages stand in one label; the MLM module may separate them.")
    questions = [question for page in content.pages for question in page.questions]
    if any(question.kind == "points" for question in questions):
        cannot.append("The sum of points is shown, not enforced.")
    if any(question.roster for question in questions):
        cannot.append("Names of a group's members have to be imported as data (m1, m2, ...).")
    return Published(
        {"dictionary.csv": _Dictionary(content).build().encode("utf-8-sig")},
        tuple(cannot),
        ("In REDCap: Project setup, Data dictionary, upload dictionary.csv.",),
    )
