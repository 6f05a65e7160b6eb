"""Answers that can be deposited: who could be found again is left out, and said.

The check is k-anonymity (Sweeney 2002, International Journal of Uncertainty, Fuzziness and
Knowledge-Based Systems 10:557): every combination of group and background that stays is shared by
at least as many persons as the study shows results from. What the rating scales hold is not known
to outsiders and is not counted; whoever knows her own answers finds herself. The tables beside the
answers rest on everybody: of one or two persons left out they would tell the rest (complementary
suppression, Hundepool et al. 2012, Statistical disclosure control, sec. 4.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.checks import quoted
from collective_use.cutoffs import cutoffs_with
from collective_use.disclosure import Disclosure, disclosure_rule
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
    answers, values = _rated(outcome)
    told = pd.concat([answers, values], axis=1).notna()
    inside = _inside(people, told.to_numpy(), rule)
    if not inside.any():
        raise InputError(
            f"there is nothing to deposit: a group needs {rule.size} answers, and the persons left "
            f"out have to be {rule.spread_from} at the least, since results rest on all"
        )
    kept, rows = _background(people[inside], keep, rule.size)
    few = _few(told[~inside].sum(), outcome, rule.size)
    answers, values = (t[[name for name in t if name not in few]] for t in (answers, values))
    numbers = _numbers(people.loc[inside, "group"].astype(str), answers[inside])
    group = people.loc[inside, "group"].astype(str).map(numbers).to_frame()
    parts = [group, people.loc[inside, kept], answers[inside], values[inside]]
    whole = pd.concat(parts, axis=1).sort_values(["group", *answers]).reset_index(drop=True)
    small = "persons of groups left out that are small, or would give a smaller one away"
    rows.insert(0, ("group", "kept", f"by number; {(~inside).sum()} {small}"))
    rows += [
        (name, "left out", "too few of those left out answered: results give them") for name in few
    ]
    rows += [(name, "left out", why) for name, why in _unrated(outcome, {*answers, *few})]
    check = pd.DataFrame(rows, columns=["column", "fate", "why"])
    return Cleared(whole, _group_values(shown, numbers), check, rule.size)


def _rated(outcome: Outcome) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return answers on rating scales, and scores of measures."""
    kinds = {item.id: item.kind for item in outcome.instrument.items}
    answers, values = outcome.responses.answers, outcome.scores.values
    return (
        answers[[name for name in answers if kinds.get(str(name)) == "likert"]],
        values[[name for name in values if "." not in str(name)]],
    )


def _unrated(outcome: Outcome, rated: set[str]) -> list[tuple[str, str]]:
    """Return the columns that no package holds, each with the reason."""
    people = outcome.responses.persons
    left = sorted({*map(str, outcome.responses.answers)} - rated - {*map(str, people)})
    return [
        *((name, "no rating scale: may name or describe a person") for name in left),
        *((name, "tells persons apart") for name in NEVER if name in people),
    ]


def _inside(people: pd.DataFrame, there: NDArray[np.bool_], rule: Disclosure) -> NDArray[np.bool_]:
    """Tell which persons stay: small groups go, and the next smallest until enough are left out.

    Results rest on everybody: without those who stay, they are results of those left out. These
    must be as many as may be shown with their spread, or nobody; of each question that most
    answered, as many as may be shown. A group in a wave is a group of its own: answering twice
    makes nobody two persons.
    """
    keys = [name for name in ("group", "wave") if name in people]
    unit = people.groupby(keys, dropna=False).ngroup().to_numpy()
    sizes = np.bincount(unit)
    smallest_first = np.argsort(sizes, kind="stable")
    common = there[:, 2 * there.sum(axis=0) > len(there)]
    for gone in range((sizes < rule.size).sum(), len(sizes) + 1):
        inside: NDArray[np.bool_] = ~np.isin(unit, smallest_first[:gone])
        persons, left = int((~inside).sum()), common[~inside].sum(axis=0)
        enough = persons >= rule.spread_from and ((left == 0) | (left >= rule.size)).all()
        if not persons or enough:
            break
    return inside


def _few(left: pd.Series[int], outcome: Outcome, size: int) -> list[str]:
    """Return the columns that too few of those left out answered, and the scores made of them."""
    few = {str(name) for name, n in left.items() if 0 < n < size}
    scores = {m.id for m in outcome.instrument.measures if few & set(m.items)}
    return [str(name) for name in left.index if name in few or name in scores]


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
        keys = dict.fromkeys(("group", *(("wave",) if "wave" in people else ()), *kept, str(name)))
        least = int(people.groupby(list(keys), dropna=False).size().min())
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
