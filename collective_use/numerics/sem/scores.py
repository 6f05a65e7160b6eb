"""Casewise derivatives of the normal log-likelihood."""

from __future__ import annotations

from collective_use.numerics.moments import Floats
from collective_use.numerics.sem.model import Cells, State, collect, mean_factor


def case_scores(cells: Cells, state: State, Z: Floats, P: Floats, q: int, *, means: bool) -> Floats:
    """Return casewise derivatives of the normal log-likelihood, (n, q).

    Parameters
    ----------
    cells, state
        Of one block.
    Z
        ``P (y - mu)`` by case, (n, p); entries of missing variables are 0.
    P
        Sigma^-1, (p, p); rows and columns of missing variables are 0.
    q
        Number of free parameters.
    means
        Whether means are fitted.
    """
    H = state.H
    ZH = Z @ H
    K = H.T @ P @ H
    zu = ZH[:, cells.u]
    values = cells.s * (zu * ZH[:, cells.v] - K[cells.u, cells.v])
    if means:
        values += mean_factor(cells, state) * zu
    return collect(cells, values, q)
