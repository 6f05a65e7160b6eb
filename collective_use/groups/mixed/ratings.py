"""Ratings of persons by persons as users hold them, made ready for the social relations model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.errors import InputError
from collective_use.groups.inputs import rows_of
from collective_use.groups.mixed.columns import columns_of
from collective_use.numerics.groups.mixed.relations_likelihood import GroupRatings, group_ratings


@dataclass(frozen=True)
class Ratings:
    """The ratings of all groups.

    Attributes
    ----------
    groups
        Names, in natural order.
    persons
        Names of the persons of each group.
    ratings
        By group.
    notes
        What was left out.
    """

    groups: tuple[str, ...]
    persons: tuple[tuple[str, ...], ...]
    ratings: tuple[GroupRatings, ...]
    notes: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every person of every group rated every other, four or more persons each."""
        return all(len(g.y) == g.persons * (g.persons - 1) and g.persons >= 4 for g in self.ratings)


def ratings_of(data: object, group: str, actor: str, partner: str, value: str) -> Ratings:
    """Return the ratings by group; ratings of oneself are left out and counted.

    Raises
    ------
    InputError
        When a column is not there, a rating stands twice, or no rating is left.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"g": [1, 1, 1], "a": ["x", "y", "x"], "p": ["y", "x", "x"]})
    >>> found = ratings_of(frame.assign(v=[3, 4, 5]), "g", "a", "p", "v")
    >>> found.persons, found.notes
    ((('x', 'y'),), ('1 rating of oneself left out.',))
    """
    columns = columns_of(
        data, {"group": group, "actor": actor, "partner": partner}, {"value": value}
    )
    frame = columns.frame
    both = pd.concat([frame[actor], frame[partner]], ignore_index=True)
    people = rows_of(np.zeros(len(both)), both)
    codes = people.codes.reshape(2, -1)
    place, names = columns.codes(group)
    own = codes[0] == codes[1]
    notes = list(columns.notes)
    if own.any():
        number = int(own.sum())
        notes.append(f"{number} {'rating' if number == 1 else 'ratings'} of oneself left out.")
    _refuse_twice(codes[:, ~own], place[~own], people.groups, names)
    found = [
        _one(codes[:, keep], columns.numbers(value)[keep], people.groups)
        for keep in (~own & (place == g) for g in range(len(names)))
    ]
    empty = [name for name, part in zip(names, found, strict=True) if not len(part[1].y)]
    if empty:
        notes.append(f"Groups without a rating left out: {', '.join(empty)}.")
    rated = [(name, *part) for name, part in zip(names, found, strict=True) if len(part[1].y)]
    if not rated:
        raise InputError("data must hold ratings of others, got ratings of oneself only")
    by_name, persons, ratings = zip(*rated, strict=True)
    return Ratings(by_name, persons, ratings, tuple(notes))


def _one(
    codes: NDArray[np.intp], y: NDArray[np.float64], people: tuple[str, ...]
) -> tuple[tuple[str, ...], GroupRatings]:
    present, inside = np.unique(codes, return_inverse=True)
    inside = inside.reshape(codes.shape)
    ratings = group_ratings(y, inside[0], inside[1], len(present))
    return tuple(people[i] for i in present), ratings


def _refuse_twice(
    codes: NDArray[np.intp],
    place: NDArray[np.intp],
    people: tuple[str, ...],
    names: tuple[str, ...],
) -> None:
    table = pd.DataFrame({"group": place, "actor": codes[0], "partner": codes[1]})
    twice = table[table.duplicated()]
    if len(twice):
        row = twice.iloc[0]
        raise InputError(
            f"a person must rate another once, got {len(twice)} ratings more, the first of "
            f"{people[row['partner']]!r} by {people[row['actor']]!r} in {names[row['group']]!r}; "
            "take one wave or the mean of several ratings"
        )
