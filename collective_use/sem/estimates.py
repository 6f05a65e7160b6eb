"""Estimates as a table: errors, z, p, limits, standardized values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from collective_use.frames import number_at
from collective_use.numerics.moments import Floats
from collective_use.sem.engines.core import Solution
from collective_use.sem.postfit.standardized import KINDS, root, standardize, value_of
from collective_use.sem.resampling.replicates import Replicates
from collective_use.sem.resampling.replications import Bootstrap
from collective_use.sem.table.correlates import is_beside
from collective_use.sem.table.partable import Parameter, ParameterTable, shown_label

if TYPE_CHECKING:
    import pandas as pd

NO_PARAMETERS = ("==", "<", ">")
"""Rows of a table that are constraints."""

AT_BOUND = 1.5e-8
"""An estimate that is no farther from a bound lies on it."""


def estimates_frame(
    solution: Solution, vcov: Floats | None, se: Floats, boot: Bootstrap | Replicates | None
) -> pd.DataFrame:
    """Return a row a parameter; one that lies on a bound has no p: its z is not normal.

    Parameters
    ----------
    solution
        The solution.
    vcov
        Covariance matrix of the free parameters, (q, q), or None.
    se
        Errors of the free parameters, (q,).
    boot
        The replications, when errors and limits come from a bootstrap or replicate weights.
    """
    table = solution.table
    frame = rows_frame(table, *row_values(solution, vcov, se), 0.95)
    kept = shown_rows(table)
    for kind in KINDS:
        frame[f"std_{kind}"] = standardize(solution, None, kind)[0][kept]
    estimates = frame["est"].tolist()
    if boot is not None:
        _resampled(frame, solution, boot)
    at_bound = [_at_bound(table.rows[i], x) for i, x in zip(kept, estimates, strict=True)]
    if any(at_bound):
        frame.loc[at_bound, "p"] = np.nan
    return frame


def _at_bound(row: Parameter, x: float) -> bool:
    return bool(row.free) and min(abs(x - row.lower), abs(x - row.upper)) < AT_BOUND


def shown_rows(table: ParameterTable) -> list[int]:
    """Return the places of the model's parameters, without constraints and auxiliary ones."""
    return [
        i
        for i, row in enumerate(table.rows)
        if row.op not in NO_PARAMETERS and not is_beside(row, table)
    ]


def row_values(solution: Solution, vcov: Floats | None, se: Floats) -> tuple[Floats, Floats]:
    """Return estimates and standard errors by table row, NaN for constraints."""
    theta, table = solution.theta, solution.table
    values, errors = np.full(len(table.rows), np.nan), np.full(len(table.rows), np.nan)
    labels = solution.constraints.values(theta) if table.definitions else {}
    for i in shown_rows(table):
        row = table.rows[i]
        if row.op == ":=":
            values[i], slope = labels[row.lhs]
            errors[i] = np.nan if vcov is None else root(slope @ vcov @ slope)
        else:
            values[i] = value_of(row, theta)
            errors[i] = se[row.free - 1] if row.free else 0.0
    return values, errors


def rows_frame(
    table: ParameterTable, values: Floats, errors: Floats, confidence: float
) -> pd.DataFrame:
    """Return names, values, errors, z, p and normal limits of the parameters of a table."""
    import pandas as pd

    keep = shown_rows(table)
    rows = [table.rows[i] for i in keep]
    z = np.divide(values, errors, out=np.full(len(values), np.nan), where=errors > 1e-12)
    width = float(ndtri(0.5 + confidence / 2))
    names = ("lhs", "op", "rhs", "level", "group")
    columns = {name: [getattr(row, name) for row in rows] for name in names}
    return pd.DataFrame(columns | {
        "label": [shown_label(row.label) for row in rows],
        "est": values[keep],
        "se": errors[keep],
        "z": z[keep],
        "p": 2 * ndtr(-np.abs(z))[keep],
        "ci_lower": (values - width * errors)[keep],
        "ci_upper": (values + width * errors)[keep],
    })  # fmt: skip


def _resampled(frame: pd.DataFrame, solution: Solution, boot: Bootstrap | Replicates) -> None:
    """Put errors and limits of replications in the place of those of the information."""
    limits = boot.intervals()
    place = {name: i for i, name in enumerate(boot.names)}
    q = solution.theta.size
    for i, at_row in enumerate(shown_rows(solution.table)):
        row = solution.table.rows[at_row]
        at = place[row.lhs] if row.op == ":=" else row.free - 1
        if not 0 <= at < q + len(solution.table.definitions):
            continue
        se = float(limits["se"].iloc[at])
        z = number_at(frame, i, "est") / se if se > 1e-12 else math.nan
        frame.loc[i, ["se", "z", "p"]] = [se, z, 2 * float(ndtr(-abs(z)))]
        frame.loc[i, ["ci_lower", "ci_upper"]] = limits.loc[at, ["ci_lower", "ci_upper"]]
