"""The frame of a QSF: blocks, flow, options, and the questions in them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape

from collective_use.accepted import Json, JsonObject
from collective_use.platforms.consent import consent_column
from collective_use.questionnaire.form.content import FormContent, Page, Texts
from collective_use.questionnaire.online.qsf.codes import language_code
from collective_use.questionnaire.online.qsf.logic import chosen, shown_if
from collective_use.questionnaire.online.qsf.questions import (
    Asked,
    asked,
    line,
    one_box,
    payload,
    text_only,
)

_NEVER = "0000-00-00 00:00:00"
_OPTIONS = {
    "BackButton": "true",
    "SaveAndContinue": "true",
    "SurveyProtection": "PublicSurvey",
    "BallotBoxStuffingPrevention": "false",
    "NoIndex": "Yes",
    "SecureResponseFiles": "true",
    "SurveyExpiration": "None",
    "SurveyTermination": "DefaultMessage",
    "Header": "",
    "Footer": "",
    "ProgressBarDisplay": "Text",
    "PartialData": "+1 week",
    "ValidationMessage": "",
    "PreviousButton": "",
    "NextButton": "",
    "AnonymizeResponse": "Yes",
}
"""Whoever opens the survey may come back to it; addresses are not kept with the answers."""


@dataclass
class _Block:
    id: str
    title: str
    questions: list[str] = field(default_factory=list)


class _Survey:
    """Collects questions and the blocks that they stand in."""

    def __init__(self, content: FormContent) -> None:
        self.content = content
        self.blocks: list[_Block] = []
        self.asked: list[tuple[str, Asked]] = []
        self.consents: dict[str, str] = {}

    def id(self, kind: str, name: str) -> str:
        """Return an id of the length that Qualtrics uses, the same each time."""
        text = f"{self.content.form_id}/{kind}/{name}"
        return f"{kind}_{hashlib.sha256(text.encode()).hexdigest()[:15]}"

    def block(self, name: str, title: str) -> None:
        self.blocks.append(_Block(self.id("BL", name), unescape(title)))

    def add(self, made: Asked, consent: str = "") -> str:
        number = f"QID{len(self.asked) + 1}"
        if consent and consent in self.consents:
            made.shown = shown_if(chosen(self.consents[consent], f"consent {consent!r} was given"))
        self.asked.append((number, made))
        self.blocks[-1].questions.append(number)
        return number

    def cover(self, known: Sequence[str]) -> None:
        content = self.content
        self.block("cover", "Cover")
        self.add(text_only("form_title", _strong(content.title)))
        for name, texts in (("purpose", content.purpose), ("definitions", content.definitions)):
            if texts:
                self.add(text_only(name, texts))
        for module in content.consent:
            name = consent_column(module.id)
            made = one_box(name, module.text, module.accept, module.required)
            self.consents[module.id] = self.add(made)
        for key in content.keys:
            if key.id not in known:
                self.add(line(key.id, key.text, required=True))

    def page(self, page: Page) -> None:
        self.block(page.id, page.title[0] if page.title else page.id)
        head = _joined(_strong(page.title), page.intro)
        if head:
            self.add(text_only(f"{page.id}_intro", head), page.consent)
        for question in page.questions:
            self.add(asked(question), question.consent)


def _strong(texts: Texts) -> Texts:
    return tuple(f"<strong>{text}</strong>" if text else "" for text in texts)


def _joined(first: Texts, second: Texts) -> Texts:
    count = max(len(first), len(second))
    filled = [texts or ("",) * count for texts in (first, second)]
    return tuple("<br>".join(filter(None, pair)) for pair in zip(*filled, strict=True))


def survey_file(content: FormContent, fields: Sequence[str], known: Sequence[str]) -> JsonObject:
    """Return a form as the plain values of a QSF.

    Parameters
    ----------
    content
        The form, its texts HTML.
    fields
        Embedded data that contacts bring along, in order.
    known
        The codes of the cover that are among them, by id: nobody is asked for these.
    """
    survey = _Survey(content)
    survey.cover(known)
    for page in content.pages:
        survey.page(page)
    return {"SurveyEntry": _entry(survey), "SurveyElements": _elements(survey, fields)}


def _entry(survey: _Survey) -> JsonObject:
    owner = "UR_" + "0" * 15
    return {
        "SurveyID": survey.id("SV", "survey"),
        "SurveyName": f"{unescape(survey.content.title[0])} ({survey.content.form_id})",
        "SurveyDescription": None,
        "SurveyOwnerID": owner,
        "SurveyBrandID": "",
        "DivisionID": None,
        "SurveyLanguage": language_code(survey.content.languages[0]),
        "SurveyActiveResponseSet": survey.id("RS", "responses"),
        "SurveyStatus": "Inactive",
        "SurveyStartDate": _NEVER,
        "SurveyExpirationDate": _NEVER,
        "SurveyCreationDate": _NEVER,
        "CreatorID": owner,
        "LastModified": _NEVER,
        "LastAccessed": _NEVER,
        "LastActivated": _NEVER,
        "Deleted": None,
    }


def _elements(survey: _Survey, fields: Sequence[str]) -> list[JsonObject]:
    languages = survey.content.languages
    options: JsonObject = {
        **_OPTIONS,
        "SurveyTitle": unescape(survey.content.title[0]),
        "AvailableLanguages": {language_code(language): [] for language in languages},
    }
    project = {"ProjectCategory": "CORE", "SchemaVersion": "1.1.0"}
    scoring: JsonObject = {
        "ScoringCategories": [],
        "ScoringCategoryGroups": [],
        "ScoringSummaryCategory": None,
    }
    parts: list[tuple[str, str, str | None, Json]] = [
        ("BL", "Survey Blocks", None, _blocks(survey)),
        ("FL", "Survey Flow", None, _flow(survey, fields)),
        ("SO", "Survey Options", None, options),
        ("SCO", "Scoring", None, scoring),
        ("PROJ", "CORE", None, project),
        ("STAT", "Survey Statistics", None, {"MobileCompatible": True, "ID": "Survey Statistics"}),
        ("QC", "Survey Question Count", str(len(survey.asked)), None),
        ("RS", survey.id("RS", "responses"), "Default Response Set", None),
    ]
    parts += [
        ("SQ", number, made.name, payload(made, number, languages)) for number, made in survey.asked
    ]
    return [
        {
            "SurveyID": survey.id("SV", "survey"),
            "Element": element,
            "PrimaryAttribute": first,
            "SecondaryAttribute": second,
            "TertiaryAttribute": None,
            "Payload": content,
        }
        for element, first, second, content in parts
    ]


def _blocks(survey: _Survey) -> list[JsonObject]:
    blocks: list[JsonObject] = [
        {
            "Type": "Default" if place == 0 else "Standard",
            "SubType": "",
            "Description": block.title,
            "ID": block.id,
            "BlockElements": [
                {"Type": "Question", "QuestionID": number} for number in block.questions
            ],
            "Options": {"BlockLocking": "false", "RandomizeQuestions": "false"},
        }
        for place, block in enumerate(survey.blocks)
    ]
    trash = {"Type": "Trash", "Description": "Trash / Unused Questions"}
    return [*blocks, {**trash, "ID": survey.id("BL", "trash"), "BlockElements": []}]


def _flow(survey: _Survey, fields: Sequence[str]) -> JsonObject:
    steps: list[JsonObject] = []
    if fields:
        embedded: list[JsonObject] = [
            {
                "Description": name,
                "Type": "Recipient",
                "Field": name,
                "VariableType": "String",
                "DataVisibility": [],
                "AnalyzeText": False,
            }
            for name in fields
        ]
        steps.append({"Type": "EmbeddedData", "EmbeddedData": embedded})
    steps += [
        {"Type": "Block" if place == 0 else "Standard", "ID": block.id, "Autofill": []}
        for place, block in enumerate(survey.blocks)
    ]
    numbered: list[JsonObject] = [
        {**step, "FlowID": f"FL_{place}"} for place, step in enumerate(steps, start=2)
    ]
    count: JsonObject = {"Count": len(steps) + 1, "RemovedFieldsets": []}
    return {"Type": "Root", "FlowID": "FL_1", "Flow": numbered, "Properties": count}
