"""What each platform would make of a published definition: its columns, answers and labels.

Read from the definition by the platform's own rules, not by our readers' code.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import openpyxl

from collective_use.platforms.layouts import Field

Labels = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Asked:
    """One column: what it is called on the platform, and what it is in truth."""

    head: Field
    plain: str
    labels: Labels = field(default_factory=dict)
    """Label by code, then by language; a platform of one language has ``""``."""
    tick: bool = False


def limesurvey(files: Mapping[str, bytes], known: set[str]) -> list[Asked]:
    text = files["survey.txt"].decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text, newline=""), delimiter="\t"))
    questions: dict[str, dict] = {}
    now = ""
    for line in lines:
        name, language = line["name"], line["language"]
        if line["class"] == "Q":
            now = name
            question = questions.setdefault(
                now, {"type": line["type/scale"], "text": {}, "0": {}, "1": {}, "A": {}}
            )
            question["text"][language] = line["text"]
        elif line["class"] == "SQ":
            questions[now][line["type/scale"]].setdefault(name, {})[language] = line["text"]
        elif line["class"] == "A":
            questions[now]["A"].setdefault(name, {})[language] = line["text"]
    found = []
    for name, question in questions.items():
        if question["type"] in ("X", "*") or name.startswith("consent"):
            continue
        first, second = question["0"] or {"": {}}, question["1"] or {"": {}}
        for part, part_texts in first.items():
            for more, more_texts in second.items():
                plain = plain_name(name, part, more, known)
                if plain is None:
                    continue
                texts = (question["text"], part_texts, more_texts)
                head = Field(name, part, more, *(flat(t.get("en", "")) for t in texts))
                tick = question["type"] == "M"
                found.append(Asked(head, plain, question["A"], tick))
    return found


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def plain_name(name: str, part: str, more: str, known: set[str]) -> str | None:
    tries = ["_".join(entry for entry in (name, part, more) if entry)]
    if name.startswith("grid"):
        tries.append(part)
    short = {entry.replace("_", ""): entry for entry in known}
    for entry in tries:
        if entry in known:
            return entry
        if "_" not in entry and entry in short:
            return short[entry]
    return None


def redcap(files: Mapping[str, bytes], known: set[str]) -> list[Asked]:
    text = files["dictionary.csv"].decode("utf-8-sig")
    found = []
    for line in csv.DictReader(io.StringIO(text, newline="")):
        name, kind = line["Variable / Field Name"], line["Field Type"]
        said = line["Field Label"]
        listed = line["Choices, Calculations, OR Slider Labels"]
        pairs = (
            [c.split(",", 1) for c in listed.split("|")] if kind in ("radio", "checkbox") else []
        )
        choices = {code.strip(): {"": label.strip()} for code, label in pairs}
        if kind == "checkbox":
            found += [
                Asked(
                    Field(name, code, text=said, part_text=label[""]), f"{name}_{code}", tick=True
                )
                for code, label in choices.items()
                if f"{name}_{code}" in known
            ]
        elif kind in ("radio", "text") and name in known:
            found.append(Asked(Field(name, text=said), name, choices))
    return found


def kobo(files: Mapping[str, bytes], known: set[str]) -> list[Asked]:
    book = openpyxl.load_workbook(io.BytesIO(files["form.xlsx"]))
    sheets = {}
    for name in ("survey", "choices"):
        head, *rows = book[name].iter_rows(values_only=True)
        sheets[name] = [
            {
                str(key): "" if cell is None else str(cell)
                for key, cell in zip(head, row, strict=True)
            }
            for row in rows
        ]
    lists: dict[str, dict[str, dict[str, str]]] = {}
    for row in sheets["choices"]:
        lists.setdefault(row["list_name"], {})[row["name"]] = said(row)
    found: list[Asked] = []
    above: list[str] = []
    for row in sheets["survey"]:
        kind, name = row["type"], row["name"]
        english = said(row).get("en", "")
        if kind == "begin_group":
            above.append(name)
        elif kind == "end_group":
            above.pop()
        elif kind.startswith("select_multiple"):
            for code, label in lists[kind.split()[1]].items():
                if f"{name}_{code}" not in known:
                    continue
                head = Field(name, code, "", english, label.get("en", ""), above=tuple(above))
                found.append(Asked(head, f"{name}_{code}", tick=True))
        elif name in known:
            labels = lists[kind.split()[1]] if kind.startswith("select_one") else {}
            found.append(Asked(Field(name, text=english, above=tuple(above)), name, labels))
    return found


def said(row: Mapping[str, str]) -> dict[str, str]:
    """Texts by language code: ``label::English (en)`` is ``en``."""
    return {key[-3:-1]: text for key, text in row.items() if key.startswith("label::")}


def qualtrics(files: Mapping[str, bytes], known: set[str]) -> list[Asked]:
    """Columns of a QSF: export tags, recode values, translations of the texts."""
    survey = json.loads(files["survey.qsf"])
    asked = [e["Payload"] for e in survey["SurveyElements"] if e["Element"] == "SQ"]
    return [one for question in asked for one in of_question(question) if one.plain in known]


def displays(question: Mapping, part: str) -> dict[str, dict[str, str]]:
    """Texts of choices or answers by number, then by language."""
    entries = {n: {"en": flat(e["Display"])} for n, e in question.get(part, {}).items()}
    translations = question["Language"] or {}
    for language, texts in translations.items():
        name = {"ZH-S": "zh"}.get(language, language.lower())
        for number, entry in texts.get(part, {}).items():
            entries[number][name] = flat(entry["Display"])
    return entries


def of_question(question: Mapping) -> list[Asked]:
    kind, tag, text = question["QuestionType"], question["DataExportTag"], question["QuestionText"]
    text = flat(text)
    if kind == "DB":
        return []
    choices, answers = displays(question, "Choices"), displays(question, "Answers")
    codes = question.get("RecodeValues", {})
    if kind == "Matrix" and question["SubSelector"] == "MultipleAnswer":
        return [
            Asked(
                Field(tag, c, a, text, said["en"], more["en"]), f"{tag}_{c}_{codes[a]}", tick=True
            )
            for c, said in choices.items()
            for a, more in answers.items()
        ]
    if kind == "MC" and question["Selector"] == "MAVR":
        ticks = question["DataExportTag"].startswith("net")
        return [
            Asked(
                Field(tag, c, "", text, said["en"]), f"{tag}_{c if ticks else codes[c]}", tick=True
            )
            for c, said in choices.items()
        ]
    labels = {codes[number]: said for number, said in (answers or choices).items() if codes}
    if kind == "Matrix":
        names = question["ChoiceDataExportTags"]
        heads = {c: Field(names[c], "", "", text, s["en"]) for c, s in choices.items()}
        return [Asked(head, names[c], labels) for c, head in heads.items()]
    if kind in ("CS", "TE") and choices:
        return [Asked(Field(tag, c, "", text, s["en"]), f"{tag}_{c}") for c, s in choices.items()]
    return [Asked(Field(tag, text=text), tag, labels)]


def surveyjs(files: Mapping[str, bytes]) -> Sequence[dict]:
    survey = json.loads(files["survey.json"])
    return [element for page in survey["pages"] for element in page["elements"]]
