"""The validated table: who answered, what, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from collective_use.accepted import PlainDict
from collective_use.instrument.model import Instrument
from collective_use.later import held_in, made_when_read
from collective_use.record import Record
from collective_use.responses.coded import Coded, coded_frame
from collective_use.results import Result, Table, plain


@made_when_read("answers", "reasons")
@dataclass(frozen=True)
class Responses(Result):
    """Answers as codes, one row for each respondent, with a reason for every missing one.

    Attributes
    ----------
    instrument
        The instrument they were read by.
    form
        The id of the form, where known.
    persons
        One row for each respondent, numbered from 0. Always ``group`` (text), ``row`` (number of
        the data row in the export, from 1) and ``export`` (name of the file without its ending).
        Where known ``parent``, ``wave``, ``country``, ``language``, ``member``, ``partner``,
        ``weight``, ``duration`` (seconds), and the items about the respondent by id.
    answers
        The same rows; one column of codes (float64, NaN when missing) for each Likert, choice and
        number item; ``item_option`` for checklists and rating lists.
    reasons
        The same shape: "" for a valid answer, otherwise why it is missing
        (`instrument.model.MissingReason`).
    rosters
        For each roster, allocation or nomination item a frame with the same rows. Columns are
        positions from 1; (position, role) for role ticks; option codes for nominations, whose
        values are the position of the person named and 0 for nobody.
    members
        The members file: ``group``, ``member``, ``position``, and what else it holds.
    informants
        One row for each group: ``group`` and the items about the group.
    record
        Everything decided and left out on the way.

    Examples
    --------
    >>> import collective_use as cu
    >>> responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    >>> responses.answers.shape
    (2042, 19)
    """

    instrument: Instrument
    form: str | None
    persons: pd.DataFrame
    answers: pd.DataFrame
    reasons: pd.DataFrame
    rosters: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    members: pd.DataFrame | None = None
    informants: pd.DataFrame | None = None
    record: Record = field(default_factory=Record)

    def to_frame(self) -> pd.DataFrame:
        """Return persons and answers side by side; an item in both stands once."""
        held = held_in(self, "answers")
        answers = held if isinstance(held, Coded) else self.answers
        fresh = [name for name in answers.columns if name not in self.persons.columns]
        made = answers.frame(fresh) if isinstance(answers, Coded) else answers[fresh]
        return pd.concat([self.persons, made], axis=1)

    def to_dict(self) -> PlainDict:
        """Return plain values; the instrument by its id and version."""
        fields = {
            name: plain(getattr(self, name))
            for name in (
                "form",
                "persons",
                "answers",
                "reasons",
                "rosters",
                "members",
                "informants",
            )
        }
        named = {"id": self.instrument.id, "version": self.instrument.version}
        return {"instrument": named, **fields, "record": self.record.to_dict()}

    def missing_frame(self) -> pd.DataFrame:
        """Return for each item how many answers there are and why the others are missing.

        Returns
        -------
        pandas.DataFrame
            Columns ``item``, ``valid`` and one for each reason that occurs.
        """
        counts = {
            column: self.reasons[column].astype(object).value_counts()
            for column in self.reasons.columns
        }
        frame = pd.DataFrame(counts).T.fillna(0).astype(int).rename(columns={"": "valid"})
        frame.insert(0, "item", frame.index)
        return frame.reset_index(drop=True)

    def tables(self) -> tuple[Table, ...]:
        """Return an overview and what was left out."""
        groups = self.persons["group"].nunique()
        held = held_in(self, "answers")
        coded = held if isinstance(held, Coded) else coded_frame(self.answers)
        missing = sum(column.missing() for column in coded.columns.values())
        rows = (
            ("respondents", len(self.persons)),
            ("groups", groups),
            ("answer columns", len(coded.columns)),
            ("rosters", len(self.rosters)),
            ("answers missing", missing),
        )
        notes = tuple(
            f"{entry.text}" + (f" ({entry.count} {entry.of})" if entry.count is not None else "")
            for entry in self.record.entries
        )
        title = f"Responses to {self.instrument.id}"
        return (Table(title, ("what", "number"), rows, notes),)
