"""What is asked and measured: sources, scales, constructs, measures, items, rosters."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from collective_use.instrument.terms import (
    Aggregation,
    Check,
    Composition,
    FormName,
    Identifier,
    ItemKind,
    ItemRole,
    Level,
    MissingReason,
    Source,
    Text,
)


class Part(BaseModel):
    """Base of every part of an instrument: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Citation(Part):
    """A source that the instrument draws on."""

    id: Identifier
    citation: str
    doi: str | None = None
    url: str | None = None
    licence: str | None = None
    note: str | None = None


class Option(Part):
    """One answer option of a response scale: the code in the data and its label."""

    code: int
    label: Text


class MissingOption(Part):
    """A code or an offered answer that counts as missing, with its reason."""

    reason: MissingReason
    code: int | None = None
    label: Text = Field(default_factory=dict)
    offered: bool = True
    """Whether respondents see it (a don't-know box) or only exports hold it (-99)."""


class ResponseScale(Part):
    """A named response scale with explicit codes; its range never comes from the data."""

    id: Identifier
    name: Text = Field(default_factory=dict)
    stem: Text = Field(default_factory=dict)
    """A question above the grid, where items are phrases that need one."""
    options: tuple[Option, ...] = Field(min_length=2)
    missing: tuple[MissingOption, ...] = ()
    ordered: bool = True
    note: str | None = None

    @property
    def codes(self) -> tuple[int, ...]:
        """The valid codes, in the order printed."""
        return tuple(option.code for option in self.options)

    @property
    def low(self) -> int:
        """The lowest valid code."""
        return min(self.codes)

    @property
    def high(self) -> int:
        """The highest valid code."""
        return max(self.codes)


class Facet(Part):
    """A part of a construct."""

    id: Identifier
    name: Text = Field(default_factory=dict)
    definition: Text = Field(default_factory=dict)


class Attribution(Part):
    """What is the theory's own and what is inferred by the makers of the instrument."""

    theory: str = ""
    inferred: str = ""


class Construct(Part):
    """What is to be measured; always a property of groups unless its level says otherwise."""

    id: Identifier
    name: Text
    definition: Text
    role: Literal["outcome", "mechanism", "antecedent", "companion", "control", "other"] = "other"
    """A companion is measured beside the constructs of a theory, in none of its paths."""
    level: Level = "group"
    facets: tuple[Facet, ...] = ()
    high_means: Text = Field(default_factory=dict)
    close_to: tuple[Identifier, ...] = ()
    """Constructs that theory puts next to it: models with the two merged are rivals."""
    attribution: Attribution = Field(default_factory=Attribution)
    note: str | None = None


class Index(Part):
    """One index of a dispersion, network, allocation or checklist measure."""

    name: Identifier
    """For example ``density``, ``gini``, ``blau``, ``sd``, ``coverage``, ``effective_number``."""
    threshold: float | None = None
    """From which value on a tie, a level or a nomination counts."""
    one_minus: bool = False
    """Report 1 minus the index, so that a high value means more of the construct."""


class Measure(Part):
    """A construct by one source: the unit that is scored, aggregated and modelled."""

    id: Identifier
    construct_id: Identifier = Field(alias="construct")
    name: Text = Field(default_factory=dict)
    source: Source = "perception"
    level: Level = "person"
    """Who or what answers are about when they come in: persons, dyads or the whole group."""
    referent: Literal["self", "group", "partner", "member", "organisation"] = "group"
    composition: Composition
    aggregation: Aggregation = "reflective"
    items: tuple[Identifier, ...] = Field(min_length=1)
    facets: tuple[Identifier, ...] = ()
    """The facets it covers; empty means all."""
    score: Literal["mean", "sum", "none"] = "mean"
    minimum_answered: float = Field(default=0.5, gt=0)
    """A share of the form's items when at most 1, otherwise a number of items."""
    facet_scores: bool = False
    indices: tuple[Index, ...] = ()
    """The first index is the group value of the measure."""
    include_self: bool = False
    """Whether self-ratings count in roster and allocation indices."""
    response_gate: float | None = Field(default=None, gt=0, le=1)
    checks: tuple[Check, ...] = ()
    """The evidence it calls for; empty means the composition's own."""
    null_distributions: tuple[str, ...] = ()
    knowledge: Identifier | None = None
    """For who-knows-what: the rating list that accuracy is judged against."""
    note: str | None = None


class Item(Part):
    """One question: a Likert statement, a roster, an allocation, a checklist, a background."""

    id: Identifier
    kind: ItemKind = "likert"
    role: ItemRole = "measure"
    construct_id: Identifier | None = Field(default=None, alias="construct")
    facet: Identifier | None = None
    text: Text
    scale: Identifier | None = None
    reverse: bool = False
    forms: tuple[FormName, ...] = ()
    """The forms it belongs to by name; blocks of a form decide the order."""
    options: tuple[Option, ...] = ()
    """Own options of choices, checklists, role ticks and rating lists (rows of the list)."""
    total: float | None = None
    """What an allocation adds up to."""
    unit: Text = Field(default_factory=dict)
    """What a number counts (months, meetings), shown after the box."""
    range: tuple[float, float] | None = None
    """The two ends of a number that is set on a slider, lowest first."""
    roster: Identifier | None = None
    referent: str | None = None
    occasion: Text = Field(default_factory=dict)
    """The event that the item presupposes, where "no such occasion" is an answer."""
    alternative_to: Identifier | None = None
    """An item that asks the same thing another way: use one of the two."""
    default_on: bool = True
    required: bool = False
    personal: bool = False
    """Identifies a person: dropped on reading unless asked for."""
    keyed_answer: int | None = None
    fail_from: int | None = None
    """For infrequency items: answers at or above this code fail."""
    stratum: bool = False
    """A declared stratum (country, organisation type) within which evidence may be repeated."""
    exposure: bool = False
    """Months in the group, meetings attended: a minimum-exposure rule may use it."""
    direction: Literal["+", "-", ""] = ""
    rationale: str | None = None
    watch: str | None = None
    source: str = "own"
    platform_names: dict[str, str] = Field(default_factory=dict)
    """The item's column in an export, where it is not the id: ``{plain: LEAD01}``."""
    note: str | None = None


class Roster(Part):
    """A list of members or partners that fills roster and allocation items, group by group."""

    id: Identifier
    of: Literal["members", "partners"]
    include_self: bool = False
    maximum: int = Field(default=20, ge=2)
    consent: Identifier | None = None
    """The consent module that naming third parties asks for."""


class ConsentModule(Part):
    """A consent text; `fill` in capitals in square brackets marks what a study must fill in."""

    id: Identifier
    text: Text
    accept: Text = Field(default_factory=dict)
    required: bool = True
    respondent: Literal["all", "member", "informant"] = "all"
    """Whose form asks for it."""
