"""Values and groups as users hold them, turned into arrays that kernels take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.accepted import Array
from collective_use.checks import one_of, whole_number
from collective_use.errors import InputError
from collective_use.groups.labels import aligned, ordered

Missing = Literal["pairwise", "listwise"]
MISSING: tuple[str, ...] = ("pairwise", "listwise")


@dataclass(frozen=True)
class Rows:
    """Persons in rows, ready for the kernels.

    Attributes
    ----------
    values
        (N, J) numbers, NaN for missing; integer arrays stay integers.
    names
        Names of the J columns.
    codes
        (N,) place of each person's group in `groups`.
    groups
        Group names in natural order.
    """

    values: Array
    names: tuple[str, ...]
    codes: NDArray[np.intp]
    groups: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many groups there are."""
        return len(self.groups)


def rows_of(values: object, groups: object, *, name: str = "values", single: bool = False) -> Rows:
    """Return rows from a Series, a DataFrame, an array or lists, and one group a person.

    Parameters
    ----------
    values
        (N,) or (N, J) numbers.
    groups
        (N,) labels of any kind, or columns that make up a label together; a missing label is
        an error. With an index, as the values have one, rows are matched by it.
    name
        What to call `values` in messages.
    single
        Whether exactly one column is asked for.

    Raises
    ------
    InputError
        When values are not numbers, lengths differ, or a label is missing.
    """
    table = numbers_in(values, name)
    if single and table.shape[1] != 1:
        raise InputError(f"{name} must be one column, got {table.shape[1]}; take them one by one")
    codes, names = ordered(aligned(values, groups))
    if len(codes) != len(table):
        raise InputError(
            f"groups must have one label for each of the {len(table)} persons, got {len(codes)}"
        )
    if (codes < 0).any():
        rows = (np.flatnonzero(codes < 0)[:5] + 1).tolist()
        raise InputError(f"groups must have a label for every person, got none in rows {rows}")
    return Rows(table, _names(values, table), codes, names)


def numbers_in(values: object, name: str) -> Array:
    """Return (N, J) finite numbers, NaN for missing; anything else is an error.

    Parameters
    ----------
    values
        (N,) or (N, J) numbers.
    name
        What to call them in messages.
    """
    if isinstance(values, (pd.DataFrame, pd.Series)):
        kinds = values.dtypes if isinstance(values, pd.DataFrame) else [values.dtype]
        plain = all(isinstance(kind, np.dtype) and kind.kind in "iuf" for kind in kinds)
        array = np.asarray(values) if plain else _converted(values, name)
    else:
        array = _array_of(values, name)
    if array.dtype.kind == "b":
        array = array.astype(np.int8)
    if array.dtype.kind in "Mmc":
        # numpy would make nanoseconds of dates and drop the imaginary part
        raise InputError(f"{name} must be numbers, got {array.dtype}")
    if array.dtype.kind not in "iuf":
        try:
            array = array.astype(float)
        except (TypeError, ValueError) as error:
            raise InputError(f"{name} must be numbers, got {array.dtype} ({error})") from None
    if array.dtype.kind == "f" and np.isinf(array).any():
        raise InputError(f"{name} must be finite numbers, got an infinite one")
    if array.ndim not in (1, 2) or array.size == 0:
        raise InputError(f"{name} must have one row a person, got an array of shape {array.shape}")
    return array[:, None] if array.ndim == 1 else array


def _array_of(values: object, name: str) -> Array:
    try:
        return np.asarray(values)
    except ValueError:
        widths = sorted({len(row) if hasattr(row, "__len__") else 1 for row in values})  # type: ignore[attr-defined]
        raise InputError(
            f"{name} must have the same number of columns in every row, got rows of {widths}"
        ) from None


def _converted(values: pd.DataFrame | pd.Series, name: str) -> Array:
    try:
        return values.astype(float).to_numpy(float)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be numbers; {error}") from None


def _names(values: object, table: Array) -> tuple[str, ...]:
    if isinstance(values, pd.DataFrame):
        return tuple(str(column) for column in values.columns)
    if isinstance(values, pd.Series) and values.name is not None:
        return (str(values.name),)
    return tuple(f"item{j + 1}" for j in range(table.shape[1]))


def option_codes(
    options: int | Sequence[float], values: Array, *, name: str = "values"
) -> NDArray[np.float64]:
    """Return the answer options: given ones, or `options` of them one apart.

    A number of options A means 1 to A, or 0 to A - 1 when there is an answer of 0.

    Raises
    ------
    InputError
        When an answer lies outside.

    Examples
    --------
    >>> import numpy as np
    >>> option_codes(5, np.array([[0.0], [4.0]])).tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0]
    """
    if values.dtype.kind == "f" and np.isnan(values).all():
        raise InputError(f"{name} must hold at least one answer, got missing ones only")
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if isinstance(options, (int, np.integer)):
        whole_number("options", options, at_least=2)
        start = 0.0 if low < 1 else 1.0
        codes = np.asarray(start + np.arange(int(options)), dtype=np.float64)
    elif not isinstance(options, Iterable):
        whole_number("options", options, at_least=2)
        raise InputError(f"options must be a number of options or a list of them, got {options!r}")
    else:
        codes = np.unique(np.asarray(list(options), float))
        if len(codes) < 2:
            raise InputError(f"options must be at least two, got {codes.tolist()}")
    if low < codes[0] or high > codes[-1]:
        raise InputError(
            f"{name} must lie within the options {codes[0]:g} to {codes[-1]:g}, "
            f"got {low:g} to {high:g}"
        )
    return codes


def step_of(codes: NDArray[np.float64]) -> float:
    """Return the distance between neighbouring options.

    Raises
    ------
    InputError
        When options are not evenly spaced; null distributions are defined for even steps.

    Examples
    --------
    >>> import numpy as np
    >>> step_of(np.array([0.0, 25.0, 50.0]))
    25.0
    """
    steps = np.diff(codes)
    if abs(steps - steps[0]).max() > 1e-8 + 1e-5 * abs(steps[0]):
        raise InputError(f"options must be evenly spaced for this index, got {codes.tolist()}")
    return float(steps[0])


def check_missing(missing: str) -> None:
    """Raise unless the rule for missing items is one that is offered.

    Multiple imputation within groups is not among them: with groups of 4 to 12 an imputation
    model has too few members to learn from, and one that borrows from other groups pulls the
    group's members together, which is the agreement that is to be tested.
    """
    if missing in ("imputation", "multiple imputation", "mi"):
        raise InputError(
            "missing must be 'pairwise' or 'listwise', got multiple imputation: it is not "
            "offered, since imputing members from each other builds in the agreement that is "
            "to be tested, and groups of 4 to 12 are too small to impute from themselves"
        )
    one_of("missing", missing, MISSING)
