"""Confidence limits of agreement, group by group and in the mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.accepted import Items, Labels
from collective_use.checks import number_between, one_of, valid_seed, whole_number
from collective_use.errors import InputError
from collective_use.groups.agreement.result import NullLike, null_for, null_notes
from collective_use.groups.inputs import Rows, rows_of, step_of
from collective_use.numerics.groups import agreement_limits as kernel
from collective_use.numerics.groups.agreement import rwg_j
from collective_use.numerics.types import Floats
from collective_use.results import NotComputed, Result, Table, table_of

INDICES = ("rwg_j", "ad_mean")
_FEWEST_DONORS = 5


@dataclass(frozen=True)
class AgreementLimits(Result):
    """Limits of an index of agreement.

    Attributes
    ----------
    index
        ``"rwg_j"`` or ``"ad_mean"``.
    table
        One row a group: `group`, `n`, the index, `low`, `high`, `reason`.
    mean, mean_limits
        Mean over groups and its limits.
    groups
        How many groups have the index.
    confidence
        Of the limits.
    repetitions
        Draws.
    notes
        How to read it.

    Examples
    --------
    >>> import numpy as np, collective_use as cu
    >>> answers = np.array([[4, 5], [4, 4], [5, 4], [2, 5], [1, 3], [3, 3]])
    >>> found = cu.agreement_limits(answers, list("aaabbb"), seed=1)
    >>> str(found.mean_limits)
    'not computed: fewer than five groups have the index: limits of their mean would mislead'
    """

    index: str
    table: pd.DataFrame
    mean: float | NotComputed
    mean_limits: tuple[float, float] | NotComputed
    groups: int
    confidence: float
    repetitions: int
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the mean with its limits, and the groups."""
        low, high = (
            (self.mean_limits, self.mean_limits)
            if isinstance(self.mean_limits, NotComputed)
            else self.mean_limits
        )
        head = Table(
            f"{self.index}: mean over {self.groups} groups, limits {self.confidence:.0%}",
            ("mean", "low", "high"), ((self.mean, low, high),), self.notes,
        )  # fmt: skip
        return head, table_of("By group", self.table)


def agreement_limits(
    items: Items,
    groups: Labels,
    *,
    index: str = "rwg_j",
    null: NullLike = "uniform",
    options: int | Sequence[float] = 5,
    confidence: float = 0.95,
    repetitions: int = 2000,
    seed: int | None = 1,
) -> AgreementLimits:
    """Return limits of each group's rwg(j) or AD, and of their mean over groups.

    What is estimated for a group is its agreement among all the members who might answer, so a
    group of 4 that agrees fully may still be one that does not. A two-level bootstrap: draws
    take groups at random and members from them, in units of their own group's spread, and give
    the scatter of a sample's spread at this size; the mean's limits draw groups whole.

    Parameters
    ----------
    items
        (N,) or (N, J) answers, NaN for missing: an item's spread uses all answers to it.
    groups
        (N,) group of each person.
    index
        ``"rwg_j"`` (rwg with one item; cut to 0 to 1) or ``"ad_mean"``, the average deviation
        from the item's mean (Burke, Finkelstein & Dusig 1999).
    null, options
        As `cu.rwg_j` takes them; the null has no say in AD.
    confidence
        Of the limits.
    repetitions
        Draws for each size of group, and of groups.
    seed
        The same seed gives the same limits.

    Returns
    -------
    AgreementLimits
        `table`, `mean`, `mean_limits`.

    Raises
    ------
    InputError
        When values lie outside the options, or groups have too few members to draw from.

    Notes
    -----
    Coverage by size, items and index is measured in docs/agreement-limits.md: .923 to .970 at .95.
    Groups that scatter in ways of their own (two camps among groups with one) are not covered as
    well. A census asks for no limits.

    References
    ----------
    Davison, A. C., & Hinkley, D. V. (1997). Bootstrap methods and their application. Efron, B.
    (1987). Better bootstrap confidence intervals. JASA, 82, 171-185.

    Examples
    --------
    >>> import numpy as np, collective_use as cu
    >>> rng = np.random.default_rng(5)
    >>> team = np.repeat(np.arange(20), 6)
    >>> answers = np.clip(np.round(3 + rng.normal(size=(120, 4))), 1, 5)
    >>> found = cu.agreement_limits(answers, team, seed=1)
    >>> found.to_frame().head(2).round(2)
      group  n  rwg_j  low  high reason
    0     0  6    ...
    """
    one_of("index", index, INDICES)
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    whole_number("repetitions", repetitions, at_least=100)
    valid_seed(seed)
    rows = rows_of(items, groups, name="items")
    codes, null_variance, law = null_for(null, options, rows)
    spread = kernel.variance_of if index == "rwg_j" else kernel.deviation_of
    parts = _parts(rows)
    observed = np.array([float(spread(part)) for part in parts])
    donors = kernel.donors_of(parts)
    if len(donors.deviations) < _FEWEST_DONORS:
        raise InputError(
            f"groups must hold at least {_FEWEST_DONORS} members who answered every item in "
            f"groups that vary, got {len(donors.deviations)}: there is nothing to draw from"
        )
    generator = np.random.default_rng(seed)
    reach = float(codes[-1] - codes[0])
    # a slider has no options: the least spread is an answer one hundredth of the scale away
    step = reach / 100.0 if null == "continuous" else step_of(codes)
    ceiling = reach**2 / 4.0 if index == "rwg_j" else reach / 2.0
    limits = _limits(
        parts, observed, donors, spread, step, ceiling, confidence, repetitions, generator
    )
    J = rows.values.shape[1]
    scale: Callable[[Floats], Floats] = (
        (lambda s: rwg_j(s / null_variance, J)) if index == "rwg_j" else (lambda s: s)
    )
    low, high = (limits[:, 1], limits[:, 0]) if index == "rwg_j" else (limits[:, 0], limits[:, 1])
    value = scale(observed)
    table = _table(index, rows, parts, value, scale(low), scale(high))
    known = value[~np.isnan(value)]
    few = NotComputed("fewer than five groups have the index: limits of their mean would mislead")
    mean_limits = (
        kernel.mean_limits(known, repetitions, confidence, generator) if len(known) >= 5 else few
    )
    notes = (
        *(null_notes(law) if index == "rwg_j" else ()),
        f"{repetitions} draws for each size of group, seed {seed}.",
    )
    return AgreementLimits(
        index, table, float(known.mean()), mean_limits, len(known), confidence, repetitions, notes
    )


def _parts(rows: Rows) -> list[Floats]:
    """Return the answers of each group, members without an answer left out."""
    values = np.asarray(rows.values, dtype=float)
    there = ~np.isnan(values).all(axis=1)
    order = np.argsort(rows.codes[there], kind="stable")
    sizes = np.bincount(rows.codes[there], minlength=rows.total)
    return np.split(values[there][order], np.cumsum(sizes)[:-1])


def _limits(
    parts: list[Floats], observed: Floats, donors: kernel.Donors, spread: kernel.Spread,
    step: float, ceiling: float, confidence: float, draws: int, generator: np.random.Generator,
) -> Floats:  # fmt: skip
    """Return (G, 2) limits of the spread; complete groups of one size share their draws."""
    out = np.full((len(parts), 2), np.nan)
    drawn: dict[bytes, Floats] = {}
    # the variance has no part that a leaning answer adds to
    shapes = (
        kernel.own_shapes(parts, donors) if spread is kernel.deviation_of else np.ones(len(parts))
    )
    for g, part in enumerate(parts):
        if np.isnan(observed[g]):
            continue
        pattern = ~np.isnan(part)
        key = bytes(str(len(part)), "ascii") if pattern.all() else pattern.tobytes()
        if key not in drawn:
            drawn[key] = kernel.ratios(donors, pattern, spread, draws, generator)
        lone = np.zeros(len(part))
        lone[0] = step
        floor = float(spread(lone[:, None])) / part.shape[1]
        out[g] = kernel.spread_limits(
            observed[g], drawn[key], floor, ceiling, confidence, float(shapes[g])
        )  # fmt: skip
    return out


def _table(
    index: str, rows: Rows, parts: list[Floats], value: Floats, low: Floats, high: Floats
) -> pd.DataFrame:
    n = [len(part) for part in parts]
    reasons = [
        "" if not np.isnan(v) else f"{k} answered; two answers to an item are needed"
        for v, k in zip(value, n, strict=True)
    ]
    columns = {"group": rows.groups, "n": n, index: value, "low": low, "high": high}
    return pd.DataFrame({**columns, "reason": reasons})
