"""Arrays by what they hold, named once for the whole package."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Numbers; missing ones are nan."""

Ints = NDArray[np.intp]
"""Places in other arrays: codes of groups, rows, columns."""

Integers = NDArray[np.int64]
"""Counts."""

Bools = NDArray[np.bool_]
"""Yes or no."""
