"""Rotation of exploratory blocks inside a model, with errors that know of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from collective_use.accepted import Plain, PlainMapping
from collective_use.checks import number_between, one_of, quoted, valid_seed, whole_number
from collective_use.errors import InputError, NotSupported
from collective_use.groups.inputs import numbers_in
from collective_use.numerics.factors import rotate as numeric
from collective_use.numerics.factors.rotate import Criterion, Rotated
from collective_use.numerics.moments import Floats
from collective_use.numerics.search.optimise import null_space
from collective_use.numerics.sem.function import Objective
from collective_use.numerics.sem.model import Model
from collective_use.sem.engines.core import S, Solution
from collective_use.sem.postfit.standardized import value_of
from collective_use.sem.table.blocks import is_turned
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.constraints import read_constraints
from collective_use.sem.table.partable import BlockNames, Parameter, ParameterTable

Build = Callable[[ParameterTable, Model], tuple[Objective, Objective]]
"""Makes the objective of a table, and the same with groups weighted n_g / N."""


@dataclass(frozen=True, slots=True)
class Way:
    """A rotation by name: where it comes from, and what it lowers.

    Attributes
    ----------
    source
        Author and year.
    orthogonal
        Whether factors stay uncorrelated.
    kaiser
        Whether rows are divided by the root of their communality first.
    criterion
        From the options.
    """

    source: str
    orthogonal: bool
    kaiser: bool
    criterion: Callable[[Mapping[str, Plain]], Criterion]


WAYS: Mapping[str, Way] = {
    "geomin": Way("Yates 1987", False, False, lambda o: numeric.geomin(o["epsilon"])),
    "oblimin": Way("Jennrich & Sampson 1966", False, False, lambda o: numeric.oblimin(o["gamma"])),
    "quartimin": Way("Jennrich & Sampson 1966", False, False, lambda _: numeric.oblimin()),
    "varimax": Way("Kaiser 1958", True, True, lambda _: numeric.varimax_criterion()),
    "target": Way("Browne 2001", False, False, lambda o: numeric.target(o["target"])),
}
"""Rotation by name. Defaults are lavaan 0.7's: see `OPTIONS`."""

OPTIONS: Mapping[str, Plain] = {
    "epsilon": 0.001, "gamma": 0.0, "starts": 30, "seed": 11, "standardize": True, "target": None,
}  # fmt: skip
"""Options of a rotation: geomin's constant, oblimin's gamma, random starts and their seed, whether
loadings of standardised items are rotated, and the wanted loadings (items by factors as written,
missing where free)."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A rotation that was asked for."""

    name: str
    options: Mapping[str, Plain]

    @property
    def way(self) -> Way:
        """What the name stands for."""
        return WAYS[self.name]

    @property
    def criterion(self) -> Criterion:
        """What is lowered."""
        return self.way.criterion(self.options)


def resolve_rotation(name: str | None, options: PlainMapping | None) -> Turn | None:
    """Return the rotation; None for ``"none"``; geomin where none was named.

    Raises
    ------
    InputError
        For an unknown name, option or value.

    Examples
    --------
    >>> resolve_rotation(None, {"starts": 5}).options["starts"]
    5
    """
    one_of("rotation", name or "geomin", (*WAYS, "none"))
    given = dict(options or {})
    if unknown := sorted(set(given) - set(OPTIONS)):
        raise InputError(f"rotation_options know {quoted(OPTIONS)}, got {quoted(unknown)}")
    chosen = {**OPTIONS, **given}
    number_between("epsilon", chosen["epsilon"], 0, 1, open_low=True)
    number_between("gamma", chosen["gamma"], -10, 1)
    whole_number("starts", chosen["starts"], at_least=1)
    if chosen["seed"] is not None:
        valid_seed(chosen["seed"])
    if (chosen["target"] is not None) != (name == "target"):
        raise InputError("the option target must be given for rotation='target', and only for it")
    if chosen["target"] is not None:
        chosen["target"] = numbers_in(chosen["target"], "target")
    if not isinstance(chosen["standardize"], bool):
        raise InputError(f"standardize must be True or False, got {chosen['standardize']!r}")
    return None if name == "none" else Turn(name or "geomin", chosen)


def rotated(solution: S, turn: Turn | None, build: Build) -> S:
    """Return the solution with its exploratory blocks rotated; as it is where there are none.

    The rotation's own conditions become directions that estimates cannot take, so that errors,
    tests and everything derived allow for it (Jennrich 1973, Psychometrika 38:593).

    Raises
    ------
    NotSupported
        When the model has constraints, or ties some factors of a block to variables that it does
        not tie the others to: such a model has a meaning for one position of the factors only.
    """
    table = solution.table
    if turn is None or not any(block.sets for block in table.blocks):
        return solution
    if table.constraints:
        raise NotSupported(
            "constraints with exploratory blocks are not supported: they would hold before the "
            "rotation only (rotation='none' keeps the unrotated solution)"
        )
    turned = _opened(table, oblique=not turn.way.orthogonal)
    values = _turned_values(solution, turn)
    theta = np.full(turned.n_free, math.nan)
    for row in turned.rows:
        if row.free:
            theta[row.free - 1] = values[row.key]
    model = compile_model(turned)
    objective, shared = build(turned, model)
    before, after = solution.optimum.value, objective.value(theta)
    if not abs(after - before) <= 1e-8 * max(1.0, abs(before)):
        raise NotSupported(
            "rotating this model is not supported: it ties single factors of an exploratory block "
            "to other variables. Tie all factors of the block to them (regressions, covariances, "
            "means alike), or ask for rotation='none'"
        )
    border = _slopes(lambda x: _conditions(turned, x, turn), theta)
    optimum = replace(solution.optimum, theta=theta, value=after)
    return replace(
        solution, table=turned, model=model, objective=objective, shared=shared,
        optimum=optimum, basis=null_space(border), constraints=read_constraints(turned),
        border=border.shape[0],
    )  # fmt: skip


def _opened(table: ParameterTable, *, oblique: bool) -> ParameterTable:
    """Return the table in which all that the rotation turns is estimated, numbered anew."""
    sets = {(b.group, b.level): b.sets for b in table.blocks}
    numbers = {0: 0}
    rows, last = [], 0
    for row in table.rows:
        own = sets.get((row.group, row.level), ())
        opened = not row.free and is_turned(row, own) and (oblique or row.op == "=~")
        if opened or (row.free and row.free not in numbers):
            last += 1
            numbers.setdefault(row.free, last)
        rows.append(row._replace(free=last if opened else numbers.get(row.free, 0)))
    return replace(table, rows=tuple(rows))


def _turned_values(solution: Solution, turn: Turn) -> dict[tuple[str, str, str, int, int], float]:
    """Return the value of every row after the rotation."""
    out: dict[tuple[str, str, str, int, int], float] = {}
    for block in solution.table.blocks:
        rows = [r for r in solution.table.rows if (r.group, r.level) == (block.group, block.level)]
        A, S, m, place = _matrices(rows, block, [value_of(r, solution.theta) for r in rows])
        T, whole = np.eye(len(place)), _whole(solution.table, block, place)
        for factors in block.sets:
            at = np.array([place[f] for f in factors])
            T[np.ix_(at, at)] = _matrix(A, S, at, _items(rows, factors, place), turn, whole).T
        back = np.linalg.inv(T)
        A, S, m = T @ A @ back, T @ S @ T.T, T @ m
        for row in rows:
            i, j = place.get(row.lhs, -1), place.get(row.rhs, -1)
            cells = {"=~": (A, j, i), "~": (A, i, j), "<~": (A, i, j), "~~": (S, i, j)}
            if row.op in cells:
                matrix, k, q = cells[row.op]
                out[row.key] = float(matrix[k, q])
            else:
                out[row.key] = float(m[i]) if row.op == "~1" else value_of(row, solution.theta)
    return out


def _matrices(
    rows: list[Parameter], block: BlockNames, values: list[float]
) -> tuple[Floats, Floats, Floats, dict[str, int]]:
    """Return paths, covariances and intercepts of all variables, and where each stands."""
    place = {name: i for i, name in enumerate((*block.observed, *block.latent))}
    size = len(place)
    A, S, m = np.zeros((size, size)), np.zeros((size, size)), np.zeros(size)
    for row, value in zip(rows, values, strict=True):
        if row.op == "=~":
            A[place[row.rhs], place[row.lhs]] = value
        elif row.op in ("~", "<~"):
            A[place[row.lhs], place[row.rhs]] = value
        elif row.op == "~~":
            S[place[row.lhs], place[row.rhs]] = S[place[row.rhs], place[row.lhs]] = value
        elif row.op == "~1":
            m[place[row.lhs]] = value
    return A, S, m, place


def _items(rows: list[Parameter], factors: tuple[str, ...], place: dict[str, int]) -> Floats:
    """Return where the indicators of a block stand, in the order written."""
    names = dict.fromkeys(r.rhs for r in rows if r.op == "=~" and r.lhs in factors)
    return np.array([place[name] for name in names], dtype=np.intp)


def _whole(table: ParameterTable, block: BlockNames, place: dict[str, int]) -> Floats:
    """Return the places of ordered variables whose residual variance is what is left of 1."""
    delta = table.parameterization == "delta"
    return np.array([place[name] for name in block.ordered if delta], dtype=np.intp)


def _standard(A: Floats, S: Floats, at: Floats, items: Floats, turn: Turn, whole: Floats) -> Floats:
    """Return the loadings that the criterion sees; `whole` items have a total variance of 1."""
    L = A[np.ix_(items, at)]
    if turn.options["standardize"]:
        spread = np.einsum("ij,jk,ik->i", L, S[np.ix_(at, at)], L) + S[items, items]
        spread = np.where(np.isin(items, whole), 1.0, spread)
        L = L / np.sqrt(spread)[:, None]
    if turn.way.kaiser:
        L = L / np.sqrt(np.sum(L**2, axis=1))[:, None]
    return np.asarray(L)


def _matrix(A: Floats, S: Floats, at: Floats, items: Floats, turn: Turn, whole: Floats) -> Floats:
    """Return H of a block, ``loadings H'^-1``, factors ordered and reflected as lavaan does.

    Order is by the mean place of the loadings of at least .8 of the factor's largest (Asparouhov &
    Muthén 2009, Structural Equation Modeling 16:397, appendix D); a target keeps its columns.
    """
    L = _standard(A, S, at, items, turn, whole)
    wanted = turn.options["target"]
    if wanted is not None and wanted.shape != L.shape:
        raise InputError(f"target must be {L.shape[0]} items by {L.shape[1]} factors, got "
                         f"{' by '.join(map(str, wanted.shape))}")  # fmt: skip
    found: Rotated = numeric.rotate(
        L, turn.criterion, orthogonal=turn.way.orthogonal, starts=int(turn.options["starts"]),
        seed=turn.options["seed"], tolerance=1e-10,
    )  # fmt: skip
    H = np.linalg.lstsq(found.pattern, L, rcond=None)[0].T  # L = pattern H'
    raw = A[np.ix_(items, at)] @ np.linalg.inv(H).T
    H = H * np.where(raw.sum(axis=0) < 0, -1.0, 1.0)
    if wanted is not None:
        return np.asarray(H)
    size = np.abs(A[np.ix_(items, at)] @ np.linalg.inv(H).T)
    mean = [float(np.mean(np.flatnonzero(c >= 0.8 * c.max()))) for c in size.T]
    return np.asarray(H[:, np.argsort(mean, kind="stable")])


def _conditions(table: ParameterTable, theta: Floats, turn: Turn) -> Floats:
    """Return what is zero where every block is at its rotation's optimum."""
    out = []
    for block in table.blocks:
        rows = [r for r in table.rows if (r.group, r.level) == (block.group, block.level)]
        A, S, _, place = _matrices(rows, block, [value_of(r, theta) for r in rows])
        for factors in block.sets:
            at = np.array([place[f] for f in factors])
            whole = _whole(table, block, place)
            L = _standard(A, S, at, _items(rows, factors, place), turn, whole)
            product = L.T @ turn.criterion(L)[1]
            k = len(factors)
            if turn.way.orthogonal:
                out.append((product - product.T)[np.tril_indices(k, -1)])
            else:
                phi = S[np.ix_(at, at)]
                out.append((product @ np.linalg.inv(phi))[~np.eye(k, dtype=bool)])
    return np.concatenate(out)


def _slopes(function: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Return derivatives by differences of the fourth order, (values, parameters)."""
    columns = []
    for j in range(at.size):
        h = 1e-4 * max(1.0, abs(float(at[j])))
        d = np.zeros(at.size)
        d[j] = h
        near = function(at + d) - function(at - d)
        far = function(at + 2 * d) - function(at - 2 * d)
        columns.append((8 * near - far) / (12 * h))
    return np.array(columns).T
