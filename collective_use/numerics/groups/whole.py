"""Group statistics from whole numbers: exact sums, one rounding at the end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.groups.statistics import GroupStatistics
from collective_use.numerics.types import Floats, Integers

_SAFE = float(1 << 62)


def of_whole_sums(
    size: Integers,
    n: Integers,
    sums: Integers,
    squares: NDArray[np.object_] | Integers,
    *,
    low: float,
    grain: float,
    options: Floats | None = None,
    counts: NDArray[np.int32] | None = None,
) -> GroupStatistics:
    """Build the statistics of one variable from its sums in grains above `low`.

    The sum of squared deviations is (n * squares - sums**2) / n in whole numbers, so that nothing
    cancels; numbers beyond 64 bits are taken with as many digits as they need.

    Parameters
    ----------
    size
        (G,) rows.
    n, sums, squares
        (G,) answers, their sum and the sum of their squares.
    low, grain
        An answer is ``low + grain * whole``.
    options, counts
        (A,) and (G, 1, A), where options were counted.

    Returns
    -------
    GroupStatistics
        Of one column.

    Examples
    --------
    >>> one = np.array
    >>> s = of_whole_sums(one([2]), one([2]), one([3]), one([5]), low=1.0, grain=0.5)
    >>> s.means.tolist(), s.variances.tolist()
    ([[1.75]], [[0.125]])
    """
    largest = float(np.max(n, initial=0)) * float(np.max(squares, initial=0))
    kind = np.int64 if largest < _SAFE else object
    count, total, square = (np.asarray(part).astype(kind) for part in (n, sums, squares))
    inner = (count * square - total * total).astype(np.float64)
    spread = np.where(n > 0, inner / np.maximum(n, 1), 0.0) * grain**2
    return GroupStatistics(
        size=np.asarray(size, dtype=np.int64),
        n=np.asarray(n, dtype=np.int64)[:, None],
        shift=np.array([low]),
        sums=(np.asarray(sums).astype(np.float64) * grain)[:, None],
        deviations=spread[:, None],
        options=options,
        counts=counts,
        cross=None,
        missing="pairwise",
    )
