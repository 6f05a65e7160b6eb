"""Data that a model text with numbers implies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from collective_use.checks import instance_of, quoted
from collective_use.errors import InputError, NotSupported
from collective_use.numerics.moments import Floats
from collective_use.numerics.sem.model import moments
from collective_use.sem.table.build import parameter_table
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.partable import Parameter, ParameterTable
from collective_use.syntax.model_text import parse_model

if TYPE_CHECKING:
    import pandas as pd


def simulate_model(
    model: str, n: int | Sequence[int], *, seed: int | None = 1, factors: bool = False
) -> pd.DataFrame:
    """Draw normal data from a model text whose parameters are numbers.

    Loadings and regressions need a number (``f =~ 0.8*x1``; the first loading of a factor is 1
    where none is written). What else is not written is: variances (of items and outcomes: what is
    left unexplained) 1, covariances 0, means and intercepts 0.

    Parameters
    ----------
    model
        Model text in lavaan's syntax. With ``group:`` blocks, or ``c()`` and several `n`, the data
        have a column ``group``.
    n
        Cases, or cases of every group.
    seed
        Of the random numbers; None draws anew every time.
    factors
        Return the factors' values too.

    Returns
    -------
    pandas.DataFrame
        One row per case, observed variables in the order of the text.

    Raises
    ------
    InputError
        When a loading or regression has no number, or the numbers imply impossible moments.
    NotSupported
        For two levels and thresholds.

    References
    ----------
    Paxton et al. (2001), Structural Equation Modeling 8:287 (design of Monte Carlo studies).

    Examples
    --------
    >>> data = simulate_model("f =~ 0.8*x1 + 0.7*x2 + 0.6*x3; y ~ 0.5*f", 1000, seed=7)
    >>> data.shape, list(data.columns)
    ((1000, 4), ['x1', 'x2', 'x3', 'y'])
    """
    import pandas as pd

    instance_of("model", model, str, "a model text")
    text = parse_model(model)
    if text.levels:
        raise NotSupported("simulation at two levels is not supported")
    if any(s.op in ("|", "~*~") for s in text.statements):
        raise NotSupported("simulation with thresholds is not supported: cut the simulated columns")
    sizes = _sizes(n, len(text.groups))
    options = TableOptions(n_groups=len(sizes), meanstructure=True, fixed_x=False)
    table = _with_numbers(parameter_table(text, options))
    compiled = compile_model(table)
    rng = np.random.default_rng(seed)
    frames = []
    for i, (size, block) in enumerate(zip(sizes, table.blocks, strict=True)):
        state = moments(compiled.blocks[i], np.zeros(0))
        values = state.eta + rng.normal(size=(size, state.eta.size)) @ _root(state.C).T
        names = [*block.observed, *block.latent]
        frame = pd.DataFrame(values, columns=names)
        frame = frame if factors else frame[list(block.observed)]
        if len(sizes) > 1:
            frame.insert(0, "group", text.groups[i] if text.groups else str(i + 1))
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _sizes(n: int | Sequence[int], groups: int) -> list[int]:
    sizes = list(n) if isinstance(n, Sequence | np.ndarray) else [n] * max(groups, 1)
    if groups and len(sizes) != groups:
        raise InputError(f"the model has {groups} groups but n {len(sizes)} values")
    for size in sizes:
        if not isinstance(size, int | np.integer) or isinstance(size, bool) or size < 1:
            raise InputError(f"n must be whole numbers of at least 1, got {size!r}")
    if not sizes:
        raise InputError("n must hold a number of cases for every group, got none")
    return [int(size) for size in sizes]


def _with_numbers(table: ParameterTable) -> ParameterTable:
    """Fix every parameter at its number, or at what stands for one that is not written."""
    by_label = {
        row.label: row.start for row in table.rows if row.label and not math.isnan(row.start)
    }
    rows, lacking = [], []
    for row in table.rows:
        value = by_label.get(row.label, math.nan) if math.isnan(row.start) else row.start
        if math.isnan(value):
            value = _unwritten(row)
        if math.isnan(value):
            lacking.append(f"{row.lhs} {row.op} {row.rhs}".strip())
        if row.level:
            rows.append(row._replace(free=0, start=value, label=""))
    if lacking:
        raise InputError(
            f"{quoted(dict.fromkeys(lacking))} needs a number to simulate from, as in "
            f"'{_example(lacking[0])}'"
        )
    return ParameterTable(tuple(rows), table.blocks, table.meanstructure)


def _example(parameter: str) -> str:
    lhs, op, rhs = parameter.split(" ", 2)
    return f"{lhs} {op} 0.5*{rhs}"


def _unwritten(row: Parameter) -> float:
    if row.op == "~~":
        return 1.0 if row.lhs == row.rhs else 0.0
    return 0.0 if row.op == "~1" or not row.level else math.nan


def _root(C: Floats) -> Floats:
    """Return a factor of the covariances, which may be singular (a residual of 0)."""
    if not np.isfinite(C).all():
        raise InputError("the numbers of the model imply no finite variances")
    values, vectors = np.linalg.eigh(C)
    if values.min() < -1e-10 * max(1.0, float(values.max())):
        raise InputError(
            "the numbers of the model imply impossible moments: their covariance matrix has the "
            f"eigenvalue {values.min():.3g}"
        )
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
