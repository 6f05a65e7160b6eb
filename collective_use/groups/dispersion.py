"""Dispersion within groups for values in an array or a frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.accepted import Labels, Values
from collective_use.checks import one_of
from collective_use.errors import InputError
from collective_use.groups.inputs import rows_of
from collective_use.groups.labels import factorized
from collective_use.numerics.groups.indices import KERNELS, cells_of
from collective_use.results import Result, Table, table_of

Kind = Literal["separation", "disparity", "variety"]
INDICES: Mapping[str, tuple[str, ...]] = {
    "separation": ("sd", "mean_distance"),
    "disparity": ("cv", "cv_adjusted", "gini"),
    "variety": ("blau", "teachman"),
}
"""The corrected indices of each kind of dispersion."""

CORRECTIONS: Mapping[str, str] = {
    "sd": "divisor n - 1 and the factor that makes it unbiased for normal answers",
    "mean_distance": "each member's distance to the n - 1 others",
    "cv": "divisor n - 1",
    "cv_adjusted": "divisor n - 1 and 1 + 1/(4n) (Sokal & Rohlf 1995)",
    "gini": "times n / (n - 1) (Deltas 2003)",
    "blau": "two members drawn without replacement",
    "teachman": "plus (K - 1) / (2n) (Miller 1955)",
}
"""What each correction does; after Biemann & Kearney (2010)."""


@dataclass(frozen=True)
class Dispersion(Result):
    """Indices of dispersion by group.

    Attributes
    ----------
    kind
        ``"separation"``, ``"disparity"`` or ``"variety"`` (Harrison & Klein 2007).
    table
        One row a group: `group`, `n`, the corrected indices, those without correction
        (`_observed`) and `reason` where they are missing.
    notes
        What the corrections are.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.dispersion([1, 5, 3, 3], list("aabb")).to_frame()["group"].tolist()
    ['a', 'b']
    """

    kind: str
    table: pd.DataFrame
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the table with its notes."""
        return (table_of(f"Dispersion: {self.kind}", self.table, notes=self.notes),)


def dispersion(values: Values, groups: Labels, *, kind: Kind = "separation") -> Dispersion:
    """Compute how far members of each group differ.

    Every index comes twice: corrected for the size of small groups (Biemann & Kearney 2010),
    which comes nearer to the dispersion of the population that members come from; and as
    observed, which describes the members themselves. Over groups of different size, SD, Gini
    and Blau compare when corrected; mean distance, CV and Teachman still depend on the size
    (docs/aggregation.md has the table).

    Parameters
    ----------
    values
        (N,) numbers for separation and disparity; labels of any kind for variety. Missing
        ones are left out.
    groups
        (N,) group of each person.
    kind
        ``"separation"``: distance of opinions, SD and mean Euclidean distance.
        ``"disparity"``: concentration, CV and Gini; values of at least zero on a ratio scale.
        ``"variety"``: kinds, Blau's index and Teachman's entropy.

    Raises
    ------
    InputError
        When values do not fit the kind.

    References
    ----------
    Harrison, D. A., & Klein, K. J. (2007). Academy of Management Review, 32, 1199-1228.
    Biemann, T., & Kearney, E. (2010). Organizational Research Methods, 13, 582-599.

    Examples
    --------
    >>> import collective_use as cu
    >>> found = cu.dispersion(["law", "it", "it", "it"], list("aabb"), kind="variety")
    >>> found.to_frame()[["group", "n", "blau", "blau_observed"]]
      group  n  blau  blau_observed
    0     a  2   1.0            0.5
    1     b  2   0.0            0.0
    """
    one_of("kind", kind, tuple(INDICES))
    n_kinds = 0
    if kind == "variety":
        place, kinds = factorized(values)
        n_kinds = len(kinds)
        numbers = np.where(place < 0, np.nan, place.astype(float))
        known = isinstance(values, (pd.Series, pd.DataFrame))
        rows = rows_of(pd.Series(numbers, index=values.index) if known else numbers, groups)
    else:
        rows = rows_of(values, groups, single=True)
    x = rows.values[:, 0].astype(float)
    known = ~np.isnan(x)
    if kind == "disparity" and (x[known] < 0).any():
        raise InputError(
            f"values must be at least 0 for disparity, got {float(x[known].min()):g}: shares "
            "and ratios need a true zero"
        )
    codes = rows.codes[known]
    n = np.bincount(codes, minlength=rows.total)
    columns = indices_of(x[known], codes, rows.total, kind, n_kinds)
    table = pd.DataFrame({"group": rows.groups, "n": n, **columns})
    table["reason"] = [_reason(int(k), kind, row) for k, row in zip(n, _rows(columns), strict=True)]
    notes = tuple(f"{name}: {CORRECTIONS[name]}." for name in INDICES[kind])
    return Dispersion(kind, table, notes)


def indices_of(
    x: NDArray[np.float64],
    codes: NDArray[np.intp],
    total: int,
    kind: str,
    n_kinds: int = 0,
    names: Sequence[str] = (),
) -> dict[str, NDArray[np.float64]]:
    """Return the corrected indices of a kind and those without correction, (G,) each.

    Parameters
    ----------
    x
        (N,) values without missing ones; for variety the place of the kind, 0 to n_kinds - 1.
    codes
        (N,) groups.
    total
        G.
    kind
        The kind of dispersion.
    n_kinds
        Number of kinds, for variety.
    names
        Further indices wanted.
    """
    cells = cells_of(x, codes, total, max(1, n_kinds) if kind == "variety" else 0)
    known = KERNELS[kind]
    usual = [name for name in known if name.removesuffix("_observed") in INDICES[kind]]
    return {name: known[name](cells) for name in dict.fromkeys((*usual, *names))}


def _rows(columns: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.column_stack(list(columns.values()))


def _reason(n: int, kind: str, values: NDArray[np.float64]) -> str:
    if n < 2:
        return "nobody answered" if n == 0 else "1 answered; two are needed"
    if np.isnan(values).any() and kind == "disparity":
        return "the mean is zero: nothing to have a share of"
    return ""
