"""The intraclass correlations of a measure's scores, for its evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.frames import texts
from collective_use.groups.evidence.parts import Differences
from collective_use.numerics.groups import anova, icc_limits
from collective_use.numerics.groups.statistics import GroupStatistics
from collective_use.numerics.groups.variance_components import (
    VarianceComponents,
    mean_reliability,
    variance_components,
)
from collective_use.results import NotComputed

NAMES: tuple[str, ...] = (
    "icc1", "icc1_low", "icc1_high", "icc1_k0", "icc1_reml", "icc2", "f", "df1", "df2", "p",
    "design_effect", "effective_n",
)  # fmt: skip


def restricted(one: GroupStatistics, kept: NDArray[np.bool_]) -> GroupStatistics:
    """Return statistics in which groups that are not kept have no answers."""
    rows = kept[:, None]
    return replace(
        one,
        n=np.where(rows, one.n, 0),
        sums=np.where(rows, one.sums, 0.0),
        deviations=np.where(rows, one.deviations, 0.0),
        counts=None,
        cross=None,
    )


def differences(one: GroupStatistics, reml: VarianceComponents | None = None) -> Differences:
    """Return the indices of how far groups differ; see `Differences`.

    Parameters
    ----------
    one
        Statistics of the scores in the judged groups.
    reml
        Their components, where they are known already.
    """
    table = anova.one_way_of(one)
    why = _impossible(table)
    if why is not None:
        nothing: dict[str, NotComputed] = dict.fromkeys(NAMES, why)
        return Differences(**nothing, conventions=pd.DataFrame())
    low, high = icc_limits.wald_limits(table)
    reml = reml or variance_components(table, "reml")
    flat = NotComputed("members of each group answered all the same")
    unbiased = anova.icc1(table, table.size_k0)
    effect = 1.0 + (table.size_mean - 1.0) * unbiased
    return Differences(
        icc1=anova.icc1(table, table.size_mean),
        icc1_low=flat if np.isnan(low) else low,
        icc1_high=flat if np.isnan(high) else high,
        icc1_k0=unbiased,
        icc1_reml=flat if np.isnan(reml.icc) else reml.icc,
        icc2=anova.icc2(table) if table.ms_between > 0 else NotComputed("group means are equal"),
        f=table.f if np.isfinite(table.f) else flat,
        df1=table.df_between,
        df2=table.df_within,
        p=table.p,
        design_effect=effect,
        effective_n=table.n_persons / effect
        if effect > 0
        else NotComputed("the design effect is not above zero"),
        conventions=_conventions(table, reml, one),
    )


def _impossible(table: anova.OneWay) -> NotComputed | None:
    if table.df_between < 1:
        one = "there is one group only" if table.n_groups else "no group is large enough"
        return NotComputed(one)
    if table.df_within < 1:
        return NotComputed("no group has two answers")
    if table.ss_within + table.ss_between == 0:
        return NotComputed("all answers are the same")
    return None


def _conventions(
    table: anova.OneWay, reml: VarianceComponents, one: GroupStatistics
) -> pd.DataFrame:
    reliability = mean_reliability(reml.tau2, reml.sigma2, one.n[:, 0].astype(float))
    known = reliability[~np.isnan(reliability)]
    rows = [
        (f"icc1, {name}", size, anova.icc1(table, size))
        for name, size in (
            ("N/G", table.size_mean),
            ("k0", table.size_k0),
            ("harmonic", table.size_harmonic),
        )
    ]
    rows += [
        ("icc1, REML", table.size_mean, reml.icc),
        ("icc1, ML", table.size_mean, variance_components(table, "ml").icc),
        ("icc2, (MSB - MSW) / MSB", table.size_mean, anova.icc2(table)),
        ("icc2, REML at N/G", table.size_mean, anova.stepped_up(reml.icc, table.size_mean)),
        (
            "icc2, mean of group reliabilities",
            float("nan"),
            float(known.mean()) if len(known) else float("nan"),
        ),
    ]
    names, sizes, values = zip(*rows, strict=True)
    return pd.DataFrame({"convention": texts(names), "group_size": sizes, "value": values})
