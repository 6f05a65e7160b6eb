"""Ids, codes and column names: each may be used once."""

from __future__ import annotations

from collections.abc import Iterable

from collective_use.accepted import Plain
from collective_use.checks import did_you_mean, quoted
from collective_use.instrument.check.context import Context
from collective_use.instrument.columns import columns_of
from collective_use.instrument.messages import ONE
from collective_use.instrument.model import Option
from collective_use.instrument.vocabulary import PLATFORM, PLATFORMS, RESERVED_MEASURES
from collective_use.yaml_source.document import Place

COLLECTIONS = (
    "sources",
    "scales",
    "constructs",
    "measures",
    "items",
    "rosters",
    "forms",
    "models",
    "consent",
)


def check(context: Context) -> None:
    """Check that ids, codes, labels and column names are unique."""
    bank = context.instrument
    for collection in COLLECTIONS:
        parts = getattr(bank, collection)
        _unique(context, ONE[collection], _placed(parts, (collection,)))
    for n, construct in enumerate(bank.constructs):
        facets = _placed(construct.facets, ("constructs", n, "facets"))
        _unique(context, "facet", facets, f" of construct {construct.id!r}")
    for n, form in enumerate(bank.forms):
        blocks = _placed(form.blocks, ("forms", n, "blocks"))
        modules = _placed(form.modules, ("forms", n, "modules"))
        _unique(context, "block", blocks, f" of form {form.id!r}")
        _unique(context, "module", modules, f" of form {form.id!r}")
    for n, measure in enumerate(bank.measures):
        if measure.id in RESERVED_MEASURES:
            text = f"the measure id {measure.id!r} is a column of every table by group; rename it"
            context.say(("measures", n, "id"), text)
    _scales(context)
    for n, item in enumerate(bank.items):
        _options(context, item.options, ("items", n), f"item {item.id!r}")
    _columns(context)


def _placed(parts: Iterable[Plain], place: Place) -> list[tuple[str, Place]]:
    return [(part.id, (*place, number, "id")) for number, part in enumerate(parts)]


def _unique(
    context: Context, one: str, names: Iterable[tuple[str, Place]], inside: str = ""
) -> None:
    first: dict[str, Place] = {}
    for name, place in names:
        if name in first:
            before = context.document.at(context.place(*first[name]))
            text = f"the {one} {name!r}{inside} is defined already at {before}"
            context.say(place, f"{text}; rename one of the two")
        first.setdefault(name, place)


def _options(context: Context, options: tuple[Option, ...], place: Place, whose: str) -> None:
    codes: set[int] = set()
    labels: dict[tuple[str, str], int] = {}
    for k, option in enumerate(options):
        if option.code in codes:
            text = f"{whose} has the code {option.code} twice; codes are unique"
            context.say((*place, "options", k, "code"), text)
        codes.add(option.code)
        for language, label in option.label.items():
            same = labels.setdefault((language, " ".join(label.split()).casefold()), option.code)
            if same != option.code:
                text = f"{whose} has the label {label!r} for {same} and for {option.code}"
                context.say((*place, "options", k, "label", language), text)


def _scales(context: Context) -> None:
    for n, scale in enumerate(context.instrument.scales):
        _options(context, scale.options, ("scales", n), f"scale {scale.id!r}")
        seen: set[int] = set()
        for k, missing in enumerate(scale.missing):
            place = ("scales", n, "missing", k)
            if missing.code is not None and missing.code in scale.codes:
                text = f"scale {scale.id!r} has {missing.code} as a valid and as a missing code"
                context.say((*place, "code"), f"{text}; keep one of the two")
            if missing.code is not None and missing.code in seen:
                text = f"scale {scale.id!r} has the missing code {missing.code} twice"
                context.say((*place, "code"), f"{text}; codes are unique")
            if missing.code is not None:
                seen.add(missing.code)
            if missing.offered and not missing.label:
                text = (
                    f"missing option {missing.reason!r} of scale {scale.id!r} is offered to "
                    "respondents and has no 'label'; add one, or write 'offered: false'"
                )
                context.say(place, text)


def _columns(context: Context) -> None:
    """Find items that would share a column of a platform's export."""
    items = context.instrument.items
    used: dict[tuple[str, str], str] = {("plain", item.id): item.id for item in items}
    _derived(context)
    for n, item in enumerate(items):
        for platform, column in item.platform_names.items():
            place = ("items", n, "platform_names", platform)
            hint = did_you_mean(platform, PLATFORMS)
            if platform not in PLATFORMS and (hint or not PLATFORM.match(platform)):
                text = f"item {item.id!r} names the unknown platform {platform!r}{hint}"
                listed = "" if hint else f"; known are {quoted(PLATFORMS, most=40)}"
                context.say(place, text + listed, key=True)
            other = used.setdefault((platform, column), item.id)
            if other != item.id:
                text = f"items {other!r} and {item.id!r} share the column {column!r}"
                context.say(place, f"{text} on {platform}; each needs its own")


def _derived(context: Context) -> None:
    """Find items whose own column is one that a roster or list makes."""
    bank = context.instrument
    made = {
        column: item.id
        for item in bank.items
        if len(columns_of(bank, item)) > 1
        for column in columns_of(bank, item)
    }
    for n, item in enumerate(bank.items):
        (first, *more) = columns_of(bank, item) or (item.id,)
        if not more and made.get(first, item.id) != item.id:
            text = f"the column {first!r} of item {item.id!r} is one of item {made[first]!r} too"
            context.say(("items", n, "id"), f"{text}; rename one of the two")
