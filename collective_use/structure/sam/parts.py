"""A parameter table taken apart: which rows measure, which relate, and which measure together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, combinations_with_replacement

import numpy as np

from collective_use.checks import quoted
from collective_use.errors import InputError, NotSupported
from collective_use.numerics.structure.mapping import components
from collective_use.sem.table.partable import BlockNames, Parameter, ParameterTable


@dataclass(frozen=True, slots=True)
class Level:
    """What stands where at one level.

    Attributes
    ----------
    targets
        Latent variables that the structure relates (not those that only indicate others).
    lower
        Latent variables that indicate others.
    indicators
        Observed indicators.
    plain
        Observed variables of the structure: no indicators.
    """

    targets: tuple[str, ...]
    lower: tuple[str, ...]
    indicators: tuple[str, ...]
    plain: tuple[str, ...]

    @property
    def structural(self) -> tuple[str, ...]:
        """Variables of the structure, latent first."""
        return (*self.targets, *self.plain)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One set of latent variables that are measured together.

    Attributes
    ----------
    factors
        Their names.
    rows
        Places in the whole table of the rows that it estimates.
    table
        Its own table; latent variables are related freely.
    places
        Rows of its own table that `rows` correspond to.
    """

    factors: tuple[str, ...]
    rows: tuple[int, ...]
    table: ParameterTable
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """A table taken apart.

    Attributes
    ----------
    table
        The whole.
    levels
        By level.
    measurements
        Sets of latent variables.
    structure
        Places of the structural rows.
    """

    table: ParameterTable
    levels: tuple[Level, ...]
    measurements: tuple[Measurement, ...]
    structure: tuple[int, ...]


def take_apart(table: ParameterTable) -> Parts:
    """Part measurement from structure.

    Raises
    ------
    NotSupported
        When a row is neither: an indicator that is regressed, or bound by a constraint to others.
    InputError
        When the model has no latent variable.
    """
    levels = tuple(_level(table, block) for block in table.blocks)
    if not any(level.targets for level in levels):
        raise InputError("the model measures no latent variable (=~): use fit_sem")
    if any(row.op in ("==", "<", ">") for row in table.rows):
        raise NotSupported("constraints (==, <, >) are not supported by sam: use fit_sem")
    structure = tuple(
        i for i, row in enumerate(table.rows) if row.level and _is_structural(row, levels)
    )
    rest = [i for i, row in enumerate(table.rows) if row.level and i not in set(structure)]
    sets = _sets(table, rest)
    measurements = tuple(_measurement(table, levels, rest, names) for names in sets)
    return Parts(table, levels, measurements, structure)


def _level(table: ParameterTable, block: BlockNames) -> Level:
    own = [row for row in table.rows if row.level == block.level]
    shown = {row.rhs for row in own if row.op == "=~"}
    lower = tuple(name for name in block.latent if name in shown)
    return Level(
        tuple(name for name in block.latent if name not in shown),
        lower,
        tuple(name for name in block.observed if name in shown),
        tuple(name for name in block.observed if name not in shown),
    )


def _is_structural(row: Parameter, levels: Sequence[Level]) -> bool:
    names = set(levels[row.level - 1].structural)
    if row.op == "=~":
        return False
    sides = (row.lhs,) if row.op == "~1" else (row.lhs, row.rhs)
    inside = [side in names for side in sides]
    if (row.op == "~" and not all(inside)) or len(set(inside)) > 1:
        found = quoted([side for side, good in zip(sides, inside, strict=True) if not good])
        raise NotSupported(
            f"{row.lhs} {row.op} {row.rhs}: {found} indicates a latent variable and stands in the "
            "structure too; sam parts the two, so use fit_sem"
        )
    return inside[0]


def _sets(table: ParameterTable, rest: Sequence[int]) -> list[tuple[str, ...]]:
    """Return latent variables that share indicators, error covariances or a free number."""
    factors = list(dict.fromkeys(name for block in table.blocks for name in block.latent))
    place = {name: i for i, name in enumerate(factors)}
    of: dict[str, set[int]] = {}
    free: dict[int, set[int]] = {}
    linked = np.eye(len(factors), dtype=bool)
    for row in (table.rows[i] for i in rest):
        if row.op == "=~":
            of.setdefault(row.rhs, set()).add(place[row.lhs])
    for row in (table.rows[i] for i in rest):
        sides = {place[s] for s in (row.lhs, row.rhs) if s in place}
        sides |= {k for s in (row.lhs, row.rhs) for k in of.get(s, ())}
        if row.free:
            free.setdefault(row.free, set()).update(sides)
        _link(linked, sides)
    for sides in free.values():
        _link(linked, sides)
    found = components(linked)
    return [
        tuple(name for name, own in zip(factors, found, strict=True) if own == k)
        for k in range(int(found.max(initial=-1)) + 1)
    ]


def _link(linked: np.ndarray, sides: Iterable[int]) -> None:
    for i, j in combinations(sorted(sides), 2):
        linked[i, j] = linked[j, i] = True


def _measurement(
    table: ParameterTable, levels: Sequence[Level], rest: Sequence[int], factors: tuple[str, ...]
) -> Measurement:
    shown = {
        row.rhs for row in (table.rows[i] for i in rest) if row.op == "=~" and row.lhs in factors
    }
    names = {*factors, *shown}
    kept = [i for i in rest if {table.rows[i].lhs, table.rows[i].rhs or table.rows[i].lhs} <= names]
    blocks, added = [], []
    for block, level in zip(table.blocks, levels, strict=True):
        latent = tuple(name for name in block.latent if name in factors)
        observed = tuple(name for name in block.observed if name in shown)
        if not observed:
            continue
        blocks.append(BlockNames(1, block.level, observed, latent))
        added += _free_relations(table, block, level, latent, observed)
    kept_rows = [_unlabelled(table.rows[i]) for i in kept]
    rows = renumbered([*kept_rows, *added])
    own = ParameterTable(rows, tuple(blocks), table.meanstructure and len(table.blocks) > 1)
    return Measurement(factors, tuple(kept), own, tuple(range(len(kept))))


def _free_relations(
    table: ParameterTable, block: BlockNames, level: Level,
    latent: Sequence[str], observed: Sequence[str],
) -> list[Parameter]:  # fmt: skip
    """Return free (co)variances of latent variables, and of what has no factor at this level."""
    targets = [name for name in latent if name in level.targets]
    plain = [name for name in observed if name in level.plain]
    if targets and plain:
        raise NotSupported(
            f"{quoted(plain)} indicates a latent variable at the other level only: write a latent "
            "variable for it at this level too, or none for the whole set"
        )
    numbers = {
        frozenset((r.lhs, r.rhs)): r for r in table.rows if r.op == "~~" and r.level == block.level
    }
    out: list[Parameter] = []
    for a, b in combinations_with_replacement([*targets, *plain], 2):
        given = numbers.get(frozenset((a, b)))
        fixed = given is not None and not given.free and a == b and given.user
        start = given.start if fixed and given is not None else float("nan")
        free = 0 if fixed else 10_000 + len(out) + 1000 * block.level
        out.append(Parameter(a, "~~", b, block.level, 1, free, start=start))
    if table.meanstructure and len(table.blocks) > 1:
        both = set(table.block(1, 2).observed) if block.level == 1 else set()
        for name in [*targets, *plain]:
            free = 0 if name in both or name in latent else 20_000 + len(out) + 1000 * block.level
            start = 0.0 if not free else float("nan")
            out.append(Parameter(name, "~1", "", block.level, 1, free, start=start))
    return out


def _unlabelled(row: Parameter) -> Parameter:
    return row._replace(label="", group=1)


def renumbered(rows: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """Close the gaps in the numbers of free parameters."""
    numbers: dict[int, int] = {}
    return tuple(
        row._replace(free=numbers.setdefault(row.free, len(numbers) + 1)) if row.free else row
        for row in rows
    )


def structural_table(parts: Parts, level: int) -> tuple[ParameterTable, tuple[int, ...]]:
    """Return the structure of one level as a table of observed variables, without means.

    Moments of covariates and covariances of all that only explains are free, as the second step
    fits covariances.

    Returns
    -------
    table
        Its first rows are the structural rows of the whole table, in order.
    places
        Of these rows in the whole table.
    """
    names = parts.levels[level - 1].structural
    table = parts.table
    places = tuple(
        i for i in parts.structure if table.rows[i].level == level and table.rows[i].op != "~1"
    )
    rows = [table.rows[i]._replace(level=1, exogenous=False) for i in places]
    number = 10_000
    for k, row in enumerate(rows):
        given = row.op == "~~" and not row.free
        added = row.lhs == row.rhs and not row.user
        if given and (table.rows[places[k]].exogenous or added):
            number += 1
            rows[k] = row._replace(free=number, start=float("nan"))
    explained = {row.lhs for row in rows if row.op == "~"}
    written = {frozenset((row.lhs, row.rhs)) for row in rows if row.op == "~~"}
    only = [name for name in names if name not in explained]
    for a, b in combinations(only, 2):
        if frozenset((a, b)) not in written:
            number += 1
            rows.append(Parameter(a, "~~", b, 1, 1, number, user=False))
    block = BlockNames(1, 1, names, (), covariates=tuple(only))
    return ParameterTable(renumbered(rows), (block,)), places


def with_fixed(table: ParameterTable, values: dict[int, float]) -> ParameterTable:
    """Return the table with some rows fixed at values."""
    rows = [
        row._replace(free=0, start=values[i]) if i in values else row
        for i, row in enumerate(table.rows)
    ]
    return replace(table, rows=renumbered(rows))
