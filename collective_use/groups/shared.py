"""Evidence for measures that members are meant to share, and for additive ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from collective_use.cutoffs import Cutoff
from collective_use.groups.evidence import Evidence, empty_evidence
from collective_use.groups.keys import GroupKeys
from collective_use.groups.refusals import refused_checks
from collective_use.groups.verdict import additive_verdict, shared_verdict
from collective_use.instrument.model import SHARED, Instrument, Measure
from collective_use.numerics import agreement, anova, icc_limits, nulls, reliability
from collective_use.numerics.group_statistics import GroupStatistics, group_statistics
from collective_use.results import NotComputed

if TYPE_CHECKING:
    from collective_use.scores.table import Scores


def member_evidence(
    scores: Scores, keys: GroupKeys, measure: Measure, cutoffs: Mapping[str, Cutoff]
) -> Evidence:
    """Return the evidence for a measure whose group value is the mean of its members."""
    instrument = scores.responses.instrument
    refused = refused_checks(measure)
    items = [item for item in measure.items if item in scores.items.columns]
    if measure.id not in scores.values.columns or not items:
        why = "none of the measure's items is in the data"
        return empty_evidence(measure, keys.frame[keys.columns], why, refused)
    value = scores.values[measure.id].to_numpy(float)
    one = group_statistics(value, keys.codes, keys.total)
    by_item, stats, ratio = _items(scores, keys, instrument, items)
    least = int(cutoffs["group_size"].value)
    by_group = _by_group(keys, one, least)
    shared = measure.composition in SHARED
    if shared:
        by_group = _with_agreement(by_group, stats, ratio, len(items), cutoffs)
    summary = _summary(scores.items[items], one, by_group, shared, cutoffs)
    judge = shared_verdict if shared else additive_verdict
    verdict = judge(summary, by_group, cutoffs)
    failing: tuple[str, ...] = ()
    if shared:
        below = by_group["passes"].eq(False).fillna(False)
        failing = tuple(name for name, bad in zip(keys.names, below, strict=True) if bad)
    return Evidence(
        measure=measure.id,
        construct=measure.construct_id,
        composition=measure.composition,
        aggregation=measure.aggregation,
        source=measure.source,
        items=tuple(items),
        by_group=by_group,
        by_item=by_item if shared else pd.DataFrame(),
        summary=summary,
        refused=refused,
        failing=failing,
        verdict=verdict.word,
        explanation=verdict.text,
        rules=verdict.rules,
    )


def _items(
    scores: Scores, keys: GroupKeys, instrument: Instrument, items: list[str]
) -> tuple[pd.DataFrame, list[GroupStatistics], np.ndarray[Any, np.dtype[np.float64]]]:
    """Return the item frame, the statistics by item and (G,) the mean variance ratio."""
    frames, stats, ratios = [], [], []
    for item in items:
        codes = sorted(instrument.get_scale(str(instrument.get_item(item).scale)).codes)
        column = scores.items[item].to_numpy(float)
        one = group_statistics(column, keys.codes, keys.total, options=codes)
        null = nulls.uniform_variance(codes)
        variance = one.variances[:, 0]
        frames.append(
            keys.frame[keys.columns].assign(
                item=item,
                n=one.n[:, 0],
                mean=one.means[:, 0],
                variance=variance,
                rwg=agreement.rwg(variance, null),
                awg=agreement.awg(one, codes[0], codes[-1])[:, 0],
                ad_mean=agreement.average_deviation(one)[:, 0],
                ad_median=agreement.average_deviation(one, "median")[:, 0],
            )
        )
        stats.append(one)
        ratios.append(variance / null)
    return pd.concat(frames, ignore_index=True), stats, _mean_known(np.column_stack(ratios))


def _mean_known(
    table: np.ndarray[Any, np.dtype[np.float64]],
) -> np.ndarray[Any, np.dtype[np.float64]]:
    known = ~np.isnan(table)
    number = known.sum(axis=1)
    total = np.where(known, table, 0.0).sum(axis=1)
    return np.divide(total, number, out=np.full(len(table), np.nan), where=number > 0)


def _by_group(keys: GroupKeys, one: GroupStatistics, least: int) -> pd.DataFrame:
    n = one.n[:, 0]
    frame = keys.frame[keys.columns].assign(n=n)
    frame["value"] = np.where(n >= least, one.means[:, 0], np.nan)
    frame["mean"] = one.means[:, 0]
    frame["sd"] = np.sqrt(one.variances[:, 0])
    frame["reason"] = [_reason(int(count), least) for count in n]
    return frame


def _reason(n: int, least: int) -> str:
    if n == 0:
        return "nobody answered"
    if n < least:
        members = "member" if n == 1 else "members"
        return f"{n} {members} answered; at least {least} are asked for"
    return ""


def _with_agreement(
    frame: pd.DataFrame,
    stats: list[GroupStatistics],
    ratio: np.ndarray[Any, np.dtype[np.float64]],
    n_items: int,
    cutoffs: Mapping[str, Cutoff],
) -> pd.DataFrame:
    around = {
        name: _mean_known(
            np.column_stack([agreement.average_deviation(one, name)[:, 0] for one in stats])
        )
        for name in ("mean", "median")
    }
    name = "rwg_j" if n_items > 1 else "rwg"
    index = agreement.rwg_j(ratio, n_items)
    frame = frame.assign(
        **{name: index},
        rwg_j_lindell=agreement.rwg_j_lindell(ratio),
        ad_mean=around["mean"],
        ad_median=around["median"],
    )
    enough = frame["n"].ge(cutoffs["group_size"].value) & ~np.isnan(index)
    passes = pd.Series([cutoffs[name].passes(value) for value in index], dtype="boolean")
    return frame.assign(passes=passes.where(enough))


def _summary(
    items: pd.DataFrame,
    one: GroupStatistics,
    by_group: pd.DataFrame,
    shared: bool,
    cutoffs: Mapping[str, Cutoff],
) -> dict[str, Any]:
    n = one.n[:, 0]
    summary: dict[str, Any] = {
        "persons": int(n.sum()),
        "groups": int((n > 0).sum()),
        "mean_size": float(n[n > 0].mean()) if (n > 0).any() else NotComputed("nobody answered"),
        "alpha": _alpha(items),
    }
    summary |= _icc_summary(anova.one_way_of(one))
    if shared:
        summary |= _agreement_summary(by_group, cutoffs)
    return summary


def _alpha(items: pd.DataFrame) -> float | NotComputed:
    if items.shape[1] < 2:
        return NotComputed("alpha needs at least two items")
    complete = items.dropna().to_numpy(float)
    if len(complete) < 2:
        return NotComputed("fewer than two persons answered every item")
    value = reliability.cronbach_alpha(np.cov(complete, rowvar=False))
    return NotComputed("the sum of the items does not vary") if np.isnan(value) else value


def _icc_summary(table: anova.OneWay) -> dict[str, Any]:
    names = ("icc1", "icc1_low", "icc1_high", "icc1_k0", "icc2", "f", "df1", "df2", "p")
    if table.df_between < 1:
        return dict.fromkeys(names, NotComputed("there is one group only"))
    if table.df_within < 1:
        return dict.fromkeys(names, NotComputed("no group has two answers"))
    if table.ss_within + table.ss_between == 0:
        return dict.fromkeys(names, NotComputed("all answers are the same"))
    low, high = icc_limits.wald_limits(table)
    why = NotComputed("members of each group answered all the same")
    return {
        "icc1": anova.icc1(table, table.size_mean),
        "icc1_low": why if np.isnan(low) else low,
        "icc1_high": why if np.isnan(high) else high,
        "icc1_k0": anova.icc1(table, table.size_k0),
        "icc2": anova.icc2(table) if table.ms_between > 0 else NotComputed("group means are equal"),
        "f": table.f if np.isfinite(table.f) else why,
        "df1": table.df_between,
        "df2": table.df_within,
        "p": table.p,
    }


def _agreement_summary(by_group: pd.DataFrame, cutoffs: Mapping[str, Cutoff]) -> dict[str, Any]:
    name = "rwg_j" if "rwg_j" in by_group.columns else "rwg"
    values = by_group[name].dropna()
    names = [f"{name}_{part}" for part in ("mean", "median", "share")]
    if values.empty:
        why = NotComputed("no group has two answers to one item")
        return {**dict.fromkeys(names, why), "null": "uniform"}
    share = float(np.mean([cutoffs[name].passes(value) for value in values]))
    numbers = (float(values.mean()), float(values.median()), share)
    return {**dict(zip(names, numbers, strict=True)), "null": "uniform"}
