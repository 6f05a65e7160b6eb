"""Effect sizes of necessity when cases are means with sampling errors.

Errors fill corners and widen the scope, and errors that the same persons make in both variables
look like necessity. Two answers: the null distribution is drawn with the dependence of errors in
it, and the effect size is taken back to means without errors.
"""

from __future__ import annotations

import numpy as np

from collective_use.numerics.conditions.ceilings import ceilings
from collective_use.numerics.types import Floats

LAMBDAS = np.array([0.0, 0.5, 1.0, 1.5, 2.0])
"""Shares of further error variance that simulation-extrapolation adds."""


def roots(covariances: Floats) -> Floats:
    """Return (..., K, K) symmetric roots of covariance matrices; negative roots count as zero.

    Examples
    --------
    >>> roots(np.array([[4.0, 0.0], [0.0, 9.0]])).tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    values, vectors = np.linalg.eigh(covariances)
    scaled = vectors * np.sqrt(np.clip(values, 0.0, None))[..., None, :]
    return scaled @ np.swapaxes(vectors, -1, -2)


def true_spread(values: Floats, errors: Floats) -> Floats:
    """Return (2, 2) covariance of true values: of the means less the mean error covariance.

    Negative roots count as zero.

    Parameters
    ----------
    values
        (G, 2) means.
    errors
        (G, 2, 2) covariances of their sampling errors.

    Examples
    --------
    >>> true_spread(np.array([[0.0, 0], [2, 2]]), np.array([np.eye(2)] * 2)).round(2).tolist()
    [[1.5, 1.5], [1.5, 1.5]]
    """
    moment = np.cov(values, rowvar=False) - errors.mean(axis=0)
    root = roots(moment)
    return root @ root


def spread_back(values: Floats, errors: Floats) -> Floats:
    """Return (G,) values drawn in so that they spread as true values do.

    Each mean is moved to the grand mean by ``sqrt(true / (true + error))`` (constrained
    empirical Bayes: Louis, T. A. (1984). JASA, 79, 393-398).

    Parameters
    ----------
    values
        (G,) means.
    errors
        (G,) variances of their sampling errors.

    Examples
    --------
    >>> spread_back(np.array([0.0, 2.0]), np.array([1.0, 1.0])).round(3).tolist()
    [0.293, 1.707]
    """
    true = max(float(np.var(values, ddof=1) - errors.mean()), 0.0)
    total = np.where(true + errors > 0, true + errors, 1.0)
    weights = true + errors > 0
    center = float(np.average(values, weights=np.where(weights, 1.0 / total, 1.0)))
    return center + (values - center) * np.where(weights, np.sqrt(true / total), 1.0)


def null_effects(
    values: Floats, errors: Floats, scope: Floats, repetitions: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return (B,) and (B,) effects when true values are unrelated and errors are as estimated.

    True values (`spread_back`) are permuted against each other, errors are drawn with their
    covariances within the same persons and added, and the observed means take the order of what
    comes out: both margins stay as observed, only the dependence that errors make is kept.
    Where errors are uncorrelated and equal this is the usual permutation test.

    Parameters
    ----------
    values
        (G, 2) means of condition and outcome.
    errors
        (G, 2, 2) covariances of their sampling errors.
    scope
        (4,) limits.
    repetitions, rng
        Number of draws and their source.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> values, errors = rng.normal(size=(9, 2)), np.array([np.eye(2) / 9] * 9)
    >>> null_effects(values, errors, np.array([-9.0, 9, -9, 9]), 5, rng)[1].shape
    (5,)
    """
    x = spread_back(values[:, 0], errors[:, 0, 0])
    y = spread_back(values[:, 1], errors[:, 1, 1])
    drawn = _errors(roots(errors), repetitions, rng)
    shuffled = rng.permuted(np.broadcast_to(x, (repetitions, len(x))), axis=1)
    first = _in_order_of(values[:, 0], shuffled + drawn[..., 0])
    second = _in_order_of(values[:, 1], y + drawn[..., 1])
    found = ceilings(first, second, scope)
    return found.ce, found.cr


def _in_order_of(values: Floats, drawn: Floats) -> Floats:
    """Return (B, G) the values placed by the ranks of what was drawn."""
    ranks = np.argsort(np.argsort(drawn, axis=1), axis=1)
    return np.sort(values)[ranks]


def extrapolated(
    values: Floats, errors: Floats, repetitions: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return both effect sizes extrapolated to means without errors (SIMEX).

    Errors are added in growing shares of what is there (`LAMBDAS`), the mean effect of each is
    fitted by a parabola, and its value at a share of -1 is taken, within 0 and 1.

    Cook, J. R., & Stefanski, L. A. (1994). Simulation-extrapolation estimation in parametric
    measurement error models. JASA, 89, 1314-1328.

    Parameters
    ----------
    values
        (G, 2) means of condition and outcome.
    errors
        (G, 2, 2) covariances of their sampling errors.
    repetitions, rng
        Draws for each share, and their source.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> values = rng.normal(size=(9, 2))
    >>> found = extrapolated(values, np.zeros((9, 2, 2)), 4, rng)
    >>> bool(np.isclose(found[0], ceilings(values[:, 0], values[:, 1]).ce))
    True
    """
    root = roots(errors)
    found = np.empty((len(LAMBDAS), 2))
    for place, share in enumerate(LAMBDAS):
        drawn = values + np.sqrt(share) * _errors(root, repetitions if share else 1, rng)
        effects = ceilings(drawn[..., 0], drawn[..., 1])
        found[place] = np.nanmean(effects.ce), np.nanmean(effects.cr)
    back = [np.polyval(np.polyfit(LAMBDAS, column, 2), -1.0) for column in found.T]
    ce, cr = np.clip(back, 0.0, 1.0)
    return float(ce), float(cr)


def deconvolved(values: Floats, errors: Floats) -> tuple[float, float]:
    """Return both effect sizes of means drawn in to the covariance that true values have.

    Each group's pair is moved by ``T^{1/2} (T + S_g)^{-1/2}`` with T of `true_spread`
    (constrained empirical Bayes for pairs: Ghosh, M. (1992). JASA, 87, 533-540).

    Parameters
    ----------
    values
        (G, 2) means of condition and outcome.
    errors
        (G, 2, 2) covariances of their sampling errors.

    Examples
    --------
    >>> values = np.random.default_rng(1).normal(size=(9, 2))
    >>> found = deconvolved(values, np.zeros((9, 2, 2)))
    >>> bool(np.isclose(found[1], ceilings(values[:, 0], values[:, 1]).cr))
    True
    """
    true = true_spread(values, errors)
    whole = roots(true + errors)
    moved = roots(true) @ np.linalg.pinv(whole, hermitian=True)
    center = values.mean(axis=0)
    drawn_in = center + np.einsum("gij,gj->gi", moved, values - center)
    found = ceilings(drawn_in[:, 0], drawn_in[:, 1])
    return float(found.ce), float(found.cr)


def _errors(root: Floats, repetitions: int, rng: np.random.Generator) -> Floats:
    """Return (B, G, 2) drawn errors."""
    normal = rng.standard_normal((repetitions, len(root), root.shape[-1]))
    return np.einsum("gij,bgj->bgi", root, normal)
