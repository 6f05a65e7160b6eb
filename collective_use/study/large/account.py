"""The account of a large survey: what was decided, left out and counted."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from collective_use.accepted import PlainDict
from collective_use.checks import quoted
from collective_use.cutoffs import cutoffs_with
from collective_use.groups.counts.survey import SurveyCounts
from collective_use.record import Record
from collective_use.responses.answers.cells import REASONS
from collective_use.study.large.files import Files
from collective_use.study.large.groups import Grouped
from collective_use.study.large.parts import entries_of
from collective_use.study.large.reading import FRAME, Reader, added, joined
from collective_use.study.large.sources import Source
from collective_use.study.meanings import OUTPUT_SCHEMA
from collective_use.study.outputs import instrument_place
from collective_use.study.provenance import file_hash, versions
from collective_use.study.settings import Study
from collective_use.study.settings import shown as settings_shown

UNUSED = ("partner", "country", "language")
"""Columns of persons by which a survey that is read whole is looked at, too."""

NOT_MADE = "table1.csv, methods.md and facet scores of groups are not made from counts."


def instrument_hash(study: Study) -> str:
    """Return the SHA-256 of the instrument."""
    return file_hash(instrument_place(study.instrument))


def account_of(
    study: Study, reader: Reader, counted: SurveyCounts, grouped: Grouped,
    told: list[PlainDict], why: str,
) -> PlainDict:  # fmt: skip
    """Return the content of run.json.

    Parameters
    ----------
    study, reader, counted, grouped
        The settings, what read, what was counted, and what became of groups.
    told
        What the finished parts say, a mapping a portion.
    why
        Why it was counted where it lies.
    """
    record = joined([entries_of(one) for one in told])
    record = _left_out(reader).joined(record)
    silent = [name for name, valid in answers_of(told)["valid"].items() if not valid]
    if silent:
        text = f"Nobody answered {quoted(silent)}."
        record = record.note("responses", "warning", text, count=len(silent), of="items")
    unused = [role for role in UNUSED if role in reader.asked.keys]
    for role in unused:
        column = quoted([reader.asked.keys[role]])
        text = (
            f"Nothing is computed by {role} ({column}) where answers are counted; the file of "
            "persons has the column, and --no-large reads the survey whole."
        )
        record = record.note("study", "warning", text)
    record = record.joined(grouped.record).note("study", "note", NOT_MADE)
    if why:
        record = record.note("study", "decision", why)
    kinds = {
        "decisions": "decision", "left_out": "left out", "changed": "changed",
        "warnings": "warning", "notes": "note",
    }  # fmt: skip
    return {
        "command": "score",
        "schema": OUTPUT_SCHEMA,
        "versions": versions(),
        "instrument": {
            "id": reader.instrument.id,
            "version": reader.instrument.version,
            "sha256": instrument_hash(study),
        },
        "inputs": [_input(reader.source)],
        "settings": settings_shown(study),
        "cutoffs": {
            name: {"value": rule.value, "direction": rule.direction, "source": rule.source}
            for name, rule in cutoffs_with(study.all_cutoffs()).items()
        },
        "counts": {
            "persons": counted.persons,
            "groups": len(counted.groups),
            "measures": len(grouped.measures),
        },
        "models": {},
        "not_fitted": {},
        **{
            name: [entry.to_dict() for entry in record.of_kind(kind)]
            for name, kind in kinds.items()
        },
    }


def answers_of(told: list[PlainDict]) -> pd.DataFrame:
    """Return a row an item: valid answers, and missing ones by reason."""
    items: dict[str, dict[str, int]] = added([one["items"] for one in told])
    frame = pd.DataFrame.from_dict(items, orient="index").fillna(0).astype("int64")
    names = [name for name in REASONS if name in frame]
    return frame.reindex(columns=names if "" in names else ["", *names], fill_value=0).rename(
        columns={"": "valid"}
    )


def _left_out(reader: Reader) -> Record:
    """Return which columns of the source are not read."""
    entries = reader.asked.record.entries
    named = [replace(e, text=e.text.replace(FRAME, f"{reader.source.name}: ")) for e in entries]
    return Record(tuple(named))


def _input(source: Source) -> PlainDict:
    files = len(source.paths) if isinstance(source, Files) else 0
    return {"name": source.name, "rows": source.rows, "bytes": source.size, "files": files}
