"""One model fitted to many covariance matrices, and how well it fits each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.moments import Floats
from collective_use.numerics.resampling.batches import batch_fits
from collective_use.numerics.sem.model import Model, moments


@dataclass(frozen=True, slots=True)
class ManyFits:
    """Fit of R samples.

    Attributes
    ----------
    chisq, rmsea, cfi, srmr
        (R,) by sample; NaN where the fit did not converge.
    converged
        (R,) which did.
    theta
        (R, q) free parameters.
    """

    chisq: Floats
    rmsea: Floats
    cfi: Floats
    srmr: Floats
    converged: NDArray[np.bool_]
    theta: Floats


def normal_covariances(sigma: Floats, n: int, repetitions: int, rng: np.random.Generator) -> Floats:
    """Return (R, p, p) sample covariances, divisor n, of n normal cases (Bartlett 1933).

    Parameters
    ----------
    sigma
        (p, p) population covariance.
    n
        Cases of each sample.
    repetitions
        R.
    rng
        Generator.

    Examples
    --------
    >>> import numpy as np
    >>> normal_covariances(np.eye(3), 100, 4, np.random.default_rng(1)).shape
    (4, 3, 3)
    """
    p = len(sigma)
    factor = np.tril(rng.normal(size=(repetitions, p, p)), -1)
    place = np.arange(p)
    factor[:, place, place] = np.sqrt(rng.chisquare(n - 1 - place, size=(repetitions, p)))
    root = np.linalg.cholesky(sigma) @ factor
    return np.matmul(root, np.swapaxes(root, 1, 2)) / n


def fit_many(
    model: Model,
    covariances: Floats,
    n: int,
    df: int,
    start: Floats,
    basis: Floats | None = None,
) -> ManyFits:
    """Fit a one-group covariance structure to many samples by maximum likelihood.

    Parameters
    ----------
    model
        The compiled model, without means, of one group.
    covariances
        (R, p, p), divisor n.
    n
        Cases of each sample; chi-square and RMSEA use it.
    df
        Degrees of freedom.
    start
        (q,) where all begin.
    basis
        Directions that linear constraints leave open.

    Examples
    --------
    >>> from collective_use.numerics.sem.many import normal_covariances
    >>> normal_covariances(np.eye(2), 50, 1, np.random.default_rng(1)).shape
    (1, 2, 2)
    """
    p = covariances.shape[1]
    means = np.zeros((len(covariances), p))
    found = batch_fits(model, [means], [covariances], np.ones(1), start, basis)
    theta = np.where(found.converged[:, None], found.theta, start)
    sigma = moments(model.blocks[0], theta).Sigma
    log_s = np.linalg.slogdet(covariances)[1]
    log_m = np.linalg.slogdet(sigma)[1]
    trace = np.einsum("rab,rba->r", np.linalg.inv(sigma), covariances)
    chisq = np.where(found.converged, n * (log_m - log_s + trace - p), np.nan)
    spread = np.einsum("raa->ra", covariances)
    base = n * (np.log(spread).sum(axis=1) - log_s)
    base_df = p * (p - 1) // 2
    over, under = np.maximum(chisq - df, 0.0), np.maximum(base - base_df, 1e-12)
    cfi = 1.0 - over / np.maximum(under, over)
    rmsea = np.sqrt(over / (df * n)) if df > 0 else np.zeros_like(chisq)
    return ManyFits(chisq, rmsea, cfi, _srmr(covariances, sigma, chisq), found.converged, theta)


def _srmr(covariances: Floats, sigma: Floats, chisq: Floats) -> Floats:
    spread = np.sqrt(np.einsum("raa->ra", covariances))
    gap = (covariances - sigma) / (spread[:, :, None] * spread[:, None, :])
    rows, columns = np.tril_indices(gap.shape[1])
    srmr = np.sqrt(np.mean(gap[:, rows, columns] ** 2, axis=1))
    return np.where(np.isfinite(chisq), srmr, np.nan)
