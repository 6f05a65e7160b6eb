"""Who is selected by a sum of items, beside who would be by the factor itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from collective_use.numerics.types import Floats


@dataclass(frozen=True, slots=True)
class Selection:
    """Selection in K groups.

    Attributes
    ----------
    selected
        (K,) share selected by the sum.
    sensitivity
        (K,) share of those above the cut on the factor who are selected.
    specificity
        (K,) share of those below who are not.
    success
        (K,) share of the selected who are above.
    """

    selected: Floats
    sensitivity: Floats
    specificity: Floats
    success: Floats


def selection_accuracy(
    loadings: Floats, intercepts: Floats, residuals: Floats, means: Floats, variances: Floats,
    shares: Floats, top: float,
) -> Selection:  # fmt: skip
    """Return how well a sum of items selects the highest on its factor, group by group.

    Factor and sum are bivariate normal in each group; both cuts take the top share of the mixture
    of groups (Millsap & Kwok 2004, Psychological Methods 9:93).

    Parameters
    ----------
    loadings, intercepts, residuals
        (K, J) by group and item.
    means, variances
        (K,) of the factor.
    shares
        (K,) of the groups among all persons, sum 1.
    top
        Share selected.

    Examples
    --------
    >>> import numpy as np
    >>> two = np.ones((2, 4))
    >>> found = selection_accuracy(two, np.zeros((2, 4)), two, np.zeros(2), np.ones(2),
    ...     np.array([0.5, 0.5]), 0.25)
    >>> found.selected.round(3).tolist(), found.sensitivity.round(2).tolist()
    ([0.25, 0.25], [0.77, 0.77])
    """
    slope = loadings.sum(axis=1)
    centre = intercepts.sum(axis=1) + slope * means
    spread = np.sqrt(slope**2 * variances + residuals.sum(axis=1))
    width = np.sqrt(variances)
    on_sum = mixture_cut(centre, spread, shares, top)
    on_factor = mixture_cut(means, width, shares, top)
    correlation = slope * width / spread
    a, b = (on_factor - means) / width, (on_sum - centre) / spread
    both = np.array(
        [
            multivariate_normal.cdf([-x, -y], mean=[0, 0], cov=[[1, r], [r, 1]])
            for x, y, r in zip(a, b, correlation, strict=True)
        ]
    )
    high, chosen = ndtr(-a), ndtr(-b)
    neither = 1 - high - chosen + both
    return Selection(chosen, both / high, neither / (1 - high), both / chosen)


def mixture_cut(centres: Floats, spreads: Floats, shares: Floats, top: float) -> float:
    """Return the value that a share `top` of a mixture of normals exceeds.

    Examples
    --------
    >>> import numpy as np
    >>> round(mixture_cut(np.zeros(1), np.ones(1), np.ones(1), 0.025), 2)
    1.96
    """
    low = float((centres - 10 * spreads).min())
    high = float((centres + 10 * spreads).max())

    def over(cut: float) -> float:
        return float((shares * ndtr((centres - cut) / spreads)).sum()) - top

    return float(brentq(over, low, high, xtol=1e-12))
