"""One file as it lies on disk: headings and cells as text, nothing interpreted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Raw:
    """A table of texts.

    Attributes
    ----------
    path
        The file.
    kind
        ``"csv"``, ``"xlsx"``, ``"sav"``, ``"dta"``, ``"parquet"``, ``"json"`` or ``"frame"``.
    names
        The cells of the first row, or the variable names of a typed file; may hold duplicates.
    cells
        All rows below it, as categorical columns of texts, numbered 0, 1, ...; "" when empty.
    questions
        The question text of each column where the file carries one, otherwise "".
    labels
        For each column the labels of its values, by the value as text; empty where none.
    missing
        For each column the values (as text) that the file itself declares missing.
    notes
        How it was read, for the record.
    first_line
        The line of the file in which the first row of `cells` stands, counted from 1 as a
        spreadsheet program does; None where rows and lines do not go together.
    files
        For each row the file that it comes from, where several files make one table.
    """

    path: Path
    kind: str
    names: tuple[str, ...]
    cells: pd.DataFrame
    questions: tuple[str, ...] = ()
    labels: tuple[Mapping[str, str], ...] = ()
    missing: tuple[frozenset[str], ...] = ()
    notes: tuple[str, ...] = field(default=())
    first_line: int | None = None
    files: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def first(self, row: int) -> list[str]:
        """Return one row of cells as texts; an empty list when there is none."""
        return [str(cell) for cell in self.cells.iloc[row]] if row < len(self.cells) else []

    def below(self, rows: int) -> Raw:
        """Return the table without its first rows of cells, which were headings."""
        first = None if self.first_line is None else self.first_line + rows
        cells = self.cells.iloc[rows:].reset_index(drop=True)
        return replace(self, cells=cells, first_line=first)

    def places(self, rows: Sequence[int] | np.ndarray, *, most: int = 5) -> str:
        """Say where answers stand: by number, and by line of the file where it is known.

        Examples
        --------
        >>> Raw(Path("x.csv"), "csv", (), pd.DataFrame(), first_line=2).places([5])
        'answer 5 (line 6 of the file)'
        """
        numbers = [int(row) for row in rows]
        if self.files:
            return _listed([self.files[number - 1] for number in numbers], most)
        answers = f"answer{'s' if len(numbers) > 1 else ''} {_listed(numbers, most)}"
        if self.first_line is not None:
            lines = _listed([row + self.first_line - 1 for row in numbers], most)
            return f"{answers} (line{'s' if len(numbers) > 1 else ''} {lines} of the file)"
        return f"{answers}, headings not counted" if self.kind in ("csv", "xlsx") else answers


def _listed(numbers: Sequence[object], most: int) -> str:
    shown = ", ".join(str(number) for number in numbers[:most])
    return shown if len(numbers) <= most else f"{shown} and {len(numbers) - most} more"


def categorical(values: Sequence[str] | np.ndarray) -> pd.Categorical:
    """Return texts as a categorical: each different text is held and mapped once.

    Examples
    --------
    >>> categorical(["a", "b", "a"]).codes.tolist()
    [0, 1, 0]
    """
    codes, texts = pd.factorize(np.asarray(values, dtype=object))
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(texts), dtype=object))


def frame_of(columns: Sequence[Sequence[str]], rows: int) -> pd.DataFrame:
    """Return columns of texts as a frame of categoricals with numbered columns."""
    return pd.DataFrame(
        {number: categorical(column) for number, column in enumerate(columns)},
        index=pd.RangeIndex(rows),
    )


def used_texts(column: pd.Series) -> tuple[list[str], np.ndarray]:
    """Return the different texts of a categorical column, and which one each row has.

    Examples
    --------
    >>> texts, codes = used_texts(pd.Series(categorical(["b", "", "b"])))
    >>> texts, codes.tolist()
    (['b', ''], [0, 1, 0])
    """
    codes = column.cat.codes.to_numpy()
    # to_numpy first: going through an Arrow column item by item costs a hundred times more
    texts = [str(text) for text in column.cat.categories.to_numpy(dtype=object).tolist()]
    if (codes < 0).any():
        codes = np.where(codes < 0, len(texts), codes)
        texts = [*texts, ""]
    counts = np.bincount(codes, minlength=len(texts)) if len(codes) else np.zeros(len(texts))
    present = np.flatnonzero(counts)
    # a column of seven answers needs a byte a row, not eight
    place = np.zeros(max(len(texts), 1), dtype=np.min_scalar_type(-max(len(texts), 1)))
    place[present] = np.arange(len(present))
    return [texts[code] for code in present], place[codes]


def texts_of(column: pd.Series) -> np.ndarray:
    """Return a categorical column as an array of texts."""
    texts, codes = used_texts(column)
    return np.asarray([*texts, ""], dtype=object)[codes]
