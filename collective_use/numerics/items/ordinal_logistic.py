"""Proportional odds: an ordered answer by what a person is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from collective_use.errors import EstimationError
from collective_use.numerics.types import Floats

MOST_STEPS = 50
SETTLED = 1e-10


@dataclass(frozen=True, slots=True)
class Odds:
    """A fitted proportional odds model of K categories and Q predictors.

    Attributes
    ----------
    cuts
        (K - 1,) thresholds.
    slopes
        (Q,) effects on the log odds of a higher answer.
    log_likelihood
        At the optimum.
    covariance
        (K - 1 + Q, K - 1 + Q) of the estimates: inverse of the observed information, or the
        sandwich over clusters.
    """

    cuts: Floats
    slopes: Floats
    log_likelihood: float
    covariance: Floats

    def expected(self, predictors: Floats) -> Floats:
        """Return (N,) expected answers, the lowest category counted 0.

        Parameters
        ----------
        predictors
            (N, Q).
        """
        eta = predictors @ self.slopes if self.slopes.size else np.zeros(len(predictors))
        return np.asarray(expit(eta[:, None] - self.cuts).sum(axis=1))


def proportional_odds(
    answers: NDArray[np.intp], predictors: Floats, clusters: NDArray[np.intp] | None = None
) -> Odds:
    """Fit ``logit P(y > k) = predictors slopes - cuts_k`` by maximum likelihood (McCullagh 1980).

    Journal of the Royal Statistical Society B 42:109. Newton steps on the observed information,
    halved where the likelihood falls.

    Parameters
    ----------
    answers
        (N,) categories 0 to K - 1, each of them seen.
    predictors
        (N, Q); none of them constant.
    clusters
        (N,) numbers of groups of cases, for errors robust to what members share.

    Raises
    ------
    EstimationError
        When an effect has no finite estimate: the predictors tell answers apart perfectly, or one
        of them is a sum of others.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([0.0, 0, 0, 1, 1, 1])
    >>> found = proportional_odds(np.array([0, 0, 1, 0, 1, 1]), x[:, None])
    >>> bool(np.isclose(found.slopes[0], np.log(4)))
    True
    """
    count = int(answers.max()) + 1
    centre, spread = predictors.mean(axis=0), predictors.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    x = (predictors - centre) / spread
    above = 1 - np.cumsum(np.bincount(answers, minlength=count))[:-1] / len(answers)
    theta = np.concatenate([-np.log(above / (1 - above)), np.zeros(x.shape[1])])
    value, slope, h = _likelihood(theta, answers, x, count)
    for _ in range(MOST_STEPS):
        try:
            step = np.asarray(np.linalg.solve(h, slope), float)
        except np.linalg.LinAlgError:
            break
        moved = _ahead(theta, step, value, answers, x, count)
        if moved is None:
            break
        theta, (value, slope, h) = moved
        if np.abs(slope).max() < SETTLED * len(answers):
            break
    _refuse_infinite(theta, slope, len(answers))
    inverse = np.linalg.inv(h)
    if clusters is not None:
        cases = _scores(theta, answers, x, count)
        sums = np.zeros((int(clusters.max()) + 1, theta.size))
        np.add.at(sums, clusters, cases)
        inverse = inverse @ (sums.T @ sums) @ inverse
    # from standardised predictors to those given
    back = np.eye(theta.size)
    k = count - 1
    back[k:, k:] = np.diag(1 / spread)
    back[:k, k:] = centre / spread
    theta, covariance = back @ theta, back @ inverse @ back.T
    return Odds(theta[:k], theta[k:], value, covariance)


def _parts(
    theta: Floats, answers: NDArray[np.intp], x: Floats, count: int
) -> tuple[Floats, Floats, Floats]:
    """Return P(y >= own), P(y > own) and their difference by case."""
    cuts = np.concatenate([[-np.inf], theta[: count - 1], [np.inf]])
    eta = x @ theta[count - 1 :]
    low, high = expit(eta - cuts[answers]), expit(eta - cuts[answers + 1])
    return low, high, np.maximum(low - high, 1e-300)


def _scores(theta: Floats, answers: NDArray[np.intp], x: Floats, count: int) -> Floats:
    """Return (N, P) derivatives of each case's log-likelihood."""
    low, high, p = _parts(theta, answers, x, count)
    a, b = low * (1 - low) / p, high * (1 - high) / p
    n = len(answers)
    out = np.zeros((n, count + 1))
    rows = np.arange(n)
    out[rows, answers] -= a
    out[rows, answers + 1] += b
    return np.hstack([out[:, 1:count], (a - b)[:, None] * x])


def _likelihood(
    theta: Floats, answers: NDArray[np.intp], x: Floats, count: int
) -> tuple[float, Floats, Floats]:
    """Return the log-likelihood, its slope and the observed information."""
    low, high, p = _parts(theta, answers, x, count)
    cases = _scores(theta, answers, x, count)
    n = len(answers)
    lower, upper = np.zeros((n, count + 1)), np.zeros((n, count + 1))
    rows = np.arange(n)
    lower[rows, answers] = -1.0
    upper[rows, answers + 1] = -1.0
    # derivatives of the two linear predictors by all parameters
    one = np.hstack([lower[:, 1:count], x])
    two = np.hstack([upper[:, 1:count], x])
    curve_low = low * (1 - low) * (1 - 2 * low) / p
    curve_high = high * (1 - high) * (1 - 2 * high) / p
    h = cases.T @ cases - (one.T * curve_low) @ one + (two.T * curve_high) @ two
    return float(np.log(p).sum()), cases.sum(axis=0), h


def _ahead(
    theta: Floats, step: Floats, value: float, answers: NDArray[np.intp], x: Floats, count: int
) -> tuple[Floats, tuple[float, Floats, Floats]] | None:
    """Return the point after a step, halved until the likelihood does not fall."""
    for _ in range(30):
        trial = theta + step
        if (np.diff(trial[: count - 1]) > 0).all():
            found = _likelihood(trial, answers, x, count)
            if found[0] >= value - 1e-12 * abs(value):
                return trial, found
        step = step / 2
    return None


def _refuse_infinite(theta: Floats, slope: Floats, n: int) -> None:
    if np.abs(slope).max() > 1e-6 * n or np.abs(theta).max() > 30:
        raise EstimationError(
            "the effects on ordered answers have no finite estimate: the predictors tell the "
            "categories apart perfectly, or one of them is a sum of others"
        )
