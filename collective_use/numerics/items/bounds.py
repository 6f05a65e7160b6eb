"""Lower bounds to reliability: Guttman's lambdas and the greatest lower bound."""

from __future__ import annotations

import numpy as np

from collective_use.errors import EstimationError
from collective_use.numerics.types import Floats

MOST_SPLIT = 17
"""Up to here lambda 4 looks at every split of the items; beyond, at the best of many searches."""


def lambda2(covariance: Floats) -> float:
    """Return Guttman's (1945) lambda 2.

    Examples
    --------
    >>> import numpy as np
    >>> round(lambda2(np.full((3, 3), 0.5) + 0.5 * np.eye(3)), 6)
    0.75
    """
    p = len(covariance)
    total = float(covariance.sum())
    off = total - float(np.trace(covariance))
    squares = float(np.sum(covariance**2) - np.sum(np.diag(covariance) ** 2))
    return (off + float(np.sqrt(p / (p - 1) * squares))) / total


def lambda4(covariance: Floats, rng: np.random.Generator | None = None) -> tuple[float, bool]:
    """Return Guttman's (1945) lambda 4, the best split half, and whether all splits were tried.

    Examples
    --------
    >>> import numpy as np
    >>> value, every = lambda4(np.full((4, 4), 0.5) + 0.5 * np.eye(4))
    >>> round(value, 6), every
    (0.8, True)
    """
    p = len(covariance)
    if p <= MOST_SPLIT:
        places = np.arange(1, 2 ** (p - 1), dtype=np.int64)
        best = -np.inf
        for part in np.array_split(places, max(1, len(places) // 4096)):
            side = ((part[:, None] >> np.arange(p)) & 1).astype(float)
            between = np.einsum("sp,pq,sq->s", side, covariance, 1.0 - side)
            best = max(best, float(between.max(initial=-np.inf)))
        return 4 * best / float(covariance.sum()), True
    draw = rng or np.random.default_rng(1)
    best = max(_climbed(covariance, draw) for _ in range(200))
    return 4 * best / float(covariance.sum()), False


def _climbed(covariance: Floats, rng: np.random.Generator) -> float:
    """Move single items over while the covariance between the halves rises."""
    side = rng.permutation(np.arange(len(covariance)) % 2).astype(float) * 2 - 1
    while True:
        gain = side * (covariance @ side) - np.diag(covariance)
        best = int(gain.argmax())
        if gain[best] <= 1e-12:
            break
        side[best] *= -1
    half = (side + 1) / 2
    return float(half @ covariance @ (1 - half))


def greatest_lower_bound(covariance: Floats, tolerance: float = 1e-9) -> float:
    """Return the greatest lower bound (Jackson & Agunwamba 1977; Woodhouse & Jackson 1977).

    The largest error variances that leave a positive semi-definite true covariance, by an interior
    point method.

    Raises
    ------
    EstimationError
        When the covariance is not positive definite.

    Examples
    --------
    >>> import numpy as np
    >>> round(greatest_lower_bound(np.full((3, 3), 0.5) + 0.5 * np.eye(3)), 5)
    0.75
    """
    scale = np.sqrt(np.diag(covariance))
    r = covariance / np.outer(scale, scale)
    if np.linalg.eigvalsh(r)[0] <= 1e-10:
        raise EstimationError("the covariance of the items is not positive definite")
    cost = scale**2
    theta = np.full(len(r), 0.5 * float(np.linalg.eigvalsh(r)[0]))
    weight = 1.0
    while weight * 2 * len(r) > tolerance:
        weight *= 0.2
        for _ in range(50):
            inverse = np.linalg.inv(r - np.diag(theta))
            slope = -cost / cost.sum() / weight + np.diag(inverse) - 1.0 / theta
            step = np.linalg.solve(inverse**2 + np.diag(1.0 / theta**2), -slope)
            decrement = float(-slope @ step)
            size = 1.0
            while size > 1e-12 and not _inside(r, theta + size * step):
                size *= 0.5
            theta = theta + (size if size == 1.0 else 0.9 * size) * step
            if decrement < 1e-10:
                break
    return 1.0 - float(cost @ theta) / float(covariance.sum())


def _inside(r: Floats, theta: Floats) -> bool:
    return bool(theta.min() > 0 and np.linalg.eigvalsh(r - np.diag(theta))[0] > 0)
