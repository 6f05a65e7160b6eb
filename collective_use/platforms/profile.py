"""The layout of a platform's exports as data: what a table row can say of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from collective_use.accepted import Plain
from collective_use.instrument.model import MissingReason

Specificity = Literal["declares_itself", "marks", "first_columns", "columns", "file", "any"]
SPECIFICITIES: tuple[str, ...] = (
    "declares_itself",
    "marks",
    "first_columns",
    "columns",
    "file",
    "any",
)
"""How surely a layout is recognized, the surest first; two of one rank are never guessed between.

``declares_itself``: the file says what it is. ``marks``: cells that no other platform writes.
``first_columns``: the platform's own columns stand first. ``columns``: some of its columns are
there. ``file``: the kind of file only. ``any``: whatever is left.
"""
Role = Literal["response", "language", "duration", "wave", "record", "submitted"]
Kind = Literal["number", "time", "account", "text"]


def squeezed(heading: str) -> str:
    """Return a heading as lower-case letters and digits only.

    Examples
    --------
    >>> squeezed("E-mail Address")
    'emailaddress'
    """
    return re.sub(r"[\W_]+", "", heading.casefold())


class Part(BaseModel):
    """Base of the parts of a profile: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Recognize(Part):
    """When a file has the layout: every condition that is stated must hold.

    Attributes
    ----------
    kinds
        Kinds of file (``csv``, ``xlsx``, ``json``, ``sav``, ``dta``, ...); any when empty.
    first
        What the first headings are: one list, or any of several.
    columns, at_least
        Own columns anywhere, and how many of them must be there; all when not stated.
    without
        Columns that must not be there, because another platform has them.
    cells
        What the cells of the first columns are: ``number``, ``time``, ``account`` (an e-mail
        address, "anonymous" or nothing) or ``text``.
    heading
        A pattern that one heading at least matches.
    """

    kinds: tuple[str, ...] = ()
    first: tuple[tuple[str, ...], ...] = ()
    columns: tuple[str, ...] = ()
    at_least: int | None = None
    without: tuple[str, ...] = ()
    cells: tuple[Kind, ...] = ()
    heading: str | None = None

    @field_validator("first", mode="before")
    @classmethod
    def _one_or_several(cls, value: Plain) -> Plain:
        """One list of headings may stand without a list around it."""
        single = isinstance(value, list) and value and all(isinstance(v, str) for v in value)
        return [value] if single else value

    @field_validator("heading")
    @classmethod
    def _pattern(cls, value: str | None) -> str | None:
        return None if value is None else _checked(value)


class RowRule(Part):
    """Rows that are no answers.

    Attributes
    ----------
    column
        The heading of the column that tells, or several of which the first that is there counts.
    values
        The cells that say so, without regard to case.
    others
        The cells that say the contrary: every other filled cell says so.
    empty
        Whether an empty cell says so.
    reason
        Why such rows are left out, in words.
    """

    column: tuple[str, ...]
    values: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    empty: bool = False
    reason: str = ""

    @field_validator("column", mode="before")
    @classmethod
    def _listed(cls, value: Plain) -> Plain:
        return [value] if isinstance(value, str) else value

    @field_validator("values", "others", mode="before")
    @classmethod
    def _texts(cls, value: Plain) -> Plain:
        return _as_texts(value)


class LabelRows(Part):
    """Rows below the headings that hold labels, not answers.

    Attributes
    ----------
    count
        How many rows they are.
    question
        Which of them holds the question texts, from 1.
    column, answers
        They are there only where the first cell of this column does not match this pattern, which
        all answers match.
    """

    count: int = Field(1, ge=1, le=5)
    question: int = Field(1, ge=1, le=5)
    column: str | None = None
    answers: str = r"\d+"

    @field_validator("answers")
    @classmethod
    def _pattern(cls, value: str) -> str:
        return _checked(value)


class Profile(Part):
    """The layout of one platform.

    Attributes
    ----------
    recognize
        When a file has this layout: one set of conditions or several, any of which is enough.
        Without any it is never recognized, only named.
    label_rows
        Rows of labels below the headings.
    headings
        Patterns of whole headings, tried in order, with the groups ``question`` and ``part``, or
        ``code``, ``second`` and ``minus`` (where it is filled, the second is a negative code).
    own, own_matching
        The platform's own columns, by heading and by pattern: no answers.
    own_first
        How many of the first columns are its own, whatever their language.
    personal, personal_first
        Columns that identify persons, by heading; and by place among the first columns, from 1.
    fields
        Own columns by what they are good for.
    missing
        What stands for no answer, with the reason.
    missing_closed
        The same, for questions with answers to choose from only.
    tests, unfinished, rejected
        Test rows, rows never sent off, and rows that a reviewer rejected.
    duration
        The unit of the duration where its cells are bare numbers.
    option_letters
        Whether options may stand behind their letter: ``E.Often``.
    option_numbers
        Whether bare numbers count options from 1 in their order, whatever their codes are.
    """

    recognize: tuple[Recognize, ...] = ()
    label_rows: LabelRows | None = None
    headings: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    own_matching: tuple[str, ...] = ()
    own_first: int = 0
    personal: tuple[str, ...] = ()
    personal_first: tuple[int, ...] = ()
    fields: dict[Role, tuple[str, ...]] = Field(default_factory=dict)
    missing: dict[str, MissingReason] = Field(default_factory=dict)
    missing_closed: dict[str, MissingReason] = Field(default_factory=dict)
    tests: tuple[RowRule, ...] = ()
    unfinished: tuple[RowRule, ...] = ()
    rejected: tuple[RowRule, ...] = ()
    duration: Literal["seconds", "milliseconds", "minutes"] = "seconds"
    option_letters: bool = False
    option_numbers: bool = False

    @field_validator("recognize", mode="before")
    @classmethod
    def _one_or_several(cls, value: Plain) -> Plain:
        return [value] if isinstance(value, Mapping) else value

    @field_validator("headings", "own_matching")
    @classmethod
    def _patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_checked(pattern) for pattern in value)

    @field_validator("fields", mode="before")
    @classmethod
    def _one_name(cls, value: Plain) -> Plain:
        if not isinstance(value, Mapping):
            return value
        return {role: [n] if isinstance(n, str) else n for role, n in value.items()}


class Checked(Part):
    """One layout of a platform, and what it was checked against.

    Attributes
    ----------
    layout
        Which layout.
    against
        ``file`` (a real export), ``itself`` (our own software writes it) or ``documentation``.
    source
        The documentation or program that the layout was taken from.
    """

    layout: str
    against: Literal["file", "itself", "documentation"]
    source: str = ""

    @model_validator(mode="after")
    def _named(self) -> Checked:
        if self.against == "documentation" and not self.source.strip():
            raise ValueError("a layout taken from documentation names its `source`")
        return self


class Platform(Part):
    """One row of the table of platforms.

    Attributes
    ----------
    id
        Its word: what ``platform=`` and ``platform_names`` call it.
    title
        Its name by language.
    recognized_by
        In words, for people.
    specificity
        How surely it is recognized.
    checked
        Its layouts, and what each was checked against.
    profile
        Its layout as data.
    reader
        ``module:Class`` where its layout needs code.
    writer
        Whether `publish` writes its forms.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,25}$")
    title: dict[str, str] = Field(min_length=1)
    recognized_by: str = ""
    specificity: Specificity = "columns"
    checked: tuple[Checked, ...] = ()
    profile: Profile | None = None
    reader: str | None = Field(None, pattern=r"^[\w.]+:\w+$")
    writer: bool = False

    @field_validator("title", mode="before")
    @classmethod
    def _one_title(cls, value: Plain) -> Plain:
        return {"en": value} if isinstance(value, str) else value

    @property
    def name(self) -> str:
        """Its name in English, or in the first language that there is."""
        return self.title.get("en") or next(iter(self.title.values()))

    @property
    def documented_only(self) -> bool:
        """Whether no real export of it was at hand."""
        return bool(self.checked) and all(c.against == "documentation" for c in self.checked)


def _checked(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} must be a regular expression: {error}") from error
    return pattern


def _as_texts(value: Plain) -> Plain:
    if isinstance(value, Iterable) and not isinstance(value, (str, Mapping)):
        return [str(entry) if isinstance(entry, (int, float)) else entry for entry in value]
    return value
