"""Unrotated factors of a correlation matrix: minimum residuals, maximum likelihood, principal axes.

The optimum is searched in the uniquenesses alone, the loadings being known given them
(Harman & Jones 1966; Jöreskog 1967), and finished by Newton steps on the exact gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special
from scipy.linalg import lapack

from collective_use.errors import EstimationError
from collective_use.numerics.moments import inverse_and_log_det
from collective_use.numerics.types import Floats

Extraction = Literal["minres", "ml", "pa"]

Slope = Callable[[Floats, Floats, int], tuple[float, Floats]]
"""Value and slope of a discrepancy by uniquenesses, correlations and number of factors."""


Spectrum = tuple[Floats, Floats]
"""Eigenvalues and eigenvectors."""

LOWEST = 0.005
"""Uniquenesses stay above it, as in R's factanal and psych."""


@dataclass(frozen=True, slots=True)
class Factors:
    """Unrotated factors.

    Attributes
    ----------
    loadings
        (J, k), columns by size, each with a positive sum.
    uniquenesses
        (J,) shares of variance that no common factor accounts for.
    discrepancy
        Half the squared residual correlations (minres, principal axes) or the likelihood's
        discrepancy (ml).
    gradient
        Largest slope of the discrepancy among uniquenesses that are not at their bound.
    at_bound
        (J,) whether a uniqueness lies at `LOWEST`: a Heywood case.
    """

    loadings: Floats
    uniquenesses: Floats
    discrepancy: float
    gradient: float
    at_bound: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FactorFit:
    """Fit of an exploratory factor model, by the likelihood's discrepancy at the solution.

    Attributes
    ----------
    df
        ``((J - k)^2 - J - k) / 2``.
    chisq, pvalue
        With Bartlett's (1950) correction ``n - 1 - (2J + 5)/6 - 2k/3``.
    chisq_uncorrected
        Times ``n - 1``.
    rmsr
        Root mean square of the residual correlations off the diagonal.
    tli
        Tucker & Lewis (1973), each model with its own correction.
    bic
        ``chisq - df log n``.
    rmsea, rmsea_lower, rmsea_upper
        Steiger & Lind (1980), with 90% limits of the non-central chi-square.
    """

    n: int
    df: int
    discrepancy: float
    chisq: float
    pvalue: float
    chisq_uncorrected: float
    rmsr: float
    tli: float
    bic: float
    rmsea: float
    rmsea_lower: float
    rmsea_upper: float


def degrees_of_freedom(items: int, factors: int) -> int:
    """Return the degrees of freedom of k factors of J items.

    Examples
    --------
    >>> degrees_of_freedom(9, 3), degrees_of_freedom(4, 2)
    (12, -1)
    """
    return ((items - factors) ** 2 - items - factors) // 2


def extract(correlation: Floats, factors: int, method: Extraction = "minres") -> Factors:
    """Extract factors of a correlation matrix.

    Parameters
    ----------
    correlation
        (J, J) correlations; positive definite for maximum likelihood.
    factors
        How many, 1 to J - 1.
    method
        ``"minres"`` (ordinary least squares on the residual correlations), ``"ml"``, or ``"pa"``
        (principal axes iterated to their fixed point, which is the minres optimum).

    Raises
    ------
    EstimationError
        When the correlations are singular and the likelihood is asked for, or no optimum is
        found.

    Examples
    --------
    >>> import numpy as np
    >>> r = np.outer([0.8, 0.7, 0.6], [0.8, 0.7, 0.6]); np.fill_diagonal(r, 1)
    >>> extract(r, 1).loadings[:, 0].round(6).tolist()
    [0.8, 0.7, 0.6]
    """
    r = np.asarray(correlation, float)
    slope: Slope = _ml if method == "ml" else _minres
    if method == "ml" and np.linalg.eigvalsh(r)[0] <= 1e-10:
        raise EstimationError(
            "the correlation matrix is not positive definite, so maximum likelihood has no "
            "optimum: an item is a sum of others, or persons are fewer than items; use minres"
        )
    psi = _axes(r, factors) if method == "pa" else _searched(r, factors, slope)
    spectrum = _spectrum(psi, r, slope)
    value, gradient = _sloped(spectrum, psi, factors, slope)
    free = (psi > LOWEST * 1.02) & (psi < 1.0)
    loadings = _loads(spectrum, psi, factors, slope)
    return Factors(
        loadings, psi, value, float(np.abs(gradient[free]).max(initial=0.0)),
        psi <= LOWEST * 1.02,
    )  # fmt: skip


def _start(r: Floats, factors: int) -> Floats:
    found = inverse_and_log_det(r)
    inverse = np.linalg.pinv(r) if found is None else found[0]
    return np.clip((1.0 - 0.5 * factors / len(r)) / np.diag(inverse), 0.05, 0.95)


def _searched(r: Floats, factors: int, slope: Slope) -> Floats:
    near = _walked(_start(r, factors), r, factors, slope, 1e-2)
    found = _newton(near, r, factors, slope)
    if found is not None:
        return found
    near = _walked(near, r, factors, slope, 1e-4)
    if (near > LOWEST * 1.02).all() and (near < 1.0 - 1e-9).all():
        psi = _finished(near, r, factors, slope)
        inside = (psi > LOWEST * 1.02) & (psi < 1.0 - 1e-9)
        if inside.all() and np.abs(slope(psi, r, factors)[1]).max() < 1e-10:
            return psi
    return _finished(_walked(near, r, factors, slope, 1e-9), r, factors, slope)


def _newton(psi: Floats, r: Floats, factors: int, slope: Slope) -> Floats | None:
    """Return the minimum by Newton's steps, None where they are not safe all the way.

    Steps are safe while the discrepancy falls, curvature is positive and uniquenesses stay away
    from their bounds; few are needed, and each takes one decomposition.
    """
    spectrum = _spectrum(psi, r, slope)
    value, gradient = _sloped(spectrum, psi, factors, slope)
    for _ in range(12):
        factor, info = lapack.dpotrf(_curved(spectrum, psi, factors, slope), lower=1)
        if info != 0:
            return None
        step = lapack.dpotrs(factor, gradient, lower=1)[0]
        moved = psi - step
        if moved.min() <= LOWEST * 1.02 or moved.max() >= 1.0 - 1e-9:
            return None
        spectrum = _spectrum(moved, r, slope)
        lower, gradient = _sloped(spectrum, moved, factors, slope)
        if lower > value + 1e-13:
            return None
        psi, value = moved, lower
        if np.abs(gradient).max() < 1e-13:
            return psi
    return psi if np.abs(gradient).max() < 1e-10 else None


def _walked(psi: Floats, r: Floats, factors: int, slope: Slope, least: float) -> Floats:
    found, value, _ = optimize.fmin_l_bfgs_b(
        slope, psi, args=(r, factors), bounds=[(LOWEST, 1.0)] * len(r),
        factr=1e-15 / np.finfo(float).eps, pgtol=least, maxiter=2000,
    )  # fmt: skip
    if not np.isfinite(value):
        raise EstimationError("factors could not be extracted: the correlations are singular")
    return np.asarray(found, float)


def _finished(psi: Floats, r: Floats, factors: int, slope: Slope) -> Floats:
    """Take Newton steps on the gradient where no uniqueness is at a bound."""
    free = (psi > LOWEST * 1.02) & (psi < 1.0 - 1e-9)
    for _ in range(4):
        value, gradient = slope(psi, r, factors)
        if np.abs(gradient[free]).max(initial=0.0) < 1e-13:
            break
        step = np.zeros_like(psi)
        step[free] = np.linalg.lstsq(_hessian(psi, r, factors, slope, free), gradient[free])[0]
        moved = np.clip(psi - step, LOWEST, 1.0)
        if slope(moved, r, factors)[0] > value + 1e-12:
            break
        psi = moved
    return psi


def _hessian(psi: Floats, r: Floats, factors: int, slope: Slope, free: NDArray[np.bool_]) -> Floats:
    """Return the second derivatives by the uniquenesses that are free."""
    return _curved(_spectrum(psi, r, slope), psi, factors, slope)[np.ix_(free, free)]


def _spectrum(psi: Floats, r: Floats, slope: Slope) -> Spectrum:
    """Return eigenvalues and eigenvectors of the reduced correlations, smallest first."""
    if slope is _ml:
        scale = np.sqrt(psi)
        values, vectors = np.linalg.eigh(r / np.outer(scale, scale))
    else:
        values, vectors = np.linalg.eigh(r - np.diag(psi))
    return values, vectors


def _curved(spectrum: Spectrum, psi: Floats, factors: int, slope: Slope) -> Floats:
    """Return the second derivatives by all uniquenesses.

    From the derivatives of eigenvalues and eigenvectors (Clarke 1970, British Journal of
    Mathematical and Statistical Psychology 23:43).
    """
    values, vectors = spectrum
    rest = len(psi) - factors
    small, large = values[:rest, None], values[None, rest:]
    own = vectors[:, :rest]
    both = (own[:, :, None] * vectors[:, None, rest:]).reshape(len(psi), -1)
    if slope is _ml:
        weight = (small - 1.0) * (small + large) / (small - large)
        h = (own * values[:rest]) @ own.T * (own @ own.T) + (both * weight.ravel()) @ both.T
        first = (own**2) @ (1.0 - values[:rest])
        h = (h - np.diag(first)) / np.outer(psi, psi)
    else:
        h = (own @ own.T) ** 2 + 2.0 * (both * (small / (small - large)).ravel()) @ both.T
    return np.asarray((h + h.T) / 2)


def _axes(r: Floats, factors: int, rounds: int = 20_000) -> Floats:
    psi = _start(r, factors)
    for _ in range(rounds):
        loadings = _loads(_spectrum(psi, r, _minres), psi, factors, _minres)
        moved = np.clip(1.0 - np.sum(loadings**2, axis=1), LOWEST, 1.0)
        if np.abs(moved - psi).max() < 1e-11:
            return moved
        psi = moved
    return psi


def _minres(psi: Floats, r: Floats, factors: int) -> tuple[float, Floats]:
    return _sloped(_spectrum(psi, r, _minres), psi, factors, _minres)


def _ml(psi: Floats, r: Floats, factors: int) -> tuple[float, Floats]:
    return _sloped(_spectrum(psi, r, _ml), psi, factors, _ml)


def _sloped(spectrum: Spectrum, psi: Floats, factors: int, slope: Slope) -> tuple[float, Floats]:
    """Return the discrepancy and its derivatives by the uniquenesses."""
    values, vectors = spectrum
    rest = slice(0, len(psi) - factors)
    squares = vectors[:, rest] ** 2
    if slope is _ml:
        small = np.maximum(values[rest], 1e-12)
        return float(np.sum(small - np.log(small) - 1.0)), squares @ (1 - small) / psi
    return 0.5 * float(values[rest] @ values[rest]), -(squares @ values[rest])


def _loads(spectrum: Spectrum, psi: Floats, factors: int, slope: Slope) -> Floats:
    """Return the loadings that belong to uniquenesses."""
    values, vectors = spectrum
    likely = slope is _ml
    top = np.maximum(values[::-1][:factors] - (1.0 if likely else 0.0), 0.0)
    loadings = vectors[:, ::-1][:, :factors] * np.sqrt(top)
    loadings = np.sqrt(psi)[:, None] * loadings if likely else loadings
    return loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)


def fit_of(correlation: Floats, found: Factors, n: int) -> FactorFit:
    """Return the fit of extracted factors, as R's psych and factanal define it.

    Parameters
    ----------
    correlation
        (J, J) correlations.
    found
        From `extract`; rotation changes nothing here.
    n
        Number of cases.

    Raises
    ------
    EstimationError
        When the correlations are singular, so that no likelihood is defined.

    Examples
    --------
    >>> import numpy as np
    >>> r = np.full((5, 5), 0.4) + 0.6 * np.eye(5)
    >>> fit_of(r, extract(r, 1), 200).df
    5
    """
    r = np.asarray(correlation, float)
    p, k = found.loadings.shape
    implied = found.loadings @ found.loadings.T + np.diag(found.uniquenesses)
    sign, logdet = np.linalg.slogdet(r)
    if sign <= 0 or not np.isfinite(logdet):
        raise EstimationError("fit needs a positive definite correlation matrix")
    f = float(np.linalg.slogdet(implied)[1] - logdet + np.trace(np.linalg.solve(implied, r)) - p)
    df, df0 = degrees_of_freedom(p, k), p * (p - 1) // 2
    base = n - 1 - (2 * p + 5) / 6
    chisq, chisq0 = (base - 2 * k / 3) * f, -base * float(logdet)
    residual = (r - implied)[np.tril_indices(p, -1)]
    none = float("nan")
    lower, upper = _limits(chisq, df, n) if df > 0 else (none, none)
    return FactorFit(
        n, df, f, chisq, float(special.chdtrc(df, chisq)) if df > 0 else none, (n - 1) * f,
        float(np.sqrt(np.mean(residual**2))),
        (chisq0 / df0 - chisq / df) / (chisq0 / df0 - 1) if df > 0 else none,
        chisq - df * float(np.log(n)),
        float(np.sqrt(max(chisq / (df * n) - 1 / (n - 1), 0.0))) if df > 0 else none,
        lower, upper,
    )  # fmt: skip


def _limits(chisq: float, df: int, n: int) -> tuple[float, float]:
    """Return 90% limits of RMSEA, the non-centrality over ``df (n - 1)``."""
    limits = []
    for tail in (0.95, 0.05):
        if special.chdtr(df, chisq) < tail:
            limits.append(0.0)
            continue

        def gap(x: float, tail: float = tail) -> float:
            return float(special.chndtr(chisq, df, max(x, 1e-12))) - tail

        # where the normal law puts it, or anywhere
        middle = max(chisq - df, 0.0)
        wide = np.sqrt(2.0 * (df + 2.0 * middle))
        near = middle + special.ndtri(1.0 - tail) * wide
        low, high = max(near - 0.3 * wide, 0.0), near + 0.3 * wide
        if high <= 0.0 or gap(low) * gap(high) > 0:
            low, high = 0.0, max(chisq * 4.0, 10.0) + 10 * df
        found = optimize.brentq(gap, low, high)
        limits.append(float(np.sqrt(found / (df * (n - 1)))))
    return limits[0], limits[1]
