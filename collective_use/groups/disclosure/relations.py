"""Figures of models between groups as others see them: no finer than one person's answer allows.

A model prints some hundred figures of the same few covariances. With two or three decimals the
files of two runs, of which one has a person more in a small group, can be solved for that person's
answers; so every figure is rounded to what one answer moves it by, times the possibilities asked
for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.disclosure import Disclosure
from collective_use.groups.disclosure.figures import Sight, sight
from collective_use.groups.results import Groups

IN_UNITS = ("est", "se", "ci_lower", "ci_upper", "lower", "upper")
"""Columns in the units of the measures; their ratio to the standardised estimate says which."""

LEVEL, UNDER = 0.05, 0.04
"""What the 95% limits of a row test at, and what is shown of a p that lies just below it."""

LIMITS = (("lower", "upper"), ("ci_lower", "ci_upper"))

STANDARDIZED = ("std_lv", "std_all", "std_nox")

_KEPT = re.compile(r"(^|\.)(npar|df|ntotal|ngroups)(\.|$)|level$|h0$")
_TELLS_ALL = re.compile(r"^cn_")
"""Hoelter's critical N goes by one over chi-square: near a good fit it gives every digit of it."""

_OF_LIKELIHOOD = re.compile(r"chisq|logl$|^(aic|bic|bic2|sabic|caic)$")


@dataclass(frozen=True, slots=True)
class Coarseness:
    """How coarsely the figures of one model are shown.

    Attributes
    ----------
    rule
        From which size on, and how many answers stay possible.
    groups
        Groups that the model rests on.
    moves
        For each measure, how far a group moves when one answer of one of its members differs by
        a grain, in standard deviations between groups.

    Examples
    --------
    >>> found = Coarseness(Disclosure(5), 60, {"eight_items": 1 / 24, "one_item": 1 / 3})
    >>> found.step("eight_items"), found.step("eight_items", "one_item"), found.step()
    (0.01, 0.05, 0.05)
    """

    rule: Disclosure
    groups: int
    moves: Mapping[str, float]

    def move(self, *names: str) -> float:
        """Return the farthest move of some measures; of all, where a name is no measure."""
        known = names if names and all(name in self.moves for name in names) else self.moves
        return max((self.moves[name] for name in known), default=0.0)

    def step(self, *names: str) -> float:
        """Return the step of correlations and standardised slopes between some measures."""
        return self.rule.relation_step(self.groups, self.move(*names))

    def estimates(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return estimates, or effects, with every figure as coarse as it is shown.

        Parameters
        ----------
        frame
            Columns `est`, `se`, `z`, `p`, `std_all` and limits, in full precision.
        """
        shown, rule = frame.copy(), self.rule
        moves = [self.move(*names) for names in _named(frame)]
        steps = [rule.relation_step(self.groups, move) for move in moves]
        unit = (frame["est"] / frame["std_all"]).abs()
        unit = unit.where(np.isfinite(unit) & (unit > 0), 1.0)
        for name in IN_UNITS:
            if name in shown:
                far = [rule.moved(self.groups, move) for move in moves]
                wide = [max(0.01, rule.coarser(x * one)) for x, one in zip(far, unit, strict=True)]
                shown[name] = _each(rule, frame[name], wide)
        for name in STANDARDIZED:
            if name in shown:
                shown[name] = _each(rule, frame[name], steps)
        statistic = frame["z"] if "z" in frame else frame["est"] / frame["se"]
        density = 2 * np.exp(-(statistic**2) / 2) / np.sqrt(2 * np.pi)
        rooted = [rule.moved(self.groups, move) * self.groups**0.5 for move in moves]
        change = (density * rooted).fillna(0.0)
        for name in ("p", "q"):
            if name in shown:
                pairs = zip(frame[name], change, strict=True)
                shown[name] = [rule.probability(float(p), far) for p, far in pairs]
        if "z" in shown:
            wide = [rule.statistic_step(self.groups, move) for move in moves]
            shown["z"] = _each(rule, frame["z"], wide)
        return _on_one_side(shown)

    def fit_measures(self, measures: Mapping[str, float]) -> dict[str, float]:
        """Return fit measures as coarse as they are shown; counts stay, critical N is missing.

        Parameters
        ----------
        measures
            By name, in full precision.
        """
        return {name: self._fit_measure(name, value) for name, value in measures.items()}

    def _fit_measure(self, name: str, value: float) -> float:
        rule, large = self.rule, self.rule.likelihood_step(self.move())
        if _KEPT.search(name):
            return value
        if _TELLS_ALL.search(name):
            return math.nan
        if name.endswith("pvalue"):
            return rule.probability(value)
        if _OF_LIKELIHOOD.search(name):
            return rule.rounded(value, large)
        if name == "fmin":
            return rule.rounded(value, max(0.01, rule.coarser(large / self.groups / 2)))
        return rule.rounded(value, 0.01)


def coarseness(
    groups: Groups, measures: Iterable[str], used: Iterable[str], rule: Disclosure
) -> Coarseness:
    """Return how coarsely a model of some measures is shown.

    Parameters
    ----------
    groups
        From `collective_use.aggregate`.
    measures
        The measures that the model names.
    used
        Names of the groups that it rests on.
    rule
        From which size on, and how many answers stay possible.

    Examples
    --------
    >>> import collective_use as cu
    >>> scores = cu.score(cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002"))
    >>> groups = cu.aggregate(scores, repetitions=0)
    >>> found = coarseness(groups, ["lead", "tsig"], groups.values["group"], Disclosure(5))
    >>> found.groups, round(found.moves["tsig"], 2), found.step("lead", "tsig")
    (49, 0.1, 0.01)
    """
    moves = {
        name: move_of(sight(part, groups.values, groups.instrument, rule), groups.values[name])
        for name in measures
        if (part := groups.evidence.get(name)) is not None
    }
    return Coarseness(rule, len(set(map(str, used))), moves)


def move_of(view: Sight, values: pd.Series) -> float:
    """Return by how many SDs between groups one grain of one answer moves the smallest group.

    Where the value is no mean of scores, one of n members moves it by an n-th of a standard
    deviation at the most that tells of an answer.
    """
    valued = values.notna().to_numpy(bool)
    spread = float(values.std()) if valued.sum() > 1 else 0.0
    if view.exact or not spread > 0:
        return 0.0
    smallest = max(1.0, float(view.n[valued].min()))
    move = view.grain / smallest / spread
    return move if view.unit is not None else min(move, 1 / smallest)


def _named(frame: pd.DataFrame) -> list[list[str]]:
    """Return the measures of each row: both sides of a path, or all along a route."""
    if "route" in frame:
        return [str(route).split(" -> ") for route in frame["route"]]
    sides = zip(frame["lhs"].astype(str), frame["op"], frame["rhs"].astype(str), strict=True)
    return [[one, two] if op in ("~", "~~") else [one] for one, op, two in sides]


def _on_one_side(shown: pd.DataFrame) -> pd.DataFrame:
    """Let p stand on the side of .05 on which the limits beside it are read.

    Each is rounded on its own: a limit of -.002 reads 0.00 beside a p of .046, and the row would
    give two answers. The limits are read first, so p follows, by less than its own step.
    """
    ends = next((pair for pair in LIMITS if set(pair) <= set(shown.columns)), None)
    if ends is None or "p" not in shown:
        return shown
    low, high = (shown[name] for name in ends)
    touch, clear = (low <= 0) & (high >= 0), (low > 0) | (high < 0)
    p = shown["p"].mask(touch & (shown["p"] < LEVEL), LEVEL)
    shown["p"] = p.mask(clear & (p >= LEVEL), UNDER)
    if "q" in shown:
        shown["q"] = shown["q"].mask(shown["q"] < shown["p"], shown["p"])
    return shown


def _each(rule: Disclosure, cells: pd.Series, steps: list[float]) -> list[float]:
    return [rule.rounded(float(cell), step) for cell, step in zip(cells, steps, strict=True)]
