"""Tables that the pictures of a report are drawn from, as others may see them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from collective_use.cutoffs import cutoffs_with
from collective_use.disclosure import disclosure_rule
from collective_use.errors import CollectiveUseError
from collective_use.groups.agreement.rwg import rwg_j
from collective_use.groups.disclosure.bands import agreement_bands
from collective_use.groups.disclosure.counts import key_of, rounded_counts
from collective_use.instrument.model import Measure
from collective_use.responses.held import answer_frame, answer_names
from collective_use.scores.table import item_frame, item_names
from collective_use.study.walk import Outcome

FILES = {
    "answers.csv": "a row an item and answer: how many gave it, rounded at random",
    "characteristics.csv": "a row a background question and answer, counts rounded at random",
    "agreement_sizes.csv": "shares of groups by agreement and size, no group by name",
}

_BACKGROUND = ("item", "code", "label", "answers")
_COLUMNS = ("measure", "item", "code", "label", "answers")
_DRAWS = 500


def answers_frame(outcome: Outcome) -> pd.DataFrame:
    """Return how often each option of each statement was chosen."""
    instrument, shown, rows = outcome.instrument, shown_counts(outcome), []
    language = instrument.languages[0]
    for measure in instrument.measures:
        for code in measure.items:
            if code not in shown:
                continue
            scale = instrument.get_scale(str(instrument.get_item(code).scale))
            rows += [
                (measure.id, code, option.code, option.label.get(language, str(option.code)), count)
                for option, count in zip(scale.options, shown[code].tolist(), strict=True)
            ]
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def characteristics_frame(outcome: Outcome) -> pd.DataFrame:
    """Return how often each answer to a background question was given, none beside another."""
    instrument, persons = outcome.instrument, outcome.responses.persons
    language, rows = instrument.languages[0], []
    who = [persons[name] for name in ("group", "member") if name in persons]
    for item in instrument.items:
        if item.role != "respondent" or item.kind != "choice" or item.id not in persons:
            continue
        given = persons[item.id]
        codes = [option.code for option in item.options]
        key = key_of(zip(*who, given, strict=True))
        counts = rounded_counts(np.array([int((given == code).sum()) for code in codes]), key)
        if counts is None:
            continue
        rows += [
            (item.id, option.code, option.label.get(language, str(option.code)), count)
            for option, count in zip(item.options, counts.tolist(), strict=True)
        ]
    return pd.DataFrame(rows, columns=list(_BACKGROUND))


def shown_counts(outcome: Outcome) -> dict[str, np.ndarray]:
    """Return the rounded counts of every statement that shows them, in the order of its scale.

    A statement that is a measure by itself has mean and SD in the tables of measures, so that its
    counts are not shown.
    """
    instrument, there = outcome.instrument, set(answer_names(outcome.responses))
    alone = {measure.items[0] for measure in instrument.measures if len(measure.items) == 1}
    persons = outcome.responses.persons
    who = [persons[name] for name in ("group", "member") if name in persons]
    found: dict[str, np.ndarray] = {}
    for item in instrument.items:
        if item.kind != "likert" or item.scale is None or item.id in alone:
            continue
        if item.id not in there:
            continue
        given = answer_frame(outcome.responses, [item.id])[item.id]
        codes = instrument.get_scale(item.scale).codes
        key = key_of(zip(*who, given, strict=True))
        counts = rounded_counts(np.array([int((given == code).sum()) for code in codes]), key)
        if counts is not None:
            found[item.id] = counts
    return found


def sizes_frame(outcome: Outcome) -> pd.DataFrame:
    """Return the agreement of groups by size for the first measure that members should share."""
    names = ["measure", "sizes", "groups", "band", "share", "chance"]
    for measure in outcome.instrument.measures:
        part = outcome.groups.evidence.get(measure.id)
        if part is None or "rwg_j" not in part.by_group:
            continue
        frame = part.by_group
        rule = disclosure_rule(cutoffs_with(outcome.study.all_cutoffs()))
        found = agreement_bands(
            frame["n"].to_numpy(float), frame["rwg_j"].to_numpy(float),
            _chance(outcome, measure), rule,
        )  # fmt: skip
        found.insert(0, "measure", measure.id)
        if len(found):
            return found
    return pd.DataFrame(columns=names)


def _chance(outcome: Outcome, measure: Measure) -> np.ndarray:
    """Return the agreement that 5% of groups of each size exceed by chance; NaN where unknown."""
    unknown = np.full(len(outcome.groups.values), np.nan)
    items = [code for code in measure.items if code in item_names(outcome.scores)]
    scales = {outcome.instrument.get_item(code).scale for code in items}
    if len(scales) != 1 or None in scales or "wave" in outcome.groups.values:
        return unknown
    options = outcome.instrument.get_scale(str(scales.pop())).codes
    try:
        tested = rwg_j(
            item_frame(outcome.scores, items), groups=outcome.responses.persons["group"],
            options=options, test=True, repetitions=_DRAWS, seed=outcome.study.seed,
        )  # fmt: skip
    except CollectiveUseError:
        return unknown
    by_group = tested.to_frame().set_index("group")["critical"]
    return by_group.reindex(outcome.groups.values["group"]).to_numpy(float)
