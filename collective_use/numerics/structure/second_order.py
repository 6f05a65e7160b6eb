"""Moments of products of latent variables from scores that hold error.

References
----------
Wall & Amemiya (2000), Journal of the American Statistical Association 95:929; Rosseel, Burghgraeve,
Loh & Schermelleh-Engel (2025), Behavior Research Methods, Structural after measurement (SAM)
approaches for accommodating latent quadratic and interaction effects.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.numerics.moments import Floats
from collective_use.numerics.structure.mapping import smallest_root

Term = tuple[int, ...]
"""Places of one variable, or of the two that are multiplied."""


def scores_of_terms(scores: Floats, terms: Sequence[Term]) -> Floats:
    """Return the scores (n, k) of variables and products, multiplied and centered.

    Examples
    --------
    >>> import numpy as np
    >>> scores_of_terms(np.array([[1.0, 2.0], [-1.0, 0.0]]), [(0,), (0, 1)]).tolist()
    [[1.0, 1.0], [-1.0, -1.0]]
    """
    columns = np.column_stack([np.prod(scores[:, list(term)], axis=1) for term in terms])
    return np.asarray(columns - columns.mean(axis=0))


def error_of_terms(covariance: Floats, error: Floats, terms: Sequence[Term]) -> Floats:
    """Return what errors add to the covariances of variables and products, (k, k).

    Variables have mean 0; errors are normal and independent of them.

    Parameters
    ----------
    covariance, error
        Of the variables, and of the errors of their scores, (m, m).
    terms
        Variables and products.

    Examples
    --------
    >>> import numpy as np
    >>> C, E = np.array([[1.0, 0.5], [0.5, 2.0]]), np.diag([0.2, 0.3])
    >>> error_of_terms(C, E, [(0,), (0, 1)]).round(6).tolist()
    [[0.2, 0.0], [0.0, 0.76]]
    """
    k = len(terms)
    out = np.zeros((k, k))
    for a, one in enumerate(terms):
        for b, two in enumerate(terms):
            if len(one) == len(two) == 1:
                out[a, b] = error[one[0], two[0]]
            elif len(one) == len(two) == 2:
                (i, j), (p, q) = one, two
                C, E = covariance, error
                out[a, b] = (
                    C[i, p] * E[j, q] + C[i, q] * E[j, p] + C[j, p] * E[i, q] + C[j, q] * E[i, p]
                    + E[i, p] * E[j, q] + E[i, q] * E[j, p]
                )  # fmt: skip
    return out


def cleared(total: Floats, error: Floats, n: float) -> Floats:
    """Return ``total - share * error``, share below 1 where the rest would not be definite.

    The bound is wider than for variables alone (Rosseel et al. 2025).

    Examples
    --------
    >>> import numpy as np
    >>> cleared(np.diag([2.0, 3.0]), np.diag([1.0, 1.0]), 100).tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    """
    root = smallest_root(total, error)
    share = max(0.0, root - total.shape[0] / (n - 1)) if root < 1 + 2 / n else 1.0
    return np.asarray(total - share * error)
