"""Agreement and ICC within declared strata: is it the groups, or the countries they are in?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from collective_use.accepted import Labels, Values
from collective_use.checks import whole_number
from collective_use.errors import InputError
from collective_use.groups.inputs import numbers_in
from collective_use.groups.labels import aligned, labels_of
from collective_use.numerics.rosters.raters import CrossedAnova, crossed_anova
from collective_use.results import NotComputed, Result, Table, table_of


@dataclass(frozen=True)
class ByStratum(Result):
    """ICC of groups over all, within strata together, and stratum by stratum.

    Attributes
    ----------
    values
        One row a stratum: `stratum`, `groups`, `n`, `mean`, `variance_within` groups,
        `icc1`, `rwg` (where `options` are given), `reason`.
    icc1_all
        ICC(1) over all groups, strata ignored.
    icc1_within
        ICC(1) of groups within strata: differences between strata taken out.
    share_of_strata
        The part of `icc1_all` that strata account for.
    f, df1, df2, p
        Test of groups within strata.
    nested
        Whether each group lies in one stratum.
    left_out
        Persons without a value, a group or a stratum.

    Examples
    --------
    >>> import collective_use as cu
    >>> found = cu.by_stratum([1, 2, 4, 5, 2, 3, 5, 4], list("aabbccdd"), ["x"] * 4 + ["y"] * 4)
    >>> found.to_frame().empty
    False
    """

    values: pd.DataFrame
    icc1_all: float | NotComputed
    icc1_within: float | NotComputed
    share_of_strata: float | NotComputed
    f: float | NotComputed
    df1: int
    df2: int
    p: float | NotComputed
    nested: bool
    left_out: int

    def to_frame(self) -> pd.DataFrame:
        """Return `values`."""
        return self.values.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the strata and the two ICCs."""
        names = ("icc1_all", "icc1_within", "share_of_strata", "f", "df1", "df2", "p")
        rows = tuple((name, getattr(self, name)) for name in names)
        notes = [f"Persons left out, without a value, a group or a stratum: {self.left_out}."]
        if not self.nested:
            notes.append("Some groups have members of several strata; strata and groups add up.")
        return (
            Table("Groups within strata", ("index", "value"), rows, tuple(notes)),
            table_of("By stratum", self.values),
        )


def by_stratum(
    values: Values, groups: Labels, strata: Labels, *, options: int | None = None
) -> ByStratum:
    """Compute ICC(1) of groups over all and within strata such as countries.

    Groups of different countries differ because countries do. Half a standard deviation
    between two countries alone makes an ICC(1) of .06 of groups that do not differ at all;
    agreement and ICC within strata show what is left.

    Components are those of the analysis of variance with strata fixed and groups random
    (Henderson's Method III): with groups nested in strata, the nested analysis of variance
    with its k0; where members of a group are of several strata, the additive model.

    Parameters
    ----------
    values, groups, strata
        ``(persons,)`` scores, groups and strata.
    options
        Number of response options; rwg against the uniform null is given with it.

    Returns
    -------
    ByStratum
        Both ICCs, their difference, and each stratum for itself.

    Raises
    ------
    InputError
        When the three do not have the same length or nothing is left.

    References
    ----------
    Searle, S. R., Casella, G., & McCulloch, C. E. (1992). Variance components, ch. 5.

    Examples
    --------
    >>> values = [1, 2, 1, 2, 5, 6, 5, 6]
    >>> result = by_stratum(values, list("aabbccdd"), ["x"] * 4 + ["y"] * 4)
    >>> round(result.icc1_all, 2), round(result.icc1_within, 2)
    (0.91, -1.0)
    """
    if options is not None:
        whole_number("options", options, at_least=2)
    y, group, stratum, names = _checked(values, groups, strata)
    alone = crossed_anova(y, group, np.zeros(len(y), np.int64))
    within = crossed_anova(y, group, stratum)
    nested = len(np.unique(group * len(names) + stratum)) == int(group.max()) + 1
    whole, left = _icc(alone), _icc(within)
    f, p = _test(within)
    share: float | NotComputed = NotComputed("groups do not differ over all")
    if not isinstance(whole, NotComputed) and not isinstance(left, NotComputed) and whole > 0:
        share = 1.0 - max(left, 0.0) / whole
    return ByStratum(
        values=_by_stratum(y, group, stratum, names, options),
        icc1_all=whole,
        icc1_within=left,
        share_of_strata=share,
        f=f,
        df1=int(within.df_a[0]),
        df2=int(within.df_error[0]),
        p=p,
        nested=nested,
        left_out=len(numbers_in(values, "values")) - len(y),
    )


def _checked(
    values: Values, groups: Labels, strata: Labels
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], list[str]]:
    y = numbers_in(values, "values")[:, 0].astype(float)
    group, stratum = (
        labels_of(aligned(values, x, name=name)).reset_index(drop=True)
        for x, name in ((groups, "groups"), (strata, "strata"))
    )
    if not len(y) == len(group) == len(stratum):
        raise InputError(
            "values, groups and strata must have the same length, got "
            f"{len(y)}, {len(group)} and {len(stratum)}"
        )
    used = np.isfinite(y) & group.notna().to_numpy() & stratum.notna().to_numpy()
    if not used.any():
        raise InputError("some person must have a value, a group and a stratum, got none")
    names = sorted(stratum[used].unique())
    codes = pd.Index(names).get_indexer(stratum[used]).astype(np.int64)
    return y[used], pd.factorize(group[used])[0].astype(np.int64), codes, names


def _icc(table: CrossedAnova) -> float | NotComputed:
    if table.df_a[0] < 1:
        return NotComputed("there are no two groups to compare")
    if table.df_error[0] < 1 or table.weight_a[0] <= 0:
        return NotComputed("no group has two answers")
    error = table.ss_error[0] / table.df_error[0]
    size = table.weight_a[0] / table.df_a[0]
    mean_square = table.ss_a[0] / table.df_a[0]
    below = mean_square + (size - 1) * error
    if below <= 0:
        return NotComputed("all answers are the same")
    return float((mean_square - error) / below)


def _test(table: CrossedAnova) -> tuple[float | NotComputed, float | NotComputed]:
    if table.df_a[0] < 1 or table.df_error[0] < 1:
        why = NotComputed("there are too few groups or answers to test")
        return why, why
    error = table.ss_error[0] / table.df_error[0]
    if error <= 0:
        why = NotComputed("members of each group answered all the same")
        return why, why
    value = float(table.ss_a[0] / table.df_a[0] / error)
    return value, float(special.fdtrc(table.df_a[0], table.df_error[0], value))


def _by_stratum(
    y: NDArray[np.float64],
    group: NDArray[np.int64],
    stratum: NDArray[np.int64],
    names: list[str],
    options: int | None,
) -> pd.DataFrame:
    rows = []
    for code, name in enumerate(names):
        mine = stratum == code
        _, part = np.unique(group[mine], return_inverse=True)
        table = crossed_anova(y[mine], part.astype(np.int64), np.zeros(len(part), np.int64))
        icc = _icc(table)
        df = float(table.df_error[0])
        variance = float(table.ss_error[0]) / df if df else np.nan
        row = {
            "stratum": name,
            "groups": int(table.levels_a[0]),
            "n": int(mine.sum()),
            "mean": float(y[mine].mean()),
            "variance_within": variance,
            "icc1": np.nan if isinstance(icc, NotComputed) else icc,
        }
        if options is not None:
            row["rwg"] = 1.0 - variance / ((options**2 - 1) / 12)
        row["reason"] = icc.reason if isinstance(icc, NotComputed) else ""
        rows.append(row)
    return pd.DataFrame(rows)
