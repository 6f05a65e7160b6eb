"""SPSS, Stata and Parquet files as tables of texts, with the labels they carry."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from collective_use.door.child import bounded, bounded_reader
from collective_use.errors import ReadError
from collective_use.responses.files.raw import Raw
from collective_use.responses.files.workbooks import cell_as_text


def value_text(value: Any) -> str:
    """Write one value of a typed column as text; missing is "".

    Examples
    --------
    >>> value_text(np.float64(4)), value_text(None), value_text(np.nan)
    ('4', '', '')
    """
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, np.generic):
        value = value.item()
    return cell_as_text(value)


def text_column(column: pd.Series) -> pd.Categorical:
    """Return a typed column as a categorical of texts; each different value is written once."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    codes, values = pd.factorize(column, use_na_sentinel=True)
    texts = [value_text(value) for value in values]
    kept = list(dict.fromkeys([*texts, ""]))
    place = {text: number for number, text in enumerate(kept)}
    lookup = np.asarray([*(place[text] for text in texts), place[""]], dtype=np.intp)
    return pd.Categorical.from_codes(lookup[codes], categories=pd.Index(kept, dtype=object))


def text_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a typed frame as categoricals of texts with numbered columns."""
    return pd.DataFrame(
        {place: text_column(frame.iloc[:, place]) for place in range(frame.shape[1])},
        index=pd.RangeIndex(len(frame)),
    )


def read_spss(path: Path, encoding: str | None) -> Raw:
    """Read an SPSS file with its labels; user-missing values stay, marked as such."""
    reader = bounded_reader("por" if path.suffix.lower() == ".por" else "sav")
    extra = {} if path.suffix.lower() == ".por" else {"user_missing": True}
    return _typed(path, "sav", reader, encoding, extra)


def read_stata(path: Path, encoding: str | None) -> Raw:
    """Read a Stata file with its labels; .a to .z stay as letters, marked as missing."""
    return _typed(path, "dta", bounded_reader("dta"), encoding, {"user_missing": True})


def _typed(path: Path, kind: str, reader: Any, encoding: str | None, extra: Any) -> Raw:
    tries = [encoding] if encoding else [None, "WINDOWS-1252", "GB18030"]
    problem: Exception | None = None
    for codec in tries:
        try:
            frame, meta = reader(str(path), encoding=codec, **extra)
            break
        except ReadError:
            raise
        except Exception as error:  # noqa: BLE001, RUF100 - the library raises many kinds
            problem = error
    else:
        raise ReadError(f"{path.name} cannot be read as a {kind} file: {problem}") from problem
    names = [str(name) for name in frame.columns]
    labels = meta.variable_value_labels
    notes = [f"Read as {meta.file_encoding or codec or 'ASCII'} with its value labels."]
    return Raw(
        path,
        kind,
        tuple(names),
        text_frame(frame),
        tuple(str(label or "") for label in meta.column_labels),
        tuple(_labels(labels.get(name, {})) for name in names),
        tuple(_missing(name, frame[name], meta, kind) for name in names),
        tuple(notes),
    )


def _labels(labels: Mapping[Any, str]) -> dict[str, str]:
    return {value_text(value): str(label) for value, label in labels.items()}


def _missing(name: str, column: pd.Series, meta: Any, kind: str) -> frozenset[str]:
    """Return the values that a file declares missing: letters in Stata, ranges in SPSS."""
    values = column.dropna().unique()
    if kind == "dta":
        letters = set(meta.missing_user_values.get(name, ()))
        return frozenset(str(value) for value in values if value in letters)
    found = set()
    for span in meta.missing_ranges.get(name, ()):
        low, high = span["lo"], span["hi"]
        for value in values:
            comparable = isinstance(value, str) == isinstance(low, str)
            if comparable and low <= value <= high:
                found.add(value_text(value))
    return frozenset(found)


def read_parquet(path: Path) -> Raw:
    """Read a Parquet file."""
    frame = bounded("parquet", path)
    names = tuple(str(name) for name in frame.columns)
    return Raw(path, "parquet", names, text_frame(frame), notes=("Read as Parquet.",))


def raw_of_frame(frame: pd.DataFrame, name: str = "frame") -> Raw:
    """Return a data frame in memory as a table of texts."""
    names = tuple(str(column) for column in frame.columns)
    return Raw(Path(name), "frame", names, text_frame(frame), notes=("Taken from a data frame.",))
