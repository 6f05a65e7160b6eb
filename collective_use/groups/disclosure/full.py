"""Exact tables for the analyst: every group that gets values at all, nothing rounded."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from collective_use.compositions import SHARED
from collective_use.cutoffs import cutoffs_with
from collective_use.groups.disclosure.figures import FACTS, KEPT
from collective_use.groups.results import Groups


def full_tables(
    groups: Groups, cutoffs: Mapping[str, float] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return exact tables of groups and of agreement.

    Groups under the cut-off ``group_size`` have no values here either: a mean of one person is
    that person's score, which stands in the table of persons.

    Parameters
    ----------
    groups
        From `collective_use.aggregate`.
    cutoffs
        Other values for named cut-offs.
    """
    least = cutoffs_with(cutoffs)["group_size"].value
    agreement = groups.agreement_frame()
    small = agreement["n"].lt(least) & ~agreement["composition"].isin(FACTS)
    for name in agreement.columns.difference(list(KEPT)):
        agreement[name] = agreement[name].mask(small)
    agreement["passes"] = agreement["passes"].mask(small) if "passes" in agreement else None
    return groups.to_frame(), agreement


def value_tables(
    groups: Groups, cutoffs: Mapping[str, float] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return exact values of groups with their errors, and the covariances of these errors.

    Parameters
    ----------
    groups
        From `collective_use.aggregate`.
    cutoffs
        Other values for named cut-offs.

    Returns
    -------
    tuple or None
        None where no measure is a mean of members.
    """
    averaged = [e for e in groups.evidence.values() if e.composition in (*SHARED, "additive")]
    if not any(part.by_group["value"].notna().any() for part in averaged):
        return None
    found = groups.group_values(group_size=int(cutoffs_with(cutoffs)["group_size"].value))
    return found.to_frame(), found.errors_frame()
