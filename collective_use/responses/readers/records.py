"""Records of several rows: keys hold for all; a form may be sent off while another is not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from collective_use.record import Record
from collective_use.responses.files.raw import categorical, texts_of, used_texts
from collective_use.responses.readers.export import Export
from collective_use.responses.readers.times import order_of


def submitted(export: Export) -> np.ndarray | None:
    """Return the order in time of the rows; None where the export does not say for sure."""
    place = export.fields.get("submitted")
    return None if place is None else order_of(texts_of(export.raw.cells[place]).tolist())


def words_present(export: Export, places: Collection[int]) -> Export:
    """Empty cells of keys and free texts in which the platform says that there is no answer.

    Otherwise those who skipped the question would be a group called "(skipped)".

    Parameters
    ----------
    export
        The export.
    places
        Columns of keys and of words; in others the reason why there is no answer is kept.
    """
    if not export.missing:
        return export
    cells = export.raw.cells
    for place in places:
        texts, codes = used_texts(cells[place])
        bare = ["" if text.strip() in export.missing else text for text in texts]
        if bare != texts:
            if cells is export.raw.cells:
                cells = cells.copy()
            cells[place] = pd.Series(categorical(np.asarray([*bare, ""], dtype=object)[codes]))
    return replace(export, raw=replace(export.raw, cells=cells))


def keys_filled(export: Export, places: Mapping[str, int], record: Record) -> tuple[Export, Record]:
    """Fill keys that stand in one row of a record only into its other rows.

    A record whose rows name two different keys is left as it is: nobody can tell which holds.

    Parameters
    ----------
    export
        The export; nothing happens unless it has a column ``record``.
    places
        Key columns by role.
    record
        Where it is said.
    """
    place = export.fields.get("record")
    if place is None:
        return export, record
    of = pd.Series(texts_of(export.raw.cells[place]))
    cells = export.raw.cells
    count = 0
    for role, key in places.items():
        if role == "wave" or key == place:
            continue
        texts = pd.Series(texts_of(cells[key])).replace("", None)
        grouped = texts.groupby(of)
        only = grouped.transform("first").where(grouped.transform("nunique") == 1)
        gaps = texts.isna() & only.notna() & (of != "")
        if gaps.any():
            if cells is export.raw.cells:
                cells = cells.copy()
            filled = texts.where(~gaps, only).fillna("")
            cells[key] = pd.Series(categorical(filled.to_numpy(dtype=object)))
            count += int(gaps.sum())
    if not count:
        return export, record
    text = f"{export.raw.name}: Keys that stood in another row of the same record were filled in."
    record = record.note("responses", "changed", text, count=count, of="cells")
    return replace(export, raw=replace(export.raw, cells=cells)), record


def sent_only(
    export: Export, matched: Collection[int], keep: bool, record: Record
) -> tuple[Export, Record]:
    """Empty the answers of forms that were never sent off, beside others that were.

    Parameters
    ----------
    export
        The export; nothing happens unless it says which columns belong to which form.
    matched
        Places of the columns that hold answers.
    keep
        Whether rows never sent off are kept, and so these answers.
    record
        Where it is said.

    Returns
    -------
    tuple of Export and Record
        The export, whose rows count as unfinished where no form with answers was sent off.
    """
    asked = list(matched)
    if keep or not any(place in export.unsent for place in asked):
        return export, record
    none = np.zeros(len(export.raw.cells), dtype=bool)
    unsent = np.column_stack([export.unsent.get(place, none) for place in asked])
    filled = np.column_stack([texts_of(export.raw.cells[place]) != "" for place in asked])
    lost = unsent & filled
    sent = (~unsent & filled).any(axis=1)
    partly = lost & sent[:, None]
    cells = export.raw.cells
    if partly.any():
        cells = cells.copy()
        for number, place in enumerate(asked):
            if partly[:, number].any():
                texts = texts_of(cells[place])
                texts[partly[:, number]] = ""
                cells[place] = pd.Series(categorical(texts))
        text = f"{export.raw.name}: Answers of forms that were never sent off, beside others."
        record = record.note("responses", "left out", text, count=int(partly.sum()), of="cells")
    never = lost.any(axis=1) & ~sent
    before = export.unfinished if export.unfinished is not None else np.zeros(len(never), bool)
    return replace(
        export, raw=replace(export.raw, cells=cells), unfinished=before & ~sent | never
    ), record
