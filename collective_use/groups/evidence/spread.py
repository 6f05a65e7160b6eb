"""Evidence for measures in which the difference between members is the construct."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from collective_use.cutoffs import Cutoff
from collective_use.groups.dispersion import INDICES, indices_of
from collective_use.groups.evidence.refusals import refused_checks
from collective_use.groups.evidence.result import Evidence, empty_evidence
from collective_use.groups.evidence.shared import NOBODY, size_reason
from collective_use.groups.keys import GroupKeys
from collective_use.instrument.model import Measure
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.results import NotComputed

if TYPE_CHECKING:
    from collective_use.scores.table import Scores


def spread_evidence(
    scores: Scores, keys: GroupKeys, measure: Measure, cutoffs: Mapping[str, Cutoff]
) -> Evidence:
    """Return the evidence for a dispersion measure computed from members' own answers."""
    refused = refused_checks(measure)
    column = _member_values(scores, measure)
    if column is None:
        why = "none of the measure's items is in the data"
        return empty_evidence(measure, keys.frame[keys.columns], why, refused)
    if column.isna().all():
        return empty_evidence(measure, keys.frame[keys.columns], NOBODY, refused)
    least = int(cutoffs["group_size"].value)
    by_group = _indices(column, keys, measure, least)
    chosen = measure.indices[0].name if measure.indices else INDICES[measure.composition][0]
    if chosen not in by_group.columns:
        why = f"the index {chosen!r} does not belong to the composition {measure.composition!r}"
        return empty_evidence(measure, keys.frame[keys.columns], why, refused)
    value = by_group[chosen].where(by_group["n"] >= least)
    if measure.indices and measure.indices[0].one_minus:
        value = 1.0 - value
    by_group.insert(by_group.columns.get_loc("n") + 1, "value", value)
    return _assembled(measure, by_group, chosen, refused, cutoffs)


def _member_values(scores: Scores, measure: Measure) -> pd.Series | None:
    if measure.composition != "variety" and measure.id in scores.values.columns:
        return scores.values[measure.id]
    persons, answers = scores.responses.persons, scores.responses.answers
    for item in measure.items:
        if item in answers.columns:
            return answers[item]
        if item in persons.columns:
            return persons[item]
    return scores.values.get(measure.id)


def _indices(column: pd.Series, keys: GroupKeys, measure: Measure, least: int) -> pd.DataFrame:
    known = column.notna().to_numpy()
    codes = keys.codes[known]
    n = np.bincount(codes, minlength=keys.total)
    frame = keys.frame[keys.columns].assign(n=n)
    kinds = 0
    if measure.composition == "variety":
        labels, place = np.unique(column[known].astype(str).to_numpy(), return_inverse=True)
        values, kinds = place.astype(float), len(labels)
    else:
        values = column[known].to_numpy(float)
        frame["mean"] = group_statistics(values, codes, keys.total).means[:, 0]
    frame = frame.assign(**indices_of(values, codes, keys.total, measure.composition, kinds))
    frame["reason"] = [size_reason(int(count), least) for count in n]
    return frame


def _assembled(
    measure: Measure,
    by_group: pd.DataFrame,
    chosen: str,
    refused: Mapping[str, str],
    cutoffs: Mapping[str, Cutoff],
) -> Evidence:
    values = by_group["value"].dropna()
    n = by_group["n"]
    why = NotComputed("no group has enough answers")
    summary: dict[str, Any] = {
        "persons": int(n.sum()),
        "groups": int((n > 0).sum()),
        "mean_size": float(n[n > 0].mean()) if (n > 0).any() else why,
        "index": chosen,
        "value_mean": float(values.mean()) if len(values) else why,
        "value_sd": float(values.std()) if len(values) > 1 else why,
    }
    rule = cutoffs["group_size"]
    enough = int((n >= rule.value).sum())
    text = (
        f"The group value is {chosen}; it asks for no agreement. "
        f"{enough} of {len(by_group)} groups have the members it needs ({rule})."
    )
    return Evidence(
        measure=measure.id,
        construct=measure.construct_id,
        composition=measure.composition,
        aggregation=measure.aggregation,
        source=measure.source,
        items=measure.items,
        by_group=by_group,
        by_item=pd.DataFrame(),
        summary=summary,
        refused=refused,
        failing=(),
        verdict="no check needed" if len(values) else "not computed",
        explanation=text,
        rules=(rule,),
    )
