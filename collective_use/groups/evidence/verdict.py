"""Verdicts in words, each with the numbers and the cited rule it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from collective_use.cutoffs import Cutoff
from collective_use.results import NotComputed


@dataclass(frozen=True, slots=True)
class Verdict:
    """A word, the sentences behind it and the rules they cite."""

    word: str
    text: str
    rules: tuple[Cutoff, ...]


def decimals(value: float, digits: int = 2) -> str:
    """Write an index the way journals do, without the leading zero.

    Examples
    --------
    >>> decimals(0.867), decimals(-0.02), decimals(1.0)
    ('.87', '-.02', '1.00')
    """
    text = f"{value:.{digits}f}"
    return text.replace("0.", ".", 1) if abs(float(text)) < 1 else text


def p_text(p: float) -> str:
    """Write a p-value.

    Examples
    --------
    >>> p_text(1e-9), p_text(0.0314)
    ('p < .001', 'p = .031')
    """
    return "p < .001" if p < 0.001 else f"p = {decimals(p, 3)}"


def shared_verdict(
    summary: Mapping[str, Any], by_group: pd.DataFrame, cutoffs: Mapping[str, Cutoff]
) -> Verdict:
    """Judge a measure that members are meant to share: agreement, and difference of groups."""
    name = "rwg_j" if "rwg_j_median" in summary else "rwg"
    label = "rwg(j)" if name == "rwg_j" else "rwg"
    median, share = summary[f"{name}_median"], summary[f"{name}_share"]
    first = (summary[key] for key in (f"{name}_median", "icc1", "p"))
    missing = next((value for value in first if isinstance(value, NotComputed)), None)
    if missing is not None:
        return Verdict("not computed", missing.reason[:1].upper() + missing.reason[1:] + ".", ())
    rule, icc_rule, p_rule = cutoffs[name], cutoffs["icc1"], cutoffs["p"]
    agrees = rule.passes(median)
    differs = icc_rule.passes(summary["icc1"]) and p_rule.passes(summary["p"])
    word = {2: "supported", 1: "partly supported", 0: "not supported"}[agrees + differs]
    judged = int(by_group["passes"].notna().sum())
    text = (
        f"Within groups: median {label} {decimals(median)} against {rule}; "
        f"{share:.0%} of groups reach it ({judged} groups are large enough to be judged). "
        f"{_between(summary, icc_rule)} {_means(summary, cutoffs['icc2'])}"
    )
    return Verdict(word, text, (rule, icc_rule, p_rule, cutoffs["icc2"], cutoffs["group_size"]))


def robustness(summary: Mapping[str, Any], sensitivity: pd.DataFrame, rule: Cutoff) -> str:
    """Return a sentence on other null distributions, and one on agreement by chance."""
    used = str(summary["null"])
    medians = dict(zip(sensitivity["null"], sensitivity["median"], strict=True))
    other = "slight_skew" if used != "slight_skew" else "uniform"
    here, there = medians.get(used, float("nan")), medians[other]
    text = ""
    if here == here and there == there:
        depends = rule.passes(here) != rule.passes(there)
        ending = "the verdict depends on the null" if depends else "the same side of the cut-off"
        text = (
            f" Against the {other.replace('_', ' ')} null in place of {used.replace('_', ' ')} the "
            f"median would be {decimals(there)}: {ending}."
        )
    share = summary.get("above_chance")
    if isinstance(share, float):
        text += (
            f" {share:.0%} of groups agree more than chance allows under the "
            f"{used.replace('_', ' ')} null (false discovery rate held over the groups)."
        )
    return text


def additive_verdict(
    summary: Mapping[str, Any], by_group: pd.DataFrame, cutoffs: Mapping[str, Cutoff]
) -> Verdict:
    """Judge an additive measure: only the reliability of its group means."""
    value = summary["icc2"]
    if isinstance(value, NotComputed):
        return Verdict("not computed", value.reason[:1].upper() + value.reason[1:] + ".", ())
    rule = cutoffs["icc2"]
    word = "supported" if rule.passes(value) else "not supported"
    text = f"{_means(summary, rule)} Agreement is not asked of an additive measure."
    return Verdict(word, text, (rule, cutoffs["group_size"]))


def _between(summary: Mapping[str, Any], rule: Cutoff) -> str:
    f = summary["f"]
    test = (
        "" if isinstance(f, NotComputed) else f", F({summary['df1']}, {summary['df2']}) = {f:.2f}"
    )
    return (
        f"Between groups: ICC(1) {decimals(summary['icc1'], 3)} against {rule}{test}, "
        f"{p_text(summary['p'])}."
    )


def _means(summary: Mapping[str, Any], rule: Cutoff) -> str:
    value = summary["icc2"]
    if isinstance(value, NotComputed):
        return f"ICC(2) was not computed: {value.reason}."
    word = "reliable" if rule.passes(value) else "not reliable"
    return f"Group means are {word}: ICC(2) {decimals(value)} against {rule}."
