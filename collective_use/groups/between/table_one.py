"""Table 1: descriptives and correlations of persons within groups and of groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.checks import instance_of
from collective_use.frames import number_at
from collective_use.groups.keys import group_keys
from collective_use.groups.results import Groups
from collective_use.instrument.model import SHARED
from collective_use.numerics.groups.shrinkage import pooled_within
from collective_use.numerics.types import Floats
from collective_use.results import Result, Table
from collective_use.scores.table import Scores

_COLUMNS = (
    "measure", "composition", "persons", "groups", "mean", "sd", "sd_within", "sd_between", "icc1",
    "icc2",
)  # fmt: skip

_FEWEST_GROUPS = 4
_NOTES = (
    "Below the diagonal: correlations of persons within groups (group means taken out). Above: "
    "correlations of group values, each group counting alike. On the diagonal: Cronbach's alpha.",
    "mean and sd: persons, or groups where a measure has no score of persons; sd_within: SD within "
    "groups; sd_between: SD of group values.",
)


@dataclass(frozen=True)
class TableOne(Result):
    """Descriptives, correlations and reliabilities of all measures.

    Attributes
    ----------
    table
        One row a measure: `measure`, `composition`, `persons`, `groups`, `mean`, `sd`,
        `sd_within`, `sd_between`, `icc1`, `icc2`, then one column a measure: alpha on the
        diagonal, correlations within groups below it, of group values above it.
    notes
        How to read it.

    Examples
    --------
    >>> import collective_use as cu
    >>> scores = cu.score(cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002"))
    >>> cu.table_one(scores, cu.aggregate(scores, repetitions=0)).tables()[0].columns
    ('', 'measure', 'mean', 'sd', 'icc1', 'icc2', '1', '2', '3')
    """

    table: pd.DataFrame
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the table as a paper prints it: measures are numbered across."""
        names = list(self.table["measure"])
        shown = ["mean", "sd", "icc1", "icc2"]
        columns = ("", "measure", *shown, *(str(i + 1) for i in range(len(names))))
        rows = tuple(
            (i + 1, row["measure"], *(row[name] for name in (*shown, *names)))
            for i, row in enumerate(self.table.to_dict("records"))
        )
        title = "Descriptives, reliabilities and correlations within and between groups"
        return (Table(title, columns, rows, self.notes, digits=2),)


def table_one(scores: Scores, groups: Groups) -> TableOne:
    """Return Table 1 of a paper on groups.

    Parameters
    ----------
    scores, groups
        Results of `cu.score` and `cu.aggregate`; the reliabilities are those of `groups`.

    Returns
    -------
    TableOne
        A row a measure; measures without a value in any group are left out.

    Notes
    -----
    Correlations use all persons, or groups, who have both measures. Correlations of groups
    shrink by the unreliability of group means (`icc2`); a two-level model corrects for it.

    Examples
    --------
    >>> import collective_use as cu
    >>> responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    >>> scores = cu.score(responses)
    >>> found = cu.table_one(scores, cu.aggregate(scores, repetitions=0)).to_frame()
    >>> found[["measure", "lead", "tsig", "hostil"]].round(2)
      measure  lead  tsig  hostil
    0    lead  0.90  0.39   -0.60
    1    tsig  0.53  0.82   -0.52
    2  hostil -0.36 -0.31    0.87
    """
    instance_of("scores", scores, Scores, "what cu.score(responses) returns")
    instance_of("groups", groups, Groups, "what cu.aggregate(scores) returns")
    evidence = groups.measures_frame().set_index("measure")
    values = groups.values
    names = [str(name) for name in evidence.index if name in values and values[name].notna().any()]
    codes = group_keys(scores.responses.persons, scores.responses.members).codes
    # a spread over members is a value of groups alone: persons' scores belong to the mean
    averaged = [n for n in names if evidence.loc[n, "composition"] in (*SHARED, "additive")]
    persons = scores.values.reindex(columns=averaged).reindex(columns=names).to_numpy(float)
    within, _, df = pooled_within(persons, codes, len(values))
    between = _between(values[names].to_numpy(float))
    rows = [_row(name, j, persons, within, values, evidence) for j, name in enumerate(names)]
    matrix = _matrix(_correlations(within, df), between, [row.pop("alpha") for row in rows])
    head = pd.DataFrame(rows, columns=list(_COLUMNS))
    table = pd.concat([head, pd.DataFrame(matrix, columns=names)], axis=1)
    return TableOne(table, _NOTES)


def _row(
    name: str, j: int, persons: Floats, within: Floats, values: pd.DataFrame, evidence: pd.DataFrame
) -> dict[str, object]:
    own = persons[:, j][~np.isnan(persons[:, j])]
    group = values[name].dropna().to_numpy(float)
    described = own if len(own) else group

    def known(column: str) -> float:
        return number_at(evidence, name, column) if column in evidence else np.nan

    return {
        "measure": name,
        "composition": evidence.loc[name, "composition"],
        "persons": len(own),
        "groups": len(group),
        "mean": float(described.mean()),
        "sd": _sd(described),
        "sd_within": float(np.sqrt(within[j, j])) if within[j, j] >= 0 else np.nan,
        "sd_between": _sd(group),
        "icc1": known("icc1"),
        "icc2": known("icc2"),
        "alpha": known("alpha"),
    }


def _sd(values: Floats) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else float("nan")


def _correlations(covariance: Floats, df: NDArray[np.int64]) -> Floats:
    spread = np.sqrt(np.diag(covariance))
    with np.errstate(invalid="ignore", divide="ignore"):
        r = covariance / np.outer(spread, spread)
    return np.where((df >= 2) & np.isfinite(r), np.clip(r, -1, 1), np.nan)


def _between(values: Floats) -> Floats:
    """Return correlations of group values over groups that have both."""
    frame = pd.DataFrame(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return frame.corr(min_periods=_FEWEST_GROUPS).to_numpy(float)


def _matrix(within: Floats, between: Floats, alpha: list[object]) -> Floats:
    out = np.where(np.tri(len(within), k=-1, dtype=bool), within, between)
    np.fill_diagonal(out, np.array(alpha, dtype=float))
    return out
