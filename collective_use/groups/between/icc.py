"""Intraclass correlations of members within groups, by ANOVA, REML or ML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from collective_use.accepted import Found, Labels, Values
from collective_use.checks import number_between, one_of
from collective_use.errors import InputError, RefusedError
from collective_use.groups.inputs import rows_of
from collective_use.numerics.groups import anova, icc_limits
from collective_use.numerics.groups.statistics import GroupStatistics, group_statistics
from collective_use.numerics.groups.variance_components import (
    VarianceComponents,
    mean_reliability,
    variance_components,
)
from collective_use.numerics.types import Floats, Integers
from collective_use.results import NotComputed, Result, Table, TableRow, table_of

Method = Literal["anova", "reml", "ml"]
Size = Literal["mean", "k0", "harmonic"]
_FLAT = NotComputed("there is no variance within groups")
_EQUAL = NotComputed("group means are equal")
_NO_LIKELIHOOD = NotComputed("ANOVA has no likelihood")


@dataclass(frozen=True)
class Icc(Result):
    """Intraclass correlations of one variable.

    Attributes
    ----------
    method, group_size
        How it was estimated, and which group size entered the ANOVA estimate of ICC(1).
    icc1
        Share of variance between groups.
    icc2
        Reliability of group means: (MSB - MSW) / MSB for ANOVA; for REML and ML the ICC(1)
        stepped up to the chosen group size.
    ci
        Limits of ICC(1) by Wald's exact pivot, not cut at zero.
    confidence
        Their confidence.
    f, df1, df2, p
        Test of no difference between groups.
    n, groups
        Persons with a value, and groups with at least one of them.
    sizes
        `mean`, `k0` and `harmonic` group size.
    icc1_by, icc2_by
        Every convention by name.
    ci_by
        Limits by name: `wald`, and the F limits with each group size for comparison.
    ms_between, ms_within, eta2
        From the analysis of variance.
    tau2, sigma2, mu, log_likelihood
        Variance components; ANOVA takes k0 for them.
    design_effect, effective_n
        ``1 + (N/G - 1) ICC(1)`` with k0, and N over it (Kish 1965): what the persons are worth
        as independent answers.
    reliability
        One row a group: `group`, `n`, `mean`, and the `reliability` of that mean.
    notes
        What a reader has to know.

    Examples
    --------
    >>> import collective_use as cu
    >>> round(cu.icc([1, 2, 4, 5], list("aabb")).icc1, 4)
    0.8947
    """

    method: str
    group_size: str
    icc1: float | NotComputed
    icc2: float | NotComputed
    ci: tuple[float, float] | NotComputed
    confidence: float
    f: float | NotComputed
    df1: int
    df2: int
    p: float | NotComputed
    n: int
    groups: int
    sizes: Mapping[str, float]
    icc1_by: Mapping[str, float]
    icc2_by: Mapping[str, float]
    ci_by: Mapping[str, tuple[float, float]]
    ms_between: float
    ms_within: float
    eta2: float
    tau2: float
    sigma2: float
    mu: float
    log_likelihood: float | NotComputed
    design_effect: float
    effective_n: float
    reliability: pd.DataFrame
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return one row with the main indices."""
        low, high = self.ci if isinstance(self.ci, tuple) else (float("nan"),) * 2
        row: TableRow = {
            "method": self.method,
            "group_size": self.group_size,
            "n": self.n,
            "groups": self.groups,
            "icc1": self.icc1,
            "icc1_low": low,
            "icc1_high": high,
            "icc2": self.icc2,
            "f": self.f,
            "df1": self.df1,
            "df2": self.df2,
            "p": self.p,
            "tau2": self.tau2,
            "sigma2": self.sigma2,
            "design_effect": self.design_effect,
            "effective_n": self.effective_n,
        }
        plain = {k: float("nan") if isinstance(v, NotComputed) else v for k, v in row.items()}
        return pd.DataFrame([plain])

    def tables(self) -> tuple[Table, ...]:
        """Return the main indices, the conventions and the groups."""
        head = self.to_frame().iloc[0]
        rows = tuple((name, head[name]) for name in head.index)
        by = [(f"icc1, {name}", value) for name, value in self.icc1_by.items()]
        by += [(f"icc2, {name}", value) for name, value in self.icc2_by.items()]
        return (
            Table("Intraclass correlation", ("", "value"), rows, self.notes),
            Table("By convention", ("", "value"), tuple(by)),
            table_of("Reliability of group means", self.reliability),
        )


def icc(
    values: Values,
    groups: Labels,
    *,
    method: Method = "anova",
    group_size: Size = "mean",
    confidence: float = 0.95,
    weights: Values = None,
) -> Icc:
    """Intraclass correlation of one variable: ICC(1), ICC(2), limits, F, design effect.

    Parameters
    ----------
    values
        (N,) values, in any order; missing ones are left out.
    groups
        (N,) group of each person.
    method
        ``"anova"``: mean squares (Bartko 1976; Bliese 2000). ``"reml"`` and ``"ml"``: the
        one-way random-effects model at its exact optimum; a variance between groups below
        zero is not possible there.
    group_size
        For ANOVA, the size k in ICC(1) = (MSB - MSW) / (MSB + (k - 1) MSW): ``"mean"`` N/G, as
        R's `multilevel` has it; ``"k0"``, which makes the variance between groups unbiased;
        ``"harmonic"``. All three are in `icc1_by`.
    confidence
        Level of the limits (Wald 1940). F limits cover far less than they say when groups
        are very unequal; they are in `ci_by` for comparison.
    weights
        (N,) survey weights. With them only a design-based ICC(1) can be
        given; ask for `collective_use.icc_weighted`.

    Raises
    ------
    InputError
        When values are no numbers or more than one column.
    RefusedError
        When weights are given: F test, exact limits and likelihood suppose that each member
        was drawn alike.

    Examples
    --------
    >>> import collective_use as cu
    >>> result = cu.icc([1, 2, 4, 5, 5, 6], list("aabbcc"), group_size="k0")
    >>> round(result.icc1, 4), round(result.f, 2), result.df1, result.df2
    (0.8909, 17.33, 2, 3)
    """
    one_of("method", method, ("anova", "reml", "ml"))
    one_of("group_size", group_size, ("mean", "k0", "harmonic"))
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    if weights is not None:
        raise RefusedError(
            "With survey weights there is no F test, no exact limit and no likelihood of the "
            "ICC: they suppose that every member was drawn alike. Use icc_weighted(values, "
            "groups, weights), which gives weighted means and a design-based ICC(1) with "
            "jackknife limits."
        )
    rows = rows_of(values, groups, single=True)
    stats = group_statistics(rows.values, rows.codes, rows.total)
    return icc_of(stats, rows.groups, method, group_size, confidence)


def icc_of(
    stats: GroupStatistics, names: tuple[str, ...], method: Method, size: Size, confidence: float
) -> Icc:
    """Return the result from the statistics of one variable; see `icc`.

    Raises
    ------
    InputError
        When nobody answered.
    """
    if not stats.n.any():
        raise InputError("values must hold at least one answer, got missing ones only")
    table = anova.one_way_of(stats)
    fitted = variance_components(table, method) if method != "anova" else None
    return _result(table, fitted, method, size, confidence, names, stats.n[:, 0])


def _result(
    table: anova.OneWay,
    fitted: VarianceComponents | None,
    method: str,
    group_size: str,
    confidence: float,
    names: tuple[str, ...],
    n: Integers,
) -> Icc:
    why = _impossible(table)
    blocked = why is not None
    sizes = {name: table.size(name) for name in ("mean", "k0", "harmonic")}
    tau2, sigma2, mu = _components(table, fitted)
    by1 = {} if blocked else {name: anova.icc1(table, k) for name, k in sizes.items()}
    if fitted is not None and not blocked:
        by1[method] = fitted.icc
    chosen = by1.get(method if fitted is not None else group_size, float("nan"))
    reliability = mean_reliability(max(tau2, 0.0), sigma2, np.where(n > 0, n, 0).astype(float))
    by2 = {} if blocked else _icc2_by(table, by1, reliability, n)
    icc2 = by2.get("anova", float("nan"))
    if fitted is not None:
        icc2 = anova.stepped_up(fitted.icc, sizes[group_size])
    limits = {} if blocked else _limits(table, sizes, confidence)
    ci = limits.get("wald", (float("nan"),) * 2)

    def shown(value: Found) -> Found:
        return value if why is None else why

    deff = 1.0 + (sizes["mean"] - 1.0) * by1.get("k0", float("nan"))
    return Icc(
        method=method,
        group_size=group_size,
        icc1=shown(chosen),
        icc2=shown(icc2 if np.isfinite(icc2) else _EQUAL),
        ci=shown(_EQUAL if table.ms_between == 0 else _FLAT if np.isnan(ci[0]) else ci),
        confidence=confidence,
        f=shown(table.f if np.isfinite(table.f) else _FLAT),
        df1=table.df_between,
        df2=table.df_within,
        p=shown(table.p),
        n=table.n_persons,
        groups=table.n_groups,
        sizes=sizes,
        icc1_by=by1,
        icc2_by=by2,
        ci_by=limits,
        ms_between=table.ms_between,
        ms_within=table.ms_within,
        eta2=table.eta2,
        tau2=tau2,
        sigma2=sigma2,
        mu=mu,
        log_likelihood=fitted.log_likelihood if fitted else _NO_LIKELIHOOD,
        design_effect=deff,
        effective_n=table.n_persons / deff if deff > 0 else float("nan"),
        reliability=_by_group(table, names, n, reliability),
        notes=_notes(table, fitted, tau2, why),
    )


def _by_group(
    table: anova.OneWay, names: tuple[str, ...], n: Integers, reliability: Floats
) -> pd.DataFrame:
    means = np.full(len(n), np.nan)
    means[n > 0] = table.origin + table.means
    return pd.DataFrame({"group": names, "n": n, "mean": means, "reliability": reliability})


def _impossible(table: anova.OneWay) -> NotComputed | None:
    if table.n_groups < 2:
        return NotComputed("there is one group only" if table.n_groups else "nobody answered")
    if table.df_within < 1:
        return NotComputed("no group has two answers")
    if table.ss_between + table.ss_within == 0:
        return NotComputed("all answers are the same")
    return None


def _components(
    table: anova.OneWay, fitted: VarianceComponents | None
) -> tuple[float, float, float]:
    if fitted is not None:
        return fitted.tau2, fitted.sigma2, fitted.mu
    tau2 = (table.ms_between - table.ms_within) / table.size_k0 if table.df_between > 0 else np.nan
    mu = (
        table.origin + float(np.average(table.means, weights=table.sizes))
        if len(table.means)
        else np.nan
    )
    return float(tau2), table.ms_within, float(mu)


def _icc2_by(
    table: anova.OneWay,
    icc1: Mapping[str, float],
    reliability: Floats,
    n: Integers,
) -> dict[str, float]:
    known = ~np.isnan(reliability)
    result = {"anova": anova.icc2(table)}
    for name, value in icc1.items():
        size = table.size(name if name in ("mean", "k0", "harmonic") else "mean")
        result[f"stepped_up_{name}"] = anova.stepped_up(value, size)
    if known.any():
        result["mean_reliability"] = float(reliability[known].mean())
        result["mean_reliability_by_member"] = float(
            np.average(reliability[known], weights=n[known])
        )
    return result


def _limits(
    table: anova.OneWay, sizes: Mapping[str, float], confidence: float
) -> dict[str, tuple[float, float]]:
    limits = {"wald": icc_limits.wald_limits(table, confidence)}
    if table.ms_within > 0:
        for name, size in sizes.items():
            limits[f"f_{name}"] = icc_limits.f_limits(table, size, confidence)
        limits["icc2_f"] = icc_limits.f_limits_icc2(table, confidence)
    return limits


def _notes(
    table: anova.OneWay,
    fitted: VarianceComponents | None,
    tau2: float,
    why: NotComputed | None,
) -> tuple[str, ...]:
    if why is not None:
        return (f"Not computed: {why.reason}.",)
    notes = []
    if fitted is not None and fitted.at_boundary:
        notes.append("The estimate of the variance between groups is zero, its lower bound.")
    if fitted is None and tau2 < 0:
        notes.append(
            "Groups differ less than chance alone would make them: the ANOVA estimate is "
            "negative; it is reported as it is, reliabilities count it as zero."
        )
    alone = int((table.sizes == 1).sum())
    if alone:
        who = (
            "1 group has one answer: it tells"
            if alone == 1
            else (f"{alone} groups have one answer each: they tell")
        )
        notes.append(f"{who} of the variance between only.")
    return tuple(notes)
