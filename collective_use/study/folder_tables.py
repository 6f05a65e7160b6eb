"""The tables of a folder of results, as a report takes them up: whole, and as they were written."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from pathlib import Path
from types import NoneType

import pandas as pd

from collective_use.accepted import Plain, PlainMapping
from collective_use.checks import quoted
from collective_use.door.limits import LIMITS, check_lines, regular_file
from collective_use.errors import ReadError

DICTIONARY = "dictionary.csv"
_WHAT = {"number": "a number", "whole number": "a whole number", "yes or no": "True or False"}
_YES_OR_NO = ("True", "False", "")
FILLED = (DICTIONARY, "groups.csv", "agreement.csv", "measures.csv")
"""Tables that have a row whenever they are written; findings, say, may well be none."""
_AGAIN = "is it cut off, or was it changed by hand? Run the study again, or copy its folder anew"


def folder_tables(
    folder: Path, run: PlainMapping, private: Collection[str]
) -> dict[str, pd.DataFrame]:
    """Read the tables of a folder of results.

    Parameters
    ----------
    folder
        The folder.
    run
        What its run.json says: which files were written, how many measures they tell of.
    private
        Tables that are left alone, there or not.

    Returns
    -------
    dict
        Tables by file name; an empty cell is missing, a group called NA is not.

    Raises
    ------
    ReadError
        When a table is missing, empty, cut off or no text, lacks a column, or a cell holds what
        its column cannot: with file, line, column and what was found.
    """
    listed = run.get("files") if isinstance(run.get("files"), list) else []
    names = [str(name) for name in listed or () if str(name).endswith(".csv") and "/" not in name]
    there = [path.name for path in sorted(folder.glob("*.csv"))]
    tables: dict[str, pd.DataFrame] = {}
    for name in sorted({*names, *there} - set(private)):
        tables[name] = _read(folder / name, filled=name in names and name in FILLED)
    kinds = _kinds(tables.get(DICTIONARY, pd.DataFrame()))
    for name in names:
        if name in tables and name != DICTIONARY:
            _check(folder / name, tables[name], kinds.get(name, {}))
    _check_measures(folder, run, tables)
    return tables


def check_account(path: Path, run: PlainMapping) -> None:
    """Raise where run.json says in another shape than a run writes what a report tells of.

    Parameters
    ----------
    path
        The file, for messages.
    run
        Its content.

    Raises
    ------
    ReadError
        Naming the key.
    """
    fits = {
        **{name: _entries(run.get(name)) for name in _LISTED},
        "inputs": _all_hold(run.get("inputs"), {"name": str, "bytes": int, "sha256": str}),
        "cutoffs": _all_hold(
            list(run["cutoffs"].values()) if isinstance(run.get("cutoffs"), dict) else None,
            {"value": (int, float), "direction": str, "source": str},
        ),
    }
    wrong = [name for name, fit in fits.items() if not fit and run.get(name)]
    if wrong:
        raise ReadError(f"{path}: {quoted(wrong)} is not what a run writes: {_AGAIN}")


_LISTED = ("decisions", "left_out", "changed", "warnings", "notes")


def _entries(listed: Plain) -> bool:
    return _all_hold(listed, {"text": str}) and all(
        isinstance(one.get("count"), (int, NoneType)) for one in listed
    )


def _all_hold(listed: Plain, kinds: Mapping[str, type | tuple[type, ...]]) -> bool:
    """Tell whether something is a list of mappings, each with these keys of these kinds."""
    return isinstance(listed, list) and all(
        isinstance(one, dict) and all(isinstance(one.get(k), kind) for k, kind in kinds.items())
        for one in listed
    )


def _read(path: Path, *, filled: bool) -> pd.DataFrame:
    """Read a table after its shape was looked at: parsers guess where a line breaks off."""
    if not path.exists():
        raise ReadError(f"{path} is missing, which run.json lists: {_AGAIN}")
    regular_file(path, most=LIMITS.text_bytes)
    if not path.is_file():
        raise ReadError(f"{path} is a folder; a table is expected")
    rows = _check_shape(path)
    if filled and not rows:
        raise ReadError(f"{path} has no rows below its headings: {_AGAIN}")
    return pd.read_csv(
        path, encoding="utf-8-sig", dtype={"group": str}, keep_default_na=False, na_values=[""]
    )


def _check_shape(path: Path) -> int:
    """Return how many rows there are; raise unless each has as many cells as there are headings."""
    check_lines(path)
    rows = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            head = next(reader, [])
            if not any(cell.strip() for cell in head):
                raise ReadError(f"{path} is empty: {_AGAIN}")
            for row in reader:
                if row and len(row) != len(head):
                    raise ReadError(
                        f"{path}:{reader.line_num}: {len(row)} cells, but there are {len(head)} "
                        f"headings: {_AGAIN}"
                    )
                rows += bool(row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReadError(f"{path} cannot be read as UTF-8 text in cells: {_AGAIN}") from error
    return rows


def _kinds(dictionary: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return what each column holds, by file and column."""
    if not {"file", "column", "kind"} <= set(dictionary):
        return {}
    kinds: dict[str, dict[str, str]] = {}
    rows = zip(dictionary["file"], dictionary["column"], dictionary["kind"], strict=True)
    for file, column, kind in rows:
        kinds.setdefault(str(file), {})[str(column)] = str(kind)
    return kinds


def _check(path: Path, table: pd.DataFrame, kinds: Mapping[str, str]) -> None:
    lacking = [column for column in kinds if column not in table]
    if lacking:
        raise ReadError(f"{path} lacks the columns {quoted(lacking)}: {_AGAIN}")
    for column, kind in kinds.items():
        fits = _fits(table[column], kind)
        if not fits.all():
            row = int((~fits).to_numpy().argmax())
            found = str(table[column].iloc[row])
            raise ReadError(
                f"{path}:{_line_of(path, row)}: {column} must be {_WHAT[kind]}, got {found[:40]!r}"
            )


def _fits(values: pd.Series, kind: str) -> pd.Series:
    """Tell of each cell whether it is what its column holds, or empty."""
    if kind == "yes or no":
        return values.isna() | values.astype(str).isin(_YES_OR_NO)
    if kind not in _WHAT:
        return pd.Series(True, index=values.index)
    numbers = pd.to_numeric(values, errors="coerce")
    fits = values.isna() | numbers.notna()
    return fits & (numbers.isna() | (numbers % 1 == 0)) if kind == "whole number" else fits


def _line_of(path: Path, row: int) -> int:
    """Return the line of the file on which a row ends; texts in quotation marks may hold breaks."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream)
        filled = (line for cells in reader if cells for line in (reader.line_num,))
        return next(line for place, line in enumerate(filled) if place == row + 1)


def _check_measures(folder: Path, run: PlainMapping, tables: Mapping[str, pd.DataFrame]) -> None:
    counts = run.get("counts")
    told = counts.get("measures") if isinstance(counts, Mapping) else None
    held = len(tables.get("measures.csv", ()))
    if isinstance(told, int) and told != held:
        raise ReadError(
            f"{folder / 'measures.csv'} has {held:,} rows, but run.json counts {told:,} measures: "
            f"{_AGAIN}"
        )
