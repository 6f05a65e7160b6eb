"""From values of groups to memberships in sets, by stated anchors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError
from collective_use.numerics.conditions.sets import calibrate_direct, calibrate_indirect
from collective_use.numerics.types import Floats

METHODS = ("direct", "indirect")


def checked_anchors(
    anchors: Mapping[str, Sequence[float]], measures: Sequence[str], method: str
) -> dict[str, tuple[float, ...]]:
    """Return the anchors of each measure, checked.

    Raises
    ------
    InputError
        When a measure has none, or anchors are equal, not in order, or too few.

    Examples
    --------
    >>> checked_anchors({"con": [2, 3, 4]}, ["con"], "direct")
    {'con': (2.0, 3.0, 4.0)}
    """
    for name in anchors:
        if name not in measures:
            hint = did_you_mean(name, measures)
            raise InputError(f"calibration must name {quoted(measures)}, got {name!r}{hint}")
    return {name: _checked(name, anchors.get(name), method) for name in measures}


def _checked(name: str, given: Sequence[float] | None, method: str) -> tuple[float, ...]:
    asked = (
        "three anchors (fully out, crossover, fully in)"
        if method == "direct"
        else "at least two thresholds between levels"
    )
    if given is None:
        raise InputError(f"calibration of {name!r} must give {asked}, got nothing")
    found = tuple(float(value) for value in given)
    enough = len(found) == 3 if method == "direct" else len(found) >= 2
    if not enough or not np.isfinite(found).all():
        raise InputError(f"calibration of {name!r} must give {asked}, got {list(given)!r}")
    steps = np.diff(found)
    if method == "direct" and (steps > 0).all() | (steps < 0).all():
        return found
    if method == "indirect" and (steps > 0).all():
        return found
    if len(set(found)) < len(found):
        raise InputError(
            f"calibration of {name!r} must give anchors that differ, got {list(given)!r}: equal "
            "anchors make no degrees of membership"
        )
    raise InputError(f"calibration of {name!r} must give anchors in order, got {list(given)!r}")


def memberships(values: Floats, anchors: tuple[float, ...], method: str, name: str) -> Floats:
    """Return memberships of groups in one set.

    Raises
    ------
    InputError
        When the indirect method meets values below zero or too few levels.

    Examples
    --------
    >>> memberships(np.array([2.0, 3.0, 4.0]), (2, 3, 4), "direct", "con").round(2).tolist()
    [0.05, 0.5, 0.95]
    """
    if method == "direct":
        return calibrate_direct(values, *anchors)
    if (values < 0).any():
        raise InputError(
            f"indirect calibration of {name!r} needs values of at least 0, got {values.min():g}"
        )
    if len(values) < 6:
        raise InputError(
            f"indirect calibration of {name!r} needs at least six groups, got {len(values)}"
        )
    return calibrate_indirect(values, anchors)


def crossover_of(anchors: tuple[float, ...], method: str) -> float:
    """Return the value where membership is one half: the middle anchor or threshold.

    Examples
    --------
    >>> crossover_of((2.0, 3.0, 4.0), "direct")
    3.0
    """
    return float(anchors[1]) if method == "direct" else float(np.median(anchors))
