"""From a data frame or moments to the arrays that estimation reads, with checks before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from collective_use.checks import column_in, quoted
from collective_use.errors import EstimationError, InputError
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
from collective_use.sem.data.checks import (
    check_clusters,
    check_covariances,
    check_group_values,
    check_moments,
    check_values,
    warn_coverage,
    warn_scales,
)
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


def group_names(data: Any, group: str | None) -> tuple[str, ...]:
    """Return the groups of a data frame in order of first appearance."""
    if group is None:
        return ("",)
    column_in("group", group, list(data.columns), where="the data")
    values = data[group].dropna().unique()
    if len(values) == 0:
        raise InputError(f"group must be a column with values, got {group!r}, all missing")
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
    what = f"text such as {str(bad)!r}" if words else f"{type(bad).__name__} such as {str(bad)!r}"
    raise InputError(f"{name} must be a column of numbers, got {what} (dtype {column.dtype})")


def _matrix(data: Any, variables: Sequence[str]) -> Floats:
    """Return the variables as numbers, in one step where all columns hold numbers."""
    known = set(data.columns)
    if len(known) == len(data.columns) and known.issuperset(variables):
        values = [data[name].to_numpy() for name in variables]
        if all(column.dtype.kind in "fiu" for column in values):
            return np.column_stack(values).astype(np.float64)
    return np.column_stack([_column(data, name) for name in variables])


def read_data(
    data: pd.DataFrame,
    variables: Sequence[str],
    exogenous: Sequence[str],
    options: Options,
    *,
    group: str | None = None,
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
    group, weights
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
    Y = _matrix(data, variables)
    check_values(Y, variables)
    record = Record()
    keep = np.ones(Y.shape[0], dtype=bool)
    codes, names = _codes(data, group)
    if group is not None and (codes < 0).any():
        record = record.note("sem", "left out", f"No value in {group}.",
                             count=int((codes < 0).sum()), of="rows")  # fmt: skip
        keep &= codes >= 0
    weight = _weights(data, weights)
    for name in cluster:
        column_in("cluster", name, list(data.columns), where="the data")
    cluster_codes = [_codes(data, name)[0] for name in cluster]
    for name, code in zip(cluster, cluster_codes, strict=True):
        check_clusters(name, code)
    keep, record = _drop_missing(Y, keep, variables, exogenous, options, record)
    if not keep.any():
        raise InputError(f"no complete case is left for {quoted(variables)}")
    if weight is not None:
        weight = weight * (keep.sum() / weight[keep].sum())
    built = []
    for i, name in enumerate(names):
        rows = np.flatnonzero(keep & (codes == i)) if group is not None else np.flatnonzero(keep)
        built.append(_group(Y, rows, name, variables, options, weight, cluster_codes))
    result = SampleData(
        tuple(variables), tuple(built), float(sum(g.moments.n for g in built)), len(Y), record
    )
    warn_scales([g.moments for g in result.groups], result.variables)
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
    column_in("weights", column, list(data.columns), where="the data")
    values = _column(data, column)
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if wrong.size:
        raise InputError(
            f"weights column {column!r} must hold finite numbers of at least 0, got "
            f"{values[wrong[0]]:g} in row {wrong[0] + 1}"
        )
    if not values.any():
        raise InputError(f"weights column {column!r} must hold a number above 0, got zeros alone")
    return values


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
    check_group_values(part, variables, where)
    patterns: tuple[Pattern, ...] = ()
    if options.missing == "fiml":
        warn_coverage(part, variables, where)
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
        each = "such as n=200" if len(names) == 1 else f"for each of the {len(names)} groups"
        raise InputError(f"n must give the number of cases, {each}, got {n!r}")
    if any(not float(size) > 1 for size in sizes):
        raise InputError(f"n must be more than 1 case, got {n!r}")
    averages = [None] * len(names) if means is None else _by_group(means, names, "means")
    groups = []
    for name, matrix, size, average in zip(names, covs, sizes, averages, strict=True):
        if not hasattr(matrix, "loc"):
            raise InputError("cov must be a data frame with variable names on both sides")
        for variable in variables:
            column_in("model variable", variable, list(matrix.columns), where="cov")
            column_in("model variable", variable, list(matrix.index), where="the rows of cov")
            if average is not None:
                column_in("model variable", variable, list(average.keys()), where="means")
        S = matrix.loc[list(variables), list(variables)].to_numpy(dtype=float)
        check_covariances(S, variables)
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
