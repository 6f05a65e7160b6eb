"""Points or ratings that targets receive: inequality, concentration, agreement of the raters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from collective_use.accepted import RosterAnswers
from collective_use.checks import number_between, one_of
from collective_use.groups.rosters.from_tables import rosters_of
from collective_use.groups.rosters.network import Wanted
from collective_use.groups.rosters.raters import rater_agreement
from collective_use.groups.rosters.received import spread
from collective_use.groups.rosters.stacks import (
    Floats,
    RosterIndices,
    Rosters,
    Stack,
    gate_of,
    gated,
)
from collective_use.numerics.rosters import allocation as kernels
from collective_use.numerics.rosters.network import mean_where

OffTotal = Literal["leave_out", "rescale"]

INEQUALITY: Mapping[str, Callable[[Floats], Floats]] = {
    "gini": kernels.gini,
    "cv": kernels.variation,
    "gini_observed": lambda x: kernels.gini(x, corrected=False),
    "cv_observed": lambda x: kernels.variation(x, corrected=False),
    "herfindahl": kernels.herfindahl,
    "effective_number": kernels.effective_number,
    "largest_share": kernels.largest_share,
    "sd": spread,
}
"""Indices of what targets receive, ``(groups, targets)``."""

INDICES: tuple[str, ...] = (*INEQUALITY, "valued_mean", "self_bias")
DEFAULT = ("gini", "cv", "herfindahl", "effective_number", "largest_share", "self_bias")

TOLERANCE = 0.02
"""How far points may miss their total, as a share of it, and still be brought to it."""


def allocation(
    points: RosterAnswers,
    *,
    members: pd.DataFrame | None = None,
    total: float | None = 100.0,
    low: float = 0.0,
    indices: Sequence[str] = DEFAULT,
    include_self: bool = False,
    off_total: OffTotal = "leave_out",
    tolerance: float = TOLERANCE,
    gate: float | None = None,
) -> RosterIndices:
    """Compute how unequally targets receive the points, or ratings, that members give.

    The share a target receives is the mean over its raters; without self-ratings (the default)
    those of the target itself, or of members of that partner, do not count. Gini and CV carry
    the small-group correction of Biemann and Kearney (2010); `gini_observed` and `cv_observed`
    are without it. How far raters agree about the targets of a group is in
    ``details["agreement"]``: ICC(A,1) and ICC(A,k) by group and, last, over all groups.

    Parameters
    ----------
    points
        As `ties` of `network`, raters x targets; targets may be members or partners. A frame's
        row and column names, or `partner` in `members`, tell which target is a rater's own; in
        an array without names that is as wide as long, row i is target i (and `notes` say so).
    members
        `group`, `member` and, where targets are partners, `partner`.
    total
        What each rater's points add up to; None for ratings that need not add up.
    low
        The answer that means nothing at all, for ratings.
    indices
        Names of the indices.
    include_self
        Whether ratings of the own target count.
    off_total
        Raters whose points miss the total by more than `tolerance`: ``"leave_out"`` (counted
        in ``notes``; they count as non-respondents) or ``"rescale"`` to the total.
    tolerance
        Up to this share of the total, points are brought to it.
    gate
        The smallest response rate, .80 by default.

    Returns
    -------
    RosterIndices
        One row a group; ``details["targets"]`` holds what each target receives.

    Raises
    ------
    InputError
        When the points cannot be read.

    References
    ----------
    Harrison, D. A., & Klein, K. J. (2007). Academy of Management Review, 32, 1199-1228.
    Biemann, T., & Kearney, E. (2010). Organizational Research Methods, 13, 582-599.
    McGraw, K. O., & Wong, S. P. (1996). Psychological Methods, 1, 30-46.

    Examples
    --------
    >>> import numpy as np
    >>> points = np.array([[60, 20, 20], [60, 30, 10], [50, 25, 25]])
    >>> result = allocation(points, indices=["gini", "effective_number"])
    >>> result.values[["gini", "effective_number"]].round(2).values.tolist()
    [[0.43, 2.28]]
    """
    for name in indices:
        one_of("indices", name, INDICES)
    rosters = rosters_of(points, members=members, square=False)
    if not include_self and any(_numbered(names) for names in rosters.target_names.values()):
        rosters = _say_who_is_who(rosters)
    return allocation_indices(
        rosters,
        [Wanted(name) for name in indices],
        total=total,
        low=low,
        include_self=include_self,
        off_total=off_total,
        tolerance=tolerance,
        gate=gate,
    )


def _numbered(names: Sequence[str]) -> bool:
    return list(names) == [str(place + 1) for place in range(len(names))]


def _say_who_is_who(rosters: Rosters) -> Rosters:
    """Note that numbered rows and columns were matched by number."""
    if not any((stack.own >= 0).any() for stack in rosters.stacks):
        return rosters
    note = (
        "Raters and targets have numbers for names: row i was taken to be target i. Where "
        "targets are partners, name rows and columns, or give members with their partner."
    )
    return replace(rosters, notes=(*rosters.notes, note))


def allocation_indices(
    rosters: Rosters,
    wanted: Sequence[Wanted],
    *,
    total: float | None,
    low: float = 0.0,
    include_self: bool = False,
    off_total: OffTotal = "leave_out",
    tolerance: float = TOLERANCE,
    gate: float | None = None,
) -> RosterIndices:
    """Compute indices of rosters of points or ratings; parameters as in `allocation`."""
    one_of("off_total", off_total, ("leave_out", "rescale"))
    number_between("tolerance", tolerance, 0, 1)
    shares, notes = rosters.with_values(lambda stack: stack.values - low), rosters.notes
    if total is not None:
        shares, more = _shares(rosters, total, off_total, tolerance)
        notes = (*notes, *more)
    used = shares if include_self else shares.with_values(_without_own)
    columns = {w.label: _one(w, used, shares, total, low) for w in wanted}
    details = {
        "targets": target_frame(used, shares),
        "agreement": rater_agreement(used),
    }
    word = "counted in" if include_self else "left out of"
    return gated(
        used.frame() if include_self else shares.frame(),
        gate_of(gate),
        columns,
        dict.fromkeys(columns, "no target received anything, or some target has no rater left"),
        details=details,
        notes=(*notes, f"Ratings of the own target are {word} the shares received."),
    )


def _without_own(stack: Stack) -> Floats:
    return kernels.without_own(stack.values, stack.own)


def _shares(
    rosters: Rosters, total: float, off_total: OffTotal, tolerance: float
) -> tuple[Rosters, tuple[str, ...]]:
    """Bring points to shares of each rater's sum; say how many did not add up."""
    wrong = 0

    def change(stack: Stack) -> Floats:
        nonlocal wrong
        points = kernels.complete_blanks(stack.values, total, tolerance)
        bad = kernels.off_total(points, total, tolerance)
        wrong += int(bad.sum())
        if off_total == "leave_out":
            points = np.where(bad[..., None], np.nan, points)
        else:
            given = ~np.isnan(points).all(-1, keepdims=True)
            points = np.where(given & np.isnan(points), 0.0, points)
        sums = np.where(np.isnan(points), 0.0, points).sum(-1, keepdims=True)
        return np.divide(points, sums, out=np.full(points.shape, np.nan), where=sums > 0)

    shares = rosters.with_values(change)
    if not wrong:
        return shares, ()
    done = "were left out" if off_total == "leave_out" else "were brought to it"
    who = "1 rater" if wrong == 1 else f"{wrong} raters"
    return shares, (
        f"The points of {who} do not add up to {total:g} (within {tolerance:.0%}, none "
        f"negative, none blank); they {done}.",
    )


def _one(index: Wanted, used: Rosters, shares: Rosters, total: float | None, low: float) -> Floats:
    """Return one index by group."""

    def value(stack: Stack) -> Floats:
        if index.name == "self_bias":
            return kernels.self_bias(stack.values, stack.own)
        means = mean_where(stack.values, -2)
        if index.name == "valued_mean":
            return mean_where(means, -1) + (low if total is None else 0.0)
        if total is None and index.name in ("sd", "cv", "cv_observed"):
            return INEQUALITY[index.name](means)
        return INEQUALITY[index.name](kernels.received_shares(stack.values))

    result = (shares if index.name == "self_bias" else used).by_group(value)
    return 1.0 - result if index.one_minus else result


def target_frame(used: Rosters, shares: Rosters) -> pd.DataFrame:
    """Return one row a target: raters, mean received, its share, spread over raters, own view."""
    columns = []
    for stack, full in zip(used.stacks, shares.stacks, strict=True):
        mine = kernels.own_cells(full.own, stack.values.shape[-1])
        columns.append(
            {
                "raters": (~np.isnan(stack.values)).sum(-2).ravel(),
                "received": mean_where(stack.values, -2).ravel(),
                "share": kernels.received_shares(stack.values).ravel(),
                "sd": spread(np.swapaxes(stack.values, -1, -2)).ravel(),
                "own_view": mean_where(np.where(mine, full.values, np.nan), -2).ravel(),
            }
        )
    return used.by_target("target", columns)
