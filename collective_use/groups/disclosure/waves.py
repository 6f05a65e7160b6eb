"""Waves, levels and reorganised units as others may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from collective_use.checks import instance_of
from collective_use.disclosure import Disclosure, Unit
from collective_use.errors import InputError
from collective_use.groups.disclosure.blocks import ALL, block_band, figures_of
from collective_use.groups.mixed.columns import Columns, columns_of
from collective_use.results import Result, Table, table_of


@dataclass(frozen=True)
class WavesShown(Result):
    """Means of units by wave, changes and ranks, in which nobody's answers can be read.

    Attributes
    ----------
    units
        A row a wave and unit: `wave`, `level`, `unit`, `n`, `mean`, `rounded_to` (how far apart
        true means may lie that are shown as this one), `reason`.
    changes
        A row a unit shown in two waves that follow each other: `level`, `unit`, `before`, `after`
        (the waves), `change` (of the shown means), `low`, `high` (between which the true change
        lies).
    ranks
        A row a unit shown: `wave`, `level`, `unit`, `rank`, `rank_low`, `rank_high` (what ranks the
        true means may have).
    levels
        The columns of units, the finest first.
    notes
        What was left out, and how to read it.
    """

    units: pd.DataFrame
    changes: pd.DataFrame
    ranks: pd.DataFrame
    levels: tuple[str, ...]
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return `units`."""
        return self.units.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the means, their changes and their ranks."""
        return (
            table_of("Units by wave", self.units, notes=self.notes),
            table_of("Changes", self.changes),
            table_of("Ranks", self.ranks),
        )


def waves_for_others(
    data: pd.DataFrame,
    value: str,
    levels: Sequence[str],
    wave: str | None = None,
    *,
    unit: Unit,
    rule: Disclosure | None = None,
) -> WavesShown:
    """Return means of units by wave, changes and ranks that may be shown to others.

    In each wave persons are put into blocks of `disclosure_size` or more, whose sums are told in
    bands; every figure is made of these bands (see `collective_use.groups.disclosure.blocks`).
    A unit that is no union of such blocks shows nothing.

    Parameters
    ----------
    data
        One row a person and wave, as `cu.score(responses).to_frame()` gives it.
    value
        Column of the score.
    levels
        Columns of units, the finest first, of all tables that will be shown: groups, parent
        units, and groups before or after a reform. They need not lie within each other.
    wave
        Column of the wave; all rows are one wave without it.
    unit
        The scores that one person can have: `groups.disclosure.units.unit_of`.
    rule
        From which size on, and how finely.

    Returns
    -------
    WavesShown
        The tables.

    Raises
    ------
    InputError
        When a column is not there or asked for twice, a score is none that a person can have, or
        a person has fewer than five scores to choose from.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"team": list("aaaaabbbccccccc"), "unit": ["x"] * 8 + ["y"] * 7,
    ...     "y": [1, 2, 3, 3, 4, 5, 5, 5, 2, 2, 3, 3, 3, 4, 4]})
    >>> found = waves_for_others(rows, "y", ["team", "unit"], unit=Unit(1, 1, 5))
    >>> found.units[["unit", "n", "mean"]].values.tolist()[:4]
    [['a', 5, nan], ['b', 3, nan], ['c', 7, 2.93], ['x', 8, 3.69]]
    """
    instance_of("levels", levels, (list, tuple), "a list of columns")
    instance_of("unit", unit, Unit, "the scores that a person can have (unit_of)")
    rule = rule or Disclosure()
    if block_band(unit, rule) == 0:
        raise InputError(
            f"unit must have {rule.possibilities + 2} answers or more, got {unit.span + 1}: "
            "several tables would leave too few of them open for one person; show one level of one "
            "wave"
        )
    names = [*levels, *([wave] if wave else []), value]
    if not levels or len(set(names)) < len(names):
        raise InputError(f"levels, wave and value must be different columns, got {names}")
    rows = columns_of(data, {f"levels {name}": name for name in names[:-1]}, {"value": value})
    _check_scores(rows.numbers(value), value, unit)
    waves = [str(name) for name in (rows.codes(wave)[1] if wave else ("",))]
    when = rows.codes(wave)[0] if wave else np.zeros(len(rows.frame), dtype=np.intp)
    parts = [
        _of_wave(rows, when == place, value, levels, unit, rule).assign(wave=name)
        for place, name in enumerate(waves)
    ]
    units = pd.concat(parts, ignore_index=True)
    units = units[["wave", "level", "unit", "n", "mean", "rounded_to", "reason"]]
    return WavesShown(
        units, _changes(units, waves), _ranks(units), tuple(levels), (*rows.notes, _note(rule))
    )


def _note(rule: Disclosure) -> str:
    return (
        f"Blocks of {rule.size} persons and more, sums in bands; changes and ranks are those of "
        "the means as shown. Whether a change is more than chance is told to the analyst only."
    )


def _check_scores(scores: np.ndarray, value: str, unit: Unit) -> None:
    slack = 1e-9 * max(1.0, abs(unit.high))
    wrong = scores[(scores < unit.low - slack) | (scores > unit.high + slack)]
    if len(wrong):
        raise InputError(
            f"{value} must lie between {unit.low:g} and {unit.high:g}, the scores that a person "
            f"can have; got {wrong[0]:g}"
        )


def _of_wave(
    rows: Columns, here: np.ndarray, value: str, levels: Sequence[str], unit: Unit,
    rule: Disclosure,
) -> pd.DataFrame:  # fmt: skip
    """Return the units of one wave."""
    labels = rows.frame.loc[here, list(levels)].astype(str)
    scores = pd.DataFrame({"y": rows.numbers(value)[here]})
    found = scores.groupby([labels[name].to_numpy() for name in levels], sort=True)["y"]
    table = found.agg(["size", "sum"])
    keys = [key if isinstance(key, tuple) else (key,) for key in table.index]
    made = figures_of(keys, table["size"].tolist(), table["sum"].tolist(), unit, rule)
    names = [*levels, ALL]
    return pd.DataFrame(
        [(names[figure.level], *figure[1:]) for figure in made],
        columns=["level", "unit", "n", "mean", "rounded_to", "reason"],
    )


def _changes(units: pd.DataFrame, waves: Sequence[str]) -> pd.DataFrame:
    parts = []
    shown = units[units["mean"].notna()]
    for before, after in pairwise(waves):
        pair = shown[shown["wave"] == before].merge(
            shown[shown["wave"] == after], on=["level", "unit"], suffixes=("_before", "_after")
        )
        change = (pair["mean_after"] - pair["mean_before"]).round(2)
        slack = (pair["rounded_to_before"] + pair["rounded_to_after"]) / 2
        parts.append(
            pair[["level", "unit"]].assign(
                before=before, after=after, change=change,
                low=(change - slack).round(2), high=(change + slack).round(2),
            )
        )  # fmt: skip
    names = ["level", "unit", "before", "after", "change", "low", "high"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)


def _ranks(units: pd.DataFrame) -> pd.DataFrame:
    shown = units[units["mean"].notna() & (units["level"] != ALL)].reset_index(drop=True)
    by = shown.groupby(["wave", "level"])
    first = by["mean"].rank(ascending=False, method="min").astype(int)
    low, high = np.ones(len(shown), dtype=int), np.ones(len(shown), dtype=int)
    for places in by.indices.values():
        part = shown.iloc[places]
        down = (part["mean"] - part["rounded_to"] / 2).to_numpy()
        up = (part["mean"] + part["rounded_to"] / 2).to_numpy()
        low[places] = 1 + (down[None, :] > up[:, None]).sum(axis=1)
        high[places] = (up[None, :] >= down[:, None]).sum(axis=1)
    return shown[["wave", "level", "unit"]].assign(rank=first, rank_low=low, rank_high=high)
