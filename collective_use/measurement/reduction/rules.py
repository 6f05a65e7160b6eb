"""Why an item is dropped: the rules by rank, each with its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.cutoffs import Cutoff
from collective_use.measurement.items import RULES as ITEM_RULES
from collective_use.numerics.groups.components import components, pair_sums
from collective_use.numerics.items.dependence import local_dependence
from collective_use.numerics.items.omega import one_factor
from collective_use.numerics.types import Floats

RULES: Mapping[str, Cutoff] = {
    "item_rest": Cutoff("item_rest", 0.0, "at_least",
                        "an item that runs against its scale measures something else"),
    "loading": Cutoff("loading", 0.40, "at_least",
                      "Hinkin 1998, Organizational Research Methods 1:104"),
    "residual": ITEM_RULES["residual"],
    "ceiling": ITEM_RULES["ceiling"],
    "icc1": ITEM_RULES["icc1"],
}  # fmt: skip
"""By rank: the first one that an item fails sends it out; where none does, information decides."""

WORDS = {
    "item_rest": "runs against its scale",
    "loading": "weakest loading",
    "residual": "says the same as another item",
    "ceiling": "most answers at one end",
    "icc1": "does not separate groups",
    "information": "tells least about the construct",
}


@dataclass(frozen=True)
class Sheet:
    """What is known of the items that are left.

    Attributes
    ----------
    table
        One row an item: `item_rest`, `loading`, `residual` (its largest, above the mean), `twin`
        (the item it is with), `ceiling`, `icc1`, `information`.
    omega
        Of their sum, by one factor.
    """

    table: pd.DataFrame
    omega: float


def sheet_of(
    values: pd.DataFrame, codes: NDArray[np.intp] | None, low: Mapping[str, float],
    high: Mapping[str, float],
) -> Sheet:  # fmt: skip
    """Describe items by one factor and by their answers.

    Parameters
    ----------
    values
        (N, J) complete answers, two items or more.
    codes
        (N,) group of each person, or None.
    low, high
        Ends of the response scale by item, where known.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> data = pd.DataFrame(rng.normal(size=(200, 1)) + rng.normal(size=(200, 3)))
    >>> sheet_of(data, None, {}, {}).table.shape
    (3, 7)
    """
    x = values.to_numpy(float)
    r = np.corrcoef(x.T)
    loading, unique = loadings_of(r)
    gap = np.abs(local_dependence(r))
    rest = [_r(x[:, j], np.delete(x, j, axis=1).sum(axis=1)) for j in range(x.shape[1])]
    ends = [_at_end(x[:, j], low.get(str(i)), high.get(str(i))) for j, i in enumerate(values)]
    table = pd.DataFrame(
        {
            "item_rest": rest, "loading": np.abs(loading),
            "residual": gap.max(axis=1) if len(r) > 3 else np.nan,
            "twin": [values.columns[j] for j in gap.argmax(axis=1)],
            "ceiling": ends, "icc1": _icc(x, codes),
            "information": loading**2 / np.maximum(unique, 1e-6),
        },
        index=values.columns,
    )  # fmt: skip
    return Sheet(table, omega_of(x))


def omega_of(x: Floats) -> float:
    """Return omega of the sum of items: one factor of their correlations, in their own units.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> bool(0.6 < omega_of(rng.normal(size=(400, 1)) + rng.normal(size=(400, 4))) < 0.9)
    True
    """
    loading, unique = loadings_of(np.asarray(np.corrcoef(x.T)))
    spread = x.std(axis=0)
    shared = float((loading * spread).sum()) ** 2
    return shared / (shared + float((unique * spread**2).sum()))


def loadings_of(r: Floats) -> tuple[Floats, Floats]:
    """Return loadings and uniquenesses of one factor; two items load alike.

    Examples
    --------
    >>> import numpy as np
    >>> [x.round(2).tolist() for x in loadings_of(np.array([[1, 0.49], [0.49, 1]]))]
    [[0.7, 0.7], [0.51, 0.51]]
    """
    if len(r) == 2:
        size = float(np.sqrt(max(r[0, 1], 0.0)))
        return np.full(2, size), np.full(2, 1 - size**2)
    return one_factor(r)


def _r(a: Floats, b: Floats) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else float("nan")


def _at_end(x: Floats, low: float | None, high: float | None) -> float:
    """Return the larger share of answers at an end of the scale, or of the answers given."""
    bottom, top = x.min() if low is None else low, x.max() if high is None else high
    return float(max((x == bottom).mean(), (x == top).mean()))


def _icc(x: Floats, codes: NDArray[np.intp] | None) -> Floats:
    if codes is None or len(codes) <= codes.max() + 1:
        return np.full(x.shape[1], np.nan)
    within, between = components(pair_sums(x, codes, int(codes.max()) + 1))
    b, w = np.diag(between), np.diag(within)
    return np.asarray(b / (b + w))


def worst(
    sheet: Sheet, allowed: Sequence[str], rules: Mapping[str, Cutoff], *, faulty_only: bool
) -> tuple[str, str, float] | None:
    """Return the item to drop, the rule, and its value; None where nothing speaks against any.

    Parameters
    ----------
    sheet
        Of the items left.
    allowed
        Items whose facet keeps enough without them.
    rules
        By rank.
    faulty_only
        Leave information out.
    """
    table = sheet.table.loc[list(allowed)]
    for name, rule in rules.items():
        column = table[name].dropna().astype(float)
        failing = column[[not rule.passes(value) for value in column.tolist()]]
        if not len(failing):
            continue
        if name == "residual":
            item = table.loc[failing.index, "information"].astype(float).idxmin()
        else:
            item = failing.idxmin() if rule.direction == "at_least" else failing.idxmax()
        return str(item), name, float(failing[item])
    if faulty_only or not len(table):
        return None
    told = table["information"].astype(float)
    return str(told.idxmin()), "information", float(told.min())
