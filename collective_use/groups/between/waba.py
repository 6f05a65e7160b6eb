"""Correlation of two variables between and within groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.accepted import Labels, Values
from collective_use.errors import InputError
from collective_use.groups.inputs import rows_of
from collective_use.numerics.groups.between_within import BetweenWithin, between_within
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.results import NotComputed, Result, Table


@dataclass(frozen=True)
class Waba(Result):
    """Within-and-between analysis of two variables (WABA; Dansereau, Alutto & Yammarino 1984).

    Attributes
    ----------
    raw, between, within
        Correlation over persons, of group means (each person counting once), and of deviations
        from group means.
    eta_between_x, eta_between_y, eta_within_x, eta_within_y
        How far each variable is a matter of groups, and of persons within them.
    between_component, within_component
        The two products that add up to `raw`.
    n, groups
        Persons with both values, and groups.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.waba([1, 2, 5, 6], [2, 1, 6, 5], list("aabb")).n
    4
    """

    raw: float | NotComputed
    between: float | NotComputed
    within: float | NotComputed
    eta_between_x: float | NotComputed
    eta_between_y: float | NotComputed
    eta_within_x: float | NotComputed
    eta_within_y: float | NotComputed
    between_component: float | NotComputed
    within_component: float | NotComputed
    n: int
    groups: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        plain = {k: float("nan") if isinstance(v, NotComputed) else v for k, v in values.items()}
        return pd.DataFrame([plain])

    def tables(self) -> tuple[Table, ...]:
        """Return the parts of the correlation."""
        rows = tuple((name, getattr(self, name)) for name in self.__dataclass_fields__)
        return (Table("Correlation between and within groups", ("", "value"), rows),)


def waba(x: Values, y: Values, groups: Labels) -> Waba:
    """Part the correlation of two variables into one between and one within groups.

    ``r = eta_bx eta_by r_b + eta_wx eta_wy r_w`` (Robinson 1950; Dansereau et al. 1984). A
    correlation over persons can come from either level, and the two can differ in sign.

    Parameters
    ----------
    x, y
        (N,) values; persons with one of them missing are left out.
    groups
        (N,) group of each person.

    Raises
    ------
    InputError
        When fewer than two persons have both values.

    Examples
    --------
    >>> import collective_use as cu
    >>> found = cu.waba([1, 2, 5, 6], [2, 1, 6, 5], list("aabb"))
    >>> round(found.between, 6), round(found.within, 6)
    (1.0, -1.0)
    """
    first, second = (
        rows_of(part, groups, name=name, single=True) for part, name in ((x, "x"), (y, "y"))
    )
    both = np.column_stack([first.values[:, 0], second.values[:, 0]]).astype(float)
    stats = group_statistics(both, first.codes, first.total, missing="listwise", cross=True)
    if int(stats.n[:, 0].sum()) < 2:
        raise InputError("x and y must both be known for at least two persons")
    with np.errstate(invalid="ignore", divide="ignore"):
        found = between_within(stats)
    return _result(found)


def _result(found: BetweenWithin) -> Waba:
    def known(value: float, why: str) -> float | NotComputed:
        return value if np.isfinite(value) else NotComputed(why)

    flat = "one of the variables does not vary"
    inside, across = (
        found.eta_within_x * found.eta_within_y,
        found.eta_between_x * found.eta_between_y,
    )
    return Waba(
        raw=known(found.raw, flat),
        between=known(found.between, "the group means of one variable do not vary"),
        within=known(found.within, "one variable does not vary within groups"),
        eta_between_x=known(found.eta_between_x, flat),
        eta_between_y=known(found.eta_between_y, flat),
        eta_within_x=known(found.eta_within_x, flat),
        eta_within_y=known(found.eta_within_y, flat),
        between_component=known(across * found.between, flat),
        within_component=known(inside * found.within, flat),
        n=found.persons,
        groups=found.groups,
    )
