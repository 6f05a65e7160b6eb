"""Structure: reverse keys, facets, forms, translations, and parts that nothing uses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from collective_use.checks import quoted
from collective_use.cutoffs import Cutoff
from collective_use.instrument.check.texts import shown_to_respondents, texts
from collective_use.instrument.lint.rules import Finding, Severity
from collective_use.instrument.messages import ONE
from collective_use.instrument.model import Form, Instrument, Item, Measure

_GAP = re.compile(r"\[[^\W\d_a-z][^\W_a-z]*(?:[ ,'/-][^\W_a-z]+)*\]")
"""A word in capitals in square brackets, in any alphabet."""


@dataclass(frozen=True, slots=True)
class Keys:
    """How many statements of a measure or facet are reversed, in the bank or in a form.

    Attributes
    ----------
    measure, facet
        The facet is empty for the whole measure.
    form
        The form, or ``"(bank)"`` for all statements.
    items, reversed
        Statements, and those of them that are reversed.
    acquiescence
        Whether agreeing with everything can be told from agreeing with the construct.
    """

    measure: str
    facet: str
    form: str
    items: int
    reversed: int
    acquiescence: str

    @property
    def share(self) -> float | None:
        """The share of reversed statements."""
        return self.reversed / self.items if self.items else None


def statements_of(instrument: Instrument, measure: Measure) -> tuple[Item, ...]:
    """Return the likert items of a measure, in its order."""
    known = {item.id: item for item in instrument.items}
    found = (known[name] for name in measure.items if name in known)
    return tuple(item for item in found if item.kind == "likert")


def asked(form: Form) -> set[str]:
    """Return the items that a form may ask."""
    return {name for block in form.blocks for name in block.items}


def keys(instrument: Instrument) -> tuple[Keys, ...]:
    """Count reversed statements by measure and facet, in the bank and in every form."""
    places = [("(bank)", {item.id for item in instrument.items})]
    places += [(form.id, asked(form)) for form in instrument.forms]
    rows: list[Keys] = []
    for measure in instrument.measures:
        items = statements_of(instrument, measure)
        facets = list(dict.fromkeys(item.facet for item in items if item.facet))
        for facet in ("", *(facets if len(facets) > 1 else ())):
            part = [item for item in items if facet in ("", item.facet)]
            for place, names in places:
                inside = [item for item in part if item.id in names]
                if inside or (place == "(bank)" and part):
                    rows.append(_keys(measure, facet, place, inside))
    return tuple(rows)


def _keys(measure: Measure, facet: str, place: str, items: list[Item]) -> Keys:
    turned = sum(item.reverse for item in items)
    if not turned:
        verdict = "cannot be tested: no reversed statement"
    elif turned == len(items):
        verdict = "cannot be tested: all statements are reversed"
    else:
        verdict = "can be tested"
    return Keys(measure.id, facet, place, len(items), turned, verdict)


def findings(instrument: Instrument, rules: Mapping[str, Cutoff]) -> Iterator[Finding]:
    """Look at the structure of an instrument."""
    rows = keys(instrument)
    for row in rows:
        yield from _reverse(row, rules)
    yield from _acquiescence(rows)
    for measure in instrument.measures:
        yield from _facets(instrument, measure, rules)
    for item in instrument.items:
        yield from _item(instrument, item)
    for form in instrument.forms:
        yield from _alternatives(instrument, form)
    yield from _number_labels(instrument)
    yield from _translations(instrument)
    yield from _gaps(instrument)
    yield from _unused(instrument)


def _number_labels(instrument: Instrument) -> Iterator[Finding]:
    """Find labels that are the code of another option: an export does not say which is meant."""
    sets = [(f"scale {scale.id!r}", scale.options) for scale in instrument.scales]
    sets += [(f"item {item.id!r}", item.options) for item in instrument.items if item.options]
    for where, options in sets:
        codes = {str(option.code) for option in options}
        mistaken = [
            f"{label} is the label of code {option.code}"
            for option in options
            for label in dict.fromkeys(text.strip() for text in option.label.values())
            if label in codes and label != str(option.code)
        ]
        if mistaken:
            found = f"labels that are the code of another option: {quoted(mistaken, most=4)}"
            right = "codes that are the numbers of the labels, or labels with a word: '1 time'"
            yield Finding("look", "number_labels", where, found, right)


def _reverse(row: Keys, rules: Mapping[str, Cutoff]) -> Iterator[Finding]:
    where = f"measure {row.measure!r}" + (f", facet {row.facet!r}" if row.facet else "")
    share = row.share
    rule = rules["reverse_share"]
    if row.form == "(bank)" and row.items > 1 and share is not None and not rule.passes(share):
        found = f"{row.reversed} of {row.items} statements are reversed"
        yield Finding("look", "reverse_share", where, found, f"at most {rule.value:.0%}")


def _acquiescence(rows: Sequence[Keys]) -> Iterator[Finding]:
    """Note each measure once: in the bank, or else the forms that leave the reversed ones out."""
    untested: dict[str, list[Keys]] = {}
    for row in rows:
        if not row.facet and row.items > 1 and row.acquiescence != "can be tested":
            untested.setdefault(row.measure, []).append(row)
    right = "at least one statement keyed the other way, or say so in the report"
    for measure, found in untested.items():
        first = found[0]
        forms = [repr(row.form) for row in found]
        place = "" if first.form == "(bank)" else f" in form {', '.join(forms)}"
        text = f"acquiescence cannot be tested{place}: {first.reversed} of {first.items}"
        where = f"measure {measure!r}"
        yield Finding("note", "acquiescence", where, f"{text} are reversed", right)


def _facets(
    instrument: Instrument, measure: Measure, rules: Mapping[str, Cutoff]
) -> Iterator[Finding]:
    items = statements_of(instrument, measure)
    where = f"measure {measure.id!r}"
    least = rules["measure_items"]
    if items and measure.aggregation == "reflective" and not least.passes(len(items)):
        found = _counted(len(items))
        right = f"at least {least.value:g} for a reflective measure ({least.source})"
        severity: Severity = "note" if measure.note else "look"
        yield Finding(severity, "few_items", where, found, right)
    construct = next((c for c in instrument.constructs if c.id == measure.construct_id), None)
    if construct is None or not items:
        return
    names = [facet.id for facet in construct.facets]
    least = rules["facet_items"]
    for facet in measure.facets or tuple(names):
        count = sum(item.facet == facet for item in items)
        if not least.passes(count):
            found = f"{_counted(count)} for the facet {facet!r}"
            right = f"at least {least.value:g} ({least.source})"
            yield Finding("look", "few_items", where, found, right)


def _counted(count: int) -> str:
    return "1 statement" if count == 1 else f"{count} statements"


def _item(instrument: Instrument, item: Item) -> Iterator[Finding]:
    where = f"item {item.id!r}"
    if item.direction and item.kind == "likert" and (item.direction == "-") != item.reverse:
        found = f"direction {item.direction!r} with reverse: {str(item.reverse).lower()}"
        yield Finding("problem", "direction", where, found, "'-' with reverse: true, '+' without")
    scale = next((s for s in instrument.scales if s.id == item.scale), None)
    if item.occasion and scale is not None:
        reasons = [missing.reason for missing in scale.missing if missing.offered]
        if "no_occasion" not in reasons:
            found = f"it presupposes an occasion, and scale {scale.id!r} offers no such answer"
            right = "a scale with the missing option 'no_occasion'"
            yield Finding("look", "occasion", where, found, right)
    if instrument.forms and not any(item.id in asked(form) for form in instrument.forms):
        yield Finding("look", "unused", where, "no form asks it", "put it in a block, or remove it")


def _alternatives(instrument: Instrument, form: Form) -> Iterator[Finding]:
    on = {module.id for module in form.modules if module.default_on}
    shown = {
        name
        for block in form.blocks
        if block.module is None or block.module in on
        for name in block.items
    }
    for item in instrument.items:
        if item.alternative_to and {item.id, item.alternative_to} <= shown:
            found = f"{item.id!r} and {item.alternative_to!r} ask the same and are both on"
            right = "one of the two: switch a module off by default"
            yield Finding("problem", "alternatives", f"form {form.id!r}", found, right)


def _translations(instrument: Instrument) -> Iterator[Finding]:
    gaps: dict[tuple[str, bool], list[str]] = {}
    for place, text in texts(instrument):
        shown = shown_to_respondents(place)
        for language in (*instrument.languages, *instrument.draft_languages):
            if text and language not in text:
                gaps.setdefault((language, shown), []).append(_named(instrument, place))
    for (language, shown), places in gaps.items():
        what = "texts that respondents read" if shown else "names and definitions"
        found = f"{len(places)} {what} missing: {quoted(places, most=6)}"
        severity: Severity = "look" if shown else "note"
        yield Finding(severity, "translation", "the instrument", found, "translate them", language)
    stated = {status.language: status for status in instrument.status}
    for language in instrument.languages:
        if language not in stated:
            right = "say under 'status' whether it was reviewed and piloted"
            where = "the instrument"
            yield Finding("note", "status", where, "nothing is said of its state", right, language)
        elif stated[language].translation == "draft" or not stated[language].piloted:
            found = stated[language].statement.strip()
            right = "review and pilot before relying on it"
            yield Finding("note", "status", "the instrument", found, right, language)


def _gaps(instrument: Instrument) -> Iterator[Finding]:
    """Find consent texts whose gaps to fill in have another name in another language."""
    for module in instrument.consent:
        names = {
            language: tuple(sorted(set(_GAP.findall(text))))
            for language, text in module.text.items()
        }
        if len(set(names.values())) > 1:
            listed = (
                f"{language} {' '.join(found) or 'none'}" for language, found in names.items()
            )
            text = f"the gaps to fill in differ by language: {', '.join(listed)}"
            right = "the same word in square brackets in every language: the study fills in by name"
            yield Finding("look", "gap", f"consent module {module.id!r}", text, right)


def _named(instrument: Instrument, place: tuple[str | int, ...]) -> str:
    if len(place) > 2 and isinstance(place[1], int):
        part = getattr(instrument, str(place[0]))[place[1]]
        rest = ".".join(str(step) for step in place[2:])
        name = getattr(part, "id", None) or getattr(part, "language", place[1])
        return f"{ONE.get(str(place[0]), place[0])} {name} {rest}"
    return ".".join(str(step) for step in place)


def _unused(instrument: Instrument) -> Iterator[Finding]:
    measured = {name for measure in instrument.measures for name in measure.items}
    for item in instrument.items:
        if item.role == "measure" and item.id not in measured:
            right = "name it in a measure, or give it another role"
            yield Finding("look", "unused", f"item {item.id!r}", "no measure uses it", right)
    of_measures = {measure.construct_id for measure in instrument.measures}
    for construct in instrument.constructs:
        if construct.id not in of_measures:
            where = f"construct {construct.id!r}"
            yield Finding("look", "unused", where, "no measure of it", "add a measure")
    scales = {item.scale for item in instrument.items}
    for scale in instrument.scales:
        if scale.id not in scales:
            where = f"scale {scale.id!r}"
            yield Finding("note", "unused", where, "no item uses it", "an offer, or remove it")
