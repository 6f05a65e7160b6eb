"""How it is asked: forms of blocks, the columns of an export, models, languages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from collective_use.instrument.parts import Attribution, Part
from collective_use.instrument.terms import FormName, Identifier, Language, Text


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
    controls: tuple[Identifier, ...] = ()
    """Measures that enter every equation."""
    merges: dict[Identifier, tuple[Identifier, ...]] = Field(default_factory=dict)
    """Latent variables that take all items of these measures where items are fitted."""
    way: str | None = None
    """The way it is fitted where none is asked for."""
    attribution: Attribution = Field(default_factory=Attribution)
    note: str | None = None


class LanguageStatus(Part):
    """How far the wording in one language has been tested."""

    language: Language
    translation: Literal["original", "draft", "reviewed", "adjudicated", "back_translated"]
    statement: str
    piloted: bool = False
