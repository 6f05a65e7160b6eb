"""Samples from what a model implies: continuous, ordered and two-level data.

References
----------
Efron & Tibshirani (1993), An introduction to the bootstrap, section 6.5 (parametric bootstrap);
Muthen (1984), Psychometrika 49:115 (latent responses cut at thresholds).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.numerics.moments import Floats, Ints

_NONE: Ints = np.zeros(0, dtype=np.intp)


def normal_draws(
    mu: Floats,
    Sigma: Floats,
    n: int,
    rng: np.random.Generator,
    given: Ints = _NONE,
    values: Floats | None = None,
) -> Floats:
    """Draw normal cases; given variables keep their values, the others are drawn around them.

    Parameters
    ----------
    mu, Sigma
        Means (p,) and covariances (p, p), which may be singular.
    n
        Cases.
    rng
        The generator.
    given, values
        Places of variables that are not drawn, and their values, (n, len(given)).

    Returns
    -------
    array (n, p)

    Raises
    ------
    ValueError
        When Sigma is no covariance matrix.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = np.array([[1.0], [2.0]])
    >>> Sigma = np.array([[1.0, 0.5], [0.5, 0.25]])
    >>> normal_draws(np.zeros(2), Sigma, 2, rng, np.array([0]), x)[:, 1].round(6).tolist()
    [0.5, 1.0]
    """
    rest = np.setdiff1d(np.arange(mu.size), given)
    out, left = _given(mu, Sigma, n, given, values)
    left = left[np.ix_(rest, rest)]
    out[:, rest] += rng.standard_normal((n, rest.size)) @ _root(left).T
    return out


def _given(
    mu: Floats, Sigma: Floats, n: int, given: Ints, values: Floats | None
) -> tuple[Floats, Floats]:
    """Return expectations (n, p) and covariance (p, p) around them, zero for what is given."""
    rest = np.setdiff1d(np.arange(mu.size), given)
    out, left = np.empty((n, mu.size)), np.zeros(Sigma.shape)
    out[:, rest] = mu[rest]
    left[np.ix_(rest, rest)] = Sigma[np.ix_(rest, rest)]
    if given.size and values is not None:
        slope = np.linalg.solve(Sigma[np.ix_(given, given)], Sigma[np.ix_(given, rest)])
        out[:, rest] += (values - mu[given]) @ slope
        left[np.ix_(rest, rest)] -= Sigma[np.ix_(rest, given)] @ slope
        out[:, given] = values
    return out, left


def is_covariance(S: Floats) -> bool:
    """Tell whether a symmetric matrix has no negative eigenvalue, up to rounding."""
    values = np.linalg.eigvalsh((S + S.T) / 2)
    return bool(values.size == 0 or values[0] >= -1e-8 * np.abs(values).max())


def _root(S: Floats) -> Floats:
    """Return a root of a covariance matrix, singular ones included."""
    values, vectors = np.linalg.eigh((S + S.T) / 2)
    largest = float(np.abs(values).max(initial=0.0))
    if values.size and not values[0] >= -1e-8 * largest:
        raise ValueError("the moments belong to no distribution")
    return np.asarray(vectors * np.sqrt(np.clip(values, 0.0, None)))


def ordinal_draws(
    cuts: Sequence[Floats | None], mean: Floats, Sigma: Floats, n: int, rng: np.random.Generator,
    told: Floats | None = None,
) -> Floats:  # fmt: skip
    """Draw latent normal responses and cut the ordered ones at their thresholds.

    Parameters
    ----------
    cuts
        By variable: thresholds, ascending, in units of the latent response (mean 0, variance 1);
        None for continuous variables.
    mean
        Means; 0 for ordered variables, (p,).
    Sigma
        Polychoric, polyserial and ordinary covariances, (p, p).
    n
        Cases.
    rng
        The generator.
    told
        What covariates add to each response, (n, p).

    Returns
    -------
    array (n, p)
        Ordered variables are coded 0, 1, ...

    Raises
    ------
    ValueError
        When thresholds do not rise or Sigma is no covariance matrix.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> y = ordinal_draws([np.array([0.0]), None], np.zeros(2), np.eye(2), 1000, rng)
    >>> np.unique(y[:, 0]).tolist(), bool(abs(y[:, 0].mean() - 0.5) < 0.05)
    ([0.0, 1.0], True)
    """
    if any(c is not None and (np.diff(c) <= 0).any() for c in cuts):
        raise ValueError("the thresholds do not rise")
    out = normal_draws(mean, Sigma, n, rng)
    if told is not None:
        out += told
    for j, c in enumerate(cuts):
        if c is not None:
            out[:, j] = np.searchsorted(c, out[:, j])
    return out


def cluster_draws(within: Floats, between: Floats, cluster: Ints, place: Ints) -> Floats:
    """Add the effect of its cluster to every case.

    Parameters
    ----------
    within
        Within parts, (N, p).
    between
        Level-2 variables, (J, pb).
    cluster
        Cluster of every case, 0 to J - 1, (N,).
    place
        For every level-2 variable its place at level 1; p or more when it has none, (pb,).

    Returns
    -------
    array (N, p)

    Examples
    --------
    >>> cluster_draws(np.zeros((3, 1)), np.array([[1.0], [2.0]]), np.array([0, 0, 1]),
    ...     np.array([0])).ravel().tolist()
    [1.0, 1.0, 2.0]
    """
    out = within.copy()
    shared = np.flatnonzero(place < within.shape[1])
    out[:, place[shared]] += between[np.ix_(cluster, shared)]
    return out


def twolevel_draws(
    within: tuple[Floats, Floats],
    between: tuple[Floats, Floats],
    cluster: Ints,
    place: Ints,
    rng: np.random.Generator,
    given: tuple[tuple[Ints, Floats], tuple[Ints, Floats]],
) -> tuple[Floats, Floats]:
    """Draw cases and cluster variables, also where the between covariance is no possible one.

    Negative residual variances between clusters still belong to a distribution of the cases as
    long as every cluster mean has a possible covariance ``Sigma_b + Sigma_w / n``: the means are
    drawn from that, the deviations around them from ``Sigma_w``.

    Parameters
    ----------
    within, between
        Means and covariances of level 1, (p,), (p, p), and of level 2, (pb,), (pb, pb).
    cluster
        Cluster of every case, 0 to J - 1, (N,).
    place
        For every level-2 variable its place at level 1; p or more when it has none, (pb,).
    rng
        The generator.
    given
        By level: places of variables that keep their values, and the values.

    Returns
    -------
    array (N, p), array (J, size - p)
        Cases, and the variables measured on clusters only.

    Raises
    ------
    ValueError
        When some cluster's mean would have no possible covariance.

    Examples
    --------
    >>> rng, none = np.random.default_rng(1), (np.zeros(0, dtype=int), np.zeros((0, 0)))
    >>> team = np.repeat(np.arange(2000), 5)
    >>> y, _ = twolevel_draws((np.zeros(1), np.eye(1)), (np.ones(1), -0.1 * np.eye(1)), team,
    ...     np.array([0]), rng, (none, none))
    >>> means = np.bincount(team, y[:, 0]) / 5
    >>> bool(abs(means.var() - 0.1) < 0.01), bool(abs(means.mean() - 1) < 0.03)
    (True, True)
    """
    p, J = within[0].size, int(cluster.max()) + 1
    size = p + int((place >= p).sum())
    sizes = np.bincount(cluster, minlength=J)
    cases, Rw = _given(*within, cluster.size, *given[0])
    groups, Rb = _given(*between, J, *given[1])
    e = rng.standard_normal(cases.shape) @ _root(Rw).T
    mean = np.stack([np.bincount(cluster, e[:, k], J) for k in range(p)], axis=1) / sizes[:, None]
    full = np.zeros((size, size))
    full[np.ix_(place, place)] = Rb
    u = np.empty((J, size))
    for n in np.unique(sizes):
        at = np.flatnonzero(sizes == n)
        V = full.copy()
        V[:p, :p] += Rw / n
        u[at] = rng.standard_normal((at.size, size)) @ _root(V).T
    centre = np.zeros((J, size))
    centre[:, place] = groups
    u += centre
    return cases + e - mean[cluster] + u[cluster, :p], u[:, p:]
