"""The correlations of items that a question calls for: of persons, latent, within or between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from collective_use.checks import one_of, quoted
from collective_use.errors import InputError
from collective_use.measurement.answers import Answers
from collective_use.numerics.ordinal.moments import pair_index
from collective_use.numerics.ordinal.polychoric import (
    padded,
    polychoric_correlations,
    thresholds_of,
)
from collective_use.numerics.types import Floats as Floats

Correlation = Literal["pearson", "polychoric", "within", "between"]
KINDS = ("pearson", "polychoric", "within", "between")

MOST_CATEGORIES = 12
"""Polychoric correlations are for few ordered categories; more are numbers."""


@dataclass(frozen=True)
class Correlations:
    """Correlations of items.

    Attributes
    ----------
    kind
        ``"pearson"``, ``"polychoric"``, ``"within"`` or ``"between"``.
    matrix
        (J, J) correlations.
    covariance
        (J, J) covariances; the correlations themselves for polychoric ones.
    items
        Their names.
    n
        Cases that stand behind them: persons, persons less groups (within), groups (between).
    notes
        What a reader has to know.
    """

    kind: str
    matrix: Floats
    covariance: Floats
    items: tuple[str, ...]
    n: int
    notes: tuple[str, ...]


def correlations_of(answers: Answers, kind: Correlation = "pearson") -> Correlations:
    """Return the correlations of complete answers.

    Parameters
    ----------
    answers
        From `answers_of`; persons with a missing item are left out and counted.
    kind
        ``"pearson"`` (of persons), ``"polychoric"`` (of the responses beneath ordered
        categories, two steps: Olsson 1979), ``"within"`` (pooled within groups, divisor N - G)
        or ``"between"`` (of latent group values: the between covariance of the unrestricted
        two-level model by maximum likelihood, not the correlations of group means).

    Raises
    ------
    InputError
        When an item is constant, groups are missing or too few, a pair of items has too few
        answers for a polychoric correlation, or items do not vary between groups.

    Examples
    --------
    >>> import numpy as np
    >>> from collective_use.measurement.answers import answers_of
    >>> found = correlations_of(answers_of(np.array([[1, 2], [2, 4], [3, 7], [4, 8]])))
    >>> found.n, round(float(found.matrix[0, 1]), 3)
    (4, 0.984)
    """
    one_of("correlation", kind, KINDS)
    known = answers.complete()
    refuse_constant(known)
    values = known.values.to_numpy()
    if kind == "pearson":
        return _made(kind, np.cov(values.T), known, len(values))
    if kind == "polychoric":
        return _polychoric(known)
    codes, labels = known.codes()
    return _within(known, codes) if kind == "within" else _between(known, codes, len(labels))


def refuse_constant(answers: Answers) -> None:
    """Raise when an item does not vary, or two items are the same.

    Raises
    ------
    InputError
        Naming the items.
    """
    values = answers.values.to_numpy()
    flat = np.flatnonzero(np.ptp(values, axis=0) == 0)
    if len(flat):
        named = [answers.items[j] for j in flat]
        raise InputError(
            f"items must vary, got the same answer from everybody in {quoted(named)}: leave it out"
        )
    seen: dict[bytes, list[int]] = {}
    for j, name in enumerate(answers.items):
        # the first rows tell most items apart
        alike = seen.setdefault(values[:50, j].tobytes(), [])
        for k in alike:
            if np.array_equal(values[:, k], values[:, j]):
                raise InputError(
                    f"items must differ, got the same answers in {answers.items[k]!r} and "
                    f"{name!r}: leave one out"
                )
        alike.append(j)


def _made(
    kind: str, covariance: Floats, answers: Answers, n: int, notes: tuple[str, ...] = ()
) -> Correlations:
    spread = np.sqrt(np.diag(covariance))
    matrix = covariance / np.outer(spread, spread)
    np.fill_diagonal(matrix, 1.0)
    return Correlations(kind, matrix, covariance, answers.items, n, (*answers.notes, *notes))


def _within(answers: Answers, codes: NDArray[np.intp]) -> Correlations:
    values = answers.values.to_numpy()
    total = int(codes.max()) + 1
    left = len(values) - total
    if left <= len(answers.items):
        raise InputError(
            f"groups must leave more persons than items within them, got {len(values)} persons "
            f"in {total} groups and {len(answers.items)} items"
        )
    sizes = np.bincount(codes)
    means = np.stack([np.bincount(codes, column) for column in values.T], axis=1) / sizes[:, None]
    deviation = values - means[codes]
    covariance = deviation.T @ deviation / left
    flat = np.flatnonzero(np.diag(covariance) <= 1e-12)
    if len(flat):
        named = [answers.items[j] for j in flat]
        raise InputError(f"items must vary within groups, got none in {quoted(named)}")
    return _made("within", covariance, answers, left)


def between_covariance(
    values: Floats, codes: NDArray[np.intp], *, free: bool = False
) -> tuple[Floats, Floats]:
    """Return the within and the between covariance of the unrestricted two-level model.

    Parameters
    ----------
    values
        (N, J) complete answers.
    codes
        (N,) group of each person, 0 to G - 1.
    free
        Whether the matrix between may be indefinite; where that search finds no end, it is the
        maximum among covariances all the same.
    """
    from collective_use.numerics.twolevel.likelihood import Layout, cluster_statistics
    from collective_use.numerics.twolevel.pairs import scored_moments
    from collective_use.numerics.twolevel.saturated import (
        moments_at,
        saturated_complete,
        start_moments,
    )

    p = values.shape[1]
    groups = int(codes.max()) + 1
    layout = Layout(p, p, np.arange(p))
    stats = cluster_statistics(values, np.zeros((groups, 0)), codes, layout)
    found = scored_moments(stats, moments_at(layout, start_moments(stats))) if free else None
    found = found or saturated_complete(stats)
    return found.Sw, found.Sb


def _between(answers: Answers, codes: NDArray[np.intp], groups: int) -> Correlations:
    if groups <= len(answers.items):
        raise InputError(
            f"groups must be more than items for between-group correlations, got {groups} groups "
            f"and {len(answers.items)} items"
        )
    values = answers.values.to_numpy()
    if np.bincount(codes).max() < 2:
        raise InputError("groups must have two members or more somewhere, got only groups of one")
    _, covariance = between_covariance(values, codes)
    total = np.var(values, axis=0)
    flat = np.flatnonzero(np.diag(covariance) < 0.01 * total)
    if len(flat):
        named = [answers.items[j] for j in flat]
        raise InputError(
            f"items must differ between groups, but less than 1% of the variance lies between "
            f"groups in {quoted(named)}: there is no group level to analyse in them"
        )
    rank = int(np.linalg.matrix_rank(covariance, tol=1e-6 * float(np.trace(covariance))))
    notes: tuple[str, ...] = ()
    if rank < len(covariance):
        notes = (
            f"The between covariance lies on the border of what is possible (rank {rank} of "
            f"{len(covariance)}): some group-level correlations are as large as they can be.",
        )
    return _made("between", covariance, answers, groups, notes)


def _polychoric(answers: Answers) -> Correlations:
    frame = answers.values
    coded, counts = [], []
    for name in frame:
        levels, codes = np.unique(frame[name].to_numpy(), return_inverse=True)
        if len(levels) > MOST_CATEGORIES:
            raise InputError(
                f"item {name} must have at most {MOST_CATEGORIES} ordered categories for "
                f"polychoric correlations, got {len(levels)}: take correlation='pearson'"
            )
        coded.append(codes)
        counts.append(len(levels))
    rows, columns = pair_index(len(coded))
    most = max(counts)
    tables = np.zeros((len(rows), most, most))
    for place, (i, j) in enumerate(zip(rows, columns, strict=True)):
        np.add.at(tables[place], (coded[i], coded[j]), 1.0)
    cuts = [
        padded(thresholds_of(np.bincount(code, minlength=count).astype(float)), most)
        for code, count in zip(coded, counts, strict=True)
    ]
    found = polychoric_correlations(
        tables, np.stack([cuts[i] for i in rows]), np.stack([cuts[j] for j in columns])
    )
    _refuse_undefined(answers.items, rows, columns, found.at_limit)
    matrix = np.eye(len(coded))
    matrix[rows, columns] = matrix[columns, rows] = found.rho
    notes = _sparse(answers.items, rows, columns, tables, counts)
    return Correlations(
        "polychoric", matrix, matrix.copy(), answers.items, len(frame), (*answers.notes, *notes)
    )


def _refuse_undefined(
    items: tuple[str, ...], rows: NDArray[np.intp], columns: NDArray[np.intp],
    at_limit: NDArray[np.bool_],
) -> None:  # fmt: skip
    if at_limit.any():
        pairs = [f"{items[columns[k]]} and {items[rows[k]]}" for k in np.flatnonzero(at_limit)]
        raise InputError(
            f"polychoric correlation must lie inside -1 and 1, but has no optimum there for "
            f"{quoted(pairs, most=5)}: their table has empty corners; merge rare categories or "
            "leave an item out"
        )


def _sparse(
    items: tuple[str, ...], rows: NDArray[np.intp], columns: NDArray[np.intp],
    tables: Floats, counts: list[int],
) -> tuple[str, ...]:  # fmt: skip
    empty = {
        f"{items[j]} and {items[i]}": int((table[: counts[i], : counts[j]] == 0).sum())
        for i, j, table in zip(rows, columns, tables, strict=True)
    }
    thin = {pair: count for pair, count in empty.items() if count}
    if not thin:
        return ()
    worst = max(thin, key=lambda pair: thin[pair])
    return (
        f"{len(thin)} of {len(rows)} pairs of items have empty cells in their table (most: {worst} "
        f"with {thin[worst]}): their polychoric correlations rest on few answers.",
    )


def likely_covariance(values: Floats, most: int = 200) -> Floats:
    """Return the maximum likelihood covariance, divisor n, of incomplete answers (EM).

    Parameters
    ----------
    values
        (N, J) answers, NaN for missing; persons without any are left out.
    most
        Largest number of steps; they end when no correlation moves by more than .0001.

    References
    ----------
    Little & Rubin (2002), Statistical analysis with missing data, section 11.2.

    Examples
    --------
    >>> import numpy as np
    >>> likely_covariance(np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 7.0]])).round(3).tolist()
    [[0.667, 1.667], [1.667, 4.222]]
    """
    found = _likely(np.asarray(values, float).tobytes(), values.shape[1], most)
    return found.copy()


@lru_cache(maxsize=2)
def _likely(content: bytes, columns: int, most: int) -> Floats:
    """Compute it once for the same answers: a validation asks several questions of them."""
    from collective_use.numerics.moments import patterns_of
    from collective_use.numerics.sem.fiml import stack_patterns
    from collective_use.numerics.sem.saturated import expectation_step

    values = np.frombuffer(content).reshape(-1, columns)
    known = values[~np.isnan(values).all(axis=1)]
    if not np.isnan(known).any():
        return np.asarray(np.cov(known.T, ddof=0), float)
    stack = stack_patterns(patterns_of(known), known.shape[1])
    mean = np.nanmean(known, axis=0)
    covariance = np.diag(np.nanvar(known, axis=0))
    for _ in range(most):
        mean, moved, _ = expectation_step(stack, mean, covariance)
        spread = np.sqrt(np.diag(moved))
        change = float(np.abs((moved - covariance) / np.outer(spread, spread)).max())
        covariance = moved
        if change < 1e-4:
            break
    return np.asarray(covariance)


def positive_definite(matrix: Floats) -> bool:
    """Tell whether a correlation matrix has only positive eigenvalues.

    Examples
    --------
    >>> import numpy as np
    >>> positive_definite(np.ones((2, 2)))
    False
    """
    return bool(np.linalg.eigvalsh(matrix)[0] > 1e-10)
