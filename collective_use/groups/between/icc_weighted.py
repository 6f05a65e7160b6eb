"""What survey weights allow: weighted group means and a design-based ICC(1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.accepted import Labels, Values
from collective_use.checks import number_between
from collective_use.groups.inputs import rows_of
from collective_use.numerics.groups.weighted import weighted_icc
from collective_use.results import NotComputed, Result, Table, table_of


@dataclass(frozen=True)
class WeightedIcc(Result):
    """Weighted group means and a design-based ICC(1).

    Attributes
    ----------
    icc1
        Weighted correlation of two members of one group.
    ci
        Its limits by the jackknife over groups.
    confidence
        Their confidence.
    table
        One row a group: `group`, `n`, `weight` (sum) and weighted `mean`.
    refused
        What cannot be had with weights, index by index, and why.

    Examples
    --------
    >>> import collective_use as cu
    >>> found = cu.icc_weighted([1, 2, 4, 5, 2, 3], list("aabbcc"), [1, 2, 1, 1, 1, 1])
    >>> 0 < found.icc1 < 1
    True
    """

    icc1: float | NotComputed
    ci: tuple[float, float] | NotComputed
    confidence: float
    table: pd.DataFrame
    refused: Mapping[str, str]

    def to_frame(self) -> pd.DataFrame:
        """Return the groups with their weighted means."""
        return self.table.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the ICC with its limits, the groups, and what is refused and why."""
        low, high = self.ci if isinstance(self.ci, tuple) else (self.ci, self.ci)
        rows = (
            ("icc1", self.icc1),
            ("icc1_low", low),
            ("icc1_high", high),
            ("confidence", self.confidence),
        )
        reasons = [x.reason for x in (self.icc1, self.ci) if isinstance(x, NotComputed)]
        notes = tuple(f"Not computed: {reason}." for reason in dict.fromkeys(reasons))
        return (
            Table("Design-based intraclass correlation", ("", "value"), rows, notes),
            table_of("Weighted group means", self.table),
            Table("Refused with weights", ("index", "reason"), tuple(self.refused.items())),
        )


REFUSED_WITH_WEIGHTS: Mapping[str, str] = {
    "rwg, rwg_j, awg, ad": (
        "agreement describes the members who answered; a weight would let one member agree "
        "with copies of himself"
    ),
    "icc2": "the reliability of a weighted mean depends on each group's own weights",
    "f, p": "the F distribution supposes that every member was drawn alike",
    "wald limits": "the pivot supposes that every member was drawn alike",
    "reml, ml": (
        "weighting a multilevel likelihood needs the weights of both stages, and small groups "
        "make it biased (Pfeffermann et al. 1998)"
    ),
}
"""Indices that are refused with survey weights, each with its reason."""


def icc_weighted(
    values: Values, groups: Labels, weights: Values, *, confidence: float = 0.95
) -> WeightedIcc:
    """Weighted group means and a design-based ICC(1) for survey weights.

    The correlation over all pairs of members of one group, each pair counting by the product
    of its weights; limits by deleting one group at a time. See
    `collective_use.numerics.groups.weighted`.

    Parameters
    ----------
    values
        (N,) values; missing ones are left out.
    groups
        (N,) group of each person.
    weights
        (N,) weights above zero.
    confidence
        Level of the limits.

    Examples
    --------
    >>> import collective_use as cu
    >>> result = cu.icc_weighted([1, 2, 4, 5], list("aabb"), [1, 1, 1, 1])
    >>> round(result.icc1, 3)
    0.8
    """
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    rows = rows_of(values, groups, single=True)
    w = rows_of(weights, groups, name="weights", single=True).values[:, 0].astype(float)
    found = weighted_icc(rows.values[:, 0], w, rows.codes, rows.total, confidence)
    table = pd.DataFrame(
        {"group": rows.groups, "n": found.n, "weight": found.weight, "mean": found.means}
    )
    why = NotComputed("there must be two groups and one with two members, and some variance")
    bad = bool(np.isnan(found.icc1))
    few = NotComputed("the jackknife needs at least three groups with two members")
    ci = few if np.isnan(found.low) else (found.low, found.high)
    return WeightedIcc(why if bad else found.icc1, why if bad else ci, confidence, table,
                     REFUSED_WITH_WEIGHTS)  # fmt: skip
