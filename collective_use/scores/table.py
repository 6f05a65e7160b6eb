"""Scores of persons, with what they rest on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from collective_use.later import held_in, made_when_read
from collective_use.record import Record
from collective_use.responses.coded import Coded, coded_frame
from collective_use.responses.table import Responses
from collective_use.results import Result, Table


@made_when_read("items")
@dataclass(frozen=True)
class Scores(Result):
    """One row for each person.

    Attributes
    ----------
    responses
        The answers that were scored.
    items
        Persons by Likert items, reverse-keyed by the declared range of their scale.
    values
        Persons by measures, and ``measure.facet`` where a measure asks for facet scores; NaN
        where too few items were answered.
    answered
        Persons by the same columns: how many items were answered.
    record
        What the responses recorded, and the scores that could not be made.

    Examples
    --------
    >>> import collective_use as cu
    >>> responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    >>> cu.score(responses).values.columns.tolist()
    ['lead', 'tsig', 'hostil']
    """

    responses: Responses
    items: pd.DataFrame
    values: pd.DataFrame
    answered: pd.DataFrame
    record: Record = field(default_factory=Record)

    def to_frame(self) -> pd.DataFrame:
        """Return persons and scores side by side, with ``_answered`` behind each measure."""
        measures = [name for name in self.answered.columns if "." not in str(name)]
        counts = self.answered[measures].add_suffix("_answered")
        return pd.concat([self.responses.persons, self.values, counts], axis=1)

    def tables(self) -> tuple[Table, ...]:
        """Return one line for each score."""
        rows = tuple(
            (
                str(name),
                int(self.values[name].notna().sum()),
                int(self.values[name].isna().sum()),
                float(self.values[name].mean()),
                float(self.values[name].std()),
                float(self.values[name].min()),
                float(self.values[name].max()),
            )
            for name in self.values.columns
        )
        columns = ("score", "persons", "missing", "mean", "sd", "lowest", "highest")
        return (Table("Scores of persons", columns, rows),)


def item_names(scores: Scores) -> list[str]:
    """Return the names of the keyed items."""
    held = held_in(scores, "items")
    return list(held.columns) if isinstance(held, Coded) else list(map(str, scores.items))


def still_coded(scores: Scores, names: Iterable[str]) -> bool:
    """Tell whether nobody has been given a frame of these answers, who might change it."""
    items, answers = held_in(scores, "items"), held_in(scores.responses, "answers")
    if not isinstance(items, Coded):
        return False
    return isinstance(answers, Coded) or all(name in items.columns for name in names)


def coded_items(scores: Scores, names: Iterable[str]) -> Coded:
    """Return some keyed items as they are held."""
    held = held_in(scores, "items")
    return held.only(names) if isinstance(held, Coded) else coded_frame(scores.items[list(names)])


def item_frame(scores: Scores, names: Iterable[str]) -> pd.DataFrame:
    """Return some keyed items, without making a frame of all.

    Examples
    --------
    >>> import collective_use as cu
    >>> scores = cu.score(cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002"))
    >>> item_frame(scores, ["lead01"]).equals(scores.items[["lead01"]])
    True
    """
    held = held_in(scores, "items")
    return held.frame(names) if isinstance(held, Coded) else scores.items[list(names)]
