"""Who is named: positions or member codes, settled for each item, never for each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from collective_use.frames import cells_of
from collective_use.responses.answers.cells import plain_code
from collective_use.responses.headings.keys import met
from collective_use.responses.headings.wording import as_number, normal
from collective_use.responses.headings.words import EMPTY_WORDS


@dataclass(frozen=True)
class Roll:
    """Who is in which group.

    Attributes
    ----------
    places
        Position by group and member code.
    held
        Positions by group that somebody holds.
    """

    places: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    held: Mapping[str, frozenset[int]] = field(default_factory=dict)


def roll_of(members: pd.DataFrame | None) -> Roll:
    """Return the groups of a members file; an empty roll without one."""
    if members is None:
        return Roll()
    places: dict[str, dict[str, int]] = {}
    for group, member, position in cells_of(members, "group", "member", "position"):
        places.setdefault(group, {})[member] = int(position)
    held = {group: frozenset(codes.values()) for group, codes in places.items()}
    return Roll(places, held)


def nominees(
    texts: Sequence[str], groups: Sequence[str], roll: Roll, missing: Mapping[str, str]
) -> tuple[np.ndarray, dict[tuple[str, str], str]]:
    """Return (cells,) positions of the persons named, and what is not understood, with why.

    Parameters
    ----------
    texts, groups
        The cells of one item, all areas together, and the group of each.
    roll
        Who is in which group.
    missing
        What stands for no answer.

    Returns
    -------
    tuple
        Positions, 0 for nobody, NaN when empty or not understood; and by text and group why it
        is not understood.

    Examples
    --------
    >>> roll = Roll({"a": {"m1": 1, "m2": 2}}, {"a": frozenset((1, 2))})
    >>> nominees(["m2", "0", "", "m9"], ["a"] * 4, roll, {})
    (array([ 2.,  0., nan, nan]), {('m9', 'a'): ''})
    """
    pairs = dict.fromkeys(zip(texts, groups, strict=True))
    given = {pair: _readings(*pair, roll) for pair in pairs if not _empty(pair[0], missing)}
    kinds = {frozenset(found) for found in given.values() if len(found) == 1}
    sure = {next(iter(kind)) for kind in kinds} - {"nobody"}
    held = sure.pop() if len(sure) == 1 else ""
    values: dict[tuple[str, str], float] = {}
    wrong: dict[tuple[str, str], str] = {}
    for pair, found in given.items():
        options = set(found.values())
        if len(options) == 1 and (len(found) > 1 or held in ("", *found) or "nobody" in found):
            values[pair] = options.pop()
        elif held in found:
            values[pair] = found[held]
        else:
            wrong[pair] = "a position or a member code?" if len(options) > 1 else ""
    cells = [values.get(pair, np.nan) for pair in zip(texts, groups, strict=True)]
    return np.asarray(cells, dtype=float), wrong


def _empty(text: str, missing: Mapping[str, str]) -> bool:
    return normal(text) in EMPTY_WORDS or plain_code(text) in {"-99", *missing}


def _readings(text: str, group: str, roll: Roll) -> dict[str, float]:
    """Return what a cell may mean: a position in the group, a member code of it, nobody."""
    found: dict[str, float] = {}
    codes = roll.places.get(group, {})
    code = text if text in codes else met([text], codes).get(text)
    number = as_number(normal(text))
    if number == 0 and code is None:
        return {"nobody": 0.0}
    if code is not None:
        found["code"] = float(codes[code])
    held = roll.held.get(group, frozenset(range(1, 100)))
    if number is not None and number == int(number) and int(number) in held:
        found["position"] = number
    return found
