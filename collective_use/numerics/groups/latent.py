"""The latent correlation of items, which draws of correlated answers are made from."""

from __future__ import annotations

import numpy as np

from collective_use.numerics.ordinal.polychoric import (
    padded,
    polychoric_correlations,
    thresholds_of,
)
from collective_use.numerics.types import Floats

MOST_OPTIONS = 12
"""With more options the correlation of answers is as good as latent."""


def latent_correlation(values: Floats) -> Floats:
    """Return the polychoric correlations of items over persons who answered both (Olsson 1979).

    Answers cut into options correlate less than what was cut: drawing with the correlation of
    answers would draw items that belong together less than the observed ones. Items that do not
    vary, and pairs that fewer than three persons answered, count as unrelated.

    Parameters
    ----------
    values
        (N, J) answers, NaN for missing.

    Examples
    --------
    >>> x = np.repeat([[1, 1], [1, 2], [2, 1], [2, 2]], [40, 10, 10, 40], axis=0)
    >>> latent_correlation(x.astype(float)).round(3).tolist()
    [[1.0, 0.809], [0.809, 1.0]]
    """
    x = np.asarray(values, float)
    J = x.shape[1]
    result = np.eye(J)
    kinds = [np.unique(x[~np.isnan(x[:, j]), j]) for j in range(J)]
    known = np.array([1 < len(kind) <= MOST_OPTIONS for kind in kinds])
    pairs = [(i, j) for i in range(J) for j in range(i) if known[i] and known[j]]
    places = [np.searchsorted(kind, column) for kind, column in zip(kinds, x.T, strict=True)]
    K = max((len(kinds[j]) for j in np.flatnonzero(known)), default=2)
    tables, cuts, kept = [], [], []
    for i, j in pairs:
        both = ~np.isnan(x[:, i]) & ~np.isnan(x[:, j])
        cells = np.bincount(places[i][both] * K + places[j][both], minlength=K * K)
        table = cells[: K * K].reshape(K, K).astype(float)
        found = _cut(table, K)
        if found is not None:
            tables.append(found[0])
            cuts.append(found[1:])
            kept.append((i, j))
    if kept:
        rows, columns = (np.array(part) for part in zip(*cuts, strict=True))
        rho = polychoric_correlations(np.array(tables), rows, columns).rho
        for (i, j), value in zip(kept, rho, strict=True):
            result[i, j] = result[j, i] = value
    return _with_plain(x, kinds, result)


def _cut(table: Floats, K: int) -> tuple[Floats, Floats, Floats] | None:
    """Return a table without empty rows and columns, padded again, and the cuts of its margins."""
    rows, columns = table.sum(axis=1) > 0, table.sum(axis=0) > 0
    part = table[np.ix_(rows, columns)]
    if min(part.shape) < 2 or part.sum() < 3:
        return None
    full = np.zeros((K, K))
    full[: part.shape[0], : part.shape[1]] = part
    margins = (thresholds_of(part.sum(axis=1)), thresholds_of(part.sum(axis=0)))
    return full, padded(margins[0], K), padded(margins[1], K)


def _with_plain(x: Floats, kinds: list[Floats], result: Floats) -> Floats:
    """Fill in correlations of answers for items with many options."""
    many = [j for j, kind in enumerate(kinds) if len(kind) > MOST_OPTIONS]
    for j in many:
        for i in range(x.shape[1]):
            both = ~np.isnan(x[:, i]) & ~np.isnan(x[:, j])
            if i != j and len(kinds[i]) > 1 and both.sum() > 2:
                a, b = x[both, i] - x[both, i].mean(), x[both, j] - x[both, j].mean()
                bottom = float(np.sqrt((a @ a) * (b @ b)))
                result[i, j] = result[j, i] = float(a @ b) / bottom if bottom > 0 else 0.0
    return result
