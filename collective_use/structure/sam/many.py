"""A two-level model text as arrays, so that many samples are fitted at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from collective_use.errors import NotSupported
from collective_use.numerics.structure.many_sam import (
    LOADING,
    MEAN,
    LevelModel,
    SamModel,
    SetModel,
)
from collective_use.numerics.types import Ints
from collective_use.sem.table.build import parameter_table
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.partable import ParameterTable
from collective_use.sem.twolevel.estimate import layout_of
from collective_use.structure.sam.latent import level_of, measurement_rows
from collective_use.structure.sam.parts import Measurement, Parts, structural_table, take_apart
from collective_use.syntax.model_text import parse_model


def sam_model(text: str) -> tuple[SamModel, ParameterTable]:
    """Return a two-level model as arrays, and its table with every parameter of the joint vector.

    Parameters
    ----------
    text
        Model with two ``level:`` blocks; its structure is recursive, and only outcomes of the same
        predictors have correlated residuals, so that least squares is maximum likelihood.

    Raises
    ------
    NotSupported
        When free numbers are shared or the structure is another one.
    """
    table = parameter_table(parse_model(text), TableOptions(meanstructure=True, fixed_x=True))
    parts = take_apart(table)
    two = np.array(_second(parts), dtype=np.intp)
    joint = _with_covariates(table)
    # places are the same in both: rows keep their order
    whole = replace(parts, table=joint)
    free = [row.free for row in joint.rows if row.free]
    if len(set(free)) < len(free):
        raise NotSupported("many samples are fitted without equal parameters only")
    sets = tuple(_set(part, joint) for part in parts.measurements)
    levels = (_level(whole, 1), _level(whole, 2))
    return SamModel(compile_model(joint), sets, levels, two), joint


def _second(parts: Parts) -> list[int]:
    rows = parts.table.rows
    measured = {i for part in parts.measurements for i in part.rows}
    return sorted({r.free - 1 for i, r in enumerate(rows) if r.free and i not in measured})


def _with_covariates(table: ParameterTable) -> ParameterTable:
    """Number what covariates take from the sample after all free parameters."""
    number = table.n_free
    rows = []
    for row in table.rows:
        if row.exogenous and not row.free:
            number += 1
            row = row._replace(free=number, exogenous=False)
        rows.append(row)
    return replace(table, rows=tuple(rows))


def _set(part: Measurement, joint: ParameterTable) -> SetModel:
    own = part.table
    observed = joint.block(1, 1).observed
    names = own.block(1, 1).observed
    q = own.n_free
    lower, start = np.full(q, -np.inf), np.zeros(q)
    row_of, level = np.full(q, -1), np.zeros(q, dtype=np.intp)
    for row in own.rows:
        if not row.free:
            continue
        k = row.free - 1
        level[k] = row.level - 1
        row_of[k] = names.index(row.lhs) if row.lhs in names else -1
        if row.op == "=~":
            start[k] = LOADING
        elif row.op == "~1":
            start[k] = MEAN
        elif row.lhs == row.rhs:
            lower[k] = 0.0
        else:
            raise NotSupported("many samples are fitted with one factor and no residual covariance")
    mine, whole = [], []
    for at, place in zip(part.rows, part.places, strict=True):
        if own.rows[place].free:
            mine.append(own.rows[place].free - 1)
            whole.append(joint.rows[at].free - 1)
    return SetModel(
        np.array([observed.index(name) for name in names]), compile_model(own), lower, start,
        row_of, level, np.array(mine), np.array(whole),
    )  # fmt: skip


def _level(parts: Parts, level: int) -> LevelModel:
    table = parts.table
    block, variables, _ = level_of(parts, level)
    rows = measurement_rows(parts, level)
    names = parts.levels[level - 1]
    order = names.structural
    observed = table.block(1, level).observed
    equations, covariances = _structure(parts, level)
    layout, _, _ = layout_of(table)
    place = np.arange(layout.p) if level == 1 else layout.place
    means = [
        (place[observed.index(row.lhs)], row.free - 1)
        for row in table.rows
        if row.op == "~1" and row.free and row.level == level and row.lhs in names.plain
    ]
    return LevelModel(
        block,
        np.array([table.rows[i].free - 1 for i in rows]),
        np.array([0.0 if table.rows[i].free else table.rows[i].start for i in rows]),
        np.array([variables.index(name) for name in names.targets]),
        place,
        np.array([observed.index(name) for name in names.plain], dtype=np.intp),
        np.array(
            [(order.index(a), order.index(b), k) for a, b, k in covariances], dtype=np.intp
        ).reshape(-1, 3),
        tuple(
            (order.index(outcome), tuple(order.index(name) for name, _ in by),
             np.array([k for _, k in by]))
            for outcome, by in equations.items()
        ),
        np.array(means, dtype=np.intp).reshape(-1, 2),
    )  # fmt: skip


Paths = dict[str, list[tuple[str, int]]]


def _structure(parts: Parts, level: int) -> tuple[Paths, list[tuple[str, str, int]]]:
    own, places = structural_table(parts, level)
    equations: Paths = {}
    covariances = []
    for row, at in zip(own.rows, places, strict=False):
        whole = parts.table.rows[at]
        if not whole.free:
            raise NotSupported("many samples are fitted without fixed structural parameters")
        if row.op == "~":
            equations.setdefault(row.lhs, []).append((row.rhs, whole.free - 1))
        else:
            covariances.append((row.lhs, row.rhs, whole.free - 1))
    for a, b, _ in covariances:
        by = [{name for name, _ in equations.get(side, [])} for side in (a, b)]
        if a != b and by[0] != by[1]:
            raise NotSupported(
                f"{a} ~~ {b}: many samples are fitted with correlated residuals of outcomes that "
                "have the same predictors only"
            )
    return equations, covariances


def place_of_path(table: ParameterTable, outcome: str, predictor: str) -> int:
    """Return where a path between groups stands in the joint vector."""
    for row in table.rows:
        if row.op == "~" and row.level == 2 and (row.lhs, row.rhs) == (outcome, predictor):
            return row.free - 1
    raise NotSupported(f"{outcome} is not explained by {predictor}")


def level_one(table: ParameterTable) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the variables of level 1 and those of clusters only, in the order of d."""
    _, within, only = layout_of(table)
    return within, only


__all__ = ["Ints", "level_one", "place_of_path", "sam_model"]
