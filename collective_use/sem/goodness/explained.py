"""The goodness of fit index as a share of variance accounted for, from two chi-squares."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from collective_use.numerics.moments import inverse, normal_weight, vech
from collective_use.numerics.sem import fit_indices as fi
from collective_use.numerics.sem.model import cells_of, jacobian
from collective_use.sem.engines.core import Solution
from collective_use.sem.goodness.tests_of_fit import ChiSquare, kept_moments
from collective_use.sem.inference import covariate_places, states_of


@dataclass(frozen=True, slots=True)
class Corrected:
    """What robust versions take in place of the plain chi-square.

    Attributes
    ----------
    chisq, scaled
        The statistic without and with its correction.
    df
        Degrees of freedom.
    scaling, limits_scaling
        Mean scaling, and the scaling that the limits take.
    n
        Sample size.
    """

    chisq: float
    scaled: float
    df: float
    scaling: float
    limits_scaling: float
    n: float


def residual_chi_square(solution: Solution) -> float:
    """Return the residual-based chi-square with the model's normal-theory weight.

    NaN where it is not known: with missing values.

    References
    ----------
    Browne (1984), British Journal of Mathematical and Statistical Psychology 37:62, equation
    2.20a, with the covariance of the moments at the implied ones (reweighted least squares).
    """
    if solution.options.missing == "fiml":
        return math.nan
    model, means = solution.model, solution.model.meanstructure
    A, b, total = np.zeros((model.n_free,) * 2), np.zeros(model.n_free), 0.0
    for i, (g, state) in enumerate(zip(solution.data.groups, states_of(solution), strict=True)):
        n = g.moments.n - (1 if solution.options.unbiased else 0)
        r = vech(g.moments.cov - state.Sigma)
        if means:
            r = np.concatenate([g.moments.mean - state.mu, r])
        keep = kept_moments(state.mu.size, covariate_places(solution, i), means=means)
        W = normal_weight(inverse(state.Sigma), means=means)[np.ix_(keep, keep)]
        D = jacobian(cells_of(model.blocks[i]), state, model.n_free, means=means)[keep]
        WD = W @ D
        A += n * D.T @ WD
        b += n * WD.T @ r[keep]
        total += n * float(r[keep] @ W @ r[keep])
    if solution.basis is not None:
        A, b = solution.basis.T @ A @ solution.basis, solution.basis.T @ b
    return max(total - float(b @ np.linalg.lstsq(A, b, rcond=None)[0]), 0.0) if b.size else total


def explained_measures(
    standard: ChiSquare, residual: float, robust: Corrected | None, n: float, variables: int
) -> dict[str, float]:
    """Return GFI with limits by lavaan's names: ``gfi_lrt``, ``gfi_rls``, with ``.robust`` ones.

    Parameters
    ----------
    standard
        The likelihood ratio (or discrepancy) test.
    residual
        The residual chi-square, NaN where there is none.
    robust
        For the robust versions; None: none are given.
    n, variables
        Sample size, and observed variables (of one group).

    References
    ----------
    Maydeu-Olivares, Ximénez & Revuelta (2024), Psychological Methods, equations 19 to 23.
    """
    out: dict[str, float] = {"gfi.ci.level": 0.90}
    # Unweighted least squares has a statistic without a known distribution: no share from it.
    unknown = standard.df > 0 and math.isnan(standard.p)
    plain = math.nan if unknown else standard.statistic
    for name, value in (("gfi_lrt", plain), ("gfi_rls", residual)):
        own = fi.explained(value, standard.df, n, variables)
        low, high = fi.explained_limits(value, standard.df, n, variables)
        out |= {name: own, f"{name}.ci.lower": low, f"{name}.ci.upper": high}
        if robust is None:
            continue
        chisq, scaled = robust.chisq, robust.scaled
        if name == "gfi_rls":
            # The same scaling and shift hold for both statistics (equation 19).
            shift = scaled - chisq / robust.limits_scaling
            chisq, scaled = residual, residual / robust.limits_scaling + shift
        own = fi.explained(chisq, robust.df, robust.n, variables, robust.scaling)
        low, high = fi.explained_limits(
            scaled, robust.df, robust.n, variables, robust.limits_scaling
        )
        out |= {
            f"{name}.robust": own,
            f"{name}.ci.lower.robust": low,
            f"{name}.ci.upper.robust": high,
        }
    return out
