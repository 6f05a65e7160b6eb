"""Names on platforms: which columns an instrument makes, and whether they survive.

Limits are those that the platforms document: LimeSurvey question codes have letters and
digits only, at most 20; REDCap field names are lower case, at most 26; Stata names have at
most 32 characters; SPSS names at most 64 bytes. Both statistics programs keep some words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from collective_use.cutoffs import Cutoff
from collective_use.instrument.columns import columns_of
from collective_use.instrument.lint.rules import Finding
from collective_use.instrument.model import Instrument, Item
from collective_use.instrument.vocabulary import PLATFORM_FILES, PLATFORMS
from collective_use.yaml_source.read import read_yaml


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform does to names.

    Attributes
    ----------
    name
        The platform.
    longest
        Characters that a name may have.
    whole
        Whether a roster or list is one question there (its columns have no names of their own).
    clean
        What becomes of a name.
    reserved
        Words that cannot be names.
    """

    name: str
    longest: int
    whole: bool
    clean: Callable[[str], str]
    reserved: frozenset[str] = frozenset()


# Kept as texts: lists of one word a line would fill the page.
_SPSS = frozenset(re.findall(r"\w+", "all and by eq ge gt le lt ne not or to with"))
_STATA = frozenset(
    re.findall(
        r"\w+",
        "byte double float if in int long using with strl _all _b _coef _cons _n _pi _pred _rc "
        "_skip _weight",
    )
)
PLATFORM_LIMITS: tuple[Limits, ...] = (
    Limits("limesurvey", 20, True, lambda name: re.sub(r"[^A-Za-z0-9]", "", name)),
    Limits("redcap", 26, False, lambda name: re.sub(r"_{2,}", "_", name.lower()).strip("_")),
    Limits("stata", 32, False, lambda name: name, _STATA),
    Limits("spss", 64, False, lambda name: name.lower().rstrip("_"), _SPSS),
)
_RESPONSE_TABLE = frozenset(("group", "row", "export"))
"""Columns that every table of responses has."""


def findings(instrument: Instrument, rules: Mapping[str, Cutoff]) -> Iterator[Finding]:
    """Look for names that collide, are too long or are reserved on some platform."""
    yield from _plain(instrument)
    yield from _own(instrument)
    yield from _unknown(instrument)
    for limits in PLATFORM_LIMITS:
        yield from _platform(instrument, limits)


def _plain(instrument: Instrument) -> Iterator[Finding]:
    for item in instrument.items:
        if item.id in _RESPONSE_TABLE and item.role != "key":
            found = f"{item.id!r} is a column of every table of responses"
            yield Finding("problem", "collision", f"item {item.id!r}", found, "rename it")


_READ_BY_CODE = {
    "qualtrics": "StartDate EndDate Status IPAddress Progress Finished RecordedDate ResponseId "
    "RecipientLastName RecipientFirstName RecipientEmail ExternalReference LocationLatitude "
    "LocationLongitude DistributionChannel UserLanguage",
    "limesurvey": "id submitdate lastpage startlanguage seed token startdate datestamp ipaddr "
    "refurl",
    "redcap": "record_id redcap_event_name redcap_repeat_instrument redcap_repeat_instance "
    "redcap_data_access_group redcap_survey_identifier",
    "kobo": "start end today _id _uuid _submission_time _validation_status _notes _status "
    "_submitted_by _tags _index",
}
"""Own columns of platforms whose exports code reads; those of the others stand in their files."""


@cache
def own_columns() -> dict[str, tuple[str, ...]]:
    """Return the columns that platforms write themselves, each with the platforms that do.

    Examples
    --------
    >>> own_columns()["ResponseId"]
    ('qualtrics',)
    """
    found: dict[str, list[str]] = {}
    for platform, names in _READ_BY_CODE.items():
        for name in names.split():
            found.setdefault(name, []).append(platform)
    for row in PLATFORM_FILES:
        profile = read_yaml(row).value.get("profile", {})
        for name in profile.get("own", ()):
            found.setdefault(name, []).append(row.stem)
    return {name: tuple(platforms) for name, platforms in found.items()}


def _own(instrument: Instrument) -> Iterator[Finding]:
    """Look for items that are called as a column that a platform writes itself."""
    for item in (one for one in instrument.items if one.role != "key"):
        named = {item.id: own_columns().get(item.id, ())}
        for platform, name in item.platform_names.items():
            if platform in own_columns().get(name, ()):
                named[name] = (platform,)
        for name, owners in named.items():
            if owners:
                found = f"{name!r} is a column that {', '.join(owners)} writes by itself"
                right = "another name: an export with both is read wrongly, or refused"
                yield Finding("look", "collision", f"item {item.id!r}", found, right)


def _unknown(instrument: Instrument) -> Iterator[Finding]:
    """Look for platforms that only a file of the user's own can make known."""
    named = {p: item.id for item in reversed(instrument.items) for p in item.platform_names}
    for platform, item in sorted(named.items()):
        if platform not in PLATFORMS:
            found = f"{platform!r} is no platform of this package"
            right = f"read its exports with a platform file (platform={platform}.yaml)"
            yield Finding("look", "unknown_platform", f"item {item!r}", found, right)


def _platform(instrument: Instrument, limits: Limits) -> Iterator[Finding]:
    owner: dict[str, tuple[str, str]] = {}
    for item in instrument.items:
        where = f"item {item.id!r}"
        for name in _names(instrument, item, limits):
            clean = limits.clean(name)
            other, original = owner.setdefault(clean, (item.id, name))
            if original != name:
                found = f"{name!r} and {original!r} of item {other!r} both become {clean!r}"
                right = f"rename one of the two; {limits.name} cannot tell them apart"
                yield Finding("problem", "collision", where, found, right)
            if len(clean) > limits.longest:
                found = f"{name!r} has {len(clean)} characters on {limits.name}"
                right = f"at most {limits.longest}: a shorter id, or a name under platform_names"
                yield Finding("look", "long_name", where, found, right)
                break
            if clean in limits.reserved:
                found = f"{name!r} is a word that {limits.name} keeps for itself"
                right = "another id, or a name under platform_names"
                yield Finding("look", "reserved_name", where, found, right)


def _names(instrument: Instrument, item: Item, limits: Limits) -> tuple[str, ...]:
    if limits.name in item.platform_names:
        return (item.platform_names[limits.name],)
    return (item.id,) if limits.whole else columns_of(instrument, item)
