"""Answers that can be deposited: who could be found again is left out, and said.

The check is k-anonymity (Sweeney 2002, International Journal of Uncertainty, Fuzziness and
Knowledge-Based Systems 10:557): every combination of group and background that stays is shared by
at least as many persons as the study shows results from. What the rating scales hold is not known
to outsiders and is not counted; whoever knows her own answers finds herself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from collective_use.checks import quoted
from collective_use.cutoffs import cutoffs_with
from collective_use.disclosure import disclosure_rule
from collective_use.errors import InputError
from collective_use.study.walk import Outcome

NEVER = (
    "member", "partner", "duration", "row", "export", "weight", "submitted", "started",
    "response", "previous",
)  # fmt: skip
"""Columns that tell persons apart, or when and from where they answered."""


@dataclass(frozen=True)
class Cleared:
    """Answers without what tells who gave them.

    Attributes
    ----------
    persons
        A row a person: group by a number, background that passed, answers, scores.
    groups
        A row a group: its value on each measure that may be shown.
    check
        A row a column of the persons: kept or left out, and why.
    size
        Persons that share every combination that stays, at the least.
    """

    persons: pd.DataFrame
    groups: pd.DataFrame
    check: pd.DataFrame
    size: int


def cleared(outcome: Outcome, shown: pd.DataFrame, keep: Sequence[str] = ()) -> Cleared:
    """Return the answers of a study as they can be deposited.

    Parameters
    ----------
    outcome
        What the study came to.
    shown
        Values of groups as others may see them.
    keep
        Background columns wanted; one that makes a person stand out is left out all the same.

    Raises
    ------
    InputError
        When a column is none of the background, or no group is large enough.
    """
    people = outcome.responses.persons
    offered = [str(name) for name in people if name not in (*NEVER, "group")]
    for name in keep:
        if name not in offered:
            raise InputError(f"keep must be one of {quoted(offered)}, got {name!r}")
    rule = disclosure_rule(cutoffs_with(outcome.study.all_cutoffs()))
    sizes = people["group"].map(people["group"].value_counts())
    inside = (sizes >= rule.size).to_numpy()
    if not inside.any():
        raise InputError(f"no group has {rule.size} answers: there is nothing to deposit")
    kept, rows = _background(people[inside], keep, rule.size)
    answers = outcome.responses.answers
    rated = [
        str(name) for name in answers
        if (item := next((i for i in outcome.instrument.items if i.id == name), None)) is not None
        and item.kind == "likert"
    ]  # fmt: skip
    numbers = _numbers(people.loc[inside, "group"].astype(str), answers.loc[inside, rated])
    group = people.loc[inside, "group"].astype(str).map(numbers).to_frame()
    scores = [str(name) for name in outcome.scores.values if "." not in str(name)]
    parts = [group, people.loc[inside, kept], answers.loc[inside, rated],
             outcome.scores.values.loc[inside, scores]]  # fmt: skip
    whole = pd.concat(parts, axis=1).sort_values(["group", *rated]).reset_index(drop=True)
    left = sorted({str(name) for name in answers} - set(rated) - {str(name) for name in people})
    rows += [(name, "left out", "no rating scale: may name or describe a person") for name in left]
    rows += [(name, "left out", "tells persons apart") for name in NEVER if name in people]
    dropped = int((~inside).sum())
    rows.insert(0, ("group", "kept", f"by number; {dropped} persons of smaller groups left out"))
    check = pd.DataFrame(rows, columns=["column", "fate", "why"])
    return Cleared(whole, _group_values(shown, numbers), check, rule.size)


def _numbers(groups: pd.Series[str], answers: pd.DataFrame) -> dict[str, int]:
    """Return a number for each group, in an order that says nothing: that of its answers' hash.

    A hash of the names would be no secret: whoever lists the groups can sort them, too.
    """
    import hashlib

    def mixed(name: str) -> tuple[str, str]:
        rows = answers[groups == name]
        told = rows.sort_values(list(rows.columns)).to_csv(index=False)
        return hashlib.sha256(told.encode("utf-8")).hexdigest(), name

    return {name: k + 1 for k, name in enumerate(sorted(set(groups), key=mixed))}


def _background(
    people: pd.DataFrame, keep: Sequence[str], size: int
) -> tuple[list[str], list[tuple[str, str, str]]]:
    """Return the background columns that pass, one added after the other."""
    kept: list[str] = []
    rows = []
    for name in people:
        if name in (*NEVER, "group"):
            continue
        if name not in keep:
            rows.append((str(name), "left out", "not asked for (keep)"))
            continue
        least = int(people.groupby(["group", *kept, name], dropna=False).size().min())
        if least < size:
            why = f"{least} persons share a combination, {size} are needed"
            rows.append((str(name), "left out", why))
        else:
            kept.append(str(name))
            rows.append((str(name), "kept", f"every combination is shared by {least} or more"))
    return kept, rows


def _group_values(shown: pd.DataFrame, numbers: dict[str, int]) -> pd.DataFrame:
    named = shown["group"].astype(str)
    inside = named.isin(list(numbers))
    values = shown[inside].drop(columns=["reason", "parent"], errors="ignore")
    values = values.assign(group=named[inside].map(numbers))
    return values.sort_values("group").reset_index(drop=True)
