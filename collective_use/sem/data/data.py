"""From a data frame or moments to the arrays that estimation reads, with checks before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from collective_use.accepted import Frame
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
from collective_use.sem.data.borrowed import fill_absent
from collective_use.sem.data.checks import (
    check_clusters,
    check_group_values,
    check_moments,
    check_values,
    check_weighted,
    warn_coverage,
    warn_scales,
)
from collective_use.sem.data.two_stage import first_stage
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
    absent
        Variables without any value in this group (FIML only).
    omega
        Asymptotic covariance of one case's moments (two-stage maximum likelihood only).
    """

    name: str
    Y: Floats | None
    moments: GroupMoments
    rows: Ints
    weights: Floats | None = None
    clusters: tuple[Ints, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    absent: tuple[str, ...] = ()
    omega: Floats | None = None


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


def group_names(data: Frame, group: str | None) -> tuple[str, ...]:
    """Return the groups of a data frame in order of first appearance."""
    if group is None:
        return ("",)
    column_in("group", group, list(data.columns), where="the data")
    codes, values = _codes(data, group)
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    single = int((counts == 1).sum())
    if single > max(1, len(counts) // 2):
        many = "" if single == len(counts) else f" of {len(counts)}"
        raise InputError(
            f"{group!r} has {single}{many} groups of one case: is it the column of groups?"
        )
    if len(values) == 0:
        raise InputError(f"group must be a column with values, got {group!r}, all missing")
    return values


def _column(data: Frame, name: str) -> Floats:
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


def _matrix(data: Frame, variables: Sequence[str]) -> Floats:
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
    auxiliary: Sequence[str] = (),
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
    auxiliary
        Columns that only the first of two stages uses.

    Raises
    ------
    InputError
        Naming the column that is missing, text, infinite, constant or empty.
    EstimationError
        When a covariance matrix cannot be used.
    """
    asked = (id(data), tuple(variables), tuple(exogenous), options, group, tuple(cluster), weights,
             tuple(auxiliary))  # fmt: skip
    known = _SHARED.get()
    if known is None:
        return _read(data, variables, exogenous, options, group, cluster, weights, auxiliary)
    if asked not in known:
        known[asked] = _read(
            data, variables, exogenous, options, group, cluster, weights, auxiliary
        )
    return known[asked]


Asked: TypeAlias = tuple[object, ...]
_SHARED: ContextVar[dict[Asked, SampleData] | None] = ContextVar("shared", default=None)


@contextmanager
def sharing_samples() -> Iterator[None]:
    """Let fits of the same variables of the same data frame read it once.

    The frame has to stay as it is inside.
    """
    token = _SHARED.set({})
    try:
        yield
    finally:
        _SHARED.reset(token)


def _read(
    data: pd.DataFrame,
    variables: Sequence[str],
    exogenous: Sequence[str],
    options: Options,
    group: str | None,
    cluster: Sequence[str],
    weights: str | None,
    auxiliary: Sequence[str],
) -> SampleData:
    Y = _matrix(data, variables)
    check_values(Y, variables)
    record = Record()
    keep = np.ones(Y.shape[0], dtype=bool)
    codes, names = _codes(data, group)
    if group is not None and (codes < 0).any():
        record = record.note("sem", "left out", f"No value in {group}.",
                             count=int((codes < 0).sum()), of="rows")  # fmt: skip
        keep &= codes >= 0
    weight = None if weights is None else read_weights(data, weights)
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
    beside = _matrix(data, auxiliary) if auxiliary else np.zeros((len(Y), 0))
    check_values(beside, auxiliary)
    for i, name in enumerate(names):
        rows = np.flatnonzero(keep & (codes == i)) if group is not None else np.flatnonzero(keep)
        one = _group(Y, rows, name, variables, exogenous, options, weight, cluster_codes)
        if options.two_stage:
            one = _by_first_stage(one, np.column_stack([Y[rows], beside[rows]]), exogenous, options,
                                  variables)  # fmt: skip
        built.append(one)
    built = _with_others_moments(built, variables)
    check_weighted([(g.name, g.moments.n) for g in built if g.weights is not None])
    result = SampleData(
        tuple(variables), tuple(built), float(sum(g.moments.n for g in built)), len(Y), record
    )
    warn_scales([g.moments for g in result.groups], result.variables)
    return result


def _by_first_stage(
    g: GroupData, Y: Floats, exogenous: Sequence[str], options: Options, variables: Sequence[str]
) -> GroupData:
    fixed = np.flatnonzero(np.isin(np.array(variables), np.array(exogenous, dtype=str)))
    start = _available_moments(Y, None, np.zeros(Y.shape[1], dtype=bool))
    robust = options.missing == "robust.two.stage"
    moments, omega = first_stage(Y, start, fixed, len(variables), robust=robust)
    return replace(g, moments=moments, omega=omega, patterns=())


def _codes(data: Frame, column: str | None) -> tuple[Ints, tuple[str, ...]]:
    if column is None:
        return np.zeros(len(data), dtype=np.intp), ("",)
    import pandas as pd

    column_in("grouping column", column, list(data.columns), where="the data")
    codes, values = pd.factorize(data[column])
    return np.asarray(codes, dtype=np.intp), tuple(str(value) for value in values)


def read_weights(data: Frame, column: str) -> Floats:
    """Return a column of weights, (N,): finite, none negative, not all 0."""
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
    keep: NDArray[np.bool_],
    variables: Sequence[str],
    exogenous: Sequence[str],
    options: Options,
    record: Record,
) -> tuple[NDArray[np.bool_], Record]:
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
    exogenous: Sequence[str],
    options: Options,
    weight: Floats | None,
    cluster_codes: Sequence[Ints],
) -> GroupData:
    part = Y if rows.size == Y.shape[0] else Y[rows]
    w = None if weight is None else weight[rows]
    where = f" in group {name!r}" if name else ""
    if rows.size < 2:
        raise EstimationError(f"a model needs at least two cases{where}, got {rows.size}")
    absent: tuple[str, ...] = ()
    if options.missing == "fiml" and name:
        empty = np.isnan(part).all(axis=0)
        absent = tuple(variables[j] for j in np.flatnonzero(empty).tolist())
    else:
        check_group_values(part, variables, where)
    patterns: tuple[Pattern, ...] = ()
    if options.missing != "listwise":
        there = [j for j, variable in enumerate(variables) if variable not in absent]
        warn_coverage(part[:, there], [variables[j] for j in there], where)
        patterns = patterns_of(part, w)
        fixed = np.isin(np.array(variables), np.array(exogenous, dtype=str))
        moments = _available_moments(part, w, fixed)
    else:
        moments = group_moments(part, w, unbiased=options.unbiased)
    if not absent:
        check_moments(moments, variables, where, complete=options.missing == "listwise")
    clusters = tuple(np.unique(code[rows], return_inverse=True)[1] for code in cluster_codes)
    return GroupData(name, part, moments, rows, w, clusters, patterns, absent)


def _with_others_moments(built: list[GroupData], variables: Sequence[str]) -> list[GroupData]:
    """Start variables that a group has no values of from the groups that have."""
    if not any(g.absent for g in built):
        return built
    places = [[variables.index(name) for name in g.absent] for g in built]
    filled = fill_absent([g.moments for g in built], places)
    for g, moments in zip(built, filled, strict=True):
        check_moments(moments, variables, f" in group {g.name!r}", complete=False)
    return [replace(g, moments=m) for g, m in zip(built, filled, strict=True)]


def _available_moments(Y: Floats, weights: Floats | None, fixed: NDArray[np.bool_]) -> GroupMoments:
    """Means and variances of what is there; covariances shrunk until positive definite.

    Moments of fixed covariates are no start values but part of the model: they are the sample's.
    """
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
    kept = np.outer(fixed, fixed) | np.eye(fixed.size, dtype=bool)
    for share in (1.0, 0.9, 0.5, 0.0):
        mixed = np.where(kept, cov, share * cov)
        parts = inverse_and_log_det(mixed)
        if parts is not None:
            return GroupMoments(float(w.sum()), mean, mixed, parts[1])
    return GroupMoments(float(w.sum()), mean, cov, -np.inf)
