"""From exports to `Responses`: the front door of the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias, cast

import pandas as pd

from collective_use.accepted import Arguments
from collective_use.checks import did_you_mean, one_of, quoted
from collective_use.errors import InputError, ReadError
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument
from collective_use.record import Record
from collective_use.responses.answers.piece import informant_piece, matched_columns, read_piece
from collective_use.responses.answers.stack import Piece
from collective_use.responses.answers.twice import check_contents
from collective_use.responses.assemble import assemble
from collective_use.responses.columns.heading_rows import promoted
from collective_use.responses.columns.mapping import read_map
from collective_use.responses.files.open import read_raw
from collective_use.responses.files.raw import Raw
from collective_use.responses.files.saved import are_saved, read_saved
from collective_use.responses.files.typed import raw_of_frame
from collective_use.responses.options import (
    Duplicates,
    Invalid,
    MissingCodes,
    Options,
    Rows,
    missing_codes_of,
)
from collective_use.responses.protect import protected
from collective_use.responses.readers import read_layout
from collective_use.responses.readers.export import Export
from collective_use.responses.table import Responses

Source: TypeAlias = str | Path | pd.DataFrame
Declared: TypeAlias = str | Sequence[str] | Mapping[str, str] | None


def read_responses(
    paths: Source | Sequence[Source],
    instrument: Instrument | str | Path,
    *,
    group: str | None = None,
    members: Source | None = None,
    informants: Source | None = None,
    form: str | None = None,
    platform: str | None = None,
    invalid: Invalid = "error",
    column_map: Mapping[str, str] | str | Path | None = None,
    columns: Mapping[str, str] | None = None,
    language: Declared = None,
    country: Declared = None,
    wave: Declared = None,
    previews: Rows = "drop",
    unfinished: Rows = "drop",
    duplicates: Duplicates = "last",
    unticked_consent: Rows = "drop",
    missing_codes: MissingCodes = None,
    answers_as: Literal["codes", "labels"] | None = None,
    decimal: Literal[".", ","] | None = None,
    keep_personal: bool = False,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Responses:
    """Read one or several survey exports by an instrument.

    Everything is read as text first and becomes codes by the instrument's response scales:
    codes as they are, labels in any language of the instrument. Nothing is dropped without an
    entry in the record of the result.

    Parameters
    ----------
    paths
        An export (csv, tsv, xlsx, sav, dta, sas7bdat, xpt, parquet, json, a filled pdf or docx
        form, or a data frame), or several that are
        stacked. A folder or a list of JSON files or of forms holds one respondent each.
    instrument
        The instrument, from `load_instrument`.
    group
        The column of the group, where it is not the one that the instrument declares.
    members
        The members file: ``group``, ``member``, optionally ``position`` and ``partner``. It
        gives groups their true sizes.
    informants
        A table of facts about groups, one row for each informant.
    form
        The id of the form that was fielded; found out from the columns when None.
    platform
        Read as this platform's export instead of recognising it.
    invalid
        ``"error"``: values outside their scale are an error that lists them all.
        ``"missing"``: they count as missing and are counted.
    column_map
        What headings mean, where they are not the instrument's own: a mapping from heading to
        column name, key (``group``, ``member``, ...) or ``ignore``, or a YAML file of such.
    columns
        Other key columns by role: ``{"member": "ID", "weight": "w"}``.
    language, country, wave
        What holds for a whole export: one text for all, one for each in order, or a mapping by
        file name.
    previews, unfinished, duplicates
        What happens to preview rows, rows never sent off and second submissions.
    unticked_consent
        What happens to persons who left a consent empty that taking part needs: they are left
        out and counted (``"drop"``), or stay where you hold their consent elsewhere, such as
        signed on paper (``"keep"``). Who said no is left out in any case.
    missing_codes
        What stands for no answer: ``[-99, 999]``, ``{999: "refused"}``, or by item
        ``{"age": [999]}``. For all items they hold where they are no code of the scale; for an
        item by name in any case.
    answers_as
        What numbers in the export are where the labels of a scale are numbers themselves
        ("0", "1", "2", "3 or more"): ``"codes"`` or ``"labels"``, instead of asking the column.
    decimal
        The decimal mark of numbers, where nothing in their column settles it.
    keep_personal
        Keep columns that identify persons (names, addresses, IP); dropped by default.
    encoding, delimiter, sheet
        How to open the files, instead of guessing.

    Returns
    -------
    Responses
        Persons, answers as codes, reasons of missing answers, rosters, and the record.

    Raises
    ------
    ReadError
        When a file cannot be read, holds no item of the instrument or no group column.
    ScaleValueError
        When values lie outside their scale.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.instrument.library import sample_path
    >>> instrument = cu.load_instrument("lq2002")
    >>> responses = cu.read_responses(sample_path("lq2002.csv"), instrument)
    >>> len(responses.persons), responses.persons["group"].nunique()
    (2042, 49)
    """
    instrument = as_instrument(instrument)
    sources = _listed(paths)
    saved = _saved_answers(sources, (language, country, wave))
    files = sources
    if saved:
        sources = [saved[0]]
    names = _export_names(sources)
    renamed = read_map(column_map)
    options = Options(
        invalid,
        previews,
        unfinished,
        duplicates,
        keep_personal,
        group,
        columns or {},
        renamed,
        missing_codes_of(missing_codes, [item.id for item in instrument.items]),
        answers_as,
        decimal,
        unticked_consent,
    )
    _check_form(instrument, form)
    record = Record()
    pieces, said = [], []
    for place, source in enumerate(sources):
        if saved:
            raw = read_saved(saved, Path(f"answers{saved[0].suffix.lower()}"))
        else:
            raw = open_source(source, encoding=encoding, delimiter=delimiter, sheet=sheet)
        declared = {
            name: _declared(name, value, raw.name, place, len(sources))
            for name, value in (("language", language), ("country", country), ("wave", wave))
        }
        given = {name: value for name, value in declared.items() if value is not None}
        said.append((given.get("country"), given.get("wave")))
        export = laid_out(raw, platform, instrument, options)
        piece, record = read_piece(export, instrument, options, given, record)
        pieces.append(_from_files(piece, raw, names[place]))
    check_contents(files, members, said * (len(files) if saved else 1))
    extra = None
    if informants is not None:
        raw = open_source(informants, encoding=encoding, delimiter=delimiter, sheet=None)
        export = laid_out(raw, None, instrument, options)
        extra, record = informant_piece(export, instrument, options, record)
    read = assemble(pieces, extra, instrument, form, members, options, record)
    return protected(read, keep_personal)


def laid_out(raw: Raw, platform: str | None, instrument: Instrument, options: Options) -> Export:
    """Return a file as an export of its platform, whose headings may stand below a title."""
    export = read_layout(raw, platform)
    if matched_columns(export, instrument, options)[0]:
        return export

    def fits(table: Raw) -> bool:
        try:
            return bool(matched_columns(read_layout(table, platform), instrument, options)[0])
        except ReadError:
            return False

    table = promoted(raw, fits)
    return export if table is None else read_layout(table, platform)


def _from_files(piece: Piece, raw: Raw, name: str) -> Piece:
    """Say of each respondent which file they come from, where several make one export."""
    if not raw.files:
        piece.persons["export"] = name
        return piece
    rows = piece.persons["row"].to_numpy() - 1
    piece.persons["export"] = [Path(raw.files[row]).stem for row in rows]
    before = {file: place for place, file in reversed(list(enumerate(raw.files)))}
    piece.persons["row"] = [row + 1 - before[raw.files[row]] for row in rows]
    return piece


def _listed(paths: Source | Sequence[Source]) -> list[Source]:
    single = isinstance(paths, (str, Path, pd.DataFrame))
    sources = [cast("Source", paths)] if single else list(cast("Sequence[Source]", paths))
    if not sources:
        raise InputError("paths must name at least one export, got none")
    return sources


def _export_names(sources: Sequence[Source]) -> list[str]:
    """Return a name for each export: the file's, with its folder where two files share one."""
    paths = [Path("frame") if isinstance(s, pd.DataFrame) else Path(s) for s in sources]
    stems = [path.stem for path in paths]
    names = [
        f"{path.resolve().parent.name}/{path.stem}" if stems.count(path.stem) > 1 else path.stem
        for path in paths
    ]
    return [
        name if names.count(name) == 1 else f"{name} {names[: place + 1].count(name)}"
        for place, name in enumerate(names)
    ]


def _check_form(instrument: Instrument, form: str | None) -> None:
    if form is not None:
        one_of("form", form, [entry.id for entry in instrument.forms])


def open_source(source: Source, **how: Arguments) -> Raw:
    """Return a file or a data frame as a table of texts."""
    if isinstance(source, pd.DataFrame):
        return raw_of_frame(source)
    return read_raw(source, **how)


def _saved_answers(sources: Sequence[Source], declared: Sequence[Declared]) -> list[Path]:
    """Return several files that are read as one export: each holds one respondent."""
    files = [Path(source) for source in sources if not isinstance(source, pd.DataFrame)]
    alike = len(files) == len(sources) > 1 and are_saved(files)
    return files if alike and all(value is None for value in declared) else []


def _declared(name: str, value: Declared, file: str, place: int, count: int) -> str | None:
    """Return what the caller says holds for one export."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        stem = Path(file).stem
        if file not in value and stem not in value:
            raise InputError(
                f"{name} must have an entry for {file!r}{did_you_mean(file, value)}, "
                f"got {quoted(value)}"
            )
        return str(value.get(file, value.get(stem)))
    if len(value) != count:
        raise InputError(
            f"{name} must have one entry for each of {count} exports, got {len(value)}"
        )
    return str(value[place])
