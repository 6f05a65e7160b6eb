"""Tests and fit measures of models with ordered variables at two levels.

References
----------
Asparouhov & Muthen (2007), Proceedings of the Joint Statistical Meeting, Section on Statistics in
Epidemiology: 2531; Asparouhov & Muthen (2010), Simple second order chi-square correction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from collective_use.numerics.moments import Floats
from collective_use.numerics.ordinal_twolevel.moments import TwoLevelOrdinalMoments
from collective_use.numerics.sem.model import vech_index
from collective_use.sem.goodness.fit_measures import _approximation, _baseline, _incremental
from collective_use.sem.goodness.tests_of_fit import ChiSquare
from collective_use.sem.ordinal.tests_of_fit import model_tests, statistics_of_fit, tests_with_free
from collective_use.sem.ordinal_twolevel.estimate import TwoLevelOrdinalSolution

Moments = Sequence[TwoLevelOrdinalMoments]
Tests = tuple[ChiSquare, ChiSquare | None]


def two_level_tests(solution: TwoLevelOrdinalSolution, moments: Moments) -> Tests:
    """Return the uncorrected and the corrected test of a model.

    The uncorrected statistic has no known distribution, whatever the weights: no p.
    """
    plain, corrected = model_tests(solution, moments)
    return replace(plain, p=math.nan), corrected


def two_level_baseline(solution: TwoLevelOrdinalSolution, moments: Moments) -> Tests:
    """Return the tests of the model in which no two items are related, at neither level."""
    free = []
    for m in moments:
        rows, columns = vech_index(len(m.covariance))
        cuts = np.ones(m.thresholds.size, dtype=bool)
        pairs = np.zeros((rows != columns).sum(), dtype=bool)
        free.append(np.concatenate([cuts, pairs, rows == columns]))
    plain, corrected = tests_with_free(solution, moments, free, [m.n - 1 for m in moments])
    return replace(plain, p=math.nan), corrected


def implied_matrices(solution: TwoLevelOrdinalSolution, group: int) -> tuple[Floats, Floats]:
    """Return implied correlations within and covariances between, in the sample's units."""
    within, between = solution.objective.states(solution.theta)[2 * group : 2 * group + 2]
    d = np.diag(within.Sigma) ** -0.5
    unit = np.outer(d, d)
    return within.Sigma * unit, between.Sigma * unit


def correlations_of(S: Floats) -> Floats:
    """Return correlations, NaN where a variance is not positive; the diagonal is 1."""
    variance = np.diag(S)
    size = np.sqrt(np.where(variance > 0, variance, np.nan))
    out = S / np.outer(size, size)
    np.fill_diagonal(out, 1.0)
    return np.asarray(out)


def level_residuals(solution: TwoLevelOrdinalSolution, moments: Moments) -> dict[str, float]:
    """Return the root mean square residual of the correlations by level, as lavaan does.

    Between variances have no part; a correlation is not known where one is estimated at 0.
    """
    total = {"srmr_within": 0.0, "srmr_between": 0.0}
    for i, (share, m) in enumerate(zip(solution.data.shares, moments, strict=True)):
        rows, columns = vech_index(len(m.covariance))
        pairs = zip(total, (m.covariance, m.between), implied_matrices(solution, i), strict=True)
        for name, S, implied in pairs:
            gap = (correlations_of(S) - correlations_of(implied))[rows, columns]
            value = math.sqrt(float(np.mean(gap**2)))
            flat = name == "srmr_between" and m.at_border.size
            total[name] += share * (math.nan if flat else value)
    return total


def two_level_measures(
    solution: TwoLevelOrdinalSolution, tests: Tests, moments: Moments
) -> dict[str, float]:
    """Compute the fit measures; robust ones of normal theory are not known for two levels."""
    plain, corrected = tests
    null, null_corrected = two_level_baseline(solution, moments)
    out = statistics_of_fit(solution, plain, corrected)
    out |= _baseline(null, null_corrected)
    out |= _incremental(plain, corrected, null, null_corrected, None)
    out |= _approximation(plain, corrected, None, 1.0, solution.effective_n, len(moments))
    by_level = level_residuals(solution, moments)
    return out | {"srmr": sum(by_level.values())} | by_level
