"""From measured indicators to moments of latent variables, and the structure between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from collective_use.checks import quoted
from collective_use.errors import EstimationError
from collective_use.numerics.moments import (
    Floats,
    GroupMoments,
    Ints,
    inverse_and_log_det,
)
from collective_use.numerics.sem.model import Block, moments
from collective_use.numerics.structure.mapping import latent_covariance, mapping_matrix
from collective_use.sem.data.data import GroupData, SampleData
from collective_use.sem.engines.core import Solution, fit_table
from collective_use.sem.options import Options
from collective_use.sem.table.compiled import compile_model, variables_of
from collective_use.sem.table.partable import ParameterTable
from collective_use.structure.sam.first import FirstStep
from collective_use.structure.sam.parts import (
    Parts,
)


@dataclass(frozen=True, slots=True)
class Latent:
    """Latent moments of one level.

    Attributes
    ----------
    names
        Variables of the structure, latent first.
    M
        Mapping matrix, observed in the order of the whole table.
    covariance
        Of the variables of the structure.
    reliability
        Share of the variance of mapped scores that is not error; 1 for observed variables.
    share
        How much of the error was taken off (Fuller's correction leaves less than 1).
    """

    names: tuple[str, ...]
    M: Floats
    covariance: Floats
    reliability: Floats
    share: float


def latent_moments(first: FirstStep, sample: GroupMoments, level: int, mapping: str) -> Latent:
    """Map sample moments of one level to moments of what the structure relates."""
    where = level_of(first.parts, level)
    loadings, errors = measured_by(where, first.values, first.parts, level)
    block = first.parts.table.block(1, level)
    names = first.parts.levels[level - 1]
    M = whole_mapping(loadings, errors, sample.cov, block.observed, names.plain, mapping)
    covariance, share = latent_covariance(M, sample.cov, errors, sample.n)
    total = np.diag(M @ sample.cov @ M.T)
    return Latent(names.structural, M, covariance, np.diag(covariance) / total, share)


def whole_mapping(
    loadings: Floats, errors: Floats, cov: Floats, observed: Sequence[str],
    plain: Sequence[str], mapping: str,
) -> Floats:  # fmt: skip
    """Return M of latent and plain observed variables: plain ones are themselves."""
    at = np.array([observed.index(name) for name in plain], dtype=np.intp)
    rest = np.setdiff1d(np.arange(len(observed)), at)
    m = loadings.shape[1]
    M = np.zeros((m + len(plain), len(observed)), dtype=loadings.dtype)
    if m:
        use = np.arange(len(observed)) if mapping == "GLS" else rest
        if mapping == "GLS":
            whole = np.zeros((len(observed), m + len(plain)), dtype=loadings.dtype)
            whole[:, :m] = loadings
            whole[at, m + np.arange(len(plain))] = 1.0
            M[:m] = mapping_matrix(whole, errors, cov, mapping)[:m]
        else:
            square = np.ix_(use, use)
            M[:m][:, use] = mapping_matrix(loadings[use], errors[square], cov[square], mapping)
    M[m + np.arange(len(plain)), at] = 1.0
    return M


def level_of(parts: Parts, level: int) -> tuple[Block, tuple[str, ...], ParameterTable]:
    """Return the measurement of one level as a block of matrices whose free cells are its rows."""
    table = parts.table
    block = table.block(1, level)
    rest = [i for i, row in enumerate(table.rows) if row.level == level]
    rest = [i for i in rest if i not in set(parts.structure) and table.rows[i].op != "~1"]
    rows = [table.rows[i]._replace(level=1, free=k + 1, label="") for k, i in enumerate(rest)]
    own = replace(block, level=1, exogenous=())
    measured = ParameterTable(tuple(rows), (own,))
    return compile_model(measured).blocks[0], variables_of(own), measured


def measured_by(
    where: tuple[Block, tuple[str, ...], ParameterTable], values: dict[int, float], parts: Parts,
    level: int = 1, theta: Floats | None = None,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return Lambda and Theta of the latent variables of the structure.

    Latent variables that only indicate others are worked into both.
    """
    block, variables, _ = where
    theta = measurement_values(values, parts, level) if theta is None else theta
    state = moments(block, theta)
    targets = [variables.index(name) for name in parts.levels[level - 1].targets]
    return state.V[: block.p, targets], state.Sigma


def measurement_values(values: dict[int, float], parts: Parts, level: int = 1) -> Floats:
    """Return the values of the rows that `level_of` numbers, in their order."""
    return np.array([values[i] for i in measurement_rows(parts, level)])


def measurement_rows(parts: Parts, level: int = 1) -> list[int]:
    """Return the places of the measurement rows of a level, intercepts left out."""
    chosen = set(parts.structure)
    return [
        i
        for i, row in enumerate(parts.table.rows)
        if row.level == level and i not in chosen and row.op != "~1"
    ]


def structural_fit(table: ParameterTable, latent: Latent, n: float) -> Solution:
    parts = inverse_and_log_det(latent.covariance)
    if parts is None:
        raise EstimationError(
            "the covariance matrix of the latent variables is not positive definite: some of "
            f"{quoted(latent.names)} are one and the same, or measured by error alone"
        )
    moments_of = GroupMoments(n, np.zeros(len(latent.names)), latent.covariance, parts[1])
    none: Ints = np.zeros(0, dtype=np.intp)
    data = SampleData(latent.names, (GroupData("", None, moments_of, none),), n, int(n))
    solution = fit_table(table, data, Options())
    if not solution.optimum.converged:
        raise EstimationError(f"the structure did not converge ({solution.optimum.message})")
    return solution
