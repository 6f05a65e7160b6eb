from __future__ import annotations

import pytest

import collective_use as cu
from collective_use.questionnaire.form.content import Member
from collective_use.questionnaire.form.layout import form_content


@pytest.fixture(scope="session")
def bank():
    return cu.load_instrument("collective_data_use")


@pytest.fixture(scope="session")
def roster():
    return tuple(Member(f"m{i:02d}", f"Person {i}", f"Agency {i % 4}") for i in range(1, 13))


@pytest.fixture(scope="session")
def full(bank, roster):
    """The short form with every module, in both languages, for member m03 of G7."""
    return form_content(
        bank, language="en+zh", modules=["all"], roster=roster, group="G7", member="m03"
    )
