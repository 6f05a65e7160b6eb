"""The first screen: what comes first when something is wrong."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from collective_use.report.first import answers, cares, sample_sentence
from collective_use.report.material import Material
from collective_use.report.sentences import plain_text


def said(material: Material) -> str:
    return " ".join(plain_text(answer.words) for answer in answers(material))


def listed(material: Material) -> list[str]:
    return [plain_text(sentence) for sentence in cares(material)]


def test_power_is_that_of_an_indirect_effect_and_no_other(material: Material) -> None:
    power = {"groups": 60, "share": 0.22, "reliability": 0.84, "needed": 200}
    models = {"M1": {"groups": 60, "power": power}}
    text = said(replace(material, account={**material.account, "models": models}))
    assert "Power of an indirect effect: with 60 groups" in text
    assert "about 22% of studies; 80% take about 200 groups" in text
    assert "Power" not in said(material)  # without the figure nothing is made up


def test_a_model_that_was_refused_was_asked_for(material: Material) -> None:
    tables = {name: t for name, t in material.tables.items() if name == "measures.csv"}
    account = {**material.account, "not_fitted": {"M1": "14 groups are too few: none can be told"}}
    text = said(replace(material, tables=tables, account=account))
    assert "model M1 was asked for and not fitted: 14 groups are too few." in text
    assert "No structural model was asked for" not in text


def test_careless_answers_come_first(material: Material) -> None:
    left = [{"room": "responses", "text": f"Group g{k}: 50 of 90 left out by screening."}
            for k in range(4)]  # fmt: skip
    account = {**material.account, "left_out": left}
    groups = pd.DataFrame({"group": ["a"], "n": [40], "members": [90], "response_rate": [0.5]})
    changed = replace(material, account=account,
                      tables={**material.tables, "groups.csv": groups})  # fmt: skip
    assert "200 of 600 respondents (33%) were flagged as careless" in said(changed)
    assert listed(changed)[0].startswith("200 of 600 respondents (33%)")
    assert "careless answers left out" in plain_text(sample_sentence(changed))
    one = [{"room": "responses", "text": "Group g1: 4 of 90 left out by screening."}]
    few = replace(changed, account={**account, "left_out": one})
    assert "flagged" not in said(few)


def test_many_faults_of_a_kind_are_one_line(material: Material) -> None:
    faults = pd.DataFrame({"what": ["unreliable scale"] * 5 + ["runs against its scale"],
                           "where": [f"s{k}" for k in range(5)] + ["ssm8"]})  # fmt: skip
    lines = listed(replace(material, tables={**material.tables, "validation_findings.csv": faults}))
    assert "Unreliable scale, 5 times: s0, s1, s2 and 2 more." in lines
    assert "Runs against its scale: ssm8." in lines


def test_where_nothing_belongs_to_groups_that_comes_before_faults(material: Material) -> None:
    measures = material.tables["measures.csv"].assign(verdict="no evidence of a group property")
    faults = pd.DataFrame({"what": ["unreliable scale"], "where": ["s"]})
    tables = {**material.tables, "measures.csv": measures, "validation_findings.csv": faults}
    lines = listed(replace(material, tables=tables))
    places = [next(k for k, line in enumerate(lines) if text in line)
              for text in ("no evidence of a group property", "Unreliable scale")]  # fmt: skip
    assert places == sorted(places)
