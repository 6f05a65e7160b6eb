"""Content validity: what expert judges say of the items, by item and by construct."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.checks import instance_of, number_between, quoted
from collective_use.cutoffs import Cutoff
from collective_use.errors import InputError
from collective_use.numerics.items.content import relevance, sorting
from collective_use.results import Result, Table, TableRow, table_of
from collective_use.sheets.review.judges_read import JudgeRatings

RULES: dict[str, Cutoff] = {
    c.name: c
    for c in (
        Cutoff("i_cvi", 0.78, "at_least", "Lynn 1986, Nursing Research 35:382",
               "for six judges or more; with five or fewer all should agree"),
        Cutoff("kappa", 0.74, "at_least",
               "Cicchetti & Sparrow 1981, as in Polit, Beck & Owen 2007"),
        Cutoff("s_cvi_ave", 0.90, "at_least",
               "Polit, Beck & Owen 2007, Research in Nursing & Health 30:459"),
        Cutoff("p_sa", 0.72, "at_least", "Colquitt et al. 2019, JAP 104:1243 (moderate)",
               "norms: very strong from .91, strong .84, moderate .72, weak .60; cited from the "
               "paper's table as remembered, to be checked against it"),
        Cutoff("c_sv", 0.48, "at_least", "Colquitt et al. 2019, JAP 104:1243 (moderate)",
               "norms: very strong from .82, strong .68, moderate .48, weak .24; as above"),
    )
}  # fmt: skip
"""Rules of thumb of this page, by index."""


@dataclass(frozen=True)
class ContentValidity(Result):
    """Content validity of items.

    Attributes
    ----------
    items
        One row an item: `item`, `construct`, `judges`, `i_cvi`, `kappa`, `aiken_v` with
        `aiken_lower` and `aiken_upper`, `essential`, `cvr`, `critical` (least number of
        "essential"), `sorters`, `p_sa`, `c_sv`, `p` (of the sorts), `other`, `weak` (the rules it
        misses, by name).
    scales
        One row a construct: `construct`, `s_cvi_ave`, `s_cvi_ua`, `p_sa`, `c_sv`.
    rules
        The rules of thumb used.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> ratings = pd.DataFrame({"judge": ["a", "b"], "item": "q1", "construct": "use",
    ...     "chosen": ["use", "use"], "relevance": [4, 3]})
    >>> float(cu.content_validity(ratings).items.loc[0, "i_cvi"])
    1.0
    """

    items: pd.DataFrame
    scales: pd.DataFrame
    rules: dict[str, Cutoff]

    def to_frame(self) -> pd.DataFrame:
        """Return the items."""
        return self.items.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return items and constructs, with the rules."""
        notes = tuple(f"{name} {rule}" for name, rule in self.rules.items())
        return (
            table_of("Content validity of items", self.items, notes=notes),
            table_of("Content validity of constructs", self.scales),
        )


def content_validity(
    ratings: JudgeRatings | pd.DataFrame, *, high: int = 4, confidence: float = 0.95
) -> ContentValidity:
    """Judge the content of items by what experts rated and sorted.

    Parameters
    ----------
    ratings
        From `read_judge_sheets`, or a frame with the columns ``judge``, ``item``, ``construct``
        (meant), ``chosen`` and ``relevance`` (1 to `high`). A judge who left a cell empty is left
        out of that item.
    high
        The highest rating; I-CVI counts the upper half of the scale.
    confidence
        Of the limits of Aiken's V.

    Returns
    -------
    ContentValidity
        By item and construct.

    Raises
    ------
    InputError
        When a column is missing, a rating lies outside the scale, a judge rated an item twice, or
        nobody rated anything.

    References
    ----------
    Lynn (1986); Polit, Beck & Owen (2007), Research in Nursing & Health 30:459; Aiken (1985);
    Penfield & Giacobbi (2004), Measurement in Physical Education and Exercise Science 8:213;
    Lawshe (1975); Ayre & Scally (2014); Anderson & Gerbing (1991), JAP 76:732.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> ratings = pd.DataFrame({"judge": list("abc"), "item": "q1", "construct": "use",
    ...     "chosen": ["use", "use", "talk"], "relevance": [4, 3, 2]})
    >>> round(float(cu.content_validity(ratings).items.loc[0, "p_sa"]), 3)
    0.667
    """
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    right = "a data frame, or what cu.read_judge_sheets(...) returns"
    instance_of("ratings", ratings, (JudgeRatings, pd.DataFrame), right)
    table = _checked(ratings.ratings if isinstance(ratings, JudgeRatings) else ratings, high)
    rows = [_item(str(item), part, high, confidence)
            for item, part in table.groupby("item", sort=False)]  # fmt: skip
    items = pd.DataFrame(rows)
    items["weak"] = [_weak(row) for row in rows]
    return ContentValidity(items, _scales(items), dict(RULES))


def _checked(table: pd.DataFrame, high: int) -> pd.DataFrame:
    wanted = ("judge", "item", "construct", "chosen", "relevance")
    lacking = [name for name in wanted if name not in table.columns]
    if lacking:
        raise InputError(
            f"ratings must have the columns {quoted(wanted)}, got no {quoted(lacking)}"
        )
    twice = table[table.duplicated(["judge", "item"])]
    if len(twice):
        row = twice.iloc[0]
        raise InputError(
            f"a judge may rate an item once, got {row['item']!r} twice from {row['judge']!r}"
        )
    values = pd.to_numeric(table["relevance"], errors="coerce")
    bad = table[table["relevance"].notna() & ~values.isin(range(1, high + 1))]
    if len(bad):
        row = bad.iloc[0]
        raise InputError(
            f"relevance must be 1 to {high}, got {row['relevance']!r} for {row['item']!r} from "
            f"{row['judge']!r}"
        )
    if values.isna().all() and table["chosen"].isna().all():
        raise InputError("ratings must hold a rating or a sort, got only empty cells")
    return table.assign(relevance=values)


def _item(item: str, part: pd.DataFrame, high: int, confidence: float) -> TableRow:
    own = str(part["construct"].iloc[0])
    rated = relevance(part["relevance"].to_numpy(float), 1, high, confidence)
    sorted_ = sorting([str(c) for c in part["chosen"].dropna()], own)
    return {
        "item": item, "construct": own, "judges": rated.judges, "i_cvi": rated.i_cvi,
        "kappa": rated.kappa, "aiken_v": rated.v, "aiken_lower": rated.v_lower,
        "aiken_upper": rated.v_upper, "essential": rated.essential, "cvr": rated.cvr,
        "critical": rated.critical, "sorters": sorted_.sorters, "p_sa": sorted_.p_sa,
        "c_sv": sorted_.c_sv, "p": sorted_.p, "other": sorted_.other,
    }  # fmt: skip


def _weak(row: TableRow) -> str:
    missed = [
        name
        for name in ("i_cvi", "kappa", "p_sa", "c_sv")
        if np.isfinite(float(str(row[name]))) and not RULES[name].passes(float(str(row[name])))
    ]
    return " ".join(missed)


def _scales(items: pd.DataFrame) -> pd.DataFrame:
    grouped = items.groupby("construct", sort=False)
    return pd.DataFrame(
        {
            "s_cvi_ave": grouped["i_cvi"].mean(),
            "s_cvi_ua": grouped["i_cvi"].agg(lambda own: float((own.dropna() == 1).mean())),
            "p_sa": grouped["p_sa"].mean(),
            "c_sv": grouped["c_sv"].mean(),
        }
    ).reset_index()
