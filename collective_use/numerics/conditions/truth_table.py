"""Truth tables of fuzzy sets and the solutions that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.conditions.boolean import (
    Term,
    easy_counterfactuals,
    holds,
    prime_implicants,
    smallest_covers,
)
from collective_use.numerics.conditions.sets import sufficiency
from collective_use.numerics.types import Floats

_TIE = 1e-9
Model = tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class TruthTable:
    """All 2^K rows; the first condition is the highest bit of a row's number.

    Attributes
    ----------
    n
        (R,) cases with more than 0.5 membership in the row.
    consistency, pri
        (R,) of "the row is sufficient for the outcome"; NaN where nothing belongs to it.
    outcome
        (R,) 1, 0, or -1 for rows with too few cases.
    membership
        (R, N) of each case in each row.
    """

    n: NDArray[np.intp]
    consistency: Floats
    pri: Floats
    outcome: NDArray[np.intp]
    membership: Floats

    def rows(self, outcome: int) -> frozenset[int]:
        """Return the numbers of the rows with this outcome."""
        return frozenset(int(row) for row in np.flatnonzero(self.outcome == outcome))


@dataclass(frozen=True, slots=True)
class Solutions:
    """Models of each kind; all models of a kind have as few terms as possible.

    Attributes
    ----------
    complex, parsimonious, intermediate
        Models as tuples of terms.
    assumed
        By intermediate model, the rows without cases that it takes as sufficient.
    all_listed
        False when there are more models than are listed.
    """

    complex: tuple[Model, ...]
    parsimonious: tuple[Model, ...]
    intermediate: tuple[Model, ...]
    assumed: tuple[frozenset[int], ...]
    all_listed: bool


def truth_table(
    x: Floats, y: Floats, *, frequency: int, consistency: float, pri: float
) -> TruthTable:
    """Build the truth table.

    Parameters
    ----------
    x
        (N, K) memberships in the conditions.
    y
        (N,) membership in the outcome.
    frequency, consistency, pri
        Fewest cases of a row, and the least consistency and PRI of a sufficient one.

    References
    ----------
    Ragin, C. C. (2008). Redesigning social inquiry, chapter 7.

    Examples
    --------
    >>> x = np.array([[0.9], [0.2]])
    >>> found = truth_table(x, np.array([0.8, 0.1]), frequency=1, consistency=0.8, pri=0)
    >>> found.outcome.tolist()
    [0, 1]
    """
    membership = np.stack([row_membership(x, row) for row in range(1 << x.shape[1])])
    incl, found_pri, _ = sufficiency(membership, y)
    n = (membership > 0.5).sum(axis=1)
    good = (incl >= consistency - _TIE) & (np.nan_to_num(found_pri) >= pri - _TIE)
    outcome = np.where(n < frequency, -1, good.astype(np.intp))
    return TruthTable(n, incl, found_pri, outcome, membership)


def row_membership(x: Floats, row: int) -> Floats:
    """Return (N,) memberships in one row.

    Examples
    --------
    >>> row_membership(np.array([[0.9, 0.4]]), 0b10).tolist()
    [0.6]
    """
    width = x.shape[1]
    return term_membership(x, ((1 << width) - 1, row))


def term_membership(x: Floats, term: Term) -> Floats:
    """Return (N,) memberships in a term: the least of its conditions.

    Examples
    --------
    >>> term_membership(np.array([[0.9, 0.4]]), (0b01, 0b00)).tolist()
    [0.6]
    """
    mask, bits = term
    width = x.shape[1]
    found = np.ones(len(x))
    for k in range(width):
        bit = 1 << (width - 1 - k)
        if mask & bit:
            found = np.minimum(found, x[:, k] if bits & bit else 1 - x[:, k])
    return found


def solutions(table: TruthTable, expected: Sequence[int | None]) -> Solutions:
    """Minimise a truth table in the three ways.

    Complex: no row without cases; parsimonious: any that helps; intermediate: those of the
    parsimonious that agree with the expectations, for each pair of the two.

    Parameters
    ----------
    table
        The truth table.
    expected
        By condition 1 (presence contributes), 0 (absence contributes) or None.

    References
    ----------
    Ragin, C. C. (2008). Redesigning social inquiry, chapters 8 and 9.

    Examples
    --------
    >>> x = np.array([[0.9, 0.9], [0.2, 0.1]])
    >>> table = truth_table(x, np.array([0.95, 0.1]), frequency=1, consistency=0.8, pri=0)
    >>> solutions(table, [1, None]).parsimonious
    (((2, 2),), ((1, 1),))
    """
    width, on, open_rows = len(expected), table.rows(1), table.rows(-1)
    if not on:
        return Solutions((), (), (), (), True)
    plain, one = smallest_covers(prime_implicants(on, (), width), on)
    simple, two = smallest_covers(prime_implicants(on, open_rows, width), on)
    between: dict[Model, frozenset[int]] = {}
    complete = one and two
    for complex_model, simple_model in product(plain, simple):
        assumed = {row for row in open_rows if any(holds(term, row) for term in simple_model)}
        easy = easy_counterfactuals(complex_model, simple_model, assumed, expected)
        models, three = smallest_covers(prime_implicants(on, easy, width), on)
        complete = complete and three
        for model in models:
            used = frozenset(row for row in easy if any(holds(term, row) for term in model))
            between.setdefault(model, used)
    return Solutions(plain, simple, tuple(between), tuple(between.values()), complete)


def term_fit(x: Floats, y: Floats, model: Sequence[Term]) -> tuple[Floats, Floats]:
    """Return the fit of each term and of the whole model.

    Returns
    -------
    terms
        (T, 4) consistency, PRI, raw coverage, unique coverage.
    whole
        (3,) consistency, PRI and coverage of the model.

    Examples
    --------
    >>> x, y = np.array([[0.9, 0.4]]), np.array([0.8])
    >>> term_fit(x, y, [(0b10, 0b10)])[0].round(3).tolist()
    [[0.889, 0.857, 1.0, 1.0]]
    """
    each = np.stack([term_membership(x, term) for term in model])
    whole = np.array(sufficiency(each.max(axis=0), y))
    rows = []
    for k in range(len(model)):
        rest = np.delete(each, k, axis=0)
        others = float(sufficiency(rest.max(axis=0), y)[2]) if len(rest) else 0.0
        rows.append([*(float(v) for v in sufficiency(each[k], y)), float(whole[2]) - others])
    return np.array(rows), whole
