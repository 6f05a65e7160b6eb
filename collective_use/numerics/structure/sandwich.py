"""Errors of least squares that allow for clusters, for few of them.

References
----------
Bell & McCaffrey (2002), Survey Methodology 28:169; Pustejovsky & Tipton (2018), Journal of
Business & Economic Statistics 36:672 (CR2 and degrees of freedom); Cameron, Gelbach & Miller
(2008), Review of Economics and Statistics 90:414 (wild bootstrap), (2011), Journal of Business &
Economic Statistics 29:238 (two clusters); Webb (2023), Canadian Journal of Economics 56:839 (six
weights).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.types import Floats, Ints

ALL_SIGNS = 12
"""With so many clusters or fewer every pattern of signs is looked at, not a sample of them."""

WEBB = np.sqrt([0.5, 1.0, 1.5])


@dataclass(frozen=True, slots=True)
class Corrected:
    """Errors of k coefficients.

    Attributes
    ----------
    coef
        (k,).
    cov
        (k, k).
    df
        (k,) Satterthwaite's degrees of freedom.
    """

    coef: Floats
    cov: Floats
    df: Floats


def _bread(X: Floats) -> Floats:
    return np.asarray(np.linalg.inv(X.T @ X))


def _root(A: Floats) -> Floats:
    """Return the symmetric inverse root of a positive semidefinite matrix."""
    values, vectors = np.linalg.eigh((A + A.T) / 2)
    kept = values > 1e-10 * max(values.max(initial=0.0), 1e-300)
    inverse = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    return np.asarray((vectors * inverse) @ vectors.T)


def bias_reduced(X: Floats, y: Floats, clusters: Ints) -> Corrected:
    """Return least squares with bias-reduced errors (CR2) and Satterthwaite's degrees of freedom.

    Exact where errors are independent with one variance. With every case its own cluster it is
    HC2 with Bell and McCaffrey's degrees of freedom.

    Parameters
    ----------
    X
        (n, k) predictors with their constant.
    y
        (n,).
    clusters
        (n,) codes.

    Examples
    --------
    >>> X = np.column_stack([np.ones(6), [1.0, 2, 3, 4, 5, 9]])
    >>> found = bias_reduced(X, np.array([1.0, 3, 2, 5, 4, 8]), np.arange(6))
    >>> found.coef.round(3).tolist(), found.df.round(2).tolist()
    ([0.533, 0.825], [2.61, 1.72])
    """
    bread = _bread(X)
    coef = bread @ X.T @ y
    rest = y - X @ coef
    n, k = X.shape
    hat = np.eye(n) - X @ bread @ X.T
    meat = np.zeros((k, k))
    # row s of each block: what cluster s adds to each coefficient, as weights of all errors
    weights = []
    for code in np.unique(clusters):
        own = np.flatnonzero(clusters == code)
        adjusted = X[own].T @ _root(hat[np.ix_(own, own)])
        score = adjusted @ rest[own]
        meat += np.outer(score, score)
        weights.append(bread @ adjusted @ hat[own])
    W = np.array(weights)
    gram = np.einsum("akn,bkn->kab", W, W)
    df = np.einsum("kaa->k", gram) ** 2 / np.einsum("kab,kab->k", gram, gram)
    return Corrected(coef, bread @ meat @ bread, df)


def one_way(X: Floats, y: Floats, clusters: Ints) -> Floats:
    """Return the sandwich covariance (k, k) for one kind of cluster, times C / (C - 1).

    Parameters
    ----------
    X, y, clusters
        As `bias_reduced` takes them.

    Examples
    --------
    >>> X = np.ones((4, 1))
    >>> one_way(X, np.array([1.0, 2.0, 3.0, 4.0]), np.arange(4)).round(4).tolist()
    [[0.4167]]
    """
    bread = _bread(X)
    rest = y - X @ (bread @ X.T @ y)
    _, codes = np.unique(clusters, return_inverse=True)
    C = int(codes.max()) + 1
    scores = np.zeros((C, X.shape[1]))
    np.add.at(scores, codes, X * rest[:, None])
    return np.asarray(bread @ scores.T @ scores @ bread * C / max(C - 1, 1))


def two_way(X: Floats, y: Floats, first: Ints, second: Ints) -> Floats:
    """Return the covariance (k, k) for two crossed kinds of cluster.

    The sum of both sandwiches less that of their crossing (Cameron, Gelbach & Miller 2011, equation
    2.11); negative directions are set to zero.

    Parameters
    ----------
    X, y
        As `bias_reduced` takes them.
    first, second
        (n,) codes of the two kinds.

    Examples
    --------
    >>> X = np.ones((4, 1))
    >>> two_way(X, np.array([1.0, 2, 3, 5]), np.array([0, 0, 1, 1]), np.arange(4)).round(3).tolist()
    [[1.562]]
    """
    _, a = np.unique(first, return_inverse=True)
    _, b = np.unique(second, return_inverse=True)
    both = a * (int(b.max()) + 1) + b
    V = one_way(X, y, a) + one_way(X, y, b) - one_way(X, y, both)
    values, vectors = np.linalg.eigh(V)
    if values[0] >= 0:
        return np.asarray(V)
    return np.asarray((vectors * np.clip(values, 0, None)) @ vectors.T)


def patterns(clusters: int, repetitions: int, rng: np.random.Generator) -> Floats:
    """Return (R, C) weights of a wild bootstrap: all signs for few clusters, else Webb's six.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> patterns(3, 99, rng).shape, patterns(30, 99, rng).shape
    ((8, 3), (99, 30))
    """
    if clusters <= ALL_SIGNS:
        bits = np.arange(2**clusters)[:, None] >> np.arange(clusters)[None, :]
        return np.asarray(1.0 - 2.0 * (bits & 1))
    six = np.concatenate([-WEBB, WEBB])
    return np.asarray(rng.choice(six, (repetitions, clusters)))


def wild(
    X: Floats, y: Floats, clusters: Ints, place: int, repetitions: int, rng: np.random.Generator
) -> float:
    """Return the p of a coefficient being zero by the wild cluster bootstrap with the null imposed.

    Parameters
    ----------
    X, y, clusters
        As `bias_reduced` takes them.
    place
        Column of the coefficient.
    repetitions, rng
        Of the draws; with `ALL_SIGNS` clusters or fewer every pattern is looked at.

    Returns
    -------
    float
        The share of t at least as far from zero as the one seen.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> X = np.column_stack([np.ones(40), rng.normal(size=40)])
    >>> y = X[:, 1] + rng.normal(size=40)
    >>> bool(wild(X, y, np.arange(40) // 4, 1, 999, rng) < 0.05)
    True
    """
    _, codes = np.unique(clusters, return_inverse=True)
    C = int(codes.max()) + 1
    kept = np.delete(X, place, axis=1)
    fitted = kept @ np.linalg.lstsq(kept, y, rcond=None)[0] if kept.size else np.zeros(len(y))
    under = y - fitted
    v = patterns(C, repetitions, rng)
    Y = fitted + v[:, codes] * under
    seen = _t(X, y[None, :], codes, C, place)[0]
    drawn = _t(X, Y, codes, C, place)
    return float((np.abs(drawn) >= abs(seen) * (1 - 1e-10)).mean())


def _t(X: Floats, Y: Floats, codes: Ints, C: int, place: int) -> Floats:
    """Return t of one coefficient for many outcomes (R, n)."""
    bread = _bread(X)
    coef = Y @ X @ bread
    rest = Y - coef @ X.T
    lever = X @ bread[:, place]
    scores = np.zeros((C, len(Y)))
    np.add.at(scores, codes, (rest * lever).T)
    spread = np.sqrt((scores**2).sum(axis=0))
    return np.asarray(coef[:, place] / np.maximum(spread, 1e-300))
