"""The whole item bank as data."""

from __future__ import annotations

from typing import Literal, TypeVar

from pydantic import Field

from collective_use.instrument.forms import Columns, Form, LanguageStatus, StructuralModel
from collective_use.instrument.parts import (
    Citation,
    ConsentModule,
    Construct,
    Item,
    Measure,
    Part,
    ResponseScale,
    Roster,
)
from collective_use.instrument.terms import Identifier, Language, Text

_P = TypeVar("_P", ResponseScale, Construct, Measure, Item, Form)


def _by_id(parts: tuple[_P, ...], name: str) -> _P:
    for part in parts:
        if part.id == name:
            return part
    raise KeyError(name)


class Bank(Part):
    """What an item bank holds, and how a part of it is found; `Instrument` adds how it looks."""

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
