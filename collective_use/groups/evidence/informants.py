"""Global properties: told by a key informant or a record, one answer a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from collective_use.groups.evidence.refusals import refused_checks
from collective_use.groups.evidence.result import Evidence, empty_evidence
from collective_use.groups.keys import GroupKeys
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
        return empty_evidence(measure, keys.frame[keys.columns], why, refused)
    items = [item for item in measure.items if item in told.columns]
    if not items:
        why = "none of the measure's items is in the informants' file"
        return empty_evidence(measure, keys.frame[keys.columns], why, refused)
    keyed = told.assign(**{item: _keyed(scores, item, told[item]) for item in items})
    by_group = _by_group(keyed, keys, items)
    known = int(by_group["value"].notna().sum())
    return Evidence(
        measure=measure.id,
        construct=measure.construct_id,
        composition=measure.composition,
        aggregation=measure.aggregation,
        source=measure.source,
        items=tuple(items),
        by_group=by_group,
        by_item=pd.DataFrame(),
        summary={"groups": known, "informants": int(by_group["n"].sum())},
        refused=refused,
        failing=(),
        verdict="no check needed" if known else "not computed",
        explanation=(
            f"A property of the group itself, told for {known} of {keys.total} groups; "
            "there are no members' answers to compare."
        ),
    )


def _keyed(scores: Scores, item_id: str, answers: pd.Series) -> pd.Series:
    instrument = scores.responses.instrument
    item = instrument.get_item(item_id)
    numbers = pd.to_numeric(answers, errors="coerce")
    if not item.reverse or item.scale is None:
        return numbers
    scale = instrument.get_scale(item.scale)
    return scale.low + scale.high - numbers


def _by_group(told: pd.DataFrame, keys: GroupKeys, items: list[str]) -> pd.DataFrame:
    value = told[items].mean(axis=1).groupby(told["group"].astype(str))
    frame = keys.frame[keys.columns].copy()
    frame["n"] = frame["group"].map(value.count()).fillna(0).astype(int)
    frame["value"] = frame["group"].map(value.mean())
    frame["reason"] = ["" if n else "no informant answered for this group" for n in frame["n"]]
    return frame
