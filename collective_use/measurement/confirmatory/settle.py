"""Which level, and whether all constructs can stand in one model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from collective_use.errors import InputError
from collective_use.measurement.answers import Answers

LEVELS = ("auto", "person", "within", "between", "two-level")
PERSONS_A_PARAMETER = 5
"""Fewest persons for each free parameter (Bentler & Chou 1987, Sociological Methods 16:78)."""

FEW_GROUPS = 40
"""Fewer groups are too few for a factor structure between groups (Meuleman & Billiet 2009)."""


@dataclass(frozen=True)
class Plan:
    """What is fitted.

    Attributes
    ----------
    level
        Of all models.
    whole
        One model of all constructs, or one a construct.
    notes
        Why, in words.
    """

    level: str
    whole: bool
    notes: tuple[str, ...]


def free_parameters(sets: Mapping[str, Sequence[str]]) -> int:
    """Return loadings, residual variances and factor correlations of correlated constructs.

    Examples
    --------
    >>> free_parameters({"a": ["x", "y", "z"], "b": ["u", "v", "w"]})
    13
    """
    items = sum(len(own) for own in sets.values())
    return 2 * items + len(sets) * (len(sets) - 1) // 2


def settle(answers: Answers, sets: Mapping[str, Sequence[str]], level: str) -> Plan:
    """Choose the level and the scope, and say why.

    Parameters
    ----------
    answers
        Persons and their groups.
    sets
        Items by construct.
    level
        As asked, ``"auto"`` to choose.

    Raises
    ------
    InputError
        When the level needs groups that are not there.
    """
    groups = 0 if answers.groups is None else int(answers.groups.nunique())
    used = [item for own in sets.values() for item in own]
    persons = int(answers.values[used].notna().any(axis=1).sum())
    notes = []
    if level == "auto":
        level, why = _level(answers, groups)
        notes.append(why)
    if level != "person" and groups < 2:
        raise InputError(f"groups must be given for level={level!r}, got {groups} groups")
    if level != "person" and int(np.bincount(answers.codes()[0]).max()) < 2:
        raise InputError("groups must have two members or more somewhere, got only groups of one")
    need = free_parameters(sets)
    if level in ("person", "within"):
        have, unit, least = persons, "persons", PERSONS_A_PARAMETER * need
        rule = f"{PERSONS_A_PARAMETER} a parameter; Bentler & Chou 1987"
    else:
        have, unit, least = groups, "groups", need
        rule = "more groups than parameters between them; Yuan & Bentler 2000"
    whole = len(sets) == 1 or have >= least
    if not whole:
        notes.append(
            f"Construct by construct: one model of all {len(sets)} has {need} free parameters"
            f"{'' if unit == 'persons' else ' between groups'}, which takes {least} {unit} "
            f"({rule}); there are {have}."
        )
    return Plan(level, whole, tuple(notes))


def _level(answers: Answers, groups: int) -> tuple[str, str]:
    if groups == 0:
        return "person", "Level: persons, since they have no groups."
    if groups < FEW_GROUPS:
        return "person", (
            f"Level: persons with errors robust to groups; {groups} groups are too few for a "
            f"factor structure between them ({FEW_GROUPS} at least; Meuleman & Billiet 2009)."
        )
    if int(np.bincount(answers.codes()[0]).max()) < 2:
        return "person", "Level: persons, since every group has one member."
    return "two-level", (
        f"Level: both, persons within {groups} groups; the between part is that of the groups."
    )
