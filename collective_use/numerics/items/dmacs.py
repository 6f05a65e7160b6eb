"""How much unequal loadings and intercepts matter: dMACS."""

from __future__ import annotations

import numpy as np

from collective_use.numerics.types import Floats


def dmacs(
    loadings: Floats, intercepts: Floats, mean: float, variance: float, spread: Floats
) -> tuple[Floats, Floats]:
    """Return the size of non-invariance of items, and the shift of their expected answers.

    Nye & Drasgow (2011, Journal of Applied Psychology 96:966), in closed form: the root of the mean
    squared difference of the two item regressions over the focal group's latent distribution, over
    the item's pooled standard deviation.

    Parameters
    ----------
    loadings, intercepts
        (2, J) of the reference and the focal group.
    mean, variance
        Of the focal group's factor.
    spread
        (J,) pooled standard deviations.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.array([[1.0], [1.0]])
    >>> dmacs(one, np.array([[0.0], [0.5]]), 0.0, 1.0, np.array([1.0]))[0].tolist()
    [0.5]
    """
    by_loading = loadings[0] - loadings[1]
    shift = intercepts[0] - intercepts[1] + by_loading * mean
    size = np.sqrt(shift**2 + by_loading**2 * variance) / spread
    return size, -shift
