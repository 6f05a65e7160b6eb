"""Groups that are compared item by item, as numbers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from collective_use.checks import column_in
from collective_use.errors import InputError


def coded(data: pd.DataFrame, group: str, labels: Sequence[str]) -> pd.DataFrame:
    """Return the persons with a group, with a column ``d<k>_`` of ones for each compared group.

    Parameters
    ----------
    data
        One row a person.
    group, labels
        Column of the groups, and its values; the first is the reference.

    Examples
    --------
    >>> import pandas as pd
    >>> coded(pd.DataFrame({"g": ["x", None, "y"]}), "g", ("x", "y"))["d1_"].tolist()
    [0.0, 1.0]
    """
    text = data[group].astype(str).where(data[group].notna())
    known = data[text.notna()]
    columns = {f"d{k}_": (text[text.notna()] == name).astype(float)
               for k, name in enumerate(labels) if k}  # fmt: skip
    return known.assign(**columns)


def refuse_constant(
    data: pd.DataFrame, group: str, labels: Sequence[str], items: Sequence[str]
) -> None:
    """Refuse items that do not vary in one of the groups.

    Parameters
    ----------
    data
        One row a person.
    group, labels
        Column of the groups, and its values.
    items
        Columns of the items.

    Raises
    ------
    InputError
        When an item is unknown, or everybody in a group gave the same answer, or none.

    Examples
    --------
    >>> import pandas as pd
    >>> data = pd.DataFrame({"a": [1, 2, 1, 2], "country": list("xxyy")})
    >>> refuse_constant(data, "country", ("x", "y"), ["a"])
    """
    for item in items:
        column_in("item", item, list(data.columns), where="the data")
        for label in labels:
            own = data.loc[data[group].astype(str) == label, item]
            if own.nunique() < 2:
                raise InputError(f"item {item!r} must vary in every group, got "
                                 f"{'no answer' if own.notna().sum() == 0 else 'one answer'} from "
                                 f"everybody in {label!r}: leave it out")  # fmt: skip
