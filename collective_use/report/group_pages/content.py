"""What stands on the page of a group, from tables that others may see."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from collective_use.checks import did_you_mean, quoted
from collective_use.disclosure import SPREAD_FACTOR
from collective_use.errors import InputError
from collective_use.report.group_pages.bands import Bands, bands_of
from collective_use.report.material import Material
from collective_use.report.rows import Row
from collective_use.report.sentences import plain_text
from collective_use.report.verdicts import SHARED

SENSITIVE = re.compile(
    r"power|leader|authorit|influence|hostil|权力|权威|领导|影响力|敌意", re.IGNORECASE
)
"""Names of constructs that are about persons who can be told: off unless they are asked for."""

GOOD = ("supported", "differences")
"""Verdicts under which a value says something of the group."""

CLOSE, APART = 0.125, 0.25
"""Spread in words, by the SD as a share of the scale's length: up to 0.75 and over 1.5 from 1
to 7. A convention of this package; a class and no figure, since an SD of zero would tell all."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One construct: the same on every page.

    Attributes
    ----------
    measure, name, definition
        Its id, and in words.
    bands
        Where all groups lie.
    """

    measure: str
    name: str
    definition: str
    bands: Bands


@dataclass(frozen=True, slots=True)
class Entry:
    """What one page says of a construct.

    Attributes
    ----------
    topic
        The construct.
    value
        As it is shown; NaN where it is withheld.
    sentences
        Value, place among all groups, spread: in words.
    """

    topic: Topic
    value: float
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupPage:
    """The page of a group.

    Attributes
    ----------
    group
        Its name.
    who
        How many answered.
    entries
        A construct each.
    """

    group: str
    who: str
    entries: tuple[Entry, ...]


def topics(material: Material, wanted: Sequence[str] = ()) -> tuple[Topic, ...]:
    """Return the constructs that pages show.

    Parameters
    ----------
    material
        Tables as others see them.
    wanted
        Ids of measures; those that members share and that are about no single person when
        empty.

    Raises
    ------
    InputError
        For a measure that cannot be shown.
    """
    offered = {row.text("measure"): row for row in material.rows("measures.csv") if _fit(row)}
    for name in wanted:
        if name not in offered:
            raise InputError(
                f"a page of a group can show {quoted(list(offered))}, got {name!r}"
                f"{did_you_mean(name, offered)}: answers that members share, with a verdict that "
                "lets them be read as the group's"
            )
    chosen = list(wanted) or [name for name in offered if not sensitive(material, name)]
    found = []
    for name in chosen:
        ends = material.scale_ends(name)
        if ends is not None:
            values = [row.value(name) for row in material.rows("groups.csv")]
            named = material.name(name), _definition(material, name)
            found.append(Topic(name, *named, bands_of(values, *ends)))
    return tuple(found)


def _fit(row: Row) -> bool:
    return row.text("composition") in SHARED and row.text("verdict").startswith(GOOD)


def sensitive(material: Material, measure: str) -> bool:
    """Tell whether a measure is about the power or the leading of persons who can be told."""
    found = next(part for part in material.instrument.measures if part.id == measure)
    construct = material.instrument.get_construct(found.construct_id)
    names = [*found.name.values(), *construct.name.values()]
    return any(SENSITIVE.search(name) for name in names)


def _definition(material: Material, measure: str) -> str:
    found = next(part for part in material.instrument.measures if part.id == measure)
    if found.id != found.construct_id:
        return ""
    return material.text(material.instrument.get_construct(found.construct_id).definition)


def group_pages(material: Material, shown: Sequence[Topic]) -> Iterator[GroupPage]:
    """Yield the page of every group that shows anything; small groups have none.

    Parameters
    ----------
    material
        Tables as others see them.
    shown
        From `topics`.
    """
    spread = _spreads(material, {topic.measure for topic in shown})
    for row in material.rows("groups.csv"):
        if all(math.isnan(row.value(topic.measure)) for topic in shown):
            continue
        group, wave = row.text("group"), row.text("wave")
        named = f"{group}, {wave}" if wave else group
        entries = tuple(
            _entry(material, topic, row, spread.get((group, wave, topic.measure)))
            for topic in shown
        )
        who = _who(material, row)
        if not any((group, wave, topic.measure) in spread for topic in shown):
            who += material.word("gap") + _unknown(material)
        yield GroupPage(named, who, entries)


def _spreads(material: Material, measures: set[str]) -> Mapping[tuple[str, str, str], float]:
    """Return the SD of each group and measure, where it may be shown."""
    return {
        (row.text("group"), row.text("wave"), row.text("measure")): row.value("sd")
        for row in material.rows("agreement.csv")
        if row.text("measure") in measures and row.value("sd") == row.value("sd")
    }


def _unknown(material: Material) -> str:
    least = SPREAD_FACTOR * int(material.cutoff("disclosure_size"))
    return plain_text(material.say("page.spread.unknown", n=str(least)))


def _who(material: Material, row: Row) -> str:
    asked = row.value("members")
    n = f"{row.value('n'):.0f}"
    if math.isnan(asked):
        return plain_text(material.say("page.who", n=n))
    return plain_text(material.say("page.who.asked", n=n, asked=f"{asked:.0f}"))


def _entry(material: Material, topic: Topic, row: Row, sd: float | None) -> Entry:
    given = row.value(topic.measure)
    if math.isnan(given):
        return Entry(topic, given, (material.word("page.withheld"),))
    bands, value = topic.bands, topic.bands.within(given)
    key = "page.value"
    if value >= bands.highest:
        key = "page.value.top"
    elif value <= bands.lowest:
        key = "page.value.bottom"
    words = {"value": f"{value:.1f}", "low": f"{bands.low:g}", "high": f"{bands.high:g}"}
    said = [plain_text(material.say(key, **words)), _place(material, bands, value)]
    return Entry(
        topic, value, tuple(text for text in (*said, _spread(material, bands, sd)) if text)
    )


def _place(material: Material, bands: Bands, value: float) -> str:
    if not bands.edges:
        return material.word("page.few")
    classes, place = len(bands.edges) + 1, bands.place(value)
    words = {"below": str(place), "above": str(classes - place - 1), "of": str(classes)}
    if place in (0, classes - 1):
        end = "lowest" if place == 0 else "highest"
        return plain_text(material.say(f"page.place.{end}", **words))
    return plain_text(material.say("page.place", **words))


def _spread(material: Material, bands: Bands, sd: float | None) -> str:
    if sd is None:
        return ""
    share = sd / (bands.high - bands.low)
    key = "close" if share <= CLOSE else "apart" if share > APART else "some"
    return material.word(f"page.spread.{key}")
