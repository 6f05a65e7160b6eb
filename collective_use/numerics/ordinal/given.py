"""What a model implies given covariates: residual moments and slopes, with two derivatives.

The model's joint moments of outcomes y and fixed covariates x give

``Pi = S_yx S_xx^-1``, ``nu = mu_y - Pi mu_x``, ``S = S_yy - Pi S_xy``.

Covariates keep the sample's moments, so that ``mu_x`` and ``S_xx`` are constants; what they are
does not matter to ``Pi``, ``nu`` and ``S``, which depend on the model's equations alone.

References
----------
Muthen (1984), Psychometrika 49:115 (statistics given covariates); Browne & Arminger (1995),
in Arminger, Clogg & Sobel, Handbook of statistical modeling for the social and behavioral sciences,
chapter 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.sem.model import State, vech_index
from collective_use.numerics.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class Covariates:
    """Covariates that statistics are conditional on.

    Attributes
    ----------
    places
        Where they stand among the observed variables of the model, (c,).
    mean, cov
        Of the sample, (c,) and (c, c).
    """

    places: Ints
    mean: Floats
    cov: Floats

    def others(self, p: int) -> Ints:
        """Return the places of the other ones of p observed variables."""
        return np.setdiff1d(np.arange(p), self.places)


@dataclass(frozen=True, slots=True)
class Implied:
    """Moments of m outcomes, given covariates or not, and their derivatives by q parameters.

    Attributes
    ----------
    mu, Sigma
        (m,), (m, m); given covariates, intercepts and residual covariances.
    by_mu, by_vech
        (m, q), (m(m+1)/2, q): lower triangle, column by column.
    slopes, by_slopes
        (m, c) and (m, c, q).
    by_cross
        Derivatives of the covariances with covariates, (m, c, q).
    """

    mu: Floats
    Sigma: Floats
    by_mu: Floats
    by_vech: Floats
    slopes: Floats
    by_slopes: Floats
    by_cross: Floats


def implied(state: State, J: Floats, given: Covariates | None) -> Implied:
    """Return moments given covariates; the model's own where there are none.

    Parameters
    ----------
    state
        Joint moments of all p observed variables.
    J
        Derivatives of (mu, vech Sigma), (p + p(p+1)/2, q).
    given
        The covariates.
    """
    p, q = state.mu.size, J.shape[1]
    if given is None:
        none = np.zeros((p, 0))
        by_none = np.zeros((p, 0, q))
        return Implied(state.mu, state.Sigma, J[:p], J[p:], none, by_none, by_none)
    y, x = given.others(p), given.places
    at = np.zeros((p, p), dtype=np.intp)
    rows, columns = vech_index(p)
    at[rows, columns] = at[columns, rows] = np.arange(rows.size)
    by_S, inverse = J[p:], np.linalg.inv(given.cov)
    cross = state.Sigma[np.ix_(y, x)]
    slopes = cross @ inverse
    by_cross = by_S[at[np.ix_(y, x)]]
    by_slopes = np.einsum("icq,cd->idq", by_cross, inverse)
    rows, columns = vech_index(y.size)
    spread = np.einsum("kcq,kc->kq", by_cross[rows], slopes[columns])
    spread += np.einsum("kcq,kc->kq", by_cross[columns], slopes[rows])
    return Implied(
        state.mu[y] - slopes @ given.mean,
        state.Sigma[np.ix_(y, y)] - slopes @ cross.T,
        J[y] - np.einsum("icq,c->iq", by_slopes, given.mean),
        by_S[at[y[rows], y[columns]]] - spread,
        slopes, by_slopes, by_cross,
    )  # fmt: skip


def variances(state: State, given: Covariates | None) -> Floats:
    """Return the variances of outcomes given covariates, (m,), without derivatives."""
    if given is None:
        return np.diag(state.Sigma)
    y, x = given.others(state.mu.size), given.places
    cross = state.Sigma[np.ix_(y, x)]
    told = (cross @ np.linalg.inv(given.cov) * cross).sum(axis=1)
    return np.asarray(np.diag(state.Sigma)[y] - told)


@dataclass(frozen=True, slots=True)
class Pull:
    """Weights of the second derivatives of outcomes' moments.

    Attributes
    ----------
    by_mu, by_sigma, by_slopes
        Of intercepts (m,), residual covariances (m, m; symmetric) and slopes (m, c).
    """

    by_mu: Floats
    by_sigma: Floats
    by_slopes: Floats


def joint_pull(
    pull: Pull, found: Implied, given: Covariates | None, p: int
) -> tuple[Floats, Floats, Floats | None]:
    """Return weights of the joint moments' second derivatives, and what products of first add.

    ``sum w d2(nu, S, Pi)`` is ``tr(by_sigma d2Sigma) + by_mu' d2mu``, less twice the products
    ``dS_yx S_xx^-1 dS_xy`` weighted by those of S.

    Parameters
    ----------
    pull
        Weights given covariates.
    found
        What `implied` returned.
    given, p
        Covariates and number of observed variables.

    Returns
    -------
    by_sigma, by_mu, products
        (p, p), (p,) and (q, q) or None.
    """
    if given is None:
        return pull.by_sigma, pull.by_mu, None
    y, x = given.others(p), given.places
    inverse = np.linalg.inv(given.cov)
    on_slopes = pull.by_slopes - np.outer(pull.by_mu, given.mean)
    cross = 0.5 * on_slopes @ inverse - pull.by_sigma @ found.slopes
    by_sigma, by_mu = np.zeros((p, p)), np.zeros(p)
    by_sigma[np.ix_(y, y)] = pull.by_sigma
    by_sigma[np.ix_(y, x)], by_sigma[np.ix_(x, y)] = cross, cross.T
    by_mu[y] = pull.by_mu
    moved = np.einsum("ij,jcq->icq", pull.by_sigma, found.by_slopes)
    products = -2.0 * np.einsum("icq,icr->qr", found.by_cross, moved)
    return by_sigma, by_mu, products
