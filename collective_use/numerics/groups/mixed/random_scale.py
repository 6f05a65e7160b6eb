"""Location-scale model with a random scale: groups differ in level and in how much members vary.

``y_i = x_i'b + u_g + e_i``, ``log Var(e_i) = w_i'γ + τ ω_g`` with ω standard normal, and u normal
given ω with mean ``ρ ν ω`` and variance ``ν² (1 - ρ²)``. Given ω all is normal with a closed
form, so one integral is left, and Gauss-Hermite quadrature takes it group by group.

The likelihood is restricted as REML restricts it: minus half the log determinant of the
information of b (Cox & Reid, 1987); with τ = 0 it is the restricted likelihood itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize
from scipy.special import logsumexp

from collective_use.numerics.groups.statistics import sum_by
from collective_use.numerics.types import Floats, Ints

_ENDS = 9.0
"""The integral runs from -9 to 9 standard deviations of ω."""

_FINEST = 0.01


@dataclass(frozen=True, slots=True)
class ScaleRows:
    """The data.

    Attributes
    ----------
    y
        (N,) outcome.
    X
        (N, p) columns of the location, a constant first.
    W
        (N, k) columns of the log residual variance, a constant first.
    group
        (N,) codes 0 to G - 1.
    floor
        Least variance, as a share of exp(w'γ): what rounding leaves where all answers of a group
        are equal. Without it such a group has a likelihood without an upper bound.
    """

    y: Floats
    X: Floats
    W: Floats
    group: Ints
    floor: float = 0.0

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return int(self.group.max()) + 1


@dataclass(frozen=True, slots=True)
class RandomScale:
    """Estimates of the model with a random scale.

    Attributes
    ----------
    log_likelihood
        At the optimum, with all constants.
    beta, beta_covariance, gamma
        (p,) location and (p, p) its covariance; (k,) log residual variance.
    level_sd
        ν, the SD of the groups' levels.
    scale_sd
        τ, the SD of the groups' log residual variances.
    correlation
        ρ of level and log variance.
    gamma_covariance
        (k, k), NaN where the curvature is not definite.
    log_variance, log_variance_sd
        (G,) mean and SD of each group's τ ω_g given its answers.
    converged
        Whether the search ended at a flat place.
    """

    log_likelihood: float
    beta: Floats
    beta_covariance: Floats
    gamma: Floats
    level_sd: float
    scale_sd: float
    correlation: float
    gamma_covariance: Floats
    log_variance: Floats
    log_variance_sd: Floats
    converged: bool


class _Sums:
    """Sums over members weighted by exp(-w'γ): all that a group's likelihood needs."""

    def __init__(self, rows: ScaleRows, gamma: Floats) -> None:
        logs = rows.W @ gamma
        w, G = np.exp(-logs), rows.groups
        R = np.column_stack([rows.X, rows.y])
        self.n = np.bincount(rows.group, minlength=G).astype(float)
        self.logs = sum_by(rows.group, logs, G)
        self.one = sum_by(rows.group, w, G)
        self.first = np.column_stack([sum_by(rows.group, w * c, G) for c in R.T])
        self.square = np.empty((G, R.shape[1], R.shape[1]))
        for i in range(R.shape[1]):
            for j in range(R.shape[1]):
                self.square[:, i, j] = sum_by(rows.group, w * R[:, i] * R[:, j], G)


def scale_likelihood(
    rows: ScaleRows, gamma: Floats, level_sd: float, scale_sd: float, correlation: float,
    start: Floats, nodes: Floats, *, reml: bool = True,
) -> tuple[float, Floats, Floats, Floats]:  # fmt: skip
    """Return the log-likelihood with b at its best, b, its information, and (G, K) log weights.

    Parameters
    ----------
    rows
        The data.
    gamma, level_sd, scale_sd, correlation
        γ, ν, τ and ρ.
    start
        (p,) where the search for b starts.
    nodes
        (K,) even steps of ω, from `nodes_for`; a single 0 leaves the random scale out.
    reml
        Whether to restrict the likelihood.
    """
    weights = -0.5 * nodes**2
    weights = weights - logsumexp(weights)
    at = _Nodes(_Sums(rows, gamma), level_sd, scale_sd, correlation, nodes, weights, rows.floor)
    beta = np.array(start, float)
    for _ in range(50):
        value, score, information, parts = at.evaluate(beta)
        step = np.linalg.solve(information, score)
        beta = beta + step
        if np.abs(step).max() < 1e-11 * max(1.0, float(np.abs(beta).max())):
            break
    value, _, information, parts = at.evaluate(beta)
    p = rows.X.shape[1]
    if reml:
        value += 0.5 * (p * np.log(2.0 * np.pi) - float(np.linalg.slogdet(information)[1]))
    return value, beta, information, parts


def nodes_for(largest: float, scale_sd: float) -> Floats:
    """Return (K,) even steps of ω, fine enough for the largest group at a scale SD.

    Examples
    --------
    >>> nodes_for(10, 0.5).size, nodes_for(300, 1.0).size
    (41, 317)
    """
    width = 1.0 / np.sqrt(1.0 + largest * scale_sd**2 / 2.0)
    half = int(np.ceil(_ENDS / max(0.7 * width, _FINEST)))
    return np.linspace(-_ENDS, _ENDS, 2 * half + 1)


class _Nodes:
    """The likelihood of all groups at all nodes as a function of b."""

    def __init__(
        self, sums: _Sums, level_sd: float, scale_sd: float, correlation: float,
        nodes: Floats, logs: Floats, floor: float,
    ) -> None:  # fmt: skip
        self.sums = sums
        self.scale = np.exp(scale_sd * nodes) + floor
        self.shift = correlation * level_sd * nodes
        rest = level_sd**2 * (1.0 - correlation**2)
        # V⁻¹ = (D⁻¹ - κ D⁻¹ 1 1' D⁻¹) / s with D of the sums, s the node's scale
        grown = self.scale[None, :] + rest * sums.one[:, None]
        self.kappa = rest / grown
        self.constant = -0.5 * (
            sums.n[:, None] * (np.log(2.0 * np.pi) + np.log(self.scale)[None, :])
            + sums.logs[:, None] + np.log(grown / self.scale[None, :])
        ) + logs[None, :]  # fmt: skip

    def evaluate(self, beta: Floats) -> tuple[float, Floats, Floats, Floats]:
        s, p = self.sums, len(beta)
        xx, xy, yy = s.square[:, :p, :p], s.square[:, :p, p], s.square[:, p, p]
        sx, sy = s.first[:, :p], s.first[:, p]
        xr = xy - xx @ beta
        rr = yy - 2.0 * xy @ beta + np.einsum("p,gpq,q->g", beta, xx, beta)
        c = self.shift[None, :]
        r1 = (sy - sx @ beta)[:, None] - c * s.one[:, None]
        r2 = rr[:, None] - 2.0 * c * (sy - sx @ beta)[:, None] + c * c * s.one[:, None]
        quad = (r2 - self.kappa * r1**2) / self.scale
        logs = self.constant - 0.5 * quad
        whole = logsumexp(logs, axis=1, keepdims=True)
        share = np.exp(logs - whole)
        scores = xr[:, None, :] - (c * 1.0)[..., None] * sx[:, None, :]
        scores = scores - (self.kappa * r1)[..., None] * sx[:, None, :]
        scores = scores / self.scale[None, :, None]
        mean = np.einsum("gk,gkp->gp", share, scores)
        curve = np.einsum("gk,gpq->pq", share / self.scale, xx)
        curve -= np.einsum("gk,gp,gq->pq", share * self.kappa / self.scale, sx, sx)
        spread = np.einsum("gk,gkp,gkq->pq", share, scores, scores) - mean.T @ mean
        return float(whole.sum()), mean.sum(axis=0), curve - spread, logs - whole


def fit_random_scale(
    rows: ScaleRows, gamma: Floats, level_sd: float, beta: Floats, *, correlated: bool,
    reml: bool = True,
) -> RandomScale:  # fmt: skip
    """Return the estimates from a start that `fit_nested` gives.

    Parameters
    ----------
    rows
        The data.
    gamma, level_sd, beta
        Where to start: the model without a random scale.
    correlated
        Whether level and scale may go together, as they do near the ends of a response scale.
    reml
        Whether to restrict the likelihood.
    """
    largest = float(np.bincount(rows.group).max())
    fine = 0.6
    for _ in range(3):
        nodes = nodes_for(largest, fine)
        found = _fit(rows, gamma, level_sd, beta, nodes, correlated, reml)
        if found.scale_sd <= fine:
            break
        fine = 1.5 * found.scale_sd
    return found


def _fit(
    rows: ScaleRows, gamma: Floats, level_sd: float, beta: Floats, nodes: Floats,
    correlated: bool, reml: bool,
) -> RandomScale:  # fmt: skip
    k = len(gamma)

    def parts(theta: Floats) -> tuple[Floats, float, float, float]:
        rho = float(np.tanh(theta[k + 2])) if correlated else 0.0
        return theta[:k], float(np.exp(theta[k])), abs(float(theta[k + 1])), rho

    def deviance(theta: Floats) -> float:
        if np.abs(theta).max() > 60:
            return np.inf
        try:
            return -scale_likelihood(rows, *parts(theta), beta, nodes, reml=reml)[0]
        except np.linalg.LinAlgError:
            return np.inf

    first = np.concatenate(
        [gamma, [np.log(max(level_sd, 1e-3 * np.exp(gamma[0] / 2))), 0.5], [0.0] * correlated]
    )
    theta, converged = _search(deviance, first)
    gamma, level_sd, scale_sd, rho = parts(theta)
    value, beta, information, logs = scale_likelihood(
        rows, gamma, level_sd, scale_sd, rho, beta, nodes, reml=reml
    )
    share = np.exp(logs)
    mean = scale_sd * (share @ nodes)
    spread: Floats = np.asarray(
        np.sqrt(np.maximum(scale_sd**2 * (share @ nodes**2) - mean**2, 0.0)), dtype=np.float64
    )
    covariance = _gamma_covariance(deviance, theta, k)
    inverse: Floats = np.asarray(np.linalg.inv(information), dtype=np.float64)
    return RandomScale(
        value, beta, inverse, gamma, level_sd, scale_sd, rho, covariance, mean, spread, converged
    )


def _search(deviance: Callable[[Floats], float], first: Floats) -> tuple[Floats, bool]:
    # two-sided slopes cost twice as much: they end the search, they need not begin it
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        found = optimize.minimize(
            deviance, first, method="BFGS", jac="2-point", options={"gtol": 1e-4, "maxiter": 500}
        )
        again = optimize.minimize(
            deviance, found.x, method="BFGS", jac="3-point", options={"gtol": 1e-6, "maxiter": 500}
        )
    best = again if again.fun <= found.fun else found
    return np.asarray(best.x), bool(np.abs(best.jac).max() < 1e-3)


def _gamma_covariance(deviance: Callable[[Floats], float], theta: Floats, k: int) -> Floats:
    q = len(theta)
    step = 1e-3
    H = np.empty((q, q))
    eye = np.eye(q) * step
    for i in range(q):
        for j in range(i + 1):
            H[i, j] = H[j, i] = (
                deviance(theta + eye[i] + eye[j]) - deviance(theta + eye[i] - eye[j])
                - deviance(theta - eye[i] + eye[j]) + deviance(theta - eye[i] - eye[j])
            ) / (4.0 * step * step)  # fmt: skip
    roots = np.linalg.eigvalsh(H)
    if roots[0] <= 1e-8 * roots[-1]:
        return np.full((k, k), np.nan)
    return np.asarray(np.linalg.inv(H)[:k, :k])
