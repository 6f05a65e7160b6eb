"""Normal theory's prediction of some variables from others."""

from __future__ import annotations

import numpy as np

from collective_use.numerics.moments import Floats, Ints


def regression_on(C: Floats, wanted: Ints, given: Ints) -> tuple[Floats, Floats]:
    """Return weights B and rest R of ``E(y | x) = my + B (x - mx)``, ``var(y | x) = R``.

    Parameters
    ----------
    C
        Covariances of all variables (t, t).
    wanted, given
        Places of y (k,) and x (m,); x may be empty.

    Returns
    -------
    B, R
        (k, m) and (k, k).

    References
    ----------
    Anderson (2003), An introduction to multivariate statistical analysis, theorem 2.5.1.

    Examples
    --------
    >>> import numpy as np
    >>> C = np.array([[4.0, 1.0], [1.0, 2.0]])
    >>> B, R = regression_on(C, np.array([0]), np.array([1]))
    >>> B.tolist(), R.tolist()
    ([[0.5]], [[3.5]])
    """
    own = C[np.ix_(wanted, wanted)]
    if given.size == 0:
        return np.zeros((wanted.size, 0)), own
    cross = C[np.ix_(wanted, given)]
    # Covariates can be linear combinations of each other; the prediction is unique all the same.
    B = np.asarray(np.linalg.lstsq(C[np.ix_(given, given)], cross.T, rcond=None)[0].T, dtype=float)
    return B, own - B @ cross.T
