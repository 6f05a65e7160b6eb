"""Ten simulated studies with a fault each: the first screen names it, and no other study's."""

from __future__ import annotations

from pathlib import Path

import pytest

from collective_use.report.first import answers, cares
from collective_use.report.sentences import plain_text
from collective_use.study.report import material_of
from tests.full.ten_studies import STUDIES, run

SAID = {
    "01": "were flagged as careless",
    "02": "Runs against its scale: ssm8",
    "03": "14 groups are too few",
    "04": "No fault was found in the scales",
    "05": "None of the 22 measures",
    "06": "Constructs not told apart between groups: System sensemaking",
    "07": "groups below 80% are judged with reserve",
    "08": "No path to Collective performance data use can be told from zero",
    "09": "Loads on another construct too: dlr7",
    "10": "Unreliable scale, 16 times",
}
"""What each first screen has to say."""

ALSO = {("01", "04"), ("03", "04"), ("07", "04"), ("08", "04"), ("01", "07"), ("10", "01"),
        ("10", "07")}  # fmt: skip
"""(study, other study) whose sentence is true of the first, too: scales without a fault; answers
lost to screening; unreliable scales, where the rules for careless answers flag sincere ones."""


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("ten")
    return {name: _screen(run(name, folder)) for name in STUDIES}


def _screen(page: Path) -> str:
    material = material_of(page.parent, "en")
    words = [answer.words for answer in answers(material)]
    return " ".join(map(plain_text, (*words, *cares(material))))


def test_every_study_has_its_sentence() -> None:
    assert set(SAID) == set(STUDIES)


@pytest.mark.parametrize("name", sorted(SAID))
def test_the_first_screen_names_the_fault(screens: dict[str, str], name: str) -> None:
    assert SAID[name] in screens[name]


def test_no_first_screen_names_the_fault_of_another(screens: dict[str, str]) -> None:
    wrong = {
        (name, other)
        for name, text in screens.items()
        for other, sentence in SAID.items()
        if other != name and (name, other) not in ALSO and sentence in text
    }
    assert wrong == set()
