"""Questions of a QSF: one payload each, columns named by the instrument's ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from collective_use.accepted import Json, JsonObject
from collective_use.questionnaire.form.content import Choice, Question, Row, Texts
from collective_use.questionnaire.online.published import row_column
from collective_use.questionnaire.online.qsf.codes import choice_ids, language_code, recodes
from collective_use.questionnaire.online.qsf.logic import Logic, filled, shown_if

_FIELD = re.compile(r"\$\{e://Field/(\w+)\}")
_SINGLE, _MULTIPLE = ("MC", "SAVR", "TX"), ("MC", "MAVR", "TX")
_MATRIX, _TICKS = ("Matrix", "Likert", "SingleAnswer"), ("Matrix", "Likert", "MultipleAnswer")
_TEXT, _SUM = ("TE", "SL", ""), ("CS", "VRTL", "TX")
_LINES, _ONLY_TEXT = ("TE", "FORM", ""), ("DB", "TB", "")
_LONG_TEXT = ("TE", "ML", "")
_LAYOUT: dict[str, JsonObject] = {
    "Matrix": {
        "TextPosition": "inline",
        "ChoiceColumnWidth": 25,
        "RepeatHeaders": "none",
        "WhiteSpace": "OFF",
        "MobileFirst": True,
    },
    "CS": {"CSSliderMin": 0, "CSSliderMax": 100, "NumDecimals": "0", "ShowValue": True},
}


@dataclass
class Asked:
    """What one question of a QSF needs.

    Attributes
    ----------
    kind
        Type, selector and sub-selector.
    name
        Its name in an export.
    texts
        Its text in each language.
    choices, answers
        Texts by number, and names of single columns by number.
    """

    kind: tuple[str, str, str]
    name: str
    texts: Texts
    choices: dict[str, Texts] = field(default_factory=dict)
    answers: dict[str, Texts] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    shown: Logic | None = None
    choice_logic: dict[str, Logic] = field(default_factory=dict)
    required: bool = False
    check: JsonObject = field(default_factory=dict)
    shuffle: bool = False


def text_only(name: str, texts: Texts) -> Asked:
    """Return a question that only shows a text."""
    return Asked(_ONLY_TEXT, name, texts)


def one_box(name: str, texts: Texts, accept: Texts, required: bool) -> Asked:
    """Return a consent: one box to tick, forced where taking part needs it."""
    return Asked(_MULTIPLE, name, texts, {"1": accept}, codes={"1": "1"}, required=required)


def line(name: str, texts: Texts, required: bool, number: bool = False) -> Asked:
    """Return a line to write on."""
    check = {"Type": "ContentType", "ContentType": "ValidNumber"} if number else {}
    more = {"ValidNumber": {"Min": "", "Max": "", "NumDecimals": ""}} if number else {}
    return Asked(_TEXT, name, texts, required=required, check={**check, **more})


def asked(question: Question) -> Asked:
    """Return a question of the form as Qualtrics asks it."""
    item, stem = question.items[0], question.stem
    columns = dict(zip(choice_ids(question.columns), _labels(question.columns), strict=True))
    codes = recodes(question.columns)
    rows, names, logic = _rows(question)
    if question.kind == "grid":
        tag = f"grid_{item}" if question.number is None else item
        made = Asked(_MATRIX, tag, stem, rows, columns, names, codes)
    elif question.kind == "roles":
        made = Asked(_TICKS, item, stem, rows, columns, codes=codes)
    elif question.kind == "ticks":
        made = Asked(_MULTIPLE, item, stem, rows, codes=dict.fromkeys(rows, "1"))
    elif question.kind == "points":
        total: JsonObject = {"Type": "ChoicesTotal", "ChoiceTotal": f"{question.total:g}"}
        text = tuple(f"{text} (Σ = {question.total:g})" for text in stem)
        made = Asked(_SUM, item, text, rows, check=total)
    elif question.kind == "nominate":
        made = Asked(_LINES, item, stem, rows)
    elif question.kind in ("choice", "checklist"):
        kind = _SINGLE if question.kind == "choice" else _MULTIPLE
        made = Asked(kind, item, stem, columns, codes=codes)
    elif question.field == "text":
        made = Asked(_LONG_TEXT, item, stem)
    else:
        made = line(item, stem, question.required, question.field == "number")
    made.required, made.shuffle, made.choice_logic = question.required, question.shuffle, logic
    return made


def _labels(columns: Sequence[Choice]) -> list[Texts]:
    return [column.label for column in columns]


def _rows(question: Question) -> tuple[dict[str, Texts], dict[str, str], dict[str, Logic]]:
    """Return the lines of a question by number, their columns, and when each is shown."""
    texts: dict[str, Texts] = {}
    names: dict[str, str] = {}
    logic: dict[str, Logic] = {}
    for place, row in enumerate(question.rows, start=1):
        number = _row_number(question, row, place)
        texts[number], names[number] = row.text, row_column(question, row)
        name = _FIELD.search(row.text[0]) if question.roster and row.position else None
        if name:
            logic[number] = shown_if(filled(name[1]))
    return texts, names, logic


def _row_number(question: Question, row: Row, place: int) -> str:
    """Return the number of a line: the place on a roster, the code in a list, else the order."""
    if row.position is not None:
        return str(row.position)
    if row.number is None and all(r.id.isdecimal() and r.id != "0" for r in question.rows):
        return row.id
    return str(place)


def payload(made: Asked, number: str, languages: Sequence[str]) -> JsonObject:
    """Return a question as the file holds it.

    Parameters
    ----------
    made
        The question.
    number
        Its number (``QID3``).
    languages
        The languages of its texts; the first is the survey's own.
    """
    kind, selector, sub = made.kind
    plain = re.sub(r"<[^>]+>", " ", _first(made.texts))
    content: JsonObject = {
        "QuestionText": _first(made.texts),
        "DefaultChoices": False,
        "DataExportTag": made.name,
        "QuestionID": number,
        "QuestionType": kind,
        "Selector": selector,
        "Configuration": {"QuestionDescriptionOption": "UseText", **_LAYOUT.get(kind, {})},
        "QuestionDescription": plain[:100],
        "Validation": {"Settings": _validation(made)},
        "GradingData": [],
        "Language": _translations(made, languages),
        "NextChoiceId": _next(made.choices),
        "NextAnswerId": _next(made.answers),
        "DataVisibility": {"Private": False, "Hidden": False},
    }
    if sub:
        content["SubSelector"] = sub
    if made.choices:
        content["Choices"] = {
            name: {"Display": _first(texts)}
            | ({"DisplayLogic": made.choice_logic[name]} if name in made.choice_logic else {})
            for name, texts in made.choices.items()
        }
        content["ChoiceOrder"] = list(made.choices)
    if made.answers:
        content["Answers"] = {name: {"Display": _first(t)} for name, t in made.answers.items()}
        content["AnswerOrder"] = list(made.answers)
        content["ChoiceDataExportTags"] = made.names or False
    if made.codes:
        content["RecodeValues"] = made.codes
    if made.shuffle:
        content["Randomization"] = {"Advanced": None, "Type": "All", "TotalRandSubset": ""}
    if made.shown:
        content["DisplayLogic"] = made.shown
    return content


def _first(texts: Texts) -> str:
    return texts[0] if texts else ""


def _next(entries: dict[str, Texts]) -> int:
    return max((int(name) for name in entries), default=0) + 1


def _validation(made: Asked) -> JsonObject:
    force = "ON" if made.required else "OFF"
    return {"ForceResponse": force, "ForceResponseType": "ON", "Type": "None"} | made.check


def _translations(made: Asked, languages: Sequence[str]) -> JsonObject | list[Json]:
    """Return the texts in the other languages; an empty list is how the file says none."""
    found: JsonObject = {}
    for place, language in enumerate(languages[1:], start=1):

        def say(texts: Texts, place: int = place) -> str:
            return (texts[place] if place < len(texts) else "") or _first(texts)

        entry: JsonObject = {"QuestionText": say(made.texts)}
        for part, entries in (("Choices", made.choices), ("Answers", made.answers)):
            if entries:
                entry[part] = {name: {"Display": say(texts)} for name, texts in entries.items()}
        found[language_code(language)] = entry
    return found or []
