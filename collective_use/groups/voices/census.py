"""How much of each group answered, and what that makes of its mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from collective_use.accepted import Labels, Values
from collective_use.checks import number_between, one_of
from collective_use.errors import InputError
from collective_use.frames import Cell, arrays_of, texts
from collective_use.groups.inputs import numbers_in
from collective_use.groups.keys import group_keys
from collective_use.groups.labels import aligned, label_text, labels_of
from collective_use.numerics.groups import anova
from collective_use.numerics.groups import finite_population as kernels
from collective_use.numerics.groups.statistics import GroupStatistics, group_statistics
from collective_use.results import NotComputed, Result, Table, table_of

Aggregation = Literal["reflective", "formative"]


@dataclass(frozen=True)
class GroupMeanReliability(Result):
    """Reliability of each group's mean, members taken as a sample or as the whole group.

    Attributes
    ----------
    values
        One row a group: `group`, `n`, `members`, `sampling_fraction`, `mean`, `standard_error`
        (with finite population correction when formative), `reliability`, `reflective`,
        `formative` (both), `reason`.
    aggregation
        Which of the two `reliability` and `standard_error` follow.
    variance_between, variance_within
        Components of the one-way analysis of variance with k0.
    reliability
        Mean reliability over groups.

    Examples
    --------
    >>> import collective_use as cu
    >>> found = cu.group_mean_reliability([1, 2, 4, 5, 4], list("aabbb"), {"a": 3, "b": 3})
    >>> found.to_frame()["group"].tolist()
    ['a', 'b']
    """

    values: pd.DataFrame
    aggregation: Aggregation
    variance_between: float | NotComputed
    variance_within: float | NotComputed
    reliability: float | NotComputed

    def to_frame(self) -> pd.DataFrame:
        """Return `values`."""
        return self.values.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the groups with a sentence on what the reliability means."""
        note = (
            "Reflective: members are a sample of possible judges of the group (ICC(2))."
            if self.aggregation == "reflective"
            else "Formative: the members are the group; a full census has no sampling error."
        )
        return (
            table_of(
                f"Reliability of group means ({self.aggregation})", self.values, notes=(note,)
            ),
        )


def sampling_fraction(groups: Labels, members: Mapping[str, int]) -> pd.DataFrame:
    """Return the share of each group that answered.

    Parameters
    ----------
    groups
        ``(persons,)`` group of each respondent.
    members
        Number of members by group; groups without respondents are kept.

    Returns
    -------
    DataFrame
        `group`, `n`, `members`, `sampling_fraction`, `reason`.

    Raises
    ------
    InputError
        When a group has more respondents than members.

    Examples
    --------
    >>> sampling_fraction(["a", "a", "b"], {"a": 2, "b": 4})["sampling_fraction"].tolist()
    [1.0, 0.25]
    """
    asked = {label_text(name): int(size) for name, size in members.items()}
    listed = pd.DataFrame({"group": np.repeat(list(asked), list(asked.values()))})
    persons = pd.DataFrame({"group": labels_of(groups).to_numpy()})
    frame = group_keys(persons, listed).frame[["group", "n", "members"]]
    over = frame[frame["n"] > frame["members"]]
    if len(over):
        row = over.iloc[0]
        raise InputError(
            f"a group must not have more respondents than members, got {row['n']} of "
            f"{row['members']:g} in group {row['group']!r}"
        )
    fraction = frame["n"] / frame["members"]
    reason = np.where(frame["members"].isna(), "the number of members is not known", "")
    return frame.assign(sampling_fraction=fraction, reason=reason)


def group_mean_reliability(
    values: Values,
    groups: Labels,
    members: Mapping[str, int],
    *,
    aggregation: Aggregation = "reflective",
    person_reliability: float = 1.0,
) -> GroupMeanReliability:
    """Compute how reliable each group's mean is, given how many of its members answered.

    For a reflective measure members are interchangeable judges of one group value, and the
    mean of all members still has an error: reliability is ICC(2) with the group's n. For a
    formative measure the group value is the mean of these members: the nearer n is to N, the
    nearer the observed mean is to the truth, and at a census only errors of answers are left.

    Parameters
    ----------
    values, groups
        ``(persons,)`` scores and groups.
    members
        Number of members by group.
    aggregation
        ``"reflective"`` or ``"formative"``, as the measure declares.
    person_reliability
        Reliability of a person's score within groups (formative only); 1 takes answers as
        free of error.

    Returns
    -------
    GroupMeanReliability
        By group and over groups.

    Raises
    ------
    InputError
        When an argument is not what it has to be.

    References
    ----------
    Lüdtke, O., Marsh, H. W., Robitzsch, A., Trautwein, U., Asparouhov, T., & Muthén, B.
    (2008). Psychological Methods, 13, 203-229. Cochran, W. G. (1977). Sampling techniques.

    Examples
    --------
    >>> values, groups = [1, 2, 3, 5, 6, 7], ["a"] * 3 + ["b"] * 3
    >>> census = group_mean_reliability(
    ...     values, groups, {"a": 3, "b": 3}, aggregation="formative"
    ... )
    >>> census.values["reliability"].tolist()
    [1.0, 1.0]
    """
    one_of("aggregation", aggregation, ("reflective", "formative"))
    number_between("person_reliability", person_reliability, 0, 1)
    y = numbers_in(values, "values")[:, 0].astype(float)
    names = labels_of(aligned(values, groups)).to_numpy()
    if len(y) != len(names):
        raise InputError(
            f"values and groups must have the same length, got {len(y)} and {len(names)}"
        )
    known = np.isfinite(y)
    frame = sampling_fraction(names[known], members)
    code = pd.Index(frame["group"]).get_indexer(names[known])
    stats = group_statistics(y[known], code.astype(np.intp), len(frame))
    return reliability_of(stats, arrays_of(frame), aggregation, person_reliability)


def reliability_of(
    stats: GroupStatistics, groups: Mapping[str, Cell], aggregation: Aggregation, trust: float
) -> GroupMeanReliability:
    """Return the same from statistics of given groups; see `group_mean_reliability`.

    Parameters
    ----------
    stats
        Of the scores, one column.
    groups
        Columns `group`, `n`, `members`, `sampling_fraction`, `reason`, a row a group.
    trust
        Reliability of a person's score within groups.
    """
    between, within = _components(anova.one_way_of(stats))
    n, size = np.asarray(groups["n"], float), np.asarray(groups["members"], float)
    reflective = kernels.reflective_reliability(between, within, n)
    formative = kernels.formative_reliability(between, within, n, size, trust)
    chosen = reflective if aggregation == "reflective" else formative
    fraction = size if aggregation == "formative" else np.full(len(n), np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = kernels.standard_error(np.full(len(n), within), n, fraction)
    reliability = np.where(n > 0, chosen, np.nan)
    values = pd.DataFrame(
        {
            **{name: column for name, column in groups.items() if name != "reason"},
            "mean": stats.means[:, 0],
            "standard_error": np.where(n > 0, error, np.nan),
            "reliability": reliability,
            "reflective": np.where(n > 0, reflective, np.nan),
            "formative": np.where(n > 0, formative, np.nan),
            "reason": texts(
                [
                    _reason(*row)
                    for row in zip(groups["reason"], n.tolist(), reliability.tolist(), strict=True)
                ]
            ),
        }
    )
    why = NotComputed("no group has two answers, or there is one group only")
    there = reliability[~np.isnan(reliability)]
    return GroupMeanReliability(
        values=values,
        aggregation=aggregation,
        variance_between=why if np.isnan(between) else between,
        variance_within=why if np.isnan(within) else within,
        reliability=float(there.mean()) if len(there) else why,
    )


def _components(table: anova.OneWay) -> tuple[float, float]:
    """Return the components between and within; a negative one between groups becomes 0."""
    if table.df_between < 1 or table.df_within < 1:
        return np.nan, np.nan
    within = float(table.ms_within)
    return max((float(table.ms_between) - within) / float(table.size_k0), 0.0), within


def _reason(reason: str, n: float, value: float) -> str:
    if n == 0:
        return "nobody answered"
    if np.isnan(value) and not reason:
        return "the components of variance could not be told apart"
    return reason
