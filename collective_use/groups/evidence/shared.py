"""Evidence for measures that members are meant to share, and for additive ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from collective_use.accepted import Found
from collective_use.compositions import SHARED, first_index
from collective_use.cutoffs import Cutoff
from collective_use.frames import Columns, arrays_of, texts
from collective_use.groups.agreement.result import mean_known
from collective_use.groups.evidence.icc import differences
from collective_use.groups.evidence.item_set import (
    ItemFrame,
    ItemSet,
    answers_to_items,
    item_set,
)
from collective_use.groups.evidence.measured import Measured, Persons
from collective_use.groups.evidence.parts import (
    Agreement,
    Number,
    SharedEvidence,
    Sizes,
)
from collective_use.groups.evidence.persons import OfRows
from collective_use.groups.evidence.refusals import refused_checks
from collective_use.groups.evidence.response import response_part, response_rates
from collective_use.groups.evidence.result import Evidence, empty_evidence, head_of
from collective_use.groups.evidence.sensitivity import over_nulls, without_failing
from collective_use.groups.evidence.settings import NOBODY, Settings, size_reason
from collective_use.groups.evidence.verdict import (
    Facts,
    about_chance,
    about_response,
    additive_verdict,
    shared_verdict,
)
from collective_use.groups.evidence.voices import Voices, voices
from collective_use.groups.keys import GroupKeys
from collective_use.instrument.model import Measure
from collective_use.instrument.vocabulary import CONTINUOUS
from collective_use.numerics.groups import agreement
from collective_use.numerics.groups.statistics import GroupStatistics, group_statistics
from collective_use.numerics.groups.variance_components import (
    mean_reliability,
)
from collective_use.numerics.types import Floats
from collective_use.results import NotComputed
from collective_use.scores.table import still_coded

if TYPE_CHECKING:
    from collective_use.responses.coded import Coded
    from collective_use.scores.table import Scores


def member_evidence(
    scores: Scores, keys: GroupKeys, measure: Measure, settings: Settings
) -> Evidence:
    """Return the evidence for a measure whose group value comes from its members' scores."""
    refused = refused_checks(measure)
    answers = answers_to_items(scores, measure.items)
    names = list(answers.columns)
    if measure.id not in scores.values.columns or not names:
        why = "none of the measure's items is in the data"
        return empty_evidence(measure, keys.labels, why, refused)
    if scores.values[measure.id].isna().all():
        return empty_evidence(measure, keys.labels, NOBODY, refused)
    m = _measured(scores, keys, measure, settings, answers)
    columns, weighted = _by_group(scores, m)
    return evidence_from(m, columns, {**refused, **weighted})


def evidence_from(m: Measured, columns: Columns, refused: dict[str, str]) -> SharedEvidence:
    """Return the evidence of a shared or additive measure.

    Parameters
    ----------
    m
        Its statistics.
    columns
        A row a group; see `columns_by_group`.
    refused
        Checks that do not fit, with the sentence that says why.
    """
    build = _shared if m.measure.composition in SHARED else _additive
    return build(m, columns, _sizes(m), m.persons.alpha(m), refused)


def _measured(
    scores: Scores, keys: GroupKeys, measure: Measure, settings: Settings, answers: Coded
) -> Measured:
    score, instrument = scores.values[measure.id].to_numpy(float), scores.responses.instrument
    one = group_statistics(score, keys.codes, keys.total)
    names = list(answers.columns)
    items = item_set(answers, keys, instrument, names)
    around = voices(scores.responses, keys, measure, score, items, settings.partners)
    later = ItemFrame(answers, keys, instrument) if still_coded(scores, names) else None
    return measured(measure, keys, settings, OfRows(score, items, later), one, items, around)


def measured(
    measure: Measure, keys: GroupKeys, settings: Settings, persons: Persons,
    one: GroupStatistics, items: ItemSet, around: Voices,
) -> Measured:  # fmt: skip
    """Return a measure with the groups that can be judged; see `Measured`."""
    n = one.n[:, 0]
    rate = response_rates(keys, n)
    small = n < settings.least
    silent = ~small & (rate + 1e-9 < settings.cutoffs["group_response"].value)
    judged = ~small & ~silent
    return Measured(measure, keys, settings, persons, one, items, small, silent, judged, around)


def _sizes(m: Measured) -> Sizes:
    n = m.one.n[:, 0]
    there = n[n > 0]
    mean: Number = float(there.mean()) if len(there) else NotComputed("nobody answered")
    return Sizes(int(n.sum()), len(there), mean, int(m.judged.sum()))


def _additive(
    m: Measured, columns: Columns, sizes: Sizes, alpha: Number, refused: dict[str, str]
) -> SharedEvidence:
    differ = differences(m.kept, m.reml)
    census = m.around.census
    value, what = differ.icc2, "ICC(2)"
    if m.measure.aggregation == "formative" and census is not None:
        value, what = census.reliability, "the reliability of the census (members are the group)"
    verdict = additive_verdict(value, what, m.settings.cutoffs, m.counts())
    low = about_response(
        _response_of(m, "uniform"), m.settings.cutoffs["group_response"]
    )  # fmt: skip
    return SharedEvidence(
        **head_of(m.measure, m.items.names),
        by_group=pd.DataFrame(columns),
        refused=refused,
        verdict=verdict.word,
        explanation=verdict.text + _about_sum(m) + low + m.around.sentence,
        rules=verdict.rules,
        sizes=sizes,
        alpha=alpha,
        differences=differ,
        **m.around.results(),
    )


def _about_sum(m: Measured) -> str:
    named = [index.name for index in m.measure.indices]
    if first_index(m.measure.composition, "statements", named) != "sum":
        return ""
    return " The group value is the sum over the members who answered: it grows with their number."


def _response_of(m: Measured, null: str) -> Found:
    return response_part(m.keys, m.one, m.items, null, m.judged, m.reml)


def _shared(
    m: Measured, columns: Columns, sizes: Sizes, alpha: Number, refused: dict[str, str]
) -> SharedEvidence:
    cutoffs = m.settings.cutoffs
    nulls = (CONTINUOUS,) if m.items.smooth else m.settings.nulls_of(m.measure)
    name = "rwg_j" if len(m.items.names) > 1 else "rwg"
    ratio = m.items.ratio(nulls[0])
    index = agreement.rwg_j(ratio, len(m.items.names))
    passes = cutoffs[name].passing(np.nan_to_num(index, nan=-np.inf))
    known = m.judged & ~np.isnan(index)
    columns = {
        **columns,
        **_indices(m, name, ratio, index),
        "passes": pd.arrays.BooleanArray(passes, ~known),
    }
    agree = _agreement(m, name, index, cutoffs[name], nulls)
    differ = differences(m.kept, m.reml)
    random = m.persons.random(m, nulls[0])
    judged, small, silent = m.counts()
    verdict = shared_verdict(Facts(judged, small, silent, differ, agree, random), cutoffs)
    chance = None
    text = verdict.text
    if m.settings.repetitions:
        chances, chance = m.persons.chances(m, ratio, nulls[0])
        columns = {**columns, **chances}
        text += about_chance(chance, nulls[0], cutoffs["p"], verdict.word)
    response = _response_of(m, nulls[0])
    below = known & ~passes
    return SharedEvidence(
        **head_of(m.measure, m.items.names),
        by_group=pd.DataFrame(columns),
        by_item=m.persons.by_item(m) if m.settings.by_item else pd.DataFrame(),
        refused=refused,
        failing=tuple(m.keys.names[k] for k in np.flatnonzero(below)),
        verdict=verdict.word,
        explanation=text + about_response(response, cutoffs["group_response"]) + m.around.sentence,
        rules=verdict.rules,
        sizes=sizes,
        alpha=alpha,
        differences=differ,
        agreement=agree,
        random=random,
        chance=chance,
        response=response,
        item_icc=m.items.iccs(),
        without_failing=without_failing(m.one, index, below, m.judged),
        **m.around.results(),
    )


def _indices(m: Measured, name: str, ratio: Floats, index: Floats) -> Columns:
    return {
        name: index,
        "rwg_j_lindell": agreement.rwg_j_lindell(ratio),
        "awg": mean_known(m.items.shares),
        "ad_mean": m.items.deviation("mean"),
        "ad_median": m.items.deviation("median"),
    }


def _agreement(
    m: Measured, name: str, index: Floats, rule: Cutoff, nulls: tuple[str, ...]
) -> Agreement:
    usable = m.judged & ~np.isnan(index)
    values = index[usable]
    table = over_nulls(m.items, usable, nulls, rule.value)
    medians = dict(zip(table["null"], table["median"], strict=True))
    declared = {null: float(medians[null]) for null in nulls}
    if not len(values):
        why = NotComputed(
            "no group is large enough to be judged, or none has two answers to one item"
        )
        return Agreement(name, why, why, why, nulls[0], declared, table)
    share = float(rule.passing(values).mean())
    return Agreement(
        name, float(values.mean()), float(np.median(values)), share, nulls[0], declared, table
    )


def _by_group(scores: Scores, m: Measured) -> tuple[Columns, dict[str, str]]:
    """Return columns with a row a group, its value among them, and what weights rule out."""
    keys = m.keys
    shown = m.one.means[:, 0]
    weight: Columns = {}
    refused: dict[str, str] = {}
    persons = scores.responses.persons
    if "weight" in persons.columns:
        score = scores.values[m.measure.id].to_numpy(float)
        shown, weight, refused = _weighted(m, score, persons["weight"].to_numpy(float))
    if m.settings.voice == "partner" and m.around.partners is not None:
        by_name = m.around.partners.values.set_index("group")["balanced_mean"]
        shown = by_name.reindex(keys.names).to_numpy(float)
    return columns_by_group(m, shown, weight), refused


def columns_by_group(m: Measured, shown: Floats, weight: Columns) -> Columns:
    """Return columns with a row a group: keys, n, value, mean, SD, reason and reliability.

    Parameters
    ----------
    m
        The measure.
    shown
        (G,) means that are the groups' values.
    weight
        A column beside them, or none.
    """
    one, least = m.one, m.settings.least
    n = one.n[:, 0]
    named = [index.name for index in m.measure.indices]
    if first_index(m.measure.composition, "statements", named) == "sum":
        shown = shown * n
    reasons = {int(k): size_reason(int(k), least) for k in np.unique(n)}
    return {
        **arrays_of(m.keys.labels),
        "n": n,
        "value": np.where(n >= least, shown, np.nan),
        **weight,
        "mean": one.means[:, 0],
        "sd": np.sqrt(one.variances[:, 0]),
        "reason": texts([reasons[k] for k in n.tolist()]),
        "reliability": mean_reliability(m.reml.tau2, m.reml.sigma2, n.astype(float)),
    }


def _weighted(
    m: Measured, score: Floats, weights: Floats
) -> tuple[Floats, Columns, dict[str, str]]:
    """Return weighted means, sums of weights, and what weights rule out."""
    from collective_use.groups.between.icc_weighted import REFUSED_WITH_WEIGHTS
    from collective_use.numerics.groups.weighted import weighted_icc

    found = weighted_icc(score, weights, m.keys.codes, m.keys.total, 0.95)
    refused = {
        f"with weights: {name}": f"{why}; the index shown counts each member once"
        for name, why in REFUSED_WITH_WEIGHTS.items()
    }
    return found.means, {"weight": found.weight}, refused
