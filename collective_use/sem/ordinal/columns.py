"""Columns of an ordinal model as numbers; the categories of ordered ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.accepted import Frame
from collective_use.checks import column_in
from collective_use.errors import InputError
from collective_use.numerics.moments import Floats

MOST_CATEGORIES = 100


def read_categories(data: Frame, ordered: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """Return the values of every ordered variable, ascending.

    Raises
    ------
    InputError
        When a column is missing, has no order, has one value only, too many or an infinite one.

    Examples
    --------
    >>> import pandas as pd
    >>> read_categories(pd.DataFrame({"u": [7, 1, 3, 1]}), ["u"])
    {'u': (1.0, 3.0, 7.0)}
    """
    found = {}
    for name in ordered:
        column_in("ordered", name, list(data.columns), where="the data")
        column = numbers_of(data, name, ordered=True)
        if (endless := np.flatnonzero(np.isinf(column))).size:
            raise InputError(f"{name} holds an infinite value in row {endless[0] + 1}")
        values = tuple(float(v) for v in np.unique(column) if not np.isnan(v))
        if len(values) < 2:
            raise InputError(
                f"ordered variable {name!r} must have two values or more, got {values}"
            )
        if len(values) > MOST_CATEGORIES:
            raise InputError(
                f"ordered variable {name!r} has {len(values)} values, more than {MOST_CATEGORIES}: "
                "is it continuous?"
            )
        found[name] = values
    return found


def numbers_of(data: Frame, name: str, *, ordered: bool) -> Floats:
    """Return a column as numbers, missing values as NaN.

    An ordered category gives the places of its values; a category without order counts as its
    values, which have to be numbers.

    Parameters
    ----------
    data
        A data frame.
    name
        Of the column.
    ordered
        Whether the model takes it as ordered.

    Raises
    ------
    InputError
        When the column is missing or there twice, is no column of numbers, or has an order that
        the model would not see.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.Categorical(["low", "high"], ["low", "high"], ordered=True)
    >>> numbers_of(pd.DataFrame({"u": answers}), "u", ordered=True)
    array([0., 1.])
    """
    column_in("model variable", name, list(data.columns), where="the data")
    column = data[name]
    if getattr(column, "ndim", 1) != 1:
        raise InputError(f"{name} names {column.shape[1]} columns of the data: keep one")
    if getattr(column.dtype, "name", "") == "category":
        if column.cat.ordered and not ordered:
            raise InputError(f"{name} is an ordered category: name it in ordered=")
        if column.cat.ordered:
            return np.where(column.cat.codes < 0, np.nan, column.cat.codes.astype(float))
    if getattr(column.dtype, "kind", "") in ("M", "m", "c"):
        raise InputError(
            f"{name} must be a column of numbers or an ordered category, got {column.dtype}"
        )
    try:
        return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))
    except (TypeError, ValueError):
        kind = "a category without order" if column.dtype == "category" else column.dtype
        raise InputError(
            f"{name} must be a column of numbers or an ordered category, got {kind}"
        ) from None
