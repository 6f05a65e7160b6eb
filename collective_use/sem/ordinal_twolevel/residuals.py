"""Residuals of models with ordered variables at two levels, by level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.numerics.ordinal_twolevel.moments import TwoLevelOrdinalMoments
from collective_use.numerics.sem.model import vech_index
from collective_use.sem.ordinal.residuals import z_values
from collective_use.sem.ordinal_twolevel.estimate import TwoLevelOrdinalSolution
from collective_use.sem.ordinal_twolevel.tests_of_fit import correlations_of, implied_matrices
from collective_use.sem.postfit.residuals import KINDS, SemResiduals


def two_level_ordinal_residuals(
    solution: TwoLevelOrdinalSolution, moments: Sequence[TwoLevelOrdinalMoments]
) -> SemResiduals:
    """Return raw, correlation, normalised and standardized residuals of both levels.

    Units are standard deviations within clusters; the variance within, which is that unit, has no
    residual. Normalised residuals are divided by the error of the statistic, standardized ones by
    the error of the residual under the model; both rest on the scores of clusters.

    References
    ----------
    Maydeu-Olivares (2017), Psychometrika 82:533 (standardized residuals).
    """
    import pandas as pd

    covariances, thresholds = [], []
    responses = solution.objective.responses(solution.theta)
    known, reason = z_values(solution, moments)
    for i, (m, r, z) in enumerate(zip(moments, responses, known, strict=True)):
        names = solution.table.block(i + 1, 2).observed
        raw = m.statistics - r.values
        h, p = m.item.size, len(names)
        order = [int(np.sum(m.item[:k] == m.item[k])) + 1 for k in range(h)]
        thresholds.append(pd.DataFrame({
            "group": i + 1, "level": 2, "lhs": [names[k] for k in m.item.tolist()],
            "rhs": [f"t{k}" for k in order],
        } | dict(zip(KINDS, (raw[:h], raw[:h], z[0][:h], z[1][:h]), strict=True))))  # fmt: skip
        rows, columns = vech_index(p)
        inside = np.full(rows.size, -1)
        inside[rows != columns] = h + np.arange((rows != columns).sum())
        outside = h + (rows != columns).sum() + np.arange(rows.size)
        implied = implied_matrices(solution, i)
        for level, (at, S, model) in enumerate(
            ((inside, m.covariance, implied[0]), (outside, m.between, implied[1])), start=1
        ):
            gap = (correlations_of(S) - correlations_of(model))[rows, columns]
            values = [np.where(at < 0, 0.0, x[at]) for x in (raw, z[0], z[1])]
            covariances.append(pd.DataFrame({
                "group": i + 1, "level": level, "lhs": [names[k] for k in rows.tolist()],
                "rhs": [names[k] for k in columns.tolist()],
            } | dict(zip(KINDS, (values[0], gap, *values[1:]), strict=True))))  # fmt: skip
    empty = pd.DataFrame(columns=["group", "level", "lhs", *KINDS])
    return SemResiduals(
        pd.concat(covariances, ignore_index=True), empty, reason,
        pd.concat(thresholds, ignore_index=True),
    )  # fmt: skip
