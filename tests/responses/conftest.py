"""A small instrument with every kind of item, in two languages."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import collective_use as cu
from collective_use.instrument.model import Instrument

sys.path.insert(0, str(Path(__file__).parent))  # made_surveys, made_layouts, made_check

SMALL = """
schema: 1
id: small
version: "1"
title: {en: Small}
languages: [en]
draft_languages: [zh]
columns: {group: team, member: who, language: language}
constructs:
  - {id: use, name: {en: Use}, definition: {en: Use of data.}}
scales:
  - id: agree
    options:
      - {code: 1, label: {en: Disagree, zh: 不同意}}
      - {code: 2, label: {en: Neither agree nor disagree, zh: 既不同意也不反对}}
      - {code: 3, label: {en: Agree, zh: 同意}}
    missing:
      - {reason: dont_know, code: 88, label: {en: "Don't know", zh: 不清楚}}
      - {reason: unanswered, code: -99, offered: false}
  - id: often
    options:
      - {code: 0, label: {en: Never}}
      - {code: 1, label: {en: Sometimes}}
      - {code: 2, label: {en: Often}}
measures:
  - {id: use, construct: use, composition: referent_shift, items: [use1, use2, use3]}
  - id: ties
    construct: use
    source: roster
    level: dyad
    composition: network
    aggregation: formative
    items: [net1]
    score: none
    indices: [{name: density, threshold: 1}]
items:
  - {id: use1, construct: use, text: {en: We use data., zh: 我们使用数据。}, scale: agree}
  - {id: use2, construct: use, text: {en: We ignore data., zh: 我们忽视数据。}, scale: agree,
     reverse: true}
  - {id: use3, construct: use, text: {en: We share data., zh: 我们共享数据。}, scale: agree}
  - {id: net1, kind: roster_valued, construct: use, text: {en: How often?}, scale: often,
     roster: members}
  - {id: net2, kind: roster_binary, construct: use, text: {en: Whom do you ask?}, roster: members}
  - {id: rol1, kind: roster_roles, construct: use, text: {en: Who does what?}, roster: members,
     options: [{code: 1, label: {en: leads}}, {code: 2, label: {en: records}}]}
  - {id: pts1, kind: allocation, construct: use, text: {en: Share out.}, roster: members,
     total: 100}
  - {id: wkw1, kind: roster_nominate, construct: use, text: {en: Who knows?}, roster: members,
     options: [{code: 1, label: {en: Law}}, {code: 2, label: {en: Data}}]}
  - {id: chk1, kind: checklist, construct: use, text: {en: "What do you bring?"},
     options: [{code: 1, label: {en: "Money, or grants"}}, {code: 2, label: {en: Staff}},
               {code: 3, label: {en: Rooms}}]}
  - {id: rat1, kind: rating_list, construct: use, text: {en: How often do you do these?},
     scale: often, options: [{code: 1, label: {en: Read}}, {code: 2, label: {en: Write}}]}
  - {id: d1, kind: choice, role: respondent, text: {en: "Your role?"},
     options: [{code: 1, label: {en: Chair}}, {code: 2, label: {en: Member}}]}
  - {id: d2, kind: number, role: respondent, text: {en: Months in the team?}}
  - {id: k1, kind: number, role: group, text: {en: Members of the team?}}
rosters:
  - {id: members, of: members, maximum: 4}
forms:
  - id: whole
    default: true
    blocks:
      - {id: page1, items: [use1, use2, use3]}
      - {id: page2, items: [net1, net2, rol1, pts1, wkw1, chk1, rat1, d1, d2]}
      - {id: page3, items: [k1], respondent: informant}
"""


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    path = tmp_path_factory.mktemp("instrument") / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return cu.load_instrument(path)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a text file and return its path."""

    def make(text: str, name: str = "export.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return make
