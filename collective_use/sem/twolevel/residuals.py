"""Residuals of two-level models, by level."""

from __future__ import annotations

import numpy as np

from collective_use.accepted import Array
from collective_use.numerics.moments import vech
from collective_use.numerics.twolevel.unrestricted import Saturated
from collective_use.sem.engines.core import Solution
from collective_use.sem.inference import states_of
from collective_use.sem.postfit.residuals import SemResiduals

REASON = (
    "z-values of residuals at two levels are not offered: the unrestricted between covariance is "
    "held positive semi-definite, and where it meets that border its moments have no normal "
    "sampling distribution to divide by"
)


def twolevel_residuals(solution: Solution, saturated: list[Saturated]) -> SemResiduals:
    """Return raw and correlation residuals of both levels against the unrestricted moments.

    The mean of a variable that stands at both levels is the sum over levels and listed at level
    2; a variable of level 1 only has its mean at level 1.
    """
    import pandas as pd

    covariances, means = [], []
    for g, s in enumerate(saturated):
        within = solution.table.blocks[2 * g].observed
        states = states_of(solution)[2 * g : 2 * g + 2]
        total = dict(zip(within, states[0].mu, strict=True))
        for level, (S, mu) in enumerate(((s.Sw, s.mu_w), (s.Sb, s.mu_b)), start=1):
            names = solution.table.blocks[2 * g + level - 1].observed
            model = states[level - 1]
            own, other = _deviations(S), _deviations(model.Sigma)
            columns, rows = np.triu_indices(len(names))
            correlation = S / np.outer(own, own) - model.Sigma / np.outer(other, other)
            correlation[np.diag_indices(len(names))] *= 0.0  # 1 - 1, or missing
            place = {"group": g + 1, "level": level}
            covariances.append(
                pd.DataFrame(
                    place
                    | {
                        "lhs": [names[i] for i in rows],
                        "rhs": [names[i] for i in columns],
                        "raw": vech(S - model.Sigma),
                        "correlation": vech(correlation),
                        "normalized": np.nan,
                        "standardized": np.nan,
                    }
                )
            )
            above = solution.table.blocks[2 * g + 1].observed
            keep = [i for i, n in enumerate(names) if level == 2 or n not in above]
            # What the model puts into the within mean of a split variable belongs to its sum.
            shift = np.array([total.get(n, 0.0) if level == 2 else 0.0 for n in names])
            raw = (mu - model.mu - shift)[keep]
            means.append(
                pd.DataFrame(
                    place
                    | {
                        "lhs": [names[i] for i in keep],
                        "raw": raw,
                        "correlation": raw / own[keep],
                        "normalized": np.nan,
                        "standardized": np.nan,
                    }
                )
            )
    return SemResiduals(
        pd.concat(covariances, ignore_index=True), pd.concat(means, ignore_index=True), REASON
    )


def _deviations(S: Array) -> Array:
    """Return standard deviations, NaN for a variance that is not positive."""
    variances = np.diag(S)
    return np.sqrt(np.where(variances > 0, variances, np.nan))
