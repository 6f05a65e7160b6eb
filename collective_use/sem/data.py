"""From a data frame or moments to the arrays that estimation reads, with checks before."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from collective_use.checks import column_in, quoted
from collective_use.errors import DataWarning, EstimationError, InputError
from collective_use.numerics.moments import (
    Floats,
    GroupMoments,
    Ints,
    Pattern,
    group_moments,
    inverse_and_log_det,
    patterns_of,
)
from collective_use.record import Record
from collective_use.sem.options import Options

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class GroupData:
    """One group's cases and moments.

    Attributes
    ----------
    name
        Value of the grouping column, or empty.
    Y
        Cases by variables (n, p), NaN where missing; None when only moments were given.
    moments
        Means and covariances (of the complete cases; pairwise start values with FIML).
    rows
        Row numbers in the data, from 0.
    weights
        Case weights, scaled to add up to the number of cases over all groups, or None.
    clusters
        Cluster codes by case, one array per cluster name.
    patterns
        Missing patterns (FIML only).
    """

    name: str
    Y: Floats | None
    moments: GroupMoments
    rows: Ints
    weights: Floats | None = None
    clusters: tuple[Ints, ...] = ()
    patterns: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleData:
    """All groups.

    Attributes
    ----------
    variables
        Observed variables in the order of the moments.
    groups
        In order of first appearance.
    n
        Number of cases used, or sum of weights.
    n_rows
        Rows in the data before any were left out.
    record
        What was left out and why.
    """

    variables: tuple[str, ...]
    groups: tuple[GroupData, ...]
    n: float
    n_rows: int
    record: Record = field(default_factory=Record)

    @property
    def shares(self) -> Floats:
        """n_g / N."""
        return np.array([g.moments.n for g in self.groups]) / self.n


def group_names(data: Any, groups: str | None) -> tuple[str, ...]:
    """Return the groups of a data frame in order of first appearance."""
    if groups is None:
        return ("",)
    column_in("groups", groups, list(data.columns), where="the data")
    values = data[groups].dropna().unique()
    if len(values) == 0:
        raise InputError(f"groups must be a column with values, got {groups!r}, all missing")
    return tuple(str(value) for value in values)


def _column(data: Any, name: str) -> Floats:
    column_in("model variable", name, list(data.columns), where="the data")
    column = data[name]
    if getattr(column, "ndim", 1) != 1:
        raise InputError(f"the data have more than one column called {name!r}")
    values = column.to_numpy() if hasattr(column, "to_numpy") else np.asarray(column)
    if values.dtype.kind in "fiub":
        return values.astype(np.float64)
    words = [v for v in values if isinstance(v, str)]
    try:
        if not words:
            return np.asarray(column.astype("float64").to_numpy(), dtype=np.float64)
    except (TypeError, ValueError):
        pass
    bad = words[0] if words else values[0] if len(values) else ""
    raise InputError(
        f"{name} must be a column of numbers, got text such as {str(bad)!r} (dtype {column.dtype})"
    )


def read_data(
    data: pd.DataFrame,
    variables: Sequence[str],
    exogenous: Sequence[str],
    options: Options,
    *,
    groups: str | None = None,
    cluster: Sequence[str] = (),
    weights: str | None = None,
) -> SampleData:
    """Take the model's variables out of a data frame and check them.

    Parameters
    ----------
    data
        One row per case.
    variables, exogenous
        Observed variables of the model; those whose moments are fixed.
    options
        Resolved options.
    groups, weights
        Column names or None.
    cluster
        None, one or two column names.

    Raises
    ------
    InputError
        Naming the column that is missing, text, infinite, constant or empty.
    EstimationError
        When a covariance matrix cannot be used.
    """
    Y = np.column_stack([_column(data, name) for name in variables])
    _check_values(Y, variables)
    record = Record()
    keep = np.ones(Y.shape[0], dtype=bool)
    codes, names = _codes(data, groups)
    if groups is not None and (codes < 0).any():
        record = record.note("sem", "left out", f"No value in {groups}.",
                             count=int((codes < 0).sum()), of="rows")  # fmt: skip
        keep &= codes >= 0
    weight = _weights(data, weights)
    cluster_codes = [_codes(data, name)[0] for name in cluster]
    for name, code in zip(cluster, cluster_codes, strict=True):
        if (code < 0).any():
            raise InputError(f"cluster column {name!r} has missing values")
    keep, record = _drop_missing(Y, keep, variables, exogenous, options, record)
    if not keep.any():
        raise InputError(f"no complete case is left for {quoted(variables)}")
    if weight is not None:
        weight = weight * (keep.sum() / weight[keep].sum())
    built = []
    for i, name in enumerate(names):
        rows = np.flatnonzero(keep & (codes == i)) if groups is not None else np.flatnonzero(keep)
        built.append(_group(Y, rows, name, variables, options, weight, cluster_codes))
    result = SampleData(
        tuple(variables), tuple(built), float(sum(g.moments.n for g in built)), len(Y), record
    )
    _warn_scales(result)
    return result


def _codes(data: Any, column: str | None) -> tuple[Ints, tuple[str, ...]]:
    if column is None:
        return np.zeros(len(data), dtype=np.intp), ("",)
    import pandas as pd

    column_in("grouping column", column, list(data.columns), where="the data")
    codes, values = pd.factorize(data[column])
    return np.asarray(codes, dtype=np.intp), tuple(str(value) for value in values)


def _weights(data: Any, column: str | None) -> Floats | None:
    if column is None:
        return None
    values = _column(data, column)
    if np.isnan(values).any() or (values < 0).any() or not np.isfinite(values).all():
        raise InputError(f"weights column {column!r} must hold finite numbers of at least 0")
    return values


def _check_values(Y: Floats, variables: Sequence[str]) -> None:
    total = Y.sum(axis=0)
    if np.isfinite(total).all():
        return
    for j, name in enumerate(variables):
        bad = np.flatnonzero(np.isinf(Y[:, j]))
        if bad.size:
            raise InputError(f"{name} holds an infinite value in row {bad[0] + 1}")
        if np.isnan(Y[:, j]).all():
            raise InputError(f"{name} has no values: every entry is missing")


def _drop_missing(
    Y: Floats,
    keep: np.ndarray[Any, Any],
    variables: Sequence[str],
    exogenous: Sequence[str],
    options: Options,
    record: Record,
) -> tuple[np.ndarray[Any, Any], Record]:
    gaps = np.isnan(Y)
    if not gaps.any():
        return keep, record
    if options.missing == "listwise":
        lost = gaps.any(axis=1)
        text = "A value of a model variable is missing (listwise)."
    else:
        fixed = [j for j, name in enumerate(variables) if name in set(exogenous)]
        lost = gaps.all(axis=1) | gaps[:, fixed].any(axis=1)
        text = "No value, or a covariate without value (its moments are fixed)."
    count = int((lost & keep).sum())
    if count:
        rows = [int(row) + 1 for row in np.flatnonzero(lost & keep)]
        record = record.note("sem", "left out", text, count=count, of="rows", what=rows)
    return keep & ~lost, record


def _group(
    Y: Floats,
    rows: Ints,
    name: str,
    variables: Sequence[str],
    options: Options,
    weight: Floats | None,
    cluster_codes: Sequence[Ints],
) -> GroupData:
    part = Y if rows.size == Y.shape[0] else Y[rows]
    w = None if weight is None else weight[rows]
    where = f" in group {name!r}" if name else ""
    if rows.size < 2:
        raise EstimationError(f"a model needs at least two cases{where}, got {rows.size}")
    patterns: tuple[Pattern, ...] = ()
    if options.missing == "fiml":
        patterns = patterns_of(part, w)
        moments = _available_moments(part, w)
    else:
        moments = group_moments(part, w, unbiased=options.unbiased)
    check_moments(moments, variables, where, complete=options.missing != "fiml")
    clusters = tuple(np.unique(code[rows], return_inverse=True)[1] for code in cluster_codes)
    return GroupData(name, part, moments, rows, w, clusters, patterns)


def _available_moments(Y: Floats, weights: Floats | None) -> GroupMoments:
    """Means and variances of what is there; covariances shrunk until positive definite."""
    seen = ~np.isnan(Y)
    w = np.ones(Y.shape[0]) if weights is None else weights
    count = w @ seen
    count[count == 0] = 1.0
    filled = np.where(seen, Y, 0.0)
    mean = w @ filled / count
    centred = np.where(seen, Y - mean, 0.0)
    pairs = (seen * w[:, None]).T @ seen.astype(float)
    cov = (centred * w[:, None]).T @ centred / np.maximum(pairs, 1e-300)
    cov = np.where(pairs > 0, cov, 0.0)
    diagonal = np.diag(np.diag(cov))
    for share in (1.0, 0.9, 0.5, 0.0):
        mixed = share * cov + (1 - share) * diagonal
        parts = inverse_and_log_det(mixed)
        if parts is not None:
            return GroupMoments(float(w.sum()), mean, mixed, parts[1])
    return GroupMoments(float(w.sum()), mean, cov, -np.inf)


def check_moments(
    moments: GroupMoments, variables: Sequence[str], where: str, *, complete: bool = True
) -> None:
    """Raise when a covariance matrix cannot be used, naming the variables at fault.

    Raises
    ------
    EstimationError
        For a constant variable, or variables that are linear combinations of each other.
    """
    variance = np.diag(moments.cov)
    scale = np.maximum(moments.mean**2, 1e-300)
    constant = [
        name for name, v, s in zip(variables, variance, scale, strict=True)
        if not v > 1e-14 * min(s, 1.0)
    ]  # fmt: skip
    if constant:
        raise EstimationError(f"constant{where}: {quoted(constant)} has no variance")
    if np.isfinite(moments.log_det) and _well_conditioned(moments.cov):
        return
    if not complete and np.isfinite(moments.log_det):
        return
    d = np.sqrt(variance)
    values, vectors = np.linalg.eigh(moments.cov / np.outer(d, d))
    involved = [
        name for name, v in zip(variables, vectors[:, 0], strict=True) if abs(v) > 0.1
    ]  # fmt: skip
    p = len(variables)
    if moments.n <= p:
        raise EstimationError(
            f"too few cases{where}: {moments.n:g} cases cannot give a covariance matrix of "
            f"{p} variables that is positive definite"
        )
    raise EstimationError(
        f"the covariance matrix{where} is not positive definite (smallest eigenvalue of the "
        f"correlations {values[0]:.1e}): {quoted(involved)} determine each other"
    )


def _well_conditioned(cov: Floats) -> bool:
    d = np.sqrt(np.diag(cov))
    return bool(np.linalg.eigvalsh(cov / np.outer(d, d))[0] > 1e-12)


def _warn_scales(data: SampleData) -> None:
    for group in data.groups:
        _warn_collinear(group, data.variables)
        variance = np.diag(group.moments.cov)
        ratio = variance.max() / variance.min()
        if ratio > 1e6:
            big = data.variables[int(variance.argmax())]
            small = data.variables[int(variance.argmin())]
            warnings.warn(
                f"variances differ by a factor of {ratio:.0e} ({big} against {small}): "
                "rescale the variables, estimates may lose digits",
                DataWarning,
                stacklevel=5,
            )
            return


def _warn_collinear(group: GroupData, variables: Sequence[str]) -> None:
    d = np.sqrt(np.diag(group.moments.cov))
    values, vectors = np.linalg.eigh(group.moments.cov / np.outer(d, d))
    if values[0] < 1e-7:
        involved = [v for v, x in zip(variables, vectors[:, 0], strict=True) if abs(x) > 0.1]
        warnings.warn(
            f"{quoted(involved)} all but determine each other (smallest eigenvalue of the "
            f"correlations {values[0]:.0e}): estimates may not be found or lose digits",
            DataWarning,
            stacklevel=6,
        )


def data_from_moments(
    cov: Any,
    n: float | Sequence[float] | None,
    means: Any,
    variables: Sequence[str],
    options: Options,
    names: Sequence[str],
) -> SampleData:
    """Build the sample from given moments (covariances with divisor n - 1, as printed by R).

    Parameters
    ----------
    cov
        A data frame with variable names on both sides, or a mapping/sequence of them by group.
    n
        Number of cases (by group).
    means
        Means by name, or None (by group).
    variables, options, names
        Variables of the model, resolved options, group names.

    Raises
    ------
    InputError
        When n is missing or a variable is not in the matrix.
    """
    covs = _by_group(cov, names, "cov")
    sizes = [n] * len(names) if isinstance(n, (int, float)) and len(names) == 1 else n
    if sizes is None or isinstance(sizes, (int, float)) or len(sizes) != len(names):
        raise InputError(f"n must give the number of cases of {len(names)} group(s), got {n!r}")
    averages = [None] * len(names) if means is None else _by_group(means, names, "means")
    groups = []
    for name, matrix, size, average in zip(names, covs, sizes, averages, strict=True):
        if not hasattr(matrix, "loc"):
            raise InputError("cov must be a data frame with variable names on both sides")
        for variable in variables:
            column_in("model variable", variable, list(matrix.columns), where="cov")
        S = matrix.loc[list(variables), list(variables)].to_numpy(dtype=float)
        if not np.allclose(S, S.T, rtol=1e-8, atol=1e-12):
            raise InputError("cov must be symmetric")
        if not options.unbiased:
            S = S * ((size - 1) / size)
        m = np.zeros(len(variables))
        if average is not None:
            m = np.array([float(average[v]) for v in variables])
        parts = inverse_and_log_det(S)
        found = GroupMoments(float(size), m, S, parts[1] if parts else -np.inf)
        check_moments(found, variables, f" in group {name!r}" if name else "")
        groups.append(GroupData(name, None, found, np.zeros(0, dtype=np.intp)))
    total = float(sum(sizes))
    return SampleData(tuple(variables), tuple(groups), total, int(total))


def _by_group(values: Any, names: Sequence[str], what: str) -> list[Any]:
    if len(names) == 1 and not isinstance(values, (list, tuple)):
        return [values]
    if isinstance(values, Mapping) and set(values) == set(names):
        return [values[name] for name in names]
    if isinstance(values, (list, tuple)) and len(values) == len(names):
        return list(values)
    raise InputError(f"{what} must be given for every group: {quoted(names)}")
