"""A survey larger than memory by its instrument: every measure counted where the answers lie."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from collective_use.accepted import Found, Given, PlainDict
from collective_use.checks import did_you_mean, number_between, quoted
from collective_use.errors import InputError
from collective_use.frames import frame_of
from collective_use.groups.counts import tables
from collective_use.groups.counts.count import Engine, check_columns, counts_of, engine_of
from collective_use.groups.counts.count import groups_of as groups_in
from collective_use.groups.counts.known import Known
from collective_use.groups.counts.plan import Plan, plan_of
from collective_use.groups.counts.result import GroupCounts
from collective_use.groups.keys import GroupKeys
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument, Item, Measure
from collective_use.numerics.groups.person_sums import PersonSums
from collective_use.numerics.types import Bools
from collective_use.results import Result, Table, plain, table_of
from collective_use.scores.score import enough

SAMPLE = 20_000
"""Persons of the sample that is named where sums are not enough."""


@dataclass(frozen=True)
class SurveyCounts(Result):
    """Answers of a whole survey, counted by group where they lie, measure by measure.

    For the analyst: nothing is rounded or withheld (docs/privacy.md).

    Attributes
    ----------
    instrument
        The instrument that says what the codes are.
    group
        The column of the group.
    columns
        Item id to column, of the items that the source holds.
    minimum_answered
        The rule of all measures; None leaves it to each.
    missing
        Codes that stand for no answer, beside those of the scales, by item.

    Examples
    --------
    >>> import collective_use as cu
    >>> counted = cu.count_survey(cu.sample_path("lq2002.csv"), "lq2002")
    >>> len(counted.groups), counted.persons
    (49, 2042)
    >>> cu.aggregate(counted, repetitions=0).evidence["lead"].verdict
    'supported under the uniform null only'
    """

    instrument: Instrument
    group: str
    columns: Mapping[str, str]
    minimum_answered: float | None
    missing: Mapping[str, tuple[float, ...]]
    _engine: Engine = field(repr=False)
    _known: Known = field(repr=False)

    @property
    def groups(self) -> tuple[str, ...]:
        """(G,) labels in natural order."""
        return self._known.labels

    @property
    def size(self) -> pd.Series:
        """(G,) persons of each group, by label."""
        return pd.Series(self._known.size, index=list(self.groups), name="size")

    @cached_property
    def keys(self) -> GroupKeys:
        """The groups with their sizes; who belongs to them is not known. Made once."""
        frame = pd.DataFrame({"group": list(self.groups), "n": self._known.size})
        frame["members"] = np.nan
        frame["response_rate"] = np.nan
        return GroupKeys(frame, np.empty(0, dtype=np.intp), self.groups)

    @property
    def persons(self) -> int:
        """How many persons there are."""
        return int(self._known.size.sum())

    @property
    def engine(self) -> str:
        """What counts."""
        return self._engine.name

    @property
    def opened(self) -> Found:
        """The source as its engine holds it."""
        return self._engine.table

    @property
    def by_tables(self) -> bool:
        """Whether another library counts, through narwhals; else Arrow does, batch by batch."""
        return self._engine.module is tables

    def plan(self, measure: Measure) -> Plan | None:
        """Return what is added up for a measure; None where no item of it is in the source.

        Parameters
        ----------
        measure
            A measure of statements.
        """
        names = [name for name in measure.items if name in self.columns]
        if not names:
            return None
        least = measure.minimum_answered if self.minimum_answered is None else self.minimum_answered
        items = [self.instrument.get_item(name) for name in names]
        column = [self.columns[name] for name in names]
        options, missing = {}, {}
        for item, name in zip(items, column, strict=True):
            scale = self.instrument.get_scale(str(item.scale))
            options[name] = scale.codes
            told = [float(m.code) for m in scale.missing if m.code is not None]
            told += self.missing.get(item.id, ())
            missing[name] = [code for code in told if code not in scale.codes]
        turned = [name for item, name in zip(items, column, strict=True) if item.reverse]
        return plan_of(
            self.group, column, options, missing, turned, min(enough(len(names), least), len(names))
        )

    def counts(self, measure: str, told: Callable[[int], None] | None = None) -> GroupCounts:
        """Count the answers to a measure by group; a pass over its columns.

        Parameters
        ----------
        measure
            Its id.
        told
            Called with the rows of each batch, where the engine goes by batches.

        Raises
        ------
        InputError
            When there is no such measure, or none of its items is in the source.
        """
        plan = self.plan(self.instrument.get_measure(measure))
        if plan is None:
            raise InputError(f"measure must have items in the source, {measure!r} has none")
        return counts_of(self._engine, self._known, plan, told)

    def person_sums(
        self, counts: GroupCounts, judged: Bools, told: Callable[[int], None] | None = None
    ) -> PersonSums:
        """Return sums over persons that random groups and alpha need; a second pass.

        Parameters
        ----------
        counts
            From `counts`.
        judged
            (G,) groups whose persons are exchanged.
        told
            As in `counts`.
        """
        whole = len(counts.answered_items)
        return self._engine.module.person_sums(
            self._engine.table, counts.plan, self._known, judged, whole, told
        )

    @cached_property
    def _order(self) -> list[int]:
        """Groups in the order of the SHA-256 of their labels: the same wherever they are."""
        keys = [hashlib.sha256(label.encode()).digest() for label in self.groups]
        return sorted(range(len(keys)), key=keys.__getitem__)

    def sample_groups(self, persons: int = SAMPLE) -> tuple[str, ...]:
        """Return whole groups for a sample: those whose labels have the least SHA-256.

        No generator of chance is asked, so that every engine and every machine draws the same.

        Parameters
        ----------
        persons
            Groups are taken until they hold as many persons.

        Raises
        ------
        InputError
            When it is not above 0.

        Examples
        --------
        >>> import collective_use as cu
        >>> counted = cu.count_survey(cu.sample_path("lq2002.csv"), "lq2002")
        >>> counted.sample_groups(100)
        ('55', '49', '9', '50', '46')
        """
        number_between("persons", persons, 0, 1e12, open_low=True)
        return tuple(self.groups[k] for k in self._drawn(persons))

    def _drawn(self, persons: int) -> list[int]:
        until = np.cumsum(self._known.size[self._order])
        last = int(np.searchsorted(until, min(persons, self.persons)))
        return self._order[: last + 1]

    def sample(self, persons: int = SAMPLE) -> pd.DataFrame:
        """Return the rows of `sample_groups`, with the columns of the group and the items.

        What cannot be had from sums is computed from it: ``cu.read_responses(counted.sample(),
        instrument)`` and on.

        Parameters
        ----------
        persons
            As in `sample_groups`.

        Returns
        -------
        pandas.DataFrame
            A row a person, sorted by group; the order inside a group is the source's.
        """
        wanted = set(self.sample_groups(persons))
        place = {label: k for k, label in enumerate(self.groups)}
        chosen = np.zeros(len(self.groups), dtype=bool)
        chosen[[place[label] for label in wanted]] = True
        raw = self._known.raw[chosen[self._known.place]]
        names = [self.group, *dict.fromkeys(self.columns.values())]
        frame: pd.DataFrame = self._engine.module.rows_of(
            self._engine.table, self.group, raw.to_list(), names
        )
        order = self._known.rows_of(frame[self.group]).argsort(kind="stable")
        return frame.iloc[order].reset_index(drop=True)

    def sample_named(self) -> str:
        """Say which sample holds what sums do not tell."""
        drawn = self._drawn(SAMPLE)
        persons = int(self._known.size[drawn].sum())
        return (
            f"sums do not tell it: it takes the answers of persons, a sample of {len(drawn):,} "
            f"whole groups with {persons:,} persons (SurveyCounts.sample)"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a measure: how many of its items the source holds."""
        rows = [
            {
                "measure": measure.id,
                "composition": measure.composition,
                "items": sum(name in self.columns for name in measure.items),
                "items_of": len(measure.items),
            }
            for measure in self.instrument.measures
        ]
        return frame_of(rows)

    def to_dict(self) -> PlainDict:
        """Return plain values; the instrument by its id and version, groups with their sizes."""
        return {
            "instrument": {"id": self.instrument.id, "version": self.instrument.version},
            **{name: plain(getattr(self, name)) for name in ("group", "columns", "missing")},
            "minimum_answered": self.minimum_answered,
            "size": {label: int(n) for label, n in self.size.items()},
        }

    def tables(self) -> tuple[Table, ...]:
        """Return what will be counted, a row a measure."""
        note = f"{self.persons:,} persons in {len(self.groups):,} groups, counted by {self.engine}."
        return (table_of(f"Survey by {self.instrument.id}", self.to_frame(), notes=(note,)),)


def count_survey(
    source: Given,
    instrument: Instrument | str | Path,
    *,
    group: str | None = None,
    columns: Mapping[str, str] | None = None,
    missing_codes: Mapping[str, tuple[float, ...]] | tuple[float, ...] = (),
    minimum_answered: float | None = None,
) -> SurveyCounts:
    """Open a survey larger than memory, to be aggregated from counts alone.

    Answers must be codes in columns of numbers; one row is one person, and all count. Screening,
    members files, waves and labels as answers are for `read_responses`.

    Parameters
    ----------
    source
        As `statistics_of` takes it: a Parquet or CSV file, a folder, a pattern, an Arrow table, or
        a table of pandas, polars, DuckDB, PySpark or Ibis.
    instrument
        The instrument, its file or its name.
    group
        The column of the group, where it is not the one that the instrument declares.
    columns
        Column of an item by its id, where it is neither the id nor a declared platform name.
    missing_codes
        Codes that stand for no answer, for all items or by item; those of the scales are known.
    minimum_answered
        As `score` takes it.

    Returns
    -------
    SurveyCounts
        ``cu.aggregate`` takes it; nothing but the groups has been counted yet.

    Raises
    ------
    InputError
        When a column is not there or holds no numbers, or persons have no group.
    ReadError
        When a file cannot be read.
    NotSupported
        When narwhals is needed and not installed.

    Examples
    --------
    >>> import collective_use as cu
    >>> counted = cu.count_survey(cu.sample_path("lq2002.csv"), "lq2002")
    >>> counted.counts("tsig").answered[0].tolist()
    [0, 0, 0, 24]
    """
    bank = as_instrument(instrument)
    if minimum_answered is not None:
        number_between("minimum_answered", minimum_answered, 0, 1000, open_low=True)
    engine = engine_of(source)
    kinds = engine.types()
    key = group or bank.columns.group or "group"
    found = _item_columns(bank, kinds, columns or {})
    if not found:
        raise InputError(
            f"columns must hold items of the instrument {bank.id!r}, got {quoted(kinds, most=8)}"
        )
    check_columns(kinds, (key, *found.values()), tuple(found.values()))
    return SurveyCounts(
        bank, key, found, minimum_answered, _missing(missing_codes, found), engine,
        groups_in(engine, key),
    )  # fmt: skip


def _item_columns(
    bank: Instrument, kinds: Mapping[str, str], given: Mapping[str, str]
) -> dict[str, str]:
    known = {item.id: item for item in bank.items}
    for name in given:
        if name not in known:
            raise InputError(
                f"columns must name items of {bank.id!r}, got {name!r}{did_you_mean(name, known)}"
            )
    found = {}
    for item in bank.items:
        if item.kind == "likert" and item.scale:
            wanted = [given[item.id]] if item.id in given else _names_of(item)
            there = [name for name in wanted if name in kinds]
            if there:
                found[item.id] = there[0]
            elif item.id in given:
                check_columns(kinds, wanted, ())
    return found


def _names_of(item: Item) -> list[str]:
    return [item.id, *item.platform_names.values()]


def _missing(
    given: Mapping[str, tuple[float, ...]] | tuple[float, ...], items: Mapping[str, str]
) -> dict[str, tuple[float, ...]]:
    if isinstance(given, Mapping):
        return {name: tuple(float(code) for code in codes) for name, codes in given.items()}
    return {name: tuple(float(code) for code in given) for name in items}
