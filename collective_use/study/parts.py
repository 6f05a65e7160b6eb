"""The parts of a study file: exports, key columns, hypotheses, what was planned."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from collective_use.accepted import Plain, PlainDict


class Settings(BaseModel):
    """Base of the parts of a study: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ExportFile(Settings):
    """One survey export, and what all its rows have in common.

    Attributes
    ----------
    file
        Its path; from a study file, relative to that file.
    language, country, wave
        Declared for all its rows.
    """

    file: str
    language: str | None = None
    country: str | None = None
    wave: str | None = None

    @field_validator("wave", mode="before")
    @classmethod
    def _as_text(cls, value: Plain) -> Plain:
        """Waves are names, also where they are written as whole numbers."""
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class KeyColumns(Settings):
    """Columns of the exports that hold keys, where they are not the instrument's own."""

    group: str | None = None
    parent: str | None = None
    member: str | None = None
    partner: str | None = None
    language: str | None = None
    country: str | None = None
    wave: str | None = None
    weight: str | None = None


class Hypothesis(Settings):
    """One hypothesis, as it is to be judged.

    Attributes
    ----------
    id
        How results call it, such as ``H1``.
    text
        The hypothesis in words.
    model
        The structural model that tests it.
    effect
        The measures it runs over: ``con -> cdu``, or a chain ``con -> ssm -> cdu``.
    expected
        The direction; ``none`` for an effect too small to matter. Of an effect with a moderator,
        how it differs from low to high values of the moderator.
    moderator
        The measure that the effect is expected to depend on.
    moderated
        The step of the chain that it changes, ``pim -> dcb``; the first when left out.
    """

    id: str = Field(min_length=1)
    text: str = Field(min_length=1)
    model: str | None = None
    effect: str | None = None
    expected: Literal["positive", "negative", "none"] | None = None
    moderator: str | None = None
    moderated: str | None = None


class Planned(Settings):
    """The design that was planned, and what it was planned by.

    Attributes
    ----------
    groups, members
        How many groups, and members of each, are asked.
    response_rate
        Share of members expected to answer.
    power, level
        Power asked for, and level of the tests.
    model
        The model whose indirect effects were planned.
    ways
        How the structure will be fitted, as `collective-use plan` calls it.
    spread
        Standard deviation of an item's answers in steps, for agreement within groups.
    values
        Planning values, with the names of `collective_use.TrueParameters`.
    """

    groups: int = Field(ge=3)
    members: int = Field(ge=2)
    response_rate: float = Field(default=1.0, gt=0, le=1)
    power: float = Field(default=0.80, gt=0, lt=1)
    level: float = Field(default=0.05, gt=0, lt=1)
    model: str | None = None
    ways: tuple[str, ...] = ("means", "corrected")
    spread: float | None = Field(default=None, gt=0, le=50)
    values: PlainDict = Field(default_factory=dict)
