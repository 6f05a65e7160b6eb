"""The parts of the evidence for measures of members' answers, each typed and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import pandas as pd

from collective_use.accepted import Found, PlainMapping
from collective_use.groups.evidence.result import Evidence
from collective_use.groups.voices.census import GroupMeanReliability
from collective_use.groups.voices.partners import BalancedMeans
from collective_use.groups.voices.strata import ByStratum
from collective_use.results import NotComputed, TableRow

if TYPE_CHECKING:
    from collective_use.groups.rosters.stacks import RosterIndices

UNDRAWN = NotComputed("no random groups were drawn for it (repetitions is 0)")
"""Why an index without a closed form was not compared with random groups."""

Number = float | NotComputed
Count = int | NotComputed


def named(part: Found) -> TableRow:
    """Return the numbers of a part by name, frames left out."""
    values = {f.name: getattr(part, f.name) for f in fields(part)}
    return {k: v for k, v in values.items() if not isinstance(v, (pd.DataFrame, tuple))}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many answered.

    Attributes
    ----------
    persons, groups
        With an answer.
    mean_size
        Persons by groups.
    groups_judged
        Groups large enough, and with enough of their members, to be judged; every sentence of
        the verdict is about these.
    """

    persons: int
    groups: int
    mean_size: Number
    groups_judged: int


@dataclass(frozen=True, slots=True)
class Differences:
    """Do groups differ? Intraclass correlations of members' scores over the judged groups.

    Attributes
    ----------
    icc1, icc1_low, icc1_high
        With N/G, and Wald's limits.
    icc1_k0, icc1_reml
        With the unbiased group size, and by restricted maximum likelihood, which judges.
    icc2
        Reliability of group means.
    f, df1, df2, p
        The test of no difference.
    design_effect, effective_n
        Kish (1965).
    conventions
        ICC(1) and ICC(2) by all conventions.
    """

    icc1: Number
    icc1_low: Number
    icc1_high: Number
    icc1_k0: Number
    icc1_reml: Number
    icc2: Number
    f: Number
    df1: Count
    df2: Count
    p: Number
    design_effect: Number
    effective_n: Number
    conventions: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Agreement:
    """Do members agree? Indices over the judged groups.

    Attributes
    ----------
    index
        ``"rwg_j"``, or ``"rwg"`` for one item.
    mean, median, share
        Of the groups; the share reaches the cut-off.
    null
        The null distribution that judges.
    medians
        Median under every declared null distribution.
    sensitivity
        One row a null: mean, median and the share of groups over usual cut-offs.
    """

    index: str
    mean: Number
    median: Number
    share: Number
    null: str
    medians: Mapping[str, float]
    sensitivity: pd.DataFrame

    def numbers(self) -> TableRow:
        """Return the indices under the names of files."""
        known = [value for value in self.medians.values() if value == value]
        why = NotComputed("no group is large enough to be judged")
        return {
            f"{self.index}_mean": self.mean,
            f"{self.index}_median": self.median,
            f"{self.index}_share": self.share,
            "null": self.null,
            "median_lowest": min(known) if known else why,
            "median_highest": max(known) if known else why,
        }


@dataclass(frozen=True, slots=True)
class AgainstRandom:
    """Do members agree more than members of different groups do?

    Attributes
    ----------
    within, expected
        Disagreement within groups over the items, as a share of the whole; expected of random
        groups.
    agree_z, agree_p
        Their difference in standard deviations, and the chance of as little disagreement.
    rgr_z
        Bliese's z of the variances of members' scores against random groups, in closed form.
    agree_p_rwg, agree_p_ad, agree_p_awg
        The chance of as much agreement by the mean of each index over groups, drawn.
    indices
        One row an index: its mean over the groups, expected and SD in random groups, z, p, and
        how that was found (closed form, or how many draws).
    """

    within: Number
    expected: Number
    agree_z: Number
    agree_p: Number
    rgr_z: Number
    agree_p_rwg: Number = UNDRAWN
    agree_p_ad: Number = UNDRAWN
    agree_p_awg: Number = UNDRAWN
    indices: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True, slots=True)
class Chance:
    """Is the agreement of single groups more than chance, under the null?

    Attributes
    ----------
    above_chance
        Share of groups whose adjusted chance of as much agreement is at most the level.
    least_p
        The least chance that full agreement could have in the judged groups; above the level,
        no group could have been told from chance.
    """

    above_chance: Number
    least_p: Number


@dataclass(frozen=True, slots=True)
class Response:
    """Who answered, and what the silent could have made of it.

    Attributes
    ----------
    response_share
        Median over groups of the share of members who answered; not known without a members
        file.
    bounds
        One row a group: sharp bounds of mean, SD and agreement under any answers of the silent.
    sensitivity
        Medians of rwg(j), r*wg(j) and the SD, and ICC(1) and ICC(2), of all members if the
        silent differed in mean (`silent_differ_by`, a part of the scale; `silent_d`, in
        standard deviations within groups) or in spread (`silent_variance_ratio`): the question
        of Newman & Sin (2009), answered by formulae derived here.
    """

    response_share: Number
    bounds: pd.DataFrame
    sensitivity: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class SharedEvidence(Evidence):
    """Evidence for shared and additive measures: differences, agreement, chance, response.

    Attributes
    ----------
    sizes, alpha, differences, agreement, random, chance, response
        The parts; agreement, random and chance are None for additive measures.
    item_icc
        One row an item.
    without_failing
        Indices over all groups, and without those below the cut-off.
    partners, census, strata
        Who speaks for the group, as far as the data know it.
    """

    sizes: Sizes
    alpha: Number
    differences: Differences
    agreement: Agreement | None = None
    random: AgainstRandom | None = None
    chance: Chance | None = None
    response: Response | None = None
    item_icc: pd.DataFrame | None = None
    without_failing: pd.DataFrame | None = None
    partners: BalancedMeans | None = None
    census: GroupMeanReliability | None = None
    strata: Mapping[str, ByStratum] | None = None

    @property
    def summary(self) -> PlainMapping:
        """Indices of the whole measure by name."""
        parts = [self.differences, self.agreement, self.chance, self.random, self.response]
        found: TableRow = {**named(self.sizes), "alpha": self.alpha}
        for part in parts:
            if isinstance(part, Agreement):
                found |= part.numbers()
            elif part is not None:
                found |= named(part)
        found.pop("within", None)
        found.pop("expected", None)
        return found

    @property
    def details(self) -> PlainMapping:
        """Tables and results by name, as far as there are any."""
        found: dict[str, object] = {"conventions": self.differences.conventions}
        if self.agreement is not None:
            found["sensitivity"] = self.agreement.sensitivity
        if self.response is not None:
            found |= {"bounds": self.response.bounds, "nonresponse": self.response.sensitivity}
        names = (
            "item_icc", "without_failing", "random", "partners", "census", "strata",
        )  # fmt: skip
        return found | {n: getattr(self, n) for n in names if getattr(self, n) is not None}


@dataclass(frozen=True, kw_only=True)
class SpreadEvidence(Evidence):
    """Evidence for measures in which the difference between members is the construct.

    Attributes
    ----------
    sizes
        How many answered.
    index
        The index that is the group's value.
    value_mean, value_sd
        Over the groups.
    """

    sizes: Sizes
    index: str
    value_mean: Number
    value_sd: Number

    @property
    def summary(self) -> PlainMapping:
        """Indices of the whole measure by name."""
        values = {"index": self.index, "value_mean": self.value_mean, "value_sd": self.value_sd}
        return {**_answered(self.sizes), **values}


def _answered(sizes: Sizes) -> TableRow:
    return {"persons": sizes.persons, "groups": sizes.groups, "mean_size": sizes.mean_size}


@dataclass(frozen=True, kw_only=True)
class RosterEvidence(Evidence):
    """Evidence for measures from rosters, points, nominations and lists.

    Attributes
    ----------
    sizes, index, value_mean, value_sd
        As in `SpreadEvidence`.
    response_rate_mean, groups_over_gate
        The share of members whose answers are there, and groups that reach the gate.
    raters
        Agreement of raters about targets by name, where several rate each.
    silent_less_respondents
        Ties reported to silent members less those to respondents; None where all answered.
    indices
        The indices as the function of this kind of answers gives them.
    """

    sizes: Sizes
    index: str
    value_mean: Number
    value_sd: Number
    response_rate_mean: Number
    groups_over_gate: int
    raters: Mapping[str, Number]
    silent_less_respondents: Number | None
    indices: RosterIndices

    @property
    def summary(self) -> PlainMapping:
        """Indices of the whole measure by name."""
        found = {
            **_answered(self.sizes),
            "index": self.index,
            "value_mean": self.value_mean,
            "value_sd": self.value_sd,
            "response_rate_mean": self.response_rate_mean,
            "groups_over_gate": self.groups_over_gate,
            **self.raters,
        }
        if self.silent_less_respondents is not None:
            found["silent_less_respondents"] = self.silent_less_respondents
        return found

    @property
    def details(self) -> PlainMapping:
        """Further tables of the indices, and the indices themselves."""
        return {**self.indices.details, "indices": self.indices}


@dataclass(frozen=True, kw_only=True)
class RecordEvidence(Evidence):
    """What informants or records tell about the group itself.

    Attributes
    ----------
    groups
        Groups with a value.
    informants
        Answers behind them.
    index
        ``"mean"``, ``"sum"`` or ``"ratio"`` of the items.
    """

    groups: int
    informants: int
    index: str

    @property
    def summary(self) -> PlainMapping:
        """Indices of the whole measure by name."""
        return {"groups": self.groups, "informants": self.informants, "index": self.index}
