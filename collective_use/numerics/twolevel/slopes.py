"""The normal likelihood of one outcome with random intercept and slopes, by cluster.

``V = Z G Z' + v I``; with ``M = (v I + G Z'Z)^-1 G`` its inverse is ``(I - Z M Z') / v``, so that
products by cluster are all that the data give, and G may be singular.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from collective_use.numerics.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class Products:
    """Products of J clusters: k fixed effects, q random ones.

    Attributes
    ----------
    n
        Cases, (J,).
    yy, Xy, Zy
        (J,), (J, k), (J, q).
    XX, ZX, ZZ
        (J, k, k), (J, q, k), (J, q, q).
    """

    n: Floats
    yy: Floats
    Xy: Floats
    Zy: Floats
    XX: Floats
    ZX: Floats
    ZZ: Floats


def products_of(y: Floats, X: Floats, Z: Floats, codes: Ints) -> Products:
    """Add products up within clusters.

    Examples
    --------
    >>> one, codes = np.ones((2, 1)), np.zeros(2, dtype=np.intp)
    >>> found = products_of(np.array([1.0, 2.0]), one, one, codes)
    >>> found.n.tolist(), found.Xy.tolist()
    ([2.0], [[3.0]])
    """
    J = int(codes.max()) + 1

    def added(values: Floats) -> Floats:
        out = np.zeros((J, *values.shape[1:]))
        np.add.at(out, codes, values)
        return out

    return Products(
        np.bincount(codes, minlength=J).astype(np.float64), added(y * y), added(X * y[:, None]),
        added(Z * y[:, None]), added(X[:, :, None] * X[:, None]), added(Z[:, :, None] * X[:, None]),
        added(Z[:, :, None] * Z[:, None]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SlopeScores:
    """A log-likelihood with the gradient of every cluster.

    Attributes
    ----------
    value
        Log-likelihood.
    by_beta, by_between, by_v
        (J, k); (J, q, q), of a symmetric G whose two halves move together off the diagonal; (J,).
    """

    value: float
    by_beta: Floats
    by_between: Floats
    by_v: Floats


def slope_scores(d: Products, beta: Floats, G: Floats, v: float) -> SlopeScores | None:
    """Return the log-likelihood and its gradient; None where some V is not positive definite.

    Parameters
    ----------
    d
        Products by cluster.
    beta, G, v
        Fixed effects (k,), covariances of the random ones (q, q), variance of members.

    References
    ----------
    Laird & Ware (1982), Biometrics 38:963.
    """
    if not v > 0 or not np.isfinite(G).all():
        return None
    q = G.shape[0]
    inner = v * np.eye(q) + G @ d.ZZ
    if not (np.linalg.eigvals(inner).real > 0).all():
        return None
    M = np.linalg.solve(inner, np.broadcast_to(G, inner.shape))
    Zr = d.Zy - d.ZX @ beta
    Xr = d.Xy - d.XX @ beta
    rr = d.yy - 2 * d.Xy @ beta + np.einsum("i,jik,k->j", beta, d.XX, beta)
    b = np.einsum("jab,jb->ja", M, Zr)
    A = d.ZZ
    Ab = np.einsum("jab,jb->ja", A, b)
    quadratic = (rr - (Zr * b).sum(1)) / v
    log_det = (d.n - q) * math.log(v) + np.linalg.slogdet(inner)[1]
    value = -0.5 * float((d.n * math.log(2 * math.pi) + log_det + quadratic).sum())
    t = (Zr - Ab) / v
    by_G = t[:, :, None] * t[:, None, :] - (A - A @ M @ A) / v
    by_G *= np.where(np.eye(q) > 0, 0.5, 1.0)
    by_v = 0.5 * (
        (rr - 2 * (Zr * b).sum(1) + (b * Ab).sum(1)) / v**2
        - (d.n - np.einsum("jab,jba->j", M, A)) / v
    )
    by_beta = (Xr - np.einsum("jqk,jq->jk", d.ZX, b)) / v
    return SlopeScores(value, by_beta, by_G, by_v)
