"""Each declared question, its answer in words, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Mapping

from collective_use.report.chapters.strength import CONDITIONAL, DIFFERENCE
from collective_use.report.document import Card, Tone
from collective_use.report.effects import (
    FEWEST,
    few,
    limits,
    main_model,
    outcome_of,
    paths_to,
    shown_sign,
)
from collective_use.report.first import SMALL
from collective_use.report.material import Material
from collective_use.report.rows import Row
from collective_use.report.sentences import Sentence, plain_text


def cards(material: Material) -> tuple[Card, ...]:
    """Return a card for each hypothesis of the study, or for each question of its model."""
    declared = material.setting("settings", "hypotheses")
    if isinstance(declared, list) and declared:
        return tuple(_declared(material, one) for one in declared if isinstance(one, Mapping))
    model, outcome = main_model(material), outcome_of(material)
    if model is None or outcome is None:
        return ()
    rows = [
        *material.rows("effects.csv", model=model, kind="total indirect"),
        *paths_to(material, model, outcome),
    ]
    return tuple(_of_model(material, model, row) for row in rows)


def _of_model(material: Material, model: str, row: Row) -> Card:
    if row.file == "effects.csv":
        ends = [part.strip() for part in row.text("route").split("->")]
        question = material.say(
            "card.total", **{"from": material.name(ends[0]), "to": material.name(ends[-1])}
        )
    else:
        names = {"from": material.name(row.text("rhs")), "to": material.name(row.text("lhs"))}
        question = material.say("card.path", **names)
    answer, tone = _answer(material, model, row)
    return Card(plain_text(question), answer, statistic(material, row),
                material.word("card.unplanned"), tone)  # fmt: skip


def _answer(material: Material, model: str, row: Row) -> tuple[Sentence, Tone]:
    groups = material.groups_of(model)
    if few(material, model):
        return material.say("card.too_few", n=groups), "care"
    sign = shown_sign(row)
    if sign:
        return material.say("card.yes.positive" if sign > 0 else "card.yes.negative"), "good"
    if groups.value < SMALL:
        return material.say("card.open.power", n=groups), "plain"
    return material.say("card.open"), "plain"


def _declared(material: Material, hypothesis: Mapping[str, object]) -> Card:
    question = plain_text(
        material.say("card.declared", id=hypothesis["id"], text=hypothesis["text"])
    )
    model = str(hypothesis.get("model") or main_model(material) or "")
    row = _tested(material, model, hypothesis)
    planned = material.word(_planned(material))
    if row is None:
        return Card(question, material.say("card.not_fitted"), (), planned)
    if few(material, model):
        words = material.say("card.too_few", n=str(FEWEST))
        return Card(question, words, statistic(material, row), planned, "care")
    answer, tone = _against(material, row, str(hypothesis.get("expected") or ""))
    return Card(question, answer, statistic(material, row), planned, tone)


def _planned(material: Material) -> str:
    plan = material.setting("plan")
    if not isinstance(plan, Mapping):
        return "card.unplanned"
    return "card.deviates" if plan.get("deviations") else "card.planned"


def _tested(material: Material, model: str, hypothesis: Mapping[str, object]) -> Row | None:
    """Return the row of an effect: a chain, a total over all mechanisms, or a single path.

    With a moderator it is the difference of the effect between high and low values of it.
    """
    if hypothesis.get("moderator"):
        found = material.row(
            CONDITIONAL, model=model, hypothesis=str(hypothesis["id"]), at=DIFFERENCE
        )
        return found if found and not found.text("reason") else None
    parts = [part.strip() for part in str(hypothesis.get("effect") or "").split("->")]
    if len(parts) < 2:
        return None
    route = " -> ".join(parts)
    found = material.row("effects.csv", model=model, route=route)
    if found is not None:
        return found
    return material.row("estimates.csv", model=model, op="~", lhs=parts[-1], rhs=parts[0])


def _against(material: Material, row: Row, expected: str) -> tuple[Sentence, Tone]:
    sign = shown_sign(row)
    if expected == "none":
        key = "card.expected.none.contrary" if sign else "card.expected.none.open"
        return material.say(key), "care" if sign else "plain"
    if not sign:
        return material.say("card.expected.open"), "plain"
    wanted = {"positive": 1, "negative": -1}.get(expected, sign)
    if sign == wanted:
        return material.say("card.expected.shown"), "good"
    return material.say("card.expected.contrary"), "care"


def statistic(material: Material, row: Row) -> Sentence:
    """Return the estimate of a row with its limits."""
    low, high = limits(row)
    std: Sentence = ()
    column = "std_all" if "std_all" in row.cells else "std"
    if row.value(column) == row.value(column):
        std = material.say("card.std", std=row.number(column, bare=True))
    return material.say(
        "card.statistic", est=row.number("est"), low=row.number(low), high=row.number(high), std=std
    )
