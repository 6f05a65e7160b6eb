"""A sample from given moments: covariances, numbers of cases, means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from collective_use.accepted import Covariances, Given, Means
from collective_use.checks import column_in, quoted
from collective_use.errors import InputError
from collective_use.numerics.moments import GroupMoments, inverse_and_log_det
from collective_use.sem.data.checks import check_covariances, check_moments
from collective_use.sem.data.covariance import both_halves
from collective_use.sem.data.data import GroupData, SampleData
from collective_use.sem.options import Options


def data_from_moments(
    cov: Covariances,
    n: float | Sequence[float] | None,
    means: Means,
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
        S = both_halves(matrix).loc[list(variables), list(variables)].to_numpy(dtype=float)
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


def _by_group(values: Given, names: Sequence[str], what: str) -> list[Given]:
    if len(names) == 1 and not isinstance(values, (list, tuple)):
        return [values]
    if isinstance(values, Mapping) and set(values) == set(names):
        return [values[name] for name in names]
    if isinstance(values, (list, tuple)) and len(values) == len(names):
        return list(values)
    raise InputError(f"{what} must be given for every group: {quoted(names)}")
