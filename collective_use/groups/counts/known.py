"""The groups of a source: labels, sizes, and the group of each row where batches are read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.accepted import Array
from collective_use.errors import InputError
from collective_use.groups.labels import ordered
from collective_use.numerics.types import Integers


@dataclass(frozen=True)
class Known:
    """The groups of a source.

    Attributes
    ----------
    raw
        Labels as they stand there.
    place
        (raw,) the group of each: labels that are written differently may be one.
    labels, size
        (G,) groups in natural order, and their rows.
    rows
        (rows,) the group of each row in the order of the source, four bytes each; empty where
        another library groups by itself.
    """

    raw: pd.Index
    place: Integers
    labels: tuple[str, ...]
    size: Integers
    rows: NDArray[np.int32]

    @classmethod
    def of(cls, found: pd.DataFrame) -> Known:
        """Return the groups of a frame that names them and their `size`, in its two columns.

        Raises
        ------
        InputError
            When persons have no group.
        """
        names = found.iloc[:, 0]
        size = found["size"].to_numpy(dtype=np.int64)
        place, labels = ordered(names.reset_index(drop=True))
        if (place < 0).any():
            lost = int(size[place < 0].sum())
            raise InputError(f"every person must have a group; {lost:,} have none")
        place = place.astype(np.int64)
        total = np.zeros(len(labels), dtype=np.int64)
        np.add.at(total, place, size)
        return cls(pd.Index(names), place, labels, total, np.empty(0, dtype=np.int32))

    def rows_of(self, labels: pd.Series) -> Integers:
        """Return the group of each label."""
        return self.place[self.raw.get_indexer(pd.Index(labels))]

    def added(self, rows: Integers, values: Array) -> Integers:
        """Return (G,) sums of whole numbers by group.

        Parameters
        ----------
        rows, values
            The group of each number, and the numbers.
        """
        total = np.zeros(len(self.labels), dtype=np.int64)
        np.add.at(total, rows, values)
        return total
