"""Facts of the group: from an informants file, or from an export that holds them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from collective_use.instrument.model import Instrument, Item
from collective_use.record import Record
from collective_use.responses.answers.stack import Piece


def group_facts(
    pieces: Sequence[Piece], instrument: Instrument, record: Record
) -> tuple[pd.DataFrame | None, Record]:
    """Return one row for each group from what several respondents may have said of it.

    One answer is taken as it is. Of several different ones, numbers give the median and
    choices the most frequent (the first among equals); each such group is recorded.
    """
    frames = []
    items = [item for item in instrument.items if item.role == "group"]
    for piece in pieces:
        columns: dict[str, object] = {"group": piece.persons["group"].to_numpy()}
        for item in items:
            for name, column in piece.block.columns.items():
                if column.item != item.id:
                    continue
                cells = piece.block.cells.get(name)
                columns[name] = piece.block.texts.get(name) if cells is None else cells.values
        frames.append(pd.DataFrame(columns))
    together = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    if together.shape[1] < 2:
        return None, record
    kinds = {item.id: item for item in items}
    rows = []
    for group, part in together.groupby("group", sort=False):
        row: dict[str, object] = {"group": group}
        for name in together.columns[1:]:
            row[str(name)], several = _agreed(part[name], kinds.get(str(name)))
            if several:
                text = f"Informants of group {group} differ on {name}; {several}."
                record = record.note("responses", "decision", text)
        rows.append(row)
    facts = pd.DataFrame(rows)
    said = facts.drop(columns="group").replace("", np.nan).notna().any(axis=1)
    return (facts[said].reset_index(drop=True) if said.any() else None), record


def _agreed(answers: pd.Series, item: Item | None) -> tuple[object, str]:
    """Return the value of the group, and in words how several became one."""
    numeric = pd.api.types.is_numeric_dtype(answers)
    given = answers.dropna() if numeric else answers[answers.fillna("") != ""]
    if given.empty:
        return (np.nan if numeric else ""), ""
    different = given.nunique() > 1
    if not different:
        return given.iloc[0], ""
    if numeric and item is not None and item.kind == "number":
        return float(given.median()), "the median was taken"
    counts = given.value_counts(sort=False)
    return counts.index[int(np.argmax(counts.to_numpy()))], "the most frequent was taken"
