"""Chi-square tests of a model: standard, and corrected for distribution or clusters."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import block_diag
from scipy.special import chdtrc

from collective_use.numerics.moments import (
    Floats,
    GroupMoments,
    Ints,
    adf_gamma,
    inverse,
    normal_weight,
    predictions_from,
    products,
    vech,
)
from collective_use.numerics.sem.fiml import FimlObjective, saturated_scores
from collective_use.numerics.sem.model import cells_of, jacobian
from collective_use.numerics.sem.objective import saturated_block
from collective_use.sem.data.data import GroupData
from collective_use.sem.engines.core import Solution
from collective_use.sem.inference import (
    covariate_places,
    first_order_by_group,
    information,
    inverted,
    meat,
    moment_meat,
    states_of,
    weighing_covariance,
)
from collective_use.sem.unstructured import saturated_expected


def uncorrected_at(solution: Solution) -> ChiSquare:
    """Return what a scaled test at these parameter values is a correction of."""
    statistic = 2 * solution.data.n * solution.optimum.value
    return ChiSquare("standard", statistic, solution.df, math.nan)


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """One test of a model.

    Attributes
    ----------
    name
        ``"standard"`` or a correction.
    statistic, df, p
        NaN p where the reference distribution is not known or df is 0.
    scaling, shift
        Correction: ``statistic = standard / scaling + shift``.
    trace
        tr(U Gamma), what RMSEA's scaled version takes for df.
    scaling_h1, scaling_h0
        Scaling of the two log-likelihoods (Yuan-Bentler).
    """

    name: str
    statistic: float
    df: float
    p: float
    scaling: float = math.nan
    shift: float = 0.0
    trace: float = math.nan
    scaling_h1: float = math.nan
    scaling_h0: float = math.nan


def p_of(statistic: float, df: float) -> float:
    """Return the upper tail of the chi-square distribution; NaN when df is 0."""
    return float(chdtrc(df, max(statistic, 0.0))) if df > 0 else math.nan


def standard_test(solution: Solution, statistic: float) -> ChiSquare:
    """Return the uncorrected test."""
    p = math.nan if solution.options.function == "ULS" else p_of(statistic, solution.df)
    return ChiSquare("standard", statistic, solution.df, p)


def scaled_test(
    solution: Solution, standard: ChiSquare, saturated: list[GroupMoments]
) -> ChiSquare:
    """Return the corrected test that the options name.

    Parameters
    ----------
    solution
        The solution.
    standard
        Its uncorrected test.
    saturated
        Saturated moments by group.

    References
    ----------
    Satorra & Bentler (1994), in von Eye & Clogg, Latent variables analysis; Asparouhov & Muthén
    (2010), Simple second order chi-square correction; Yuan & Bentler (2000), Sociological
    Methodology 30:165, in the variant of Asparouhov & Muthén (2005).
    """
    name, df = solution.options.test, solution.df
    if df == 0:
        return ChiSquare(name, standard.statistic, df, math.nan)
    if name == "yuan.bentler.mplus":
        return _yuan_bentler(solution, standard, saturated)
    E = inverted(solution, information(solution))
    if name == "satorra.bentler":
        trace = sum(weight_traces(solution)) - float(np.sum(E * moment_meat(solution)))
        c = trace / df
        value = standard.statistic / c
        return ChiSquare(name, value, df, p_of(value, df), c, 0.0, trace)
    trace, square = traces_of_ugamma(solution, E)
    if name == "mean.var.adjusted":
        adjusted = trace**2 / square
        c = trace / adjusted
        value = standard.statistic / c
        return ChiSquare(name, value, adjusted, p_of(value, adjusted), c, 0.0, trace)
    a = math.sqrt(df / square)
    shift = df - a * trace
    value = standard.statistic * a + shift
    return ChiSquare(name, value, df, p_of(value, df), 1 / a, shift, trace)


def normal_trace(g: GroupData, P: Floats, covariates: Ints, *, means: bool) -> float:
    """Return tr(V Gamma), V the normal-theory weight at ``P = Sigma^-1``, by quadratic forms."""
    Y = np.asarray(g.Y)
    centred = Y - Y.mean(axis=0)
    n = Y.shape[0]
    YP = centred @ P
    own = np.einsum("ij,ij->i", YP, centred)
    spread = centred.T @ centred / n
    total = 0.5 * float(own @ own) / n
    mean_part = float(own.sum()) / n
    fitted = predictions_from(Y, covariates)
    if fitted is not None:
        hat = fitted - fitted.mean(axis=0)
        cross = np.einsum("ij,ij->i", YP, hat)
        hats = np.einsum("ij,ij->i", hat @ P, hat)
        total += 0.5 * float(hats @ hats - 2 * cross @ cross) / n
        spread = spread - hat.T @ hat / n
        rest = centred - hat
        mean_part = float(np.einsum("ij,ij->", rest @ P, rest)) / n
    DP = spread @ P
    total -= 0.5 * float(np.sum(DP * DP.T))
    return total + (mean_part if means else 0.0)


def weight_traces(solution: Solution) -> list[float]:
    """Return tr(V Gamma) by group."""
    out = []
    means = solution.model.meanstructure
    function = solution.options.function
    for i, g in enumerate(solution.data.groups):
        covariates = covariate_places(solution, i)
        if g.omega is not None:
            weight = normal_weight(inverse(weighing_covariance(solution, i)), means=True)
            out.append(float(np.sum(weight * g.omega)))
            continue
        if function in ("ML", "GLS"):
            P = inverse(weighing_covariance(solution, i))
            out.append(normal_trace(g, P, covariates, means=means))
            continue
        Y = np.asarray(g.Y)
        Z = products(Y, g.moments.mean, means=means, fitted=predictions_from(Y, covariates))
        W = solution.objective.W[i]
        out.append(float(np.sum((Z * W if W.ndim == 1 else Z @ W) * Z)) / Y.shape[0])
    return out


def traces_of_ugamma(solution: Solution, E: Floats) -> tuple[float, float]:
    """Return tr(U Gamma) and tr(U Gamma U Gamma) over all groups, matrices written out."""
    means = solution.model.meanstructure
    V, G, D = [], [], []
    for i, (g, share) in enumerate(zip(solution.data.groups, solution.data.shares, strict=True)):
        covariates = covariate_places(solution, i)
        state = states_of(solution)[i]
        V.append(share * weight_matrix(solution, i))
        gamma = adf_gamma(np.asarray(g.Y), g.moments.mean, covariates, means=means)
        G.append(gamma / share)
        cells = cells_of(solution.model.blocks[i])
        D.append(jacobian(cells, state, solution.model.n_free, means=means))
    weight, delta = block_diag(*V), np.concatenate(D)
    VD = weight @ delta
    U = weight - VD @ E @ VD.T
    UG = U @ block_diag(*G)
    return float(np.trace(UG)), float(np.sum(UG * UG.T))


def weight_matrix(solution: Solution, group: int) -> Floats:
    """Return the weight of (mean, vech S) that the estimator uses in one group."""
    means = solution.model.meanstructure
    if solution.options.function in ("ML", "GLS"):
        return normal_weight(inverse(weighing_covariance(solution, group)), means=means)
    W = solution.objective.W[group]
    return np.asarray(np.diag(W) if W.ndim == 1 else W)


def _yuan_bentler(
    solution: Solution, standard: ChiSquare, saturated: list[GroupMoments]
) -> ChiSquare:
    observed = solution.options.information == "observed"
    kind = "h1" if observed and solution.options.test_observed == "h1" else None
    E = inverted(solution, information(solution, kind))
    h1 = h0 = 0.0
    count = 0
    parts = first_order_by_group(solution)
    for i, share in enumerate(solution.data.shares):
        trace, moments = saturated_trace(solution, i, saturated[i])
        h1 += trace
        count += moments
        h0 += share * float(np.sum(parts[i] * E))
    c = (h1 - h0) / standard.df
    value = standard.statistic / c
    return ChiSquare(
        "yuan.bentler.mplus", value, standard.df, p_of(value, standard.df), c, 0.0, h1 - h0,
        h1 / count, h0 / solution.n_parameters,
    )  # fmt: skip


def incomplete_weight(solution: Solution, group: int) -> Floats:
    """Return the expected information of (mu, vech Sigma) by pattern at the implied moments."""
    g = solution.data.groups[group]
    state = states_of(solution)[group]
    model, _ = saturated_block(state.mu.size)
    objective = FimlObjective(model, [g.patterns], np.ones(1))
    return objective.fisher(np.concatenate([state.mu, vech(state.Sigma)]))


def saturated_trace(solution: Solution, group: int, s: GroupMoments) -> tuple[float, int]:
    """Return tr(B A^-1) of the saturated model of one group, and its number of moments."""
    g = solution.data.groups[group]
    means = solution.model.meanstructure
    covariates = covariate_places(solution, group)
    p, x = s.mean.size, covariates.size
    count = p * (p + 1) // 2 - x * (x + 1) // 2 + (p - x if means else 0)
    if g.patterns:
        return _incomplete_trace(solution, g, s, covariates), count
    if g.weights is None and not g.clusters:
        return normal_trace(g, inverse(s.cov), covariates, means=means), count
    return _clustered_trace(g, s, covariates, means=means), count


def _clustered_trace(g: GroupData, s: GroupMoments, covariates: Ints, *, means: bool) -> float:
    """The same with weights or clusters: casewise products are added up first."""
    Y = np.asarray(g.Y)
    V = normal_weight(inverse(s.cov), means=means)
    if g.weights is None:
        Z = products(Y, s.mean, means=means, fitted=predictions_from(Y, covariates))
        return float(np.sum(V * meat(Z, g)))
    centred = Y - s.mean
    sigma = vech(s.cov)
    first = s.mean.size if means else 0
    raw = _raw_products(centred, means=means)
    raw[:, first:] -= sigma
    Z = raw * g.weights[:, None]
    keep = kept_moments(s.mean.size, covariates, means=means)
    B = V @ meat(Z, g) @ V
    return float(np.sum(B[np.ix_(keep, keep)] * inverse(V[np.ix_(keep, keep)])))


def _raw_products(centred: Floats, *, means: bool) -> Floats:
    cols, rows = np.triu_indices(centred.shape[1])
    Z = centred[:, rows] * centred[:, cols]
    return np.concatenate([centred, Z], axis=1) if means else Z


def kept_moments(p: int, covariates: Ints, *, means: bool) -> Ints:
    """Return the places of (mean, vech S) that are not moments of fixed covariates."""
    fixed = np.zeros(p, dtype=bool)
    fixed[covariates] = True
    gone = vech(np.outer(fixed, fixed).astype(float)) > 0
    if means:
        gone = np.concatenate([fixed, gone])
    return np.flatnonzero(~gone)


def _incomplete_trace(solution: Solution, g: GroupData, s: GroupMoments, covariates: Ints) -> float:
    A, B = incomplete_information(g, s)
    if solution.options.information == "expected":
        A = saturated_expected(g, s)
    keep = kept_moments(s.mean.size, covariates, means=True)
    place = np.ix_(keep, keep)
    return float(np.sum(B[place] * inverse(A[place])))


def incomplete_information(g: GroupData, s: GroupMoments) -> tuple[Floats, Floats]:
    """Return observed and first-order information of the saturated model, order (mu, vech S)."""
    model, _ = saturated_block(s.mean.size)
    theta = np.concatenate([s.mean, vech(s.cov)])
    A = FimlObjective(model, [g.patterns], np.ones(1)).hessian(theta)
    S = saturated_scores(np.asarray(g.Y), g.patterns, s.mean, s.cov)
    if g.weights is not None:
        S = S * g.weights[:, None]
    return A, meat(S, g)
