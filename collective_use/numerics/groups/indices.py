"""Which function computes an index of dispersion: each bound to its word.

The words are rows of `collective_use.index_words`. A function takes the members' values of all
groups at once and returns one number for each group.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from collective_use.numerics.groups import dispersion as kernel
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.numerics.types import Bools, Floats, Integers, Ints


@dataclass(frozen=True)
class Cells:
    """Members' values by group, with what kernels share.

    Attributes
    ----------
    x
        (N,) values without missing ones; for variety the place of the kind.
    codes
        (N,) groups.
    total
        G.
    n, squares, means
        (G,) answers, squared deviations from the mean, and means.
    counts
        (G, K) members of each kind, for variety.
    """

    x: Floats
    codes: Ints
    total: int
    n: Integers
    squares: Floats
    means: Floats
    counts: Integers


def cells_of(x: Floats, codes: Ints, total: int, n_kinds: int = 0) -> Cells:
    """Return what the kernels need.

    Parameters
    ----------
    x
        (N,) values without missing ones; for variety the place of the kind, 0 to n_kinds - 1.
    codes
        (N,) groups.
    total
        G.
    n_kinds
        Number of kinds, for variety.

    Examples
    --------
    >>> import numpy as np
    >>> cells_of(np.array([1.0, 3.0]), np.array([0, 0]), 1).means
    array([2.])
    """
    stats = group_statistics(x, codes, total)
    counts = np.zeros((total, 0), dtype=np.int64)
    if n_kinds:
        place = codes * n_kinds + x.astype(np.intp)
        counts = np.bincount(place, minlength=total * n_kinds).reshape(total, n_kinds)
    return Cells(x, codes, total, stats.n[:, 0], stats.deviations[:, 0], stats.means[:, 0], counts)


def _where(values: Floats, good: Bools) -> Floats:
    return np.where(good, values, np.nan)


Kernel = Callable[[Cells], Floats]
"""From the values of all groups to (G,) numbers."""

KERNELS: dict[str, dict[str, Kernel]] = {
    "separation": {
        "sd": lambda c: kernel.standard_deviation(c.squares, c.n),
        "mean_distance": lambda c: kernel.mean_euclidean_distance(c.x, c.codes, c.total),
        "sd_observed": lambda c: kernel.standard_deviation(c.squares, c.n, correct=False),
        "mean_distance_observed": lambda c: kernel.mean_euclidean_distance(
            c.x, c.codes, c.total, correct=False
        ),
    },
    "disparity": {
        "cv": lambda c: kernel.coefficient_of_variation(c.squares, c.n, c.means),
        "cv_adjusted": lambda c: kernel.adjusted_variation(c.squares, c.n, c.means),
        "gini": lambda c: kernel.gini(c.x, c.codes, c.total),
        "cv_observed": lambda c: kernel.coefficient_of_variation(
            c.squares, c.n, c.means, correct=False
        ),
        "gini_observed": lambda c: kernel.gini(c.x, c.codes, c.total, correct=False),
        "herfindahl": lambda c: kernel.concentration(c.x, c.codes, c.total)[0],
        "effective_number": lambda c: 1.0 / kernel.concentration(c.x, c.codes, c.total)[0],
        "largest_share": lambda c: kernel.concentration(c.x, c.codes, c.total)[1],
        "sd": lambda c: np.sqrt(_where(c.squares / np.maximum(c.n - 1, 1), c.n > 1)),
        "valued_mean": lambda c: c.means,
    },
    "variety": {
        "blau": lambda c: kernel.blau(c.counts),
        "teachman": lambda c: kernel.teachman(c.counts),
        "blau_observed": lambda c: kernel.blau(c.counts, correct=False),
        "teachman_observed": lambda c: kernel.teachman(c.counts, correct=False),
        "distinct": lambda c: kernel.distinct(c.counts),
    },
}
"""By kind of dispersion, the function behind each word."""


def computes(name: str, kind: str) -> Callable[[Kernel], Kernel]:
    """Bind the function below to a word.

    Parameters
    ----------
    name
        The word of the index.
    kind
        ``"separation"``, ``"disparity"`` or ``"variety"``.

    Raises
    ------
    ValueError
        When the word is taken.

    Examples
    --------
    >>> computes("gini", "disparity")
    Traceback (most recent call last):
    ValueError: 'gini' of disparity is computed already
    """
    if name in KERNELS[kind]:
        raise ValueError(f"{name!r} of {kind} is computed already")

    def bind(function: Kernel) -> Kernel:
        KERNELS[kind][name] = function
        return function

    return bind
