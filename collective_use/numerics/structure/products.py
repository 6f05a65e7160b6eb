"""Products and squares of group values, cleared of sampling error.

A product of two values with normal errors is off by the covariance of the errors, a square by their
variance, and so on; Wick's rule takes all of it off. Least squares of moments cleared so is
consistent (adjusted least squares).

References
----------
Cheng & Schneeweiss (1998), Journal of the Royal Statistical Society B 60:189; Wall & Amemiya
(2000), Journal of the American Statistical Association 95:929.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from collective_use.numerics.structure.between import GroupParts
from collective_use.numerics.types import Floats

Term = tuple[int, ...]
"""Places of the variables that are multiplied; empty for the constant."""


def cleared(x: Floats, errors: Floats, term: Term) -> Floats:
    """Return a product of values less what their errors add to it on average.

    Parameters
    ----------
    x
        (G, J) values.
    errors
        (G, J, J) covariances of their errors.
    term
        Places of the factors, with repetition.

    Examples
    --------
    >>> cleared(np.array([[2.0]]), np.array([[[0.5]]]), (0, 0)).tolist()
    [3.5]
    """
    if not term:
        return np.ones(len(x))
    first, rest = term[0], term[1:]
    out = x[:, first] * cleared(x, errors, rest)
    for k, other in enumerate(rest):
        out = out - errors[:, first, other] * cleared(x, errors, rest[:k] + rest[k + 1 :])
    return np.asarray(out)


@dataclass(frozen=True, slots=True)
class Equation:
    """One outcome and the terms that explain it.

    Attributes
    ----------
    outcome
        Place of the outcome.
    terms
        Places of the factors of each term, the constant (empty) first.
    """

    outcome: int
    terms: tuple[Term, ...]


@lru_cache(maxsize=256)
def _needed(equation: Equation) -> tuple[Term, ...]:
    both = [tuple(sorted(a + b)) for a in equation.terms for b in equation.terms]
    right = [tuple(sorted((*a, equation.outcome))) for a in equation.terms]
    return tuple(dict.fromkeys(both + right))


def coefficients(
    parts: GroupParts, weights: Floats, equations: Sequence[Equation], centre: Floats
) -> list[Floats]:
    """Return coefficients of every equation for one set of weights of the groups.

    NaN where the products, cleared of error, are no possible moments.

    Parameters
    ----------
    parts
        Of G groups; `share` 0 leaves errors in.
    weights
        (G,).
    equations
        With their constants.
    centre
        (J,) what the values are counted from.

    Examples
    --------
    >>> from collective_use.numerics.structure.between import GroupParts
    >>> x = np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 5.0], [3.0, 10.0]])
    >>> none = np.zeros((4, 2, 2))
    >>> parts = GroupParts(x, none, none, none)
    >>> found = coefficients(parts, np.ones(4), [Equation(1, ((), (0,), (0, 0)))], np.zeros(2))
    >>> (found[0] + 1).round(6).tolist()
    [2.0, 1.0, 2.0]
    """
    pooled = np.tensordot(weights, parts.cross, 1) / np.maximum(
        np.tensordot(weights, parts.df, 1), 1.0
    )
    errors = pooled * parts.share
    x = parts.means - centre
    known: dict[Term, float] = {}
    out = []
    for equation in equations:
        for term in _needed(equation):
            if term not in known:
                known[term] = float(weights @ cleared(x, errors, term) / weights.sum())
        M = np.array(
            [[known[tuple(sorted(a + b))] for b in equation.terms] for a in equation.terms]
        )
        h = np.array([known[tuple(sorted((*a, equation.outcome)))] for a in equation.terms])
        scale = np.sqrt(np.maximum(np.diag(M), 1e-300))
        low = np.linalg.eigvalsh(M / np.outer(scale, scale))[0]
        out.append(np.linalg.solve(M, h) if low > 1e-6 else np.full(len(h), np.nan))
    return out
