"""Who speaks for the group: partners, census and strata, as far as the data know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.frames import texts
from collective_use.groups.evidence.item_set import ItemSet
from collective_use.groups.evidence.verdict import decimals
from collective_use.groups.keys import GroupKeys
from collective_use.groups.labels import factorized, known_label_of
from collective_use.groups.voices.census import GroupMeanReliability, reliability_of
from collective_use.groups.voices.partners import BalancedMeans, balanced_of
from collective_use.groups.voices.strata import ByStratum, by_stratum
from collective_use.instrument.model import Measure
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.numerics.types import Floats
from collective_use.results import NotComputed

if TYPE_CHECKING:
    from collective_use.responses.table import Responses

_GAP = 0.02
"""By how much an ICC(1) within strata must fall short before the explanation mentions it."""


class VoiceFields(TypedDict):
    """Partners, census and strata as fields of the evidence."""

    partners: BalancedMeans | None
    census: GroupMeanReliability | None
    strata: Mapping[str, ByStratum] | None


@dataclass(frozen=True, slots=True)
class Voices:
    """Partners, census and strata, as far as they are known, and a sentence where they matter."""

    partners: BalancedMeans | None = None
    census: GroupMeanReliability | None = None
    strata: Mapping[str, ByStratum] | None = None
    sentence: str = ""

    def results(self) -> VoiceFields:
        """Return the three as fields of the evidence."""
        return {"partners": self.partners, "census": self.census, "strata": self.strata}


def voices(
    responses: Responses,
    keys: GroupKeys,
    measure: Measure,
    value: Floats,
    items: ItemSet,
    partners: NDArray[np.intp] | None,
) -> Voices:
    """Return partners, census and strata, and a sentence where they matter.

    Parameters
    ----------
    responses
        Where partners, members and strata are known from.
    keys
        The groups.
    measure
        Its aggregation, reflective or formative, decides what a census means.
    value
        (N,) members' scores.
    items
        Their items, for the reliability of a score within groups.
    partners
        What `partner_codes` returns.
    """
    if not np.isfinite(value).any():
        return Voices()
    text, balanced = "", None
    if partners is not None and (np.isfinite(value) & (partners >= 0)).any():
        there = keys.frame["n"].to_numpy() > 0
        names = [name for name, seen in zip(keys.names, there, strict=True) if seen]
        balanced = balanced_of(value, (np.cumsum(there) - 1)[keys.codes], partners, names)
        text += _partner_text(balanced)
    strata = {}
    for name in stratum_columns(responses):
        labels = responses.persons[name]
        if (np.isfinite(value) & labels.notna().to_numpy()).any():
            groups = np.array(keys.names, dtype=object)[keys.codes]
            strata[name] = by_stratum(value, groups, labels.to_numpy(dtype=object))
            text += _stratum_text(name, strata[name])
    return Voices(balanced, _census(keys, measure, value, items), strata or None, text)


def _census(
    keys: GroupKeys, measure: Measure, value: Floats, items: ItemSet
) -> GroupMeanReliability | None:
    known = keys.frame["members"].to_numpy(float)
    # what is not known is not as large as anything
    if not (keys.frame["n"].to_numpy() <= known).all():
        return None
    alpha = items.alpha_within(keys)
    trust = 1.0 if np.isnan(alpha) else min(max(alpha, 0.0), 1.0)
    stats = group_statistics(value, keys.codes, keys.total)
    n = stats.n[:, 0]
    groups = {
        "group": texts(keys.names),
        "n": n,
        "members": known,
        "sampling_fraction": n / known,
        "reason": [""] * keys.total,
    }
    return reliability_of(stats, groups, measure.aggregation, trust)


def partner_codes(responses: Responses) -> NDArray[np.intp] | None:
    """Return each person's partner organisation as a number, -1 where unknown; None if all are."""
    persons = responses.persons
    if "partner" in persons.columns:
        partners = persons["partner"]
    elif responses.members is not None and {"member", "partner"} <= set(responses.members.columns):
        if "member" not in persons.columns:
            return None
        listed = responses.members.drop_duplicates(["group", "member"])
        by_person = listed.assign(
            group=known_label_of(listed["group"]), member=known_label_of(listed["member"])
        ).set_index(["group", "member"])["partner"]
        codes = pd.MultiIndex.from_arrays(
            [known_label_of(persons["group"]), known_label_of(persons["member"])]
        )
        partners = pd.Series(by_person.reindex(codes).to_numpy(), index=persons.index)
    else:
        return None
    known = factorized(partners)[0]
    return known if (known >= 0).any() else None


def stratum_columns(responses: Responses) -> list[str]:
    """Return the columns of persons that are strata: country, and items declared as one."""
    declared = [item.id for item in responses.instrument.items if item.stratum]
    columns = [
        name for name in dict.fromkeys(("country", *declared)) if name in responses.persons.columns
    ]
    return [name for name in columns if responses.persons[name].nunique() > 1]


def _partner_text(found: BalancedMeans) -> str:
    moved = found.values["difference"].to_numpy(float)
    share = found.between_share
    if isinstance(share, NotComputed) or np.isnan(moved).all():
        return ""
    most = int(np.nanargmax(np.abs(moved)))
    return (
        f" {share:.0%} of the disagreement inside groups lies between partner organisations; "
        f"with one voice a partner the mean of group {found.values['group'].iloc[most]} would "
        f"move by {moved[most]:+.2f}, the most of all groups."
    )


def _stratum_text(name: str, found: ByStratum) -> str:
    whole, left = found.icc1_all, found.icc1_within
    if isinstance(whole, NotComputed) or isinstance(left, NotComputed):
        return ""
    if whole - left < _GAP:
        return ""
    return (
        f" Within {name}, ICC(1) is {decimals(left, 3)} against {decimals(whole, 3)} over all "
        f"(both with k0): part of the difference between groups is one between strata."
    )
