"""One-way analysis of variance from group statistics, and the ICCs that follow from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from collective_use.numerics.groups.statistics import GroupStatistics
from collective_use.numerics.types import Floats


@dataclass(frozen=True, slots=True)
class OneWay:
    """A one-way analysis of variance with groups as a random factor.

    Attributes
    ----------
    n_persons, n_groups
        N and G, counting groups with at least one answer.
    size_mean, size_k0, size_harmonic
        Three group sizes: N/G; the k0 of the expected mean square,
        ``(N - sum(n²)/N) / (G - 1)``; and ``G / sum(1/n)``.
    ss_between, ss_within, ms_between, ms_within, df_between, df_within, f, p, eta2
        The usual table.
    sizes, means
        (G,) the groups' sizes, and their means relative to `origin`.
    origin
        What was subtracted from the means, so that large means cost no digits.
    """

    n_persons: int
    n_groups: int
    size_mean: float
    size_k0: float
    size_harmonic: float
    ss_between: float
    ss_within: float
    ms_between: float
    ms_within: float
    df_between: int
    df_within: int
    f: float
    p: float
    eta2: float
    sizes: Floats
    means: Floats
    origin: float = 0.0

    def size(self, convention: str) -> float:
        """Return the group size by ``"mean"``, ``"k0"`` or ``"harmonic"``."""
        by_name = {"mean": self.size_mean, "k0": self.size_k0, "harmonic": self.size_harmonic}
        return by_name[convention]


def one_way(
    n: ArrayLike, means: ArrayLike, deviations: ArrayLike, *, origin: float = 0.0
) -> OneWay:
    """Return the analysis of variance of groups given by size, mean and squared deviations.

    Parameters
    ----------
    n, means, deviations
        (G,) answers, mean and sum of squared deviations within each group. Groups without an
        answer are left out.
    origin
        What the means are relative to.

    Examples
    --------
    >>> table = one_way([2, 2], [1.0, 3.0], [2.0, 2.0])
    >>> table.f, table.df_between, table.df_within
    (2.0, 1, 2)
    """
    sizes = np.asarray(n, float)
    valid = sizes > 0
    sizes, centre = sizes[valid], np.asarray(means, float)[valid]
    within = float(np.sum(np.asarray(deviations, float)[valid]))
    N, G = float(sizes.sum()), len(sizes)
    shifted = centre - (float(centre[0]) if G else 0.0)
    grand = float(np.sum(sizes * shifted)) / N if N else float("nan")
    between = float(np.sum(sizes * (shifted - grand) ** 2))
    df1, df2 = G - 1, int(N) - G
    msb = between / df1 if df1 > 0 else float("nan")
    msw = within / df2 if df2 > 0 else float("nan")
    f = _ratio(msb, msw)
    return OneWay(
        n_persons=int(N),
        n_groups=G,
        size_mean=_ratio(N, G),
        size_k0=(N - float(np.sum(sizes * sizes)) / N) / df1 if df1 > 0 else float("nan"),
        size_harmonic=G / float(np.sum(1.0 / sizes)) if G else float("nan"),
        ss_between=between,
        ss_within=within,
        ms_between=msb,
        ms_within=msw,
        df_between=df1,
        df_within=df2,
        f=f,
        p=float(special.fdtrc(df1, df2, f)) if df1 > 0 and df2 > 0 else float("nan"),
        eta2=_ratio(between, between + within),
        sizes=sizes,
        means=centre,
        origin=origin,
    )


def one_way_of(stats: GroupStatistics, item: int = 0) -> OneWay:
    """Return the analysis of variance of one item of some group statistics."""
    centre = stats.sums[:, item] / np.maximum(stats.n[:, item], 1)
    origin = float(stats.shift[item])
    return one_way(stats.n[:, item], centre, stats.deviations[:, item], origin=origin)


def _ratio(top: float, bottom: float) -> float:
    if np.isnan(top) or np.isnan(bottom) or (bottom == 0 and top == 0):
        return float("nan")
    return top / bottom if bottom != 0 else float("inf")


def icc1(table: OneWay, size: float) -> float:
    """Return ICC(1) = (MSB - MSW) / (MSB + (k - 1) MSW) (Bartko 1976; Bliese 2000).

    Parameters
    ----------
    table
        The analysis of variance.
    size
        The group size k.
    """
    msb, msw = table.ms_between, table.ms_within
    return _ratio(msb - msw, msb + (size - 1.0) * msw)


def icc2(table: OneWay) -> float:
    """Return ICC(2) = (MSB - MSW) / MSB, the reliability of group means (Bartko 1976)."""
    return _ratio(table.ms_between - table.ms_within, table.ms_between)


def stepped_up(icc: float, size: float) -> float:
    """Return the reliability of a mean of `size` members by Spearman and Brown."""
    return _ratio(size * icc, 1.0 + (size - 1.0) * icc)
