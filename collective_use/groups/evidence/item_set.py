"""The items of a measure as group statistics, each with its own answer options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.frames import Cell, frame_of, texts
from collective_use.groups.agreement.result import mean_known
from collective_use.groups.inputs import step_of
from collective_use.groups.keys import GroupKeys
from collective_use.instrument.model import Instrument
from collective_use.later import Later
from collective_use.numerics.groups import agreement, anova
from collective_use.numerics.groups.between_within import sums_of_products
from collective_use.numerics.groups.nulls import CONTINUOUS, Null, null_distribution
from collective_use.numerics.groups.spreads import Scale, row_deviations
from collective_use.numerics.groups.statistics import GroupStatistics, group_statistics
from collective_use.numerics.items.reliability import cronbach_alpha
from collective_use.numerics.threads import each_of
from collective_use.numerics.types import Floats
from collective_use.responses.coded import Coded
from collective_use.responses.held import answer_names, coded_answers
from collective_use.results import TableRow
from collective_use.scores.table import coded_items, item_names

if TYPE_CHECKING:
    from collective_use.scores.table import Scores


CENTRES = ("mean", "median")
"""What deviations are taken around."""


@dataclass(frozen=True)
class ItemSet:
    """The items of one measure.

    Attributes
    ----------
    names
        Item ids.
    codes
        Answer options of each item, ascending; the two ends of a slider.
    stats
        Statistics of each item, with counts of options.
    answers
        Persons by items, reverse-keyed.
    gaps
        Of sliders, (G, J) average deviations around mean and median; None for options, whose
        counts tell.
    """

    names: tuple[str, ...]
    codes: tuple[Floats, ...]
    stats: tuple[GroupStatistics, ...]
    answers: Floats
    gaps: Mapping[str, Floats] | None = None

    @property
    def smooth(self) -> bool:
        """Whether answers are numbers between two ends, not options."""
        return self.gaps is not None

    @property
    def alike(self) -> bool:
        """Whether all items have the same number of options."""
        return len({len(codes) for codes in self.codes}) == 1

    def ratio(self, null: str) -> Floats:
        """Return (G,) the mean over items of variance over null variance, pairwise."""
        return mean_known(self.variances / self.null_variances(null))

    @cached_property
    def variances(self) -> Floats:
        """(G, J) variances of the items, made once."""
        return self._by_item(lambda j: self.stats[j].variances[:, 0])

    @cached_property
    def steps(self) -> Floats:
        """(J,) distances between neighbouring options."""
        return np.array([step_of(codes) for codes in self.codes])

    def law(self, null: str) -> Null:
        """Return the null distribution of items that are alike; over all of them together."""
        if self.smooth:
            return CONTINUOUS
        counts = sum(
            (chosen for chosen in self.chosen if chosen is not None), np.zeros(len(self.codes[0]))
        )
        return null_distribution(null, len(self.codes[0]), counts)

    @cached_property
    def chosen(self) -> list[NDArray[np.int64] | None]:
        """(J,) how often each option of an item was chosen in all groups; made once."""
        return [
            None if one.counts is None else one.counts[:, 0].sum(axis=0, dtype=np.int64)
            for one in self.stats
        ]

    def laws(self, null: str) -> list[Null]:
        """Return the null distribution of each item."""
        if null not in self._laws:
            self._laws[null] = [
                self._law(null, c, n) for c, n in zip(self.codes, self.chosen, strict=True)
            ]
        return self._laws[null]

    @cached_property
    def _laws(self) -> dict[str, list[Null]]:
        """What `laws` found, by null."""
        return {}

    def null_variances(self, null: str) -> Floats:
        """Return (J,) variances of the null distribution, in squared units of the answers."""
        return np.array([law.variance for law in self.laws(null)]) * self.steps**2

    @property
    def scales(self) -> list[Scale]:
        """(J,) what answers to each item can be."""
        return [
            Scale(float(codes[0]), float(codes[-1]), None if self.smooth else codes)
            for codes in self.codes
        ]

    def _law(self, null: str, codes: Floats, chosen: NDArray[np.int64] | None) -> Null:
        if self.smooth or (null == "empirical" and self.alike):
            return self.law(null)
        return null_distribution(null, len(codes), chosen)

    def deviation(self, around: str) -> Floats:
        """Return (G,) the mean over items of the average deviation."""
        return mean_known(self.deviations[around])

    @cached_property
    def deviations(self) -> Mapping[str, Floats]:
        """(G, J) average deviations of the items around mean and median, made once."""
        if self.gaps is not None:
            return self.gaps
        return {around: self._by_item(partial(self._deviation, around)) for around in CENTRES}

    def _deviation(self, around: str, j: int) -> Floats:
        return agreement.average_deviation(self.stats[j], around)[:, 0]

    @cached_property
    def shares(self) -> Floats:
        """(G, J) awg."""
        ends = [(float(codes[0]), float(codes[-1])) for codes in self.codes]
        return self._by_item(lambda j: agreement.awg(self.stats[j], *ends[j])[:, 0])

    def _by_item(self, column: Callable[[int], Floats]) -> Floats:
        """Return (G, J) columns, each of which lies together: groups are many, items few."""
        items = range(len(self.stats))
        return np.array(each_of(column, items, rows=len(self.stats[0].n))).T

    def frame(self, keys: pd.DataFrame) -> pd.DataFrame:
        """Return one row a group and item: n, mean, variance, rwg, awg, AD."""
        columns: dict[str, list[Cell]] = {}
        for j, (null, one) in enumerate(
            zip(self.null_variances("uniform"), self.stats, strict=True)
        ):
            variance = one.variances[:, 0]
            found = {
                "n": one.n[:, 0],
                "mean": one.means[:, 0],
                "variance": variance,
                "rwg": agreement.rwg(variance, null),
                "awg": self.shares[:, j],
                "ad_mean": self.deviations["mean"][:, j],
                "ad_median": self.deviations["median"][:, j],
            }
            for name, column in found.items():
                columns.setdefault(name, []).append(column)
        times = len(self.names)
        again = np.tile(np.arange(len(keys)), times)
        by_key = {name: keys[name].array.take(again) for name in keys.columns}
        items = texts(self.names).take(np.repeat(np.arange(times), len(keys)))
        joined = {name: np.concatenate(parts) for name, parts in columns.items()}
        return pd.DataFrame({**by_key, "item": items, **joined})

    def alpha_within(self, keys: GroupKeys) -> float:
        """Return alpha from the covariances within groups, of the items that were answered.

        NaN where fewer than two items or two complete persons are left.
        """
        answers = self.answers[:, ~np.isnan(self.answers).all(axis=0)]
        complete = ~np.isnan(answers).any(axis=1)
        if answers.shape[1] < 2 or complete.sum() < 2:
            return float("nan")
        stats = group_statistics(answers, keys.codes, keys.total, missing="listwise", cross=True)
        return cronbach_alpha(sums_of_products(stats)[0])

    def iccs(self) -> pd.DataFrame:
        """Return one row an item: ICC(1) with N/G and k0, F and p."""
        rows: list[TableRow] = []
        for name, one in zip(self.names, self.stats, strict=True):
            table = anova.one_way_of(one)
            rows.append(
                {
                    "item": name,
                    "icc1": anova.icc1(table, table.size_mean),
                    "icc1_k0": anova.icc1(table, table.size_k0),
                    "f": table.f,
                    "p": table.p,
                }
            )
        return frame_of(rows)


def item_set(
    answers: Coded, keys: GroupKeys, instrument: Instrument, names: Sequence[str]
) -> ItemSet:
    """Return the items of a measure, with the options of their scales or the ends of sliders.

    Numbers without ends (which additive measures may have) get those that were answered.
    """
    values = answers.array(names)
    if instrument.get_item(names[0]).kind == "number":
        return _of_numbers(values, keys, instrument, names)
    codes, stats = [], []
    for name, column in zip(names, values.T, strict=True):
        scale = instrument.get_scale(str(instrument.get_item(name).scale))
        options = np.array(sorted(scale.codes), dtype=np.float64)
        codes.append(options)
        stats.append(group_statistics(column, keys.codes, keys.total, options=options))
    return ItemSet(tuple(names), tuple(codes), tuple(stats), values)


def _of_numbers(
    values: Floats, keys: GroupKeys, instrument: Instrument, names: Sequence[str]
) -> ItemSet:
    ends = []
    for name, column in zip(names, values.T, strict=True):
        known = column[~np.isnan(column)]
        seen = (known.min(), known.max()) if len(known) else (0.0, 1.0)
        ends.append(np.array(instrument.get_item(name).range or seen, dtype=np.float64))
    stats = tuple(group_statistics(column, keys.codes, keys.total) for column in values.T)
    gaps = {
        around: np.column_stack(
            [row_deviations(column, keys.codes, keys.total, around) for column in values.T]
        )
        for around in CENTRES
    }
    return ItemSet(tuple(names), tuple(ends), stats, values, gaps)


def answers_to_items(scores: Scores, names: Sequence[str]) -> Coded:
    """Return the answers to items that the data hold: keyed statements, and numbers as they are."""
    instrument = scores.responses.instrument
    keyed, raw = item_names(scores), set(answer_names(scores.responses))
    rated = [name for name in names if name in keyed]
    numbers = [
        name
        for name in names
        if name not in keyed and name in raw and instrument.get_item(name).kind == "number"
    ]
    found = coded_items(scores, rated).beside(coded_answers(scores.responses, numbers))
    return found.only(name for name in names if name in found.columns)


@dataclass(frozen=True)
class ItemFrame(Later[pd.DataFrame]):
    """A row a group and item, which few ask for and which is longer than the answers.

    Attributes
    ----------
    answers
        To the items of a measure.
    keys, instrument
        The groups, and what the items are.
    """

    answers: Coded
    keys: GroupKeys
    instrument: Instrument

    def made(self) -> pd.DataFrame:
        """Return the frame; see `ItemSet.frame`."""
        items = item_set(self.answers, self.keys, self.instrument, list(self.answers.columns))
        return items.frame(self.keys.labels)
