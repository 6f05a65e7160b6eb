"""Respondents found in the members file by group and member code: a join of whole numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd


def member_rows(members: pd.DataFrame, persons: pd.DataFrame) -> np.ndarray:
    """Return (N,) the row of each respondent among the members, -1 where there is none.

    Parameters
    ----------
    members, persons
        With columns ``group`` and ``member``.

    Examples
    --------
    >>> members = pd.DataFrame({"group": ["a", "b"], "member": ["m1", "m1"]})
    >>> member_rows(members, pd.DataFrame({"group": ["b", "b"], "member": ["m1", "m2"]})).tolist()
    [1, -1]
    """
    known, asked = _keys(members, persons)
    if not len(known):
        return np.full(len(asked), -1)
    order = np.argsort(known, kind="stable")
    # of equal ones the last counts
    at = np.searchsorted(known[order], asked, side="right") - 1
    rows = order[np.maximum(at, 0)]
    return np.where(known[rows] == asked, rows, -1)


def _keys(members: pd.DataFrame, persons: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return a number for each pair of group and member code, alike where the pairs are."""
    whole = np.zeros(len(members) + len(persons), dtype=np.int64)
    for name in ("group", "member"):
        both = pd.concat([members[name], persons[name]], ignore_index=True)
        codes, found = pd.factorize(both)
        whole = whole * (len(found) + 1) + codes
    return whole[: len(members)], whole[len(members) :]
