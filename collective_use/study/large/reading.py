"""Rows of a large survey through the ordinary reader, some at a time."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from collective_use.accepted import Array, PlainDict
from collective_use.checks import quoted
from collective_use.door.limits import check_keys
from collective_use.errors import CollectiveUseError, DataWarning, InputError, ReadError
from collective_use.instrument.model import Instrument
from collective_use.later import with_fields
from collective_use.record import Entry, Record
from collective_use.responses.answers.asked import Asked, asked_of
from collective_use.responses.answers.cells import REASONS
from collective_use.responses.columns.mapping import read_map
from collective_use.responses.files.typed import raw_of_frame, value_text
from collective_use.responses.headings.contents import kinds_in
from collective_use.responses.headings.wording import clean_key
from collective_use.responses.held import answer_frame, with_rows
from collective_use.responses.options import Options, missing_codes_of
from collective_use.responses.read import laid_out, read_responses
from collective_use.responses.screening.indices import person_indices
from collective_use.responses.screening.rules import BY_PERSON, beyond, chosen_rules
from collective_use.responses.table import Responses
from collective_use.scores.score import score
from collective_use.scores.table import item_names
from collective_use.study.large.sources import Source
from collective_use.study.settings import Study

FRAME = "frame: "
"""How the reader names what is no file."""

SUMMED = ("rows", "persons", "cells")
"""What entries of the record count that adds up over stretches; columns and items do not."""

NUMBERED = "Names of "
"""How entries begin that would give other numbers in each stretch."""

PERSONAL = (
    "codes of members or names of organisations are personal details; give the survey codes first "
    "(collective-use pseudonymize), or read it whole with --no-large"
)


@dataclass(frozen=True)
class Portion:
    """Some rows, read and scored.

    Attributes
    ----------
    persons
        As persons.csv holds them.
    answers
        ``group`` and the codes of Likert items.
    items
        Item to how many answers are valid ("") or missing, by reason.
    flagged
        Screening rule to how many persons it flags; ``""`` for how many any rule flags.
    entries
        What the record says.
    """

    persons: pd.DataFrame
    answers: pd.DataFrame
    items: dict[str, dict[str, int]]
    flagged: dict[str, int]
    entries: tuple[Entry, ...]


@dataclass
class Reader:
    """Reads stretches by the settings of a study.

    Attributes
    ----------
    study, instrument
        How, and what.
    source
        Of what; its first rows tell which columns are read.
    """

    study: Study
    instrument: Instrument
    source: Source
    form: str | None = field(init=False)

    def __post_init__(self) -> None:
        self.form = self.study.form

    @cached_property
    def asked(self) -> Asked:
        """Return the columns that are read.

        Raises
        ------
        InputError
            When the layout is that of a platform, or a key changes what groups are.
        """
        raw = raw_of_frame(self.source.head())
        export = laid_out(raw, self.study.platform, self.instrument, self._options)
        if export.platform not in ("plain", ""):
            raise InputError(
                f"{self.source.name} is laid out as {export.platform} writes it; a survey that is "
                "counted where it lies must be a plain table, a row a person (--no-large reads it "
                "whole)"
            )
        asked = asked_of(export, self.instrument, self._options)
        changing = [role for role in ("weight", "wave", "parent") if role in asked.keys]
        if changing:
            names = [asked.keys[role] for role in changing]
            raise InputError(
                f"{self.source.name} has {quoted(changing)} in {quoted(names)}, which change what "
                "groups are or how they are averaged; counts know them not: read it whole with "
                "--no-large, or give it without these columns"
            )
        return asked

    @cached_property
    def _options(self) -> Options:
        study = self.study
        keys = study.columns.model_dump(exclude_none=True)
        items = [item.id for item in self.instrument.items]
        return Options(
            study.invalid, study.previews, study.unfinished, "keep", False,
            keys.pop("group", None), keys, read_map(study.map),
            missing_codes_of(study.missing_codes, items), study.answers_as, study.decimal,
            study.unticked_consent,
        )  # fmt: skip

    def read(self, frame: pd.DataFrame, export: str, first: int) -> Portion:
        """Return some rows, read, screened and scored.

        Parameters
        ----------
        frame
            The rows.
        export, first
            Where they stand, and how many rows of it come before.

        Raises
        ------
        ReadError
            When nothing can be read, or answers lie outside their scale.
        """
        group, member = self.asked.keys["group"], self.asked.keys.get("member")
        labels = key_labels(frame[group])
        there = labels != ""
        codes = None if member is None else key_labels(frame[member])
        if codes is not None and kinds_in(set(codes)):
            raise ReadError(f"{self.source.name}: {PERSONAL}")
        # whose rows they are is settled here, for all stretches alike
        plain = frame.assign(**{group: "g"} | ({} if member is None else {member: ""}))
        read = self._read(plain[there], f"{export}, rows {first + 1:,} to {first + len(frame):,}")
        rows = np.flatnonzero(there)[read.persons["row"].to_numpy() - 1]
        own = {"group": labels[rows], "row": rows + first + 1, "export": export}
        own |= {} if codes is None else {"member": codes[rows]}
        read = with_fields(read, persons=read.persons.assign(**own))
        read, flagged = self._screened(read)
        entries = list(read.record.entries)
        if not there.all():
            lost = int((~there).sum())
            text = f"{FRAME}Rows without a group."
            entries.append(Entry("responses", "left out", text, lost, "rows"))
        scores = score(read, minimum_answered=self.study.minimum_answered)
        entries += scores.record.entries[len(read.record.entries) :]
        answered = scores.answered.add_suffix(".answered")
        return Portion(
            pd.concat([read.persons, scores.values, answered], axis=1),
            pd.concat([read.persons[["group"]], answer_frame(read, item_names(scores))], axis=1),
            _by_reason(read), flagged, tuple(self._named(entries)),
        )  # fmt: skip

    def _read(self, frame: pd.DataFrame, where: str) -> Responses:
        study = self.study
        keys = study.columns.model_dump(exclude_none=True)
        try:
            with warnings.catch_warnings():
                # said once of all stretches, by the record
                warnings.simplefilter("ignore", DataWarning)
                found = read_responses(
                    frame, self.instrument, group=keys.pop("group", None), columns=keys,
                    form=self.form, platform=study.platform, invalid=study.invalid,
                    column_map=study.map, language=_only(study, "language"),
                    country=_only(study, "country"), previews=study.previews,
                    unfinished=study.unfinished, duplicates="keep",
                    unticked_consent=study.unticked_consent, missing_codes=study.missing_codes,
                    answers_as=study.answers_as, decimal=study.decimal,
                )  # fmt: skip
        except CollectiveUseError as error:
            raise type(error)(f"{where}: {str(error).replace(FRAME, '')}") from error
        numbered = [e.text for e in found.record.entries if e.text.startswith(NUMBERED)]
        if numbered:
            raise ReadError(f"{where}: {PERSONAL}")
        self.form = found.form
        return found

    def _screened(self, read: Responses) -> tuple[Responses, dict[str, int]]:
        wanted = [name for name, value in self.study.screening.items() if value is not False]
        if not wanted:
            return read, {}
        numbers = {
            name: float(value)
            for name, value in self.study.screening.items()
            if not isinstance(value, (bool, str))
        }
        rules = chosen_rules(numbers)
        indices, reasons = person_indices(read)
        for name in wanted:
            if name in reasons and "nobody" not in reasons[name]:
                raise InputError(f"screening rule {name} cannot be computed: {reasons[name]}")
        flags = {name: beyond(rules[name], indices[name]) for name in wanted}
        bad = np.logical_or.reduce(list(flags.values()))
        flagged = {name: int(flag.sum()) for name, flag in flags.items()} | {"": int(bad.sum())}
        if self.study.careless == "keep":
            return read, flagged
        record = read.record
        for name, flag in flags.items():
            text = f"Flagged by screening rule {name} {rules[name]}."
            record = record.note("responses", "left out", text, count=int(flag.sum()), of="persons")
        return _some(read, ~bad, record), flagged

    def _named(self, entries: Sequence[Entry]) -> list[Entry]:
        kept = [e for e in entries if not e.text.startswith("Nobody answered")]
        kept = [e for e in kept if e.text != f"{FRAME}Taken from a data frame."]
        return [
            replace(
                entry,
                text=entry.text.replace(FRAME, f"{self.source.name}: "),
                what=() if entry.of in SUMMED else entry.what,
            )
            for entry in kept
        ]


def key_labels(column: pd.Series) -> Array:
    """Return (N,) texts of a key column, as reading keeps them; "" where there is none.

    Examples
    --------
    >>> key_labels(pd.Series([1.0, None, " b "])).tolist()
    ['1', '', 'b']
    """
    codes, values = pd.factorize(column, use_na_sentinel=True)
    texts = [clean_key(value_text(value)) for value in values]
    return np.array([*texts, ""], dtype=object)[codes]


def check_labels(labels: Sequence[str], where: str) -> None:
    """Raise where the names of groups tell of persons."""
    check_keys(where, "group", labels)
    kinds = kinds_in(labels)
    if kinds:
        raise InputError(
            f"{where}: names of groups are personal details ({', '.join(kinds)}); give the groups "
            "codes first, or read it whole with --no-large, which numbers them"
        )


def joined(records: Sequence[Sequence[Entry]]) -> Record:
    """Return what all stretches say, each sentence once, with the rows of all.

    Examples
    --------
    >>> one = Entry("responses", "left out", "Rows without a group.", 2, "rows")
    >>> joined([[one], [one]]).entries[0].count
    4
    """
    found: dict[tuple[str, str, str], Entry] = {}
    for entry in (entry for record in records for entry in record):
        key = (entry.room, entry.kind, entry.text)
        old = found.get(key)
        if old is None:
            found[key] = entry
        elif entry.of in SUMMED:
            found[key] = replace(old, count=(old.count or 0) + (entry.count or 0))
    # a rule that flags nobody in any stretch is no news
    return Record(tuple(entry for entry in found.values() if entry.count != 0))


def added(dicts: Sequence[PlainDict], plus: Callable[[int, int], int] = int.__add__) -> PlainDict:
    """Return sums of numbers by name, also where mappings hold mappings.

    Examples
    --------
    >>> added([{"a": 1, "b": {"c": 2}}, {"b": {"c": 3}}])
    {'a': 1, 'b': {'c': 5}}
    """
    found: PlainDict = {}
    for one in dicts:
        for name, value in one.items():
            old = found.get(name)
            if isinstance(value, dict):
                found[name] = added([old or {}, value], plus)
            else:
                found[name] = value if old is None else plus(old, value)
    return found


def _by_reason(read: Responses) -> dict[str, dict[str, int]]:
    found = {}
    for name in read.reasons.columns:
        counts = np.bincount(read.reasons[name].cat.codes, minlength=len(REASONS)).tolist()
        found[str(name)] = {why: n for why, n in zip(REASONS, counts, strict=True) if n}
    return found


def _some(read: Responses, stay: Array, record: Record) -> Responses:
    return with_rows(read, stay, rosters={}, record=record)


def _only(study: Study, name: str) -> str | None:
    """Return what is declared for all exports alike."""
    told = {getattr(entry, name) for entry in study.exports}
    if len(told) > 1:
        raise InputError(f"{name} must be the same for all files of a survey that is counted")
    value = told.pop()
    return None if value is None else str(value)


def check_rules(study: Study) -> None:
    """Raise for screening rules that look at all persons at once."""
    chosen_rules(dict.fromkeys(study.screening, 0.0))
    beyond_one = [name for name in study.screening if name not in BY_PERSON]
    if beyond_one:
        raise InputError(
            f"screening rules must look at one person alone ({quoted(BY_PERSON, most=9)}), got "
            f"{quoted(beyond_one)}, which compare all persons: read the survey whole with "
            "--no-large"
        )
