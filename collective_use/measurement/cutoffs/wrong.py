"""The misspecified models behind a level: what is there, and what the fitted model leaves out."""

from __future__ import annotations

import numpy as np

from collective_use.accepted import PlainDict
from collective_use.errors import EstimationError, NotSupported
from collective_use.frames import records_of
from collective_use.measurement.correlations import Floats
from collective_use.sem.result import SemResult

MOST_EXPLAINED = 0.95
"""An item with an added cross-loading keeps at least 5% of its variance to itself."""


def standardised(fit: SemResult, level: int | None = None) -> tuple[Floats, Floats, list[str]]:
    """Return (J, k) standardised loadings, (k, k) factor correlations, and the items.

    Under a second-order factor the correlations are those that it implies.

    Parameters
    ----------
    fit
        A confirmatory model.
    level
        1 or 2 of a two-level model.

    Raises
    ------
    EstimationError
        When a variance is negative.
    NotSupported
        For models of more than two orders.
    """
    place = 0 if level is None else level - 1
    block = fit.solution.table.blocks[place]
    items = list(block.observed)
    rows = [
        row for row in records_of(fit.standardized("all"))
        if level is None or str(row["level"]) in (str(level), ("within", "between")[level - 1])
    ]  # fmt: skip
    loads = [(r["lhs"], r["rhs"], float(r["est"])) for r in rows if r["op"] == "=~"]
    factors = [f for f in block.latent if any(a == f and b in items for a, b, _ in loads)]
    above = [f for f in block.latent if f not in factors]
    pattern, phi = np.zeros((len(items), len(factors))), np.eye(len(factors))
    for factor, item, size in loads:
        if item in items:
            pattern[items.index(item), factors.index(factor)] = size
    higher = np.zeros((len(factors), len(above)))
    for top, factor, size in loads:
        if factor in factors and top in above:
            higher[factors.index(factor), above.index(top)] = size
        elif factor in above:
            raise NotSupported("dynamic cut-offs of third-order factors are not offered")
    phi = phi + _between(rows, factors) + higher @ (
        np.eye(len(above)) + _between(rows, above)
    ) @ higher.T  # fmt: skip
    np.fill_diagonal(phi, 1.0)
    _require_numbers(pattern, phi)
    return pattern, phi, items


def _require_numbers(*matrices: Floats) -> None:
    if not all(np.isfinite(matrix).all() for matrix in matrices):
        raise EstimationError(
            "no sample can be drawn: the fit has a negative variance of a factor or an item, so "
            "that its standardised loadings do not exist"
        )


def _between(rows: list[PlainDict], names: list[str]) -> Floats:
    """Return the correlations of some latent variables off the diagonal, which is 0."""
    found = np.zeros((len(names), len(names)))
    for row in rows:
        pair = (row["lhs"], row["rhs"])
        if row["op"] == "~~" and pair[0] != pair[1] and set(pair) <= set(names):
            a, b = names.index(pair[0]), names.index(pair[1])
            found[a, b] = found[b, a] = float(row["est"])
    return found


def implied(pattern: Floats, phi: Floats, extra: Floats | None = None) -> Floats:
    """Return the correlations of items that loadings and factor correlations imply.

    Examples
    --------
    >>> import numpy as np
    >>> implied(np.array([[0.8], [0.5]]), np.eye(1)).tolist()
    [[1.0, 0.4], [0.4, 1.0]]
    """
    loadings = pattern if extra is None else pattern + extra
    out = loadings @ phi @ loadings.T
    np.fill_diagonal(out, 1.0)
    return out


def misspecified(pattern: Floats, phi: Floats, items: list[str]) -> list[tuple[Floats, str, float]]:
    """Return the correlations of each level's wrong model, what it has more, and how large.

    Parameters
    ----------
    pattern, phi, items
        Of `standardised`.

    Raises
    ------
    NotSupported
        When no item loads on one factor alone, as with a bifactor model.
    """
    if pattern.shape[1] == 1:
        return _residuals(pattern, items)
    squares = np.clip(pattern**2, 0.0, 0.999)
    reliability = (squares / (1 - squares)).sum(axis=0)
    donor = int(reliability.argmax())
    single = (np.abs(pattern) > 1e-8).sum(axis=1) == 1
    weakest = []
    for k in range(pattern.shape[1]):
        own = np.flatnonzero(single & (np.abs(pattern[:, k]) > 1e-8))
        if k != donor and len(own):
            place = int(own[np.abs(pattern[own, k]).argmin()])
            weakest.append((float(np.abs(pattern[place, k])), place, k))
    if not weakest:
        raise NotSupported(
            "dynamic cut-offs need items that load on one factor alone: a bifactor model has none"
        )
    extra = np.zeros_like(pattern)
    out = []
    for size, item, factor in sorted(weakest):
        shared = abs(size * phi[factor, donor])
        room = float(np.sqrt(max(MOST_EXPLAINED - size**2 + shared**2, 0.0))) - shared
        size = min(size, max(room, 0.0))
        extra[item, donor] = size
        out.append((implied(pattern, phi, extra), f"cross-loading of {items[item]}", size))
    return out


def _residuals(pattern: Floats, items: list[str]) -> list[tuple[Floats, str, float]]:
    """Give one factor's misspecifications: residual correlations of .30 in ever more pairs."""
    loadings = pattern[:, 0]
    error = np.sqrt(np.maximum(1 - loadings**2, 0.0))
    order = np.argsort(np.abs(loadings))
    pairs = [(int(order[2 * i]), int(order[2 * i + 1])) for i in range(len(items) // 2)]
    out: list[tuple[Floats, str, float]] = []
    for share in (1 / 3, 2 / 3, 1.0):
        used = pairs[: max(1, round(share * len(pairs)))]
        matrix = implied(pattern, np.eye(1), None)
        for a, b in used:
            matrix[a, b] = matrix[b, a] = matrix[a, b] + 0.3 * error[a] * error[b]
        word = f"{len(used)} residual correlation{'s' if len(used) > 1 else ''}"
        if not out or out[-1][1] != word:
            out.append((matrix, word, 0.3))
    return out
