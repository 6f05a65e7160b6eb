"""What random groups and alpha need to know of persons: sums over all of them, whole numbers.

A person enters by the place of each answer, in steps above the lowest code. Everything here is
made of such sums exactly, and rounded once at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.types import Floats

Whole = NDArray[np.object_]
"""Python's own whole numbers, of any size."""


@dataclass(frozen=True, slots=True)
class PersonSums:
    """Sums over persons.

    Attributes
    ----------
    levels
        (J + 1, 5) by how many items a person answered: persons, and sums of their totals to the
        powers one to four.
    products
        (3J, 3J) sums of products of three features of each item: whether it was answered, the
        place of the answer, and its square; all items of one feature stand together.
    complete
        (J + 1, J + 1) persons who answered every item, sums of places, and of their products.
    """

    levels: Whole
    products: Whole
    complete: Whole

    @property
    def persons(self) -> int:
        """How many persons there are."""
        return int(self.levels[:, 0].sum())


@dataclass(frozen=True, slots=True)
class Centred:
    """Sums of products about the items' means; an item that was not answered counts as its mean.

    Attributes
    ----------
    answered
        (J,) answers.
    means
        (J,) means of places.
    products, squares
        (J, J) sums of products of deviations, and of their squares.
    """

    answered: Floats
    means: Floats
    products: Floats
    squares: Floats


def centred(products: Whole) -> Centred:
    """Return sums about the means from those of `PersonSums.products`.

    Examples
    --------
    >>> one = np.array([[2, 2, 2], [2, 2, 2], [2, 2, 2]], dtype=object)
    >>> found = centred(one)
    >>> found.means.tolist(), found.products.tolist()
    ([1.0], [[0.0]])
    """
    J = len(products) // 3
    m = products.reshape(3, J, 3, J).swapaxes(1, 2)
    n = [int(m[0, 0, j, j]) for j in range(J)]
    mean = [Fraction(int(m[0, 1, j, j]), n[j]) if n[j] else Fraction(0) for j in range(J)]
    # (p - c)**e as weights of answered, place and square
    once = [(-c, Fraction(1), Fraction(0)) for c in mean]
    twice = [(c * c, -2 * c, Fraction(1)) for c in mean]
    first, second = (
        np.array([[_joint(m, weights, j, k) for k in range(J)] for j in range(J)])
        for weights in (once, twice)
    )
    return Centred(np.array(n, float), np.array([float(c) for c in mean]), first, second)


def _joint(m: Whole, weights: Sequence[Sequence[Fraction]], j: int, k: int) -> float:
    return float(
        sum(
            (
                weights[j][a] * weights[k][b] * int(m[a, b, j, k])
                for a in range(3)
                for b in range(3)
            ),
            Fraction(0),
        )
    )


def score_moments(levels: Whole) -> tuple[int, float, float]:
    """Return persons, and sums of squared deviations of mean scores and of their squares, in steps.

    Examples
    --------
    >>> score_moments(np.array([[0, 0, 0, 0, 0], [2, 4, 10, 28, 82]], dtype=object))
    (2, 2.0, 2.0)
    """
    power = [
        sum((Fraction(int(row[e]), max(k, 1) ** e) for k, row in enumerate(levels)), Fraction(0))
        for e in range(5)
    ]
    N = int(power[0])
    if not N:
        return 0, 0.0, 0.0
    c = power[1] / N
    second = power[2] - N * c**2
    fourth = power[4] - 4 * c * power[3] + 6 * c**2 * power[2] - 3 * N * c**4
    return N, float(second), float(fourth)


def complete_covariance(complete: Whole, items: Sequence[int]) -> Floats:
    """Return the covariance of some items over persons who answered all, in squared steps.

    Parameters
    ----------
    complete
        From `PersonSums`, of two persons at the least.
    items
        Places of the items.

    Examples
    --------
    >>> made = np.array([[2, 1, 3], [1, 1, 2], [3, 2, 5]], dtype=object)
    >>> complete_covariance(made, [0, 1]).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    n = int(complete[0, 0])
    sums = [int(complete[0, j + 1]) for j in items]
    return np.array(
        [
            [
                float(Fraction(n * int(complete[j + 1, k + 1]) - a * b, n * (n - 1)))
                for k, b in zip(items, sums, strict=True)
            ]
            for j, a in zip(items, sums, strict=True)
        ]
    )
