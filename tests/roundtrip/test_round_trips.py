"""Out and back: a published form, answered in its platform's layout, gives the same codes."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import pandas as pd
import pytest

import collective_use as cu
from collective_use.platforms.layouts import (
    LAYOUTS,
    QUALTRICS,
    QUALTRICS_LEGACY,
    delimited,
    import_id,
    kobo_heading,
    limesurvey_heading,
    qualtrics_heading,
    redcap_heading,
)
from collective_use.questionnaire.online.publish import publish_form

sys.path.insert(0, str(Path(__file__).parent))
import definitions
from conftest import PLACES, form_of

FULL = {"limesurvey": {"Y": "Yes", "": "No"}, "redcap": {"1": "Checked", "0": "Unchecked"}}


@pytest.fixture(scope="module")
def publish(bank):
    made = {}

    def files(platform: str, seed: int | None = None) -> dict[str, bytes]:
        if (platform, seed) not in made:
            made[platform, seed] = publish_form(
                bank,
                platform,
                form=form_of(bank),
                modules=["all"] if bank.get_form(form_of(bank)).modules else (),
                places=PLACES,
                seed=seed,
                draft=True,
            ).files
        return made[platform, seed]

    return files


def label(one: definitions.Asked, value: str, language: str) -> str:
    """A code as the platform shows it to people; numbers and names are as they are."""
    if value not in one.labels:
        return value
    texts = one.labels[value]
    names = {"zh": "zh-Hans"}
    return texts.get("") or texts.get(language) or texts[names.get(language, language)]


def limesurvey(asked, people, style: str, labels: bool) -> tuple[str, bytes]:
    own = ["id", "submitdate", "lastpage", "startlanguage", "seed"]
    heads = [*own, *(limesurvey_heading(one.head, style) for one in asked)]
    rows = [heads]
    for number, person in enumerate(people, start=1):
        row = [str(number), "1980-01-01 00:00:00", "9", person["language"], "5"]
        row[3] = {"zh": "zh-Hans"}.get(row[3], row[3])
        for one in asked:
            value = person[one.plain]
            if one.tick:
                mine = [o.plain for o in asked if o.head.code == one.head.code]
                value = {"1": "Y"}.get(value, "")
                if labels and any(person[name] for name in mine):
                    value = FULL["limesurvey"][value]
            elif labels:
                value = label(one, value, person["language"])
            row.append(value)
        rows.append(row)
    again = rows[1].copy()
    again[0], again[1] = "99", ""  # never sent off
    return "export.csv", delimited([*rows, again], ";", quoted=True, bom=True)


def qualtrics(asked, people, style: str, labels: bool) -> tuple[str, bytes]:
    heads = [qualtrics_heading(one.head) for one in asked]
    ids = [import_id(f"QID{n}") for n, _ in enumerate(heads)]
    old = style == "legacy"
    if old:
        rows = [[*(own[at] for own in QUALTRICS_LEGACY), *(h[at] for h in heads)] for at in (0, 1)]
        rows = [[*row, "language" if row is rows[0] else "Language"] for row in rows]
    else:
        rows = [[*(own[at] for own in QUALTRICS), *(h[at] for h in heads)] for at in (0, 1)]
        rows.append([*(import_id(own[2]) for own in QUALTRICS), *ids])
    for number, person in enumerate(people):
        status, finished = ("IP Address", "True") if labels else ("0", "1")
        language = {"zh": "ZH-S"}.get(person["language"], person["language"].upper())
        if old:
            row = [f"R_{number}", "Default", "", "", "", "", status, "x", "y", finished]
        else:
            row = ["x", "y", status, "192.0.2.1", "100", "60", finished, "y", f"R_{number}"]
            row += ["", "", "", "", "", "", "email", language]
        for one in asked:
            value = person[one.plain]
            if one.tick:
                value = (one.head.second_text or one.head.part_text if labels else "1") * (
                    value == "1"
                )
            elif value == "" and one.labels and not labels:
                value = "-99"
            elif labels:
                value = label(one, value, person["language"])
            row.append(value)
        rows.append([*row, language] if old else row)
    at = rows[0].index("V7" if old else "Status")
    preview, partial = rows[-1].copy(), rows[-1].copy()
    preview[at] = "Survey Preview" if labels else "1"
    partial[rows[0].index("V10" if old else "Finished")] = "False" if labels else "0"
    for row, name in ((preview, "R_p"), (partial, "R_u")):
        row[0 if old else 8] = name
    return "export.csv", delimited([*rows, preview, partial], ",", bom=old)


def redcap(asked, people, style: str, labels: bool) -> tuple[str, bytes]:
    last = "Complete?" if labels else "questionnaire_complete"
    first = "Record" if labels else "record_id"
    rows = [[first, *(redcap_heading(one.head, labels) for one in asked), last]]
    for number, person in enumerate(people, start=1):
        row = [str(number)]
        for one in asked:
            value = person[one.plain]
            if one.tick:
                value = value or "0"
                value = FULL["redcap"][value] if labels else value
            elif labels:
                value = label(one, value, person["language"])
            row.append(value)
        rows.append([*row, "Complete" if labels else "2"])
    return "export.csv", delimited(rows, ",")


def kobo(asked, people, style: str, labels: bool) -> tuple[str, bytes]:
    own = ["_id", "_uuid", "_submission_time"]
    heads, joined = ["start", "end"], {}
    for one in asked:
        head = definitions.Field(one.head.code, text=one.head.text, above=one.head.above)
        if one.head.part and one.head.code not in joined:
            joined[one.head.code] = len(heads)
            heads.append(kobo_heading(head, style))
        heads.append(kobo_heading(one.head, style))
    rows = [[*heads, *own]]
    for number, person in enumerate(people, start=1):
        row, seen = ["2026-01-01T10:00:00", "2026-01-01T10:10:00"], set()
        for one in asked:
            value = person[one.plain]
            if one.head.part and one.head.code not in seen:
                seen.add(one.head.code)
                mine = [o for o in asked if o.head.code == one.head.code]
                picked = [o for o in mine if person[o.plain] == "1"]
                row.append(" ".join(o.head.part_text if labels else o.head.part for o in picked))
            if one.head.part:
                mine = [o for o in asked if o.head.code == one.head.code]
                some = any(person[o.plain] == "1" for o in mine)
                row.append(value if some else "")
            else:
                row.append(label(one, value, "en") if labels else value)
        rows.append([*row, str(number), f"u{number}", "2026-01-01T10:11:00"])
    return "export.csv", delimited(rows, ";", quoted=True)


# layout, what publishes it, who reads it, style, answers as labels
WAYS = [
    ("limesurvey code", "limesurvey", limesurvey, "code", False),
    ("limesurvey code", "limesurvey", limesurvey, "code", True),
    ("limesurvey code and text", "limesurvey", limesurvey, "code and text", False),
    ("limesurvey code and text", "limesurvey", limesurvey, "code and text", True),
    ("limesurvey expression", "limesurvey", limesurvey, "expression", False),
    ("limesurvey expression", "limesurvey", limesurvey, "expression", True),
    ("qualtrics", "qualtrics", qualtrics, "", False),
    ("qualtrics", "qualtrics", qualtrics, "", True),
    ("qualtrics legacy", "qualtrics", qualtrics, "legacy", False),
    ("redcap raw", "redcap", redcap, "", False),
    ("kobo names", "xlsform", kobo, "names", False),
    ("kobo groups", "xlsform", kobo, "groups", False),
]


def compare(back, plain, *, passed_over: bool = True) -> int:
    """Compare codes, reasons, rosters and keys; return how many cells were compared."""
    for key in ("group", "member", "partner"):
        assert (key in back.persons) == (key in plain.persons)
        if key in plain.persons:
            assert back.persons[key].tolist() == plain.persons[key].tolist(), key
    assert set(back.rosters) == set(plain.rosters)
    ours, theirs = back.answers, plain.answers
    if not passed_over:
        ticked = [c for c in theirs if not theirs[c].dropna().gt(1).any() and c not in ours.columns]
        assert ticked == []
    pd.testing.assert_frame_equal(ours, theirs)
    pd.testing.assert_frame_equal(back.reasons, plain.reasons)
    count = ours.size
    for item, frame in plain.rosters.items():
        pd.testing.assert_frame_equal(back.rosters[item], frame)
        count += frame.size
    about = [i.id for i in plain.instrument.items if i.role == "respondent"]
    about = [name for name in about if name in plain.persons]
    pd.testing.assert_frame_equal(back.persons[about], plain.persons[about])
    return count


def read_both(bank, truth, tmp_path, made, **how):
    name, content = made
    (tmp_path / name).write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cu.DataWarning)
        form = form_of(bank)
        back = cu.read_responses(tmp_path / name, bank, form=form, **how)
        return back, cu.read_responses(truth, bank, form=form)


def columns_of(bank, platform, files, known):
    if platform == "xlsform":
        return definitions.kobo(files, known)
    return getattr(definitions, platform)(files, known)


@pytest.mark.parametrize(
    ("layout", "platform", "write", "style", "labels"),
    WAYS,
    ids=[f"{way[0]}, {'labels' if way[4] else 'codes'}" for way in WAYS],
)
@pytest.mark.parametrize("seed", [None, 7])
def test_out_and_back(bank, truth, publish, tmp_path, layout, platform, write, style, labels, seed):
    assert layout in LAYOUTS
    asked = columns_of(bank, platform, publish(platform, seed), set(truth.columns))
    missing = set(truth.columns) - {one.plain for one in asked} - {"language"}
    assert missing == set(), missing
    if platform == "redcap":  # unticked and passed over are both 0 there
        ticks = {one.plain for one in asked if one.tick}
        truth = truth.assign(**{name: truth[name].replace("", "0") for name in ticks})
    people = truth.to_dict("records")
    back, plain = read_both(bank, truth, tmp_path, write(asked, people, style, labels))
    assert compare(back, plain) >= len(truth) * 10
    assert not any("from documentation" in e.text for e in back.record.entries)
    if platform in ("qualtrics", "limesurvey"):
        gone = [e for e in back.record.entries if "never sent off" in e.text or "Preview" in e.text]
        assert sum(e.count for e in gone) == (2 if platform == "qualtrics" else 1)
    if platform in ("limesurvey",) or layout == "qualtrics":
        assert back.persons["language"].tolist() == truth["language"].tolist()


def test_surveyjs(bank, truth, publish, tmp_path):
    rows = []
    for person in truth.to_dict("records"):
        row = {"locale": {"zh": "zh-cn"}.get(person["language"], "en")}
        for element in definitions.surveyjs(publish("surveyjs")):
            name = element["name"]
            if element["type"] == "matrix":
                given = {r["value"]: person[r["value"]] for r in element["rows"]}
                if any(given.values()):
                    row[name] = {line: value for line, value in given.items() if value}
            elif element["type"] == "checkbox":
                values = [str(choice["value"]) for choice in element["choices"]]
                ticked = [v for v in values if person[v if v in person else f"{name}_{v}"] == "1"]
                if ticked:
                    row[name] = ticked
            elif person.get(name):
                row[name] = person[name]
        rows.append(row)
    made = "export.json", json.dumps(rows, ensure_ascii=False).encode()
    back, plain = read_both(bank, truth, tmp_path, made)
    assert compare(back, plain) >= len(truth) * 10
    assert any("from documentation" in entry.text for entry in back.record.entries)


# Headings in words name no place on a roster: these layouts are for forms without rosters.
IN_WORDS = [
    ("limesurvey text", "limesurvey", limesurvey, "text"),
    ("redcap labels", "redcap", redcap, ""),
    ("kobo labels", "xlsform", kobo, "labels"),
]


@pytest.mark.parametrize(
    ("layout", "platform", "write", "style"), IN_WORDS, ids=[way[0] for way in IN_WORDS]
)
def test_headings_and_answers_in_words(
    bank, truth, publish, tmp_path, layout, platform, write, style
):
    assert layout in LAYOUTS
    rosters = {item.id for item in bank.items if item.roster}
    keys = {item.id for item in bank.items if item.role == "key"}
    if platform != "limesurvey":  # lines of a rating list stand there without their question
        rosters |= {item.id for item in bank.items if item.kind == "rating_list"}
    truth = truth[[c for c in truth.columns if c in keys or c.split("_")[0] not in rosters]]
    asked = columns_of(bank, platform, publish(platform), set(truth.columns))
    if platform == "redcap":
        ticks = {one.plain for one in asked if one.tick}
        truth = truth.assign(**{name: truth[name].replace("", "0") for name in ticks})
    people = truth.assign(language="en").to_dict("records") if platform == "xlsform" else None
    people = people or truth.to_dict("records")
    # A bank without an item for the group has no text by which its column could be known.
    how = {} if keys else {"group": "Group code", "columns": {"member": "Your member code"}}
    back, plain = read_both(bank, truth, tmp_path, write(asked, people, style, True), **how)
    assert compare(back, plain) >= len(truth) * 10
