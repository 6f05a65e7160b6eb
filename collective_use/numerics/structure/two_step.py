"""Errors of what is estimated in two steps, and tests that know of the first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.moments import inverse, normal_weight, vech
from collective_use.numerics.sem.model import vech_index
from collective_use.numerics.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class TwoStep:
    """Covariances of the estimates.

    Attributes
    ----------
    naive
        Of the second step, as if the first were known (r, r).
    added
        What the first step adds (r, r).
    cross
        Covariances of the second step's estimates with the first's (r, s).
    """

    naive: Floats
    added: Floats
    cross: Floats


def two_step_covariance(
    information: Floats, first: Ints, second: Ints, covariance: Floats, n: float
) -> TwoStep:
    """Return errors of the second step, corrected for the first being estimated.

    Parameters
    ----------
    information
        Joint information of one case (q, q).
    first, second
        Places of the parameters of both steps.
    covariance
        Of the first step's estimates (s, s).
    n
        Number of cases.

    References
    ----------
    Bakk & Kuha (2018), Psychometrika 83:871, equation 8; Gong & Samaniego (1981), Annals of
    Statistics 9:861.

    Examples
    --------
    >>> I = np.array([[2.0, 1.0], [1.0, 4.0]])
    >>> found = two_step_covariance(I, np.array([0]), np.array([1]), np.array([[0.02]]), 100)
    >>> round(float(found.naive[0, 0]), 6), round(float(found.added[0, 0]), 6)
    (0.0025, 0.00125)
    """
    inner = inverse(information[np.ix_(second, second)])
    slope = -inner @ information[np.ix_(second, first)]
    return TwoStep(inner / n, slope @ covariance @ slope.T, slope @ covariance)


def unbiased_gamma(products: Floats, cov: Floats, n: float) -> Floats:
    """Return Browne's unbiased, distribution-free covariance of vech(S), (k, k).

    Parameters
    ----------
    products
        Centred products of deviations by case (n, k), in the order of vech.
    cov
        Covariances with divisor n (p, p).
    n
        Number of cases.

    References
    ----------
    Browne (1984), British Journal of Mathematical and Statistical Psychology 37:62, equation 3.8.

    Examples
    --------
    >>> y = np.array([[-1.0], [0.0], [1.0], [2.0], [-2.0]])
    >>> unbiased_gamma(y**2 - 2.0, np.array([[2.0]]), 5).round(4).tolist()
    [[4.3333]]
    """
    rows, cols = vech_index(cov.shape[0])
    normal = cov[np.ix_(rows, rows)] * cov[np.ix_(cols, cols)]
    normal = normal + cov[np.ix_(rows, cols)] * cov[np.ix_(cols, rows)]
    s = vech(cov)
    own = products.T @ products / n
    scale = n / ((n - 2) * (n - 3))
    return np.asarray(scale * ((n - 1) * own - normal + 2 / (n - 1) * np.outer(s, s)))


def quadratic_map(M: Floats) -> Floats:
    """Return the derivative of ``vech(M S M')`` by ``vech(S)``, (m(m+1)/2, p(p+1)/2).

    Examples
    --------
    >>> quadratic_map(np.array([[1.0, 2.0]])).tolist()
    [[1.0, 4.0, 4.0]]
    """
    a, b = vech_index(M.shape[0])
    i, j = vech_index(M.shape[1])
    both = M[np.ix_(a, i)] * M[np.ix_(b, j)] + M[np.ix_(a, j)] * M[np.ix_(b, i)]
    return np.asarray(both * np.where(i == j, 0.5, 1.0))


def trace_of_test(Sigma: Floats, jacobian: Floats, gamma: Floats) -> float:
    """Return tr(U Gamma), U the weight of a normal-theory test of covariances.

    Parameters
    ----------
    Sigma
        Implied covariances (p, p).
    jacobian
        Derivatives of vech(Sigma) by the parameters (k, q).
    gamma
        Covariance of vech(S), (k, k), times the number of cases.

    References
    ----------
    Satorra & Bentler (1994), in von Eye & Clogg, Latent variables analysis.

    Examples
    --------
    >>> gamma = np.diag([2.0, 1.0, 2.0])
    >>> round(trace_of_test(np.eye(2), np.eye(3)[:, [0, 2]], gamma), 6)
    1.0
    """
    V = normal_weight(inverse(Sigma), means=False)
    VD = V @ jacobian
    U = V - VD @ np.linalg.solve(jacobian.T @ VD, VD.T) if jacobian.shape[1] else V
    return float(np.sum(U * gamma))
