"""Columns of a data frame as arrays for mixed models: checked, complete, counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.checks import column_in, instance_of
from collective_use.errors import InputError
from collective_use.groups.inputs import rows_of
from collective_use.numerics.groups.statistics import group_statistics


@dataclass(frozen=True)
class Columns:
    """Complete rows of a data frame.

    Attributes
    ----------
    frame
        The rows in which nothing that is asked for is missing.
    left_out
        How many rows were not complete.
    notes
        A sentence on them, or nothing.
    """

    frame: pd.DataFrame
    left_out: int
    notes: tuple[str, ...]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return (N,) numbers of one column."""
        return np.asarray(self.frame[name], dtype=float)

    def codes(self, *names: str) -> tuple[NDArray[np.intp], tuple[str, ...]]:
        """Return (N,) codes of the units that the columns tell apart, and their names."""
        # A unit inside another is told apart by both labels: member 1 of team A is not of team B.
        keys = pd.Series(self.frame[names[0]])
        if len(names) > 1:
            keys = self.frame[list(names)].astype(str).agg(" / ".join, axis=1)
        rows = rows_of(np.zeros(len(keys)), keys)
        return rows.codes, rows.groups


TOLD_APART = 1e-8
"""Shares of the variance below this are not told from 0."""


def near_enough(y: NDArray[np.float64], codes: NDArray[np.intp], name: str = "value") -> None:
    """Raise where groups lie so far apart that a likelihood cannot see what is inside them.

    Parameters
    ----------
    y, codes
        (N,) values and their groups.
    name
        What to call the values in the message.

    Examples
    --------
    >>> near_enough(np.array([1.0, 2, 5, 7]), np.array([0, 0, 1, 1]))
    """
    stats = group_statistics(y, codes, int(codes.max()) + 1)
    within = float(stats.deviations.sum())
    whole = float(((y - y.mean()) ** 2).sum())
    if 0 < within < TOLD_APART * whole:
        raise InputError(
            f"{name} must vary within groups by more than {TOLD_APART:g} of its whole variance, "
            f"got {within / whole:.2g}: beside groups that far apart a likelihood cannot tell "
            "what is inside them"
        )


def columns_of(
    data: object,
    labels: Mapping[str, str],
    numbers: Mapping[str, str],
) -> Columns:
    """Return the complete rows of `data` in the columns asked for.

    Parameters
    ----------
    data
        A data frame.
    labels, numbers
        Column by the name of the argument it was given for; numbers must be finite.

    Raises
    ------
    InputError
        When `data` is no frame, a column is not there, a number is no number or nothing is left.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"team": ["a", "b"], "y": [1.0, None]})
    >>> columns_of(frame, {"group": "team"}, {"value": "y"}).notes
    ('1 of 2 rows left out: missing y.',)
    """
    instance_of("data", data, pd.DataFrame, "a data frame")
    whole = cast("pd.DataFrame", data)
    wanted = {**labels, **numbers}
    for argument, name in wanted.items():
        column_in(argument, name, list(whole.columns), where="data")
        if (times := int((whole.columns == name).sum())) > 1:
            raise InputError(f"data must hold column {name!r} once, got it {times} times")
    frame = whole[list(dict.fromkeys(wanted.values()))].copy()
    for argument, name in numbers.items():
        frame[name] = _as_numbers(frame[name], argument)
    missing = frame.isna()
    keep = ~missing.any(axis=1)
    left = int((~keep).sum())
    lacking = [name for name in frame.columns if missing[name].any()]
    notes = (
        (f"{left} of {len(frame)} rows left out: missing {', '.join(lacking)}.",) if left else ()
    )
    if not keep.any():
        raise InputError(f"data must have complete rows in {list(frame.columns)}, got none")
    return Columns(frame[keep].reset_index(drop=True), left, notes)


def _as_numbers(column: pd.Series, argument: str) -> pd.Series:
    try:
        numbers = column.astype(float)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{argument} must be numbers, got column {column.name!r} ({error})"
        ) from None
    if np.isinf(numbers.to_numpy()).any():
        raise InputError(f"{argument} must be finite, got infinite numbers in {column.name!r}")
    return numbers


def design_of(
    frame: pd.DataFrame, predictors: Sequence[str]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Return (N, k) columns of predictors, a constant first, and their names.

    A column of texts, categories or truth values becomes a dummy for each kind but the first.

    Raises
    ------
    InputError
        When a predictor does not vary or follows from the others.

    Examples
    --------
    >>> import pandas as pd
    >>> design_of(pd.DataFrame({"z": [1.0, 2.0], "kind": ["a", "b"]}), ["kind"])[1]
    ('constant', 'kind: b')
    """
    columns, names = [np.ones(len(frame))], ["constant"]
    for name in predictors:
        values = frame[name]
        if values.dtype.kind in "iuf":
            columns.append(values.to_numpy(float))
            names.append(str(name))
            continue
        kinds = rows_of(np.zeros(len(values)), values.astype(str))
        for place, kind in enumerate(kinds.groups[1:], start=1):
            columns.append((kinds.codes == place).astype(float))
            names.append(f"{name}: {kind}")
    X = np.column_stack(columns)
    for j in range(1, X.shape[1]):
        if np.linalg.matrix_rank(X[:, : j + 1]) <= j:
            raise InputError(
                f"predictors must vary and not follow from each other, got {names[j]!r}, which "
                "does not vary or follows from those before it"
            )
    return X, tuple(names)
