"""Answers become scores: reverse keys, scale and facet scores, the rule for missing answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from collective_use.checks import instance_of, number_between
from collective_use.errors import InputError
from collective_use.instrument.model import Instrument, Measure
from collective_use.later import held_in
from collective_use.platforms.columns import form_items
from collective_use.record import Record
from collective_use.responses.coded import Coded, coded_frame
from collective_use.responses.keyed import keyed_codes, keyed_items
from collective_use.responses.table import Responses
from collective_use.scores.table import Scores


def enough(asked: int, minimum: float) -> int:
    """Return how many of the items asked have to be answered.

    Parameters
    ----------
    asked
        Items of the measure in the form.
    minimum
        A share when at most 1, otherwise a number of items.

    Examples
    --------
    >>> enough(5, 0.5), enough(4, 1.0), enough(8, 3)
    (3, 4, 3)
    """
    share = minimum * asked if minimum <= 1 else minimum
    return max(1, int(np.ceil(share - 1e-9)))


def score(responses: Responses, *, minimum_answered: float | None = None) -> Scores:
    """Score every person on every measure that persons answer.

    A score is the mean of the items answered, or for ``score: sum`` that mean times the number
    of items (a sum with the person's own mean in the gaps). It is missing when fewer items are
    answered than the measure's `minimum_answered` asks for.

    Parameters
    ----------
    responses
        From `read_responses`.
    minimum_answered
        Use this rule for all measures: a share when at most 1, otherwise a number of items.

    Returns
    -------
    Scores
        Items, scores, and how many items each rests on.

    Raises
    ------
    InputError
        When `minimum_answered` is not above 0.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.instrument.library import sample_path
    >>> bank = cu.load_instrument("lq2002")
    >>> scores = cu.score(cu.read_responses(sample_path("lq2002.csv"), bank))
    >>> round(float(scores.values["lead"].mean()), 4)
    3.0007
    """
    instance_of("responses", responses, Responses, "what cu.read_responses(...) returns")
    if minimum_answered is not None:
        number_between("minimum_answered", minimum_answered, 0, 1000, open_low=True)
    instrument = responses.instrument
    longest = max((len(measure.items) for measure in instrument.measures), default=0)
    if minimum_answered is not None and 1 < longest < minimum_answered:
        raise InputError(
            f"minimum_answered must be a share (at most 1) or a number of items up to {longest}, "
            f"the longest measure of the instrument; got {minimum_answered:g}"
        )
    items, numbers = _scorable(responses)
    asked = set(numbers.columns)
    if responses.form is not None:
        asked |= set(form_items(instrument.get_form(responses.form)))
    values: dict[str, np.ndarray] = {}
    answered: dict[str, np.ndarray] = {}
    record = responses.record
    for measure in instrument.measures:
        if measure.level != "person" or measure.score == "none":
            continue
        wanted = [name for name in measure.items if name in asked]
        if not set(wanted) & set(numbers.columns):
            text = f"Measure {measure.id} has no item in the answers."
            record = record.note("scores", "note", text)
            continue
        minimum = measure.minimum_answered if minimum_answered is None else minimum_answered
        for name, part in _parts(instrument, measure, wanted):
            values[name], answered[name] = _scored(numbers, part, measure.score, minimum)
            record = _note_missing(name, values[name], enough(len(part), minimum), record)
    index = responses.persons.index
    return Scores(
        responses,
        items,
        pd.DataFrame(values, index=index),
        pd.DataFrame(answered, index=index),
        record,
    )


def _scorable(responses: Responses) -> tuple[pd.DataFrame, Coded]:
    """Return the keyed Likert items, and beside them the plain numbers among the answers."""
    instrument, held = responses.instrument, held_in(responses, "answers")
    numbers = {
        item.id for item in instrument.items if item.kind == "number" and item.role == "measure"
    }
    if isinstance(held, Coded):
        items = keyed_codes(instrument, held)
        return items.field(), items.beside(
            held.only(name for name in held.columns if name in numbers)
        )
    frame = keyed_items(instrument, responses.answers)
    plain = [name for name in responses.answers.columns if name in numbers]
    return frame, coded_frame(frame).beside(coded_frame(responses.answers[plain]))


def _parts(
    instrument: Instrument, measure: Measure, wanted: Sequence[str]
) -> list[tuple[str, list[str]]]:
    """Return the whole measure and, where it asks for them, its facets, as names with items."""
    parts = [(measure.id, list(wanted))]
    if measure.facet_scores:
        facets = {name: instrument.get_item(name).facet for name in wanted}
        for facet in dict.fromkeys(value for value in facets.values() if value):
            mine = [name for name in wanted if facets[name] == facet]
            parts.append((f"{measure.id}.{facet}", mine))
    return parts


def _scored(
    numbers: Coded, part: Sequence[str], rule: str, minimum: float
) -> tuple[np.ndarray, np.ndarray]:
    there = [name for name in part if name in numbers.columns]
    block = numbers.array(there)
    given = ~np.isnan(block)
    count = given.sum(axis=1)
    total = np.where(given, block, 0.0).sum(axis=1)
    mean = total / np.maximum(count, 1)
    value = mean * len(part) if rule == "sum" else mean
    return np.where(count >= enough(len(part), minimum), value, np.nan), count


def _note_missing(name: str, values: np.ndarray, needed: int, record: Record) -> Record:
    missing = np.flatnonzero(np.isnan(values))
    if not len(missing):
        return record
    text = f"Persons without a score on {name}: fewer than {needed} items answered."
    return record.note(
        "scores", "left out", text, count=len(missing), of="persons", what=missing[:200]
    )
