"""Of one measure: which groups are shown to others, and how coarsely each figure is rounded."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.compositions import first_index
from collective_use.disclosure import COMPLEMENT, GIVEN, Disclosure, Unit, complementary
from collective_use.groups.disclosure.units import unit_of
from collective_use.groups.evidence.result import Evidence
from collective_use.groups.results import Groups
from collective_use.instrument.model import Instrument

MEANS = ("direct_consensus", "referent_shift", "additive")
"""Compositions whose group value is a mean of the members."""

FACTS = ("global",)
"""Compositions that are facts about the group, not answers about themselves of its members."""

KEPT = (
    "group", "wave", "parent", "measure", "composition", "n", "items", "asked", "answer_rate",
    "passes", "reason",
)  # fmt: skip
"""Columns that hold no figure about answers."""


@dataclass(frozen=True)
class Sight:
    """What may be seen of one measure.

    Attributes
    ----------
    n
        (G,) respondents with an answer.
    mean
        (G,) whether means are shown.
    spread
        (G,) whether figures of spread are shown.
    grain
        The smallest difference between two scores of one person.
    unit
        The scores that a person can have; None where they have no ends.
    reason
        (G,) why a group shows nothing, or "".
    exact
        Whether all is shown as it is, because it is no answer of members.
    top
        The most that the group's value can be, where it tells how the members' kinds are shared
        out; None for other values.
    beside
        Whether means are withheld since a measure with some of the same items shows its own.
    """

    n: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    grain: float
    unit: Unit | None
    reason: tuple[str, ...]
    exact: bool
    rule: Disclosure
    top: float | None = None
    beside: bool = False

    def column(self, name: str, values: pd.Series, *, is_mean: bool) -> pd.Series | None:
        """Return a column as others see it, or None where it is not shown at all."""
        if self.exact or name in KEPT:
            return values
        if name == "value":
            kind = "mean" if is_mean else "spread"
        else:
            kind = {"mean": "mean", "sd": "sd", "rwg": "share", "rwg_j": "share"}.get(name, "")
        if not kind:
            return None
        cells = pd.to_numeric(values, errors="coerce").to_numpy(float)
        seen = self.mean if kind == "mean" else self.spread
        # Groups of one size share few figures: each is rounded once.
        figures, sizes = pd.factorize(np.where(seen, cells, np.nan))[0], pd.factorize(self.n)[0]
        alike = (figures + 1) * (sizes.max(initial=0) + 1) + sizes
        _, first, which = np.unique(alike, return_index=True, return_inverse=True)
        shown = np.asarray([self._cell(kind, int(row), cells[row]) for row in first], dtype=float)
        return pd.Series(shown[which], index=values.index)

    def step(self, kind: str, row: int) -> float:
        """Return the step to which a figure of one group is rounded."""
        n = float(self.n[row])
        if kind == "mean" and self.unit is not None:
            return self.rule.mean_width(n, self.unit)
        if kind == "mean":
            return self.rule.mean_step(n, self.grain)
        if kind == "share":
            return self.rule.share_step(n)
        if self.top is not None:  # a member who changes kinds moves it as one of n shares
            return self.rule.share_step(n) * self.top
        return self.rule.spread_step(n, self.grain)

    def _cell(self, kind: str, row: int, value: float) -> float:
        seen = self.mean[row] if kind == "mean" else self.spread[row]
        if seen and kind == "mean" and self.unit is not None:
            return self.rule.shown_mean(value, float(self.n[row]), self.unit)
        return self.rule.rounded(value, self.step(kind, row)) if seen else float("nan")


def sights(groups: Groups, rule: Disclosure, shown_items: Collection[str] = ()) -> dict[str, Sight]:
    """Return what may be seen of every measure beside the others.

    The means of a scale and of a part of it each leave the answers open that the rule asks for;
    together they do not, because the band of one is cut by that of the other. So of measures that
    share items the first shows its means. Means that share none leave each other's bands whole.

    Parameters
    ----------
    groups
        All measures and groups.
    rule
        From which size on.
    shown_items
        Items of measures whose means stand in other tables already.
    """
    held = set(shown_items)
    found = {}
    for name, part in groups.evidence.items():
        is_mean = part.composition in MEANS
        beside = is_mean and not held.isdisjoint(part.items)
        if is_mean and not beside:
            held.update(part.items)
        found[name] = sight(part, groups.values, groups.instrument, rule, beside=beside)
    return found


def sight(
    part: Evidence,
    groups: pd.DataFrame,
    instrument: Instrument,
    rule: Disclosure,
    *,
    beside: bool = False,
) -> Sight:
    """Return what may be seen of a measure, group by group.

    Parameters
    ----------
    part
        The evidence of the measure; its rows are those of `groups`.
    groups
        One row a group: `n` and, where there are units above, `parent`.
    instrument
        The instrument, for the number of items.
    rule
        From which size on, and how finely.
    beside
        Whether a measure with some of the same items shows its means.
    """
    answered = pd.to_numeric(part.by_group["n"], errors="coerce").fillna(0).to_numpy(float)
    n = np.minimum(answered, groups["n"].to_numpy(float))
    by_size = [rule.shows(size) for size in n]
    parents = groups["parent"].tolist() if "parent" in groups.columns else None
    kept = complementary(n.tolist(), complementary(n.tolist(), by_size, parents))
    seen = np.asarray(kept, dtype=bool)
    mean = seen & (not beside)
    spread = seen & np.asarray([rule.shows_spread(size) for size in n], dtype=bool)
    reason = tuple(
        rule.withheld(size) if not large else COMPLEMENT if not there else GIVEN if beside else ""
        for size, large, there in zip(n, by_size, kept, strict=True)
    )
    exact = part.composition in FACTS
    unit = _unit(part, instrument)
    grain = _grain(part, instrument, n) if unit is None else unit.grain
    return Sight(n, mean, spread, grain, unit, reason, exact, rule, _top(part, instrument), beside)


def _top(part: Evidence, instrument: Instrument) -> float | None:
    """Return the most that Blau's or Teachman's index of the members' kinds can be."""
    items = [instrument.get_item(name) for name in part.items]
    if part.composition != "variety" or len(items) != 1 or items[0].kind != "choice":
        return None
    named = [index.name for index in instrument.get_measure(part.measure).indices]
    kinds = max(2, len(items[0].options))
    return {"blau": 1.0, "teachman": math.log(kinds)}.get(first_index("variety", "kinds", named))


def _unit(part: Evidence, instrument: Instrument) -> Unit | None:
    """Return the grid of one person's score, where the group's value is a mean of scores."""
    if part.composition not in MEANS:
        return None
    return unit_of(part.items, instrument, instrument.get_measure(part.measure).score)


def _grain(part: Evidence, instrument: Instrument, n: np.ndarray) -> float:
    """Return the smallest difference that one person's score can make.

    A mean of k items with codes one apart moves by 1 / k; a figure of a network or a
    checklist by about one of the n - 1 others.
    """
    kinds = {item.id: item.kind for item in instrument.items}
    if part.items and all(kinds.get(name) in ("likert", "choice", "number") for name in part.items):
        return 1 / len(part.items)
    return 1 / max(1.0, float(n.max(initial=2)) - 1)
