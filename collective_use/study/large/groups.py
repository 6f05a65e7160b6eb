"""Tables of groups, measure by measure, so that one measure is in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from collective_use.checks import did_you_mean, quoted
from collective_use.disclosure import Disclosure
from collective_use.errors import InputError
from collective_use.groups.aggregate import aggregate
from collective_use.groups.counts.survey import SurveyCounts
from collective_use.groups.disclosure.figures import MEANS
from collective_use.groups.disclosure.full import full_tables
from collective_use.groups.disclosure.shown import Shown, for_others
from collective_use.groups.disclosure.totals import record_for_others
from collective_use.groups.results import Groups
from collective_use.instrument.model import Instrument, Measure
from collective_use.output import csv_bytes
from collective_use.progress import step
from collective_use.record import Entry, Record
from collective_use.study.large.sources import AT_ONCE
from collective_use.study.outputs import FULL
from collective_use.study.settings import Study
from collective_use.study.telling import spoken, table_beside

NAMED = 50
"""Groups that one entry of the account names; it counts all."""

LAST = ("groups_failing", "verdict", "explanation", "rules", "refused", "not_computed")
"""Columns that end the table of measures."""

_BOM = "\ufeff".encode()


@dataclass
class Stacked:
    """A table of one frame a measure, kept on disk until all its columns are known.

    Attributes
    ----------
    name
        The file that it becomes.
    folder
        Where frames wait.
    """

    name: str
    folder: Path
    frames: list[Path] = field(default_factory=list)
    columns: dict[str, None] = field(default_factory=dict)

    def add(self, frame: pd.DataFrame) -> None:
        """Keep the rows of one measure."""
        path = self.folder / f"{self.name.replace('/', '-')}.{len(self.frames)}.waiting"
        frame.to_parquet(path, index=False)
        self.frames.append(path)
        self.columns |= dict.fromkeys(map(str, frame.columns))

    def write(self, folder: Path, last: Sequence[str], language: str) -> pd.DataFrame:
        """Write all rows, the columns of each measure in one order; return the first rows."""
        names = [name for name in self.columns if name not in last]
        names += [name for name in last if name in self.columns]

        def frames() -> Iterator[pd.DataFrame]:
            for path in self.frames:
                yield pd.read_parquet(path).reindex(columns=names)
                path.unlink()

        return written(folder / self.name, frames(), language)


def written(path: Path, frames: Iterable[pd.DataFrame], language: str) -> pd.DataFrame:
    """Write frames with the same columns as one CSV file; return its first rows."""
    head, mark = pd.DataFrame(), False
    with path.open("wb") as file:
        for frame in frames:
            for start in range(0, max(1, len(frame)), AT_ONCE):
                part = _told(frame.iloc[start : start + AT_ONCE], language)
                text = csv_bytes(part)
                mark |= text.startswith(_BOM)
                text = text.removeprefix(_BOM)
                file.write(text if file.tell() == 0 else text.partition(b"\n")[2])
                head = part.head() if head.empty else head
    if mark:
        _with_mark(path)
    return head


@dataclass(frozen=True)
class Grouped:
    """What became of all measures.

    Attributes
    ----------
    heads
        File name to the first rows of its table.
    values, measures, exact
        Groups and measures as others may see them, and exact measures for the analyst.
    record
        What was decided and left out.
    rule
        By which small groups are withheld.
    """

    heads: dict[str, pd.DataFrame]
    values: pd.DataFrame
    measures: pd.DataFrame
    exact: pd.DataFrame
    record: Record
    rule: Disclosure


def write_groups(counted: SurveyCounts, study: Study, folder: Path, waiting: Path) -> Grouped:
    """Aggregate every measure and write groups.csv, agreement.csv and measures.csv.

    Parameters
    ----------
    counted
        The survey.
    study
        Its settings.
    folder
        The result folder under construction.
    waiting
        Where rows wait until all measures are known.
    """
    language, cutoffs = spoken(study.lang), study.all_cutoffs()
    seen = _Tables.of("", waiting)
    exact = _Tables.of(f"{FULL}/", waiting)
    record: dict[Entry, None] = {}
    wanted = wanted_measures(counted.instrument, study)
    shown: Shown | None = None
    # of measures that share items the first shows its means, as where all are at hand
    held: set[str] = set()
    for place, measure in enumerate(wanted):
        step("groups", place, len(wanted))
        groups = aggregate(
            counted, cutoffs=cutoffs, measures=[measure.id], nulls=study.null_distributions,
            repetitions=study.repetitions, seed=study.seed, by_item=False,
        )  # fmt: skip
        shown = for_others(groups, cutoffs=cutoffs, shown_items=held)
        part = groups.evidence[measure.id]
        if part.composition in MEANS and held.isdisjoint(part.items):
            held.update(part.items)
        seen.add(measure.id, shown.values, shown.agreement, shown.measures)
        if study.full:
            values, agreement = full_tables(groups, cutoffs)
            exact.add(measure.id, values, agreement, groups.measures_frame())
        record |= dict.fromkeys(_entries(groups, shown))
    step("groups", 1, 1)
    heads = seen.write(folder, language)
    if study.full:
        (folder / FULL).mkdir()
        heads |= exact.write(folder, language)
    if shown is None:
        raise AssertionError("an instrument has at least one measure")
    return Grouped(
        heads, seen.values, seen.stacked(), exact.stacked(), Record(tuple(record)), shown.rule
    )


def wanted_measures(bank: Instrument, study: Study) -> list[Measure]:
    """Return the measures that a study asks for; all by default.

    Raises
    ------
    InputError
        When the instrument has none of that name.
    """
    known = {measure.id: measure for measure in bank.measures}
    for name in study.measures:
        if name not in known:
            raise InputError(
                f"measures must be among {quoted(known)}, got {name!r}{did_you_mean(name, known)}"
            )
    return [known[name] for name in study.measures or known]


@dataclass
class _Tables:
    """The three tables of groups, as they grow."""

    prefix: str
    agreement: Stacked
    values: pd.DataFrame = field(default_factory=pd.DataFrame)
    measures: list[pd.DataFrame] = field(default_factory=list)

    @classmethod
    def of(cls, prefix: str, waiting: Path) -> _Tables:
        return cls(prefix, Stacked(f"{prefix}agreement.csv", waiting))

    def add(
        self, measure: str, values: pd.DataFrame, agreement: pd.DataFrame, row: pd.DataFrame
    ) -> None:
        if self.values.empty:
            self.values = values
        elif measure in values:
            self.values[measure] = values[measure]
        self.agreement.add(agreement)
        self.measures.append(row)

    def stacked(self) -> pd.DataFrame:
        """Return the table of measures."""
        if not self.measures:
            return pd.DataFrame()
        rows = [record for frame in self.measures for record in frame.to_dict("records")]
        frame = pd.DataFrame(rows)
        last = [name for name in LAST if name in frame]
        return frame[[name for name in frame if name not in last] + last]

    def write(self, folder: Path, language: str) -> dict[str, pd.DataFrame]:
        frames = {"groups.csv": self.values, "measures.csv": self.stacked()}
        names = {f"{self.prefix}{name}": frame for name, frame in frames.items()}
        heads = {n: written(folder / n, [frame], language) for n, frame in names.items()}
        last = ("passes", "reason")
        heads[self.agreement.name] = self.agreement.write(folder, last, language)
        return heads


def _entries(groups: Groups, shown: Shown) -> list[Entry]:
    """Return the record of one measure as others may see it, with few names."""
    record = record_for_others(groups.record, groups, shown.rule).joined(shown.record)
    return [
        replace(entry, what=entry.what[:NAMED]) if entry.of == "groups" else entry
        for entry in record.entries
    ]


def _told(frame: pd.DataFrame, language: str) -> pd.DataFrame:
    return table_beside(frame, language) if language else frame


def _with_mark(path: Path) -> None:
    """Put the mark of UTF-8 before a file that was written piece by piece."""
    marked = path.with_name(f"{path.name}.marked")
    with path.open("rb") as old, marked.open("wb") as new:
        new.write(_BOM)
        while block := old.read(1 << 22):
            new.write(block)
    marked.replace(path)
