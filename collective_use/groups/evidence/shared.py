"""Evidence for measures that members are meant to share, and for additive ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.cutoffs import Cutoff
from collective_use.groups.agreement.result import mean_known
from collective_use.groups.between.icc_weighted import REFUSED_WITH_WEIGHTS
from collective_use.groups.evidence.chance import chance_of_agreement
from collective_use.groups.evidence.icc import icc_summary
from collective_use.groups.evidence.item_set import ItemSet, item_set, shuffled
from collective_use.groups.evidence.refusals import refused_checks
from collective_use.groups.evidence.result import Evidence, empty_evidence
from collective_use.groups.evidence.sensitivity import over_nulls, without_failing
from collective_use.groups.evidence.verdict import additive_verdict, robustness, shared_verdict
from collective_use.groups.evidence.voices import voices
from collective_use.groups.keys import GroupKeys
from collective_use.instrument.model import SHARED, Measure
from collective_use.numerics.groups import agreement
from collective_use.numerics.groups.statistics import GroupStatistics, group_statistics
from collective_use.numerics.groups.weighted import weighted_icc
from collective_use.numerics.items import reliability
from collective_use.results import NotComputed

if TYPE_CHECKING:
    from collective_use.scores.table import Scores

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices that hold for every measure of a run.

    Attributes
    ----------
    cutoffs
        The rules by name.
    repetitions
        Simulated and shuffled groups; 0 for none.
    seed
        Seed of both.
    voice
        Whether each member or each partner organisation counts alike in a group's mean.
    """

    cutoffs: Mapping[str, Cutoff]
    repetitions: int = 2000
    seed: int | None = 1
    voice: Literal["member", "partner"] = "member"

    @property
    def least(self) -> int:
        """The smallest group that gets values."""
        return int(self.cutoffs["group_size"].value)


def member_evidence(
    scores: Scores, keys: GroupKeys, measure: Measure, settings: Settings
) -> Evidence:
    """Return the evidence for a measure whose group value is the mean of its members."""
    refused = refused_checks(measure)
    names = [item for item in measure.items if item in scores.items.columns]
    if measure.id not in scores.values.columns or not names:
        why = "none of the measure's items is in the data"
        return empty_evidence(measure, keys.frame[keys.columns], why, refused)
    value = scores.values[measure.id].to_numpy(float)
    one = group_statistics(value, keys.codes, keys.total)
    items = item_set(scores.items, keys, scores.responses.instrument, names)
    by_group = _by_group(keys, one, settings.least)
    if "weight" in scores.responses.persons.columns:
        weights = scores.responses.persons["weight"].to_numpy(float)
        by_group, weighted = _weighted(by_group, value, weights, keys, settings.least)
        refused = {**refused, **weighted}
    summary = _summary(scores.items[names], one)
    icc, more = icc_summary(one)
    summary |= icc
    by_group["reliability"] = more.pop("reliability")
    around, sentence = voices(scores.responses, keys, measure, value, items.alpha_within(keys))
    if settings.voice == "partner" and "partners" in around:
        by_name = around["partners"].values.set_index("group")["balanced_mean"]
        balanced = by_name.reindex(keys.names).to_numpy()
        by_group["value"] = np.where(by_group["n"] >= settings.least, balanced, np.nan)
    parts = _Parts(measure, keys, items, one, by_group, summary, {**more, **around}, refused)
    parts.sentence = sentence
    if measure.composition in SHARED:
        return _shared(parts, value, settings)
    return _additive(parts, settings)


@dataclass
class _Parts:
    measure: Measure
    keys: GroupKeys
    items: ItemSet
    one: GroupStatistics
    by_group: pd.DataFrame
    summary: dict[str, Any]
    details: dict[str, Any]
    refused: dict[str, str]
    sentence: str = ""


def _additive(parts: _Parts, settings: Settings) -> Evidence:
    verdict = additive_verdict(parts.summary, parts.by_group, settings.cutoffs)
    return _evidence(parts, verdict, pd.DataFrame(), ())


def _shared(parts: _Parts, value: Floats, settings: Settings) -> Evidence:
    measure, items = parts.measure, parts.items
    null = measure.null_distributions[0] if measure.null_distributions else "uniform"
    name = "rwg_j" if len(items.names) > 1 else "rwg"
    rule = settings.cutoffs[name]
    ratio = items.ratio(null)
    index = agreement.rwg_j(ratio, len(items.names))
    frame = parts.by_group.assign(
        **{name: index},
        rwg_j_lindell=agreement.rwg_j_lindell(ratio),
        awg=mean_known(items.shares()),
        ad_mean=items.deviation("mean"),
        ad_median=items.deviation("median"),
    )
    enough = frame["n"].ge(settings.least).to_numpy() & ~np.isnan(index)
    passes = pd.Series([rule.passes(float(v)) for v in index], dtype="boolean")
    frame["passes"] = passes.where(enough)
    summary = parts.summary | _agreement_summary(name, index, rule, null)
    if settings.repetitions:
        chance, more = chance_of_agreement(items, frame["n"].to_numpy(), ratio, null, settings)
        frame = frame.assign(**chance)
        summary |= more
        z, p, shuffles = shuffled(value, parts.keys, settings.repetitions, settings.seed)
        few = NotComputed("fewer than two groups have two answers, or all answers are the same")
        summary |= {"rgr_z": few if np.isnan(z) else z, "rgr_p": few if np.isnan(p) else p}
        parts.details["random_groups"] = {"z": z, "p": p, "shuffles": shuffles}
    below = frame["passes"].eq(False).fillna(False).to_numpy(bool)
    parts.by_group, parts.summary = frame, summary
    parts.details["sensitivity"] = over_nulls(items, enough, measure.null_distributions, rule.value)
    parts.details["item_icc"] = items.iccs()
    parts.details["without_failing"] = without_failing(parts.one, index, below)
    failing = tuple(group for group, bad in zip(parts.keys.names, below, strict=True) if bad)
    verdict = shared_verdict(summary, frame, settings.cutoffs)
    if verdict.rules:
        sentence = robustness(summary, parts.details["sensitivity"], rule)
        verdict = replace(verdict, text=verdict.text + sentence)
    by_item = items.frame(parts.keys.frame[parts.keys.columns])
    return _evidence(parts, verdict, by_item, failing)


def _evidence(
    parts: _Parts, verdict: Any, by_item: pd.DataFrame, failing: tuple[str, ...]
) -> Evidence:
    measure = parts.measure
    return Evidence(
        measure=measure.id,
        construct=measure.construct_id,
        composition=measure.composition,
        aggregation=measure.aggregation,
        source=measure.source,
        items=parts.items.names,
        by_group=parts.by_group,
        by_item=by_item,
        summary=parts.summary,
        refused=parts.refused,
        failing=failing,
        verdict=verdict.word,
        explanation=verdict.text + parts.sentence,
        rules=verdict.rules,
        details=parts.details,
    )


def _by_group(keys: GroupKeys, one: GroupStatistics, least: int) -> pd.DataFrame:
    n = one.n[:, 0]
    frame = keys.frame[keys.columns].assign(n=n)
    frame["value"] = np.where(n >= least, one.means[:, 0], np.nan)
    frame["mean"] = one.means[:, 0]
    frame["sd"] = np.sqrt(one.variances[:, 0])
    frame["reason"] = [size_reason(int(count), least) for count in n]
    return frame


def size_reason(n: int, least: int) -> str:
    """Say why a group of n answers has no value; empty where it has one.

    Examples
    --------
    >>> size_reason(1, 3)
    '1 answered; at least 3 are asked for'
    """
    if n == 0:
        return "nobody answered"
    return f"{n} answered; at least {least} are asked for" if n < least else ""


def _weighted(
    by_group: pd.DataFrame, value: Floats, weights: Floats, keys: GroupKeys, least: int
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Put weighted means in place of plain ones; say what weights rule out."""
    found = weighted_icc(value, weights, keys.codes, keys.total, 0.95)
    shown = np.where(by_group["n"] >= least, found.means, np.nan)
    refused = {
        f"with weights: {name}": f"{why}; the index shown counts each member once"
        for name, why in REFUSED_WITH_WEIGHTS.items()
    }
    return by_group.assign(value=shown, weight=found.weight), refused


def _summary(items: pd.DataFrame, one: GroupStatistics) -> dict[str, Any]:
    n = one.n[:, 0]
    return {
        "persons": int(n.sum()),
        "groups": int((n > 0).sum()),
        "mean_size": float(n[n > 0].mean()) if (n > 0).any() else NotComputed("nobody answered"),
        "alpha": _alpha(items),
    }


def _alpha(items: pd.DataFrame) -> float | NotComputed:
    answered = items.dropna(axis=1, how="all")
    if answered.shape[1] < 2:
        return NotComputed("alpha needs at least two items that were answered")
    complete = answered.dropna().to_numpy(float)
    if len(complete) < 2:
        return NotComputed("fewer than two persons answered every item")
    value = reliability.cronbach_alpha(np.cov(complete, rowvar=False))
    return NotComputed("the sum of the items does not vary") if np.isnan(value) else value


def _agreement_summary(name: str, index: Floats, rule: Cutoff, null: str) -> dict[str, Any]:
    values = index[~np.isnan(index)]
    names = [f"{name}_{part}" for part in ("mean", "median", "share")]
    if not len(values):
        why = NotComputed("no group has two answers to one item")
        return {**dict.fromkeys(names, why), "null": null}
    share = float(np.mean([rule.passes(float(value)) for value in values]))
    numbers = (float(values.mean()), float(np.median(values)), share)
    return {**dict(zip(names, numbers, strict=True)), "null": null}
