"""What differs between two plans, setting by setting, and which results it touches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from collective_use.accepted import Plain, PlainDict, PlainMapping

TIERS: Mapping[str, str] = {
    "design": "what is asked and claimed: instrument, form, models, hypotheses",
    "pipeline": "how answers become results: exclusions, missing rule, cut-offs, nulls, seed",
}
"""The two tiers of a plan."""

LONGEST = 120


@dataclass(frozen=True, slots=True)
class Deviation:
    """One setting that is not as it was planned.

    Attributes
    ----------
    tier
        ``"design"`` or ``"pipeline"``.
    place
        The way to the setting, such as ``cutoffs.rwg_j`` or ``instrument.items.cdu3.text.en``.
    planned, now
        What stood there and what stands there, as text; empty for nothing.
    """

    tier: str
    place: str
    planned: str
    now: str

    def __str__(self) -> str:
        return f"{self.place}: planned {self.planned or 'nothing'}, now {self.now or 'nothing'}"

    def to_dict(self) -> dict[str, str]:
        """Return the four fields by name."""
        return {
            "tier": self.tier, "place": self.place, "planned": self.planned, "now": self.now,
        }  # fmt: skip


def deviations(planned: PlainMapping, now: PlainMapping) -> tuple[Deviation, ...]:
    """Compare two contents.

    Parameters
    ----------
    planned, now
        Tier to its settings, in plain values (see `plain_content`). Lists whose entries have an
        ``id`` are compared by id, others by place.

    Returns
    -------
    tuple of Deviation
        In the order of the planned content; empty when both are equal.

    Examples
    --------
    >>> was = {"pipeline": {"seed": 1, "cutoffs": {"rwg_j": "0.7"}}}
    >>> deviations(was, {"pipeline": {"seed": 1, "cutoffs": {"rwg_j": "0.6"}}})[0].place
    'cutoffs.rwg_j'
    """
    found = []
    for tier in dict.fromkeys((*planned, *now)):
        for place, was, stands in _differences((), planned.get(tier, {}), now.get(tier, {})):
            found.append(Deviation(tier, ".".join(place), _text(was), _text(stands)))
    return tuple(found)


_NOTHING = object()


def _differences(
    place: tuple[str, ...], was: Plain, now: Plain
) -> Iterator[tuple[tuple[str, ...], Plain, Plain]]:
    one, other = _by_key(was), _by_key(now)
    if one is None or other is None:
        if was is _NOTHING or now is _NOTHING or was != now:
            yield place, was, now
        return
    for key in dict.fromkeys((*one, *other)):
        yield from _differences((*place, key), one.get(key, _NOTHING), other.get(key, _NOTHING))
    listed = isinstance(was, list) and isinstance(now, list)
    if listed and set(one) == set(other) and list(one) != list(other):
        yield (*place, "order"), list(one), list(other)


def _by_key(value: Plain) -> PlainDict | None:
    """Return a mapping's entries, or those of a list whose entries have an id."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and all(_has_id(entry) for entry in value):
        return {str(entry["id"]): entry for entry in value}
    return None


def _has_id(entry: Plain) -> bool:
    return isinstance(entry, dict) and "id" in entry


def _text(value: Plain) -> str:
    if value is _NOTHING or value is None or value in ({}, []):
        return ""
    if isinstance(value, list) and not any(isinstance(entry, (dict, list)) for entry in value):
        text = ", ".join(str(entry) for entry in value)
    elif isinstance(value, dict):
        text = str(value.get("id", "a part that is not in the other"))
    else:
        text = str(value).strip()
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
