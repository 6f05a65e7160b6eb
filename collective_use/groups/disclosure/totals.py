"""Roll-ups over groups: what a mean over all groups would give away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from collective_use.disclosure import Disclosure
from collective_use.groups.disclosure.figures import Sight
from collective_use.groups.results import Groups
from collective_use.record import Record

WORDS = (
    "measure", "construct", "composition", "aggregation", "source", "items", "persons", "groups",
    "mean_size", "null", "rules", "refused", "not_computed", "index",
)  # fmt: skip
"""Columns of the table of measures that hold no figure about answers."""


def measures_for_others(
    measures: pd.DataFrame, seen: Mapping[str, Sight], rule: Disclosure
) -> pd.DataFrame:
    """Return the table of measures with the rows withheld that rest on too few people.

    A figure over all groups is the figure of a small group where that group is alone, and
    is the answer of few people where few answered in total.
    """
    frame = measures.copy()
    for row, name in frame["measure"].items():
        view = seen[str(name)]
        answering = float(view.n.sum())
        if view.exact or not answering or rule.shows(answering):
            continue
        for column in frame.columns:
            if column not in WORDS:
                numeric = pd.api.types.is_numeric_dtype(frame[column])
                frame.loc[row, column] = float("nan") if numeric else None
        frame.loc[row, "explanation"] = rule.withheld(answering) + "."
        frame.loc[row, "verdict"] = "withheld"
    return frame


def record_for_others(record: Record, groups: Groups, rule: Disclosure) -> Record:
    """Return a record in which no small group is named as failing a check of its answers.

    That a group of three disagrees tells each member how far the two others are off.
    """
    parts = groups.values[[n for n in ("group", "wave") if n in groups.values.columns]].astype(str)
    names = [" / ".join(row) for row in parts.itertuples(index=False, name=None)]
    small = {n for n, size in zip(names, groups.values["n"], strict=True) if not rule.shows(size)}
    entries = [
        replace(entry, what=tuple(name for name in entry.what if name not in small))
        if entry.room == "groups" and entry.kind == "note" and entry.of == "groups"
        else entry
        for entry in record.entries
    ]
    return Record(tuple(entries))
