"""All fit measures by lavaan's names."""

from __future__ import annotations

import math

import numpy as np

from collective_use.numerics.moments import GroupMoments
from collective_use.numerics.sem import fit_indices as fi
from collective_use.numerics.sem.objective import NormalObjective
from collective_use.sem.engines.core import Solution
from collective_use.sem.goodness.baseline import closed_form_baseline, independence_solution
from collective_use.sem.goodness.explained import (
    Corrected,
    explained_measures,
    residual_chi_square,
)
from collective_use.sem.goodness.gfi import goodness_of_fit
from collective_use.sem.goodness.likelihood import has_maximum, log_likelihood
from collective_use.sem.goodness.robust_fiml import corrected_fiml
from collective_use.sem.goodness.tests_of_fit import (
    ChiSquare,
    p_of,
    scaled_test,
    standard_test,
)
from collective_use.sem.inference import states_of

ROBUST = ("satorra.bentler", "yuan.bentler.mplus", "scaled.shifted")
"""Corrections for which robust CFI, TLI and RMSEA exist."""


def chi_square(solution: Solution, logs: tuple[float, float] | None) -> float:
    """Return the uncorrected statistic."""
    if solution.options.missing == "fiml" and logs is not None:
        return max(-2 * (logs[0] - logs[1]), 0.0)
    if solution.options.likelihood == "wishart" and solution.options.function == "ML":
        moments = [g.moments for g in solution.data.groups]
        weights = np.array([(g.n - 1) / solution.data.n for g in moments])
        objective = NormalObjective(solution.model, moments, weights)
        return max(2 * solution.data.n * objective.value(solution.theta), 0.0)
    return max(2 * solution.data.n * solution.optimum.value, 0.0)


def baseline_tests(
    solution: Solution, saturated: list[GroupMoments]
) -> tuple[ChiSquare, ChiSquare | None, Solution | None]:
    """Return the tests of the independence model: standard, scaled, and its solution."""
    options = solution.options
    if options.function == "ML" and options.missing != "fiml" and not options.scaled:
        value, df = closed_form_baseline(solution)
        return ChiSquare("standard", value, df, p_of(value, df)), None, None
    null = independence_solution(solution)
    logs = log_likelihood(null, saturated) if options.missing == "fiml" else None
    standard = standard_test(null, chi_square(null, logs))
    if not options.scaled:
        return standard, None, null
    if math.isnan(standard.statistic):
        return standard, ChiSquare(options.test, math.nan, null.df, math.nan), null
    return standard, scaled_test(null, standard, saturated), null


def compute_fit_measures(
    solution: Solution,
    standard: ChiSquare,
    scaled: ChiSquare | None,
    saturated: list[GroupMoments],
    logs: tuple[float, float] | None,
) -> dict[str, float]:
    """Compute every measure that lavaan's `fitMeasures` prints for this fit.

    Parameters
    ----------
    solution
        The solution.
    standard, scaled
        Its tests.
    saturated
        Saturated moments by group.
    logs
        Log-likelihoods of the model and the saturated model, None if not maximum likelihood.
    """
    n, groups = solution.effective_n, len(solution.data.groups)
    out: dict[str, float] = {"npar": solution.n_parameters, "fmin": _fmin(solution, standard)}
    out |= {"chisq": standard.statistic, "df": standard.df, "pvalue": standard.p}
    if scaled is not None:
        out |= {
            "chisq.scaled": scaled.statistic,
            "df.scaled": scaled.df,
            "pvalue.scaled": scaled.p,
            "chisq.scaling.factor": scaled.scaling,
        }
    null, null_scaled, robust = _against(solution, standard, scaled, saturated)
    out |= _baseline(null, null_scaled)
    out |= _incremental(standard, scaled, null, null_scaled, robust)
    if logs is not None:
        out |= _likelihoods(logs, solution, scaled)
    # With a shift lavaan's limits take 1/a as scaling, its point estimate the mean scaling.
    shifted = scaled is not None and scaled.name == "scaled.shifted"
    by = scaled.scaling if shifted and scaled else robust[0].scaling if robust else 1.0
    out |= _approximation(standard, scaled, robust, by, n, groups)
    out |= _residuals(solution, saturated)
    out |= _others(solution, standard, saturated)
    by_robust = corrected_by(scaled, robust, n)
    variables = len(solution.table.blocks[0].observed)
    residual = residual_chi_square(solution)
    return out | explained_measures(standard, residual, by_robust, n, variables)


def main_measures(
    solution: Solution,
    standard: ChiSquare,
    scaled: ChiSquare | None,
    saturated: list[GroupMoments],
    logs: tuple[float, float] | None,
) -> dict[str, float]:
    """Return those of `compute_fit_measures` that models are compared by, without their limits.

    Chi-square, incremental indices, information criteria, RMSEA, residuals; arguments as there.
    """
    n, groups = solution.effective_n, len(solution.data.groups)
    out: dict[str, float] = {"chisq": standard.statistic, "df": standard.df, "pvalue": standard.p}
    null, null_scaled, robust = _against(solution, standard, scaled, saturated)
    out |= _incremental(standard, scaled, null, null_scaled, robust)
    out["rmsea"] = fi.rmsea(standard.statistic, standard.df, n, groups, 1.0)
    if scaled is not None:
        out |= {"chisq.scaled": scaled.statistic, "df.scaled": scaled.df}
        shifted = scaled.name == "scaled.shifted"
        value = scaled.statistic if shifted else standard.statistic
        df = standard.df if shifted else scaled.trace
        out |= {
            "pvalue.scaled": scaled.p,
            "rmsea.scaled": fi.rmsea(value, df, n, groups, 1.0),
        }
    if robust is not None:
        v = robust[0]
        out["rmsea.robust"] = fi.rmsea(v.chisq, v.df, n, groups, v.scaling)
    out |= _likelihoods(logs, solution, scaled) if logs is not None else {}
    return out | _residuals(solution, saturated)


def _against(
    solution: Solution,
    standard: ChiSquare,
    scaled: ChiSquare | None,
    saturated: list[GroupMoments],
) -> tuple[ChiSquare, ChiSquare | None, tuple[fi.Versus, float] | None]:
    """Return the tests of independence, and what robust indices compare where they exist."""
    null, null_scaled, null_solution = baseline_tests(solution, saturated)
    robust = None
    if not _complete(saturated) or any(block.absent for block in solution.table.blocks):
        robust = fi.Versus(*[math.nan] * 6), math.nan
    elif solution.options.missing == "fiml" and null_solution is not None:
        robust = corrected_fiml(solution, null_solution, saturated)
    elif scaled is not None and null_scaled is not None and scaled.name in ROBUST:
        robust = _from_scaling(standard, scaled, null, null_scaled)
    return null, null_scaled, robust


def _complete(saturated: list[GroupMoments]) -> bool:
    """Tell whether the saturated model has a maximum in every group."""
    return all(has_maximum(s) for s in saturated)


def corrected_by(
    scaled: ChiSquare | None, robust: tuple[fi.Versus, float] | None, n: float
) -> Corrected | None:
    """Return what robust versions of GFI are made from."""
    if robust is None:
        return None
    v, statistic = robust
    shifted = scaled is not None and scaled.name == "scaled.shifted"
    by = scaled.scaling if shifted and scaled else v.scaling
    return Corrected(v.chisq, statistic, v.df, v.scaling, by, n)


def scaled_fit_measures(
    solution: Solution, scaled: tuple[ChiSquare, ChiSquare] | None
) -> dict[str, float]:
    """Compute every measure of a solution whose scaled tests came from elsewhere.

    Parameters
    ----------
    solution
        Complete data or moments, maximum likelihood.
    scaled
        Scaled tests of the model and of independence; None: no scaled measures.
    """
    saturated = [g.moments for g in solution.data.groups]
    statistic = max(2 * solution.data.n * solution.objective.value(solution.theta), 0.0)
    standard = standard_test(solution, statistic)
    logs = log_likelihood(solution, saturated)
    out = compute_fit_measures(solution, standard, None, saturated, logs)
    if scaled is None:
        return out
    value, df = closed_form_baseline(solution)
    null = ChiSquare("standard", value, df, p_of(value, df))
    own, own_null = scaled
    out |= {
        "chisq.scaled": own.statistic,
        "df.scaled": own.df,
        "pvalue.scaled": own.p,
        "chisq.scaling.factor": own.scaling,
    }
    robust = _from_scaling(standard, own, null, own_null)
    out |= _baseline(null, own_null)
    out |= _incremental(standard, own, null, own_null, robust)
    n = solution.effective_n
    return out | _approximation(standard, own, robust, robust[0].scaling, n, 1)


def _fmin(solution: Solution, standard: ChiSquare) -> float:
    """Half the discrepancy, groups weighted n_g / N as lavaan prints it."""
    if solution.options.missing == "fiml":
        return standard.statistic / (2 * solution.data.n)
    return solution.objective.value(solution.theta)


def _scale_of(test: ChiSquare) -> float:
    if test.name == "scaled.shifted":
        return test.scaling * (test.df - test.shift) / test.df if test.df else math.nan
    return test.scaling


def _from_scaling(
    standard: ChiSquare, scaled: ChiSquare, null: ChiSquare, null_scaled: ChiSquare
) -> tuple[fi.Versus, float]:
    versus = fi.Versus(
        standard.statistic, standard.df, null.statistic, null.df,
        _scale_of(scaled), _scale_of(null_scaled),
    )  # fmt: skip
    return versus, scaled.statistic


def _baseline(null: ChiSquare, scaled: ChiSquare | None) -> dict[str, float]:
    out = {"baseline.chisq": null.statistic, "baseline.df": null.df, "baseline.pvalue": null.p}
    if scaled is not None:
        out |= {
            "baseline.chisq.scaled": scaled.statistic,
            "baseline.df.scaled": scaled.df,
            "baseline.pvalue.scaled": scaled.p,
            "baseline.chisq.scaling.factor": scaled.scaling,
        }
    return out


def _incremental(
    standard: ChiSquare,
    scaled: ChiSquare | None,
    null: ChiSquare,
    null_scaled: ChiSquare | None,
    robust: tuple[fi.Versus, float] | None,
) -> dict[str, float]:
    plain = fi.Versus(standard.statistic, standard.df, null.statistic, null.df)
    out = {"cfi": fi.cfi(plain), "tli": fi.tli(plain)}
    versions = [("", plain)]
    if scaled is not None and null_scaled is not None:
        v = fi.Versus(scaled.statistic, scaled.df, null_scaled.statistic, null_scaled.df)
        out |= {"cfi.scaled": fi.cfi(v), "tli.scaled": fi.tli(v)}
        versions.append((".scaled", v))
    if robust is not None:
        robust = (_as_lavaan_scales(robust[0], scaled), robust[1])
        out |= {"cfi.robust": fi.cfi(robust[0]), "tli.robust": fi.tli(robust[0])}
    for suffix, v in versions:
        out |= {
            f"nnfi{suffix}": fi.tli(v),
            f"rfi{suffix}": fi.rfi(v),
            f"nfi{suffix}": fi.nfi(v),
            f"pnfi{suffix}": fi.pnfi(v),
            f"ifi{suffix}": fi.ifi(v),
            f"rni{suffix}": fi.rni(v),
        }
    if robust is not None:
        out |= {"nnfi.robust": fi.tli(robust[0]), "rni.robust": fi.rni(robust[0])}
    return out


def _as_lavaan_scales(v: fi.Versus, scaled: ChiSquare | None) -> fi.Versus:
    """Return what lavaan's robust indices compare.

    A scaling of exactly 1 for either model leaves both unscaled. A model without degrees of
    freedom is not scaled; a mean correction of it is not known, and neither are its indices.
    """
    unscaled = fi.Versus(v.chisq, v.df, v.null_chisq, v.null_df)
    if v.df == 0:
        by_mean = scaled is not None and scaled.name in ("satorra.bentler", "yuan.bentler.mplus")
        return unscaled if math.isfinite(v.chisq) and not (by_mean and math.isnan(v.scaling)) else v
    one = min(abs(v.scaling - 1), abs(v.null_scaling - 1)) < 1e-13
    return unscaled if one else v


def _likelihoods(
    logs: tuple[float, float], solution: Solution, scaled: ChiSquare | None
) -> dict[str, float]:
    k, n = solution.n_parameters, solution.data.n
    out = {
        "logl": logs[0],
        "unrestricted.logl": logs[1],
        "aic": -2 * logs[0] + 2 * k,
        "bic": -2 * logs[0] + k * math.log(n),
        "ntotal": n,
        "bic2": -2 * logs[0] + k * math.log((n + 2) / 24),
    }
    if scaled is not None and scaled.name == "yuan.bentler.mplus" and scaled.df > 0:
        out |= {"scaling.factor.h1": scaled.scaling_h1, "scaling.factor.h0": scaled.scaling_h0}
    return out


def _approximation(
    standard: ChiSquare,
    scaled: ChiSquare | None,
    robust: tuple[fi.Versus, float] | None,
    limits_scaling: float,
    n: float,
    groups: int,
) -> dict[str, float]:
    out: dict[str, float] = {}
    _rmsea(out, "", standard.statistic, standard.statistic, standard.df, n, groups, 1.0)
    out |= {"rmsea.ci.level": 0.90, "rmsea.close.h0": 0.05, "rmsea.notclose.h0": 0.08}
    if scaled is not None:
        shifted = scaled.name == "scaled.shifted"
        value = scaled.statistic if shifted else standard.statistic
        df = standard.df if shifted else scaled.trace
        _rmsea(out, ".scaled", value, value, df, n, groups, 1.0)
    if robust is not None:
        v, statistic = robust
        _rmsea(out, ".robust", v.chisq, statistic, v.df, n, groups, v.scaling, limits_scaling)
    return out


def _rmsea(
    out: dict[str, float],
    suffix: str,
    chisq: float,
    for_limits: float,
    df: float,
    n: float,
    groups: int,
    scaling: float,
    limits_scaling: float | None = None,
) -> None:
    out[f"rmsea{suffix}"] = fi.rmsea(chisq, df, n, groups, scaling)
    scaling = scaling if limits_scaling is None else limits_scaling
    lower, upper = fi.rmsea_limits(for_limits, df, n, groups, scaling)
    out[f"rmsea.ci.lower{suffix}"], out[f"rmsea.ci.upper{suffix}"] = lower, upper
    out[f"rmsea.pvalue{suffix}"] = fi.rmsea_p(for_limits, df, n, groups, scaling, 0.05, close=True)
    out[f"rmsea.notclose.pvalue{suffix}"] = fi.rmsea_p(
        for_limits, df, n, groups, scaling, 0.08, close=False
    )


def _residuals(solution: Solution, saturated: list[GroupMoments]) -> dict[str, float]:
    means = solution.model.meanstructure
    parts = []
    for block, state, s in zip(solution.table.blocks, states_of(solution), saturated, strict=True):
        seen = np.array([name not in block.absent for name in block.observed])
        place = np.ix_(seen, seen)
        m, mu = (s.mean[seen], state.mu[seen]) if means else (None, None)
        parts.append(fi.residual_summaries(s.cov[place], m, state.Sigma[place], mu))
    shares = solution.data.shares

    def mean(name: str) -> float:
        return float(sum(w * getattr(r, name) for w, r in zip(shares, parts, strict=True)))

    found = {
        "rmr": mean("rmr"),
        "rmr_nomean": mean("rmr_nomean"),
        "srmr": mean("srmr"),
        "srmr_bentler": mean("srmr"),
        "srmr_bentler_nomean": mean("srmr_nomean"),
        "crmr": mean("crmr"),
        "crmr_nomean": mean("crmr_nomean"),
        "srmr_mplus": mean("mplus"),
        "srmr_mplus_nomean": mean("mplus_nomean"),
    }
    return found if _complete(saturated) else dict.fromkeys(found, math.nan)


def _others(
    solution: Solution, standard: ChiSquare, saturated: list[GroupMoments]
) -> dict[str, float]:
    n, chisq, df = solution.effective_n, standard.statistic, standard.df
    gfi = goodness_of_fit(solution, saturated)
    k = 0
    for s in saturated:
        p = s.mean.size
        k += p * (p + 1) // 2 + (p if solution.model.meanstructure else 0)
    return {
        "cn_05": fi.critical_n(chisq, df, n, 0.05),
        "cn_01": fi.critical_n(chisq, df, n, 0.01),
        "gfi": gfi,
        "gfi_lisrel": gfi,
        "agfi": (adjusted := 1 - k / df * (1 - gfi) if df > 0 else 1.0),
        "agfi_lisrel": adjusted,
        "pgfi": df / k * gfi,
        "mfi": math.exp(-0.5 * (chisq - df) / n),
        "ecvi": chisq / n + 2 * solution.n_parameters / n,
    }
