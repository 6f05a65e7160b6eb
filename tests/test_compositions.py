"""The one table of compositions: words and functions are the same set."""

from __future__ import annotations

from typing import get_args

import pytest

from collective_use.compositions import (
    ANSWERS,
    COMPOSITIONS,
    SHARED,
)
from collective_use.groups.dispersion import KERNELS
from collective_use.groups.evidence.roster_measures import COMPUTED, kernel_words
from collective_use.index_words import FAMILIES, WORDS
from collective_use.instrument import terms

OFFERS = [
    (row.name, answers, offer)
    for row in COMPOSITIONS.values()
    for answers, offer in row.offers.items()
]


def bound(composition: str, answers: str) -> set[str]:
    """Return the words that a function is bound to."""
    if answers == "told":
        return {"mean", "sum", "ratio"}
    if answers in ("statements", "kinds"):
        if composition in KERNELS:
            return set(KERNELS[composition])
        return {"mean", "sd"} | ({"sum"} if composition == "additive" else set())
    return set(kernel_words(composition, answers))


@pytest.mark.parametrize(("composition", "answers", "offer"), OFFERS)
def test_every_word_has_a_function_and_every_function_a_word(composition, answers, offer):
    assert set(offer.names) == bound(composition, answers)
    assert len(set(offer.names)) == len(offer.names)


def test_every_kind_of_answers_is_offered_somewhere():
    assert {answers for _, answers, _ in OFFERS} == set(ANSWERS)
    assert set(COMPUTED) - {"counts"} <= set(ANSWERS)


def test_the_words_are_those_of_the_format():
    assert set(COMPOSITIONS) == set(get_args(terms.Composition))
    assert SHARED == terms.SHARED == ("direct_consensus", "referent_shift")
    for row in COMPOSITIONS.values():
        assert set(row.checks) <= set(get_args(terms.Check))
        assert bool(row.refused) == bool(row.why)


def test_every_row_is_offered_and_every_offer_has_a_row():
    words = {name for _, _, offer in OFFERS for name in offer.names}
    assert words == set(WORDS)
    assert all(word.meaning.endswith(".") for word in WORDS.values())
    assert {name for word in WORDS.values() for name in word.families} == set(FAMILIES)


def test_the_documentation_prints_these_tables():
    from pathlib import Path

    page = (Path(__file__).parents[1] / "docs/instrument-format.md").read_text(encoding="utf-8")
    for row in COMPOSITIONS.values():
        assert f"| `{row.name}` | {row.when} | " in page
