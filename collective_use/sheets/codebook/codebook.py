"""The codebook: one table of everything an item is, says and becomes in a data file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from collective_use.accepted import PlainDict
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument, Item
from collective_use.output import csv_bytes
from collective_use.platforms.columns import ROSTERS, item_columns, roster_length
from collective_use.results import Result, Table, TableRow, table_of
from collective_use.sheets.codebook.entries import Entry
from collective_use.sheets.codebook.page import codebook_page


@dataclass(frozen=True)
class Codebook(Result):
    """The codebook of an instrument.

    Attributes
    ----------
    instrument
        The item bank.
    entries
        One entry for each item, in the order of the instrument.

    Examples
    --------
    >>> import collective_use as cu
    >>> len(cu.codebook("lq2002").to_frame())
    19
    """

    instrument: Instrument
    entries: tuple[Entry, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each item; texts and labels have a column for each language."""
        return pd.DataFrame([_flat(entry, _languages(self.instrument)) for entry in self.entries])

    def to_dict(self) -> PlainDict:
        """Return the rows of the table as plain values."""
        bank = self.instrument
        items = self.to_frame().to_dict(orient="records")
        return {"instrument": bank.id, "version": bank.version, "items": items}

    def to_csv(self) -> bytes:
        """Return the table as a CSV file."""
        return csv_bytes(self.to_frame())

    def to_html(self, language: str | None = None) -> str:
        """Return a page that stands alone: to search on the screen and to print.

        Parameters
        ----------
        language
            Of its own words, and the first one shown; English where None.
        """
        return codebook_page(self.instrument, self.entries, language)

    def tables(self) -> tuple[Table, ...]:
        """Return the table of items."""
        return (table_of(f"Codebook of {self.instrument.id}", self.to_frame()),)


def codebook(instrument: Instrument | str | Path) -> Codebook:
    """Make the codebook of an instrument.

    Parameters
    ----------
    instrument
        The item bank.

    Returns
    -------
    Codebook
        With ``to_frame()``, ``to_csv()`` and ``to_html()``.

    Examples
    --------
    >>> import collective_use as cu
    >>> book = codebook(cu.load_instrument("lq2002"))
    >>> book.to_frame().loc[0, ["item", "construct", "codes", "columns"]].tolist()
    ['lead01', 'lead', '1 2 3 4 5', 'LEAD01']
    """
    instrument = as_instrument(instrument)
    scales = {scale.id: scale for scale in instrument.scales}
    cited = {source.id: source.citation for source in instrument.sources}
    measures: dict[str, list[str]] = {}
    for measure in instrument.measures:
        for name in measure.items:
            measures.setdefault(name, []).append(measure.id)
    asked: dict[str, list[tuple[str, str, str]]] = {}
    for form in instrument.forms:
        for block in form.blocks:
            for name in block.items:
                asked.setdefault(name, []).append((form.id, block.id, block.module or ""))
    entries = tuple(
        Entry(
            item,
            scales.get(item.scale or ""),
            tuple(measures.get(item.id, ())),
            tuple(asked.get(item.id, ())),
            _columns(instrument, item),
            cited.get(item.source, item.source),
        )
        for item in instrument.items
    )
    return Codebook(instrument, entries)


def _languages(bank: Instrument) -> tuple[str, ...]:
    return (*bank.languages, *bank.draft_languages)


def _columns(bank: Instrument, item: Item) -> tuple[str, ...]:
    made = item_columns(item, positions=roster_length(bank, item))
    names = [column.name for column in made]
    if item.kind in ROSTERS and item.kind != "roster_nominate" and len(names) > 2:
        return (names[0], "…", names[-1])
    return tuple(names)


def _flat(entry: Entry, languages: tuple[str, ...]) -> TableRow:
    item = entry.item
    row: TableRow = {"item": item.id, "kind": item.kind, "role": item.role}
    row |= {f"text_{code}": item.text.get(code, "") for code in languages}
    row |= {
        "scale": item.scale or "",
        "codes": " ".join(str(code) for code, _ in entry.options),
    }
    for code in languages:
        row[f"labels_{code}"] = _labels(entry.options, code)
    for code in languages:
        row[f"rows_{code}"] = _labels(entry.rows, code)
    row |= {
        "missing_codes": "; ".join(
            f"{m.code if m.code is not None else 'no code'} = {m.reason}"
            + ("" if m.offered else " (not offered)")
            for m in entry.missing
        ),
        "reverse": "yes" if item.reverse else "no",
        "direction": item.direction,
        "construct": item.construct_id or "",
        "facet": item.facet or "",
        "measures": " ".join(entry.measures),
        "forms": " ".join(dict.fromkeys(form for form, _, _ in entry.forms)),
        "modules": " ".join(dict.fromkeys(module for _, _, module in entry.forms if module)),
        "columns": " ".join(entry.columns),
        "personal": "yes" if item.personal else "no",
        "source": item.source,
        "citation": entry.citation,
        "rationale": item.rationale or "",
        "note": item.note or "",
    }
    return row


def _labels(options: tuple[tuple[int, dict[str, str]], ...], language: str) -> str:
    return "; ".join(f"{code} = {label[language]}" for code, label in options if language in label)
