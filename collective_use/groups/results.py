"""The result of aggregation: one row a group, and the evidence behind each measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from collective_use.errors import InputError
from collective_use.groups.evidence.result import Evidence
from collective_use.instrument.model import Instrument
from collective_use.record import Record
from collective_use.results import Result, Table, table_of

if TYPE_CHECKING:
    from collective_use.groups.between.group_values import GroupValues
    from collective_use.scores.table import Scores


@dataclass(frozen=True)
class Groups(Result):
    """Group-level constructs with the evidence that aggregating them is justified.

    Attributes
    ----------
    values
        One row a group: `group` (and `wave`, `parent` where there are several), `n`
        respondents, `members`, `response_rate`, `reason` (why a whole group has no values, else
        empty), then one column a measure.
    evidence
        An `Evidence` for each measure id.
    record
        Every decision, and every group or item left out, with the reason.
    instrument
        The instrument the measures come from.

    Examples
    --------
    >>> import collective_use as cu
    >>> responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> len(groups.to_frame())
    49
    """

    values: pd.DataFrame
    evidence: Mapping[str, Evidence]
    record: Record
    instrument: Instrument
    _scores: Scores | None = field(default=None, repr=False, compare=False)

    def group_values(
        self, *, group_size: int | None = None, confidence: float = 0.95
    ) -> GroupValues:
        """Return shrunken values of groups, all errors and their covariances.

        Of the measures that were aggregated by a mean; ready for models between groups:
        `errors_frame()` holds the covariances of sampling errors between measures, less what
        the share of the members who answered takes off (formative measures).

        Parameters
        ----------
        group_size, confidence
            As `collective_use.group_values` takes them.

        Raises
        ------
        InputError
            When no measure is a mean, or the groups were not made by `aggregate`.

        Examples
        --------
        >>> import collective_use as cu
        >>> responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
        >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
        >>> groups.group_values().errors_frame()["covariance"].head(1).round(4).tolist()
        [0.0256]
        """
        from collective_use.groups.between.group_values import group_values

        return group_values(self, group_size=group_size, confidence=confidence)

    @property
    def scores(self) -> Scores:
        """The scores of persons that the groups were made of.

        Raises
        ------
        InputError
            When the groups were not made by `aggregate`.
        """
        if self._scores is None:
            raise InputError("groups must be what cu.aggregate(scores) returns, got none of them")
        return self._scores

    def to_frame(self) -> pd.DataFrame:
        """Return `values`."""
        return self.values.copy()

    def agreement_frame(self) -> pd.DataFrame:
        """Return one row a group and measure: n, value, indices, reason."""
        keys = [name for name in ("group", "wave") if name in self.values.columns]
        frames = [
            part.by_group.assign(measure=part.measure, composition=part.composition)
            for part in self.evidence.values()
        ]
        whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=keys)
        first = [*keys, "measure", "composition", "n", "value"]
        last = [name for name in ("passes", "reason") if name in whole.columns]
        middle = [name for name in whole.columns if name not in (*first, *last)]
        return whole.reindex(columns=[*first, *middle, *last])

    def item_agreement_frame(self) -> pd.DataFrame:
        """Return one row a group, measure and item: n, mean, variance, rwg, awg, AD."""
        frames = [
            part.by_item.assign(measure=part.measure)
            for part in self.evidence.values()
            if len(part.by_item)
        ]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def measures_frame(self) -> pd.DataFrame:
        """Return one row a measure: reliability, ICCs, agreement, verdict and its rule."""
        rows = pd.DataFrame([part.row() for part in self.evidence.values()])
        last = [
            "groups_failing", "verdict", "explanation", "rules", "refused", "not_computed",
        ]  # fmt: skip
        return rows[[name for name in rows.columns if name not in last] + last]

    def tables(self) -> tuple[Table, ...]:
        """Return a table of measures that fits a terminal."""
        columns = (
            "measure", "composition", "groups", "alpha", "rwg_j_median", "icc1", "icc2", "verdict",
        )  # fmt: skip
        frame = self.measures_frame().reindex(columns=list(columns))
        counts = [None if n != n else int(n) for n in frame["groups"]]
        frame["groups"] = pd.Series(counts, index=frame.index, dtype=object)
        notes = tuple(f"{part.measure}: {part.explanation}" for part in self.evidence.values())
        return (table_of(f"{len(self.values)} groups", frame, notes=notes),)
