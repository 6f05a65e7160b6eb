"""Items: references, and what each kind needs."""

from __future__ import annotations

from collective_use.checks import did_you_mean, quoted
from collective_use.instrument.check.context import Context
from collective_use.instrument.model import Item
from collective_use.instrument.vocabulary import OPTION_KINDS, ROSTER_KINDS, SCALE_KINDS
from collective_use.yaml_source.document import Place


def check(context: Context) -> None:
    """Check every item, and the rosters' consent modules."""
    for n, item in enumerate(context.instrument.items):
        place: Place = ("items", n)
        _references(context, item, place)
        _answers(context, item, place)
        _reverse(context, item, place)
        _roster(context, item, place)
        _attention(context, item, place)
    for n, roster in enumerate(context.instrument.rosters):
        place = ("rosters", n, "consent")
        context.knows("consent", roster.consent, place, f"roster {roster.id!r}")


def kind_of(item: Item) -> str:
    """Return the kind of an item with its article: ``an allocation``."""
    return f"{'an' if item.kind[0] in 'aeiou' else 'a'} {item.kind}"


def _references(context: Context, item: Item, place: Place) -> None:
    whose = f"item {item.id!r}"
    known = context.knows("constructs", item.construct_id, (*place, "construct"), whose)
    if known and item.facet is not None:
        facets = [facet.id for facet in context.constructs[str(item.construct_id)].facets]
        if item.facet not in facets:
            text = f"{whose} names the facet {item.facet!r}, which construct {item.construct_id!r}"
            hint = did_you_mean(item.facet, facets)
            listed = f"its facets are {quoted(facets)}" if facets else "it has none"
            context.say((*place, "facet"), f"{text} does not have{hint}; {listed}")
    if item.facet is not None and item.construct_id is None:
        context.say((*place, "facet"), f"{whose} has a facet but no 'construct'; add the construct")
    context.knows("scales", item.scale, (*place, "scale"), whose)
    for k, form in enumerate(item.forms):
        context.knows("forms", form, (*place, "forms", k), whose)
    context.knows("items", item.alternative_to, (*place, "alternative_to"), whose)
    if item.alternative_to == item.id:
        context.say((*place, "alternative_to"), f"{whose} is named as an alternative to itself")


def _answers(context: Context, item: Item, place: Place) -> None:
    whose = f"item {item.id!r}, {kind_of(item)},"
    if item.kind in ("likert", "roster_valued", "rating_list") and item.scale is None:
        scales = quoted(context.ids("scales")) or "none defined yet"
        context.say(place, f"{whose} has no 'scale'; name one of the scales ({scales})")
    if item.scale is not None and item.kind not in SCALE_KINDS:
        text = f"{whose} has a scale; only {quoted(SCALE_KINDS)} are answered on one"
        context.say((*place, "scale"), text)
    if item.kind in OPTION_KINDS and not item.options:
        if item.kind != "choice":
            context.say(place, f"{whose} has no 'options'; list them with code and label")
        elif item.scale is None:
            context.say(place, f"{whose} has neither 'options' nor a 'scale'; add one of the two")
    if item.options and item.kind not in OPTION_KINDS:
        right = "its options come from its scale" if item.kind == "likert" else "it has none"
        context.say((*place, "options"), f"{whose} has 'options'; {right}, so remove them")


def _reverse(context: Context, item: Item, place: Place) -> None:
    whose = f"item {item.id!r}"
    if item.reverse and item.kind != "likert":
        text = f"{whose} is reverse but {kind_of(item)}; only likert items are reverse-keyed"
        context.say((*place, "reverse"), text)
    elif item.reverse and item.scale is None:
        text = f"{whose} is reverse but has no scale; the key turns answers over on the scale's"
        context.say((*place, "reverse"), f"{text} range")
    scale = context.scales.get(item.scale or "")
    if item.reverse and scale is not None and not scale.ordered:
        text = f"{whose} is reverse but scale {scale.id!r} has no order (ordered: false)"
        context.say((*place, "reverse"), text)


def _roster(context: Context, item: Item, place: Place) -> None:
    whose = f"item {item.id!r}, {kind_of(item)},"
    if item.kind in ROSTER_KINDS:
        if item.roster is None:
            rosters = quoted(context.ids("rosters")) or "none defined yet"
            context.say(place, f"{whose} has no 'roster'; name one of the rosters ({rosters})")
        context.knows("rosters", item.roster, (*place, "roster"), f"item {item.id!r}")
    elif item.roster is not None:
        text = f"{whose} has a roster; only {quoted(ROSTER_KINDS)} are filled from one"
        context.say((*place, "roster"), text)
    if item.kind == "allocation" and item.total is None:
        context.say(place, f"{whose} has no 'total'; say what the points add up to, such as 100")
    elif item.kind == "allocation" and item.total is not None and item.total <= 0:
        context.say((*place, "total"), f"total of {whose} must be above 0, found {item.total:g}")
    elif item.kind != "allocation" and item.total is not None:
        context.say((*place, "total"), f"{whose} has a 'total'; only an allocation adds up to one")


def _attention(context: Context, item: Item, place: Place) -> None:
    whose = f"item {item.id!r}"
    codes: tuple[int, ...] = ()
    if item.scale in context.scales:
        codes = context.scales[item.scale].codes
    elif item.options:
        codes = tuple(option.code for option in item.options)
    for key, code in (("keyed_answer", item.keyed_answer), ("fail_from", item.fail_from)):
        if code is None:
            continue
        if item.role != "attention":
            text = f"{whose} has {key!r} but the role {item.role!r}; give it 'role: attention'"
            context.say((*place, key), text)
        if codes and code not in codes:
            text = f"{key} of {whose} must be a code of its scale ({_codes(codes)}), found {code}"
            context.say((*place, key), text)


def _codes(codes: tuple[int, ...]) -> str:
    return ", ".join(str(code) for code in codes)
