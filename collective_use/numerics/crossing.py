"""Where a function of one number changes sign, asked for at many numbers at a time.

`scipy.optimize.brentq` asks one by one and takes longer to be loaded than everything that the
groups room seeks with it; a grid within a grid is exact to the last digits and needs numpy alone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from collective_use.numerics.types import Floats

_STEPS = 64


def crossing(function: Callable[[Floats], Floats], low: float, high: float) -> float:
    """Return a number between two ends at which a function changes sign.

    Parameters
    ----------
    function
        Of (M,) rising numbers; returns (M,) values. It is zero or has different signs at the ends.
    low, high
        The ends.

    Returns
    -------
    float
        The first change of sign, as near as double precision tells numbers apart.

    Raises
    ------
    ValueError
        When the function has the same sign at both ends.

    Examples
    --------
    >>> crossing(lambda x: x * x - 2.0, 0.0, 2.0)
    1.414213562373095
    """
    begin, end = np.sign(function(np.array([low, high], dtype=np.float64)))
    if begin == 0:
        return float(low)
    if begin * end > 0:
        raise ValueError(f"the function has one sign at {low!r} and {high!r}")
    while True:
        grid = np.linspace(low, high, _STEPS + 1)
        beyond = np.sign(function(grid)) != begin
        beyond[-1] = True
        at = int(np.argmax(beyond))
        low, high = float(grid[at - 1]), float(grid[at])
        if high - low <= 4.0 * np.spacing(max(abs(low), abs(high))):
            return (low + high) / 2.0
