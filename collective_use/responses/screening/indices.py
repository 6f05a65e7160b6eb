"""The indices of careless responding of all persons, with the reason where there is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from collective_use.instrument.model import Instrument
from collective_use.numerics.items import careless
from collective_use.platforms.columns import form_items
from collective_use.responses.held import answer_frame, answer_names, reason_frame
from collective_use.responses.keyed import keyed_items
from collective_use.responses.table import Responses


def pages(responses: Responses) -> list[list[str]]:
    """Return the Likert items in the answers, page by page as the form shows them.

    Without a known form there is one page: all items in the order of the instrument.
    """
    return pages_of(responses.instrument, answer_names(responses), responses.form)


def pages_of(instrument: Instrument, columns: Sequence[str], named: str | None) -> list[list[str]]:
    """Return the Likert items among columns, page by page as a form shows them.

    Parameters
    ----------
    instrument
        What is asked.
    columns
        Columns of answers, in the order of the instrument.
    named
        The id of the form; None for one page.
    """
    likert = {item.id for item in instrument.items if item.kind == "likert"}
    there = [name for name in columns if name in likert]
    if named is None:
        return [there]
    form = instrument.get_form(named)
    shown = [[name for name in block.items if name in there] for block in form.blocks]
    outside = [name for name in there if name not in form_items(form)]
    return [page for page in [*shown, outside] if page]


def all_indices(responses: Responses, critical: float) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return persons by indices, and why an index exists for nobody.

    Parameters
    ----------
    responses
        What to screen.
    critical
        From which correlation two items are psychometric synonyms.
    """
    raw = answer_frame(responses, _watched_items(responses)).to_numpy(dtype=float)
    alone, reasons = person_indices(responses)
    found = {name: alone.pop(name) for name in ("longstring", "irv", "even_odd")}
    found["mahalanobis_p"] = _mahalanobis_p(raw, reasons)
    for name, anto in (("synonyms", False), ("antonyms", True)):
        pairs = (
            careless.synonym_pairs(raw, critical, antonyms=anto) if raw.size else np.empty((0, 2))
        )
        found[name] = careless.psychometric_pairs(raw, pairs).value
        if len(pairs) < 3:
            side = "below -" if anto else "above "
            reasons[name] = f"{len(pairs)} item pairs correlate {side}{critical:g}; 3 are needed"
    found |= alone
    frame = pd.DataFrame(found, index=responses.persons.index)
    for name in frame.columns:
        if name not in reasons and frame[name].isna().all():
            reasons[str(name)] = "it exists for nobody"
    return frame, reasons


def person_indices(responses: Responses) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return (N,) indices that rest on one person's answers alone, and why one is for nobody.

    Parameters
    ----------
    responses
        Some persons or all of them: the indices of each are the same.
    """
    measure = _watched_items(responses)
    reasons: dict[str, str] = {}
    pages_ = [answer_frame(responses, page).to_numpy(dtype=float) for page in pages(responses)]
    runs = [careless.longstring(page).longest for page in pages_]
    found = {
        "longstring": np.fmax.reduce(runs) if runs else np.full(len(responses.persons), np.nan),
        "irv": careless.irv(answer_frame(responses, measure).to_numpy(dtype=float)),
        "even_odd": _even_odd(responses, measure, reasons),
    }
    return found | _watched(responses, measure, reasons), reasons


def _watched_items(responses: Responses) -> list[str]:
    roles = {item.id: item.role for item in responses.instrument.items}
    shown = [name for page in pages(responses) for name in page]
    return [name for name in shown if roles[name] in ("measure", "marker")]


def _even_odd(responses: Responses, items: Sequence[str], reasons: dict[str, str]) -> np.ndarray:
    keyed = keyed_items(responses.instrument, answer_frame(responses, items))[list(items)]
    place = {name: number for number, name in enumerate(items)}
    scales, taken = [], set()
    for part in responses.instrument.measures:
        columns = [place[name] for name in part.items if name in place and name not in taken]
        if part.level == "person" and part.score != "none" and len(columns) > 1:
            scales.append(columns)
            taken |= {items[column] for column in columns}
    if len(scales) < 3:
        reasons["even_odd"] = f"{len(scales)} scales of two or more items; 3 are needed"
        return np.full(len(keyed), np.nan)
    return careless.even_odd(keyed.to_numpy(dtype=float), scales).value


def _mahalanobis_p(raw: np.ndarray, reasons: dict[str, str]) -> np.ndarray:
    from scipy.special import gammaincc

    distance = careless.mahalanobis(raw) if raw.size else np.full(len(raw), np.nan)
    if np.isnan(distance).all():
        reasons["mahalanobis_p"] = "the covariances of the items cannot be inverted"
    return np.asarray(gammaincc(max(raw.shape[1], 1) / 2, distance / 2))


def _seconds_per_item(responses: Responses, items: Sequence[str]) -> np.ndarray | None:
    """Return seconds by item answered: on the pages of these items where pages were timed.

    Otherwise the whole duration is divided, which cover and rosters are part of.
    """
    persons, form = responses.persons, responses.form
    blocks = responses.instrument.get_form(form).blocks if form is not None else ()
    timed = [
        block
        for block in blocks
        if f"seconds_{block.id}" in persons and set(block.items) & set(items)
    ]
    if timed:
        asked = [name for block in timed for name in block.items if name in items]
        total = persons[[f"seconds_{block.id}" for block in timed]].sum(axis=1, min_count=1)
    elif "duration" in persons:
        asked, total = list(items), persons["duration"]
    else:
        return None
    given = answer_frame(responses, asked).notna().sum(axis=1).to_numpy()
    return total.to_numpy(dtype=float) / np.maximum(given, 1)


def _watched(
    responses: Responses, items: Sequence[str], reasons: dict[str, str]
) -> dict[str, np.ndarray]:
    """Return time, attention items and the share of don't know."""
    there, people = set(answer_names(responses)), len(responses.persons)
    none = np.full(people, np.nan)
    seconds = _seconds_per_item(responses, items)
    if seconds is None:
        reasons["seconds_per_item"] = "the export holds no duration"
        seconds = none
    attention = [i for i in responses.instrument.items if i.role == "attention" and i.id in there]
    kinds = {"instructed": none, "infrequency": none}
    for item in attention:
        values = answer_frame(responses, [item.id])[item.id].to_numpy(dtype=float)
        name = "instructed" if item.keyed_answer is not None else "infrequency"
        if item.keyed_answer is not None:
            failed = ~np.isnan(values) & (values != item.keyed_answer)
        elif item.fail_from is not None:
            failed = values >= item.fail_from
        else:
            continue
        kinds[name] = np.nan_to_num(kinds[name]) + failed
    for name, values in kinds.items():
        if values is none:
            reasons[name] = "no such item was asked"
    reason = reason_frame(responses, items)
    unknown = np.column_stack([(reason[n] == "dont_know").to_numpy() for n in items] or [none > 0])
    asked = np.column_stack([(reason[n] != "not_shown").to_numpy() for n in items] or [none > 0])
    share = unknown.sum(axis=1) / np.maximum(asked.sum(axis=1), 1)
    return {"seconds_per_item": seconds, **kinds, "dont_know": share}
