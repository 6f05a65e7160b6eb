"""How much of the variance lies between organizations, teams within them, and members."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.checks import number_between, one_of
from collective_use.errors import InputError
from collective_use.groups.mixed.columns import TOLD_APART, columns_of, near_enough
from collective_use.numerics.groups.mixed import three_levels as kernel
from collective_use.results import Result, Table, table_of


@dataclass(frozen=True)
class VarianceShares(Result):
    """Shares of variance at three levels.

    Attributes
    ----------
    levels
        One row a level: `level` (columns' names, then "members"), `units`, `variance`, `share`,
        `low`, `high` (limits of the share from the profile likelihood).
    log_likelihood
        With all constants.
    method, confidence
        How it was estimated; of the limits.
    rows
        How many persons.
    notes
        What was left out.

    Examples
    --------
    >>> import pandas as pd, collective_use as cu
    >>> rows = {"agency": list("xxxxyyyy"), "team": list("aabbccdd")}
    >>> frame = pd.DataFrame(rows).assign(y=[1, 2, 4, 5, 8, 9, 9, 7.0])
    >>> cu.variance_shares(frame, "y", "team", "agency").levels["units"].tolist()
    [2, 4, 8]
    """

    levels: pd.DataFrame
    log_likelihood: float
    method: str
    confidence: float
    rows: int
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return `levels`."""
        return self.levels.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the levels."""
        title = f"Shares of variance ({self.method.upper()}, limits {self.confidence:.0%})"
        return (table_of(title, self.levels, notes=self.notes),)


def variance_shares(
    data: pd.DataFrame,
    value: str,
    group: str,
    parent: str,
    *,
    method: str = "reml",
    confidence: float = 0.95,
) -> VarianceShares:
    """Part the variance of a score into organizations, teams within them, and members.

    An ICC of teams takes what organizations share for what teams share; three levels tell the
    two apart. R: ``lmer(value ~ 1 + (1 | parent / group))``.

    Parameters
    ----------
    data
        One row a person.
    value, group, parent
        Columns; teams of one name in two organizations are two teams.
    method
        ``"reml"`` or ``"ml"``.
    confidence
        Of the limits, from the profile likelihood of each share: they respect the border at
        0, as limits of the kind ± 1.96 SE do not (Harville, 1977).

    Returns
    -------
    VarianceShares
        A row a level.

    Raises
    ------
    InputError
        When a column is not there, no organization has two teams, no team two members, or
        members vary next to nothing.

    Examples
    --------
    >>> import numpy as np, pandas as pd, collective_use as cu
    >>> rng = np.random.default_rng(3)
    >>> d = pd.MultiIndex.from_product([range(20), range(4), range(6)]).to_frame(index=False)
    >>> d.columns = ["agency", "team", "person"]
    >>> d["y"] = rng.normal(size=20)[d["agency"]] + rng.normal(size=(20, 4))[d["agency"], d["team"]]
    >>> d["y"] += rng.normal(size=len(d)) * 2
    >>> shares = cu.variance_shares(d, "y", "team", "agency").to_frame()
    >>> shares[["level", "units", "share"]].round(2)
         level  units  share
    0   agency     20   0.15
    1     team     80   0.24
    2  members    480   0.61
    """
    one_of("method", method, ("reml", "ml"))
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    columns = columns_of(data, {"group": group, "parent": parent}, {"value": value})
    y = columns.numbers(value)
    above, parents = columns.codes(parent)
    teams, names = columns.codes(parent, group)
    if not len(parents) < len(names) < len(y) or len(parents) < 2:
        raise InputError(
            "data must have three levels that differ, got "
            f"{len(parents)} units in {parent!r}, {len(names)} in {group!r} and {len(y)} persons"
        )
    table = kernel.teams_of(y, teams, above)
    if not table.within > 0:
        raise InputError("value must vary within groups, got none that does")
    near_enough(y, teams)
    found = kernel.variance_shares(table, confidence, reml=method == "reml")
    levels = pd.DataFrame(
        {
            "level": [parent, group, "members"],
            "units": [len(parents), len(names), len(y)],
            "variance": found.variance,
            "share": found.share,
            "low": found.low,
            "high": found.high,
        }
    )
    notes = [*columns.notes]
    border = [
        str(name)
        for name, part in zip(levels["level"], found.share, strict=True)
        if part < TOLD_APART
    ]
    if border:
        notes.append(
            f"No variance is left for {', '.join(border)}: an estimate of 0, no proof of it."
        )
    if np.bincount(table.parent).max() > len(names) / 2:
        notes.append("More than half of all groups are in one unit above: its share is uncertain.")
    return VarianceShares(levels, found.log_likelihood, method, confidence, len(y), tuple(notes))
