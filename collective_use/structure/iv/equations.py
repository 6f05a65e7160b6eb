"""Equations of a model among observed variables, and the instruments that the model implies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collective_use.checks import quoted
from collective_use.errors import InputError, NotSupported
from collective_use.numerics.sem.model import moments
from collective_use.numerics.types import Floats
from collective_use.sem.table.compiled import compile_model, variables_of
from collective_use.sem.table.partable import Parameter, ParameterTable

TINY = 1e-8


@dataclass(frozen=True, slots=True)
class Written:
    """One equation.

    Attributes
    ----------
    outcome, predictors
        As the model writes it.
    y, x
        The observed variables that stand for them: scaling indicators of latent ones.
    rows
        Places of the coefficients in the table.
    instruments
        Observed variables.
    plain
        Whether the predictors are their own instruments (least squares).
    """

    outcome: str
    predictors: tuple[str, ...]
    y: str
    x: tuple[str, ...]
    rows: tuple[int, ...]
    instruments: tuple[str, ...]
    plain: bool


def written_equations(table: ParameterTable) -> tuple[Written, ...]:
    """Write every equation with scaling indicators, and find its instruments.

    An observed variable is an instrument of an equation when the model makes it uncorrelated
    with the equation's error and correlated with a predictor; this is looked up at random values
    of the free parameters, where nothing vanishes by chance.

    Raises
    ------
    InputError
        When a latent variable has no scaling indicator (a loading fixed at 1), or an equation
        has fewer instruments than predictors: no data identify it.
    NotSupported
        When two equations share a coefficient.

    References
    ----------
    Bollen & Bauer (2004), Sociological Methods & Research 32:425.
    """
    _refuse(table)
    scaling = _scaling(table)
    variables = variables_of(table.blocks[0])
    effects, C = _at_random(table)
    place = {name: i for i, name in enumerate(variables)}
    found = []
    for outcome, rows in _sides(table, scaling).items():
        predictors = tuple(_predictor(table.rows[i]) for i in rows)
        y, x = scaling.get(outcome, outcome), tuple(scaling.get(p, p) for p in predictors)
        coefficients = np.array([effects[place[outcome], place[p]] for p in predictors])
        error = C[:, place[y]] - C[:, [place[name] for name in x]] @ coefficients
        relation = C[:, [place[name] for name in x]]
        observed = table.blocks[0].observed
        plain = all(abs(error[place[name]]) < TINY for name in x)
        chosen = x if plain else tuple(
            name for name in observed
            if abs(error[place[name]]) < TINY and np.abs(relation[place[name]]).max() > TINY
        )  # fmt: skip
        free = tuple(i for i in rows if table.rows[i].free)
        if not free:
            continue
        if len(chosen) < len(x):
            raise InputError(
                f"no data identify the equation of {outcome!r}: the model implies "
                f"{len(chosen)} instruments for {len(x)} predictors ({quoted(predictors)})"
            )
        found.append(Written(outcome, predictors, y, x, tuple(rows), chosen, plain))
    return tuple(found)


def _refuse(table: ParameterTable) -> None:
    if any(row.op in ("==", "<", ">") for row in table.rows):
        raise NotSupported("constraints (==, <, >) are not supported by fit_iv: use fit_sem")
    numbers = [row.free for row in table.rows if row.free and row.op in ("=~", "~")]
    shared = {
        row.label for row in table.rows
        if row.free and row.op in ("=~", "~") and numbers.count(row.free) > 1
    }  # fmt: skip
    if shared:
        raise NotSupported(
            f"coefficients held equal ({quoted(sorted(shared))}) are not supported by fit_iv: "
            "equations are estimated one by one"
        )


def _predictor(row: Parameter) -> str:
    return row.lhs if row.op == "=~" else row.rhs


def _scaling(table: ParameterTable) -> dict[str, str]:
    """Return the observed scaling indicator of every latent variable."""
    first: dict[str, str] = {}
    for row in table.rows:
        if row.op == "=~" and not row.free and row.start == 1 and row.lhs not in first:
            first[row.lhs] = row.rhs
    latent = table.blocks[0].latent
    bare = [name for name in latent if name not in first]
    if bare:
        raise InputError(
            f"{quoted(bare)} needs a scaling indicator: a loading fixed at 1 (leave std_lv off)"
        )
    out = {}
    for name in latent:
        at = first[name]
        while at in first:
            at = first[at]
        out[name] = at
    return out


def _sides(table: ParameterTable, scaling: dict[str, str]) -> dict[str, list[int]]:
    """Return rows of every equation: of indicators that scale nothing, then of regressions."""
    order: dict[str, list[int]] = {}
    for i, row in enumerate(table.rows):
        if row.op == "=~":
            order.setdefault(row.rhs, []).append(i)
    scaling_rows = {
        row.rhs for row in table.rows if row.op == "=~" and not row.free and row.start == 1
    }
    out = {
        name: rows for name, rows in order.items()
        if name not in scaling_rows or len(rows) > 1
    }  # fmt: skip
    for i, row in enumerate(table.rows):
        if row.op == "~":
            if row.lhs in scaling.values():
                raise InputError(
                    f"{row.lhs!r} scales a latent variable and is regressed too: let another "
                    "indicator scale it"
                )
            out.setdefault(row.lhs, []).append(i)
    return out


def _at_random(table: ParameterTable) -> tuple[Floats, Floats]:
    """Return effects and covariances of all variables at random values of free parameters."""
    rng = np.random.default_rng(20040401)
    model = compile_model(table)
    theta = np.zeros(table.n_free)
    for row in table.rows:
        if row.free:
            variance = row.op == "~~" and row.lhs == row.rhs
            size = rng.uniform(0.1, 0.5)
            theta[row.free - 1] = 2.0 + size if variance else size * rng.choice([-1.0, 1.0])
    filled = _with_plain_covariates(table)
    model = compile_model(filled)
    state = moments(model.blocks[0], theta)
    effects = np.eye(state.V.shape[0]) - np.linalg.inv(state.V)
    return effects, state.C


def _with_plain_covariates(table: ParameterTable) -> ParameterTable:
    """Give fixed moments of covariates values that relate them all."""
    rows: Sequence[Parameter] = [
        row._replace(start=1.5 if row.lhs == row.rhs else 0.3) if row.exogenous else row
        for row in table.rows
    ]
    return ParameterTable(tuple(rows), table.blocks, table.meanstructure)
