"""Global properties: told by a key informant or a record, one answer a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from collective_use.compositions import first_index
from collective_use.frames import arrays_of
from collective_use.groups.evidence.parts import RecordEvidence
from collective_use.groups.evidence.refusals import refused_checks
from collective_use.groups.evidence.result import Evidence, empty_evidence, head_of
from collective_use.groups.keys import GroupKeys
from collective_use.groups.labels import factorized
from collective_use.instrument.model import Measure

if TYPE_CHECKING:
    from collective_use.scores.table import Scores


def informant_evidence(scores: Scores, keys: GroupKeys, measure: Measure) -> Evidence:
    """Return the evidence for a global measure: the mean of its items by group.

    Items are looked for among the informants' answers. Several informants of one group are
    averaged, and their number is told.
    """
    refused = refused_checks(measure)
    told = scores.responses.informants
    if told is None:
        why = "no file of informants was given"
        return empty_evidence(measure, keys.labels, why, refused)
    items = [item for item in measure.items if item in told.columns]
    if not items:
        why = "none of the measure's items is in the informants' file"
        return empty_evidence(measure, keys.labels, why, refused)
    keyed = pd.DataFrame({item: _keyed(scores, item, told[item]) for item in items})
    index = first_index("global", "told", [entry.name for entry in measure.indices])
    if not measure.indices and measure.score == "sum":
        index = "sum"
    if index == "ratio" and len(items) < 2:
        why = f"the ratio needs two items, and only {items[0]} is in the informants' file"
        return empty_evidence(measure, keys.labels, why, refused)
    by_group = _by_group(keyed, told["group"], keys, index)
    known = int(by_group["value"].notna().sum())
    return RecordEvidence(
        **head_of(measure, items),
        by_group=by_group,
        refused=refused,
        verdict="no check needed" if known else "not computed",
        explanation=(
            f"A property of the group itself, told for {known} of {keys.total} groups; "
            "there are no members' answers to compare."
        ),
        groups=known,
        informants=int(by_group["n"].sum()),
        index=index,
    )


def _keyed(scores: Scores, item_id: str, answers: pd.Series) -> pd.Series:
    instrument = scores.responses.instrument
    item = instrument.get_item(item_id)
    numbers = pd.to_numeric(answers, errors="coerce")
    if not item.reverse or item.scale is None:
        return numbers
    scale = instrument.get_scale(item.scale)
    return scale.low + scale.high - numbers


def _told(frame: pd.DataFrame, index: str) -> pd.Series:
    """Return one value an informant: the mean, sum or ratio of the items."""
    if index == "ratio":
        bottom = frame.iloc[:, 1].where(frame.iloc[:, 1] != 0)
        return frame.iloc[:, 0] / bottom
    # A sum of fewer items is a smaller number, not a guess at the whole.
    return frame.mean(axis=1) if index == "mean" else frame.sum(axis=1, skipna=False)


def _by_group(
    answers: pd.DataFrame, groups: pd.Series, keys: GroupKeys, index: str
) -> pd.DataFrame:
    codes, texts = factorized(groups)
    named = codes >= 0
    answers = answers.astype(float)
    values, some = _told(answers, index).to_numpy(), answers.notna().any(axis=1).to_numpy()
    known = named & ~np.isnan(values)
    n = np.bincount(codes[known], minlength=len(texts) + 1)
    total = np.bincount(codes[known], weights=values[known], minlength=len(texts) + 1)
    answered = np.bincount(codes[named & some], minlength=len(texts) + 1)
    rows = {text: k for k, text in enumerate(texts.tolist())}
    # groups that no informant told of take the row after the last, in which nothing is counted
    place = np.array([rows.get(str(g), len(texts)) for g in keys.frame["group"]], dtype=np.intp)
    gap = {"sum": "an item of the sum is missing", "ratio": "the ratio has no divisor"}
    why = gap.get(index, "")
    with np.errstate(invalid="ignore"):
        means = total / n
    reasons = [
        "" if told_ else why if any_ else "no informant answered for this group"
        for told_, any_ in zip(n[place], answered[place], strict=True)
    ]
    parts = {"n": n[place], "value": means[place], "reason": reasons}
    return pd.DataFrame({**arrays_of(keys.labels), **parts})
