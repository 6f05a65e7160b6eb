"""Fuzzy-set qualitative comparison of groups: which conditions together are sufficient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from collective_use.accepted import Given
from collective_use.checks import one_of
from collective_use.cutoffs import Cutoff
from collective_use.errors import InputError
from collective_use.numerics.conditions import sets
from collective_use.numerics.conditions import truth_table as kernel
from collective_use.numerics.conditions.boolean import MOST_CONDITIONS, MOST_MODELS
from collective_use.numerics.types import Floats
from collective_use.results import Result, Table, table_of
from collective_use.structure.conditions.calibration import (
    METHODS,
    checked_anchors,
    crossover_of,
    memberships,
)
from collective_use.structure.conditions.inputs import ConditionData, condition_data
from collective_use.structure.conditions.robustness import robustness_frame
from collective_use.structure.conditions.rules import rules_with
from collective_use.structure.conditions.words import models_frame, terms_frame

EXPECTED = {"present": 1, "absent": 0}


@dataclass(frozen=True)
class QualitativeComparison(Result):
    """Which combinations of conditions are sufficient, and how much hangs on the cut-offs.

    Attributes
    ----------
    memberships
        One row a group: `group`, membership in each set, and `doubtful`, the largest chance
        that a sampling error has put the group on the wrong side of a crossover (0 where no
        errors are known).
    necessity
        One row a condition and its absence: `condition`, `consistency`, `relevance` (RoN),
        `coverage`, `passes`.
    truth_table
        One row a configuration: the conditions as 1 and 0, `groups` (number), `consistency`,
        `pri`, `outcome` (1, 0 or ``?`` for too few groups), `cases`.
    models
        One row a model: `solution` (complex, parsimonious, intermediate), `model`,
        `expression`, `consistency`, `pri`, `coverage`, `assumed` (configurations without
        groups that it takes as sufficient).
    terms
        One row a term of a model: `consistency`, `pri`, `raw_coverage`, `unique_coverage`, `cases`.
    robustness
        One row another choice: `changed`, `frequency`, `consistency`, `pri`, `sufficient`
        (number of sufficient configurations), `expression` and fit of its first parsimonious
        model, and whether `complex`, `parsimonious` and `intermediate` stay the same.
    outcome
        Name of the outcome, ``~`` for its absence.
    notes
        How to read it.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> frame = pd.DataFrame({"a": [5, 5, 1, 1.5], "b": [5, 1, 5, 1.2], "y": [5, 4.5, 1.5, 1]})
    >>> anchors = {name: [1, 3, 5] for name in frame}
    >>> found = cu.qualitative_comparison(frame, "y", ["a", "b"], anchors)
    >>> found.models["expression"].unique().tolist()
    ['a']
    """

    memberships: pd.DataFrame
    necessity: pd.DataFrame
    truth_table: pd.DataFrame
    models: pd.DataFrame
    terms: pd.DataFrame
    robustness: pd.DataFrame
    outcome: str
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return `terms`."""
        return self.terms.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return necessity, truth table, models, terms and robustness."""
        seen = self.truth_table[self.truth_table["groups"] > 0]
        return (
            table_of(f"Necessary for {self.outcome}", self.necessity),
            table_of("Configurations with groups", seen),
            table_of(f"Sufficient for {self.outcome}", self.models),
            table_of("Terms", self.terms),
            table_of("Other choices", self.robustness, notes=self.notes),
        )


def qualitative_comparison(
    groups: Given,
    outcome: str,
    conditions: Iterable[str],
    calibration: Mapping[str, Sequence[float]],
    *,
    method: str = "direct",
    absent_outcome: bool = False,
    expectations: Mapping[str, str] | None = None,
    rules: Mapping[str, float] | None = None,
) -> QualitativeComparison:
    """Compare groups as configurations of conditions (fuzzy-set QCA).

    Parameters
    ----------
    groups
        From `aggregate` or `group_values`, or a frame with one row a group.
    outcome, conditions
        Measures; at most ten conditions, and few groups carry more than four or five.
    calibration
        By measure, outcome included: ``(fully out, crossover, fully in)``, falling for a set of
        low values; with ``method="indirect"`` the thresholds between levels.
    method
        ``"direct"`` (logistic through the anchors) or ``"indirect"`` (fractional polynomial).
    absent_outcome
        Explain the absence of the outcome.
    expectations
        By condition ``"present"`` or ``"absent"``: what theory expects to contribute. They
        decide which configurations without groups the intermediate solution may assume.
    rules
        Other values for ``frequency``, ``consistency``, ``pri`` and ``necessity``.

    Returns
    -------
    QualitativeComparison
        Memberships, necessity, truth table, solutions and robustness.

    Raises
    ------
    InputError
        When anchors are missing, equal or out of order, a measure is unknown, or conditions
        are more than ten.

    Notes
    -----
    A membership of exactly one half belongs to no configuration: such groups count in no row,
    and are named in `notes`.

    References
    ----------
    Ragin, C. C. (2008). Redesigning social inquiry. Schneider, C. Q., & Wagemann, C. (2012).
    Set-theoretic methods for the social sciences. Oana, I.-E., & Schneider, C. Q. (2024). A
    robustness test protocol for applied QCA. Sociological Methods & Research, 53, 57-88.

    Examples
    --------
    >>> import collective_use as cu
    >>> responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> anchors = {"lead": [2.5, 3.0, 3.5], "hostil": [1.5, 2.0, 2.5], "tsig": [2.5, 3.0, 3.5]}
    >>> found = cu.qualitative_comparison(groups, "tsig", ["lead", "hostil"], anchors)
    >>> len(found.truth_table)
    4
    """
    one_of("method", method, METHODS)
    names = tuple(conditions)
    if not 1 <= len(names) <= MOST_CONDITIONS:
        raise InputError(f"conditions must be 1 to {MOST_CONDITIONS}, got {len(names)}")
    data = condition_data(groups, (*names, outcome))
    anchors = checked_anchors(calibration, data.measures, method)
    expected = _expected(expectations or {}, names)
    used = rules_with(rules)
    values, errors, kept = data.of(*data.measures)
    if not len(values):
        raise InputError("no group has a value of the outcome and of every condition")
    labels = [data.groups[place] for place in kept]
    x, y = _sets(values, anchors, method, data.measures)
    if absent_outcome:
        y = 1 - y
    cut = {key: used[key].value for key in ("frequency", "consistency", "pri")}
    table = kernel.truth_table(
        x, y, frequency=int(cut["frequency"]), consistency=cut["consistency"], pri=cut["pri"]
    )
    found = kernel.solutions(table, expected)
    doubtful = _doubtful(values, errors, anchors, method, data.measures)
    other = robustness_frame(values, y, x, anchors, method, data.measures, cut, expected,
                             absent_outcome)  # fmt: skip
    return QualitativeComparison(
        _memberships_frame(labels, x, y, names, outcome, doubtful),
        _necessity_frame(x, y, names, used["necessity"]),
        _table_frame(table, names, labels),
        models_frame(found, x, y, names),
        terms_frame(found, x, y, names, labels),
        other,
        f"~{outcome}" if absent_outcome else outcome,
        _notes(data, labels, x, table, found, doubtful, other, names),
    )


def _expected(given: Mapping[str, str], names: tuple[str, ...]) -> list[int | None]:
    for name, word in given.items():
        one_of("expectations", name, names)
        one_of(f"expectation of {name!r}", word, tuple(EXPECTED))
    return [EXPECTED.get(given.get(name, "")) for name in names]


def _sets(
    values: Floats, anchors: Mapping[str, tuple[float, ...]], method: str, names: Sequence[str]
) -> tuple[Floats, Floats]:
    every = np.column_stack(
        [memberships(values[:, k], anchors[name], method, name) for k, name in enumerate(names)]
    )
    return every[:, :-1], every[:, -1]


def _doubtful(
    values: Floats,
    errors: Floats,
    anchors: Mapping[str, tuple[float, ...]],
    method: str,
    names: Sequence[str],
) -> Floats:
    """Return (G,) the largest chance that a true mean lies beyond a crossover."""
    se = np.sqrt(errors[:, np.arange(len(names)), np.arange(len(names))])
    middle = np.array([crossover_of(anchors[name], method) for name in names])
    away = np.abs(values - middle)
    chance = np.where(se > 0, norm.sf(away / np.where(se > 0, se, 1.0)), 0.0)
    return chance.max(axis=1)


def _memberships_frame(
    labels: list[str], x: Floats, y: Floats, names: Sequence[str], outcome: str, doubtful: Floats
) -> pd.DataFrame:
    columns = {name: x[:, k] for k, name in enumerate(names)}
    return pd.DataFrame({"group": labels, **columns, outcome: y, "doubtful": doubtful})


def _necessity_frame(x: Floats, y: Floats, names: Sequence[str], rule: Cutoff) -> pd.DataFrame:
    both = np.concatenate([x.T, 1 - x.T])
    consistency, relevance, coverage = sets.necessity(both, y)
    return pd.DataFrame(
        {
            "condition": [*names, *(f"~{name}" for name in names)],
            "consistency": consistency,
            "relevance": relevance,
            "coverage": coverage,
            "passes": rule.passing(consistency),
        }
    )


def _table_frame(table: kernel.TruthTable, names: Sequence[str], labels: list[str]) -> pd.DataFrame:
    rows = np.arange(len(table.n))
    bits = {name: (rows >> (len(names) - 1 - k)) & 1 for k, name in enumerate(names)}
    cases = [", ".join(np.array(labels)[member > 0.5]) for member in table.membership]
    words = {1: "1", 0: "0", -1: "?"}
    frame = pd.DataFrame(
        {
            **bits,
            "groups": table.n,
            "consistency": table.consistency,
            "pri": table.pri,
            "outcome": [words[int(value)] for value in table.outcome],
            "cases": cases,
        }
    )
    order = ["groups", "consistency"]
    return frame.sort_values(order, ascending=False, kind="stable").reset_index(drop=True)


def _notes(
    data: ConditionData,
    labels: list[str],
    x: Floats,
    table: kernel.TruthTable,
    found: kernel.Solutions,
    doubtful: Floats,
    other: pd.DataFrame,
    names: Sequence[str],
) -> tuple[str, ...]:
    notes = list(data.notes)
    left_out = [name for name in data.groups if name not in labels]
    if left_out:
        notes.append(f"{len(left_out)} groups without a value of every measure are left out.")
    half = [label for label, row in zip(labels, x, strict=True) if (row == 0.5).any()]
    if half:
        notes.append(f"On a crossover, and so in no configuration: {', '.join(half)}.")
    if not found.complex:
        best = np.nan_to_num(table.consistency[table.outcome >= 0]).max(initial=0.0)
        notes.append(
            f"No configuration is sufficient under these rules; the most consistent has {best:.3f}."
        )
    elif not (table.outcome == 0).any():
        notes.append("Every configuration with groups is sufficient: the outcome set is too wide.")
    if not found.all_listed:
        notes.append(f"More than {MOST_MODELS} models explain alike: only the first are listed.")
    elif max(len(found.parsimonious), len(found.intermediate)) > 1:
        notes.append("Several models explain alike; report all of them.")
    unsure = int((doubtful > 0.25).sum())
    if unsure:
        notes.append(
            f"{unsure} of {len(labels)} groups lie so near a crossover that sampling error alone "
            "puts them on the wrong side with a chance of more than one in four."
        )
    same = int(other["parsimonious"].sum())
    notes.append(
        f"The parsimonious solution stays the same in {same} of {len(other)} other choices."
    )
    return tuple(notes)
