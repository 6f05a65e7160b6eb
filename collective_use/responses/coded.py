"""Answers as their different codes, and which of them each person gave: a byte an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.later import Later
from collective_use.responses.answers.cells import REASON_DTYPE


@dataclass(frozen=True, slots=True)
class Levels:
    """One column of numbers.

    Attributes
    ----------
    levels
        (levels,) its different numbers, NaN when missing.
    which
        (rows,) the level of each row, in the smallest whole numbers; None where every row is one.
    """

    levels: np.ndarray
    which: np.ndarray | None = None

    @property
    def values(self) -> np.ndarray:
        """(rows,) numbers."""
        return self.levels if self.which is None else self.levels[self.which]

    def rows(self, keep: np.ndarray) -> Levels:
        """Return some of the rows."""
        if self.which is None:
            return Levels(self.levels[keep])
        return Levels(self.levels, self.which[keep])

    def missing(self) -> int:
        """Return how many rows have no number."""
        gone = np.isnan(self.levels)
        if self.which is None or not gone.any():
            return int(gone.sum())
        return int(gone[self.which].sum())


@dataclass(frozen=True, slots=True)
class Coded(Later[pd.DataFrame]):
    """Columns of numbers, a frame of float64 when it is asked for.

    Attributes
    ----------
    columns
        By name.
    count
        How many rows.

    Examples
    --------
    >>> column = Levels(np.array([1.0, np.nan]), np.array([1, 0, 0], dtype="i1"))
    >>> Coded({"q1": column}, 3).made()["q1"].tolist()
    [nan, 1.0, 1.0]
    """

    columns: Mapping[str, Levels]
    count: int

    def array(self, names: Iterable[str] | None = None) -> np.ndarray:
        """Return (rows, names) numbers, a column's beside each other in memory."""
        wanted = list(self.columns if names is None else names)
        # one block, filled in place: columns put together afterwards would be held twice
        values = np.empty((len(wanted), self.count))
        for place, name in enumerate(wanted):
            one = self.columns[name]
            if one.which is None:
                values[place] = one.levels
            else:
                np.take(one.levels, one.which, out=values[place], mode="clip")
        return values.T

    def frame(self, names: Iterable[str] | None = None) -> pd.DataFrame:
        """Return some columns as float64."""
        wanted = list(self.columns if names is None else names)
        index = pd.RangeIndex(self.count)
        return pd.DataFrame(self.array(wanted), index=index, columns=wanted or None, copy=False)

    def made(self) -> pd.DataFrame:
        """Return all columns as float64."""
        return self.frame()

    def only(self, names: Iterable[str]) -> Coded:
        """Return some columns as they are held."""
        return Coded({name: self.columns[name] for name in names}, self.count)

    def beside(self, other: Coded) -> Coded:
        """Return these columns and others of the same rows."""
        return Coded({**self.columns, **other.columns}, self.count)

    def rows(self, keep: np.ndarray) -> Coded:
        """Return some rows as they are held."""
        columns = {name: one.rows(keep) for name, one in self.columns.items()}
        return Coded(columns, int(np.count_nonzero(keep)))


def coded_frame(frame: pd.DataFrame) -> Coded:
    """Return the columns of a frame of numbers as they are, by name."""
    columns = {str(name): Levels(column.to_numpy(dtype=float)) for name, column in frame.items()}
    return Coded(columns, len(frame))


@dataclass(frozen=True, slots=True)
class CodedReasons(Later[pd.DataFrame]):
    """Columns of reasons why answers are missing, a frame of categories when it is asked for.

    Attributes
    ----------
    columns
        By name, the places of reasons in `REASONS` for numbers.
    count
        How many rows.
    """

    columns: Mapping[str, Levels]
    count: int

    def frame(self, names: Iterable[str] | None = None) -> pd.DataFrame:
        """Return some columns as categories."""
        wanted = list(self.columns if names is None else names)
        found = {
            name: pd.Categorical.from_codes(self.columns[name].values, dtype=REASON_DTYPE)
            for name in wanted
        }
        return pd.DataFrame(found, index=pd.RangeIndex(self.count))

    def made(self) -> pd.DataFrame:
        """Return all columns as categories."""
        return self.frame()

    def rows(self, keep: np.ndarray) -> CodedReasons:
        """Return some rows as they are held."""
        columns = {name: one.rows(keep) for name, one in self.columns.items()}
        return CodedReasons(columns, int(np.count_nonzero(keep)))
