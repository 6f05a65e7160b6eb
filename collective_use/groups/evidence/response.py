"""What silent members could have made of a shared measure: bounds, and what if they differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.groups.agreement.result import mean_known
from collective_use.groups.evidence.item_set import ItemSet
from collective_use.groups.evidence.parts import Number, Response
from collective_use.groups.inputs import step_of
from collective_use.groups.keys import GroupKeys
from collective_use.numerics.groups import agreement
from collective_use.numerics.groups import response as kernels
from collective_use.numerics.groups.statistics import GroupStatistics
from collective_use.numerics.groups.variance_components import VarianceComponents
from collective_use.numerics.types import Floats
from collective_use.results import NotComputed

CASES: tuple[tuple[float, float], ...] = (
    (0.0, 1.0), (0.05, 1.0), (0.1, 1.0), (0.2, 1.0), (0.0, 0.5), (0.0, 2.0), (0.1, 2.0),
)  # fmt: skip
"""By what part of the scale the silent may differ, and their variance over that of the others."""


def response_rates(keys: GroupKeys, n: NDArray[np.int64]) -> Floats:
    """Return (G,) shares of listed members with a score, NaN where members are not listed."""
    members = keys.frame["members"].to_numpy(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(members > 0, np.minimum(n / members, 1.0), np.nan))


def response_part(
    keys: GroupKeys,
    one: GroupStatistics,
    items: ItemSet,
    null: str,
    judged: NDArray[np.bool_],
    reml: VarianceComponents,
) -> Response | None:
    """Return bounds and sensitivity; None without a members file.

    Parameters
    ----------
    keys
        The groups with their members.
    one
        Statistics of members' scores.
    items
        The items.
    null
        The null distribution that judges.
    judged
        (G,) groups that are judged.
    reml
        Components of the scores over them.
    """
    n = one.n[:, 0].astype(float)
    rate = response_rates(keys, one.n[:, 0])
    if np.isnan(rate).all():
        return None
    silent = np.maximum(keys.frame["members"].to_numpy(float) - n, 0.0)
    low, high = float(min(c[0] for c in items.codes)), float(max(c[-1] for c in items.codes))
    mean = kernels.mean_bounds(n, silent, one.means[:, 0], low, high)
    spread = kernels.variance_bounds(
        n, silent, one.means[:, 0], one.deviations[:, 0], low, high, 0.0
    )
    ratio = _ratio_bounds(items, silent, null)
    width = len(items.names)
    name = "rwg_j" if width > 1 else "rwg"
    bounds = pd.DataFrame(
        {
            **{column: keys.frame[column].array for column in keys.columns},
            "n": one.n[:, 0],
            "silent": silent,
            "response_rate": rate,
            "mean_low": mean.low,
            "mean_high": mean.high,
            "sd_low": np.sqrt(spread.low),
            "sd_high": np.sqrt(spread.high),
            f"{name}_low": agreement.rwg_j(ratio.high, width),
            f"{name}_high": agreement.rwg_j(ratio.low, width),
        }
    )
    known = rate[judged & ~np.isnan(rate)]
    every = rate[(n > 0) & ~np.isnan(rate)]
    used = known if len(known) else every
    share: Number = float(np.median(used)) if len(used) else NotComputed("no listed group answered")
    return Response(share, bounds, _sensitivity(items, one, rate, null, judged, reml))


def _ratio_bounds(items: ItemSet, silent: Floats, null: str) -> kernels.Bounds:
    """Return bounds of the mean ratio: items are free of each other, so each is taken alone."""
    lows, highs = [], []
    for codes, one, law in zip(items.codes, items.stats, items.laws(null), strict=True):
        step = step_of(codes)
        found = kernels.variance_bounds(
            one.n[:, 0].astype(float), silent, one.means[:, 0], one.deviations[:, 0],
            float(codes[0]), float(codes[-1]), 0.0 if items.smooth else step,
        )  # fmt: skip
        unit = law.variance * step * step
        lows.append(found.low / unit)
        highs.append(found.high / unit)
    return kernels.Bounds(mean_known(np.column_stack(lows)), mean_known(np.column_stack(highs)))


def _sensitivity(
    items: ItemSet,
    one: GroupStatistics,
    rate: Floats,
    null: str,
    judged: NDArray[np.bool_],
    reml: VarianceComponents,
) -> pd.DataFrame:
    """Return what the indices of all members would be if the silent differed.

    In every group by as much and in the same direction: the variance within is that of two
    samples apart, and means move by the share of the silent.
    """
    known = np.where(np.isnan(rate), 1.0, rate)
    whole = one.n[:, 0] / np.where(known > 0, known, np.nan)
    ends = np.array([codes[-1] - codes[0] for codes in items.codes])
    width, reach, units = len(items.names), float(ends[0]), items.null_variances(null)
    gaps, times = np.array(CASES).T[:, :, None]
    apart = kernels.variance_if_silent_differ(
        items.variances, known[:, None], whole[:, None], gaps[:, :, None] * ends, times[:, :, None]
    )
    ratio = np.array([mean_known(part) for part in apart / units])[:, judged]
    spread = kernels.variance_if_silent_differ(
        one.variances[:, 0], known, whole, gaps * reach, times
    )
    icc = [(np.nan, np.nan)] * len(CASES)
    if judged.any():
        there = known[judged], whole[judged]
        icc = [
            kernels.icc_if_silent_differ(reml.tau2, reml.sigma2, *there, gap * reach, more)
            for gap, more in CASES
        ]
    deviation = np.sqrt(reml.sigma2) if reml.sigma2 > 0 else np.nan
    return pd.DataFrame(
        {
            "silent_differ_by": gaps[:, 0],
            "silent_d": gaps[:, 0] * reach / deviation,
            "silent_variance_ratio": times[:, 0],
            "median_agreement": _medians(agreement.rwg_j(ratio, width)),
            "median_rwg_j_lindell": _medians(1.0 - ratio),
            "median_sd": _medians(np.sqrt(spread[:, judged])),
            "icc1": [first for first, _ in icc],
            "icc2": [second for _, second in icc],
        }
    )


def _medians(values: Floats) -> Floats:
    """Return the median of each row over what is known, which is the same in every row."""
    known = values[:, ~np.isnan(values).any(axis=0)]
    return np.asarray(np.median(known, axis=1)) if known.size else np.full(len(values), np.nan)
