"""Roll-ups over groups: what a mean over all groups would give away."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import replace

import pandas as pd

from collective_use.disclosure import DIGITS, POSSIBILITIES, Disclosure
from collective_use.frames import number_at
from collective_use.groups.disclosure.digits import (
    as_written,
    round_ratios,
    rounded_table,
    rounded_text,
)
from collective_use.groups.disclosure.figures import Sight
from collective_use.groups.evidence.result import Evidence
from collective_use.groups.results import Groups
from collective_use.record import Entry, Record, counted

WORDS = (
    "measure", "construct", "composition", "aggregation", "source", "items", "persons", "groups",
    "mean_size", "null", "rules", "refused", "not_computed", "index",
)  # fmt: skip
"""Columns of the table of measures that hold no figure about answers."""


COUNTS = (
    "items", "persons", "groups", "mean_size", "groups_judged", "df1", "df2", "informants",
    "groups_over_gate", "groups_failing", "response_share", "response_rate_mean",
)  # fmt: skip
"""Columns that count persons, groups or items, and tell of no answer."""

SHARES = ("rwg_j_share", "above_chance")
"""Columns that tell of which share of the groups something holds."""

_OF_GROUPS = re.compile(r"(\d+)% of the groups")

BETWEEN = ("value_mean", "value_sd")
"""Columns that describe the values of groups."""


_OF_ONE_GROUP = re.compile(
    r"the mean of group (?P<group>.+?) would move by [-+−]?[\d.]+, the most of all groups"
)


def unnamed(text: str) -> str:
    """Return a sentence of a verdict without the one group that it names: groups are shown in
    tables that ask how many answered.

    Examples
    --------
    >>> unnamed("with one voice a partner the mean of group g37 would move by -0.66, the most of "
    ...         "all groups.")
    'with one voice a partner the means of groups would move (--full says how far).'
    """
    return _OF_ONE_GROUP.sub("the means of groups would move (--full says how far)", text)


def measures_for_others(
    groups: Groups, seen: Mapping[str, Sight], rule: Disclosure
) -> pd.DataFrame:
    """Return the table of measures, rounded, with the rows withheld that rest on too few people.

    A figure over all groups is the figure of a small group where that group is alone, and
    is the answer of few people where few answered in total. Groups that are withheld are not
    counted as failing a check of their answers.
    """
    exact = groups.measures_frame()
    frame = rounded_table(exact, COUNTS)
    for row, name in zip(exact.index, exact["measure"].astype(str), strict=True):
        view, part = seen[name], groups.evidence[name]
        answering = float(view.n.sum())
        ratio = rule.ratio_step(answering)
        round_ratios(frame, exact, row, ratio)
        text = unnamed(str(exact.loc[row, "explanation"]))
        frame.loc[row, "explanation"] = rounded_text(text, ratio, as_written(exact, frame, row))
        _round_shares(frame, exact, row, rule)
        if view.exact or not answering:
            continue
        reason = _too_few(groups, part, view)
        if reason:
            _withhold(frame, row, reason)
            continue
        known = int(part.by_group["value"].notna().sum())
        step = max(10.0**-DIGITS, rule.mean_step(max(1, known), view.grain))
        for column in BETWEEN:
            if column in frame:
                frame.loc[row, column] = rule.rounded(number_at(exact, row, column), step)
        if view.beside and "value_mean" in frame:
            frame.loc[row, "value_mean"] = float("nan")
        frame.loc[row, "groups_failing"] = _failing(groups, part, view)
    return frame


def _round_shares(
    frame: pd.DataFrame, exact: pd.DataFrame, row: Hashable, rule: Disclosure
) -> None:
    """Round shares of groups so that one group may be otherwise, whatever is shown.

    Where all groups agree, each of them is known to: beside its mean that may leave a single set
    of answers, which is why it is not shown of small groups.
    """
    groups = number_at(exact, row, "groups_judged") if "groups_judged" in exact else float("nan")
    if not groups > 0:
        return
    step = max(10.0**-DIGITS, rule.coarser(2.01 / groups))
    for column in SHARES:
        if column in frame:
            frame.loc[row, column] = rule.rounded(number_at(exact, row, column), step)
    frame.loc[row, "explanation"] = _OF_GROUPS.sub(
        lambda found: f"{rule.rounded(int(found[1]) / 100, step):.0%} of the groups",
        str(frame.loc[row, "explanation"]),
    )


def _too_few(groups: Groups, part: Evidence, view: Sight) -> str:
    """Say why nothing over all groups is shown; "" where it is."""
    answering = float(view.n.sum())
    if not view.rule.shows(answering):
        return view.rule.withheld(answering) + "."
    valued = part.by_group["value"].notna().to_numpy(bool)
    if 0 < valued.sum() < POSSIBILITIES and not view.mean[valued].all():
        return (
            f"{counted(int(valued.sum()), 'groups')} with a value, of which one is withheld; "
            "figures over all groups would be those of that group."
        )
    return ""


def _withhold(frame: pd.DataFrame, row: Hashable, reason: str) -> None:
    for column in frame.columns:
        if column not in WORDS:
            numeric = pd.api.types.is_numeric_dtype(frame[column])
            frame.loc[row, column] = float("nan") if numeric else None
    frame.loc[row, "explanation"] = reason
    frame.loc[row, "verdict"] = "withheld"


def _failing(groups: Groups, part: Evidence, view: Sight) -> int:
    """Count the groups under the cut-off among those of which that is shown."""
    names = group_names(groups.values)
    shown = {name for name, seen in zip(names, view.spread, strict=True) if seen}
    return sum(name in shown for name in part.failing)


def group_names(values: pd.DataFrame) -> list[str]:
    """Return the groups by name, with the wave where there are several."""
    parts = values[[n for n in ("group", "wave") if n in values.columns]].astype(str)
    return [" / ".join(row) for row in parts.itertuples(index=False, name=None)]


def record_for_others(record: Record, groups: Groups, rule: Disclosure) -> Record:
    """Return a record in which no small group is named as failing a check of its answers.

    That a group of three disagrees tells each member how far the two others are off; beside its
    mean, that one of six does may leave a single set of answers.
    """
    names = group_names(groups.values)
    sizes = zip(names, groups.values["n"], strict=True)
    small = {name for name, size in sizes if not rule.shows_spread(size)}
    about_groups = ("groups", "note", "groups")
    entries = [
        _without(entry, small) if (entry.room, entry.kind, entry.of) == about_groups else entry
        for entry in record.entries
    ]
    return Record(tuple(entries))


def _without(entry: Entry, small: set[str]) -> Entry:
    """Return an entry that neither names nor counts small groups."""
    kept = tuple(name for name in entry.what if name not in small)
    count = entry.count
    if count is not None:
        count -= len(entry.what) - len(kept)
    return replace(entry, what=kept, count=count)
