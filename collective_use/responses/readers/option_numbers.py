"""Exports that number the options of a question from 1, whatever their codes are."""

from __future__ import annotations

import re
from collections.abc import Mapping

from collective_use.checks import quoted
from collective_use.errors import ReadError
from collective_use.instrument.model import Instrument, Item
from collective_use.platforms.columns import Column
from collective_use.responses.files.raw import used_texts
from collective_use.responses.readers.export import Export

_SEVERAL = re.compile(r"[\u250b|;,\uff0c\uff1b\s]+")
_KINDS = ("likert", "choice", "checklist", "rating_list")


def _codes(instrument: Instrument, item: Item) -> list[int]:
    options = instrument.get_scale(item.scale).options if item.scale else item.options
    return [option.code for option in options]


def _numbers(text: str) -> list[int]:
    parts = [part for part in _SEVERAL.split(text.strip()) if part]
    return [int(part) for part in parts] if all(part.isdecimal() for part in parts) else []


def check_option_numbers(
    export: Export, instrument: Instrument, matched: Mapping[int, Column]
) -> None:
    """Raise where an export numbers options and a number is another option's code.

    Raises
    ------
    ReadError
        Naming the columns, the numbers, and what to export instead.
    """
    if not export.option_numbers:
        return
    wrong = []
    for place, column in matched.items():
        item = instrument.get_item(column.item)
        if item.kind not in _KINDS or (item.kind == "checklist" and column.option is not None):
            continue
        codes = _codes(instrument, item)
        for text in used_texts(export.raw.cells[place])[0]:
            if text in export.missing:
                continue
            bad = [n for n in _numbers(text) if 1 <= n <= len(codes) and codes[n - 1] != n]
            if bad:
                wrong.append(
                    f"{column.name} ({bad[0]} is the option with code {codes[bad[0] - 1]})"
                )
                break
    if wrong:
        raise ReadError(
            f"{export.raw.name}: this export numbers options from 1, and these questions are coded "
            f"otherwise: {quoted(wrong, most=6)}. Export the answers as texts instead"
        )
