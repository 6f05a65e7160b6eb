"""Agreement of groups by their size, in bands: no group can be told from another."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.disclosure import Disclosure

FEWEST = 5
"""Groups in a class of sizes, at the least."""

CLASSES = 4
"""Classes of size, at most."""

EDGES = np.linspace(0.0, 1.0, 11)
"""Of the bands of an index of agreement."""


def agreement_bands(
    sizes: NDArray[np.float64],
    index: NDArray[np.float64],
    chance: NDArray[np.float64],
    rule: Disclosure,
) -> pd.DataFrame:
    """Return which share of the groups lies in each band of agreement, by class of size.

    Parameters
    ----------
    sizes, index, chance
        (G,) respondents, agreement from 0 to 1, and the agreement that chance exceeds in 5%.
    rule
        From which size on groups are shown; classes hold at least 5 groups.

    Returns
    -------
    DataFrame
        Columns ``sizes``, ``groups``, ``band``, ``share``, ``chance`` (median of the class); no
        rows where fewer than 5 groups can be shown. Shares are so coarse that one group may lie in
        any band: their sum is about one.

    Examples
    --------
    >>> found = agreement_bands(np.full(8, 6.0), np.full(8, 0.93), np.full(8, 0.4), Disclosure(5))
    >>> found[found["share"] > 0].to_dict("records")
    [{'sizes': '6', 'groups': 8, 'band': '.9-1', 'share': 1.0, 'chance': 0.4}]
    """
    seen = (sizes >= rule.size) & ~np.isnan(index)
    sizes, index, chance = sizes[seen], index[seen], chance[seen]
    names = ("sizes", "groups", "band", "share", "chance")
    rows = []
    for low, high in _classes(sizes):
        inside = (sizes >= low) & (sizes <= high)
        counts, _ = np.histogram(np.clip(index[inside], 0.0, 1.0), EDGES)
        shares = _shares(counts, rule)
        if shares is None:
            continue
        called = f"{low:g}" if low == high else f"{low:g}-{high:g}"
        middle = float(np.nanmedian(chance[inside])) if np.isfinite(chance[inside]).any() else None
        for k, share in enumerate(shares):
            rows.append((called, int(inside.sum()), _band(k), share, middle))
    return pd.DataFrame(rows, columns=list(names))


def _shares(counts: NDArray[np.int64], rule: Disclosure) -> list[float] | None:
    """Return shares so coarse that any one group may lie in any band; None where none are.

    Where all groups of some sizes agree, every group of these sizes is known to: beside its mean
    that may leave a single set of answers. So a band that shows nothing may hold one group, and
    there has to be a band that may hold one fewer.
    """
    whole = int(counts.sum())
    step = rule.coarser(2.01 / whole)
    while step <= 1:
        shown = [rule.rounded(count / whole, step) for count in counts.tolist()]
        fewer = [rule.rounded((count - 1) / whole, step) for count in counts.tolist()]
        if any(n and a == b for n, a, b in zip(counts.tolist(), shown, fewer, strict=True)):
            return shown
        step = rule.coarser(2 * step)
    return None


def _band(k: int) -> str:
    def short(value: float) -> str:
        return f"{value:.1f}".lstrip("0") if 0 < value < 1 else f"{value:.0f}"

    return f"{short(EDGES[k])}-{short(EDGES[k + 1])}"


def _classes(sizes: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return the ends of classes that hold at least the fewest groups each."""
    if len(sizes) < FEWEST:
        return []
    wanted = max(FEWEST, len(sizes) // CLASSES)
    classes: list[tuple[float, float]] = []
    values, counts = np.unique(sizes, return_counts=True)
    low, inside = values[0], 0
    for k, (value, count) in enumerate(zip(values, counts, strict=True)):
        inside += int(count)
        left = int(counts[k + 1 :].sum())
        if inside >= wanted and left >= FEWEST:
            classes.append((float(low), float(value)))
            low, inside = values[k + 1], 0
    classes.append((float(low), float(values[-1])))
    return classes
