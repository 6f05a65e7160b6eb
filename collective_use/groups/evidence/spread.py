"""Evidence for measures in which the difference between members is the construct."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from collective_use.compositions import first_index
from collective_use.cutoffs import Cutoff
from collective_use.frames import arrays_of, place_after
from collective_use.groups.dispersion import indices_of
from collective_use.groups.evidence.parts import Number, Sizes, SpreadEvidence
from collective_use.groups.evidence.refusals import refused_checks
from collective_use.groups.evidence.result import Evidence, empty_evidence, head_of
from collective_use.groups.evidence.settings import NOBODY, size_reason
from collective_use.groups.keys import GroupKeys
from collective_use.groups.labels import factorized
from collective_use.instrument.model import Measure
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.responses.held import answer_frame, answer_names
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
        return empty_evidence(measure, keys.labels, why, refused)
    if column.isna().all():
        return empty_evidence(measure, keys.labels, NOBODY, refused)
    least = int(cutoffs["group_size"].value)
    answers = "kinds" if measure.composition == "variety" else "statements"
    named = [index.name for index in measure.indices]
    chosen = first_index(measure.composition, answers, named)
    by_group = _indices(column, keys, measure, least, (chosen, *named))
    by_group = _gated(by_group, keys, measure)
    value = by_group[chosen].where(by_group["reason"].eq(""))
    if measure.indices and measure.indices[0].one_minus:
        value = 1.0 - value
    by_group.insert(place_after(by_group, "n"), "value", value)
    return _assembled(measure, by_group, chosen, refused, cutoffs)


def _member_values(scores: Scores, measure: Measure) -> pd.Series | None:
    if measure.composition != "variety" and measure.id in scores.values.columns:
        return scores.values[measure.id]
    persons, answers = scores.responses.persons, answer_names(scores.responses)
    for item in measure.items:
        if item in answers:
            return answer_frame(scores.responses, [item])[item]
        if item in persons.columns:
            return persons[item]
    return scores.values.get(measure.id)


def _gated(by_group: pd.DataFrame, keys: GroupKeys, measure: Measure) -> pd.DataFrame:
    """Give a reason to groups under the measure's own response gate, where members are known."""
    gate = measure.response_gate
    if gate is None:
        return by_group
    rate = by_group["n"].to_numpy() / keys.frame["members"].to_numpy(float)
    low = (rate + 1e-9 < gate) & by_group["reason"].eq("").to_numpy()
    texts = [f"{part:.0%} of the members answered, under the gate of {gate:.0%}" for part in rate]
    return by_group.assign(reason=by_group["reason"].mask(low, pd.Series(texts)))


def _indices(
    column: pd.Series, keys: GroupKeys, measure: Measure, least: int, names: tuple[str, ...]
) -> pd.DataFrame:
    place, labels = factorized(column) if measure.composition == "variety" else (None, ())
    known = column.notna().to_numpy() if place is None else place >= 0
    codes = keys.codes[known]
    n = np.bincount(codes, minlength=keys.total)
    columns = {**arrays_of(keys.labels), "n": n}
    kinds = 0
    if place is not None:
        values, kinds = place[known].astype(float), len(labels)
    else:
        values = column[known].to_numpy(float)
        columns["mean"] = group_statistics(values, codes, keys.total).means[:, 0]
    columns |= indices_of(values, codes, keys.total, measure.composition, kinds, names)
    columns["reason"] = [size_reason(count, least) for count in n.tolist()]
    return pd.DataFrame(columns)


def _assembled(
    measure: Measure,
    by_group: pd.DataFrame,
    chosen: str,
    refused: Mapping[str, str],
    cutoffs: Mapping[str, Cutoff],
) -> SpreadEvidence:
    values = by_group["value"].dropna()
    n = by_group["n"]
    why = NotComputed("no group has enough answers")
    there = n[n > 0]
    mean_size: Number = float(there.mean()) if len(there) else why
    rule = cutoffs["group_size"]
    enough = int((n >= rule.value).sum())
    text = (
        f"The group value is {chosen}; it asks for no agreement. "
        f"{enough} of {len(by_group)} groups have the members it needs ({rule})."
    )
    return SpreadEvidence(
        **head_of(measure, measure.items),
        by_group=by_group,
        refused=refused,
        verdict="no check needed" if len(values) else "not computed",
        explanation=text,
        rules=(rule,),
        sizes=Sizes(int(n.sum()), len(there), mean_size, int(values.notna().sum())),
        index=chosen,
        value_mean=float(values.mean()) if len(values) else why,
        value_sd=float(values.std()) if len(values) > 1 else why,
    )
