"""Thresholds, means, variances and correlations of mixed data with their joint covariance.

The asymptotic covariance is Muthen's: scores of all first-step and second-step likelihoods,
stacked, with the cross-products of the scores in place of the expected derivatives.

References
----------
Muthen (1984), Psychometrika 49:115, equations 17 to 20.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.ordinal.first_step import FirstStep
from collective_use.numerics.ordinal.given import Covariates
from collective_use.numerics.ordinal.second_step import SecondStep, second_step
from collective_use.numerics.types import Floats, Ints

FLAT = 1e-8
"""Information of one case about a correlation that is none (usual values are .02 to 2)."""


@dataclass(frozen=True, slots=True)
class OrdinalMoments:
    """First- and second-step estimates of p variables in one group.

    The k statistics are ordered as lavaan orders them: thresholds (ordered variables) and means
    (others) by variable, slopes on c covariates (by covariate, then by variable), variances of
    continuous variables, correlations or covariances of the p(p-1)/2 pairs column by column. With
    covariates all of them are those given covariates, thresholds and means where these are 0.

    Attributes
    ----------
    n
        Cases, or the sum of their weights.
    thresholds
        Thresholds and means by variable, (h,).
    item
        Variable of every threshold, (h,).
    is_mean
        Which of them are means, (h,).
    covariance
        (p, p): polychoric, polyserial and ordinary (co)variances; 1 on the diagonal of ordered
        variables. Of residuals where there are covariates.
    gamma
        Asymptotic covariance of sqrt(n) times the statistics, means with changed sign, (k, k).
    statistics
        The k statistics; a mean enters with changed sign, as a threshold would.
    empty_pairs
        Pairs of ordered variables with empty cells, (e, 2).
    limit_pairs
        Pairs whose correlation ran into the bound, (l, 2).
    independent
        The same covariance as if cases were independent, where clusters were given: what weights
        are made of, (k, k).
    slopes
        Of every variable on the covariates, (p, c); None without covariates.
    flat_pairs
        Pairs whose correlation the data do not tell: from some value on their likelihood is flat,
        as when no two cases order the two variables differently, (f, 2).
    given
        The covariates; their places are those after the p variables until a model says otherwise.
    """

    n: float
    thresholds: Floats
    item: Ints
    is_mean: NDArray[np.bool_]
    covariance: Floats
    gamma: Floats
    statistics: Floats
    empty_pairs: Ints
    limit_pairs: Ints
    independent: Floats | None = None
    slopes: Floats | None = None
    given: Covariates | None = None
    flat_pairs: Ints = field(default_factory=lambda: np.zeros((0, 2), dtype=np.intp))

    @property
    def slopes_at(self) -> slice:
        """Where slopes stand among the statistics."""
        h = self.item.size
        return slice(h, h + (0 if self.slopes is None else self.slopes.size))

    @property
    def variances_at(self) -> slice:
        """Where variances of continuous variables stand among the statistics."""
        begin = self.slopes_at.stop
        return slice(begin, begin + int(self.is_mean.sum()))

    @property
    def pairs_at(self) -> slice:
        """Where correlations and covariances stand among the statistics."""
        return slice(self.variances_at.stop, self.statistics.size)


def pair_index(p: int) -> tuple[Ints, Ints]:
    """Return rows i > j of all pairs, column by column.

    Examples
    --------
    >>> [index.tolist() for index in pair_index(3)]
    [[1, 2, 2], [0, 0, 1]]
    """
    columns, rows = np.triu_indices(p, 1)
    return rows, columns


def ordinal_moments(
    data: Floats,
    categories: Sequence[int],
    weights: Floats | None = None,
    clusters: Ints | None = None,
    *,
    covariates: Floats | None = None,
    sampling: bool = False,
) -> OrdinalMoments:
    """Estimate thresholds, means, variances and correlations and their covariance.

    Parameters
    ----------
    data
        (n, p); ordered variables are coded 0, 1, ..., categories - 1. NaN is a missing value: each
        threshold, mean and variance rests on the cases that have the variable, each correlation on
        those that have both.
    categories
        Number of categories by variable; 0 for continuous variables.
    weights
        How often each row occurs, (n,); 1 each when not given.
    clusters
        Cluster of every row, 0 to C - 1, (n,): scores are added up within clusters before their
        products, times C / (C - 1).
    covariates
        What all statistics are to be conditional on, (n, c), complete.
    sampling
        `weights` say how many others a row stands for, not how often it was observed: scores enter
        the covariance with the square of their weight.

    Returns
    -------
    OrdinalMoments

    Raises
    ------
    ValueError
        When a category of an ordered variable has no cases, or covariates tell a variable
        perfectly.

    References
    ----------
    Muthen (1984), Psychometrika 49:115; with weights Asparouhov (2005), Structural Equation
    Modeling 12:411.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> z = rng.normal(size=(500, 2)) + rng.normal(size=(500, 1))
    >>> moments = ordinal_moments((z > 0).astype(float), [2, 2])
    >>> moments.gamma.shape
    (3, 3)
    """
    rows = prepared(data, categories, weights, clusters, covariates, sampling=sampling)
    steps = FirstStep(rows.data, categories, rows.w, rows.covariates)
    first, second = pair_index(data.shape[1])
    found = second_step(steps, rows.w, first, second)
    return assembled(steps, found, rows, first, second, clusters)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of data, merged where they are equal and independent.

    Attributes
    ----------
    data, covariates
        (m, p) and, where given, (m, c).
    w
        What each row weighs, (m,).
    squares
        With sampling weights what its scores weigh in their products, (m,): the sum of the weights'
        squares. None where `w` counts cases.
    """

    data: Floats
    w: Floats
    squares: Floats | None = None
    covariates: Floats | None = None


def prepared(
    data: Floats, categories: Sequence[int], weights: Floats | None, clusters: Ints | None,
    covariates: Floats | None = None, *, sampling: bool = False,
) -> Rows:  # fmt: skip
    """Return rows, merged where they are equal and independent, and what each weighs."""
    w = np.ones(data.shape[0]) if weights is None else weights
    squares = w * w if sampling else None
    ordered = np.array(categories) > 0
    data = np.where(np.isnan(data) & ordered, -1.0, data)
    if ordered.all() and clusters is None:
        return _merged(data, w, squares, covariates)
    return Rows(data, w, squares, covariates)


def assembled(
    steps: FirstStep, second: SecondStep, data: Rows, rows: Ints, columns: Ints,
    clusters: Ints | None,
) -> OrdinalMoments:  # fmt: skip
    """Return both steps' estimates with their covariance."""
    ordered = steps.categories > 0
    plain = _asymptotic_covariance(steps, second, data, rows, columns, None)
    clustered = clusters is not None
    gamma = (
        _asymptotic_covariance(steps, second, data, rows, columns, clusters)
        if clustered else plain
    )  # fmt: skip
    covariance = np.diag(np.where(ordered, 1.0, steps.variance))
    scale = np.where(ordered, 1.0, np.sqrt(steps.variance))
    values = second.rho * scale[rows] * scale[columns]
    covariance[rows, columns] = covariance[columns, rows] = values
    sign = np.where(steps.is_mean, -1.0, 1.0)
    statistics = np.concatenate(
        [sign * steps.cuts, steps.slopes.T.ravel(), steps.variance[~ordered], values]
    )
    pairs = np.column_stack([columns, rows])
    return OrdinalMoments(
        float(data.w.sum()), steps.cuts, steps.item, steps.is_mean, covariance, gamma, statistics,
        pairs[second.empty], pairs[second.at_limit], plain if clustered else None,
        steps.slopes if steps.slopes.shape[1] else None, _covariates(data),
        pairs[data.w @ second.scores**2 < FLAT * data.w.sum()],
    )  # fmt: skip


def _covariates(data: Rows) -> Covariates | None:
    """Return the covariates' own moments, divided by n - 1, with sampling weights by their sum."""
    if data.covariates is None or not data.covariates.shape[1]:
        return None
    p, X = data.data.shape[1], data.covariates
    mean = np.average(X, axis=0, weights=data.w)
    total = data.w.sum() - (1.0 if data.squares is None else 0.0)
    cov = (X - mean).T @ (data.w[:, None] * (X - mean)) / total
    return Covariates(p + np.arange(X.shape[1]), mean, cov)


def _merged(data: Floats, w: Floats, squares: Floats | None, covariates: Floats | None) -> Rows:
    """Merge equal rows."""
    base = int(data.max()) + 2
    if covariates is not None:
        _, first, inverse = np.unique(
            np.column_stack([data, covariates]), axis=0, return_index=True, return_inverse=True
        )
    elif base ** data.shape[1] < 2**62:
        key = (data.astype(np.int64) + 1) @ (base ** np.arange(data.shape[1], dtype=np.int64))
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    else:
        _, first, inverse = np.unique(data, axis=0, return_index=True, return_inverse=True)
    inverse = inverse.reshape(-1)
    total = np.bincount(inverse, weights=w).astype(float)
    held = None if squares is None else np.bincount(inverse, weights=squares).astype(float)
    return Rows(data[first], total, held, None if covariates is None else covariates[first])


def _asymptotic_covariance(
    steps: FirstStep,
    second: SecondStep,
    data: Rows,
    rows: Ints,
    columns: Ints,
    clusters: Ints | None,
) -> Floats:
    k1, m, w = steps.owner.size, second.rho.size, data.w
    scores = np.concatenate([steps.scores, second.scores], axis=1)
    inner = scores.T @ (w[:, None] * scores)
    same = steps.owner[:, None] == steps.owner[None, :]
    inverse11 = np.linalg.inv(np.where(same, inner[:k1, :k1], 0.0))
    information = np.diag(inner)[k1:]
    bread = np.zeros((k1 + m, k1 + m))
    bread[:k1, :k1] = inverse11
    bread[k1:, :k1] = -(second.by_first / information[:, None]) @ inverse11
    bread[k1:, k1:] = np.diag(1.0 / information)
    bread = _to_covariances(steps, second, rows, columns) @ bread
    bread[np.flatnonzero(steps.is_mean)] *= -1.0
    if clusters is not None:
        meat = _within_clusters(w[:, None] * scores, clusters)
    else:
        q = data.squares
        meat = inner if q is None else scores.T @ (q[:, None] * scores)
    gamma = bread @ meat @ bread.T * w.sum()
    return (gamma + gamma.T) / 2


def _within_clusters(scores: Floats, clusters: Ints) -> Floats:
    count = int(clusters.max()) + 1
    total = np.zeros((count, scores.shape[1]))
    np.add.at(total, clusters, scores)
    return np.asarray(total.T @ total * (count / (count - 1)))


def _to_covariances(steps: FirstStep, second: SecondStep, rows: Ints, columns: Ints) -> Floats:
    """Derivatives of covariances by variances and correlations (delta method)."""
    k1, m = steps.owner.size, second.rho.size
    H = np.eye(k1 + m)
    sd = np.where(steps.categories > 0, 1.0, np.sqrt(steps.variance))
    H[k1 + np.arange(m), k1 + np.arange(m)] = sd[rows] * sd[columns]
    for at, variable in enumerate(steps.variance_item):
        for mine, other in ((rows, columns), (columns, rows)):
            pairs = np.flatnonzero(mine == variable)
            H[k1 + pairs, steps.variance_at + at] = (
                sd[other[pairs]] * second.rho[pairs] / (2 * sd[variable])
            )
    return H
