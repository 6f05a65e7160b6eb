"""Checks of the data before a fit: errors and warnings that name variable and cause."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.checks import column_in, nearest, quoted
from collective_use.errors import (
    DataWarning,
    EstimationError,
    InputError,
    warn,
)
from collective_use.numerics.moments import ALIKE, Floats, GroupMoments, Ints


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


def warn_scales(groups: Sequence[GroupMoments], variables: Sequence[str]) -> None:
    for moments in groups:
        _warn_collinear(moments, variables)
        variance = np.diag(moments.cov)
        ratio = variance.max() / variance.min()
        if ratio > 1e6:
            big = variables[int(variance.argmax())]
            small = variables[int(variance.argmin())]
            warn(
                f"variances differ by a factor of {ratio:.0e} ({big} against {small}): "
                "rescale the variables, estimates may lose digits",
                DataWarning,
            )
            return


def alike(moments: GroupMoments, variables: Sequence[str]) -> tuple[list[str], float]:
    """Return variables that all but determine each other, and the smallest eigenvalue.

    No names where there are none.
    """
    d = np.sqrt(np.diag(moments.cov))
    values, vectors = np.linalg.eigh(moments.cov / np.outer(d, d))
    weights = np.abs(vectors[:, 0]).tolist()
    near = values[0] < ALIKE
    return [v for v, x in zip(variables, weights, strict=True) if near and x > 0.1], values[0]


def _warn_collinear(moments: GroupMoments, variables: Sequence[str]) -> None:
    involved, value = alike(moments, variables)
    if involved:
        warn(
            f"{quoted(involved)} all but determine each other (smallest eigenvalue of the "
            f"correlations {value:.0e}): estimates may not be found or lose digits",
            DataWarning,
        )


def check_weighted(groups: Sequence[tuple[str, float]]) -> None:
    """Raise for a group, by name and sum of scaled weights, that weighs no more than one case."""
    for name, total in groups:
        if total <= 1:
            raise InputError(
                f"the weights of group {name!r} add up to {total:.2g} cases when all are scaled "
                "to the number of cases: too little to estimate from. Fit the group apart, or "
                "give weights that are scaled within groups"
            )


def check_values(Y: Floats, variables: Sequence[str]) -> None:
    total = Y.sum(axis=0)
    if np.isfinite(total).all():
        return
    for j, name in enumerate(variables):
        bad = np.flatnonzero(np.isinf(Y[:, j]))
        if bad.size:
            raise InputError(f"{name} holds an infinite value in row {bad[0] + 1}")
        if np.isnan(Y[:, j]).all():
            raise InputError(f"{name} has no values: every entry is missing")


def require_columns(
    names: Sequence[str], columns: Sequence[object], latent: Sequence[str] = ()
) -> None:
    """Raise when a model variable is no column, with what may have been meant.

    Raises
    ------
    InputError
        Naming the nearest column or, where a latent variable is nearer, that one.
    """
    known = set(columns)
    for name in names:
        if name in known:
            continue
        meant = nearest(name, latent)
        if meant is not None and nearest(name, [*map(str, columns), *latent]) == meant:
            raise InputError(
                f"the model names {name!r}, which is neither a column of the data nor a latent "
                f"variable (did you mean the latent variable {meant!r}?)"
            )
        column_in("model variable", name, columns, where="the data")


def check_clusters(name: str, codes: Ints) -> None:
    """Raise for a cluster column with gaps or with one cluster only.

    Raises
    ------
    InputError
        Naming the column and the row.
    """
    gaps = np.flatnonzero(codes < 0)
    if gaps.size:
        raise InputError(
            f"cluster column {name!r} has missing values: {gaps.size}, the first in row "
            f"{gaps[0] + 1}"
        )
    if codes.size and codes.max() == 0:
        raise InputError(
            f"cluster column {name!r} holds one cluster only: errors need at least two"
        )


def check_group_values(Y: Floats, variables: Sequence[str], where: str) -> None:
    """Raise when a variable has no value in a group.

    Raises
    ------
    InputError
        Naming variable and group.
    """
    for j, name in enumerate(variables):
        if np.isnan(Y[:, j]).all():
            raise InputError(f"{name} has no values{where}: every entry is missing")


def warn_coverage(Y: Floats, variables: Sequence[str], where: str) -> None:
    """Warn of pairs of variables that no case has both of.

    Warns
    -----
    DataWarning
        Their covariance cannot be learnt from the data, only from the model.
    """
    seen = (~np.isnan(Y)).astype(np.float64)
    pairs = np.argwhere(np.tril(seen.T @ seen == 0, -1))
    if len(pairs):
        i, j = pairs[0]
        more = f" (and {len(pairs) - 1} more such pairs)" if len(pairs) > 1 else ""
        warn(
            f"no case has a value of both {variables[j]!r} and {variables[i]!r}{more}{where}: the "
            "data do not hold their covariance, so that chi-square and fit measures mean little",
            DataWarning,
        )


def check_covariances(S: Floats, variables: Sequence[str]) -> None:
    """Raise for a given matrix with gaps or two different halves.

    Raises
    ------
    InputError
        Naming the first pair at fault.
    """
    bad = np.argwhere(~np.isfinite(S))
    if len(bad):
        i, j = bad[0]
        raise InputError(f"cov holds no number for {variables[i]!r} and {variables[j]!r}")
    unlike = np.argwhere(~np.isclose(S, S.T, rtol=1e-8, atol=1e-12))
    if len(unlike):
        i, j = unlike[0]
        raise InputError(
            f"cov must be symmetric, got {S[i, j]:g} and {S[j, i]:g} for {variables[i]!r} and "
            f"{variables[j]!r}"
        )
