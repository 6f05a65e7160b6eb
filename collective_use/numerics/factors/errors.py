"""Standard errors of rotated loadings by maximum likelihood.

A rotated solution is the model with the rotation's own conditions as constraints: its errors come
from the expected information bordered by the slopes of these conditions (Jennrich 1973, 1974).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from collective_use.numerics.types import Floats

Criterion = Callable[[Floats], tuple[float, Floats]]


def rotated_errors(
    pattern: Floats,
    phi: Floats,
    uniquenesses: Floats,
    criterion: Criterion,
    n: int,
    *,
    orthogonal: bool,
) -> tuple[Floats, Floats]:
    """Return standard errors of standardised pattern loadings and factor correlations.

    Parameters
    ----------
    pattern, phi, uniquenesses
        (J, k), (k, k) and (J,): a maximum likelihood solution of a correlation matrix, rotated to
        an optimum of the criterion.
    criterion
        Value and gradient in the loadings, from `rotate`.
    n
        Number of cases.
    orthogonal
        Whether factors were kept uncorrelated.

    Returns
    -------
    tuple
        (J, k) and (k, k) errors; those of fixed correlations are 0.

    References
    ----------
    Jennrich (1973), Psychometrika 38:593; (1974) 39:439 (the bordered information).

    Examples
    --------
    >>> import numpy as np
    >>> from collective_use.numerics.factors.rotate import oblimin
    >>> L = np.kron(np.eye(2), np.full((4, 1), 0.7))
    >>> rotated_errors(L, np.eye(2), np.full(8, 0.51), oblimin(), 200, orthogonal=False)[0].shape
    (8, 2)
    """
    p, k = pattern.shape
    pairs = [] if orthogonal else [(i, j) for j in range(k) for i in range(j + 1, k)]
    theta = np.concatenate([pattern.ravel(), [phi[i, j] for i, j in pairs], uniquenesses])

    def split(x: Floats) -> tuple[Floats, Floats, Floats]:
        between = np.eye(k)
        for place, (i, j) in enumerate(pairs):
            between[i, j] = between[j, i] = x[p * k + place]
        return x[: p * k].reshape(p, k), between, x[p * k + len(pairs) :]

    def implied(x: Floats) -> Floats:
        loadings, between, unique = split(x)
        return loadings @ between @ loadings.T + np.diag(unique)

    def scaled_by_spread(x: Floats) -> Floats:
        return split(x)[0] / np.sqrt(np.diag(implied(x)))[:, None]

    def conditions(x: Floats) -> Floats:
        # the criterion is lowered for loadings of standardised items, whose spread is estimated too
        return _conditions(scaled_by_spread(x), split(x)[1], criterion, orthogonal)

    def standardised(x: Floats) -> Floats:
        between = split(x)[1]
        return np.concatenate([scaled_by_spread(x).ravel(), [between[q] for q in pairs]])

    slopes = _jacobian(lambda x: implied(x).ravel(), theta).reshape(p, p, -1)
    inverse = np.linalg.inv(implied(theta))
    scaled = np.einsum("ab,bcq->acq", inverse, slopes)
    information = 0.5 * n * np.einsum("abq,bar->qr", scaled, scaled)
    bound = _jacobian(conditions, theta)
    zero = np.zeros((len(bound), len(bound)))
    border = np.block([[information, bound.T], [bound, zero]])
    covariance = np.linalg.pinv(border)[: len(theta), : len(theta)]
    delta = _jacobian(standardised, theta)
    errors = np.sqrt(np.maximum(np.diag(delta @ covariance @ delta.T), 0.0))
    of_phi = np.zeros((k, k))
    for place, (i, j) in enumerate(pairs):
        of_phi[i, j] = of_phi[j, i] = errors[p * k + place]
    return errors[: p * k].reshape(p, k), of_phi


def _conditions(loadings: Floats, phi: Floats, criterion: Criterion, orthogonal: bool) -> Floats:
    """Return what is zero at a rotation's optimum."""
    product = loadings.T @ criterion(loadings)[1]
    k = len(phi)
    if orthogonal:
        return (product - product.T)[np.tril_indices(k, -1)]
    turned = product @ np.linalg.inv(phi)
    return turned[~np.eye(k, dtype=bool)]


def _jacobian(function: Callable[[Floats], Floats], at: Floats, step: float = 1e-5) -> Floats:
    """Return central differences, (values, parameters)."""
    columns = []
    for j in range(len(at)):
        shift = np.zeros_like(at)
        shift[j] = step
        columns.append((function(at + shift) - function(at - shift)) / (2 * step))
    return np.array(columns).T
