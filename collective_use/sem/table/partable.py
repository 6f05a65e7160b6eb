"""The parameter table: the one internal form of a model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from collective_use.results import Result

if TYPE_CHECKING:
    import pandas as pd

CONSTRAINTS = (":=", ":~", "==", "<", ">")
COLUMNS = ("lhs", "op", "rhs", "level", "group", "free", "label", "start", "lower", "upper")

CODED = ".effect"
"""How labels begin that exist only to state effect coding; tables do not show them."""


def shown_label(label: str) -> str:
    """Return the label a user wrote, an empty text for one that effect coding made."""
    return "" if label.startswith(CODED) else label


class Parameter(NamedTuple):
    """One row of a parameter table.

    Attributes
    ----------
    lhs, op, rhs
        ``=~ ~ ~~ ~1 | ~*~ <~`` relate variables (``rhs`` is empty for ``~1``; ``"t1"`` for a
        threshold); ``:= == < >`` hold expressions of labels.
    level, group
        Block, counted from 1; both 0 for ``:= == < >``.
    free
        0 for a fixed value; else the place, from 1, in the vector of free parameters. Rows that
        share a number are equal.
    label
        Label, or empty.
    start
        The fixed value, or where estimation starts; NaN when it is still to be chosen, and for a
        fixed moment of exogenous covariates until the data are known.
    lower, upper
        Bounds of a free parameter.
    exogenous
        A moment of fixed covariates.
    user
        Written in the model text, not added by default rules.
    """

    lhs: str
    op: str
    rhs: str
    level: int = 1
    group: int = 1
    free: int = 0
    label: str = ""
    start: float = math.nan
    lower: float = -math.inf
    upper: float = math.inf
    exogenous: bool = False
    user: bool = True

    @property
    def key(self) -> tuple[str, str, str, int, int]:
        """What identifies the row: lhs, op, rhs, level, group."""
        return (self.lhs, self.op, self.rhs, self.level, self.group)


@dataclass(frozen=True, slots=True)
class BlockNames:
    """Variables of one block (a level of a group).

    Attributes
    ----------
    group, level
        From 1.
    observed
        All observed variables in the order of the moments: indicators, outcomes, covariates.
    latent
        Latent variables in order of appearance.
    exogenous
        Covariates whose moments are fixed at the sample's (a subset of `observed`).
    ordered
        Ordered categorical variables (a subset of `observed`).
    covariates
        Observed variables that only explain, with fixed moments or not.
    absent
        Observed variables that the group has no values of (full information only).
    sets
        Factors of every exploratory block.
    auxiliary
        Variables beside the model that covary with all (a subset of `observed`).
    """

    group: int
    level: int
    observed: tuple[str, ...]
    latent: tuple[str, ...]
    exogenous: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    sets: tuple[tuple[str, ...], ...] = ()
    auxiliary: tuple[str, ...] = ()


@dataclass(frozen=True)
class ParameterTable(Result):
    """All parameters of a model, in order, with the variables of every block.

    Attributes
    ----------
    rows
        Parameters, then definitions and constraints.
    blocks
        Variables by block, ordered by group, then level.
    meanstructure
        Whether intercepts are part of the model.
    parameterization
        ``"delta"`` or ``"theta"`` (ordered variables).

    Examples
    --------
    >>> import collective_use as cu
    >>> len(cu.parameter_table("y ~ x").to_frame()) > 0
    True
    """

    rows: tuple[Parameter, ...]
    blocks: tuple[BlockNames, ...]
    meanstructure: bool = False
    parameterization: str = "delta"

    @cached_property
    def n_free(self) -> int:
        """Number of distinct free parameters."""
        return max((row.free for row in self.rows), default=0)

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return max(block.group for block in self.blocks)

    @property
    def n_levels(self) -> int:
        """Number of levels."""
        return max(block.level for block in self.blocks)

    @cached_property
    def labels(self) -> dict[str, int]:
        """Free number by label (0: the label of a fixed parameter)."""
        return {row.label: row.free for row in self.rows if row.label and row.op not in CONSTRAINTS}

    @property
    def constraints(self) -> tuple[Parameter, ...]:
        """Rows with ``==``, ``<`` or ``>``."""
        return tuple(row for row in self.rows if row.op in ("==", "<", ">"))

    @property
    def definitions(self) -> tuple[Parameter, ...]:
        """Rows with ``:=``."""
        return tuple(row for row in self.rows if row.op == ":=")

    def block(self, group: int = 1, level: int = 1) -> BlockNames:
        """Return the variables of one block."""
        return next(b for b in self.blocks if b.group == group and b.level == level)

    def free_names(self) -> tuple[str, ...]:
        """Name every free parameter: its label, else ``lhs op rhs`` (``.g2`` in later groups)."""
        names: dict[int, str] = {}
        for row in self.rows:
            if row.free and row.free not in names:
                suffix = f".l{row.level}" if self.n_levels > 1 else ""
                suffix += f".g{row.group}" if row.group > 1 else ""
                names[row.free] = shown_label(row.label) or f"{row.lhs}{row.op}{row.rhs}{suffix}"
        return tuple(names[number] for number in sorted(names))

    def to_frame(self) -> pd.DataFrame:
        """Return the table with columns `COLUMNS` plus ``exogenous`` and ``user``."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=list(Parameter._fields))
