"""What a study of a given size can find, in closed form."""

from __future__ import annotations

import math

from scipy.special import ndtri


def least_path(
    n: int, predictors: int, r_square: float = 0.0, *, power: float = 0.80, alpha: float = 0.05
) -> float | None:
    """Return the least standardised path that is found with a given power.

    The standard error of a standardised path with uncorrelated predictors is about
    ``sqrt((1 - R2) / (n - predictors - 1))`` (Cohen, Cohen, West & Aiken 2003, Applied multiple
    regression, equation 3.6.1); the least path is that times the sum of the normal quantiles of
    the test and of the power. Correlated predictors ask for more.

    Parameters
    ----------
    n
        Cases.
    predictors
        Of the equation.
    r_square
        Explained variance of the equation.
    power, alpha
        Chance of finding it; two-sided level of the test.

    Returns
    -------
    float or None
        None where there are too few cases, or where no path below 1 is found.

    Examples
    --------
    >>> round(least_path(60, 5, 0.3), 2)
    0.32
    """
    free = n - predictors - 1
    if free <= 0:
        return None
    error = math.sqrt((1 - r_square) / free)
    least = float(ndtri(1 - alpha / 2) + ndtri(power)) * error
    return least if least < 1 else None
