"""Who answered: keys, background, and which rows are respondents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from collective_use.accepted import Values
from collective_use.checks import did_you_mean, quoted
from collective_use.door.limits import LIMITS, check_keys
from collective_use.errors import ReadError
from collective_use.instrument.model import Instrument
from collective_use.record import Record
from collective_use.responses.answers.numbers import read_number, settle_decimal
from collective_use.responses.columns.match import group_column, key_column
from collective_use.responses.files.raw import Raw, used_texts
from collective_use.responses.headings.wording import clean_key, normal
from collective_use.responses.headings.words import EMPTY_WORDS
from collective_use.responses.options import KEYS, Options
from collective_use.responses.readers.export import Export

NUMBERS = ("weight", "duration")


def key_places(
    export: Export, instrument: Instrument, options: Options, mapped: Mapping[str, int]
) -> dict[str, int]:
    """Return the place of each key column there is; the group column always.

    Raises
    ------
    ReadError
        When the group column, or one that was asked for by name, is not there, or one column
        is to hold groups and persons.
    """
    places: dict[str, int] = {}
    if "group" in mapped and options.group is None:
        places["group"] = mapped["group"]
    else:
        places["group"] = group_column(export, instrument, options.group)
    fields = export.fields
    for role in KEYS:
        asked = options.columns.get(role)
        name = asked or getattr(instrument.columns, role)
        place = mapped.get(role)
        if place is None and name is not None:
            place = key_column(export, instrument, name)
        if place is None and asked:
            there = [heading.name for heading in export.headings]
            raise ReadError(
                f"{export.raw.name}: {role} must be a column, got {asked!r}"
                f"{did_you_mean(asked, there)}; the columns are {quoted(there)}"
            )
        if place is None and role in fields:
            place = fields[role]
        if place is not None:
            places[role] = place
    if places.get("member") == places["group"]:
        name = export.raw.names[places["group"]]
        raise ReadError(
            f"{export.raw.name}: {name!r} cannot hold both the group and the member: every "
            "group would count as one person; name the column of persons"
        )
    return places


def key_texts(column: pd.Series) -> np.ndarray:
    """Return a key column as clean texts."""
    texts, codes = used_texts(column)
    return np.asarray([*(clean_key(text) for text in texts), ""], dtype=object)[codes]


def code_texts(name: str, role: str, column: pd.Series) -> Values:
    """Return the codes of groups or persons as clean texts.

    Parameters
    ----------
    name
        The file, for messages.
    role
        ``group``, ``member``, ``partner`` and so on.
    column
        Its cells.

    Raises
    ------
    ReadError
        When one is longer than any code or name.

    Examples
    --------
    >>> from collective_use.responses.files.raw import categorical
    >>> list(code_texts("a.csv", "group", pd.Series(categorical(["g1", "", " g1 "]))))
    ['g1', '', 'g1']
    """
    texts, codes = column.cat.categories, column.cat.codes
    if isinstance(texts.dtype, pd.StringDtype) and codes.ge(0).all() and _are_clean(texts):
        return texts.array.take(codes.to_numpy())  # without a text of Python for each
    check_keys(name, role, used_texts(column)[0])
    return key_texts(column)


def _are_clean(texts: pd.Index) -> bool:
    plain, longest = texts.str.fullmatch("[0-9A-Za-z]*").all(), texts.str.len().max()
    return bool(plain) and not longest > LIMITS.key_signs


def language_codes(column: pd.Series, languages: tuple[str, ...]) -> np.ndarray:
    """Return languages as the instrument names them: ``ZH-S`` is ``zh``, ``EN-GB`` is ``en``.

    Examples
    --------
    >>> from collective_use.responses.files.raw import categorical
    >>> language_codes(pd.Series(categorical(["ZH-S", "EN", "1"])), ("en", "zh")).tolist()
    ['zh', 'en', '1']
    """
    texts, codes = used_texts(column)
    known = {language.casefold(): language for language in languages}
    found = []
    for text in texts:
        plain = normal(text).replace("_", "-")
        found.append(known.get(plain) or known.get(plain.split("-")[0]) or plain)
    return np.asarray([*found, ""], dtype=object)[codes]


def number_values(name: str, column: pd.Series, raw: Raw, rows: np.ndarray) -> np.ndarray:
    """Return a key column of numbers; NaN when empty.

    Raises
    ------
    ReadError
        When a cell is no number.
    """
    texts, codes = used_texts(column)
    texts = ["" if normal(text) in EMPTY_WORDS else text for text in texts]
    decimal = settle_decimal(texts)
    numbers = [read_number(text, decimal, machine=True) for text in texts]
    wrong = [
        place
        for place, (text, number) in enumerate(zip(texts, numbers, strict=True))
        if number is None and text.strip()
    ]
    if wrong:
        where = raw.places(rows[np.isin(codes, wrong)])
        raise ReadError(
            f"{raw.name}: {name} must be numbers, got {quoted(texts[place] for place in wrong)} "
            f"in {where}"
        )
    return np.asarray([*(np.nan if n is None else n for n in numbers), np.nan])[codes]


def build_persons(
    export: Export,
    instrument: Instrument,
    places: Mapping[str, int],
    rows: np.ndarray,
    declared: Mapping[str, str],
) -> pd.DataFrame:
    """Return one row of keys for each respondent; `declared` values fill what is not there."""
    cells = export.raw.cells
    name = export.raw.name
    frame: dict[str, object] = {"group": code_texts(name, "group", cells[places["group"]])}
    for role in KEYS:
        if role not in places:
            continue
        column = cells[places[role]]
        if role in NUMBERS:
            frame[role] = number_values(role, column, export.raw, rows)
        elif role == "language":
            frame[role] = language_codes(
                column, (*instrument.languages, *instrument.draft_languages)
            )
        else:
            frame[role] = code_texts(name, role, column)
    persons = pd.DataFrame(frame, index=pd.RangeIndex(len(cells)))
    for page, place in export.seconds.items():
        seconds = f"seconds_{page}"
        persons[seconds] = number_values(seconds, cells[place], export.raw, rows)
    for role, value in declared.items():
        persons[role] = value
    persons["row"] = rows
    persons["export"] = export.raw.path.stem
    return persons


def sift(
    export: Export, options: Options, record: Record, gone: np.ndarray | None = None
) -> tuple[Export, np.ndarray, Record]:
    """Leave out rows that are no answers: repeated headings, preview, unfinished, sent twice.

    Returns
    -------
    tuple of Export, numpy.ndarray and Record
        The export with the rows that stay, their data row numbers from 1, and the record.
    """
    rows = np.arange(1, len(export.raw.cells) + 1)
    keep = np.ones(len(rows), dtype=bool) if gone is None else ~gone

    def leave(mask: np.ndarray | None, text: str) -> None:
        nonlocal record
        if mask is None or not (mask & keep).any():
            return
        gone = rows[mask & keep]
        keep[mask] = False
        record = record.note(
            "responses",
            "left out",
            f"{export.raw.name}: {text}",
            count=len(gone),
            of="rows",
            what=gone,
        )

    if options.previews == "drop":
        leave(export.preview, "Preview and test rows.")
        for reason, mask in export.left_out:
            leave(mask, reason)
    if options.unfinished == "drop":
        leave(export.unfinished, "Rows that were never sent off.")
    response = export.fields.get("response")
    if response is not None and options.duplicates != "keep":
        ids = pd.Series(key_texts(export.raw.cells[response]))
        twice = ids[keep].duplicated(keep=options.duplicates) & (ids[keep] != "")
        mask = np.zeros(len(rows), dtype=bool)
        mask[twice.index[twice]] = True
        leave(mask, f"Same response id; the {options.duplicates} one stays.")
    return with_rows(export, keep), rows[keep], record


def with_rows(export: Export, keep: np.ndarray) -> Export:
    """Return an export with some of its rows."""
    if keep.all():
        return export
    cells = export.raw.cells[keep].reset_index(drop=True)
    return replace(export, raw=replace(export.raw, cells=cells))


def without_group(
    persons: pd.DataFrame,
    name: str,
    options: Options,
    record: Record,
    sent: np.ndarray | None = None,
) -> tuple[np.ndarray, Record]:
    """Say which rows have a group and are no second submission of the same member.

    The last submission is the last in time where the export says when (`sent`), otherwise the
    last in the file: some platforms write the newest first.
    """
    keep = (persons["group"] != "").to_numpy()
    if not keep.all():
        gone = persons["row"][~keep]
        record = record.note(
            "responses",
            "left out",
            f"{name}: Rows without a group.",
            count=len(gone),
            of="rows",
            what=gone,
        )
    if "member" in persons and options.duplicates != "keep":
        by = [role for role in ("group", "member", "wave") if role in persons]
        present = persons[keep & (persons["member"] != "").to_numpy()]
        if sent is not None:
            present = present.iloc[np.argsort(sent[present.index], kind="stable")]
        twice = present[present.duplicated(by, keep=options.duplicates)].sort_index()
        if len(twice):
            keep = keep & ~persons.index.isin(twice.index)
            record = record.note(
                "responses",
                "left out",
                f"{name}: Several submissions of one member; the {options.duplicates} one stays.",
                count=len(twice),
                of="rows",
                what=twice["row"],
            )
    return keep, record
