"""A simulated survey as its writers need it: rows, columns, and how a cell is shown."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from collective_use.instrument.model import Instrument, Item, MissingOption, Option
from collective_use.platforms.columns import Column, instrument_columns
from collective_use.platforms.layouts import Field

TICKS = ("checklist", "roster_binary", "roster_roles")
AMOUNTS = ("number", "month", "allocation", "roster_nominate")
STEM = {"en": "How far do you agree?", "zh": "您在多大程度上同意？"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Answers of a survey, and what platforms add to them.

    Attributes
    ----------
    instrument
        Whose items were answered.
    keys
        Names of the columns that are no answers: group, member, partner, wave.
    frame
        Keys and answers as text, codes where there are options.
    columns
        What each column of answers is.
    language
        (rows,) of each respondent.
    seconds
        (rows,) taken, as text.
    finished
        (rows,) whether the form was sent off.
    """

    instrument: Instrument
    keys: tuple[str, ...]
    frame: pd.DataFrame
    columns: tuple[Column, ...]
    language: tuple[str, ...]
    seconds: tuple[str, ...]
    finished: tuple[bool, ...]

    def item(self, column: Column) -> Item:
        """Return the item of a column."""
        return self.instrument.get_item(column.item)

    def options(self, item: Item) -> tuple[Option | MissingOption, ...]:
        """Return what an item offers, what stands for no answer included."""
        if item.scale is None:
            return tuple(item.options)
        scale = self.instrument.get_scale(item.scale)
        return (*scale.options, *(option for option in scale.missing if option.code is not None))

    def labelled(self, column: Column) -> bool:
        """Tell whether cells of a column have labels."""
        item = self.item(column)
        return item.kind not in (*TICKS, *AMOUNTS) and bool(self.options(item))

    def label(self, column: Column, code: str, language: str) -> str:
        """Return the label of a code; the code where it has none."""
        for option in self.options(self.item(column)):
            if str(option.code) == code:
                return option.label.get(language) or next(iter(option.label.values()), code)
        return code

    def field(self, column: Column, language: str) -> Field:
        """Return a column as headings need it; statements are lines of one grid."""
        item = self.item(column)
        text = item.text.get(language) or next(iter(item.text.values()), item.id)
        if item.kind == "likert":
            return Field(item.id, text=STEM.get(language, STEM["en"]), part_text=text)
        part = "" if column.position is None else str(column.position)
        second = "" if column.option is None else str(column.option)
        first, rest = (part, second) if part else (second, "")
        return Field(item.id, first, rest, text=text, part_text=second or part)

    def key_text(self, name: str, language: str) -> str:
        """Return the heading of a key in words: its question where it is an item."""
        for item in self.instrument.items:
            if item.id == name:
                return item.text.get(language) or next(iter(item.text.values()), name)
        return name


def sheet_of(instrument: Instrument, rows: pd.DataFrame, platform_names: tuple[str, ...]) -> Sheet:
    """Take the platform's own columns off a survey's rows.

    Parameters
    ----------
    instrument
        Whose items were answered.
    rows
        As `SimulatedSurvey.rows` has them.
    platform_names
        The first columns, which are Qualtrics' own.
    """
    frame = rows[[name for name in rows.columns if name not in platform_names]]
    known = {column.name: column for column in instrument_columns(instrument)}
    columns = tuple(known[name] for name in frame.columns if name in known)
    keyed = {item.id for item in instrument.items if item.role == "key"}
    columns = tuple(column for column in columns if column.item not in keyed)
    answered = {column.name for column in columns}
    keys = tuple(name for name in frame.columns if name not in answered)
    spoken = rows["UserLanguage"].str.lower().str.replace("zh-s", "zh")
    return Sheet(
        instrument,
        keys,
        frame.reset_index(drop=True),
        columns,
        tuple(spoken),
        tuple(rows["Duration (in seconds)"]),
        tuple(rows["Finished"] == "1"),
    )
