"""Rosters from what researchers hold: matrices, stacks of them, edge lists."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.accepted import Label, Matrix, RosterAnswers
from collective_use.checks import column_in, quoted
from collective_use.errors import InputError
from collective_use.groups.labels import known_label_of
from collective_use.groups.rosters.stacks import Floats, Integers, Rosters, stack_matrices

EDGE_COLUMNS = ("group", "rater", "target", "value")


def rosters_of(
    answers: RosterAnswers,
    *,
    members: pd.DataFrame | None = None,
    unlisted: float | None = None,
    square: bool,
) -> Rosters:
    """Read answers about targets in any of the forms that researchers hold.

    Parameters
    ----------
    answers
        A matrix raters x targets (numpy or pandas), a stack of matrices
        ``(groups, raters, targets)``, a mapping from group to matrix, or a frame with the
        columns `group`, `rater`, `target`, `value`. A rater without answers is a row of
        missing values.
    members
        With an edge list: one row a member with `group`, `member` and, if known, `partner`;
        it tells who was asked. With matrices: `group`, `member` and `partner`.
    unlisted
        In an edge list, the value of a pair that is not listed although the rater answered.
    square
        Whether raters and targets must be the same members.

    Raises
    ------
    InputError
        When the answers are none of these.
    """
    if isinstance(answers, Rosters):
        return answers
    if isinstance(answers, pd.DataFrame) and set(EDGE_COLUMNS) <= set(answers.columns):
        return _from_edges(answers, members, unlisted, square)
    matrices = _matrices(answers)
    if square:
        for name, matrix in matrices.items():
            _check_square(name, matrix)
    partner_of = _partner_table(members)
    tables, owns, partners = [], [], []
    for group, matrix in matrices.items():
        raters, targets = [str(x) for x in matrix.index], [str(x) for x in matrix.columns]
        named = [partner_of.get((str(group), rater), "") for rater in raters]
        tables.append(_numbers(group, matrix))
        owns.append(_own(raters, targets, named, square))
        partners.append(_codes(named))
    keys = pd.DataFrame({"group": [str(name) for name in matrices]})
    names = {i: tuple(str(x) for x in m.columns) for i, m in enumerate(matrices.values())}
    return stack_matrices(keys, tables, owns, partners, target_names=names, square=square)


def _matrices(answers: RosterAnswers) -> dict[Label, pd.DataFrame]:
    if isinstance(answers, pd.DataFrame):
        return {"1": answers}
    if isinstance(answers, Mapping):
        return {name: _framed(matrix) for name, matrix in answers.items()}
    array = np.asarray(answers, dtype=float) if not isinstance(answers, str) else np.zeros(0)
    if array.ndim == 2:
        return {"1": _framed(array)}
    if array.ndim == 3:
        return {str(place + 1): _framed(matrix) for place, matrix in enumerate(array)}
    raise InputError(
        "answers must be a matrix raters x targets, a stack of matrices, a mapping from group "
        f"to matrix, or a frame with the columns {quoted(EDGE_COLUMNS)}, got {answers!r:.80}"
    )


def _framed(matrix: Matrix) -> pd.DataFrame:
    if isinstance(matrix, pd.DataFrame):
        return matrix
    array = np.asarray(matrix, dtype=float)
    if array.ndim != 2:
        raise InputError(f"a group's matrix must have two dimensions, got {array.ndim}")
    names = [range(1, n + 1) for n in array.shape]
    return pd.DataFrame(array, index=names[0], columns=names[1])


def _check_square(group: Label, matrix: pd.DataFrame) -> None:
    if matrix.shape[0] != matrix.shape[1]:
        raise InputError(
            f"the matrix of group {group!r} must have one row and one column a member, got "
            f"{matrix.shape[0]} rows and {matrix.shape[1]} columns"
        )
    if [str(x) for x in matrix.index] != [str(x) for x in matrix.columns]:
        raise InputError(
            f"rows and columns of group {group!r} must be the same members in the same order, "
            f"got rows {quoted(matrix.index, most=4)} and columns {quoted(matrix.columns, most=4)}"
        )


def _numbers(group: Label, matrix: pd.DataFrame) -> Floats:
    try:
        return matrix.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as problem:
        raise InputError(f"values of group {group!r} must be numbers: {problem}") from problem


def _partner_table(members: pd.DataFrame | None) -> dict[tuple[str, str], str]:
    if members is None or "partner" not in members.columns:
        return {}
    for column in ("group", "member"):
        column_in("members", column, list(members.columns), where="the members frame")
    rows = members[["group", "member", "partner"]].itertuples(index=False, name=None)
    return {(str(g), str(m)): "" if pd.isna(p) else str(p) for g, m, p in rows}


def _codes(named: list[str]) -> Integers:
    known = {name: code for code, name in enumerate(dict.fromkeys(n for n in named if n))}
    return np.array([known.get(name, -1) for name in named], dtype=np.int64)


def _own(raters: list[str], targets: list[str], named: list[str], square: bool) -> Integers:
    if square:
        return np.arange(len(raters), dtype=np.int64)
    place = {target: j for j, target in enumerate(targets)}
    both = zip(raters, named, strict=True)
    # numbered rows and columns are places, not names: row 1 is not column 1 unless square
    plain = targets == [str(j + 1) for j in range(len(targets))] and len(raters) != len(targets)
    return np.array(
        [place.get(partner, -1 if plain else place.get(rater, -1)) for rater, partner in both],
        dtype=np.int64,
    )


def _from_edges(
    edges: pd.DataFrame, members: pd.DataFrame | None, unlisted: float | None, square: bool
) -> Rosters:
    frame = edges[list(EDGE_COLUMNS)].copy()
    for column in ("group", "rater", "target"):
        frame[column] = known_label_of(frame[column])
    double = frame.duplicated(["group", "rater", "target"])
    if double.any():
        row = frame[double].iloc[0]
        raise InputError(
            "each pair of rater and target must be listed once in a group, got "
            f"{row['rater']} about {row['target']} in group {row['group']} twice"
        )
    partner_of = _partner_table(members)
    people = _people(frame, members, square)
    tables, owns, partners, names = [], [], [], {}
    parts = dict(iter(frame.groupby("group", sort=False)))
    for place, (group, raters) in enumerate(people.items()):
        part = parts.get(group, frame.iloc[:0])
        _check_people(group, raters, part, square)
        targets = raters if square else list(dict.fromkeys(part["target"]))
        table = _table(group, part, raters, targets, unlisted, square)
        named = [partner_of.get((group, rater), "") for rater in raters]
        tables.append(table)
        owns.append(_own(raters, targets, named, square))
        partners.append(_codes(named))
        names[place] = tuple(targets)
    notes = (
        ()
        if members is not None
        else ("Without a members frame only those who rated or were rated count as members.",)
    )
    keys = pd.DataFrame({"group": list(people)})
    return stack_matrices(
        keys, tables, owns, partners, target_names=names, square=square, notes=notes
    )


def _people(
    frame: pd.DataFrame, members: pd.DataFrame | None, square: bool
) -> dict[str, list[str]]:
    """Return the raters of each group, in order."""
    if members is not None:
        for column in ("group", "member"):
            column_in("members", column, list(members.columns), where="the members frame")
        rows = members[["group", "member"]].apply(known_label_of)
        listed = rows.groupby("group", sort=False)["member"]
        people = {str(group): list(dict.fromkeys(part)) for group, part in listed}
        strange = [group for group in dict.fromkeys(frame["group"]) if group not in people]
        if strange:
            raise InputError(f"members must list every group, got none for {quoted(strange)}")
        return people
    return {
        str(group): list(dict.fromkeys([*part["rater"], *(part["target"] if square else ())]))
        for group, part in frame.groupby("group", sort=False)
    }


def _check_people(group: str, raters: list[str], part: pd.DataFrame, square: bool) -> None:
    columns = ("rater", "target") if square else ("rater",)
    for column in columns:
        strange = sorted(set(part[column]) - set(raters))
        if strange:
            raise InputError(
                f"every {column} must be a member of the group, got {quoted(strange, most=4)} in "
                f"group {group!r}, whose members are {quoted(raters, most=6)}"
            )


def _table(
    group: str,
    part: pd.DataFrame,
    raters: list[str],
    targets: list[str],
    unlisted: float | None,
    square: bool,
) -> Floats:
    table = np.full((len(raters), len(targets)), np.nan)
    rows: NDArray[np.intp] = pd.Index(raters).get_indexer(pd.Index(part["rater"]))
    columns: NDArray[np.intp] = pd.Index(targets).get_indexer(pd.Index(part["target"]))
    table[rows, columns] = pd.to_numeric(part["value"]).to_numpy(float)
    answered = np.isin(np.arange(len(raters)), rows)[:, None]
    if unlisted is None:
        unlisted = np.nan
        gaps = np.isnan(table) & answered & (~np.eye(*table.shape, dtype=bool) if square else True)
        if square and gaps.any():
            i, j = np.argwhere(gaps)[0]
            raise InputError(
                "an edge list must name every pair of those who answered, or say what a pair "
                f"that is not listed means: got no line for {raters[i]} about {targets[j]} in "
                f"group {group!r}; unlisted=0 reads it as no tie, unlisted=numpy.nan as unknown"
            )
    fill = np.isnan(table) & answered
    if square:
        fill &= ~np.eye(len(raters), dtype=bool)
    return np.where(fill, unlisted, table)
