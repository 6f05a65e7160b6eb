"""Tests and fit measures of models with ordered variables.

References
----------
Satorra & Bentler (1994); Asparouhov & Muthen (2010), Simple second order chi-square correction;
Savalei (2021), Multivariate Behavioral Research 56:390 (robust CFI, TLI and RMSEA).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag

from collective_use.numerics.moments import Floats, inverse_and_log_det
from collective_use.numerics.ordinal.moments import OrdinalMoments, pair_index
from collective_use.numerics.ordinal.response import Response
from collective_use.numerics.sem import fit_indices as fi
from collective_use.sem.goodness.explained import explained_measures
from collective_use.sem.goodness.fit_measures import (
    _approximation,
    _baseline,
    _incremental,
    corrected_by,
)
from collective_use.sem.goodness.tests_of_fit import ChiSquare, p_of
from collective_use.sem.inference import inverted
from collective_use.sem.ordinal.estimate import OrdinalSolution
from collective_use.sem.ordinal.read import outcomes_of

Moments = Sequence[OrdinalMoments]


def scaled(name: str, statistic: float, df: float, U: Floats, G: Floats) -> ChiSquare:
    """Correct a statistic for its distribution, given U and Gamma of all groups."""
    UG = U @ G
    trace, square = float(np.trace(UG)), float(np.sum(UG * UG.T))
    if df == 0:
        return ChiSquare(name, statistic, df, math.nan)
    if name == "satorra.bentler":
        c = trace / df
        value = statistic / c
        return ChiSquare(name, value, df, p_of(value, df), c, 0.0, trace)
    if name == "mean.var.adjusted":
        adjusted = trace**2 / square
        c = trace / adjusted
        value = statistic / c
        return ChiSquare(name, value, adjusted, p_of(value, adjusted), c, 0.0, trace)
    a = math.sqrt(df / square)
    shift = df - a * trace
    value = statistic * a + shift
    return ChiSquare(name, value, df, p_of(value, df), 1 / a, shift, trace)


def _full(W: Floats) -> Floats:
    return np.diag(W) if W.ndim == 1 else W


def _stacked(solution: OrdinalSolution, moments: Moments) -> tuple[Floats, Floats]:
    """Return weight and Gamma of all groups."""
    objective = solution.objective
    shares = solution.data.shares
    V = block_diag(*[s * _full(W) for s, W in zip(shares, objective.W, strict=True)])
    G = block_diag(*[m.gamma / s for s, m in zip(shares, moments, strict=True)])
    return V, G


def model_tests(solution: OrdinalSolution, moments: Moments) -> tuple[ChiSquare, ChiSquare | None]:
    """Return the uncorrected and the corrected test of a model."""
    statistic = max(2 * solution.data.n * solution.objective.value(solution.theta), 0.0)
    df = solution.df
    p = math.nan if solution.options.function == "ULS" else p_of(statistic, df)
    plain = ChiSquare("standard", statistic, df, p)
    if not solution.options.scaled:
        return plain, None
    objective = solution.shared
    E = inverted(solution, objective.fisher(solution.theta))
    V, G = _stacked(solution, moments)
    D = np.concatenate([r.jacobian for r in objective.responses(solution.theta)])
    VD = V @ D
    return plain, scaled(solution.options.test, statistic, df, V - VD @ E @ VD.T, G)


def baseline_tests(
    solution: OrdinalSolution, moments: Moments
) -> tuple[ChiSquare, ChiSquare | None]:
    """Return the tests of the model in which all correlations but those of covariates are zero.

    Slopes on fixed covariates are free.
    """
    block = solution.table.block()
    own = outcomes_of(block)
    x = [own.index(name) for name in block.covariates if name not in block.exogenous]
    free = []
    for m in moments:
        a, b = pair_index(m.covariance.shape[0])
        kept = np.ones(m.statistics.size, dtype=bool)
        kept[m.pairs_at] = np.isin(a, x) & np.isin(b, x)
        free.append(kept)
    return tests_with_free(solution, moments, free, [m.n - 1 for m in moments])


def tests_with_free(
    solution: OrdinalSolution,
    moments: Moments,
    free: Sequence[NDArray[np.bool_]],
    counts: Sequence[float],
) -> tuple[ChiSquare, ChiSquare | None]:
    """Return the tests of a model in which statistics are free or zero.

    Parameters
    ----------
    solution, moments
        A solution, whose weights are taken, and its statistics.
    free
        By group, which statistics are free.
    counts
        By group, what the discrepancy is multiplied with.
    """
    objective = solution.objective
    total, df, D = 0.0, 0, []
    for m, W, own, count in zip(moments, objective.W, free, counts, strict=True):
        delta = np.eye(m.statistics.size)[:, own]
        F = _full(W)
        best = np.linalg.solve(delta.T @ F @ delta, delta.T @ F @ m.statistics)
        e = m.statistics - delta @ best
        total += count * float(e @ F @ e)
        df += int((~own).sum())
        D.append(delta)
    p = math.nan if solution.options.function == "ULS" else p_of(total, df)
    plain = ChiSquare("standard", total, df, p)
    if not solution.options.scaled:
        return plain, None
    V, G = _stacked(solution, moments)
    delta = block_diag(*D)
    VD = V @ delta
    U = V - VD @ np.linalg.solve(delta.T @ VD, VD.T)
    return plain, scaled(solution.options.test, total, df, U, G)


def why_not_robust(solution: OrdinalSolution, moments: Moments) -> str:
    """Say why there is no robust CFI, TLI and RMSEA, or return nothing where there is one."""
    objective = solution.shared
    if any(m.is_mean.any() or m.given is not None for m in moments):
        return "they are about correlations of ordered variables alone, without covariates"
    cuts = [
        float(np.abs(e[: m.item.size]).max())
        for e, m in zip(objective.differences(solution.theta), moments, strict=True)
    ]
    if max(cuts) > 1e-8:
        return "they are about correlations alone, and the model restricts thresholds, too"
    if solution.df == 0:
        return "the model has no degrees of freedom"
    for m, r in zip(moments, objective.responses(solution.theta), strict=True):
        for R, which in ((m.covariance, "sample"), (_correlations(m, r), "model")):
            if inverse_and_log_det(R) is None:
                return f"the correlations of the {which} are not positive definite"
    return ""


def _correlations(m: OrdinalMoments, r: Response) -> Floats:
    """Return the model's correlations of ordered variables, (p, p)."""
    R = np.eye(m.covariance.shape[0])
    a, b = pair_index(R.shape[0])
    R[a, b] = R[b, a] = r.values[m.pairs_at]
    return R


def robust_versus(solution: OrdinalSolution, moments: Moments) -> tuple[fi.Versus, float] | None:
    """Return normal-theory statistics of the polychoric matrices with their scaling.

    None where `why_not_robust` says why.

    References
    ----------
    Savalei (2021), equations 13 to 20.
    """
    if why_not_robust(solution, moments):
        return None
    objective = solution.shared
    responses = objective.responses(solution.theta)
    E = inverted(solution, objective.fisher(solution.theta))
    chisq = null = kbs = 0.0
    V, W, G, D = [], [], [], []
    for share, m, weight, r in zip(
        solution.data.shares, moments, objective.W, responses, strict=True
    ):
        p = m.covariance.shape[0]
        a, b = pair_index(p)
        k = m.statistics.size - a.size
        R = _correlations(m, r)
        model, sample = inverse_and_log_det(R), inverse_and_log_det(m.covariance)
        if model is None or sample is None:
            return None  # as `why_not_robust` has told
        P = model[0]
        chisq += m.n * (model[1] - sample[1] + float(np.sum(P * m.covariance)) - p)
        null -= m.n * sample[1]
        V.append(share * (P[np.ix_(a, a)] * P[np.ix_(b, b)] + P[np.ix_(a, b)] * P[np.ix_(b, a)]))
        W.append(share * _full(weight)[k:, k:])
        G.append(m.gamma[k:, k:] / share)
        D.append(r.jacobian[k:])
        kbs += float(np.trace(G[-1]))
    delta, w = np.concatenate(D), block_diag(*W)
    rest = np.eye(w.shape[0]) - delta @ E @ delta.T @ w
    ks = float(np.trace(rest.T @ block_diag(*V) @ rest @ block_diag(*G)))
    null_df = sum(d.shape[0] for d in D)
    c = ks / solution.df
    versus = fi.Versus(max(chisq, 0.0), solution.df, null, null_df, c, kbs / null_df)
    return versus, versus.chisq / c


def statistics_of_fit(
    solution: OrdinalSolution, plain: ChiSquare, corrected: ChiSquare | None
) -> dict[str, float]:
    """Return the discrepancy and its tests, as fit measures begin."""
    out: dict[str, float] = {
        "npar": solution.n_parameters,
        "fmin": solution.objective.value(solution.theta),
        "chisq": plain.statistic,
        "df": plain.df,
        "pvalue": plain.p,
    }
    if corrected is not None:
        out |= {
            "chisq.scaled": corrected.statistic,
            "df.scaled": corrected.df,
            "pvalue.scaled": corrected.p,
            "chisq.scaling.factor": corrected.scaling,
        }
    return out


def ordinal_fit_measures(
    solution: OrdinalSolution, plain: ChiSquare, corrected: ChiSquare | None, moments: Moments
) -> dict[str, float]:
    """Compute the fit measures that lavaan prints for ordered variables."""
    n, groups = solution.effective_n, len(moments)
    out = statistics_of_fit(solution, plain, corrected)
    null, null_corrected = baseline_tests(solution, moments)
    robust = None
    if corrected is not None and corrected.name in ("satorra.bentler", "scaled.shifted"):
        nothing = fi.Versus(*[math.nan] * 6), math.nan
        robust = robust_versus(solution, moments) or nothing
    out |= _baseline(null, null_corrected)
    out |= _incremental(plain, corrected, null, null_corrected, robust)
    if robust is not None and math.isnan(robust[1]):
        out |= {name: math.nan for name in out if name.endswith(".robust")}
    by = robust[0].scaling if robust is not None else 1.0
    out |= _approximation(plain, corrected, robust, by, n, groups)
    out |= residual_measures(solution, moments)
    out |= _other_measures(solution, plain, moments)
    # The robust statistic is a normal-theory one of N cases, whatever the weights were.
    by_robust = corrected_by(None, robust, solution.data.n)
    return out | explained_measures(plain, math.nan, by_robust, n, moments[0].covariance.shape[0])


def residual_measures(solution: OrdinalSolution, moments: Moments) -> dict[str, float]:
    objective = solution.objective
    names = ("rmr", "rmr_nomean", "srmr_bentler", "srmr", "crmr", "crmr_nomean")
    total = dict.fromkeys(names, 0.0)
    for share, m, r in zip(
        solution.data.shares, moments, objective.responses(solution.theta), strict=True
    ):
        p = m.covariance.shape[0]
        pairs = p * (p - 1) // 2
        first, sizes, implied = m.item.size, np.ones(p), np.ones(p)
        cuts, numeric = int((~m.is_mean).sum()), m.item[m.is_mean]
        sizes[numeric] = np.sqrt(np.diag(m.covariance)[numeric])
        implied[numeric] = np.sqrt(r.values[m.variances_at])
        a, b = pair_index(p)
        e = m.statistics - r.values
        gap = m.statistics[m.pairs_at] / (sizes[a] * sizes[b])
        gap = gap - r.values[m.pairs_at] / (implied[a] * implied[b])
        bollen = float(np.sum(gap**2))
        cut = float(np.sum((e[:first] / sizes[m.item])[~m.is_mean] ** 2))
        # As in lavaan, variances of continuous variables are counted but add nothing.
        slopes, told, standard = _slopes_gap(m, e[m.slopes_at], sizes)
        raw = float(np.sum(e[m.pairs_at] ** 2))
        cor = float(np.sum((e[m.pairs_at] / (sizes[a] * sizes[b])) ** 2))
        values = {
            "rmr": (cut + told + raw) / (cuts + slopes + pairs + p),
            "rmr_nomean": raw / (pairs + p),
            "srmr_bentler": (cut + standard + cor) / (cuts + slopes + pairs + p),
            "srmr": cor / (pairs + p),
            "crmr": (cut + standard + bollen) / (cuts + slopes + pairs),
            "crmr_nomean": bollen / pairs if pairs else math.nan,
        }
        for name, value in values.items():
            total[name] += share * math.sqrt(value)
    return {
        "rmr": total["rmr"],
        "rmr_nomean": total["rmr_nomean"],
        "srmr": total["srmr"],
        "srmr_bentler": total["srmr_bentler"],
        "srmr_bentler_nomean": total["srmr"],
        "crmr": total["crmr"],
        "crmr_nomean": total["crmr_nomean"],
        "srmr_mplus": math.nan,
        "srmr_mplus_nomean": math.nan,
    }


def _slopes_gap(m: OrdinalMoments, e: Floats, sizes: Floats) -> tuple[int, float, float]:
    """Return number, sum of squares and standardized sum of squares of slopes' residuals."""
    if m.given is None:
        return 0, 0.0, 0.0
    scale = np.outer(np.sqrt(np.diag(m.given.cov)), 1 / sizes).ravel()
    return e.size, float(np.sum(e**2)), float(np.sum((e * scale) ** 2))


def _other_measures(
    solution: OrdinalSolution, plain: ChiSquare, moments: Moments
) -> dict[str, float]:
    objective = solution.objective
    n, chisq, df = solution.effective_n, plain.statistic, plain.df
    gfi = 0.0
    for share, m, W, e in zip(
        solution.data.shares, moments, objective.W, objective.differences(solution.theta),
        strict=True,
    ):  # fmt: skip
        F = _full(W)
        gfi += share * (1 - float(e @ F @ e) / float(m.statistics @ F @ m.statistics))
    k = sum(m.statistics.size for m in moments)
    return {
        "cn_05": fi.critical_n(chisq, df, n, 0.05),
        "cn_01": fi.critical_n(chisq, df, n, 0.01),
        "gfi": gfi,
        "gfi_lisrel": gfi,
        "agfi": (adjusted := 1 - k / df * (1 - gfi) if df > 0 else 1.0),
        "agfi_lisrel": adjusted,
        "pgfi": df / k * gfi,
        "mfi": math.exp(-0.5 * (chisq - df) / n),
        "wrmr": math.sqrt(chisq / moments[0].statistics.size),
    }
