"""Places on a roster: who stands where in the group's list, and how answers keep that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from collective_use.platforms.roster_codes import join_codes
from collective_use.questionnaire.form.content import Member


def members_at(people: Sequence[Member]) -> list[tuple[int, Member]]:
    """Return members with their places from 1, in the order of the places.

    Examples
    --------
    >>> [(place, who.code) for place, who in members_at([Member("b", place=3), Member("a")])]
    [(2, 'a'), (3, 'b')]
    """
    placed = [(who.place or order, who) for order, who in enumerate(people, start=1)]
    return sorted(placed, key=lambda pair: pair[0])


def partners_at(people: Sequence[Member]) -> list[tuple[int, str]]:
    """Return the partners of a group with their places: as the list meets them, from 1.

    The partner of somebody who asked not to be named stays: a partner is no person.

    Examples
    --------
    >>> partners_at([Member("a", partner="City", listed=False), Member("b", partner="County")])
    [(1, 'City'), (2, 'County')]
    """
    met = dict.fromkeys(who.partner for _, who in members_at(people) if who.partner)
    return list(enumerate(met, start=1))


def kept_codes(placed: Iterable[tuple[int, str]]) -> str:
    """Return codes in one text by place, to be kept with the answers; "" without any.

    Examples
    --------
    >>> kept_codes([(1, "r1"), (3, "r3")])
    'r1||r3'
    """
    found = dict(placed)
    return join_codes([found.get(place, "") for place in range(1, max(found, default=0) + 1)])
