"""Model-implied moments in reticular action form, their derivatives by index arrays.

Every block (a level of a group) holds variables ``v`` (observed first, then latent) with
directed effects ``A``, symmetric (co)variances ``S`` and intercepts ``m``:

``V = (I - A)^-1``, ``C = V S V'``, ``Sigma = C[:p, :p]``, ``mu = (V m)[:p]``.

The derivative of ``Sigma`` by one cell has rank two, ``s (u v' + v u')``, where ``u`` and ``v``
are columns of ``H = [V[:p], C[:p]]``; gradients, information and casewise scores are therefore
gathered from ``H' W H`` and never need the matrix of all derivatives. All functions accept
leading batch dimensions in the vector of free parameters.

References
----------
McArdle & McDonald (1984), British Journal of Mathematical and Statistical Psychology 37:234.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy as np

from collective_use.numerics.types import Floats as Floats
from collective_use.numerics.types import Ints as Ints


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a model with p observed of t variables, k free cells in A, S and m.

    Attributes
    ----------
    p, t
        Number of observed and of all variables.
    A, S, m
        Fixed values, shapes (t, t), (t, t), (t,); free cells hold 0.
    a_row, a_col, a_free
        Free cells of A (row = what is explained) and their place among free parameters, from 0.
    s_row, s_col, s_free
        Free cells of S, one triangle.
    m_row, m_free
        Free cells of m.
    depth
        Number of powers of A that can differ from zero, 0 when effects form a circle.
    tau, tau_item, tau_row, tau_free
        Thresholds: fixed values (k,), their observed variable, free positions and places.
    delta, delta_row, delta_free
        Scales of observed variables: fixed values (p,), free positions and places.
    """

    p: int
    t: int
    A: Floats
    S: Floats
    m: Floats
    a_row: Ints
    a_col: Ints
    a_free: Ints
    s_row: Ints
    s_col: Ints
    s_free: Ints
    m_row: Ints
    m_free: Ints
    depth: int
    tau: Floats
    tau_item: Ints
    tau_row: Ints
    tau_free: Ints
    delta: Floats
    delta_row: Ints
    delta_free: Ints


@dataclass(frozen=True, slots=True)
class Model:
    """A compiled model.

    Attributes
    ----------
    blocks
        Ordered by group, then level.
    n_free
        Length q of the vector of free parameters.
    meanstructure
        Whether means are fitted.
    """

    blocks: tuple[Block, ...]
    n_free: int
    meanstructure: bool


@dataclass(frozen=True, slots=True)
class Cells:
    """Derivatives of the moments of one block by its k free cells, as places in H.

    Attributes
    ----------
    u, v
        Columns of H, shapes (k,): ``dSigma = s (u v' + v u')``.
    s
        1, 1/2 for a variance, 0 for an intercept.
    w
        Variable whose total mean multiplies an effect (k,); -1 for (co)variances, -2 for an
        intercept (factor 1).
    free
        Place among free parameters (k,).
    unique
        Whether no place appears twice.
    """

    u: Ints
    v: Ints
    s: Floats
    w: Ints
    free: Ints
    unique: bool


@dataclass(frozen=True, slots=True)
class State:
    """Moments of one block at some parameter values.

    Attributes
    ----------
    Sigma, mu
        (..., p, p) and (..., p); before scaling by `delta`.
    V, C, eta
        (I - A)^-1, covariances and means of all variables: (..., t, t), (..., t, t), (..., t).
    H
        ``[V[:p], C[:p]]``, (..., p, 2t).
    """

    Sigma: Floats
    mu: Floats
    V: Floats
    C: Floats
    eta: Floats
    H: Floats


def cells_of(block: Block) -> Cells:
    """Return the free cells of a block in the order A, S, m."""
    variance = block.s_row == block.s_col
    u = np.concatenate([block.a_row, block.s_row, block.m_row])
    v = np.concatenate([block.t + block.a_col, block.s_col, block.m_row])
    s = np.concatenate(
        [np.ones(block.a_row.size), np.where(variance, 0.5, 1.0), np.zeros(block.m_row.size)]
    )
    none = np.full(block.s_row.size, -1, dtype=np.intp)
    one = np.full(block.m_row.size, -2, dtype=np.intp)
    free = np.concatenate([block.a_free, block.s_free, block.m_free])
    w = np.concatenate([block.a_col, none, one])
    return Cells(u, v, s, w, free, bool(np.unique(free).size == free.size))


def fill(block: Block, theta: Floats) -> tuple[Floats, Floats, Floats]:
    """Return A, S and m at the free parameters `theta` of shape (..., q)."""
    if theta.ndim == 1 and theta.dtype == np.float64:
        A, S, m = block.A.copy(), block.S.copy(), block.m.copy()
        A[block.a_row, block.a_col] = theta[block.a_free]
        S[block.s_row, block.s_col] = theta[block.s_free]
        S[block.s_col, block.s_row] = theta[block.s_free]
        m[block.m_row] = theta[block.m_free]
        return A, S, m
    lead = theta.shape[:-1]
    A = np.broadcast_to(block.A, (*lead, block.t, block.t)).astype(theta.dtype)
    S = np.broadcast_to(block.S, (*lead, block.t, block.t)).astype(theta.dtype)
    m = np.broadcast_to(block.m, (*lead, block.t)).astype(theta.dtype)
    A[..., block.a_row, block.a_col] = theta[..., block.a_free]
    S[..., block.s_row, block.s_col] = theta[..., block.s_free]
    S[..., block.s_col, block.s_row] = theta[..., block.s_free]
    m[..., block.m_row] = theta[..., block.m_free]
    return A, S, m


def total_effects(A: Floats, depth: int) -> Floats:
    """Return (I - A)^-1; by powers of A when effects form no circle.

    NaN where a circle of effects never comes to rest (I - A is singular).

    Examples
    --------
    >>> bool(np.isnan(total_effects(np.array([[0.0, 1.0], [1.0, 0.0]]), 0)).all())
    True
    """
    eye = np.eye(A.shape[-1])
    if depth == 0 or depth > 3:
        try:
            return np.asarray(np.linalg.inv(eye - A))
        except np.linalg.LinAlgError:
            return _total_effects_where_possible(eye - A)
    V = eye + A
    power = A
    for _ in range(depth - 1):
        power = power @ A
        V = V + power
    return V


def _total_effects_where_possible(M: Floats) -> Floats:
    out = np.full_like(M, np.nan)
    for place in np.ndindex(M.shape[:-2]):
        with contextlib.suppress(np.linalg.LinAlgError):
            out[place] = np.linalg.inv(M[place])
    return out


def moments(block: Block, theta: Floats) -> State:
    """Return the implied moments of a block.

    Parameters
    ----------
    block
        The block.
    theta
        Free parameters, shape (..., q).

    Examples
    --------
    >>> none = np.zeros(0, dtype=int)
    >>> one = Block(1, 1, np.zeros((1, 1)), np.zeros((1, 1)), np.zeros(1), none, none, none,
    ...     np.array([0]), np.array([0]), np.array([0]), none, none, 1, np.zeros(0), none,
    ...     none, none, np.ones(1), none, none)
    >>> moments(one, np.array([2.0])).Sigma
    array([[2.]])
    """
    A, S, m = fill(block, theta)
    V = total_effects(A, block.depth)
    C = V @ S @ V.swapaxes(-1, -2)
    eta = (V @ m[..., None])[..., 0]
    p = block.p
    H = np.concatenate([V[..., :p, :], C[..., :p, :]], axis=-1)
    return State(C[..., :p, :p], eta[..., :p], V, C, eta, H)


def mean_factor(cells: Cells, state: State) -> Floats:
    """Return the factor f with ``dmu = f V[:p, u]`` for every cell, shape (..., k)."""
    eta = state.eta
    out = np.zeros((*eta.shape[:-1], cells.u.size), dtype=eta.dtype)
    effect = cells.w >= 0
    out[..., effect] = eta[..., cells.w[effect]]
    out[..., cells.w == -2] = 1.0
    return out


def collect(cells: Cells, values: Floats, q: int) -> Floats:
    """Add cell values (..., k) up by free parameter (..., q)."""
    out = np.zeros((*values.shape[:-1], q), dtype=values.dtype)
    if cells.unique:
        out[..., cells.free] = values
    else:
        # numpy's stubs do not know an ellipsis among the indices of `at`.
        np.add.at(out, (..., cells.free), values)  # type: ignore[arg-type]
    return out


def collect_square(cells: Cells, values: Floats, q: int) -> Floats:
    """Add cell pairs (..., k, k) up by pairs of free parameters (..., q, q)."""
    out = np.zeros((*values.shape[:-2], q, q), dtype=values.dtype)
    place = (..., cells.free[:, None], cells.free[None, :])
    if cells.unique:
        out[place] = values
    else:
        np.add.at(out, place, values)  # type: ignore[arg-type]
    return out


def gradient(cells: Cells, state: State, by_sigma: Floats, by_mu: Floats | None, q: int) -> Floats:
    """Return dF/dtheta where ``dF = tr(by_sigma dSigma) + by_mu' dmu``.

    Parameters
    ----------
    cells, state
        Of one block.
    by_sigma
        Symmetric, (..., p, p).
    by_mu
        (..., p), or None without mean structure.
    q
        Number of free parameters.
    """
    H = state.H
    K = H.swapaxes(-1, -2) @ (by_sigma @ H)
    values = 2 * cells.s * K[..., cells.u, cells.v]
    if by_mu is not None:
        g = (by_mu[..., None, :] @ H)[..., 0, :]
        values = values + mean_factor(cells, state) * g[..., cells.u]
    return collect(cells, values, q)


def pair_traces(cells: Cells, left: Floats, right: Floats) -> Floats:
    """Return ``tr(P dSigma_a Q dSigma_b)`` for all cells from H'PH and H'QH, (..., k, k)."""
    u, v = cells.u, cells.v
    lv, lu = left[..., v, :], left[..., u, :]
    rv, ru = right[..., v, :], right[..., u, :]
    total = rv[..., u] * lu[..., v] + rv[..., v] * lu[..., u]
    total += ru[..., u] * lv[..., v] + ru[..., v] * lv[..., u]
    return total * (cells.s[:, None] * cells.s)


def expected_information(cells: Cells, state: State, P: Floats, q: int, *, means: bool) -> Floats:
    """Return the information of one observation under normality, (..., q, q).

    ``tr(P dS_a P dS_b) / 2 + dmu_a' P dmu_b`` with ``P = Sigma^-1``.
    """
    return collect_square(cells, expected_cells(cells, state, P, means=means), q)


def expected_cells(cells: Cells, state: State, P: Floats, *, means: bool) -> Floats:
    """Return `expected_information` by pairs of cells, (..., k, k)."""
    H = state.H
    K = H.swapaxes(-1, -2) @ (P @ H)
    u, v = cells.u, cells.v
    Ku, Kv = K[..., u, :], K[..., v, :]
    Kuu = Ku[..., u]
    values = Kv[..., u] * Ku[..., v] + Kv[..., v] * Kuu
    values *= cells.s[:, None] * cells.s
    if means:
        f = mean_factor(cells, state)
        values += f[..., :, None] * f[..., None, :] * Kuu
    return values


def second_derivative(
    block: Block, cells: Cells, state: State, by_sigma: Floats, by_mu: Floats | None, q: int
) -> Floats:
    """Return ``tr(by_sigma d2Sigma) + by_mu' d2mu`` for all pairs of free parameters.

    Parameters
    ----------
    block, cells, state
        Of one block.
    by_sigma, by_mu
        As in `gradient`.
    q
        Number of free parameters.
    """
    p, na = block.p, block.a_row.size
    V, C = state.V, state.C
    G, CF = V[..., :p, :], C[..., :p, :]
    GG = G.swapaxes(-1, -2) @ by_sigma @ G
    GC = G.swapaxes(-1, -2) @ by_sigma @ CF
    i, j = block.a_row, block.a_col
    k = cells.u.size
    values = np.zeros((*V.shape[:-2], k, k))
    # directed by directed: i <- j and k <- l
    vli = V[..., j, :][..., i].swapaxes(-1, -2)  # [a, b] = V[l_b, i_a]
    gij = GC[..., i, :][..., j]
    aa = vli * gij.swapaxes(-1, -2) + vli.swapaxes(-1, -2) * gij
    aa = aa + C[..., j, :][..., j] * GG[..., i, :][..., i]
    values[..., :na, :na] = 2 * aa
    r, c, ns = block.s_row, block.s_col, block.s_row.size
    scale = np.where(r == c, 0.5, 1.0)
    vjr, vjc = V[..., j, :][..., r], V[..., j, :][..., c]
    mixed = 2 * scale * (vjr * GG[..., i, :][..., c] + vjc * GG[..., i, :][..., r])
    values[..., :na, na : na + ns] = mixed
    values[..., na : na + ns, :na] = mixed.swapaxes(-1, -2)
    if by_mu is not None:
        g = (by_mu[..., None, :] @ G)[..., 0, :]
        eta = state.eta
        first = vli * (g[..., i][..., None, :] * eta[..., j][..., :, None])
        values[..., :na, :na] += first + first.swapaxes(-1, -2)
        rows = block.m_row
        mean = g[..., i][..., :, None] * V[..., j, :][..., rows]
        values[..., :na, na + ns :] += mean
        values[..., na + ns :, :na] += mean.swapaxes(-1, -2)
    return collect_square(cells, values, q)


def vech_index(p: int) -> tuple[Ints, Ints]:
    """Return rows and columns of the lower triangle, column by column."""
    cols, rows = np.triu_indices(p)
    return rows, cols


def jacobian(cells: Cells, state: State, q: int, *, means: bool) -> Floats:
    """Return d(mu, vech Sigma)/dtheta, ((p +) p(p+1)/2, q)."""
    p = state.Sigma.shape[-1]
    rows, cols = vech_index(p)
    U, W = state.H[:, cells.u], state.H[:, cells.v]
    sigma = cells.s * (U[rows] * W[cols] + U[cols] * W[rows])
    parts = [sigma]
    if means:
        parts.insert(0, mean_factor(cells, state) * U)
    return collect(cells, np.concatenate(parts), q)
