"""What a form asks of a respondent: judgements and minutes, by group size.

Minutes are reading (words or characters at a published speed) plus judging (seconds for each
kind of judgement, planning values). Rosters grow with the group, so that a form that is short
for four members may be long for twelve.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collective_use.cutoffs import Cutoff
from collective_use.instrument.lint import readability
from collective_use.instrument.lint.rules import RULES
from collective_use.instrument.model import Block, Form, Instrument, Item, Roster, Text
from collective_use.instrument.vocabulary import ROSTER_KINDS


@dataclass(frozen=True, slots=True)
class Burden:
    """The estimate for one form, one choice of modules, one group size and one language.

    Attributes
    ----------
    form, modules
        The form, and ``"default"``, ``"none"`` or ``"all"`` of its modules.
    group_size, partners
        Members and partners of the group; rosters list them.
    language
        The language read.
    judgements
        Answers to give.
    minutes
        Reading and judging.
    roster_judgements
        Those of them that grow with the group.
    """

    form: str
    modules: str
    group_size: int
    partners: int
    language: str
    judgements: int
    roster_judgements: int
    minutes: float


def burdens(
    instrument: Instrument, group_sizes: Sequence[int], rules: Mapping[str, Cutoff]
) -> tuple[Burden, ...]:
    """Estimate every form for members, by choice of modules, group size and language."""
    found: list[Burden] = []
    for form in instrument.forms:
        choices = ("default", "none", "all") if form.modules else ("default",)
        for modules in choices:
            blocks = asked_blocks(form, modules)
            found += [
                _estimate(instrument, form, modules, blocks, size, language, rules)
                for size in group_sizes
                for language in instrument.languages
            ]
    return tuple(found)


def asked_blocks(form: Form, modules: str) -> tuple[Block, ...]:
    """Return the blocks that members see with a choice of modules."""
    switched = {
        module.id
        for module in form.modules
        if modules == "all" or (modules == "default" and module.default_on)
    }
    return tuple(
        block
        for block in form.blocks
        if block.respondent == "member" and (block.module is None or block.module in switched)
    )


def has_roster(instrument: Instrument, blocks: Sequence[Block]) -> bool:
    """Tell whether blocks ask for answers about listed members or partners."""
    kinds = {item.id: item.kind for item in instrument.items}
    return any(kinds.get(name) in ROSTER_KINDS for block in blocks for name in block.items)


def partners_of(group_size: int) -> int:
    """Return the partners assumed for a group: one for every two members, two at least.

    Examples
    --------
    >>> [partners_of(size) for size in (4, 8, 12)]
    [2, 4, 6]
    """
    return max(2, math.ceil(group_size / 2))


def listed(roster: Roster, group_size: int) -> int:
    """Return how many a roster has to list for a group, whatever its room."""
    if roster.of == "partners":
        return partners_of(group_size)
    return group_size - (not roster.include_self)


def _estimate(
    instrument: Instrument,
    form: Form,
    modules: str,
    blocks: Sequence[Block],
    size: int,
    language: str,
    rules: Mapping[str, Cutoff],
) -> Burden:
    counts = _counts(instrument, blocks, size)
    rostered = sum(count for item, count in counts if item.kind in ROSTER_KINDS)
    total = sum(count for _, count in counts)
    partners = partners_of(size)
    minutes = minutes_for(instrument, blocks, size, language, rules)
    return Burden(form.id, modules, size, partners, language, total, rostered, minutes)


def _counts(instrument: Instrument, blocks: Sequence[Block], size: int) -> list[tuple[Item, int]]:
    """Return the items of blocks with the answers that each asks for."""
    known = {item.id: item for item in instrument.items}
    items = [known[name] for block in blocks for name in block.items if name in known]
    lengths = {r.id: min(r.maximum, listed(r, size)) for r in instrument.rosters}
    return [(item, judgements(item, lengths.get(item.roster or "", 0))) for item in items]


def minutes_for(
    instrument: Instrument,
    blocks: Sequence[Block],
    group_size: int,
    language: str,
    rules: Mapping[str, Cutoff] = RULES,
) -> float:
    """Estimate the minutes that blocks take to read and answer.

    Parameters
    ----------
    instrument, blocks
        The blocks that are asked.
    group_size
        Members of the group, whom rosters list.
    language
        The language read.
    rules
        Reading speeds and the seconds of each kind of judgement.

    Examples
    --------
    >>> import collective_use as cu
    >>> bank = cu.load_instrument("lq2002")
    >>> minutes_for(bank, bank.get_form().blocks, 8, "en") < 12
    True
    """
    counts = _counts(instrument, blocks, group_size)
    seconds = sum(seconds_for(item, count, rules) for item, count in counts)
    seconds += len(blocks) * rules["seconds_page"].value
    read = _reading(instrument, blocks, [item for item, _ in counts], language)
    return (seconds + read / _speed(language, rules) * 60) / 60


def judgements(item: Item, listed: int) -> int:
    """Count the answers an item asks for, given the length of its roster."""
    if item.kind == "auto":
        return 0
    if item.kind in ("roster_valued", "roster_binary", "allocation"):
        return listed
    if item.kind == "roster_roles":
        return listed * len(item.options)
    if item.kind in ("roster_nominate", "checklist", "rating_list"):
        return len(item.options)
    return 1


_SECONDS = {
    "likert": "seconds_statement",
    "rating_list": "seconds_statement",
    "roster_valued": "seconds_tie",
    "roster_binary": "seconds_tick",
    "roster_roles": "seconds_tick",
    "checklist": "seconds_tick",
    "roster_nominate": "seconds_nomination",
    "allocation": "seconds_points",
    "choice": "seconds_choice",
    "text": "seconds_text",
}


def seconds_for(item: Item, count: int, rules: Mapping[str, Cutoff]) -> float:
    """Return the seconds for judging an item, without reading it."""
    return count * rules[_SECONDS.get(item.kind, "seconds_field")].value


def _speed(language: str, rules: Mapping[str, Cutoff]) -> float:
    chinese = readability.is_chinese(language)
    return rules["characters_per_minute" if chinese else "words_per_minute"].value


def _reading(
    instrument: Instrument, blocks: Sequence[Block], items: Sequence[Item], language: str
) -> int:
    title = instrument.form_title or instrument.title
    texts: list[Text] = [title, instrument.purpose, instrument.definitions]
    naming = {r.consent for r in instrument.rosters if any(i.roster == r.id for i in items)}
    modules = {roster.consent for roster in instrument.rosters}
    texts += [
        consent.text
        for consent in instrument.consent
        if consent.respondent != "informant" and (consent.id in naming or consent.id not in modules)
    ]
    for block in blocks:
        texts += [block.title, block.intro]
    scales = {item.scale for item in items}
    for scale in instrument.scales:
        if scale.id in scales:
            texts += [scale.stem, *(option.label for option in scale.options)]
    for item in items:
        texts += [item.text, *(option.label for option in item.options)]
    return sum(readability.length(text.get(language, ""), language) for text in texts)
