"""Differential functioning of ordered items, by proportional odds given the rest of the scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2

from collective_use.cutoffs import Cutoff
from collective_use.errors import EstimationError, InputError
from collective_use.numerics.items.ordinal_logistic import Odds, proportional_odds
from collective_use.numerics.types import Floats

MOST_VALUES = 12
"""An ordered item with more values is a number."""
NEGLIGIBLE = Cutoff("r2_change", 0.035, "at_most",
                    "Jodoin & Gierl 2001, Applied Measurement in Education 14:329",
                    "up to .070 moderate, above large")  # fmt: skip
LARGE = 0.070


@dataclass(frozen=True)
class Ordered:
    """Ordered items of one factor, and what persons are compared by.

    Attributes
    ----------
    names
        Of the items.
    values
        (N, J) answers.
    focal
        (N, G - 1) one where a person is of a compared group.
    clusters
        (N,) numbers of groups of persons for robust errors, or None.
    """

    names: tuple[str, ...]
    values: Floats
    focal: Floats
    clusters: NDArray[np.intp] | None


@dataclass(frozen=True)
class Judged:
    """An item: its tests, and the size of its difference by compared group."""

    item: str
    p: float
    statistic: float
    slope_p: float
    r2_change: float
    effect: Floats
    se: Floats
    log_odds: Floats


def prepared(
    data: pd.DataFrame, names: Sequence[str], focal: Floats, cluster: str | None
) -> Ordered:
    """Take the persons who answered every item of a factor.

    Parameters
    ----------
    data
        One row a person.
    names
        Items.
    focal
        (N, G - 1) ones of the compared groups.
    cluster
        Column of groups of persons.

    Raises
    ------
    InputError
        When an item has one value, or more than twelve.
    """
    known = data[list(names)].notna().all(axis=1).to_numpy()
    if cluster is not None:
        known = known & data[cluster].notna().to_numpy()
    values = data.loc[known, list(names)].to_numpy(float)
    for name, column in zip(names, values.T, strict=True):
        count = len(np.unique(column))
        if count < 2:
            raise InputError(f"item {name!r} must have two values, got {count} among the "
                             f"{len(values)} persons who answered every item")  # fmt: skip
        if count > MOST_VALUES:
            raise InputError(f"an ordered item must have at most {MOST_VALUES} values, got "
                             f"{count} in {name!r}: leave it out of ordered=")  # fmt: skip
    codes = None if cluster is None else pd.factorize(data.loc[known, cluster])[0].astype(np.intp)
    return Ordered(tuple(names), values, focal[known], codes)


def judged(data: Ordered, alpha: float, tests: int) -> tuple[list[Judged], list[str]]:
    """Judge every item beside the items that do not differ.

    Persons are matched by the sum of the scale's items; items found to differ leave the sum (but
    their own), until the same ones are found twice (purification; at most half of them leave).

    Parameters
    ----------
    data
        Items of one factor.
    alpha, tests
        Of each test, over how many.
    """
    out: list[Judged] = []
    found: list[str] = []
    for _ in range(10):
        out = [_judged(data, j, found) for j in range(len(data.names))]
        flagged = sorted((i for i in out if i.p * tests < alpha), key=lambda i: i.p)
        now = [i.item for i in flagged[: len(data.names) // 2]]
        if set(now) == set(found):
            break
        found = now
    return out, found


def _judged(data: Ordered, j: int, left_out: Sequence[str]) -> Judged:
    anchors = [k for k, name in enumerate(data.names) if k == j or name not in left_out]
    total = data.values[:, anchors].sum(axis=1)
    total = (total - total.mean()) / total.std()
    levels, y = np.unique(data.values[:, j], return_inverse=True)
    one, two = total[:, None], np.column_stack([total, data.focal])
    three = np.column_stack([two, total[:, None] * data.focal])
    try:
        fits = [proportional_odds(y, x, data.clusters) for x in (one[:, :0], one, two, three)]
    except EstimationError as problem:
        raise EstimationError(f"item {data.names[j]!r}: {problem}") from None
    many = data.focal.shape[1]
    if data.clusters is None:
        statistic = 2 * (fits[3].log_likelihood - fits[1].log_likelihood)
        slope = 2 * (fits[3].log_likelihood - fits[2].log_likelihood)
    else:
        statistic, slope = _wald(fits[3], 2 * many), _wald(fits[3], many)
    change = _nagelkerke(fits[0], fits[3], len(y)) - _nagelkerke(fits[0], fits[1], len(y))
    effect, se = _effects(fits[2], two, data.focal, np.diff(levels))
    return Judged(
        data.names[j], float(chi2.sf(statistic, 2 * many)), float(statistic),
        float(chi2.sf(slope, many)), change, effect, se, fits[2].slopes[1:],
    )  # fmt: skip


def _wald(fit: Odds, last: int) -> float:
    own = fit.slopes[-last:]
    return float(own @ np.linalg.solve(fit.covariance[-last:, -last:], own))


def _nagelkerke(null: Odds, fit: Odds, n: int) -> float:
    """Return the share explained, 1 at most (Nagelkerke 1991, Biometrika 78:691)."""
    whole = 1 - np.exp(2 / n * null.log_likelihood)
    return float((1 - np.exp(2 / n * (null.log_likelihood - fit.log_likelihood))) / whole)


def _effects(fit: Odds, x: Floats, focal: Floats, gaps: Floats) -> tuple[Floats, Floats]:
    """Return what persons of each compared group answer more than others at their level.

    In answer units, with errors by the delta method.
    """
    theta = np.concatenate([fit.cuts, fit.slopes])

    def of(values: Floats, k: int) -> float:
        own = x[focal[:, k] == 1]
        other = own.copy()
        other[:, 1:] = 0.0
        cuts, slopes = values[: len(gaps)], values[len(gaps) :]
        with_, without = (1 / (1 + np.exp(cuts - (z @ slopes)[:, None])) for z in (own, other))
        return float(((with_ - without) @ gaps).mean())

    effect, se = [], []
    for k in range(focal.shape[1]):
        steps = 1e-5 * np.eye(theta.size)
        slope = np.array([(of(theta + s, k) - of(theta - s, k)) / 2e-5 for s in steps])
        effect.append(of(theta, k))
        se.append(float(np.sqrt(slope @ fit.covariance @ slope)))
    return np.array(effect), np.array(se)


class DifRow(TypedDict):
    """How an item differs in one group; the last two are known once all items are tested."""

    item: str
    factor: str
    group: str
    effect: float
    size: float
    se: float
    p: float
    detectable: float
    slope_p: float
    log_odds: NotRequired[float]
    r2_change: NotRequired[float]
    score_p: NotRequired[float]
    score_effect: NotRequired[float]
    score_slope_p: NotRequired[float]
    p_adjusted: NotRequired[float]
    verdict: NotRequired[str]


def rows_of_item(
    item: Judged, factor: str, labels: Sequence[str], spread: float, power_80: float
) -> list[DifRow]:
    """Return the rows of an item, as those of numbers are.

    Parameters
    ----------
    item, factor
        What was judged.
    labels
        The compared groups.
    spread
        Standard deviation of the item.
    power_80
        Errors that an effect has to be, to be found in 80%.
    """
    return [
        {"item": item.item, "factor": factor, "group": label, "effect": float(item.effect[k]),
         "size": float(item.effect[k]) / spread, "se": float(item.se[k]), "p": item.p,
         "detectable": power_80 * float(item.se[k]) / spread, "slope_p": item.slope_p,
         "log_odds": float(item.log_odds[k]), "r2_change": item.r2_change}
        for k, label in enumerate(labels)
    ]  # fmt: skip


def verdict_of(row: DifRow, alpha: float, notable: Cutoff) -> str:
    """Say what an item's tests and sizes come to.

    Parameters
    ----------
    row
        Of `rows_of_item`, with `p_adjusted`.
    alpha
        Of the tests.
    notable
        The size from which a difference counts.
    """
    if row["p_adjusted"] >= alpha:
        return "no difference found"
    if not notable.passes(abs(row["size"])):
        return "differs"
    if row["slope_p"] < alpha and not NEGLIGIBLE.passes(row["r2_change"]):
        return "differs by level"
    return "differs, but little"
