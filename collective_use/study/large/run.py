"""A large survey from where it lies to the ordinary folder of results."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd

from collective_use._version import __version__
from collective_use.accepted import Given, PlainDict
from collective_use.errors import InputError
from collective_use.groups.counts.survey import SurveyCounts, count_survey
from collective_use.instrument.library import load_instrument
from collective_use.instrument.model import Instrument
from collective_use.output import (
    LOG_FILE,
    RUN_FILE,
    csv_bytes,
    json_bytes,
    result_folder,
    write_run,
)
from collective_use.progress import step
from collective_use.results import Result, Table, table_of
from collective_use.study.dictionary import dictionary_frame
from collective_use.study.large.account import account_of, answers_of, instrument_hash
from collective_use.study.large.groups import wanted_measures, write_groups
from collective_use.study.large.parts import Parts
from collective_use.study.large.persons import PERSONS, check_once, write_persons
from collective_use.study.large.reading import (
    Portion,
    Reader,
    added,
    check_labels,
)
from collective_use.study.large.road import Road, refuse_what_counts_cannot, road_of
from collective_use.study.large.sources import Stretch
from collective_use.study.large.tables import rows_of
from collective_use.study.outputs import FULL, FULL_MEANINGS, MEANINGS, log_of
from collective_use.study.settings import Study, study_from
from collective_use.study.telling import account_beside, spoken, table_beside
from collective_use.study.walk import named_instrument

WRITTEN = ("groups.csv", "agreement.csv", "measures.csv", "dictionary.csv", RUN_FILE, LOG_FILE)

OPTIONS = (
    "columns", "form", "platform", "invalid", "previews", "unfinished", "unticked_consent",
    "missing_codes", "answers_as", "decimal", "map", "encoding", "delimiter", "minimum_answered",
    "screening", "careless", "exports",
)  # fmt: skip
"""Settings that finished parts depend on."""


@dataclass(frozen=True)
class LargeRun(Result):
    """A large survey that was scored where it lies, and written.

    Attributes
    ----------
    folder
        Where.
    instrument
        What was scored.
    groups, measures
        Groups and measures as others may see them; exact measures where the study asks for all.
    run
        The content of run.json.
    files
        File names with what they hold.
    said
        Why it was counted where it lies, and what was found of an interrupted run.
    answers
        A row an item: ``valid`` answers, and why others are missing; exact, so it is in no file.
    flagged
        Screening rule to how many persons it flags, ``""`` for any rule; in no file either.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> frame = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002").to_frame()
    >>> done = cu.score_large(frame, "lq2002", tempfile.mkdtemp() + "/results", group="group",
    ...                       repetitions=0)
    >>> done.run["counts"]["persons"], done.to_frame()["measure"].tolist()
    (2042, ['lead', 'tsig', 'hostil'])
    """

    folder: Path
    instrument: Instrument
    groups: pd.DataFrame = field(repr=False)
    measures: pd.DataFrame = field(repr=False)
    run: PlainDict = field(repr=False)
    files: tuple[tuple[str, str], ...] = field(repr=False)
    said: tuple[str, ...] = ()
    answers: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    flagged: Mapping[str, int] = field(default_factory=dict, repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return a row a measure: reliability, ICCs, agreement, verdict."""
        return self.measures.copy()

    def to_dict(self) -> PlainDict:
        """Return the content of run.json."""
        return self.run

    def tables(self) -> tuple[Table, ...]:
        """Return the measures, what was left out, and the files."""
        entries = [*self.run["left_out"], *self.run["changed"], *self.run["warnings"]]
        left = [
            (entry["kind"], entry["count"], entry["text"])
            for entry in entries
            if entry["room"] != "groups"
        ]
        files = Table(f"Written into {self.folder}", ("file", "holds"), self.files)
        why = Table("Left out, changed, or worth a look", ("", "how many", "why"), tuple(left))
        shown = self.measures.reindex(
            columns=["measure", "composition", "groups", "alpha", "icc1", "icc2", "verdict"]
        )
        return (table_of("Measures", shown), *((why,) if left else ()), files)


def score_large(
    source: Given,
    instrument: str | Path,
    out: str | Path,
    *,
    group: str | None = None,
    **settings: Given,
) -> LargeRun:
    """Score a survey larger than memory where it lies: what `collective-use score` does by size.

    Rows come here some at a time, through the ordinary reader; persons.parquet is written as they
    come, and groups are aggregated from counts of answers, one measure in memory at a time. A run
    that is interrupted goes on from the parts that it finished; they hold persons' answers, lie
    beside `out` in a hidden folder and go when all is done.

    Parameters
    ----------
    source
        Parquet or CSV: a file, a folder, a pattern; ``duckdb://`` or ``postgres://`` with
        ``?table=``; a table of polars, DuckDB, PySpark or Ibis, or a data frame.
    instrument
        The instrument's file or name.
    out
        The folder of results, as `run_study` writes it.
    group
        The column of the group, where it is not the one that the instrument declares.
    settings
        Others by the names that a study file uses, such as ``invalid="missing"``.

    Raises
    ------
    InputError
        When a setting asks for all persons at once, or a column is not there.
    ReadError
        When rows cannot be read.
    OutputError
        When results cannot go to the place.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> out = tempfile.mkdtemp() + "/results"
    >>> done = cu.score_large(cu.sample_path("lq2002.csv"), "lq2002", out, repetitions=0)
    >>> sorted(path.suffix for path in done.folder.iterdir())
    ['.csv', '.csv', '.csv', '.csv', '.json', '.json', '.parquet']
    """
    texts = [source] if isinstance(source, (str, Path)) else source
    named = isinstance(texts, (list, tuple)) and all(isinstance(t, (str, Path)) for t in texts)
    exports = [str(text) for text in texts] if named else ["table"]
    if group is not None:
        settings["columns"] = {**settings.get("columns", {}), "group": group}
    study = study_from(
        {**settings, "instrument": str(instrument), "exports": exports, "out": str(out)}
    )
    if named:
        return run_large(study, road_of(study, large=True))
    table = rows_of(source)
    if table is None:
        raise InputError(
            "source must be a file, a connection string or a table of a library that narwhals "
            f"knows, got {type(source).__name__}"
        )
    return run_large(study, Road(table, f"The table is counted by {table.name}."))


def run_large(study: Study, road: Road) -> LargeRun:
    """Score a survey along a road that has been chosen.

    Parameters
    ----------
    study
        The settings.
    road
        From `road_of`.

    Raises
    ------
    CollectiveUseError
        From the room that found something wrong; earlier results stay as they were.
    """
    started, source = time.time(), road.source
    if source is None:
        raise InputError("the road must have a source; exports are read whole by run_study")
    refuse_what_counts_cannot(study, source)
    instrument = load_instrument(named_instrument(study.instrument))
    wanted_measures(instrument, study)
    reader = Reader(study, instrument, source)
    with result_folder(study.out) as folder:
        parts = Parts.beside(Path(study.out).expanduser().resolve())
        found = parts.begin(_mark(study, reader))
        told = _read(reader, parts)
        counted = _counted(study, reader, parts, told)
        grouped = write_groups(counted, study, folder, parts.folder)
        heads = {PERSONS: write_persons(parts.files("persons"), folder), **grouped.heads}
        said = tuple(text for text in (road.why, found) if text)
        # whether a run was interrupted changes nothing of what it finds
        run = account_of(study, reader, counted, grouped, told, road.why)
        log = {**log_of(study, "score", started), "found": found}
        _write(study, folder, heads, run, instrument, log)
    parts.remove()
    measures = grouped.exact if study.full else grouped.measures
    return LargeRun(
        Path(study.out), instrument, grouped.values, measures, run, _meanings(study), said,
        answers_of(told), added([one["flagged"] for one in told]),
    )  # fmt: skip


def _mark(study: Study, reader: Reader) -> dict[str, str]:
    """Return what finished parts depend on, by what a reader calls it."""
    columns = reader.asked.columns
    chosen = {name: getattr(study, name) for name in OPTIONS}
    options = study.model_dump(mode="json", include=set(chosen))
    return {
        "the source": reader.source.mark(columns),
        "the instrument": instrument_hash(study),
        "the settings": json_bytes(options).decode(),
        "the version": __version__,
    }


def _read(reader: Reader, parts: Parts) -> list[PlainDict]:
    """Read every stretch that is not finished; return what all parts say."""
    asked, source = reader.asked, reader.source
    finished = parts.finished()
    told: list[PlainDict] = []
    done, total = 0, source.rows or _guessed(reader)
    for place, stretch in enumerate(source.stretches(asked.keys["group"]), start=1):
        name = f"part-{place:06d}"
        step("read", done, max(total, done))
        if name in finished:
            told += finished[name]["portions"]
        else:
            rows = partial(step, "read")
            portions = _portions(reader, stretch, done, total, rows)
            told += parts.write(name, portions)["portions"]
        done += stretch.rows
    if not told or not any(one["persons"] for one in told):
        raise InputError(f"{source.name}: no row holds an answer to a question")
    step("read", done, done)
    return told


def _portions(
    reader: Reader, stretch: Stretch, done: int, total: int, tell: partial[None]
) -> Iterator[Portion]:
    before = 0
    for table in stretch.fetch(reader.asked.columns):
        yield reader.read(table.to_pandas(), stretch.export, stretch.first + before)
        before += table.num_rows
        tell(done + before, max(total, done + before))


def _guessed(reader: Reader) -> int:
    """Return about how many rows a CSV file holds, by the length of its first ones."""
    head = reader.source.head()
    width = len(head.to_csv(index=False)) / max(1, len(head))
    return int((reader.source.size or 0) / max(1.0, width))


def _counted(study: Study, reader: Reader, parts: Parts, told: list[PlainDict]) -> SurveyCounts:
    if study.duplicates != "keep":
        check_once(parts.files("persons"), reader.source.name)
    items = [name for name in told[0]["items"] if _is_scored(reader.instrument, name)]
    counted = count_survey(
        [str(path) for path in parts.files("answers")], reader.instrument, group="group",
        columns={name: name for name in items}, minimum_answered=study.minimum_answered,
    )  # fmt: skip
    check_labels(counted.groups, reader.source.name)
    return counted


def _is_scored(instrument: Instrument, name: str) -> bool:
    item = next((one for one in instrument.items if one.id == name), None)
    return item is not None and item.kind == "likert" and item.scale is not None


def _write(
    study: Study, folder: Path, heads: dict[str, pd.DataFrame], run: PlainDict,
    instrument: Instrument, log: PlainDict,
) -> None:  # fmt: skip
    language = spoken(study.lang)
    dictionary = dictionary_frame(heads, instrument)
    if language:
        dictionary = table_beside(dictionary, language)
    (folder / "dictionary.csv").write_bytes(csv_bytes(dictionary))
    (folder / LOG_FILE).write_bytes(json_bytes(log))
    write_run(folder, account_beside(run, language) if language else run)


def _meanings(study: Study) -> tuple[tuple[str, str], ...]:
    named = {PERSONS: MEANINGS["persons.csv"]}
    named |= {name: MEANINGS[name] for name in WRITTEN}
    if study.full:
        named |= {
            name: text
            for name, text in FULL_MEANINGS.items()
            if name.removeprefix(f"{FULL}/") in WRITTEN
        }
    return tuple(named.items())
