"""A minimum-exposure rule: who has been in the group long enough to speak for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.accepted import Labels, Values
from collective_use.checks import column_in, one_of
from collective_use.errors import InputError
from collective_use.groups.labels import labels_of
from collective_use.responses.held import with_rows
from collective_use.results import Result, Table, table_of

if TYPE_CHECKING:
    from collective_use.responses.table import Responses

Unknown = Literal["keep", "leave_out"]


@dataclass(frozen=True)
class Exposure(Result):
    """Who meets a minimum-exposure rule, by person and by group.

    Attributes
    ----------
    keep
        ``(persons,)`` whether each person meets the rule.
    values
        One row a group: `group`, `n`, `kept`, `left_out`, `unknown` (exposure not known),
        `reason` where nobody is left.
    rule
        The rule in words.
    responses
        The responses of those who meet it, with the rule in their record; None when the rule
        was applied to a frame.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> data = pd.DataFrame({"group": ["a", "a"], "months": [2, 30]})
    >>> len(cu.minimum_exposure(data, {"months": 6}).to_frame())
    1
    """

    keep: NDArray[np.bool_]
    values: pd.DataFrame
    rule: str
    responses: Responses | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return `values`."""
        return self.values.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the groups, with the rule."""
        return (table_of("Minimum exposure", self.values, notes=(self.rule,)),)


def minimum_exposure(
    data: Responses | pd.DataFrame,
    minimum: Mapping[str, float],
    *,
    unknown: Unknown = "keep",
) -> Exposure:
    """Apply a minimum-exposure rule, for example three months in the group and two meetings.

    Newcomers and occasional guests answer about a group they hardly know. The rule is fixed
    before the analysis and its effect on every group is shown; run the analysis with and
    without it.

    Parameters
    ----------
    data
        Responses, or a frame with a column `group` and the columns of the rule.
    minimum
        Smallest value by item, all of which must be met, for example ``{"d4": 3, "d5": 2}``.
        With responses each must be an item that the instrument marks as exposure.
    unknown
        What happens to persons whose exposure is not known.

    Returns
    -------
    Exposure
        Who stays, by person and group; with responses also the reduced responses.

    Raises
    ------
    InputError
        When an item is not there or is no item of exposure.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"group": ["a", "a", "b"], "months": [1, 12, 6]})
    >>> minimum_exposure(frame, {"months": 3}).values[["group", "n", "kept"]].values.tolist()
    [['a', 2, 1], ['b', 1, 1]]
    """
    one_of("unknown", unknown, ("keep", "leave_out"))
    if not minimum:
        raise InputError("minimum must name at least one item of exposure, got none")
    frame = data if isinstance(data, pd.DataFrame) else _frame(data, minimum)
    for name in ("group", *minimum):
        column_in(
            "minimum" if name != "group" else "group", name, list(frame.columns), where="the data"
        )
    meets = np.ones(len(frame), dtype=bool)
    unsure = np.zeros(len(frame), dtype=bool)
    for name, least in minimum.items():
        value = pd.to_numeric(frame[name], errors="coerce").to_numpy(float)
        unsure |= np.isnan(value)
        meets &= np.isnan(value) | (value >= least)
    keep = meets & ~unsure if unknown == "leave_out" else meets
    unsure &= meets
    rule = "At least " + ", ".join(f"{least:g} of {name}" for name, least in minimum.items())
    rule += f"; persons whose exposure is not known {'stay' if unknown == 'keep' else 'go'}."
    reduced = None if isinstance(data, pd.DataFrame) else _reduced(data, keep, rule)
    return Exposure(keep, _by_group(frame["group"], keep, unsure), rule, reduced)


def _frame(responses: Responses, minimum: Mapping[str, float]) -> pd.DataFrame:
    known = [item.id for item in responses.instrument.items if item.exposure]
    for name in minimum:
        one_of("items of exposure", name, known)
    both = responses.to_frame()
    return both[["group", *(name for name in minimum if name in both.columns)]]


def _by_group(
    groups: pd.Series, keep: NDArray[np.bool_], unsure: NDArray[np.bool_]
) -> pd.DataFrame:
    table = pd.DataFrame({"group": labels_of(groups), "n": 1, "kept": keep, "unknown": unsure})
    values = table.groupby("group", as_index=False, sort=False).sum()
    values = values.astype({"n": int, "kept": int, "unknown": int})
    return pd.DataFrame(
        {
            "group": values["group"],
            "n": values["n"],
            "kept": values["kept"],
            "left_out": values["n"] - values["kept"],
            "unknown": values["unknown"],
            "reason": np.where(values["kept"] > 0, "", "nobody meets the rule"),
        }
    )


def _reduced(responses: Responses, keep: NDArray[np.bool_], rule: str) -> Responses:
    rows = responses.persons.get("row", pd.Series(np.flatnonzero(~keep) + 1))
    left = rows.loc[~keep] if len(rows) == len(keep) else rows
    record = responses.record.note(
        "groups",
        "left out",
        f"Minimum exposure. {rule}",
        count=int((~keep).sum()),
        of="rows",
        what=left.tolist(),
    )
    return with_rows(responses, keep, record=record)


def without_short_exposure(
    values: Values, groups: Labels, exposure: Values, least: float
) -> pd.DataFrame:
    """Compare group means with everyone and with those who meet the rule.

    Parameters
    ----------
    values, groups, exposure
        ``(persons,)`` scores, groups and exposure.
    least
        The smallest exposure.

    Returns
    -------
    DataFrame
        `group`, `n`, `kept`, `mean`, `mean_kept`, `difference`, `reason`.

    Examples
    --------
    >>> without_short_exposure([1, 5], ["a", "a"], [1, 9], 3)["difference"].tolist()
    [2.0]
    """
    frame = pd.DataFrame({"group": labels_of(groups).to_numpy(), "exposure": exposure})
    rule = minimum_exposure(frame, {"exposure": least})
    y = pd.Series(np.asarray(values, dtype=float))
    label = labels_of(frame["group"])
    order = rule.values["group"]
    everyone = y.groupby(label).mean().reindex(order).to_numpy()
    kept = y[rule.keep].groupby(label[rule.keep]).mean().reindex(order).to_numpy()
    return rule.values[["group", "n", "kept"]].assign(
        mean=everyone, mean_kept=kept, difference=kept - everyone, reason=rule.values["reason"]
    )
