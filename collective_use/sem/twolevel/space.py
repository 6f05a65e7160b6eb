"""In which space of moments two-level models are compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.numerics.twolevel.unrestricted import Saturated
from collective_use.sem.table.partable import ParameterTable


def keeps_variances(table: ParameterTable) -> bool:
    """Tell whether bounds keep every estimated variance between clusters from being negative."""
    free = [r for r in table.rows if r.level == 2 and r.free and r.op == "~~" and r.lhs == r.rhs]
    return bool(free) and all(row.lower >= 0 for row in free)


def note_on_space(
    table: ParameterTable, unrestricted: Sequence[Saturated], groups: Sequence[str]
) -> str:
    """Say what the fitted and the unrestricted between covariance may be.

    Parameters
    ----------
    table
        Of the fitted model.
    unrestricted
        Moments of the model it is compared with, by group.
    groups
        Names of the groups.
    """
    if keeps_variances(table):
        return (
            "Chi-square compares models whose variances between clusters are kept at 0 or above, "
            "the fitted and the unrestricted one alike."
        )
    found = [
        (f" in group {name!r}" if len(groups) > 1 else "") + f": {_described(s)}"
        for name, s in zip(groups, unrestricted, strict=True)
        if s.rank < len(s.Sb)
    ]
    if not found:
        return (
            "Chi-square compares models whose covariance matrix between clusters may be any; the "
            "unrestricted one is a possible covariance matrix."
        )
    return (
        "the unrestricted covariance matrix between clusters is not a possible one"
        f"{'; '.join(found)}. Groups differ less than chance alone lets them in some direction. "
        "Chi-square lets both models have such a matrix; bounds='pos.var' keeps both from it"
    )


def _described(s: Saturated) -> str:
    negative = len(s.Sb) - s.rank
    variances = int((np.diag(s.Sb) < 0).sum())
    plural = "s" if negative > 1 else ""
    of_which = f", {variances} negative variances" if variances else ""
    return f"{negative} negative eigenvalue{plural} of {len(s.Sb)}{of_which}"
