"""Measures: references, and whether composition, source, checks and indices fit together."""

from __future__ import annotations

from collective_use.checks import did_you_mean, quoted
from collective_use.instrument.check.context import Context
from collective_use.instrument.check.items import kind_of
from collective_use.instrument.model import SHARED, Measure
from collective_use.instrument.vocabulary import (
    COMPOSITION_CHECKS,
    INDICES,
    NULL_DISTRIBUTIONS,
    REFUSED_CHECKS,
    ROSTER_KINDS,
)
from collective_use.yaml_source import Place

KINDS_BY_SOURCE: dict[str, tuple[str, ...]] = {
    "perception": ("likert", "number", "choice"),
    "roster": tuple(kind for kind in ROSTER_KINDS if kind != "allocation"),
    "allocation": ("allocation",),
    "checklist": ("checklist", "rating_list", "choice"),
}


def check(context: Context) -> None:
    """Check every measure."""
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
    ranges = {
        (scale.low, scale.high)
        for name in measure.items
        if name in context.items and context.items[name].kind == "likert"
        for scale in [context.scales.get(context.items[name].scale or "")]
        if scale is not None
    }
    if len(ranges) > 1 and measure.score != "none":
        listed = " and ".join(f"{low} to {high}" for low, high in sorted(ranges))
        text = f"measure {measure.id!r} joins items answered from {listed}"
        context.say((*place, "items"), f"{text}; a mean or sum needs one range")


def _checks(context: Context, measure: Measure, place: Place) -> None:
    whose = f"measure {measure.id!r}"
    fitting = COMPOSITION_CHECKS[measure.composition]
    for k, name in enumerate(measure.checks):
        here = (*place, "checks", k)
        refused = name == "agreement" or (name == "icc" and "icc" not in fitting)
        if refused and name not in fitting:
            index = " (rwg)" if name == "agreement" else ""
            why = REFUSED_CHECKS[measure.composition]
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
        if null not in NULL_DISTRIBUTIONS:
            hint = did_you_mean(null, NULL_DISTRIBUTIONS)
            text = f"{whose} names the unknown null distribution {null!r}{hint}"
            listed = "" if hint else f"; known are {quoted(NULL_DISTRIBUTIONS)}"
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


def _indices(context: Context, measure: Measure, place: Place) -> None:
    known = INDICES[measure.composition]
    for k, index in enumerate(measure.indices):
        here = (*place, "indices", k, "name")
        if index.name not in known:
            text = f"measure {measure.id!r} names the index {index.name!r}, which is not known for"
            hint = did_you_mean(index.name, known)
            text = f"{text} the composition {measure.composition!r}{hint}"
            listed = "" if hint else f"; known are {quoted(known, most=40)}"
            context.say(here, text + listed)
        if index in measure.indices[:k]:
            context.say(here, f"measure {measure.id!r} names the index {index.name!r} twice")


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
