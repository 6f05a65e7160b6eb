"""Data with exact moments: a fit of the true model is exact, so the solution is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigh

Floats = NDArray[np.float64]


def whitened(n: int, p: int, seed: int) -> Floats:
    z = np.random.default_rng(seed).normal(size=(n, p))
    z -= z.mean(0)
    return np.asarray(z @ np.linalg.inv(np.linalg.cholesky(z.T @ z / n)).T)


def names_for(p: int) -> list[str]:
    return [f"y{i + 1}" for i in range(p)]


def sample(cov: Floats, n: int, seed: int = 1, names: list[str] | None = None) -> pd.DataFrame:
    """n cases whose covariance matrix (divisor n) is exactly `cov`."""
    values = whitened(n, len(cov), seed) @ np.linalg.cholesky(cov).T
    return pd.DataFrame(values, columns=names or names_for(len(cov)))


def two_level(
    within: Floats, between: Floats, groups: int, size: int, seed: int = 1
) -> pd.DataFrame:
    """Balanced groups: pooled within covariance `within`, unrestricted between `between`."""
    p, n = len(within), groups * size
    means = whitened(groups, p, seed) @ np.linalg.cholesky(between + within / size).T
    z = np.random.default_rng(seed + 1).normal(size=(groups, size, p))
    z = (z - z.mean(1, keepdims=True)).reshape(n, p)
    z = z @ np.linalg.inv(np.linalg.cholesky(z.T @ z / (n - groups))).T
    values = np.repeat(means, size, 0) + z @ np.linalg.cholesky(within).T
    return pd.DataFrame(values, columns=names_for(p)).assign(g=np.repeat(np.arange(groups), size))


def implied(load: ArrayLike, psi: ArrayLike, theta: ArrayLike) -> Floats:
    """Covariances of a factor model whose own matrices need not be possible ones."""
    L, P, T = (np.asarray(m, dtype=float) for m in (load, psi, theta))
    S = L @ P @ L.T + T
    assert np.linalg.eigvalsh(S)[0] > 1e-6
    return np.asarray(S)


def blocks(factors: int, items: int = 3, value: float = 1.0) -> Floats:
    return np.kron(np.eye(factors), np.full((items, 1), value))


def unrestricted(d: pd.DataFrame, items: list[str], group: str = "g") -> tuple[float, float]:
    """Log-likelihoods of the unrestricted model for balanced groups, in closed form.

    With a free between matrix, and with one kept possible (Klotz & Putter 1969, Annals of
    Mathematical Statistics 40:1100).
    """
    groups = d[group].nunique()
    size, n, p = len(d) // groups, len(d), len(items)
    means = d.groupby(group)[items].mean().to_numpy()
    w = d[items].to_numpy() - d.groupby(group)[items].transform("mean").to_numpy()
    sw = w.T @ w / (n - groups)
    sb = size * (means - means.mean(0)).T @ (means - means.mean(0)) / groups
    log_w, log_b = np.linalg.slogdet(sw)[1], np.linalg.slogdet(sb)[1]
    base = n * p * np.log(2 * np.pi)
    free = -0.5 * (base + (n - groups) * (log_w + p) + groups * (log_b + p))
    root = eigh(sb, sw, eigvals_only=True)
    t = ((n - groups) + groups * root) / n
    above = n + groups * np.log(np.maximum(root, 1))
    kept = -0.5 * (base + n * log_w + np.where(root >= 1, above, n + n * np.log(t)).sum())
    return float(free), float(kept)
