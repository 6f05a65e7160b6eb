"""How many members groups have, as a survey's owner says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from collective_use.checks import quoted, whole_number
from collective_use.errors import InputError
from collective_use.numerics.types import Floats


def sizes_of(
    names: Sequence[str], members: Mapping[str, int] | None, answers: Floats, unknown: float
) -> Floats:
    """Return (G,) numbers of members.

    Parameters
    ----------
    names
        (G,) groups.
    members
        Number by name; None where it is not known.
    answers
        (G,) answers, at most as many as members.
    unknown
        What stands for a number that is not known.

    Raises
    ------
    InputError
        When a number is no whole number from 1 on, a group is not in `members`, or has more
        answers than members.

    Examples
    --------
    >>> sizes_of(["a"], {"a": 3}, np.array([2.0]), np.inf).tolist()
    [3.0]
    """
    if members is None:
        return np.full(len(names), unknown)
    for size in members.values():
        whole_number("members", size, at_least=1)
    known = {str(name): float(size) for name, size in members.items()}
    lacking = [name for name in names if name not in known]
    if lacking:
        raise InputError(f"members must be known for every group, got none for {quoted(lacking)}")
    sizes = np.array([known[name] for name in names])
    over = np.flatnonzero(answers > sizes)
    if len(over):
        g = int(over[0])
        raise InputError(
            f"a group must not have more answers than members, got {answers[g]:g} of "
            f"{sizes[g]:g} in {names[g]!r}"
        )
    return sizes
