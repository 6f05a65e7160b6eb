"""Omega of a scale from its correlations: one factor, or a general factor above several.

Factors are extracted by minimum residuals (Harman & Jones 1966) or maximum likelihood
(Jöreskog 1967), rotated by direct quartimin (Jennrich & Sampson 1966) and turned into a
general factor and group factors by Schmid & Leiman (1957).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from collective_use.errors import EstimationError
from collective_use.numerics.types import Floats


@dataclass(frozen=True, slots=True)
class Omega:
    """Omega of J items (McDonald 1999; Zinbarg et al. 2005).

    Attributes
    ----------
    hierarchical
        Share of the variance of the sum that the general factor accounts for.
    total
        Share that all common factors account for.
    limit
        The former over the latter: omega hierarchical of an endless test.
    general
        (J,) loadings on the general factor.
    uniquenesses
        (J,) shares that no common factor accounts for.
    """

    hierarchical: float
    total: float
    limit: float
    general: Floats
    uniquenesses: Floats


def one_factor(correlation: Floats, method: str = "ml") -> tuple[Floats, Floats]:
    """Return (J,) loadings and (J,) uniquenesses of one factor.

    Parameters
    ----------
    correlation
        (J, J) correlations of at least three items.
    method
        ``"ml"`` or ``"minres"``.

    Examples
    --------
    >>> import numpy as np
    >>> r = np.outer([0.8, 0.7, 0.6], [0.8, 0.7, 0.6]); np.fill_diagonal(r, 1)
    >>> one_factor(r)[0].round(6).tolist()
    [0.8, 0.7, 0.6]
    """
    loadings = extracted(correlation, 1, method)[:, 0]
    return loadings, 1.0 - loadings**2


def extracted(correlation: Floats, factors: int, method: str = "minres") -> Floats:
    """Return (J, m) unrotated loadings, each factor with a positive sum.

    Raises
    ------
    EstimationError
        When the optimiser finds no minimum.
    """
    r = np.asarray(correlation, float)
    start = 0.5 / np.diag(np.linalg.inv(r))
    objective = _ml if method == "ml" else _minres
    found = optimize.minimize(
        objective,
        start,
        args=(r, factors),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.005, 1.0)] * len(r),
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 2000},
    )
    if not np.isfinite(found.fun):
        raise EstimationError("factors could not be extracted: the correlations are singular")
    psi = found.x
    scale = np.sqrt(psi) if method == "ml" else np.ones(len(r))
    reduced = r / np.outer(scale, scale) if method == "ml" else r - np.diag(psi)
    values, vectors = np.linalg.eigh(reduced)
    top = np.maximum(values[::-1][:factors] - (1.0 if method == "ml" else 0.0), 0.0)
    loadings = scale[:, None] * vectors[:, ::-1][:, :factors] * np.sqrt(top)
    return loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)


def _minres(psi: Floats, r: Floats, factors: int) -> tuple[float, Floats]:
    """Half the squared eigenvalues that the factors leave, and its slope in psi."""
    values, vectors = np.linalg.eigh(r - np.diag(psi))
    rest = slice(0, len(r) - factors)
    return 0.5 * float(np.sum(values[rest] ** 2)), -(vectors[:, rest] ** 2) @ values[rest]


def _ml(psi: Floats, r: Floats, factors: int) -> tuple[float, Floats]:
    """Jöreskog's likelihood with the loadings at their best, and its slope in psi."""
    scale = np.sqrt(psi)
    values, vectors = np.linalg.eigh(r / np.outer(scale, scale))
    rest = slice(0, len(r) - factors)
    small = np.maximum(values[rest], 1e-12)
    return float(np.sum(small - np.log(small) - 1.0)), (vectors[:, rest] ** 2) @ (1 - small) / psi


def quartimin(loadings: Floats, iterations: int = 5000) -> tuple[Floats, Floats]:
    """Return pattern loadings and factor correlations after direct quartimin.

    Gradient projection on oblique rotations (Jennrich 2002, Psychometrika 67:7).

    Parameters
    ----------
    loadings
        (J, m) unrotated loadings.
    iterations
        Most steps.
    """
    m = loadings.shape[1]
    turn, step = np.eye(m), 1.0
    others = 1.0 - np.eye(m)
    inverse = np.linalg.inv(turn)
    pattern = loadings @ inverse.T
    value = 0.25 * float(np.sum(pattern**2 * (pattern**2 @ others)))
    for _ in range(iterations):
        slope = -(pattern.T @ (pattern * (pattern**2 @ others)) @ inverse).T
        projected = slope - turn * np.sum(turn * slope, axis=0)
        size = float(np.linalg.norm(projected))
        if size < 1e-10:
            break
        step *= 2.0
        for _ in range(40):
            trial = turn - step * projected
            trial /= np.sqrt(np.sum(trial**2, axis=0))
            back = np.linalg.inv(trial)
            moved = loadings @ back.T
            lower = 0.25 * float(np.sum(moved**2 * (moved**2 @ others)))
            if lower < value - 0.5 * size**2 * step:
                break
            step /= 2.0
        else:
            break
        turn, inverse, pattern, value = trial, back, moved, lower
    return pattern, turn.T @ turn


def omega(correlation: Floats, factors: int = 3) -> Omega:
    """Return omega hierarchical and total.

    Parameters
    ----------
    correlation
        (J, J) correlations, items keyed alike.
    factors
        Group factors below the general one; 1 for a scale of one factor, otherwise at least 3,
        since two correlated factors do not tell their general factor.

    Examples
    --------
    >>> import numpy as np
    >>> r = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    >>> round(omega(r, factors=1).total, 6)
    0.8
    """
    r = np.asarray(correlation, float)
    orthogonal = extracted(r, factors)
    unique = 1.0 - np.sum(orthogonal**2, axis=1)
    if factors == 1:
        general = orthogonal[:, 0]
    else:
        pattern, between = quartimin(orthogonal)
        general = pattern @ extracted(between, 1)[:, 0]
    whole = float(r.sum())
    square = float(general.sum()) ** 2
    common = whole - float(unique.sum())
    return Omega(square / whole, common / whole, square / common, general, unique)
