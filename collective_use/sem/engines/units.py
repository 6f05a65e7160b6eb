"""A model in units in which every variable has variance 1: what another engine searches best in.

An optimiser that stops when the objective changes by less than some amount stops early where
variances are .0001. Whatever the units, the model is the same one: a loading of y on f is
multiplied by the ratio of their standard deviations, a covariance divided by both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from collective_use.numerics.moments import Floats
from collective_use.sem.table.partable import Parameter, ParameterTable


@dataclass(frozen=True, slots=True)
class Standardised:
    """A single-group model and its moments in units of standard deviations.

    Attributes
    ----------
    table
        The table; fixed values are those of the new units.
    cov
        Sample correlations (p, p), or covariances in one common unit.
    factors
        By free parameter: value in the new units divided by the value in the old ones (q,).
    """

    table: ParameterTable
    cov: Floats
    factors: Floats


def standardised(table: ParameterTable, cov: Floats) -> Standardised:
    """Return a model in standardised units.

    Parameters that are held equal stay equal only where their variables share a unit; otherwise
    one common unit is taken for all variables, and no other unit where that does not do either.

    Parameters
    ----------
    table
        Table of one group and level.
    cov
        Sample covariances (p, p), in the order of the block's observed variables.

    Examples
    --------
    >>> from collective_use.sem.table.build import parameter_table
    >>> unit = standardised(parameter_table("y ~ x"), np.array([[4.0, 1.0], [1.0, 1.0]]))
    >>> unit.cov.tolist(), unit.factors.tolist()
    ([[1.0, 0.5], [0.5, 1.0]], [0.5, 0.25])
    """
    sd = np.sqrt(np.diag(cov))
    common = float(np.exp(np.mean(np.log(sd))))
    names = table.block().observed
    for own in (sd, np.full_like(sd, common), np.ones_like(sd)):
        units = _units(table, dict(zip(names, own.tolist(), strict=True)), common)
        factors = _factors(table, units)
        if factors is not None:
            break
    else:
        raise AssertionError("units of 1 change nothing")
    rows = tuple(
        row if row.free else row._replace(start=row.start * _factor(row, units))
        for row in table.rows
    )
    moved = ParameterTable(rows, table.blocks, table.meanstructure, table.parameterization)
    return Standardised(moved, cov / np.outer(own, own), factors)


def _units(table: ParameterTable, units: dict[str, float], common: float) -> dict[str, float]:
    """Give every latent variable the unit of its marker."""
    plain = set(units.values()) == {1.0}
    for name in table.block().latent:
        markers = [
            row.rhs
            for row in table.rows
            if row.op == "=~"
            and row.lhs == name
            and not row.free
            and row.start
            and row.rhs in units
        ]
        units[name] = 1.0 if plain else units[markers[0]] if markers else common
    return units


def _factor(row: Parameter, units: Mapping[str, float]) -> float:
    if row.op == "=~":
        return units[row.lhs] / units[row.rhs]
    if row.op == "~":
        return units[row.rhs] / units[row.lhs]
    if row.op == "~~":
        return 1.0 / (units[row.lhs] * units[row.rhs])
    return 1.0


def _factors(table: ParameterTable, units: Mapping[str, float]) -> Floats | None:
    """Return the factor of every free parameter; None where equal ones would differ."""
    factors = np.full(table.n_free, np.nan)
    for row in table.rows:
        if row.free:
            factor, known = _factor(row, units), factors[row.free - 1]
            if not np.isnan(known) and not np.isclose(known, factor, rtol=1e-12):
                return None
            factors[row.free - 1] = factor
    return factors
