"""From indicators to latent variables: mapping matrices and latent covariances.

References
----------
Rosseel & Loh (2022), Psychological Methods, A structural after measurement approach to
structural equation modeling; Fuller (1987), Measurement error models, section 2.2.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh

from collective_use.errors import EstimationError
from collective_use.numerics.types import Floats, Ints

METHODS = ("ML", "GLS", "ULS")


def mapping_matrix(loadings: Floats, errors: Floats, cov: Floats, method: str = "ML") -> Floats:
    """Return M (m, p) with ``M Lambda = I``: latent scores are ``M y``.

    Parameters
    ----------
    loadings
        Lambda (p, m), of full column rank; may be complex (a step of differentiation).
    errors
        Theta (p, p), covariances of what the indicators do not share; may be singular.
    cov
        Sample covariances (p, p), used by GLS.
    method
        ``"ML"`` (Bartlett's weights), ``"GLS"`` or ``"ULS"``.

    Raises
    ------
    EstimationError
        When the latent variables cannot be told apart by their indicators.

    Notes
    -----
    Bartlett's weights are ``(L' T^-1 L)^-1 L' T^-1``; any ``L P L' + T`` in the place of T gives
    the same, and is invertible where T is not.

    Examples
    --------
    >>> M = mapping_matrix(np.array([[1.0], [1.0]]), np.diag([1.0, 3.0]), np.eye(2))
    >>> M.round(4).tolist()
    [[0.75, 0.25]]
    """
    L = loadings
    if np.linalg.matrix_rank(L.real) < L.shape[1]:
        raise EstimationError("latent variables cannot be told apart by their indicators")
    if method == "ULS":
        return np.asarray(np.linalg.solve(L.T @ L, L.T))
    if method == "GLS":
        weighted = np.linalg.solve(cov, L).T
        return np.asarray(np.linalg.solve(weighted @ L, weighted))
    # one unit of latent variance, in the metric of the indicators
    spread = np.trace(cov.real) / max(float(np.trace((L @ L.T).real)), 1e-300)
    # indicators without error share what they say: a trace of error keeps them apart
    trace = 1e-9 * np.diag(np.diag(cov.real))
    weighted = np.linalg.solve(spread * (L @ L.T) + errors + trace, L).T
    return np.asarray(np.linalg.solve(weighted @ L, weighted))


def smallest_root(total: Floats, error: Floats) -> float:
    """Return the smallest root of ``|total - root error|``, infinite where there is no error.

    Parameters
    ----------
    total
        (m, m), positive definite.
    error
        (m, m), positive semi-definite.

    Examples
    --------
    >>> round(smallest_root(np.diag([2.0, 3.0]), np.diag([1.0, 0.0])), 6)
    2.0
    """
    largest = float(eigh(error, total, eigvals_only=True)[-1])
    return 1.0 / largest if largest > 1e-12 else np.inf


def latent_covariance(M: Floats, cov: Floats, errors: Floats, n: float) -> tuple[Floats, float]:
    """Return covariances of latent variables, and how much of the error was taken off.

    ``M (S - Theta) M'``; where that is not positive definite, a smaller share of the error is
    taken off (Fuller 1987, equation 2.2.22).

    Parameters
    ----------
    M
        Mapping matrix (m, p).
    cov, errors
        Sample and error covariances (p, p).
    n
        Number of cases.

    Returns
    -------
    covariance
        (m, m).
    share
        1, or what Fuller's correction leaves.

    Examples
    --------
    >>> M = np.array([[0.5, 0.5]])
    >>> latent_covariance(M, np.array([[2.0, 1.0], [1.0, 2.0]]), np.eye(2), 100)
    (array([[1.]]), 1.0)
    """
    total, error = M @ cov @ M.T, M @ errors @ M.T
    root = smallest_root(total, error)
    share = root - 1 / (n - 1) if root < 1 + 1 / (n - 1) else 1.0
    return total - share * error, float(share)


def components(linked: np.ndarray) -> Ints:
    """Return for each of k things the number of the connected set it is in.

    Parameters
    ----------
    linked
        (k, k) booleans, symmetric.

    Examples
    --------
    >>> components(np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], dtype=bool)).tolist()
    [0, 1, 0]
    """
    k = linked.shape[0]
    found = np.full(k, -1, dtype=np.intp)
    count = 0
    for start in range(k):
        if found[start] >= 0:
            continue
        queue = [start]
        while queue:
            at = queue.pop()
            if found[at] < 0:
                found[at] = count
                queue += [int(j) for j in np.flatnonzero(linked[at]) if found[j] < 0]
        count += 1
    return found
