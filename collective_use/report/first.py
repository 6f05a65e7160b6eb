"""The first screen: answers in words, and what to be careful about."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping

from collective_use.report.document import Answer, Tone
from collective_use.report.effects import (
    FEWEST,
    few,
    main_model,
    outcome_of,
    paths_to,
    power_sentence,
    shown_effects,
    shown_sign,
)
from collective_use.report.material import Material
from collective_use.report.rows import Row
from collective_use.report.sentences import Number, Sentence, joined, plain_text, written
from collective_use.report.verdicts import (
    NOT_COMPUTED,
    SUPPORTED,
    listed,
    shared_rows,
    supported,
    verdict_word,
)

MANY_CARELESS = 0.1
"""Share of careless respondents that is said first (Meade & Craig 2012 find 10% to 12%)."""

FINDINGS = "validation_findings.csv"
UNRELIABLE = "unreliable scale"

SMALL = 150
"""Fewer groups than this: power is said first."""


def answers(material: Material) -> tuple[Answer, ...]:
    """Return the answers of the first screen, in the order of the questions."""
    return (_groups(material), _trust(material), _goes(material))


def sample_sentence(material: Material) -> Sentence:
    """Return who answered."""
    sizes = [row.value("n") for row in material.rows("groups.csv")]
    there = [size for size in sizes if size > 0]
    rates = [row.value("response_rate") for row in material.rows("groups.csv")]
    known = [rate for rate in rates if rate == rate]
    rate: Sentence = ()
    if known:
        key = "first.rate.kept" if material.screened_out else "first.rate"
        rate = material.say(key, rate=f"{statistics.fmean(known):.0%}")
    return material.say(
        "first.sample",
        persons=material.count(material.counted("persons")),
        groups=material.count(material.counted("groups")),
        low=material.count(min(there, default=0)),
        high=material.count(max(there, default=0)),
        rate=rate,
    )


def _groups(material: Material) -> Answer:
    question = material.word("first.groups.question")
    outcome = outcome_of(material)
    row = None if outcome is None else material.row("table1.csv", measure=outcome)
    if outcome is None or row is None:
        return Answer(question, sample_sentence(material))
    words = {
        "outcome": material.name(outcome),
        "mean": row.number("mean"),
        "sd": row.number("sd_between"),
    }
    alike = _alike(material, outcome)
    ends = material.scale_ends(outcome)
    if ends is None or len(alike) < 2:
        return Answer(question, material.say("first.groups.plain", **words))
    top = max(alike, key=lambda one: one.value("mean"))
    bottom = min(alike, key=lambda one: one.value("mean"))
    sentence = material.say(
        "first.groups.answer", **words,
        low=written(ends[0], 0), high=written(ends[1], 0),
        top=material.name(top.text("measure")), top_mean=top.number("mean"),
        bottom=material.name(bottom.text("measure")), bottom_mean=bottom.number("mean"),
    )  # fmt: skip
    return Answer(question, sentence)


def _alike(material: Material, outcome: str) -> list[Row]:
    """Return the constructs of the model that were measured on the outcome's scale."""
    ends = material.scale_ends(outcome)
    asked = [row.text("measure") for row in shared_rows(material)]
    return [
        row
        for row in material.rows("table1.csv")
        if row.text("measure") in asked and material.scale_ends(row.text("measure")) == ends
    ]


def _trust(material: Material) -> Answer:
    question = material.word("first.trust.question")
    rows = shared_rows(material)
    yes = supported(rows)
    tone: Tone = "good"
    if not rows:
        words = material.say("first.trust.no_measure")
        tone = "plain"
    elif len(yes) == len(rows):
        words = material.say("first.trust.all", n=str(len(rows)))
    elif yes:
        doubtful = [row for row in rows if row.text("verdict") != SUPPORTED]
        names = listed([material.name(row.text("measure")) for row in doubtful], material)
        words = material.say("first.trust.some", yes=str(len(yes)), n=str(len(rows)), names=names)
        tone = "plain"
    else:
        words = material.say("first.trust.none", n=str(len(rows)))
        tone = "care"
    careless = _careless(material)
    if careless:
        words = joined([*words, material.word("gap"), *careless])
        tone = "care"
    faults = list(material.rows(FINDINGS))
    if faults:
        kinds = dict.fromkeys(material.phrases.term("finding", row.text("what")) for row in faults)
        names = listed(list(kinds), material, 3)
        words = joined([*words, *material.say("first.trust.findings", n=str(len(faults)),
                                              names=names)])  # fmt: skip
        return Answer(question, words, "care")
    checked = any(name.startswith("validation_") for name in material.tables)
    key = "first.trust.clean" if checked else "first.trust.unchecked"
    return Answer(question, joined([*words, *material.say(key)]), tone)


def _careless(material: Material) -> Sentence:
    """Return how many were left out as careless, where these are more than a few."""
    out = material.screened_out
    whole = out + material.counted("persons")
    if out < MANY_CARELESS * whole or not out:
        return ()
    return material.say("first.trust.careless", n=material.count(out), all=material.count(whole),
                        share=f"{out / whole:.0%}")  # fmt: skip


def _refused(material: Material) -> Sentence:
    """Return why no model was fitted though one was asked for; empty where none was asked for."""
    reasons = material.setting("not_fitted")
    if not isinstance(reasons, Mapping) or not reasons:
        return ()
    model, why = next(iter(reasons.items()))
    short = re.split(r"[;:.] ", str(why), maxsplit=1)[0].rstrip(".")
    return material.say("first.goes.refused", model=str(model), reason=material.told(short))


def _goes(material: Material) -> Answer:
    outcome = outcome_of(material)
    name = material.name(outcome) if outcome else ""
    question = plain_text(material.say("first.goes.question", outcome=name))
    model = main_model(material)
    if model is None or outcome is None:
        refused = _refused(material)
        words = refused or material.say("first.goes.no_model")
        return Answer(question, words, "care" if refused else "plain")
    if few(material, model):
        words = material.say("first.goes.few", n=material.groups_of(model), least=str(FEWEST))
        return Answer(question, words, "care")
    pieces: list[str | Number] = []
    power = power_sentence(material, model)
    if power:
        pieces += [*power, material.word("gap")]
    found = [row for row in paths_to(material, model, outcome) if shown_sign(row)]
    pieces += _named(material, found, outcome)
    effects = shown_effects(material, model, "total indirect")
    pieces.append(material.word("gap"))
    if effects:
        names = listed([_signed(material, row) for row in effects], material, 5)
        pieces += material.say("first.goes.effects", outcome=name, names=names)
    elif material.has("effects.csv"):
        pieces += material.say("first.goes.no_effect")
    if found or effects:
        pieces += material.say("first.goes.not_cause")
    if material.has(FINDINGS):
        pieces += material.say("first.goes.doubt")
    return Answer(question, joined(pieces), "plain")


def _named(material: Material, rows: list[Row], outcome: str) -> Sentence:
    if not rows:
        return material.say("first.goes.nothing", outcome=material.name(outcome))
    pieces: list[str | Number] = []
    for sign, key in ((1, "first.more"), (-1, "first.less")):
        chosen = [row for row in rows if shown_sign(row) == sign]
        if not chosen:
            continue
        if pieces:
            pieces.append(material.word("gap"))
        names: list[str | Number] = []
        for row in sorted(chosen, key=lambda row: -abs(row.value("std_all"))):
            names += [material.word("comma")] if names else []
            names += [material.name(row.text("rhs")), " (", row.number("std_all", bare=True), ")"]
        pieces += material.say(key, outcome=material.name(outcome), names=tuple(names))
    return tuple(pieces)


def _signed(material: Material, row: Row) -> str:
    cause = row.text("route").split("->")[0].strip()
    return f"{material.name(cause)} ({written(row.value('std_all'), bare=True)})"


def cares(material: Material) -> tuple[Sentence, ...]:
    """Return what to be careful about, the gravest first."""
    rows = shared_rows(material)
    scales = [*_faults(material), *_doubtful(material)]
    if rows and not supported(rows):
        # where nothing belongs to groups, what groups show of constructs says nothing
        scales = [*_doubtful(material), *_faults(material)]
    return (
        *_sample_cares(material), *scales, *_not_computed(material), *_model_cares(material),
        *_wording(material),
    )  # fmt: skip


def _faults(material: Material) -> list[Sentence]:
    """Return the faults of the scales, one kind a line, the commonest first."""
    kinds: dict[str, list[Row]] = {}
    for row in material.rows(FINDINGS):
        kinds.setdefault(row.text("what"), []).append(row)
    found = []
    for rows in sorted(kinds.values(), key=len, reverse=True):
        what, places = _capital(material, rows[0]), [material.told(r.text("where")) for r in rows]
        if len(rows) == 1:
            found.append(material.say("care.findings", what=what, where=places[0]))
        else:
            where = listed(places, material, 3)
            found.append(
                material.say("care.findings.many", what=what, where=where, n=str(len(rows)))
            )
    return found


def _capital(material: Material, row: Row) -> str:
    text = material.phrases.term("finding", row.text("what"))
    return text[:1].upper() + text[1:]


def _doubtful(material: Material) -> list[Sentence]:
    found: dict[str, list[str]] = {}
    for row in shared_rows(material):
        if row.text("verdict") != SUPPORTED:
            found.setdefault(row.text("verdict"), []).append(material.name(row.text("measure")))
    sentences = [
        material.say(
            "care.verdicts", names=listed(names, material, 6),
            verdict=verdict_word(verdict, material),
        )
        for verdict, names in found.items()
    ]  # fmt: skip
    cut = material.cutoff("icc2")
    weak = [
        material.name(row.text("measure"))
        for row in shared_rows(material)
        if row.value("icc2") < cut
    ]
    if weak:
        names = listed(weak, material, 6)
        sentences.append(material.say("care.low_icc2", names=names, cut=written(cut, bare=True)))
    return sentences


def _sample_cares(material: Material) -> list[Sentence]:
    found = []
    rates = [row.value("response_rate") for row in material.rows("groups.csv")]
    known = [rate for rate in rates if rate == rate]
    gate = material.cutoff("response_rate")
    careless = _careless(material)
    if careless:
        doubt = UNRELIABLE in {row.text("what") for row in material.rows(FINDINGS)}
        key = "care.careless.unreliable" if doubt else "care.careless"
        found.append(joined([*careless, *material.say(key)]))
    if known and statistics.fmean(known) < max(gate, 0.8):
        key = "care.response.kept" if material.screened_out else "care.response"
        rate = f"{statistics.fmean(known):.0%}"
        found.append(material.say(key, rate=rate, gate=f"{gate:.0%}"))
    return found


def _not_computed(material: Material) -> list[Sentence]:
    missing = [row for row in material.rows("measures.csv") if row.text("verdict") == NOT_COMPUTED]
    return [material.say("care.not_computed", n=str(len(missing)))] if missing else []


def _model_cares(material: Material) -> list[Sentence]:
    model = main_model(material)
    if model is None:
        return _not_fitted(material)
    found = _not_fitted(material)
    groups = material.groups_of(model)
    if groups.value < SMALL:
        found.append(material.say("care.few_groups", n=groups))
    found.append(material.say("care.same_source"))
    misfit = material.misfit(model)
    if misfit:
        found.append(material.say("care.misfit", model=model, guides=misfit))
    if material.setting("plan") is None:
        found.append(material.say("care.unplanned"))
    return found


def _not_fitted(material: Material) -> list[Sentence]:
    reasons = material.setting("not_fitted")
    named = reasons.items() if isinstance(reasons, Mapping) else ()
    return [
        material.say("care.not_fitted", model=str(m), reason=material.told(str(why)))
        for m, why in named
    ]


def _wording(material: Material) -> list[Sentence]:
    state = next(
        (part for part in material.instrument.status if part.language == material.language),
        next(iter(material.instrument.status), None),
    )
    if state is None or state.piloted:
        return []
    return [material.say("care.not_piloted")]
