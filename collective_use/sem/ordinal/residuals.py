"""Residuals of models with ordered variables: thresholds, means, variances, correlations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from collective_use.errors import EstimationError
from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.ordinal.moments import OrdinalMoments, pair_index
from collective_use.numerics.ordinal.response import Response
from collective_use.numerics.sem.residual_errors import ErrorPart, standardized
from collective_use.sem.inference import inverted
from collective_use.sem.ordinal.estimate import OrdinalSolution
from collective_use.sem.ordinal.read import outcomes_of
from collective_use.sem.postfit.residuals import KINDS, SemResiduals
from collective_use.sem.table.partable import BlockNames

if TYPE_CHECKING:
    import pandas as pd


def ordinal_residuals(solution: OrdinalSolution, moments: Sequence[OrdinalMoments]) -> SemResiduals:
    """Return raw, correlation, normalised and standardized residuals of all statistics.

    Normalised residuals are divided by the error of the statistic, standardized ones by the error
    of the residual under the model; both rest on the asymptotic covariance of the statistics.

    References
    ----------
    Muthen (1984), Psychometrika 49:115 (covariance of the statistics); Maydeu-Olivares (2017),
    Psychometrika 82:533 (standardized residuals).
    """
    import pandas as pd

    objective = solution.shared
    parts: list[list[pd.DataFrame]] = [[], [], [], []]
    known, reason = z_values(solution, moments)
    responses = objective.responses(solution.theta)
    for i, (m, r, z) in enumerate(zip(moments, responses, known, strict=True)):
        block = solution.table.blocks[i]
        found = _of_group(i + 1, outcomes_of(block), m, r, z)
        for part, frame in zip(parts, (*found, _slopes(i + 1, block, m, r, z)), strict=True):
            part.append(frame)
    covariances, means, thresholds, slopes = (pd.concat(part, ignore_index=True) for part in parts)
    return SemResiduals(covariances, means, reason, thresholds, slopes if len(slopes) else None)


def z_values(
    solution: OrdinalSolution, moments: Sequence[OrdinalMoments]
) -> tuple[list[tuple[Floats, Floats]], str]:
    """Return normalised and standardized residuals by group, or NaN and the reason."""
    objective = solution.shared
    responses = objective.responses(solution.theta)
    residuals = [m.statistics - r.values for m, r in zip(moments, responses, strict=True)]
    try:
        A = inverted(solution, objective.fisher(solution.theta))
    except EstimationError as error:
        none = [np.full(r.size, np.nan) for r in residuals]
        return list(zip(none, none, strict=True)), str(error)
    parts = []
    for m, r, W, share in zip(moments, responses, objective.W, solution.data.shares, strict=True):
        D = r.jacobian
        weighted = W[:, None] * D if W.ndim == 1 else W @ D
        parts.append(ErrorPart(m.gamma / m.n, D, share * (A @ weighted.T)))
    return standardized(parts, residuals), ""


def _slopes(
    group: int, block: BlockNames, m: OrdinalMoments, r: Response, z: tuple[Floats, Floats]
) -> pd.DataFrame:
    """Return residuals of slopes, standardized by both variables' standard deviations."""
    import pandas as pd

    at = m.slopes_at
    names, x = outcomes_of(block), block.exogenous if m.given is not None else ()
    e = (m.statistics - r.values)[at]
    scale = np.ones(0)
    if m.given is not None:
        scale = np.outer(np.sqrt(np.diag(m.given.cov)), 1 / np.sqrt(np.diag(m.covariance))).ravel()
    columns = {
        "group": group, "lhs": [name for _ in x for name in names],
        "rhs": [name for name in x for _ in names],
    }  # fmt: skip
    parts = (e, e * scale, z[0][at], z[1][at])
    return pd.DataFrame(columns | dict(zip(KINDS, parts, strict=True)))


def _of_group(
    group: int, names: Sequence[str], m: OrdinalMoments, r: Response, z: tuple[Floats, Floats]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    p = len(names)
    numeric = m.item[m.is_mean]
    e = m.statistics - r.values
    sd, sd_model = np.sqrt(np.diag(m.covariance)), np.ones(p)
    implied = r.values[m.variances_at]
    sd_model[numeric] = np.sqrt(np.where(implied > 0, implied, np.nan))
    columns, rows = np.triu_indices(p)
    place = _places(p, m, numeric)[rows, columns]
    known = place >= 0  # ordered variables have no variance: 1 in the sample and in the model
    at = np.where(known, place, 0)
    sample, model = m.statistics[at], r.values[at]
    correlation = sample / (sd[rows] * sd[columns]) - model / (sd_model[rows] * sd_model[columns])

    def frame(lhs: list[str], rhs: list[str] | None, values: list[Floats]) -> pd.DataFrame:
        first: dict[str, int | list[str]] = {"group": group, "lhs": lhs}
        if rhs is not None:
            first["rhs"] = rhs
        return pd.DataFrame(first | dict(zip(KINDS, values, strict=True)))

    covariances = frame(
        [names[i] for i in rows.tolist()], [names[i] for i in columns.tolist()],
        [np.where(known, x, 0.0) for x in (e[at], correlation, z[0][at], z[1][at])],
    )  # fmt: skip
    # Means enter the statistics with changed sign.
    mean = np.flatnonzero(m.is_mean)
    means = frame(
        [names[i] for i in numeric.tolist()], None,
        [-e[mean], -e[mean] / sd[numeric], -z[0][mean], -z[1][mean]],
    )  # fmt: skip
    cuts = np.flatnonzero(~m.is_mean)
    order = [int(np.sum(m.item[:k] == m.item[k])) + 1 for k in cuts]
    thresholds = frame(
        [names[i] for i in m.item[cuts].tolist()], [f"t{k}" for k in order],
        [e[cuts], e[cuts], z[0][cuts], z[1][cuts]],
    )  # fmt: skip
    return covariances, means, thresholds


def _places(p: int, m: OrdinalMoments, numeric: Ints) -> Ints:
    """Return where (co)variances stand among the statistics, -1 where there is none, (p, p)."""
    place = np.full((p, p), -1)
    place[numeric, numeric] = m.variances_at.start + np.arange(numeric.size)
    a, b = pair_index(p)
    place[a, b] = place[b, a] = m.pairs_at.start + np.arange(a.size)
    return place
