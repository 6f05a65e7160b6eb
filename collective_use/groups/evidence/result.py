"""The evidence that a measure may be read at the level of groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from collective_use.cutoffs import Cutoff
from collective_use.instrument.model import Measure
from collective_use.results import NotComputed, Result, Table, table_of


@dataclass(frozen=True)
class Evidence(Result):
    """Everything known about the aggregation of one measure.

    Attributes
    ----------
    measure
        Id of the measure.
    construct, composition, aggregation, source
        What the instrument says about it.
    items
        Item ids that entered.
    by_group
        One row a group: its key, `n` with an answer, the group value, the indices of agreement
        or dispersion, and `reason` where something is missing.
    by_item
        One row a group and item, empty where items have no indices of their own.
    summary
        Indices of the whole measure by name; an index that could not be computed is a
        `NotComputed` with its reason.
    refused
        Checks that do not fit the composition, with the sentence that says why.
    failing
        Groups under the cut-off of the composition's index, by name.
    verdict
        One word or two: ``"supported"``, ``"partly supported"``, ``"not supported"``,
        ``"no check needed"`` or ``"not computed"``.
    explanation
        The verdict in sentences, with the numbers and the cited rules.
    rules
        The cut-offs used.
    details
        Further results by name (sensitivity, random groups, multiplicity, ...).

    Examples
    --------
    >>> import collective_use as cu
    >>> responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    >>> groups = cu.aggregate(cu.score(responses), measures=["lead"], repetitions=0)
    >>> groups.evidence["lead"].composition
    'direct_consensus'
    """

    measure: str
    construct: str
    composition: str
    aggregation: str
    source: str
    items: tuple[str, ...]
    by_group: pd.DataFrame
    by_item: pd.DataFrame
    summary: Mapping[str, Any]
    refused: Mapping[str, str]
    failing: tuple[str, ...]
    verdict: str
    explanation: str
    rules: tuple[Cutoff, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_frame(self) -> pd.DataFrame:
        """Return one row: the measure, its indices and the verdict."""
        return pd.DataFrame([self.row()])

    def row(self) -> dict[str, Any]:
        """Return the measure, its indices as numbers (missing where not computed), the verdict."""
        values = {
            name: (float("nan") if isinstance(value, NotComputed) else value)
            for name, value in self.summary.items()
        }
        why = {
            value.reason: name
            for name, value in reversed(list(self.summary.items()))
            if isinstance(value, NotComputed)
        }
        return {
            "measure": self.measure,
            "construct": self.construct,
            "composition": self.composition,
            "aggregation": self.aggregation,
            "source": self.source,
            "items": len(self.items),
            **values,
            "groups_failing": len(self.failing),
            "verdict": self.verdict,
            "explanation": self.explanation,
            "rules": "; ".join(f"{rule.name} {rule}" for rule in self.rules),
            "refused": "; ".join(self.refused),
            "not_computed": "; ".join(f"{name}: {text}" for text, name in why.items()),
        }

    def tables(self) -> tuple[Table, ...]:
        """Return the indices of the measure and the groups."""
        rows = tuple((name, value) for name, value in self.summary.items())
        notes = [f"Verdict: {self.verdict}. {self.explanation}"]
        notes += [f"Refused: {sentence}" for sentence in dict.fromkeys(self.refused.values())]
        head = Table(f"{self.measure} ({self.composition})", ("index", "value"), rows, tuple(notes))
        return (head, table_of("By group", self.by_group))


def empty_evidence(
    measure: Measure, keys: pd.DataFrame, why: str, refused: Mapping[str, str]
) -> Evidence:
    """Return the evidence of a measure that could not be computed at all, with the reason."""
    by_group = keys.assign(n=0, value=float("nan"), reason=why)
    return Evidence(
        measure=measure.id,
        construct=measure.construct_id,
        composition=measure.composition,
        aggregation=measure.aggregation,
        source=measure.source,
        items=(),
        by_group=by_group,
        by_item=pd.DataFrame(),
        summary={"value": NotComputed(why)},
        refused=refused,
        failing=(),
        verdict="not computed",
        explanation=why[:1].upper() + why[1:] + ".",
    )
