"""SurveyJS: one JSON that its free form library shows in any web page."""

from __future__ import annotations

import json

from collective_use.accepted import Json, JsonObject
from collective_use.platforms.consent import consent_column
from collective_use.platforms.roster_codes import CODES, PARTNERS
from collective_use.questionnaire.form.content import (
    Choice,
    Consent,
    FormContent,
    Page,
    Question,
    Texts,
)
from collective_use.questionnaire.online.escape import as_html, escaped, parted
from collective_use.questionnaire.online.published import (
    Published,
    own_line_note,
    roster_places,
    row_column,
    shuffled_note,
    value_of,
)

ROSTER_NAME = "{{{0}}}"
_CODES = {"zh": "zh-cn"}


def escape(text: str) -> str:
    """Return a text as SurveyJS shows it: a brace begins no variable.

    Examples
    --------
    >>> escape("Use {token}").replace("\u200b", "~")
    'Use {~token}'
    """
    return parted(text, r"\{")


def _html(texts: Texts, content: FormContent) -> Json:
    """Return texts for an element that shows HTML; titles and options show plain text."""
    return _text(tuple(as_html(text) for text in texts), content)


def _agreed(consent: str) -> dict[str, str]:
    """Return what shows an element only to who gave a consent."""
    return {"visibleIf": f"{{{consent_column(consent)}}} = true"} if consent else {}


def _text(texts: Texts, content: FormContent) -> Json:
    pairs = [
        ("default" if i == 0 else _CODES.get(code, code), text)
        for i, (code, text) in enumerate(zip(content.languages, texts, strict=False))
        if text
    ]
    if not pairs:
        return ""
    return pairs[0][1] if len(pairs) == 1 else dict(pairs)


def _choices(columns: tuple[Choice, ...], content: FormContent) -> list[JsonObject]:
    return [{"value": value_of(c.code), "text": _text(c.label, content)} for c in columns]


def _rows(question: Question, content: FormContent) -> list[JsonObject]:
    rows = []
    for row in question.rows:
        entry = {"value": row_column(question, row), "text": _text(row.text, content)}
        if question.roster and row.position:
            entry["visibleIf"] = f"{row.text[0]} notempty"
        rows.append(entry)
    return rows


def _matrix(question: Question, content: FormContent, name: str) -> JsonObject:
    return {
        "type": "matrix",
        "name": name,
        "title": _text(question.stem, content) or " ",
        "columns": _choices(question.columns, content),
        "rows": _rows(question, content),
        "eachRowRequired": question.required,
        **({"rowOrder": "random"} if question.shuffle else {}),
    }


def _points(question: Question, content: FormContent, item: str) -> list[JsonObject]:
    """Lay points out as one number a line; whoever fills one in has to reach the total."""
    lines = _rows(question, content)
    parts = [f"iif({{{line['value']}}} notempty, {{{line['value']}}}, 0)" for line in lines]
    total: JsonObject = {
        "type": "expression",
        "expression": f"{' + '.join(parts)} = {question.total:g}",
        "text": f"Σ = {question.total:g}",
    }
    elements: list[JsonObject] = [
        {"type": "html", "name": f"{item}_intro", "html": _html(question.stem, content)}
    ]
    for line in lines:
        element: JsonObject = {
            "type": "text",
            "name": line["value"],
            "title": line["text"],
            "inputType": "number",
            "titleLocation": "left",
            "validators": [{"type": "numeric", "minValue": 0}, total],
        }
        if "visibleIf" in line:
            element["visibleIf"] = line["visibleIf"]
        elements.append(element)
    sum_line: JsonObject = {
        "type": "expression",
        "name": f"{item}_sum",
        "title": f"Σ ({question.total:g})",
        "expression": " + ".join(parts),
        "titleLocation": "left",
    }
    return [*elements, sum_line]


def _elements(question: Question, content: FormContent) -> list[JsonObject]:
    item = question.items[0]
    title = _text(question.stem, content)
    required = {"isRequired": True} if question.required else {}
    if question.kind == "grid":
        return [_matrix(question, content, f"grid_{item}")]
    if question.kind == "points":
        return _points(question, content, item)
    if question.kind == "ticks":
        choices = [{"value": row["value"], **row} for row in _rows(question, content)]
        return [{"type": "checkbox", "name": item, "title": title, "choices": choices}]
    if question.kind == "roles":
        choices = _choices(question.columns, content)
        head: list[JsonObject] = [
            {"type": "html", "name": f"{item}_intro", "html": _html(question.stem, content)}
        ]
        return head + [
            {
                "type": "checkbox",
                "name": row["value"],
                "title": row["text"],
                "choices": choices,
                **({"visibleIf": row["visibleIf"]} if "visibleIf" in row else {}),
            }
            for row in _rows(question, content)
        ]
    if question.kind == "nominate":
        head = [{"type": "html", "name": f"{item}_intro", "html": _html(question.stem, content)}]
        return head + [
            {"type": "text", "name": row["value"], "title": row["text"]}
            for row in _rows(question, content)
        ]
    if question.kind in ("choice", "checklist"):
        kind = "radiogroup" if question.kind == "choice" else "checkbox"
        return [
            {
                "type": kind,
                "name": item,
                "title": title,
                "choices": _choices(question.columns, content),
                **required,
            }
        ]
    look = {"number": {"inputType": "number"}, "month": {"inputType": "month"}}
    return [
        {"type": "text", "name": item, "title": title, **look.get(question.field, {}), **required}
    ]


def _page(page: Page, content: FormContent) -> JsonObject:
    elements = [
        element | _both(element, _agreed(question.consent))
        for question in page.questions
        for element in _elements(question, content)
    ]
    result: JsonObject = {"name": page.id, "elements": elements, **_agreed(page.consent)}
    if page.title:
        result["title"] = _text(page.title, content)
    if page.intro:
        result["description"] = _text(page.intro, content)
    return result


def _both(element: JsonObject, shown: dict[str, str]) -> dict[str, str]:
    """Join the condition of a question with the one that an element of it already has."""
    if not shown or "visibleIf" not in element:
        return shown
    return {"visibleIf": f"{shown['visibleIf']} and {element['visibleIf']}"}


def _consent(module: Consent, content: FormContent) -> JsonObject:
    name = consent_column(module.id)
    element = {
        "type": "boolean",
        "name": name,
        "title": _text(module.accept, content),
        "description": _text(module.text, content),
        "descriptionLocation": "underTitle",
    }
    if not module.required:
        return element
    agreed = {"type": "expression", "expression": f"{{{name}}} = true"}
    return {**element, "isRequired": True, "validators": [agreed]}


def _cover(content: FormContent) -> JsonObject:
    elements: list[JsonObject] = [
        {"type": "html", "name": name, "html": _html(texts, content)}
        for name, texts in (("purpose", content.purpose), ("definitions", content.definitions))
        if texts
    ]
    elements += [_consent(module, content) for module in content.consent]
    elements += [
        {
            "type": "text",
            "name": key.id,
            "title": _text(key.text, content),
            "isRequired": True,
            **({"defaultValue": key.value, "readOnly": True} if key.value else {}),
        }
        for key in content.keys
    ]
    return {"name": "cover", "elements": elements}


def survey_json(content: FormContent) -> JsonObject:
    """Return the SurveyJS definition of a form as plain values."""
    kept: list[JsonObject] = [
        {"name": name, "expression": f"{{{variable}}}", "includeIntoResult": True}
        for name, variable in ((CODES, "codes"), (PARTNERS, "partners"))
    ]
    return {
        "title": _text(content.title, content),
        **({"calculatedValues": kept} if roster_places(content) else {}),
        "locale": "",
        "showProgressBar": True,
        "showQuestionNumbers": False,
        "textUpdateMode": "onTyping",
        "pages": [_cover(content), *(_page(page, content) for page in content.pages)],
    }


def to_surveyjs(content: FormContent) -> Published:
    """Write a form as SurveyJS JSON.

    The names of a group's members are survey variables ``m1``, ``m2``, ... that the page sets,
    with ``codes`` and ``partners``, which come back with the answers (`join_codes`).

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> list(to_surveyjs(form_content(cu.load_instrument("lq2002"))).files)
    ['survey.json']
    """
    content = escaped(content, escape)
    text = json.dumps(survey_json(content), ensure_ascii=False, indent=1)
    cannot = [*shuffled_note(content), *own_line_note(content)]
    if len(content.languages) > 1:
        cannot.append("The answers do not say in which language: save survey.locale with them.")
    return Published(
        {"survey.json": text.encode("utf-8")},
        tuple(cannot),
        ("Load survey.json in your page: new Survey.Model(json); keep the result as JSON.",),
        tested="run",
    )
