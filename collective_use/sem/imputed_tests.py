"""Tests and fit measures of one model fitted to multiply imputed data sets.

References
----------
Li, Meng, Raghunathan & Rubin (1991), Statistica Sinica 1:65 (D2); Meng & Rubin (1992), Biometrika
79:103 (D3); Chan & Meng (2022), Statistica Sinica 32:1489 (D4). Robust forms divide the pooled
statistic by the harmonic mean of the imputations' scaling factors, as lavaan.mi does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from collective_use.errors import NotSupported
from collective_use.numerics.moments import Floats, GroupMoments, inverse_and_log_det
from collective_use.numerics.search.optimise import Optimum
from collective_use.numerics.sem.fit_indices import Versus, cfi, rmsea, tli
from collective_use.numerics.sem.model import State, moments
from collective_use.numerics.sem.objective import NormalObjective
from collective_use.numerics.sem.pooling import PooledTest, pool_d2, pool_d3, pool_d4
from collective_use.sem.data.data import GroupData
from collective_use.sem.data.saturated import saturated_of
from collective_use.sem.engines.core import Solution
from collective_use.sem.goodness.fit_measures import (
    ROBUST,
    _approximation,
    _baseline,
    _from_scaling,
    _incremental,
    _residuals,
)
from collective_use.sem.goodness.likelihood import (
    incomplete_log_likelihood,
    normal_log_likelihood,
)
from collective_use.sem.goodness.tests_of_fit import ChiSquare, p_of
from collective_use.sem.result import SemResult
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.partable import BlockNames, ParameterTable
from collective_use.sem.table.start import with_sample_moments

COLUMNS = ("test", "F", "df1", "df2", "p", "riv", "chisq", "cfi", "tli", "rmsea")
METHODS = ("D2", "D3", "D4")


@dataclass(frozen=True, slots=True)
class Imputations:
    """Fits of one model, and what pools their tests.

    Attributes
    ----------
    fits
        Of the imputations that converged.
    stack
        The fit of all of them stacked; None where no likelihood ratio is pooled.
    """

    fits: tuple[SemResult, ...]
    stack: SemResult | None

    @property
    def plain(self) -> bool:
        """Whether variables are continuous and cases at one level."""
        return all(type(fit) is SemResult for fit in self.fits)

    def methods(self) -> tuple[str, ...]:
        """Return the ways of pooling that there are."""
        if self.stack is None:
            return ("D2",)
        normal = self.fits[0].solution.options.likelihood == "normal"
        return METHODS if self.plain and normal else ("D2", "D4")

    def values(self, name: str) -> Floats:
        """Return a fit measure of every imputation, (m,)."""
        return np.array([fit.fit_measures[name] for fit in self.fits])


def refuse_method(imputed: Imputations, method: str) -> None:
    """Raise where a way of pooling is not there.

    Raises
    ------
    NotSupported
        Naming what there is.
    """
    if method not in imputed.methods():
        raise NotSupported(
            f"method={method!r} is not supported here: there is {', '.join(imputed.methods())}"
        )


def pooled(imputed: Imputations, method: str, base: str = "", suffix: str = "") -> PooledTest:
    """Pool the model's chi-square, the baseline's (``base="baseline."``) or a corrected one's."""
    statistics = imputed.values(f"{base}chisq{suffix}")
    df = float(imputed.values(f"{base}df{suffix}").mean())
    if method == "D2":
        return pool_d2(statistics, df)
    if method == "D3":
        at = PooledMoments.of(imputed.fits)
        return pool_d3(statistics, at.ratio(at.baseline() if base else at.implied()), df)
    if imputed.stack is None:
        raise NotSupported("method='D4' is not supported without the stacked data sets")
    return pool_d4(statistics, imputed.stack.fit_measures[f"{base}chisq"] / len(imputed.fits), df)


@dataclass(frozen=True, slots=True)
class PooledMoments:
    """Averages over the imputations: unrestricted moments by group, and estimates.

    Attributes
    ----------
    fits
        The fits.
    average
        Mean unrestricted moments by group.
    theta
        Mean estimates (q,).
    """

    fits: tuple[SemResult, ...]
    average: tuple[GroupMoments, ...]
    theta: Floats

    @classmethod
    def of(cls, fits: Sequence[SemResult]) -> PooledMoments:
        """Average what fits hold."""
        groups = range(len(fits[0].group_names))
        found = [[saturated_of(fit.solution.data, g) for fit in fits] for g in groups]
        average = tuple(_mean_moments(of_group) for of_group in found)
        return cls(tuple(fits), average, np.mean([fit.solution.theta for fit in fits], axis=0))

    @property
    def table(self) -> ParameterTable:
        """The table with the average moments of fixed covariates."""
        table = self.fits[0].table
        rows = [row._replace(start=math.nan) if row.exogenous else row for row in table.rows]
        return with_sample_moments(replace(table, rows=tuple(rows)), self.average)

    def implied(self) -> list[State]:
        """Return the moments that the model implies at the mean estimates."""
        return [moments(block, self.theta) for block in compile_model(self.table).blocks]

    def baseline(self) -> list[State]:
        """Return those of the independence model at its mean estimates."""
        pairs = zip(self.implied(), self.fits[0].table.blocks, self.average, strict=True)
        return [
            replace(state, Sigma=_unrelated(block, g.cov), mu=g.mean) for state, block, g in pairs
        ]

    def ratio(self, states: Sequence[State]) -> float:
        """Return twice the mean log-likelihood of average moments over that of `states`."""
        total = 0.0
        for fit in self.fits:
            means = fit.solution.model.meanstructure
            for g, state, free in zip(fit.solution.data.groups, states, self.average, strict=True):
                total += _log_likelihood(g, free.mean, free.cov, means=means)
                total -= _log_likelihood(g, state.mu, state.Sigma, means=means)
        return 2 * total / len(self.fits)

    def log_likelihood(self, states: Sequence[State]) -> float:
        """Return the mean log-likelihood of the imputations at `states`."""
        total = 0.0
        for fit in self.fits:
            means = fit.solution.model.meanstructure
            pairs = zip(fit.solution.data.groups, states, strict=True)
            total += sum(_log_likelihood(g, s.mu, s.Sigma, means=means) for g, s in pairs)
        return total / len(self.fits)

    def solution(self) -> Solution:
        """Return the model at the mean estimates of the average moments."""
        first = self.fits[0].solution
        groups = tuple(
            replace(g, moments=m) for g, m in zip(first.data.groups, self.average, strict=True)
        )
        table = self.table
        model = compile_model(table)
        objective = NormalObjective(model, self.average, first.data.shares)
        value = objective.value(self.theta)
        return replace(
            first, table=table, model=model, data=replace(first.data, groups=groups),
            objective=objective, shared=objective,
            optimum=Optimum(self.theta, value, 0.0, 0, True, "pooled"),
        )  # fmt: skip


def _mean_moments(of_group: Sequence[GroupMoments]) -> GroupMoments:
    cov = np.mean([g.cov for g in of_group], axis=0)
    parts = inverse_and_log_det(cov)
    mean = np.mean([g.mean for g in of_group], axis=0)
    return GroupMoments(of_group[0].n, mean, cov, math.nan if parts is None else parts[1])


def _unrelated(block: BlockNames, cov: Floats) -> Floats:
    """Return covariances of the independence model: of covariates, and variances."""
    together = set(block.covariates) | set(block.exogenous)
    x = np.array([name in together for name in block.observed])
    return np.where(np.outer(x, x) | np.eye(x.size, dtype=bool), cov, 0.0)


def _log_likelihood(g: GroupData, mu: Floats, Sigma: Floats, *, means: bool) -> float:
    if g.patterns:
        return incomplete_log_likelihood(g, mu, Sigma)
    return normal_log_likelihood(g.moments, mu if means else None, Sigma)


def rows_of_tests(imputed: Imputations) -> list[tuple[str | float, ...]]:
    """Return a row of `COLUMNS` for every way of pooling, corrected forms beside."""
    if imputed.fits[0].fit_measures["df"] == 0:
        return []
    robust = "chisq.scaled" in imputed.fits[0].fit_measures
    rows = []
    for method in imputed.methods():
        test, null = (pooled(imputed, method, base) for base in ("", "baseline."))
        rows.append(_row(imputed, method, test, null))
        if robust and method == "D2":
            test, null = (pooled(imputed, "D2", base, ".scaled") for base in ("", "baseline."))
            rows.append(_row(imputed, "D2 scaled", test, null))
        elif robust:
            rows.append(_scaled_row(imputed, method))
    return rows


def _row(
    imputed: Imputations, name: str, test: PooledTest, null: PooledTest
) -> tuple[str | float, ...]:
    fit = imputed.fits[0]
    v = Versus(test.chisq, test.df1, null.chisq, null.df1)
    error = rmsea(test.chisq, test.df1, fit.n, len(fit.group_names))
    return (
        name, test.f, test.df1, test.df2, test.p, test.riv, test.chisq, cfi(v), tli(v), error,
    )  # fmt: skip


def _scaled_row(imputed: Imputations, method: str) -> tuple[str | float, ...]:
    """A corrected likelihood ratio is a chi-square only: its F has no known degrees of freedom."""
    fit = imputed.fits[0]
    riv = pooled(imputed, method).riv
    own, null = corrected(imputed, method), corrected(imputed, method, "baseline.")
    v = Versus(own.statistic, own.df, null.statistic, null.df)
    error = rmsea(own.statistic, own.df, fit.n, len(fit.group_names))
    f = own.statistic / own.df
    return (
        f"{method} scaled", f, own.df, math.inf, own.p, riv, own.statistic, cfi(v), tli(v), error,
    )  # fmt: skip


def corrected(imputed: Imputations, method: str, base: str = "") -> ChiSquare:
    """Return the pooled statistic over the harmonic mean of scalings, plus the mean shift."""
    plain = pooled(imputed, method, base).chisq
    scaling = imputed.values(f"{base}chisq.scaling.factor")
    df = float(imputed.values(f"{base}df.scaled").mean())
    shift = float(np.mean(imputed.values(f"{base}chisq.scaled")
                          - imputed.values(f"{base}chisq") / scaling))  # fmt: skip
    name = imputed.fits[0].solution.options.test
    if name != "scaled.shifted":
        shift = 0.0
    c = 1 / float(np.mean(1 / scaling))
    statistic = plain / c + shift
    return ChiSquare(name, statistic, df, p_of(statistic, df), c, shift, c * df)


def pooled_measures(imputed: Imputations, method: str) -> dict[str, float]:
    """Return fit measures of the pooled tests, by lavaan's names.

    Log-likelihood and what follows from it are means over the imputations at the pooled
    estimates; SRMR compares pooled moments with those implied at the pooled estimates.
    """
    refuse_method(imputed, method)
    fit = imputed.fits[0]
    test, null = (pooled(imputed, method, base) for base in ("", "baseline."))
    standard, own_null = (
        ChiSquare("standard", t.chisq, t.df1, p_of(t.chisq, t.df1)) for t in (test, null)
    )
    scaled = null_scaled = robust = None
    out = {"npar": float(fit.solution.n_parameters), "chisq": standard.statistic}
    out |= {"df": standard.df, "pvalue": standard.p}
    if "chisq.scaled" in fit.fit_measures:
        scaled, null_scaled = (corrected(imputed, method, base) for base in ("", "baseline."))
        out |= {"chisq.scaled": scaled.statistic, "df.scaled": scaled.df}
        out |= {"pvalue.scaled": scaled.p, "chisq.scaling.factor": scaled.scaling}
        if scaled.name in ROBUST and imputed.plain:
            robust = _from_scaling(standard, scaled, own_null, null_scaled)
    out |= _baseline(own_null, null_scaled)
    out |= _incremental(standard, scaled, own_null, null_scaled, robust)
    n, by = fit.solution.effective_n, robust[0].scaling if robust else 1.0
    out |= _approximation(standard, scaled, robust, by, n, len(fit.group_names))
    if imputed.plain:
        out |= _at_pooled_estimates(imputed, out["npar"], fit.n)
    return out


def _at_pooled_estimates(imputed: Imputations, k: float, n: float) -> dict[str, float]:
    at = PooledMoments.of(imputed.fits)
    out = _residuals(at.solution(), list(at.average))
    fixed = any(block.exogenous for block in imputed.fits[0].table.blocks)
    if "D3" not in imputed.methods() or fixed:
        return out
    logl = at.log_likelihood(at.implied())
    out |= {"logl": logl, "unrestricted.logl": logl + at.ratio(at.implied()) / 2}
    bic, bic2 = (k * math.log(size) - 2 * logl for size in (n, (n + 2) / 24))
    return out | {"aic": 2 * k - 2 * logl, "bic": bic, "bic2": bic2, "ntotal": n}


def difference_rows(more: Imputations, fewer: Imputations) -> list[tuple[str | float, ...]]:
    """Return ``test F df1 df2 p riv`` of the difference of two nested models.

    `more` has more parameters.
    """
    ours = zip(more.fits, fewer.fits, strict=True)
    df = float(fewer.fits[0].solution.df - more.fits[0].solution.df)
    statistics = fewer.values("chisq") - more.values("chisq")
    out = [pool_d2(statistics, df)]
    both = [m for m in more.methods() if m in fewer.methods()]
    if "D3" in both:
        at, under = (PooledMoments.of(x.fits) for x in (more, fewer))
        ratio = under.ratio(under.implied()) - at.ratio(at.implied())
        out.append(pool_d3(statistics, ratio, df))
    if fewer.stack is not None and more.stack is not None:
        stacked = fewer.stack.fit_measures["chisq"] - more.stack.fit_measures["chisq"]
        out.append(pool_d4(statistics, stacked / len(more.fits), df))
    rows: list[tuple[str | float, ...]] = [(t.name, t.f, t.df1, t.df2, t.p, t.riv) for t in out]
    if "chisq.scaled" in more.fits[0].fit_measures:
        found = [larger.compare(smaller) for larger, smaller in ours]
        t = pool_d2(np.array([c.statistic for c in found]), float(np.mean([c.df for c in found])))
        rows.insert(1, ("D2 scaled", t.f, t.df1, t.df2, t.p, t.riv))
        rows += _scaled_differences(more, fewer, out[1:], df)
    return rows


def _scaled_differences(
    more: Imputations, fewer: Imputations, tests: Sequence[PooledTest], df: float
) -> list[tuple[str | float, ...]]:
    """Divide likelihood ratios by the difference of scalings (Satorra & Bentler 2001)."""
    if more.fits[0].solution.options.test not in ("satorra.bentler", "yuan.bentler.mplus"):
        return []
    d, c = [], []
    for imputed in (more, fewer):
        d.append(float(imputed.values("df").mean()))
        if d[-1] == 0:
            c.append(0.0)
            continue
        c.append(1 / float(np.mean(1 / imputed.values("chisq.scaling.factor"))))
    scaling = (d[1] * c[1] - d[0] * c[0]) / df
    if scaling <= 0:
        return []
    return [
        (f"{t.name} scaled", t.chisq / scaling / df, df, math.inf, p_of(t.chisq / scaling, df),
         t.riv)
        for t in tests
    ]  # fmt: skip
