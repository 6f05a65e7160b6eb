"""Local dependence: what two items share beyond their scale."""

from __future__ import annotations

import numpy as np

from collective_use.numerics.types import Floats


def local_dependence(r: Floats) -> Floats:
    """Return what each pair of items shares beyond what both share with the rest of the scale.

    The correlation of a pair, less the product of its items' correlations with the sum of the
    others over that sum's alpha; less the mean over pairs. A factor of all items would bend towards
    two that say the same, and hide them. Zeros for fewer than four items.

    Parameters
    ----------
    r
        (J, J) correlations.

    Examples
    --------
    >>> import numpy as np
    >>> r = np.full((5, 5), 0.5) + 0.5 * np.eye(5)
    >>> r[0, 1] = r[1, 0] = 0.9
    >>> found = local_dependence(r)
    >>> bool(found[0, 1] > 0.3), bool(found[2, 3] < 0.2)
    (True, True)
    """
    count = len(r)
    gap = np.zeros_like(r)
    if count < 4:
        return gap
    for i in range(count):
        for j in range(i):
            rest = np.delete(np.arange(count), [j, i])
            own = r[np.ix_(rest, rest)]
            total = float(own.sum())
            alpha = len(rest) / (len(rest) - 1) * (1 - len(rest) / total)
            if alpha > 0:
                both = float(r[i, rest].sum() * r[j, rest].sum()) / total
                gap[i, j] = gap[j, i] = r[i, j] - both / alpha
    below = np.tril_indices(count, -1)
    out = gap - gap[below].mean()
    np.fill_diagonal(out, 0.0)
    return out
