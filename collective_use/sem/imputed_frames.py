"""What imputed data sets must have in common before they are fitted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from collective_use.accepted import PlainDict
from collective_use.checks import column_in, quoted
from collective_use.errors import InputError
from collective_use.sem.ordinal.columns import read_categories

if TYPE_CHECKING:
    import pandas as pd


def frames_of(data: Sequence[pd.DataFrame] | pd.DataFrame) -> list[pd.DataFrame]:
    """Return the data sets of imputations.

    Raises
    ------
    InputError
        Unless they are at least two data frames of the same columns and number of rows.
    """
    if not isinstance(data, Sequence):
        raise InputError(
            "data must be a list of data frames, one per imputation, or imputer= is to make them"
        )
    frames = list(data)
    if len(frames) < 2:
        raise InputError(f"at least two imputations are needed, got {len(frames)}")
    for i, frame in enumerate(frames):
        if not hasattr(frame, "columns"):
            raise InputError(f"imputation {i + 1} is no data frame but {type(frame).__name__}")
        if list(frame.columns) != list(frames[0].columns) or len(frame) != len(frames[0]):
            raise InputError(
                f"imputation {i + 1} has other columns or another number of rows than the first"
            )
    return frames


def alike(frames: Sequence[pd.DataFrame], arguments: PlainDict) -> list[pd.DataFrame]:
    """Return data sets whose groups come in one order and whose ordered variables mean the same.

    Fits take groups in the order in which they appear, and places of categories for the answers:
    pooled by place, another order would mix what does not belong together.

    Parameters
    ----------
    frames
        One data set an imputation.
    arguments
        Of `fit_sem`; ``group`` and ``ordered`` are looked at.

    Raises
    ------
    InputError
        When an imputation has other groups or categories than the first.
    """
    ordered = arguments.get("ordered")
    names = [ordered] if isinstance(ordered, str) else list(ordered or ())
    first = _categories(frames[0], names)
    for i, frame in enumerate(frames[1:], start=2):
        for name, own in _categories(frame, names).items():
            if own != first[name]:
                raise InputError(
                    f"{name} has the categories {own} in imputation {i} and {first[name]} in the "
                    "first: impute with all categories in every data set, or join categories"
                )
    group = arguments.get("group")
    return list(frames) if group is None else _in_one_order(frames, group)


def _categories(frame: pd.DataFrame, names: Sequence[str]) -> dict[str, list[object]]:
    """Return the values of ordered variables, ascending, as the data name them."""
    out: dict[str, list[object]] = {}
    for name, values in read_categories(frame, names).items():
        column = frame[name]
        labels = list(column.cat.categories) if _has_order(column) else None
        out[name] = [v if labels is None else labels[int(v)] for v in values]
    return out


def _has_order(column: pd.Series) -> bool:
    return getattr(column.dtype, "name", "") == "category" and bool(column.cat.ordered)


def _in_one_order(frames: Sequence[pd.DataFrame], group: str) -> list[pd.DataFrame]:
    """Sort rows, where needed, so that groups appear as in the first data set."""
    column_in("group", group, list(frames[0].columns), where="the data")
    wanted = list(dict.fromkeys(frames[0][group].dropna().astype(str)))
    place = {name: k for k, name in enumerate(wanted)}
    out = []
    for i, frame in enumerate(frames, start=1):
        names = frame[group].dropna().astype(str)
        found = list(dict.fromkeys(names))
        if odd := sorted(set(found) ^ set(wanted)):
            raise InputError(
                f"imputation {i} and the first have other groups in {group!r}: {quoted(odd)}"
            )
        if found == wanted:
            out.append(frame)
            continue
        places = frame[group].map(lambda v: place.get(str(v), len(place)), na_action=None)
        out.append(frame.iloc[places.to_numpy().argsort(kind="stable")])
    return out
