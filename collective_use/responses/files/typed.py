"""SPSS, Stata, SAS and Parquet files as tables of texts, with the labels they carry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from collective_use.accepted import Arguments, FileFacts, Plain, Reader
from collective_use.door.child import bounded, bounded_reader
from collective_use.errors import ReadError
from collective_use.responses.files.guess import declared_codec
from collective_use.responses.files.raw import Raw
from collective_use.responses.files.workbooks import cell_as_text


def value_text(value: Plain) -> str:
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


def text_frame(frame: pd.DataFrame, name: str = "frame") -> pd.DataFrame:
    """Return a typed frame as categoricals of texts with numbered columns.

    Raises
    ------
    ReadError
        When a cell holds a list or a record; `name` is what the table is called.
    """
    for place, heading in enumerate(frame.columns):
        column = frame.iloc[:, place]
        held = column.dropna() if column.dtype == object else ()
        deep = next(
            (cell for cell in held if isinstance(cell, (list, dict, set, np.ndarray))), None
        )
        if deep is not None:
            raise ReadError(
                f"{name}: column {str(heading)!r} holds lists or records; a cell holds one answer: "
                "give each of them a column of its own"
            )
    return pd.DataFrame(
        {place: text_column(frame.iloc[:, place]) for place in range(frame.shape[1])},
        index=pd.RangeIndex(len(frame)),
    )


def read_spss(path: Path, encoding: str | None) -> Raw:
    """Read an SPSS file with its labels; user-missing values stay, marked as such."""
    if path.suffix.lower() == ".por":
        return _typed(path, "por", _without_encoding(bounded_reader("por")), None, {})
    return _typed(path, "sav", bounded_reader("sav"), encoding, {"user_missing": True})


def read_stata(path: Path, encoding: str | None) -> Raw:
    """Read a Stata file with its labels; .a to .z stay as letters, marked as missing.

    Before version 14 Stata wrote the encoding of the machine and did not say which.
    """
    silent = encoding is None and _old_stata(path)
    return _typed(path, "dta", bounded_reader("dta"), encoding, {"user_missing": True}, silent)


def read_sas(path: Path, encoding: str | None) -> Raw:
    """Read a SAS data set or transport file."""
    if path.suffix.lower() == ".xpt":
        return _typed(path, "xpt", bounded_reader("xport"), encoding, {})
    return _typed(path, "sas7bdat", bounded_reader("sas7bdat"), encoding, {"user_missing": True})


def _without_encoding(reader: Reader) -> Reader:
    return lambda path, encoding: reader(path)


def _old_stata(path: Path) -> bool:
    """Tell whether a Stata file is of a version that does not write UTF-8 (before 118)."""
    with path.open("rb") as file:
        start = file.read(64)
    release = re.search(rb"<release>(\d+)</release>", start)
    return int(release[1]) < 118 if release else True


def _typed(
    path: Path,
    kind: str,
    reader: Reader,
    encoding: str | None,
    extra: Arguments,
    silent: bool = False,
) -> Raw:
    """Read a typed file in the encoding given, declared, or found out from its texts.

    Parameters
    ----------
    silent
        Whether the file does not say which encoding its texts have.
    """
    try:
        frame, meta, codec = _opened(path, reader, encoding, extra, silent)
    except ReadError:
        raise
    except Exception as error:
        raise ReadError(f"{path.name} cannot be read as a {kind} file: {error}") from error
    # A damaged file may lack a name, or have one twice.
    names = [name if isinstance(name, str) else "" for name in frame.columns]
    labels = meta.variable_value_labels
    return Raw(
        path,
        kind,
        tuple(names),
        text_frame(frame),
        tuple(str(label or "") for label in meta.column_labels),
        tuple(_labels(labels.get(name, {})) for name in names),
        tuple(_missing(n, frame.iloc[:, place], meta, kind) for place, n in enumerate(names)),
        (f"Read as {codec} with its value labels.",),
    )


def _opened(
    path: Path, reader: Reader, encoding: str | None, extra: Arguments, silent: bool
) -> tuple[pd.DataFrame, Reader, str]:
    if encoding is not None or not silent:
        try:
            frame, meta = reader(str(path), encoding=encoding, **extra)
        except Exception as error:
            if encoding is not None or "encoding" not in str(error):
                raise
        else:
            return frame, meta, str(meta.file_encoding or encoding or "ASCII")
    # Latin 1 keeps every byte as it is: what the bytes are is then found out from all texts.
    frame, meta = reader(str(path), encoding="ISO-8859-1", **extra)
    data = "\n".join(_all_texts(frame, meta)).encode("latin-1", "replace")
    codec = declared_codec(data, path.name)
    if codec is None:
        return frame, meta, "ASCII"
    frame, meta = reader(str(path), encoding=codec.upper().replace("_", "-"), **extra)
    return frame, meta, f"{codec} (guessed)"


def _all_texts(frame: pd.DataFrame, meta: FileFacts) -> Iterator[str]:
    """Yield every text of a file: names, labels and values."""
    yield from (str(label) for label in meta.column_labels if label)
    for labels in meta.variable_value_labels.values():
        yield from (str(label) for label in labels.values())
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if column.dtype == object or pd.api.types.is_string_dtype(column):
            yield from (value for value in column.dropna().unique() if isinstance(value, str))


def _labels(labels: Mapping[Plain, str]) -> dict[str, str]:
    return {value_text(value): str(label) for value, label in labels.items()}


def _missing(name: str, column: pd.Series, meta: FileFacts, kind: str) -> frozenset[str]:
    """Return the values that a file declares missing: letters in Stata and SAS, ranges in SPSS."""
    values = column.dropna().unique()
    if kind in ("dta", "sas7bdat"):
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
    return Raw(path, "parquet", names, text_frame(frame, path.name), notes=("Read as Parquet.",))


def raw_of_frame(frame: pd.DataFrame, name: str = "frame") -> Raw:
    """Return a data frame in memory as a table of texts."""
    names = tuple(str(column) for column in frame.columns)
    return Raw(
        Path(name), "frame", names, text_frame(frame, name), notes=("Taken from a data frame.",)
    )
