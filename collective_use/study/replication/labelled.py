"""SPSS and Stata files with labels: what each column is, what each answer means."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from collective_use.instrument.model import Instrument
from collective_use.phrases import languages
from collective_use.study.dictionary import meaning

_LONGEST = {"sav": 255, "dta": 80}
"""Signs of a label: SPSS, and Stata (which counts 80)."""


def labelled(
    frame: pd.DataFrame, table: str, instrument: Instrument, kind: str, language: str
) -> bytes:
    """Return a table as an SPSS (.sav) or Stata (.dta) file with labels.

    Parameters
    ----------
    frame
        The table.
    table
        The file whose columns the dictionary knows, such as ``persons.csv``.
    instrument
        Texts of items, labels of answers.
    kind
        ``sav`` or ``dta``.
    language
        Of the labels.

    Examples
    --------
    >>> from collective_use.instrument.library import load_instrument
    >>> bank = load_instrument("lq2002")
    >>> labelled(pd.DataFrame({"LEAD01": [1.0]}), "persons.csv", bank, "sav", "en")[:4]
    b'$FL2'
    """
    import pyreadstat

    names = _safe(frame)
    labels = [_label(table, str(n), instrument, language)[: _LONGEST[kind]] for n in frame]
    values = {
        names[str(name)]: found
        for name in frame
        if (found := answer_labels(str(name), instrument, language))
    }
    held = frame.rename(columns=names)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / f"table.{kind}"
        write = pyreadstat.write_sav if kind == "sav" else pyreadstat.write_dta
        write(held, str(file), column_labels=labels, variable_value_labels=values)
        return _timeless(file.read_bytes(), kind)


_MOMENT = {"sav": (92, b"01 Jan 8000:00:00"), "dta": (None, b"01 Jan 1980 00:00")}
"""Where the moment of writing stands, and what stands there instead."""


def _timeless(content: bytes, kind: str) -> bytes:
    """Return a file without the moment of writing, so that equal tables make equal files.

    SPSS keeps date and time after the number of cases and the bias of compression (PSPP developers
    2023, System file format: file header record), Stata in a tag of its own, after its length.
    """
    place, moment = _MOMENT[kind]
    if place is None:
        place = content.index(b"<timestamp>") + len(b"<timestamp>") + 1
    return content[:place] + moment + content[place + len(moment) :]


def answer_labels(name: str, instrument: Instrument, language: str) -> Mapping[int, str]:
    """Return the labels of an item's answers by code; empty for what is no rating scale."""
    item = next((part for part in instrument.items if part.id == name), None)
    if item is None or item.scale is None:
        return {}
    scale = instrument.get_scale(item.scale)
    return {
        int(option.code): option.label.get(language) or next(iter(option.label.values()), "")
        for option in scale.options
        if option.label
    }


def _label(table: str, name: str, instrument: Instrument, language: str) -> str:
    item = next((part for part in instrument.items if part.id == name), None)
    if item is not None:
        return item.text.get(language) or next(iter(item.text.values()), name)
    return meaning(table, name, instrument, language if language in languages() else None)


def _safe(frame: pd.DataFrame) -> dict[str, str]:
    """Return names that SPSS and Stata take: letters, digits, underscores, 32 signs."""
    found: dict[str, str] = {}
    for name in map(str, frame):
        short = re.sub(r"\W", "_", name)[:32]
        short = short if short[:1].isalpha() else f"v_{short}"[:32]
        k = 1
        while short in found.values():
            k += 1
            short = f"{short[:29]}_{k}"
        found[name] = short
    return found
