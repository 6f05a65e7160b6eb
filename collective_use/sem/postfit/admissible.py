"""Whether the covariance matrices of a solution are possible ones.

A covariance matrix has no negative eigenvalue. Pairs of correlations below 1 do not make a matrix
possible: .9, .9 and .1 cannot hold together. So the eigenvalues of every matrix that a model
estimates are looked at: of latent variables, of residuals of observed variables, of disturbances
of latent variables; in every group, at every level, for every kind of data.

References
----------
Bollen (1989), Structural equations with latent variables, pp. 282-288 (improper solutions);
Dillon, Kumar & Mulani (1987), Psychological Bulletin 101:126.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from collective_use.checks import quoted
from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.sem.model import fill
from collective_use.sem.engines.core import Solution
from collective_use.sem.inference import states_of
from collective_use.sem.options import LEVELS
from collective_use.sem.table.compiled import variables_of
from collective_use.sem.table.partable import BlockNames, Parameter

BELOW_ZERO = 1e-8
"""An eigenvalue of a correlation matrix below minus this is negative, not rounding error."""

_SHARE = 0.1
"""Variables with a smaller weight in the negative eigenvector are not named."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """One covariance matrix of a solution.

    Attributes
    ----------
    kind
        ``"latent"``, ``"residual"``, ``"disturbance"``, ``"covariate"`` or ``"joint"`` (residuals
        with disturbances).
    block
        The block it belongs to.
    names
        Its variables.
    values
        The covariances, (k, k).
    scale
        Total variances of the variables, the unit of a variance that is zero, (k,).
    """

    kind: str
    block: BlockNames
    names: tuple[str, ...]
    values: Floats
    scale: Floats


def negative_direction(S: Floats, scale: Floats) -> tuple[float, Floats] | None:
    """Return smallest eigenvalue and eigenvector of the correlations; None when it is not negative.

    Parameters
    ----------
    S
        Covariances (k, k), no variance negative.
    scale
        Units of variances that are zero (k,).

    Examples
    --------
    >>> R = np.array([[1, 0.9, 0.9], [0.9, 1, 0.1], [0.9, 0.1, 1]])
    >>> round(negative_direction(R, np.ones(3))[0], 3)
    -0.224
    >>> negative_direction(np.eye(2), np.ones(2)) is None
    True
    """
    own = np.diag(S)
    unit = np.where(own > 1e-10 * scale, own, np.where(scale > 0, scale, 1.0))
    values, vectors = np.linalg.eigh(S / np.sqrt(np.outer(unit, unit)))
    if values.size == 0 or values[0] >= -BELOW_ZERO:
        return None
    return float(values[0]), vectors[:, 0]


def place_of(solution: Solution, group: int, level: int) -> str:
    """Return where a block stands in words, empty when there is one only."""
    parts = []
    if solution.table.n_groups > 1:
        parts.append(f"group {solution.data.groups[group - 1].name!r}")
    if solution.table.n_levels > 1:
        parts.append(f"level {level}, {LEVELS[level - 1]}")
    return ", ".join(parts)


def improper_matrices(solution: Solution) -> list[str]:
    """Say which matrices of a solution are impossible: matrix, place, size, parameters."""
    return [text for matrices in _by_block(solution) for text in _improper(solution, matrices)]


def _improper(solution: Solution, matrices: Sequence[Matrix]) -> list[str]:
    found: list[str] = []
    for matrix in matrices:
        if matrix.kind == "joint" and found:
            break  # made of the others
        found += filter(None, [_sentence(solution, matrix)])
    return found


def _by_block(solution: Solution) -> Iterator[list[Matrix]]:
    for names, block, state in zip(
        solution.table.blocks, solution.model.blocks, states_of(solution), strict=True
    ):
        S, total = fill(block, solution.theta)[1], np.abs(np.diag(state.C))
        variables, latent = variables_of(names), np.arange(block.p, block.t)
        covariate = np.array([name in names.covariates for name in names.observed], dtype=bool)
        own, given = np.flatnonzero(~covariate), np.flatnonzero(covariate)
        # Covariances of auxiliary variables with residuals are a device, their own are free.
        beside = [i for i, name in enumerate(names.observed) if name in names.auxiliary]
        own, every = np.setdiff1d(own, beside), np.setdiff1d(np.arange(block.t), beside)
        same = np.array_equal(S[np.ix_(latent, latent)], state.C[np.ix_(latent, latent)])
        chosen: list[tuple[str, Floats, Ints]] = [("latent", state.C, latent)]
        chosen += [] if same else [("disturbance", S, latent)]
        chosen += [("residual", S, own), ("covariate", S, given), ("joint", S, every)]
        yield [
            Matrix(kind, names, tuple(variables[i] for i in keep), M[np.ix_(keep, keep)],
                   total[keep])
            for kind, M, at in chosen
            if (keep := at[np.diag(M)[at] >= -1e-9 * total[at]]).size
        ]  # fmt: skip


def _sentence(solution: Solution, matrix: Matrix) -> str:
    found = negative_direction(matrix.values, matrix.scale)
    if found is None:
        return ""
    smallest, vector = found
    involved = [n for n, v in zip(matrix.names, vector, strict=True) if abs(v) > _SHARE]
    kind = "joint residual and disturbance" if matrix.kind == "joint" else matrix.kind
    where = place_of(solution, matrix.block.group, matrix.block.level)
    pairs = _beyond_one(matrix)
    reason = f"; {', '.join(pairs)}" if pairs else ""
    return (
        f"the {kind} covariance matrix{f' ({where})' if where else ''} is not a possible one "
        f"(smallest eigenvalue of its correlations {smallest:.3g}): "
        f"{quoted(_parameters(solution, matrix, involved) or involved)}{reason}"
    )


def _parameters(solution: Solution, matrix: Matrix, involved: Sequence[str]) -> list[str]:
    """Return the parameters among the variables involved, labels left out."""

    def among(row: Parameter) -> bool:
        at = (row.group, row.level) == (matrix.block.group, matrix.block.level)
        return at and row.lhs != row.rhs and row.lhs in involved and row.rhs in involved

    return [
        f"{row.lhs}{row.op}{row.rhs}"
        for row in solution.table.rows
        if row.op in ("~~", "~", "=~") and (row.free or row.start) and among(row)
    ]


def _beyond_one(matrix: Matrix) -> list[str]:
    """Return the pairs whose correlation alone is impossible."""
    what = {"latent": "correlation", "covariate": "correlation"}.get(
        matrix.kind, "residual correlation"
    )
    own = np.diag(matrix.values)
    out = []
    for i, j in zip(*np.tril_indices(len(own), -1), strict=True):
        if min(own[i], own[j]) <= 1e-10 * max(matrix.scale[i], matrix.scale[j]):
            continue
        r = matrix.values[i, j] / np.sqrt(own[i] * own[j])
        if abs(r) > 1 + BELOW_ZERO:
            out.append(
                f"the {what} of {matrix.names[j]} and {matrix.names[i]} is {r:.3f}, beyond 1"
            )
    return out
