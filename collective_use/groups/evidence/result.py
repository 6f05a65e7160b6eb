"""The evidence that a measure may be read at the level of groups: what all kinds share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn, TypedDict

import numpy as np
import pandas as pd

from collective_use.accepted import PlainDict, PlainMapping
from collective_use.checks import did_you_mean, quoted
from collective_use.cutoffs import Cutoff
from collective_use.errors import InputError
from collective_use.frames import extended, texts
from collective_use.instrument.model import Measure
from collective_use.later import made_when_read
from collective_use.results import NotComputed, Result, Table, TableRow, plain, table_of


@made_when_read("by_item")
@dataclass(frozen=True, kw_only=True)
class Evidence(Result):
    """What every measure's evidence has; each kind of measure adds its own fields.

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
    refused
        Checks that do not fit the composition, with the sentence that says why.
    verdict
        The word.
    explanation
        The verdict in sentences, with the numbers and the cited rules.
    by_item
        One row a group and item, empty where items have no indices of their own.
    failing
        Groups under the cut-off of the composition's index, by name.
    rules
        The cut-offs used.

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
    refused: Mapping[str, str]
    verdict: str
    explanation: str
    by_item: pd.DataFrame = field(default_factory=pd.DataFrame)
    failing: tuple[str, ...] = ()
    rules: tuple[Cutoff, ...] = ()

    @property
    def summary(self) -> PlainMapping:
        """Indices of the whole measure by name; those not computed carry their reason."""
        return {"value": NotComputed(self.explanation[:1].lower() + self.explanation[1:-1])}

    @property
    def details(self) -> PlainMapping:
        """Further results by name."""
        return {}

    def to_frame(self) -> pd.DataFrame:
        """Return one row: the measure, its indices and the verdict."""
        return pd.DataFrame([self.row()])

    def to_dict(self) -> PlainDict:
        """Return every field, the indices by name among them, as plain values."""
        return {**super().to_dict(), "summary": plain(self.summary), "details": plain(self.details)}

    def row(self) -> TableRow:
        """Return the measure, its indices as numbers (missing where not computed), the verdict."""
        summary = self.summary
        values = {
            name: (float("nan") if isinstance(value, NotComputed) else value)
            for name, value in summary.items()
        }
        why = {
            value.reason: name
            for name, value in reversed(list(summary.items()))
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


class EvidenceByMeasure(dict[str, Evidence]):
    """The evidence by measure id; another name says which measure was meant.

    Parameters
    ----------
    parts
        The evidence.
    names
        Names of measures and constructs as people say them, by measure id.
    """

    def __init__(self, parts: Mapping[str, Evidence], names: Mapping[str, Iterable[str]]) -> None:
        super().__init__(parts)
        self._names = {id_: tuple(words) for id_, words in names.items()}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({quoted(self, most=6)})"

    def __missing__(self, name: object) -> NoReturn:
        """Raise an error that names the measure that was meant."""
        word = str(name)
        meant = [
            id_
            for id_, words in self._names.items()
            if id_ in self and any(word.casefold() in text.casefold() for text in words)
        ]
        if meant:
            hint = f"; {word!r} is told about by " + quoted(meant)
        else:
            hint = did_you_mean(word, self)
        raise NoSuchMeasure(f"measure must be one of {quoted(self, most=40)}, got {word!r}{hint}")


class NoSuchMeasure(InputError, KeyError):
    """A name that is no measure of the result."""

    def __str__(self) -> str:
        """Return the message, without the quotes that a KeyError puts around it."""
        return str(self.args[0])


class Head(TypedDict):
    """What the instrument says of a measure, as the first fields of its evidence."""

    measure: str
    construct: str
    composition: str
    aggregation: str
    source: str
    items: tuple[str, ...]


def head_of(measure: Measure, items: Iterable[str]) -> Head:
    """Return the fields that the instrument gives to the evidence of a measure."""
    return {
        "measure": measure.id,
        "construct": measure.construct_id,
        "composition": measure.composition,
        "aggregation": measure.aggregation,
        "source": measure.source,
        "items": tuple(items),
    }


def empty_evidence(
    measure: Measure, keys: pd.DataFrame, why: str, refused: Mapping[str, str]
) -> Evidence:
    """Return the evidence of a measure that could not be computed at all, with the reason."""
    empty = {
        "n": np.zeros(len(keys), dtype=np.int64),
        "value": np.full(len(keys), np.nan),
        "reason": texts([why] * len(keys)),
    }
    by_group = extended(keys, empty)
    return Evidence(
        **head_of(measure, ()),
        by_group=by_group,
        refused=refused,
        verdict="not computed",
        explanation=why[:1].upper() + why[1:] + ".",
    )
