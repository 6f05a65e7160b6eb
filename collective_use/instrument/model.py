"""The instrument as data: what an item bank may say, field by field.

These classes are the schema (``schema: 1``). They hold words and rules only; loading,
checking across references and linting live beside them.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from collective_use.instrument.terms import (
    SCHEMA_VERSION,
    SHARED,
    Aggregation,
    Check,
    Composition,
    FormName,
    Identifier,
    ItemKind,
    ItemRole,
    Language,
    Level,
    MissingReason,
    Source,
    Text,
)

__all__ = [
    "SCHEMA_VERSION",
    "SHARED",
    "Aggregation",
    "Attribution",
    "Block",
    "Check",
    "Citation",
    "Columns",
    "Composition",
    "ConsentModule",
    "Construct",
    "Facet",
    "Form",
    "FormName",
    "Identifier",
    "Index",
    "Instrument",
    "Item",
    "ItemKind",
    "ItemRole",
    "Language",
    "LanguageStatus",
    "Level",
    "Measure",
    "MissingOption",
    "MissingReason",
    "Module",
    "Option",
    "Part",
    "ResponseScale",
    "Roster",
    "Source",
    "StructuralModel",
    "Text",
]


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


class Block(Part):
    """A page of a form: items under one heading, in order."""

    id: Identifier
    title: Text = Field(default_factory=dict)
    intro: Text = Field(default_factory=dict)
    items: tuple[Identifier, ...] = Field(min_length=1)
    randomise: bool = False
    module: Identifier | None = None
    """An optional module: left out unless the module is switched on."""
    respondent: Literal["member", "informant"] = "member"


class Module(Part):
    """A part of a form that may be switched on or off."""

    id: Identifier
    name: Text = Field(default_factory=dict)
    default_on: bool = False


class Form(Part):
    """A form: which blocks, in which order."""

    id: FormName
    name: Text = Field(default_factory=dict)
    blocks: tuple[Block, ...] = Field(min_length=1)
    modules: tuple[Module, ...] = ()
    default: bool = False


class Columns(Part):
    """Where an export holds the keys; each may be overridden on reading."""

    group: str | None = None
    parent: str | None = None
    member: str | None = None
    partner: str | None = None
    language: str | None = None
    country: str | None = None
    wave: str | None = None
    weight: str | None = None
    duration: str | None = None


class StructuralModel(Part):
    """A structural model by measure ids, in lavaan's syntax."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,25}$")]
    name: Text = Field(default_factory=dict)
    syntax: str
    mediation: dict[str, tuple[Identifier, ...]] = Field(default_factory=dict)
    """`from`, `through`, `to`: which measures the indirect effects run over."""
    attribution: Attribution = Field(default_factory=Attribution)
    note: str | None = None


class LanguageStatus(Part):
    """How far the wording in one language has been tested."""

    language: Language
    translation: Literal["original", "draft", "reviewed", "adjudicated", "back_translated"]
    statement: str
    piloted: bool = False


_P = TypeVar("_P", ResponseScale, Construct, Measure, Item, Form)


def _by_id(parts: tuple[_P, ...], name: str) -> _P:
    for part in parts:
        if part.id == name:
            return part
    raise KeyError(name)


class Instrument(Part):
    """An item bank: the single source of truth for forms, reading, scoring and models.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.load_instrument("lq2002").get_construct("lead").id
    'lead'
    """

    schema_version: Literal[1] = Field(alias="schema")
    id: Identifier
    version: str
    title: Text
    form_title: Text = Field(default_factory=dict)
    """What respondents read on the cover, where the title names the construct too plainly."""
    description: Text = Field(default_factory=dict)
    languages: tuple[Language, ...] = Field(min_length=1)
    draft_languages: tuple[Language, ...] = ()
    """Languages still being translated: texts may have them, forms do not offer them."""
    status: tuple[LanguageStatus, ...] = ()
    licence: str | None = None
    sources: tuple[Citation, ...] = ()
    columns: Columns = Field(default_factory=Columns)
    group_term: Text = Field(default_factory=dict)
    definitions: Text = Field(default_factory=dict)
    """What respondents read first: what "our group" and "performance data" mean."""
    purpose: Text = Field(default_factory=dict)
    consent: tuple[ConsentModule, ...] = ()
    scales: tuple[ResponseScale, ...] = ()
    constructs: tuple[Construct, ...] = ()
    measures: tuple[Measure, ...] = ()
    items: tuple[Item, ...] = ()
    rosters: tuple[Roster, ...] = ()
    forms: tuple[Form, ...] = ()
    models: tuple[StructuralModel, ...] = ()
    note: str | None = None

    def __repr__(self) -> str:
        return (
            f"Instrument({self.id!r}, version={self.version!r}, "
            f"constructs[{len(self.constructs)}], measures[{len(self.measures)}], "
            f"items[{len(self.items)}], "
            f"languages={'+'.join(self.languages)})"
        )

    def __str__(self) -> str:
        from collective_use.instrument.overview import overview

        return str(overview(self))

    def _repr_html_(self) -> str:
        from collective_use.instrument.overview import overview

        return overview(self)._repr_html_()

    def get_item(self, item_id: str) -> Item:
        """Return one item by id; KeyError when there is none."""
        return _by_id(self.items, item_id)

    def get_scale(self, scale_id: str) -> ResponseScale:
        """Return one response scale by id; KeyError when there is none."""
        return _by_id(self.scales, scale_id)

    def get_construct(self, construct_id: str) -> Construct:
        """Return one construct by id; KeyError when there is none."""
        return _by_id(self.constructs, construct_id)

    def get_measure(self, measure_id: str) -> Measure:
        """Return one measure by id; KeyError when there is none."""
        return _by_id(self.measures, measure_id)

    def get_form(self, form_id: str | None = None) -> Form:
        """Return one form by id, or the default form; KeyError when there is none."""
        if not self.forms:
            raise KeyError("the instrument has no form")
        if form_id is None:
            return next((form for form in self.forms if form.default), self.forms[0])
        return _by_id(self.forms, form_id)
