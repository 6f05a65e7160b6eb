"""Measures: references, and whether composition, source, checks and indices fit together."""

from __future__ import annotations

from collective_use.checks import did_you_mean, quoted
from collective_use.compositions import ANSWERS, COMPOSITIONS, answers_of, offered
from collective_use.instrument.check.context import Context
from collective_use.instrument.check.items import kind_of
from collective_use.instrument.model import SHARED, Item, Measure
from collective_use.instrument.vocabulary import (
    CONTINUOUS,
    NULLS,
    ROSTER_KINDS,
)
from collective_use.yaml_source.document import Place

KINDS_BY_SOURCE: dict[str, tuple[str, ...]] = {
    "perception": ("likert", "number", "choice"),
    "roster": tuple(kind for kind in ROSTER_KINDS if kind != "allocation"),
    "allocation": ("allocation",),
    "checklist": ("checklist", "rating_list", "choice"),
}


def check(context: Context) -> None:
    """Check every measure, and which constructs constructs are said to be close to."""
    for n, construct in enumerate(context.instrument.constructs):
        for k, other in enumerate(construct.close_to):
            whose = f"construct {construct.id!r}"
            if other == construct.id:
                context.say(("constructs", n, "close_to", k), f"{whose} is close to itself")
            context.knows("constructs", other, ("constructs", n, "close_to", k), whose)
    for n, measure in enumerate(context.instrument.measures):
        place: Place = ("measures", n)
        _references(context, measure, place)
        _items(context, measure, place)
        _checks(context, measure, place)
        _composition(context, measure, place)
        _indices(context, measure, place)
        _minimum(context, measure, place)


def _references(context: Context, measure: Measure, place: Place) -> None:
    whose = f"measure {measure.id!r}"
    known = context.knows("constructs", measure.construct_id, (*place, "construct"), whose)
    if known:
        facets = [facet.id for facet in context.constructs[measure.construct_id].facets]
        for k, facet in enumerate(measure.facets):
            if facet not in facets:
                hint = did_you_mean(facet, facets)
                text = f"{whose} names the facet {facet!r}, which its construct does not have{hint}"
                context.say((*place, "facets", k), text)
        if measure.facet_scores and not facets:
            text = f"{whose} wants facet scores, but construct {measure.construct_id!r} has no"
            context.say((*place, "facet_scores"), f"{text} facets")
    if context.knows("items", measure.knowledge, (*place, "knowledge"), whose):
        item = context.items[str(measure.knowledge)]
        if item.kind not in ("rating_list", "checklist"):
            text = f"knowledge of {whose} must be a rating_list or a checklist"
            text = f"{text}, found {kind_of(item)}"
            context.say((*place, "knowledge"), text)


def _items(context: Context, measure: Measure, place: Place) -> None:
    whose = f"measure {measure.id!r}"
    fitting = KINDS_BY_SOURCE.get(measure.source)
    for k, name in enumerate(measure.items):
        here = (*place, "items", k)
        if name in measure.items[:k]:
            context.say(here, f"{whose} names the item {name!r} twice; keep one")
            continue
        if not context.knows("items", name, here, whose):
            continue
        item = context.items[name]
        if fitting is not None and item.kind not in fitting:
            text = (
                f"{whose} has the source {measure.source!r}, and item {name!r} is {kind_of(item)}"
            )
            context.say(here, f"{text}; such a measure takes {quoted(fitting)}")
        other = item.construct_id
        foreign = other in context.constructs and other != measure.construct_id
        if measure.source == "perception" and foreign:
            text = f"{whose} is of construct {measure.construct_id!r}, and item {name!r} of"
            context.say(here, f"{text} {other!r}; an item belongs to one construct")
        if item.role in ("marker", "attention", "key"):
            text = f"{whose} names item {name!r}, whose role is {item.role!r}"
            context.say(here, f"{text}; measures take other items")
    _common_scale(context, measure, place)
    _categories(context, measure, place)


def _categories(context: Context, measure: Measure, place: Place) -> None:
    """Refuse a mean of codes that only name categories."""
    if measure.score == "none" or measure.level != "person":
        return
    items = [context.items[name] for name in measure.items if name in context.items]
    for item in items:
        scale = context.scales.get(item.scale or "")
        unordered = scale is not None and not scale.ordered
        if item.kind == "choice" and (unordered or measure.composition == "variety"):
            text = f"measure {measure.id!r} would be scored by the {measure.score} of codes, and"
            text = f"{text} the answers to item {item.id!r} are kinds, not amounts"
            context.say((*place, "score"), f"{text}; add 'score: none'")
            return


def _common_scale(context: Context, measure: Measure, place: Place) -> None:
    items = [context.items[name] for name in measure.items if name in context.items]
    scales = [context.scales.get(i.scale or "") for i in items if i.kind == "likert"]
    ranges: set[tuple[float, float]] = {(s.low, s.high) for s in scales if s is not None}
    ranges |= {item.range for item in items if item.kind == "number" and item.range is not None}
    _sliders(context, measure, items, place)
    if len(ranges) > 1 and measure.score != "none":
        listed = " and ".join(f"{low:g} to {high:g}" for low, high in sorted(ranges))
        text = f"measure {measure.id!r} joins items answered from {listed}"
        context.say((*place, "items"), f"{text}; a mean or sum needs one range")


def _sliders(context: Context, measure: Measure, items: list[Item], place: Place) -> None:
    """Ask shared measures for the ends of their numbers: agreement is a share of the range."""
    if measure.composition not in SHARED:
        return
    whose = f"measure {measure.id!r}"
    numbers = [item for item in items if item.kind == "number"]
    for item in numbers:
        if item.range is None:
            text = f"{whose} is {measure.composition}, and item {item.id!r} is a number without a"
            text = f"{text} range; agreement is judged on one: add its ends, 'range: [0, 100]'"
            context.say((*place, "items"), text)
    if numbers and len(numbers) < len(items):
        text = f"{whose} joins numbers and statements; members cannot agree on both in one scale"
        context.say((*place, "items"), text)
    for k, null in enumerate(measure.null_distributions):
        if (null == CONTINUOUS) != bool(numbers):
            right = f"{CONTINUOUS!r} alone" if numbers else "one over options"
            text = f"{whose} names the null distribution {null!r}; its answers take {right}"
            context.say((*place, "null_distributions", k), text)


def _checks(context: Context, measure: Measure, place: Place) -> None:
    whose = f"measure {measure.id!r}"
    fitting = COMPOSITIONS[measure.composition].checks
    for k, name in enumerate(measure.checks):
        here = (*place, "checks", k)
        refused = name == "agreement" or (name == "icc" and "icc" not in fitting)
        if refused and name not in fitting:
            index = " (rwg)" if name == "agreement" else ""
            why = COMPOSITIONS[measure.composition].why
            text = f"{whose} asks for {name}{index} with the composition {measure.composition!r}"
            context.say(here, f"{text}: {why}")
        elif name in ("rater_agreement", "informant_agreement") and name not in fitting:
            text = f"{whose} asks for {name}, which does not fit the composition"
            listed = f"{measure.composition!r}; fitting checks are {quoted(fitting)}"
            context.say(here, f"{text} {listed}")
    if measure.null_distributions and measure.composition not in SHARED:
        text = f"{whose} names null distributions, which only rwg uses"
        composition = f"its composition {measure.composition!r} has no rwg"
        context.say((*place, "null_distributions"), f"{text}; {composition}")
    for k, null in enumerate(measure.null_distributions):
        if null not in (*NULLS, CONTINUOUS):
            hint = did_you_mean(null, NULLS)
            text = f"{whose} names the unknown null distribution {null!r}{hint}"
            listed = "" if hint else f"; known are {quoted(NULLS)}"
            context.say((*place, "null_distributions", k), text + listed)


def _composition(context: Context, measure: Measure, place: Place) -> None:
    whose, composition = f"measure {measure.id!r}", measure.composition
    here = (*place, "composition")
    if composition == "referent_shift" and measure.referent == "self":
        text = f"{whose} is referent_shift with the referent 'self': items about oneself are"
        context.say(here, f"{text} direct_consensus or additive (Chan 1998)")
    if composition == "network" and measure.source != "roster":
        text = f"{whose} has the composition 'network' and the source {measure.source!r}"
        context.say(here, f"{text}; ties come from a roster, so use 'source: roster'")
    if composition == "allocation" and measure.source != "allocation":
        text = f"{whose} has the composition 'allocation' and the source {measure.source!r}"
        context.say(here, f"{text}; use 'source: allocation' with items of kind allocation")
    if measure.response_gate is not None and composition in (*SHARED, "additive", "global"):
        text = f"{whose} has a response_gate, which only indices over all members need"
        context.say((*place, "response_gate"), f"{text}; with {composition!r} remove it")
    if composition in (*SHARED, "additive") and measure.score == "none":
        text = f"{whose} is {composition} and has 'score: none'; members' scores are averaged"
        context.say((*place, "score"), f"{text}, so use mean or sum")


def _answers(context: Context, measure: Measure, place: Place) -> str:
    """Return the kind of answers a measure is computed from; empty where it is not one."""
    kinds: dict[str, str] = {}
    fitting = KINDS_BY_SOURCE.get(measure.source)
    rosters = {roster.id: roster.of for roster in context.instrument.rosters}
    for name in measure.items:
        item = context.items.get(name)
        if item is not None and (fitting is None or item.kind in fitting):
            partners = rosters.get(item.roster or "") == "partners"
            found = answers_of(measure.composition, item.kind, of_partners=partners)
            kinds.setdefault(found, name)
    if len(kinds) > 1:
        (_, first), (_, second) = list(kinds.items())[:2]
        text = f"measure {measure.id!r} joins item {first!r}, {kind_of(context.items[first])}, and"
        text = f"{text} {second!r}, {kind_of(context.items[second])}; make each a measure"
        context.say((*place, "items"), text)
        return ""
    return next(iter(kinds), "")


def _indices(context: Context, measure: Measure, place: Place) -> None:
    answers = _answers(context, measure, place)
    if not answers:
        return
    whose, composition = f"measure {measure.id!r}", measure.composition
    offer = offered(composition, answers)
    if offer is None:
        takes = "; ".join(ANSWERS[name] for name in COMPOSITIONS[composition].offers)
        text = f"{whose} has the composition {composition!r} and is answered by"
        text = f"{text} {ANSWERS[answers]}; that composition is computed from: {takes}"
        context.say((*place, "composition"), text)
        return
    for k, index in enumerate(measure.indices):
        here = (*place, "indices", k, "name")
        if index.name not in offer.names:
            hint = did_you_mean(index.name, offer.names)
            text = f"{whose} names the index {index.name!r}, which is not known for"
            text = f"{text} the composition {composition!r}{hint}"
            known = quoted(offer.names, most=40)
            listed = "" if hint else f"; from {ANSWERS[answers]} known are {known}"
            context.say(here, text + listed)
        elif k == 0 and index.name in offer.beside:
            why = COMPOSITIONS[composition].no_value[index.name]
            text = f"{whose} names {index.name!r} first, so it would be the group's value, and"
            context.say(here, f"{text} {why}; name {offer.values[0]!r} first, or change it")
        if index in measure.indices[:k]:
            context.say(here, f"{whose} names the index {index.name!r} twice")
        _index_options(context, measure, answers, k, place)


def _index_options(context: Context, measure: Measure, answers: str, k: int, place: Place) -> None:
    """Refuse options of an index that would do nothing."""
    index, whose = measure.indices[k], f"measure {measure.id!r}"
    counts = answers in ("ties", "roles", "nominations", "ticks", "levels")
    if index.threshold is not None and (not counts or measure.composition == "disparity"):
        text = f"{whose} gives {index.name!r} a threshold, and amounts are used as they are"
        context.say((*place, "indices", k, "threshold"), f"{text}; remove it")
    if index.one_minus and index.name in ("mean", "sum", "ratio"):
        text = f"{whose} turns {index.name!r} around by one_minus, which is for shares and spread"
        context.say((*place, "indices", k, "one_minus"), f"{text}; mark its items reverse instead")
    if index.name == "ratio" and len(measure.items) != 2:
        text = f"{whose} names 'ratio', the first item by the second, and has"
        context.say((*place, "items"), f"{text} {len(measure.items)} items; name two")


def _minimum(context: Context, measure: Measure, place: Place) -> None:
    least = measure.minimum_answered
    here = (*place, "minimum_answered")
    whose = f"minimum_answered of measure {measure.id!r}"
    if least > 1 and least != int(least):
        text = f"{whose} must be a share up to 1 or a whole number of items, found {least:g}"
        context.say(here, text)
    elif least > len(measure.items):
        text = f"{whose} must be at most its {len(measure.items)} items, found {least:g}"
        context.say(here, text)
