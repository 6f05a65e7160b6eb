"""The tables of groups as others may see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from collective_use.cutoffs import cutoffs_with
from collective_use.disclosure import Disclosure, disclosure_rule
from collective_use.groups.between.table_one import TableOne, table_one
from collective_use.groups.disclosure.figures import MEANS, Sight, sights
from collective_use.groups.disclosure.first import table_for_others
from collective_use.groups.disclosure.totals import measures_for_others
from collective_use.groups.results import Groups
from collective_use.record import Record

if TYPE_CHECKING:
    from collective_use.scores.table import Scores


@dataclass(frozen=True)
class Shown:
    """What may be shown to others, and what was held back.

    Attributes
    ----------
    values, agreement, measures
        As `Groups.to_frame`, `Groups.agreement_frame` and `Groups.measures_frame`, with small
        groups withheld and figures rounded; `rounded_to` in `agreement` is the step of `value`.
    table_one
        Table 1 as others may see it; None when no scores were given.
    rule
        From which size on, and how finely.
    record
        How many groups were withheld and why.
    """

    values: pd.DataFrame
    agreement: pd.DataFrame
    measures: pd.DataFrame
    table_one: TableOne | None
    rule: Disclosure
    record: Record


def for_others(
    groups: Groups,
    scores: Scores | None = None,
    *,
    cutoffs: Mapping[str, float] | None = None,
    shown_items: Collection[str] = (),
) -> Shown:
    """Return the tables of groups without anything that tells what a person answered.

    Groups with fewer respondents than the cut-off ``disclosure_size`` show nothing; where it
    is one group alone, the next smallest is held back with it. Means of larger groups are
    rounded to a step that depends on their size and on the number of items; figures of spread
    begin at twice the size. Means of facets, and of measures that share items with one that is
    shown, are left out: together they tell more than each alone. What is told about the group
    itself (composition ``global``) stays as it is.

    Parameters
    ----------
    groups
        From `collective_use.aggregate`.
    scores
        The scores that the groups were made of: needed for Table 1.
    cutoffs
        Other values for named cut-offs, as given to `aggregate`.
    shown_items
        Items of measures whose means are shown beside these tables, where measures are aggregated
        one by one.

    Returns
    -------
    Shown
        The tables, the rule, and what was held back.

    Raises
    ------
    InputError
        When a cut-off is not known.

    Examples
    --------
    >>> import collective_use as cu
    >>> bank = cu.load_instrument("lq2002")
    >>> scores = cu.score(cu.read_responses(cu.sample_path("lq2002.csv"), bank))
    >>> groups = cu.aggregate(scores, repetitions=0)
    >>> float(groups.values["lead"][0]), float(for_others(groups, scores).values["lead"][0])
    (2.882575757575758, 2.88)
    """
    rule = disclosure_rule(cutoffs_with(cutoffs))
    base = groups.values
    seen = sights(groups, rule, shown_items)
    # With the bands of a scale's mean those of its facets would leave single answers.
    values = base.drop(
        columns=[name for name in base if str(name).partition(".")[0] in seen and "." in str(name)]
    )
    parts = []
    for name, part in groups.evidence.items():
        is_mean = part.composition in MEANS
        table = _agreement(part.by_group, seen[name], is_mean=is_mean)
        parts.append(table.assign(measure=name, composition=part.composition))
        if name in values:
            values[name] = table["value"].to_numpy()
    values["reason"] = [
        str(reason) or ("" if rule.shows(n) else rule.withheld(n))
        for reason, n in zip(base["reason"].fillna(""), base["n"], strict=True)
    ]
    measures = measures_for_others(groups, seen, rule)
    first = None if scores is None else table_one(scores, groups)
    if first is not None:
        first = table_for_others(first, groups, rule)
    return Shown(values, _stacked(parts, base), measures, first, rule, _record(base, rule))


def _agreement(by_group: pd.DataFrame, seen: Sight, *, is_mean: bool) -> pd.DataFrame:
    columns = {
        str(name): column
        for name in by_group.columns
        if (column := seen.column(str(name), by_group[name], is_mean=is_mean)) is not None
    }
    table = pd.DataFrame(columns, index=by_group.index)
    if seen.exact:
        return table
    kind = "mean" if is_mean else "sd"
    known = table["value"].notna()
    table["rounded_to"] = [
        seen.step(kind, row) if there else float("nan") for row, there in enumerate(known)
    ]
    if "passes" in table:
        # Beside a mean, whether so few agree leaves a single set of answers in some bands.
        table["passes"] = table["passes"].where(seen.spread)
    table["reason"] = [
        str(old) or new for old, new in zip(table["reason"].fillna(""), seen.reason, strict=True)
    ]
    few = ~known & by_group["value"].notna() & table["reason"].eq("")
    text = f"how members differ is shown to others from {seen.rule.spread_from} answers on"
    table.loc[few, "reason"] = text
    return table


def _stacked(parts: list[pd.DataFrame], base: pd.DataFrame) -> pd.DataFrame:
    keys = [name for name in ("group", "wave") if name in base.columns]
    filled = [part.dropna(axis=1, how="all") for part in parts]
    whole = pd.concat(filled, ignore_index=True) if parts else pd.DataFrame(columns=keys)
    first = [*keys, "measure", "composition", "n", "value", "rounded_to"]
    last = ["passes", "reason"]
    middle = [name for name in whole.columns if name not in (*first, *last)]
    return whole.reindex(columns=[*first, *middle, *last]).fillna({"reason": ""})


def _record(base: pd.DataFrame, rule: Disclosure) -> Record:
    small = [str(g) for g, n in zip(base["group"], base["n"], strict=True) if 0 < n < rule.size]
    text = (
        f"Tables of groups are made for showing: nothing of groups under {rule.size} "
        f"(disclosure_size), means rounded, spread from {rule.spread_from} on; --full writes exact "
        "values for the analyst."
    )
    return Record().note("groups", "decision", text, count=len(small), of="groups", what=small)
