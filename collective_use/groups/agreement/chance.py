"""Chance of as much agreement, group by group: exact for one item, simulated for several."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.errors import NotSupported
from collective_use.groups.inputs import Rows
from collective_use.numerics.groups import chance
from collective_use.numerics.groups.chance_large import NullModel
from collective_use.numerics.groups.chance_laws import variance_laws
from collective_use.numerics.groups.chance_patterns import (
    agreement_chances,
    patterns_of,
)
from collective_use.numerics.groups.chance_simulation import counted_deviation, smooth_spread
from collective_use.numerics.groups.latent import latent_correlation
from collective_use.numerics.groups.nulls import Null
from collective_use.numerics.types import Floats

_LEVEL = 0.05
_DRAWS = 20_000


def item_test(
    table: pd.DataFrame, law: Null, codes: NDArray[np.float64], kind: str, step: float
) -> pd.DataFrame:
    """Add `p`, `critical`, `p_adjusted` and `p_by` for one item.

    Parameters
    ----------
    table
        One row a group with `n` and the observed spread: `variance`, or `ad`.
    law
        The null distribution.
    codes
        The answer options.
    kind
        ``"variance"``, ``"ad_mean"`` or ``"ad_median"``.
    step
        Distance between options.
    """
    column, unit = ("variance", step * step) if kind == "variance" else ("ad", step)
    found = item_chances(kind, table["n"].to_numpy(), table[column].to_numpy(float) / unit, law)
    limit = found.critical * unit
    critical = limit if column == "ad" else 1.0 - np.minimum(limit / (law.variance * unit), 1.0)
    return _with(table, found, critical)


@dataclass(frozen=True, slots=True)
class ItemChances:
    """Chances of agreement by group.

    Attributes
    ----------
    p, critical
        (G,) chances, and the spread that 5% of random groups stay under.
    by
        (G,) how they are known.
    least
        (G,) the chance that full agreement would have.
    """

    p: Floats
    critical: Floats
    by: NDArray[np.object_]
    least: Floats


def _with(table: pd.DataFrame, found: ItemChances, critical: Floats) -> pd.DataFrame:
    return table.assign(
        critical=critical, p=found.p, p_adjusted=chance.benjamini_hochberg(found.p), p_by=found.by
    )


def item_chances(kind: str, n: NDArray[np.int64], observed: Floats, law: Null) -> ItemChances:
    """Return the chance of as little spread for groups of some sizes, in steps of options.

    The law of the variance comes for all sizes in one pass; that of the average deviation by
    enumeration, and by 20,000 draws where there are too many ways. `by` tells exact chances
    from simulated ones and from upper bounds.
    """
    p, limit, least = (np.full(len(n), np.nan) for _ in range(3))
    by = np.full(len(n), "", dtype=object)
    known = (n > 1) & ~np.isnan(observed)
    sizes = np.unique(n[known])
    laws = variance_laws(sizes, law.proportions) if kind == "variance" and not law.smooth else {}
    for size in sizes.tolist():
        rows = np.flatnonzero(known & (n == size))
        if size in laws:
            values, place = np.unique(observed[rows], return_inverse=True)
            p[rows] = np.array([laws[size].at_most(float(value)) for value in values])[place]
            limit[rows], by[rows] = laws[size].critical_low(_LEVEL), laws[size].how
            least[rows] = laws[size].at_most(0.0)
        else:
            spread, draws = exact_or_drawn(kind, size, law)
            floor = (1.0 / (draws + 1.0)) if draws else 1e-300
            p[rows] = [max(spread.at_most(float(value)), floor) for value in observed[rows]]
            limit[rows] = spread.critical_low(_LEVEL)
            least[rows] = max(spread.at_most(0.0), floor)
            by[rows] = f"simulated, {draws:,} draws" if draws else "exact"
    return ItemChances(p, limit, by, least)


@functools.lru_cache(maxsize=512)
def _exact(kind: str, n: int, proportions: tuple[float, ...]) -> chance.Exact:
    p = np.asarray(proportions)
    return chance.exact_average_deviation(n, p, kind.removeprefix("ad_"))


def exact_or_drawn(kind: str, n: int, law: Null) -> tuple[chance.Exact, int]:
    """Return the law of the spread of one item in a group of n, and how many draws it rests on.

    Parameters
    ----------
    kind
        ``"variance"``, ``"ad_mean"`` or ``"ad_median"``, in steps between options.
    n
        Members.
    law
        The null distribution.
    """
    if law.smooth:
        values = smooth_spread(kind, n, _DRAWS)
    else:
        try:
            return _exact(kind, n, tuple(law.proportions.tolist())), 0
        except NotSupported:
            values = counted_deviation(kind, n, law.proportions, _DRAWS)
    return chance.collected(values, np.full(len(values), 1.0 / len(values))), _DRAWS


def scale_test(
    table: pd.DataFrame,
    law: Null,
    rows: Rows,
    step: float,
    repetitions: int,
    seed: int | None,
    *,
    index: str = "ratio",
) -> pd.DataFrame:
    """Add `p`, `critical`, `p_adjusted` and `p_by` for several items by simulation.

    `p` is the share of drawn groups of the same size, with the same answers missing, that agree
    as much or more, with one added to both counts, so that it is never 0. `critical` is the
    mean item variance, or AD, under which 5% of random groups fall.
    """
    unit = step if index == "ad" else law.variance * step * step
    column = "ad" if index == "ad" else "mean_variance"
    values = rows.values.astype(float)
    found = scale_chances(
        values,
        rows.codes,
        table[column].to_numpy(float) / unit,
        law,
        repetitions=repetitions,
        seed=seed,
        deviation=index == "ad",
    )
    return _with(table, found, found.critical * unit)


def scale_chances(
    values: Floats,
    codes: NDArray[np.intp],
    observed: Floats,
    law: Null,
    *,
    repetitions: int,
    seed: int | None,
    deviation: bool = False,
    level: float = _LEVEL,
) -> ItemChances:
    """Return the chance of as much agreement over several items, by group.

    Parameters
    ----------
    values
        (N, J) answers, NaN for missing.
    codes
        (N,) groups.
    observed
        (G,) mean item variance over the null variance, or average deviation in steps.
    law
        The null distribution.
    repetitions, seed, deviation, level
        As in `collective_use.numerics.groups.chance_patterns.agreement_chances`.
    """
    null = NullModel(
        None if law.smooth else law.proportions, law.variance, latent_correlation(values)
    )
    patterns = patterns_of(~np.isnan(values), codes, len(observed))
    found = agreement_chances(
        patterns, observed, null,
        repetitions=repetitions, seed=seed, deviation=deviation, level=level,
    )  # fmt: skip
    kinds, place = np.unique(found.draws, return_inverse=True)
    words = [f"simulated, {n:,} draws" if n else "normal law" for n in kinds.tolist()]
    by = np.where(np.isnan(found.p), "", np.array(words, dtype=object)[place])
    return ItemChances(found.p, found.critical, by, found.least)


def item_correlation(rows: Rows) -> NDArray[np.float64]:
    """Return the correlation of the items over persons who answered all of them.

    Items that do not vary count as unrelated to the others.
    """
    return correlation_of(rows.values.astype(float))


def correlation_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlation of the columns over complete rows; see `item_correlation`."""
    complete = values[~np.isnan(values).any(axis=1)]
    width = values.shape[1]
    if len(complete) < 3:
        return np.eye(width)
    covariance = np.cov(complete, rowvar=False).reshape(width, width)
    spread = np.sqrt(np.diag(covariance))
    safe = np.where(spread > 0, spread, 1.0)
    correlation = covariance / safe[:, None] / safe[None, :]
    np.fill_diagonal(correlation, 1.0)
    return correlation
