"""Values of groups with their sampling errors, as the analyses of conditions take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError
from collective_use.groups.between.group_values import GroupValues
from collective_use.groups.results import Groups
from collective_use.numerics.types import Floats

FOR_THE_ANALYST = (
    "From exact values of groups: for the analyst. For showing, give it the values that others may "
    "see (docs/conditions.md)."
)

ASKED = "what cu.aggregate or cu.group_values returns, or a data frame with one row a group"


@dataclass(frozen=True, slots=True)
class ConditionData:
    """Values of G groups on K measures.

    Attributes
    ----------
    groups
        (G,) names.
    values
        (G, K) means or other values, NaN where a group has none.
    errors
        (G, K, K) covariances of sampling errors; zero for what is no mean.
    measures
        The K names.
    notes
        What is not known about errors.
    """

    groups: tuple[str, ...]
    values: Floats
    errors: Floats
    measures: tuple[str, ...]
    notes: tuple[str, ...]

    def of(self, *names: str) -> tuple[Floats, Floats, list[int]]:
        """Return values and errors of some measures for groups that have all, and their places."""
        at = [self.measures.index(name) for name in names]
        kept = np.flatnonzero(~np.isnan(self.values[:, at]).any(axis=1))
        errors = self.errors[kept][:, at][:, :, at]
        return self.values[kept][:, at], errors, kept.tolist()


def condition_data(groups: object, measures: Sequence[str]) -> ConditionData:
    """Take the values of measures from groups, group values or a frame.

    Raises
    ------
    InputError
        When a measure has no values, is named twice, or `groups` is something else.
    """
    if not isinstance(groups, (Groups, GroupValues, pd.DataFrame)):
        raise InputError(f"groups must be {ASKED}, got {type(groups).__name__}")
    if len(set(measures)) != len(measures):
        raise InputError(f"outcome and conditions must all differ, got {quoted(measures)}")
    if isinstance(groups, pd.DataFrame):
        return _with_errors(groups, None, measures)
    if isinstance(groups, GroupValues):
        found = _with_errors(groups.wide("mean"), groups, measures)
    else:
        try:
            known: GroupValues | None = groups.group_values()
        except InputError:
            known = None
        found = _with_errors(groups.values, known, measures)
    return replace(found, notes=(FOR_THE_ANALYST, *found.notes))


def _with_errors(
    frame: pd.DataFrame, known: GroupValues | None, measures: Sequence[str]
) -> ConditionData:
    for name in measures:
        if name not in frame.columns:
            hint = did_you_mean(name, [str(column) for column in frame.columns])
            raise InputError(
                f"outcome and conditions must be columns of the groups, got {name!r}{hint}"
            )
        if not pd.api.types.is_numeric_dtype(frame[name]):
            raise InputError(f"{name!r} must hold numbers, got {frame[name].dtype}")
    labels = frame["group"].astype(str) if "group" in frame.columns else frame.index.astype(str)
    values = frame[list(measures)].to_numpy(dtype=float)
    errors = np.zeros((len(frame), len(measures), len(measures)))
    without = list(measures)
    if known is not None:
        with_errors = [name for name in measures if name in known.within.columns]
        without = [name for name in measures if name not in with_errors]
        _fill(errors, known, list(labels), with_errors, measures)
    notes: tuple[str, ...] = ()
    if without:
        notes = (f"No sampling errors are known of {', '.join(without)}: taken as exact.",)
    return ConditionData(tuple(labels), values, errors, tuple(measures), notes)


def _fill(
    errors: Floats, known: GroupValues, labels: list[str], names: list[str], measures: Sequence[str]
) -> None:
    rows = known.errors_frame()
    place = {name: list(measures).index(name) for name in names}
    at = {group: i for i, group in enumerate(labels)}
    columns = zip(rows["group"].astype(str), rows["measure"], rows["with"], rows["covariance"],
                  strict=True)  # fmt: skip
    for group, one, other, value in columns:
        if group in at and one in place and other in place:
            g, i, j = at[group], place[one], place[other]
            errors[g, i, j] = errors[g, j, i] = 0.0 if np.isnan(value) else value
