"""A second opinion on alpha, by a program that is not ours."""

from __future__ import annotations

import numpy as np
import pandas as pd

from collective_use.errors import EngineDisagreementWarning, warn

TOLERANCE = 1e-6
"""How far two programs may differ in a number that both compute in closed form."""


def alpha_by_pingouin(
    values: pd.DataFrame, confidence: float, ours: float, scale: str
) -> tuple[float, float, float]:
    """Return alpha and Feldt's limits as pingouin computes them (Vallat 2018).

    pingouin rounds limits to three decimals.

    Parameters
    ----------
    values
        Complete answers of persons to the items of one scale.
    confidence
        Of the limits.
    ours
        Alpha by our own core; a difference warns.
    scale
        Its name, for the warning.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1.0, 3, 2, 4]})
    >>> round(alpha_by_pingouin(frame, 0.95, 0.888888889, "scale")[0], 4)
    0.8889
    """
    import pingouin

    alpha, limits = pingouin.cronbach_alpha(data=values, ci=confidence)
    low, high = (float(limit) for limit in np.asarray(limits))
    if not abs(float(alpha) - ours) <= TOLERANCE:
        warn(
            f"{scale}: alpha is {ours:.6f} here and {float(alpha):.6f} by pingouin; please report "
            "this with the data or their covariances",
            EngineDisagreementWarning,
        )
    return float(alpha), low, high
