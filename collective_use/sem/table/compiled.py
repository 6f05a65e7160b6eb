"""From parameter table to index arrays: the compiled model that estimation runs on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from collective_use.numerics.sem.model import Block, Floats, Ints, Model
from collective_use.sem.table.partable import CONSTRAINTS, BlockNames, Parameter, ParameterTable

Cell = tuple[int, int, int, float]
"""Row, column, free number (0: fixed) and value."""


def compile_model(table: ParameterTable) -> Model:
    """Map every free parameter of a table to its cells.

    Parameters
    ----------
    table
        Parameter table whose fixed values are known (NaN counts as 0).

    Returns
    -------
    Model
        One `Block` per group and level; free parameter number k has place k - 1.

    Examples
    --------
    >>> from collective_use.sem.table.build import parameter_table
    >>> model = compile_model(parameter_table("f =~ x1 + x2 + x3"))
    >>> model.n_free, model.blocks[0].t
    (6, 4)
    """
    by_block: dict[tuple[int, int], list[Parameter]] = {}
    for row in table.rows:
        if row.op not in CONSTRAINTS:
            by_block.setdefault((row.group, row.level), []).append(row)
    blocks = tuple(
        _block(names, by_block.get((names.group, names.level), []), table) for names in table.blocks
    )
    return Model(blocks, table.n_free, table.meanstructure)


def variables_of(names: BlockNames) -> tuple[str, ...]:
    """Return the variables of a block in matrix order: observed, then latent."""
    return (*names.observed, *(name for name in names.latent if name not in names.observed))


def cell_of(row: Parameter, place: Mapping[str, int]) -> tuple[str, int, int]:
    """Return the matrix (``"A"``, ``"S"``, ``"m"``) and the cell of a parameter."""
    if row.op == "=~":
        return "A", place[row.rhs], place[row.lhs]
    if row.op in ("~", "<~"):
        return "A", place[row.lhs], place[row.rhs]
    if row.op == "~~":
        return "S", place[row.lhs], place[row.rhs]
    return "m", place[row.lhs], 0


def _block(names: BlockNames, rows: Sequence[Parameter], table: ParameterTable) -> Block:
    variables = variables_of(names)
    place = {name: i for i, name in enumerate(variables)}
    t = len(variables)
    cells: dict[str, list[Cell]] = {"A": [], "S": [], "m": []}
    thresholds: list[Parameter] = []
    delta = np.ones(len(names.observed))
    scales: list[tuple[int, int]] = []
    for row in rows:
        if row.op == "|":
            thresholds.append(row)
        elif row.op == "~*~":
            delta[place[row.lhs]] = 1.0 if math.isnan(row.start) else row.start
            if row.free:
                scales.append((place[row.lhs], row.free - 1))
        else:
            matrix, i, j = cell_of(row, place)
            value = 0.0 if math.isnan(row.start) else row.start
            cells[matrix].append((i, j, row.free, value))
    A, a = _matrix(cells["A"], t)
    S, s = _matrix(cells["S"], t)
    m, mm = _matrix(cells["m"], t)
    S = S + S.T - np.diag(np.diag(S))
    tau, tau_item, tau_row, tau_free = _thresholds(thresholds, place)
    return Block(
        len(names.observed), t, A, S, np.ascontiguousarray(m[:, 0]), *a, *s, mm[0], mm[2],
        _depth(A, a[0], a[1]), tau, tau_item, tau_row, tau_free,
        delta, _ints([i for i, _ in scales]), _ints([k for _, k in scales]),
    )  # fmt: skip


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.intp)


def _matrix(cells: Sequence[Cell], t: int) -> tuple[Floats, tuple[Ints, Ints, Ints]]:
    fixed = np.zeros((t, t))
    for i, j, free, value in cells:
        if not free:
            fixed[i, j] = value
    open_cells = [cell for cell in cells if cell[2]]
    index = (
        _ints([cell[0] for cell in open_cells]),
        _ints([cell[1] for cell in open_cells]),
        _ints([cell[2] - 1 for cell in open_cells]),
    )
    return fixed, index


def _depth(A: Floats, rows: Ints, cols: Ints) -> int:
    """Count the steps of the longest chain of effects; 0 when there is a circle."""
    reach = A != 0
    reach[rows, cols] = True
    step = reach.astype(np.float64)
    power = step
    for depth in range(1, A.shape[0] + 1):
        power = (power @ step > 0).astype(np.float64)
        if not power.any():
            return depth
    return 0


def _thresholds(
    rows: Sequence[Parameter], place: Mapping[str, int]
) -> tuple[Floats, Ints, Ints, Ints]:
    ordered = sorted(rows, key=lambda row: (place[row.lhs], int(row.rhs[1:])))
    values = np.array([0.0 if math.isnan(r.start) else r.start for r in ordered])
    items = _ints([place[r.lhs] for r in ordered])
    free = [(i, r.free - 1) for i, r in enumerate(ordered) if r.free]
    return values, items, _ints([i for i, _ in free]), _ints([k for _, k in free])
