"""Omega of a scale from its correlations: one factor, or a general factor above several.

Factors are extracted by minimum residuals (Harman & Jones 1966) or maximum likelihood
(Jöreskog 1967), rotated by direct quartimin (Jennrich & Sampson 1966) and turned into a
general factor and group factors by Schmid & Leiman (1957).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.factors.extract import Extraction, extract
from collective_use.numerics.factors.rotate import oblimin, ordered, rotate
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


def one_factor(correlation: Floats, method: Extraction = "ml") -> tuple[Floats, Floats]:
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
    loadings = extract(np.asarray(correlation, float), 1, method).loadings[:, 0]
    return loadings, 1.0 - loadings**2


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
    orthogonal = extract(r, factors).loadings
    unique = 1.0 - np.sum(orthogonal**2, axis=1)
    if factors == 1:
        general = orthogonal[:, 0]
    else:
        found = ordered(rotate(orthogonal, oblimin(), tolerance=1e-10))
        general = found.pattern @ extract(found.phi, 1).loadings[:, 0]
    whole = float(r.sum())
    square = float(general.sum()) ** 2
    common = whole - float(unique.sum())
    return Omega(square / whole, common / whole, square / common, general, unique)
