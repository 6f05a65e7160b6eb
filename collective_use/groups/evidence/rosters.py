"""Evidence for measures from rosters, points and checklists: response rate, agreement of raters."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from collective_use.cutoffs import Cutoff
from collective_use.frames import arrays_of
from collective_use.groups.evidence.kinds import answers_to
from collective_use.groups.evidence.parts import Number, RosterEvidence, Sizes
from collective_use.groups.evidence.refusals import refused_checks
from collective_use.groups.evidence.result import Evidence, empty_evidence, head_of
from collective_use.groups.evidence.roster_measures import (
    items_present,
    measure_indices,
    wanted_of,
)
from collective_use.groups.evidence.verdict import decimals
from collective_use.groups.keys import GroupKeys
from collective_use.groups.rosters.from_responses import Places, places_of
from collective_use.groups.rosters.stacks import RosterIndices
from collective_use.instrument.model import Measure
from collective_use.results import NotComputed

if TYPE_CHECKING:
    from collective_use.responses.table import Responses
    from collective_use.scores.table import Scores


def roster_evidence(
    scores: Scores, keys: GroupKeys, measure: Measure, cutoffs: Mapping[str, Cutoff]
) -> Evidence:
    """Return the evidence for a measure from rosters, points, nominations or checklists.

    The group value is the first index of the measure. What is asked for is the response rate
    and, where several rate each target, the agreement of the raters about the targets.

    Parameters
    ----------
    scores
        Result of `collective_use.score`.
    keys
        The groups.
    measure
        A measure whose source is a roster, an allocation or a checklist.
    cutoffs
        `response_rate` (unless the measure has a gate of its own) and `icc2` (the reliability
        of the mean of raters).
    """
    responses = scores.responses
    refused = refused_checks(measure)
    items = items_present(responses, measure)
    places = matched(responses, keys) if items else "none of the measure's items is in the data"
    if isinstance(places, str):
        return empty_evidence(measure, keys.labels, places, refused)
    gate = _gate(measure, cutoffs["response_rate"])
    table = measure_indices(responses, keys, places, measure, items, gate)
    first = wanted_of(measure, answers_to(responses.instrument, measure, items[0]))[0].label
    by_group = _by_group(table, keys, first)
    n = by_group["n"]
    values = by_group["value"].dropna()
    why = NotComputed("no group has a value")
    mean_size: Number = float(n[n > 0].mean()) if (n > 0).any() else why
    over = int(by_group["passes"].fillna(False).sum())
    raters = _raters(table)
    word, text, rules = _verdict(table, by_group, over, raters, cutoffs["icc2"], first)
    unsure = n.gt(0) & ~by_group["passes"].fillna(True).astype(bool)
    reports = table.details.get("reported_by_others")
    return RosterEvidence(
        **head_of(measure, (item.id for item in items)),
        by_group=by_group,
        refused=refused,
        failing=tuple(name for name, bad in zip(keys.names, unsure, strict=True) if bad),
        verdict=word,
        explanation=text,
        rules=rules,
        sizes=Sizes(int(n.sum()), int((n > 0).sum()), mean_size, over),
        index=first,
        value_mean=float(values.mean()) if len(values) else why,
        value_sd=float(values.std()) if len(values) > 1 else why,
        response_rate_mean=_mean(by_group["answer_rate"]),
        groups_over_gate=over,
        raters=raters,
        silent_less_respondents=None if reports is None else _mean(reports["difference"]),
        indices=table,
    )


_matched: list[tuple[weakref.ref[Responses], GroupKeys, Places | str]] = []


def matched(responses: Responses, keys: GroupKeys) -> Places | str:
    """Return where persons stand on the rosters, found once for all measures of a run."""
    if _matched and _matched[0][0]() is responses and _matched[0][1] is keys:
        return _matched[0][2]
    places = places_of(responses, keys)
    _matched[:] = [(weakref.ref(responses), keys, places)]
    return places


def _gate(measure: Measure, rule: Cutoff) -> float:
    """Return the gate: the study's, else the measure's, else the convention."""
    own = measure.response_gate
    return rule.value if own is None or rule.source == "set by the study" else float(own)


def _by_group(table: RosterIndices, keys: GroupKeys, first: str) -> pd.DataFrame:
    values = arrays_of(table.values)
    rate = table.values["response_rate"].to_numpy(float)
    passes = [table.gate.passes(r + 1e-9) for r in rate.tolist()]
    columns = {
        **arrays_of(keys.labels),
        "n": values["respondents"],
        "value": values[first],
        **{name: values[name] for name in table.indices},
        "asked": values["members"],
        "answer_rate": rate,
    }
    agreement = table.details.get("agreement")
    if agreement is not None and "icc_ak" in agreement.columns:
        for name in ("icc_a1", "icc_ak"):
            columns[name] = agreement[name].to_numpy(float)[: len(rate)]
    # the gate judges; a group of which nobody is known to be asked cannot be judged
    columns["passes"] = pd.arrays.BooleanArray(np.array(passes, dtype=bool), np.isnan(rate))
    columns["reason"] = table.reasons[first].array
    return pd.DataFrame(columns)


def _raters(table: RosterIndices) -> dict[str, Number]:
    """Return the agreement of raters about targets over all groups, where there is one."""
    agreement = table.details.get("agreement")
    if agreement is None:
        return {}
    row = agreement.iloc[-1]
    found: dict[str, Number] = {}
    for name in ("icc_a1", "icc_ak", "icc_ak_low", "icc_ak_high"):
        value = row.get(name, np.nan)
        reason = str(row["reason"]) or "fewer than five groups"
        found[name] = NotComputed(reason) if pd.isna(value) else float(value)
    return found


def _mean(column: pd.Series) -> float | NotComputed:
    known = column.dropna()
    return float(known.mean()) if len(known) else NotComputed("it is not known for any group")


def _verdict(
    table: RosterIndices,
    by_group: pd.DataFrame,
    over: int,
    raters: Mapping[str, Number],
    reliable: Cutoff,
    first: str,
) -> tuple[str, str, tuple[Cutoff, ...]]:
    """Judge by the response rate and, where there is one, by the agreement of raters."""
    groups = len(by_group)
    shown = int(by_group["value"].notna().sum())
    if not shown:
        reasons = by_group["reason"][by_group["reason"].ne("")]
        often = str(reasons.value_counts().index[0]) if len(reasons) else "no group has a value"
        return "not computed", f"No group has a value; most often: {often}.", (table.gate,)
    text = (
        f"The group value is {first}. Response: {over} of {groups} groups reach {table.gate}; "
        f"{shown} have a value, the others stay with their reason."
    )
    good = [over == groups, over > 0]
    rules: tuple[Cutoff, ...] = (table.gate,)
    mean = raters.get("icc_ak")
    if mean is not None:
        rules = (*rules, reliable)
        if isinstance(mean, NotComputed):
            text += f" Agreement of raters about targets was not computed: {mean.reason}."
        else:
            good = [part and reliable.passes(mean) for part in good[:1]] + [
                good[1] or reliable.passes(mean)
            ]
            text += (
                f" Raters agree about each target with ICC(A,k) {decimals(mean)} against "
                f"{reliable}."
            )
    word = "supported" if good[0] else "partly supported" if good[1] else "not supported"
    return word, text, rules
