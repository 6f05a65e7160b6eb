"""Who is in the groups: members, partners, languages, and what informants say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.accepted import Array
from collective_use.checks import one_of
from collective_use.errors import InputError
from collective_use.instrument.model import Instrument, Item
from collective_use.numerics.types import Floats, Integers

APART = ("companion", "control", "other")
"""Roles of constructs that the theory's paths do not reach."""


@dataclass(frozen=True, slots=True)
class People:
    """The listed members of all groups, group by group.

    Attributes
    ----------
    members
        ``group``, ``member``, ``position`` (from 1), ``partner``; P rows.
    group
        P, the number of the group from 0.
    position
        P, the place on the group's roster from 0.
    partner
        P, the number of the partner in its group from 0, in the order of the roster.
    language
        P, each member's language.
    group_language
        G, the language that a group works in.
    sizes, partners
        G, members and partners of each group.
    """

    members: pd.DataFrame
    group: Integers
    position: Integers
    partner: Integers
    language: NDArray[np.str_]
    group_language: NDArray[np.str_]
    sizes: Integers
    partners: Integers


def draw_people(
    instrument: Instrument,
    groups: int,
    size: tuple[int, int],
    rng: np.random.Generator,
    shares: Mapping[str, float] | None = None,
) -> People:
    """Draw groups, their members and the partners that members come from.

    Groups work in one language each, so that language and group go together as they do in
    comparisons of countries; one member in twenty answers in another.
    """
    sizes = rng.integers(size[0], size[1] + 1, groups)
    group = np.repeat(np.arange(groups), sizes)
    position = np.concatenate([np.arange(n) for n in sizes])
    partners = np.maximum(2, np.round(sizes * rng.uniform(0.4, 0.7, groups))).astype(np.int64)
    partner = _partners(sizes, partners, rng)
    languages = np.array(instrument.languages)
    spoken = languages[np.arange(groups) % len(languages)]
    if shares:
        spoken = _spoken(instrument, shares, groups)
        languages = np.array([name for name, share in shares.items() if share > 0])
    own = spoken[group]
    other = rng.choice(languages, len(group))
    language = np.where(rng.random(len(group)) < 0.05, other, own)
    width = max(2, len(str(groups)))
    names = np.array([f"g{number + 1:0{width}d}" for number in range(groups)])
    frame = pd.DataFrame(
        {
            "group": names[group],
            "member": [f"{names[g]}m{p + 1:02d}" for g, p in zip(group, position, strict=True)],
            "position": position + 1,
            "partner": [f"{names[g]}p{p + 1}" for g, p in zip(group, partner, strict=True)],
        }
    )
    return People(frame, group, position, partner, language, spoken, sizes, partners)


def _spoken(instrument: Instrument, shares: Mapping[str, float], groups: int) -> NDArray[np.str_]:
    """Return the language of each group, in the shares asked for, as even as whole groups allow."""
    for name in shares:
        one_of("languages", name, instrument.languages)
    total = sum(shares.values())
    if abs(total - 1) > 1e-6:
        raise InputError(f"languages must be shares that add up to 1, got {total:g}")
    edges = np.round(np.cumsum(list(shares.values())) * groups).astype(np.int64)
    return np.array(list(shares))[np.searchsorted(edges, np.arange(groups), side="right")]


def _partners(sizes: Integers, partners: Integers, rng: np.random.Generator) -> Integers:
    """Give every partner a member, the others by chance; number them as the roster meets them."""
    result = []
    for n, k in zip(sizes, partners, strict=True):
        drawn = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
        _, first, inverse = np.unique(
            rng.permutation(drawn), return_index=True, return_inverse=True
        )
        rank = np.argsort(np.argsort(first))
        result.append(rank[inverse])
    return np.concatenate(result).astype(np.int64)


def draw_background(item: Item, people: People, rng: np.random.Generator) -> NDArray[np.object_]:
    """Draw answers to a question about the respondent."""
    count = len(people.group)
    if item.options:
        codes = np.array([option.code for option in item.options])
        return rng.choice(codes, count).astype(object)
    if item.kind in ("number", "month"):
        return (1 + rng.poisson(8, count)).astype(object)
    return np.full(count, "", dtype=object)


def draw_informants(
    instrument: Instrument,
    people: People,
    use: Floats,
    facts: Mapping[str, object],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw what one key informant says of each group.

    Counts that measure a construct of the theory follow `use` (G, the groups' standing on the
    outcome); `facts` tells which questions have a true answer; the rest is chance.
    """
    names = people.members["group"].drop_duplicates().to_list()
    frame = pd.DataFrame({"group": names})
    theory = {part.id for part in instrument.constructs if part.role not in APART}
    construct = {i: m.construct_id for m in instrument.measures for i in m.items}
    for item in (part for part in instrument.items if part.role == "group"):
        if item.id in facts:
            frame[item.id] = _fact(facts[item.id], people, rng)
        elif item.options:
            frame[item.id] = rng.choice([option.code for option in item.options], len(names))
        elif construct.get(item.id, item.construct_id) in theory:
            frame[item.id] = rng.poisson(np.exp(1.2 + 0.4 * use))
        else:
            frame[item.id] = 1 + rng.poisson(6, len(names))
    return frame


def _fact(fact: object, people: People, rng: np.random.Generator) -> Array:
    if fact == "members":
        return people.sizes
    if fact == "partners":
        return people.partners
    if isinstance(fact, Mapping):
        return np.array([fact[str(name)] for name in people.group_language])
    if isinstance(fact, int):
        return fact + rng.poisson(2, len(people.sizes))
    raise InputError(
        f"a fact must be 'members', 'partners', a lowest number or a code by language, got {fact!r}"
    )
