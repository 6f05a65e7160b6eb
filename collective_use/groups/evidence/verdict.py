"""Verdicts in words, each with the numbers and the cited rule it came from.

Two questions are answered apart. Do groups differ? And do members agree more than members of
different groups do? Answers that lean to one end agree with everybody's, so that a high rwg(j)
alone says nothing about the group (Woehr, Loignon, Schmidt, Loughry & Ohland 2015,
Organizational Research Methods, doi 10.1177/1094428115582090).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collective_use.cutoffs import Cutoff
from collective_use.groups.evidence.parts import (
    AgainstRandom,
    Agreement,
    Chance,
    Differences,
    Number,
    Response,
)
from collective_use.results import NotComputed

SUPPORTED = "supported"
LITTLE = "differences, little agreement"
NOTHING = "no evidence of a group property"
CANNOT = "cannot be judged"


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


@dataclass(frozen=True, slots=True)
class Facts:
    """What a shared measure is judged by, all over the same judged groups.

    Attributes
    ----------
    judged, too_small, silent
        Groups that are judged, that are too small, and of whose members too few answered.
    differences, agreement, random
        The answers to the two questions.
    """

    judged: int
    too_small: int
    silent: int
    differences: Differences
    agreement: Agreement
    random: AgainstRandom


def shared_verdict(facts: Facts, cutoffs: Mapping[str, Cutoff]) -> Verdict:
    """Judge a measure that members are meant to share.

    ``supported``: groups differ (the interval of ICC(1) lies above zero), members agree more
    than members of different groups do, and the median index reaches its cut-off; ``supported
    under the ... null only`` where another declared null distribution puts the median below it.
    ``differences, little agreement``: both tests hold, and the index or ICC(1) stays below its
    cut-off. ``no evidence of a group property``: members agree no more than people of different
    groups. ``cannot be judged``: with what it would take.
    """
    index = facts.agreement.index
    names = (index, "icc1", "p", "icc2", "group_size", "groups", "group_response")
    rules = tuple(cutoffs[name] for name in names)
    why = _cannot(facts, cutoffs)
    if why:
        return Verdict(CANNOT, why, rules)
    d, a, r = facts.differences, facts.agreement, facts.random
    level = cutoffs["p"]
    real = differ(d, level) and level.passes(_number(r.agree_p))
    word = _word(a, d, cutoffs) if real else NOTHING
    text = (
        f"{_population(facts)} Do groups differ? {_differ(d, cutoffs)} Do members agree more than "
        f"members of different groups? {_agree_more(r, level)} "
        f"{_how_much(a, cutoffs[index])} {_means(d.icc2, cutoffs['icc2'])}"
    )
    return Verdict(word, text, rules)


def differ(d: Differences, level: Cutoff) -> bool:
    """Tell whether groups are shown to differ: the interval of ICC(1) lies above zero.

    With the level at .05 that is the 95% interval, so F must reach .025: groups can also differ
    less than chance, and that is the other half.
    """
    return _number(d.p) <= level.value / 2.0


def _word(a: Agreement, d: Differences, cutoffs: Mapping[str, Cutoff]) -> str:
    rule = cutoffs[a.index]
    if not (rule.passes(_number(a.median)) and cutoffs["icc1"].passes(judging_icc(d))):
        return LITTLE
    good = [null for null, median in a.medians.items() if rule.passes(median)]
    if len(good) == len(a.medians):
        return SUPPORTED
    under = " and ".join(null.replace("_", " ") for null in good)
    return f"{SUPPORTED} under the {under} null only"


def judging_icc(d: Differences) -> float:
    """Return the ICC(1) that judges: by REML, and with k0 where that has no optimum."""
    return _number(d.icc1_k0 if isinstance(d.icc1_reml, NotComputed) else d.icc1_reml)


def _number(value: Number) -> float:
    return float("nan") if isinstance(value, NotComputed) else float(value)


def _cannot(facts: Facts, cutoffs: Mapping[str, Cutoff]) -> str:
    """Return why a measure cannot be judged, with what it would take; empty where it can."""
    least, groups, share = (cutoffs[name] for name in ("group_size", "groups", "group_response"))
    gaps = _gaps(facts, least, share)
    take = (
        f"It takes {groups.value:g} groups of {least.value:g} or more who answered"
        f"{f', {share.value:.0%} of the members of each' if facts.silent else ''}."
    )
    if not facts.judged:
        return f"No group can be judged{gaps}. {take}"
    d, a, r = facts.differences, facts.agreement, facts.random
    if isinstance(d.p, NotComputed):
        return f"{_sentence(d.p.reason)}{gaps}. {take}"
    if not groups.passes(facts.judged):
        return f"Only {facts.judged} groups can be judged{gaps}; the rule is {groups}. {take}"
    for value in (a.median, r.agree_p):
        if isinstance(value, NotComputed):
            return f"{_sentence(value.reason)}: there is nothing to judge."
    return ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _gaps(facts: Facts, least: Cutoff, share: Cutoff) -> str:
    parts = []
    if facts.too_small:
        parts.append(f"{facts.too_small} with fewer than {least.value:g} answers")
    if facts.silent:
        parts.append(
            f"{facts.silent} of which fewer than {share.value:.0%} of the members answered"
        )
    return f" (left out of this: {'; '.join(parts)})" if parts else ""


def _population(facts: Facts) -> str:
    left = []
    if facts.too_small:
        left.append(f"{facts.too_small} too small")
    if facts.silent:
        left.append(f"{facts.silent} with too few of their members")
    return f"{facts.judged} groups are judged" + (f", {', '.join(left)}." if left else ".")


def _differ(d: Differences, cutoffs: Mapping[str, Cutoff]) -> str:
    value = judging_icc(d)
    way = "k0" if isinstance(d.icc1_reml, NotComputed) else "REML"
    limits = (
        ""
        if isinstance(d.icc1_low, NotComputed) or isinstance(d.icc1_high, NotComputed)
        else f" [{decimals(d.icc1_low, 3)}, {decimals(d.icc1_high, 3)}]"
    )
    f = "" if isinstance(d.f, NotComputed) else f", F({d.df1}, {d.df2}) = {d.f:.2f}"
    plain = "" if isinstance(d.icc1, NotComputed) else f"; {decimals(d.icc1, 3)} with N/G"
    answer = "Yes" if differ(d, cutoffs["p"]) else "Not shown (the interval holds zero)"
    return (
        f"{answer}: ICC(1) {decimals(value, 3)}{limits} by {way}{plain}, against "
        f"{cutoffs['icc1']}{f}, {p_text(_number(d.p))}."
    )


def _agree_more(r: AgainstRandom, level: Cutoff) -> str:
    answer = "Yes" if level.passes(_number(r.agree_p)) else "Not shown"
    if isinstance(r.within, NotComputed) or isinstance(r.expected, NotComputed):
        return f"{answer}."
    return (
        f"{answer}: they disagree {r.within / r.expected:.0%} as much as in random groups of the "
        f"same sizes, z = {_number(r.agree_z):.2f}, {p_text(_number(r.agree_p))}"
        f"{_by_index(r, level)}."
    )


def _by_index(r: AgainstRandom, level: Cutoff) -> str:
    """Return what each index says of it, those that say otherwise named as such."""
    found = {"rwg(j)": r.agree_p_rwg, "AD": r.agree_p_ad, "awg": r.agree_p_awg}
    known = {name: p for name, p in found.items() if not isinstance(p, NotComputed)}
    if not known:
        return ""
    here = level.passes(_number(r.agree_p))
    other = [name for name, p in known.items() if level.passes(p) != here]
    chances = ", ".join(f"{name} {p_text(p)}" for name, p in known.items())
    ending = f": not so by {' and '.join(other)}" if other else ""
    return f" (by their means over groups: {chances}{ending})"


def _how_much(a: Agreement, rule: Cutoff) -> str:
    label = "rwg(j)" if a.index == "rwg_j" else "rwg"
    share = _number(a.share)
    text = (
        f"How much? The median {label} {decimals(_number(a.median))} stands against {rule} under "
        f"the {_spoken(a.null)} null; {1 - share:.0%} of the groups are below."
    )
    here = rule.passes(_number(a.median))
    for null, median in a.medians.items():
        if null == a.null or median != median:
            continue
        flips = rule.passes(median) != here
        ending = "the verdict depends on the null" if flips else "the same side of the cut-off"
        text += (
            f" Against the {_spoken(null)} null in place of {_spoken(a.null)} it would be "
            f"{decimals(median)}: {ending}."
        )
    return text


def _spoken(null: str) -> str:
    return null.replace("_", " ")


def about_chance(chance: Chance, null: str, level: Cutoff, word: str) -> str:
    """Return a sentence on the chance of single groups, or on why there is no power."""
    under = f"under the {_spoken(null)} null"
    if isinstance(chance.least_p, NotComputed):
        return ""
    if not level.passes(chance.least_p):
        return (
            " No single group can be told from chance: in groups this small even full agreement "
            f"has {p_text(chance.least_p)} {under}."
        )
    if word == CANNOT or isinstance(chance.above_chance, NotComputed):
        return f" Full agreement of a whole group would have {p_text(chance.least_p)} {under}."
    text = (
        f" {chance.above_chance:.0%} of the groups agree more than chance allows {under} (false "
        "discovery rate held over the groups)."
    )
    if chance.above_chance > 0:
        return text
    # none of them says little where none could
    return text + f" Full agreement of a whole group would have {p_text(chance.least_p)}."


def about_response(response: Response | None, rule: Cutoff) -> str:
    """Return a sentence on the share of members who answered, where it is known."""
    if response is None or isinstance(response.response_share, NotComputed):
        return ""
    return (
        f" {response.response_share:.0%} of the members answered (median over groups; groups are "
        f"judged from {rule.value:.0%} on)."
    )


def additive_verdict(
    reliability: Number, what: str, cutoffs: Mapping[str, Cutoff], facts: Sequence[int]
) -> Verdict:
    """Judge an additive measure: only the reliability of its group values.

    Parameters
    ----------
    reliability
        The one that its aggregation asks for.
    what
        Its name in the sentence.
    cutoffs
        The rules.
    facts
        Groups judged, too small, and with too few of their members.
    """
    rules = (cutoffs["icc2"], cutoffs["group_size"], cutoffs["group_response"])
    if isinstance(reliability, NotComputed):
        reason = reliability.reason
        return Verdict(CANNOT, reason[:1].upper() + reason[1:] + ".", rules)
    rule = cutoffs["icc2"]
    word = SUPPORTED if rule.passes(reliability) else "not supported"
    adjective = "reliable" if rule.passes(reliability) else "not reliable"
    judged, small, silent = facts
    left = (
        f" ({small} too small, {silent} with too few of their members)" if small or silent else ""
    )
    text = (
        f"Over {judged} groups{left}, group values are {adjective}: {what} "
        f"{decimals(reliability)} against {rule}. Agreement is not asked of an additive measure."
    )
    return Verdict(word, text, rules)


def _means(value: Number, rule: Cutoff) -> str:
    if isinstance(value, NotComputed):
        return f"ICC(2) was not computed: {value.reason}."
    word = "reliable" if rule.passes(value) else "not reliable"
    return f"Group means are {word}: ICC(2) {decimals(value)} against {rule}."
