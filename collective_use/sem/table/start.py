"""Where estimation starts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from collective_use.numerics.moments import Floats, GroupMoments
from collective_use.sem.table.blocks import block_starts
from collective_use.sem.table.partable import BlockNames, Parameter, ParameterTable
from collective_use.sem.table.paths import path_starts

Place: TypeAlias = tuple[str, str, str, int]
"""Operator, left side, right side and group of a parameter."""

_NEAR: ContextVar[Mapping[Place, float]] = ContextVar("near", default=MappingProxyType({}))


@contextmanager
def starting_near(values: Mapping[Place, float]) -> Iterator[None]:
    """Let searches of one level start from the estimates of a model that is much alike.

    Parameters
    ----------
    values
        Estimates by place; parameters that are not named start as usual, and so does every
        further search.
    """
    token = _NEAR.set(values)
    try:
        yield
    finally:
        _NEAR.reset(token)


def with_sample_moments(table: ParameterTable, groups: Sequence[GroupMoments]) -> ParameterTable:
    """Fill in the fixed moments of exogenous covariates from the sample."""
    if not any(row.exogenous for row in table.rows):
        return table
    rows = []
    places = {
        (b.group, b.level): {name: i for i, name in enumerate(b.observed)} for b in table.blocks
    }
    for row in table.rows:
        if row.exogenous and math.isnan(row.start):
            place = places[row.group, row.level]
            g = groups[row.group - 1]
            i = place[row.lhs]
            value = g.mean[i] if row.op == "~1" else g.cov[i, place[row.rhs]]
            row = row._replace(start=float(value))
        rows.append(row)
    return ParameterTable(tuple(rows), table.blocks, table.meanstructure, table.parameterization)


def start_values(table: ParameterTable, groups: Sequence[GroupMoments], attempt: int = 0) -> Floats:
    """Return the vector of free parameters to start from.

    Loadings start from ratios of covariances (Hägglund 1982, Psychometrika 47:209, by one pair
    of reference variables), effects among observed variables and composites from regressions,
    residual variances at half the sample's.

    Parameters
    ----------
    table
        The parameter table.
    groups
        Sample moments by group.
    attempt
        0 for these; 1 with small latent variances, 2 from plain and 3 from scattered values.
    """
    theta = np.full(table.n_free, math.nan)
    near = _NEAR.get() if attempt == 0 else {}
    known = _loadings(table, groups) if attempt < 2 and not near else {}
    known |= path_starts(table, groups) if attempt == 0 else {}
    known |= block_starts(table, groups) if any(b.sets for b in table.blocks) else {}
    share = 0.3 if attempt == 0 else 0.02
    for i, row in enumerate(table.rows):
        if not row.free or not math.isnan(theta[row.free - 1]):
            continue
        if not math.isnan(row.start) and attempt == 0:
            value = row.start
        elif (row.op, row.lhs, row.rhs, row.group) in near:
            value = near[row.op, row.lhs, row.rhs, row.group]
        else:
            block = table.block(row.group, row.level)
            value = known.get(i, _plain(row, block, groups[row.group - 1], table, share))
        theta[row.free - 1] = min(max(value, row.lower), row.upper)
    if attempt >= 3:
        generator = np.random.default_rng(attempt)
        theta = theta * (1 + 0.3 * generator.standard_normal(theta.size))
    return theta


def _plain(
    row: Parameter, block: BlockNames, g: GroupMoments, table: ParameterTable, share: float
) -> float:
    latent = row.lhs in block.latent
    place = {name: i for i, name in enumerate(block.observed)}
    if row.op == "=~":
        return 1.0
    if row.op == "~~" and row.lhs == row.rhs:
        return (
            _latent_variance(row, block, g, table, share)
            if latent
            else 0.5 * g.cov[(place[row.lhs],) * 2]
        )
    if row.op == "~1" and not latent:
        return float(g.mean[place[row.lhs]])
    if row.op == "~*~":
        return 1.0
    return 0.0


def _latent_variance(
    row: Parameter, block: BlockNames, g: GroupMoments, table: ParameterTable, share: float
) -> float:
    """A fraction of the variance of the marker, so that scales of any size work."""
    place = {name: i for i, name in enumerate(block.observed)}
    for other in table.rows:
        marker = other.op == "=~" and other.lhs == row.lhs and other.group == row.group
        if marker and not other.free and other.rhs in place and other.start:
            return share * float(g.cov[(place[other.rhs],) * 2]) / other.start**2
    return 0.5


def _loadings(table: ParameterTable, groups: Sequence[GroupMoments]) -> dict[int, float]:
    found: dict[int, float] = {}
    by_factor: dict[tuple[int, int, str], list[int]] = {}
    for i, row in enumerate(table.rows):
        if row.op == "=~":
            by_factor.setdefault((row.group, row.level, row.lhs), []).append(i)
    for (group, level, factor), rows in by_factor.items():
        block = table.block(group, level)
        place = {name: k for k, name in enumerate(block.observed)}
        if any(table.rows[i].rhs not in place for i in rows):
            continue
        columns = [place[table.rows[i].rhs] for i in rows]
        S = groups[group - 1].cov[np.ix_(columns, columns)]
        unit = _fixed_variance(table, group, level, factor)
        ratios = _one_factor(S, unit)
        marker = table.rows[rows[0]]
        scale = marker.start if not marker.free and marker.start and not unit else 1.0
        for i, ratio in zip(rows, ratios, strict=True):
            found[i] = float(ratio * scale)
    return found


def _fixed_variance(table: ParameterTable, group: int, level: int, factor: str) -> bool:
    return any(
        r.op == "~~" and r.lhs == r.rhs == factor and not r.free and r.start == 1.0
        for r in table.rows
        if r.group == group and r.level == level
    )


def _one_factor(S: Floats, unit: bool) -> Floats:
    """Loadings of one factor relative to the first; with unit variance, on their own scale."""
    k = S.shape[0]
    sd = np.sqrt(np.diag(S))
    if k < 3:
        return sd * 0.7 if unit else sd / sd[0]
    out = np.ones(k)
    others = np.arange(1, k)
    for i in others:
        rest = others[others != i]
        top, bottom = float(S[i, rest] @ S[0, rest]), float(S[0, rest] @ S[0, rest])
        out[i] = top / bottom if bottom > 0 else math.nan
    bad = ~np.isfinite(out) | (np.abs(out) > 20 * sd / sd[0])
    out[bad] = (sd / sd[0])[bad]
    if unit:
        pairs = np.triu_indices(k, 1)
        cross = np.outer(out, out)[pairs]
        variance = float(S[pairs] @ cross / (cross @ cross))
        out = out * math.sqrt(variance) if variance > 0 else 0.7 * sd
    return out
