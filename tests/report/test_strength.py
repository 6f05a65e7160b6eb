"""Sizes, omitted causes and conditional effects: on the page, in Word, in a terminal."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import collective_use as cu
from collective_use.disclosure import Disclosure
from collective_use.groups.disclosure.relations import Coarseness
from collective_use.report.cards import cards
from collective_use.report.chapters.strength import (
    conditional_sentences,
    omitted_sentence,
    size_sentence,
    strength_blocks,
)
from collective_use.report.document import Grid, Picture
from collective_use.report.material import Material
from collective_use.report.paper.sections import paper
from collective_use.report.phrases import phrases_in
from collective_use.report.sentences import plain_text
from collective_use.report.terminal.models import model_tables
from collective_use.study.parts import Hypothesis
from collective_use.study.strength import PLACES, _sizes, equations

SIZES = pd.DataFrame(
    [
        ("M1", "con -> ssm -> cdu", 0.10, 0.00, 0.20, 0.40, 0.41, "undecided"),
        ("M1", "con -> cdu", 0.41, 0.22, 0.60, 1.0, 0.002, "larger than 0.1"),
        ("M1", "pim -> cdu", -0.01, -0.05, 0.03, 0.01, 1.0, "smaller than 0.1"),
    ],
    columns=["model", "route", "std", "lower", "upper", "p_negligible", "p_minimal", "verdict"],
)
OMITTED = pd.DataFrame(
    [
        ("M1", "ssm", "con", 0.29, 0.30, 0.31, 0.08, "pim", 0.07, 0.07, 0.21),
        ("M1", "cdu", "con", 0.22, 0.20, 0.19, 0.02, "ssm", 0.07, 0.07, 0.14),
        ("M1", "cdu", "dlr", 0.05, 0.02, 0.01, 0.00, "ssm", 0.07, 0.07, 0.04),
    ],
    columns=[
        "model", "outcome", "predictor", "est", "correlation", "robustness", "robustness_limit",
        "like", "like_predictor", "like_outcome", "est_without",
    ],
)  # fmt: skip
MODERATED = {"id": "H2", "text": "It depends.", "model": "M1", "effect": "pim -> ssm -> cdu",
             "moderator": "dl", "expected": "positive"}  # fmt: skip


def moderated(low: float, high: float) -> pd.DataFrame:
    """Return what a run writes for one hypothesis; the difference has these limits."""
    rows = [(-0.20, -0.40, -0.02), (-0.14, -0.30, -0.01), (-0.08, -0.25, 0.03), (0.12, low, high)]
    return pd.DataFrame(rows, columns=["est", "lower", "upper"]).assign(
        model="M1", at=PLACES, p=0.03, std=0.1, reason="", hypothesis="H2",
        route="pim -> ssm -> cdu", moderator="dl",
    )  # fmt: skip


@pytest.fixture
def strong(material: Material) -> Material:
    added = {"sizes.csv": SIZES, "omitted.csv": OMITTED, "conditional.csv": moderated(0.01, 0.25)}
    account = dict(material.account) | {"settings": {"hypotheses": [MODERATED]}}
    return replace(material, tables=dict(material.tables) | added, account=account)


def test_the_sentences_say_what_the_tables_hold(strong: Material) -> None:
    assert plain_text(size_sentence(strong, "M1")) == (
        "Of 3 effects, 1 are larger than .10 standard deviations, 1 are too small to matter, and "
        "1 are undecided."
    )
    undone = plain_text(omitted_sentence(strong, "M1"))
    # the path from dlr is undone more easily, but it is not shown to be there
    assert "Connectedness → Collective performance data use is undone most easily" in undone
    assert "19% of what is left of both, and 2% for the limits" in undone
    assert "One as strong as System sensemaking would turn 0.22 into 0.14." in undone
    (rises,) = (plain_text(one) for one in conditional_sentences(strong, "M1"))
    assert "rises with Distributed leadership" in rises
    assert "by 0.12 [0.01, 0.25]" in rises


def test_limits_that_hold_zero_tell_nothing_of_a_moderator(strong: Material) -> None:
    tables = dict(strong.tables) | {"conditional.csv": moderated(-0.02, 0.25)}
    open_ = replace(strong, tables=tables)
    (said,) = (plain_text(one) for one in conditional_sentences(open_, "M1"))
    assert "cannot be told" in said
    (picture,) = (b for b in strength_blocks(open_, "M1") if isinstance(b, Picture))
    assert "cannot be told" in picture.title
    (card,) = cards(open_)
    assert plain_text(card.answer) == plain_text(strong.say("card.expected.open"))


def test_the_card_of_a_moderated_hypothesis_stands_on_the_difference(strong: Material) -> None:
    (card,) = cards(strong)
    assert plain_text(card.answer) == plain_text(strong.say("card.expected.shown"))
    assert "0.12" in plain_text(card.statistic)
    assert "conditional.csv" in {n.source.file for n in card.statistic if not isinstance(n, str)}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_word_and_terminal_hold_the_same_numbers(strong: Material, language: str) -> None:
    spoken = replace(strong, phrases=phrases_in(language))
    on_page = [b for b in strength_blocks(spoken, "M1") if isinstance(b, Grid)]
    in_word = [b for b in paper(spoken, "A study").blocks if isinstance(b, Grid)]
    assert [g.rows for g in on_page] == [g.rows for g in in_word if g.title in
                                         {one.title for one in on_page}]  # fmt: skip
    assert len(on_page) == 3
    printed = "\n".join(note for table in model_tables(spoken, 2) for note in table.notes)
    for sentence in (size_sentence(spoken, "M1"), omitted_sentence(spoken, "M1")):
        assert plain_text(sentence) in printed
    assert "0.25" in printed


def test_what_was_not_computed_says_why(strong: Material) -> None:
    silent = pd.DataFrame(
        [{"model": "M1", "hypothesis": "H2", "route": "pim -> cdu", "moderator": "dl", "at": "",
          "reason": "40 groups are too few"}]
    )  # fmt: skip
    mute = replace(strong, tables=dict(strong.tables) | {"conditional.csv": silent})
    (said,) = (plain_text(one) for one in conditional_sentences(mute, "M1"))
    assert said.endswith("was not computed: 40 groups are too few")
    assert not [b for b in strength_blocks(mute, "M1") if isinstance(b, Picture)]


def test_sizes_are_shown_as_coarsely_as_effects() -> None:
    coarse = {"M1": Coarseness(Disclosure(5), 60, {"con": 1 / 3, "ssm": 1 / 3, "cdu": 1 / 3,
                                                   "pim": 1 / 3})}  # fmt: skip
    exact = SIZES.assign(std=[0.1234, 0.4111, -0.0123])
    shown = _sizes(exact, coarse, Disclosure(5))
    step = coarse["M1"].step("con", "cdu")
    assert step > 0.01
    assert all(abs(v / step - round(v / step)) < 1e-9 for v in shown["std"])


def test_a_moderator_enters_the_step_that_it_changes() -> None:
    import warnings

    export = cu.sample_path("clean") / "export.csv"
    groups = cu.aggregate(cu.score(cu.read_responses(export, "collective_data_use")),
                          repetitions=0)  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cu.SmallGroupsWarning)
        fit = cu.fit_structure(groups, "M1", way="means")
    route = ["pim", "dcb", "cdu"]
    first = equations(fit, route, "dl", None).splitlines()
    assert first[0].startswith("dcb ~ pim + ")
    assert first[0].endswith("pim:dl")
    assert "dcb:dl" in equations(fit, route, "dl", "dcb -> cdu").splitlines()[1]
    with pytest.raises(cu.InputError, match="a step of pim -> dcb -> cdu"):
        equations(fit, route, "dl", "con -> cdu")
    with pytest.raises(cu.InputError, match="must not be explained"):
        equations(fit, route, "dcb", None)


def test_a_plan_without_moderators_is_sealed_as_before() -> None:
    from collective_use.study.sealing.content import content_of

    one = Hypothesis(id="H1", text="x", effect="lead -> tsig")
    study = cu.Study(instrument="lq2002", exports="a.csv", hypotheses=(one,))
    sealed = content_of(study, cu.load_instrument("lq2002"))["design"]["hypotheses"][0]
    assert "moderator" not in sealed
    with pytest.raises(cu.InputError, match="moderator must be a measure"):
        content_of(
            study.model_copy(update={"hypotheses": (one.model_copy(update={"moderator": "q"}),)}),
            cu.load_instrument("lq2002"),
        )
