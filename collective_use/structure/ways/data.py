"""Groups as the ways need them: values, the persons behind them, and what has sampling error."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from collective_use.errors import EstimationError
from collective_use.groups.between.value_inputs import ValueRows, rows_from_scores
from collective_use.groups.keys import group_keys
from collective_use.groups.results import Groups
from collective_use.instrument.model import SHARED
from collective_use.numerics.structure.between import GroupParts, group_parts, without_error
from collective_use.numerics.types import Floats, Ints
from collective_use.record import Record
from collective_use.structure.values import group_data


@dataclass(frozen=True)
class Measured:
    """What a structure between measures is fitted to.

    Attributes
    ----------
    names
        Measures in the order of the model.
    groups
        Names of the groups that have them all.
    parts
        What each group contributes.
    sampled
        Measures whose values are means of members, with sampling error.
    exact
        Measures whose values are taken as they are (indices, informants, records).
    persons
        (N, J) scores of the persons of these groups, NaN for missing; columns of `exact` are NaN.
    codes
        (N,) their groups.
    limits
        (G, J) members, infinite where they are a sample.
    partners
        (N,) partner organisation of each person, -1 where it is not known; None when no one's is.
    partner_names
        Names of the organisations by code.
    record
        Groups left out, and why.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    parts: GroupParts
    sampled: tuple[str, ...]
    exact: tuple[str, ...]
    persons: Floats
    codes: Ints
    limits: Floats
    partners: Ints | None
    partner_names: tuple[str, ...]
    record: Record

    @property
    def sizes(self) -> Floats:
        """Mean number of answers by group, over measures with sampling error."""
        answered = ~np.isnan(self.persons)
        counts = np.stack(
            [np.bincount(self.codes, answered[:, j], len(self.groups)) for j in self._columns], 1
        )
        return np.asarray(counts.mean(axis=1))

    @property
    def _columns(self) -> list[int]:
        return [self.names.index(name) for name in self.sampled]


def measured(groups: Groups, syntax: str) -> Measured:
    """Take the values that a model names, with the persons behind them.

    Parameters
    ----------
    groups
        From `aggregate`.
    syntax
        Model text by measure ids.

    Raises
    ------
    InputError
        When the model names what is no measure, or a measure no group has a value of.
    EstimationError
        When a measure does not vary between groups.
    """
    data = group_data(groups, syntax)
    names = tuple(str(name) for name in data.frame.columns)
    values = data.frame.to_numpy(float)
    constant = [name for name, sd in zip(names, values.std(axis=0), strict=True) if sd < 1e-12]
    if constant and len(values):
        raise EstimationError(
            f"measure {constant[0]!r} has the same value in every group: what does not vary "
            "between groups explains nothing and cannot be explained; leave it out of the model"
        )
    sampled = _sampled(groups, names)
    rows = rows_from_scores(groups.scores, sampled) if sampled else None
    parts, persons, codes, limits = _parts(rows, names, data.groups, values)
    partners, organisations = _partners(groups, rows, data.groups)
    exact = tuple(name for name in names if name not in sampled)
    return Measured(
        names, data.groups, parts, sampled, exact, persons, codes, limits, partners,
        organisations, data.record,
    )  # fmt: skip


def _sampled(groups: Groups, names: tuple[str, ...]) -> tuple[str, ...]:
    if groups._scores is None:
        return ()
    known = {measure.id: measure for measure in groups.instrument.measures}
    values = groups.scores.values.columns
    return tuple(
        name for name in names
        if name in known and name in values
        and known[name].composition in (*SHARED, "additive")
    )  # fmt: skip


def _parts(
    rows: ValueRows | None, names: tuple[str, ...], kept: tuple[str, ...], values: Floats
) -> tuple[GroupParts, Floats, Ints, Floats]:
    G, J = values.shape
    if rows is None:
        zeros = np.zeros((G, J, J))
        parts = GroupParts(values, zeros, zeros.copy(), zeros.copy())
        return parts, np.zeros((0, J)), np.zeros(0, dtype=np.intp), np.full((G, J), np.inf)
    place = {name: g for g, name in enumerate(kept)}
    new = np.array([place.get(name, -1) for name in rows.groups], dtype=np.intp)
    inside = new[rows.codes] >= 0
    codes = new[rows.codes][inside]
    persons = np.full((int(inside.sum()), J), np.nan)
    limits = np.full((G, J), np.inf)
    members = np.full(G, np.inf)
    members[new[new >= 0]] = rows.members[new >= 0]
    for k, name in enumerate(rows.names):
        j = names.index(name)
        persons[:, j] = rows.values[inside, k]
        if rows.aggregation[k] == "formative":
            limits[:, j] = members
    found = group_parts(persons, codes, G, limits)
    # the declared index is the value; its error is that of a mean of members
    found = replace(found, means=values)
    exact = np.array([j for j, name in enumerate(names) if name not in rows.names], dtype=np.intp)
    return without_error(found, exact), persons, codes, limits


def _partners(
    groups: Groups, rows: ValueRows | None, kept: tuple[str, ...]
) -> tuple[Ints | None, tuple[str, ...]]:
    if rows is None:
        return None, ()
    persons = groups.scores.responses.persons
    if "partner" not in persons.columns or persons["partner"].isna().all():
        return None, ()
    keys = group_keys(persons, groups.scores.responses.members)
    inside = pd.Series(keys.names)[keys.codes].isin(kept).to_numpy()
    codes, names = pd.factorize(persons["partner"])
    return np.asarray(codes[inside], dtype=np.intp), tuple(str(name) for name in names)
