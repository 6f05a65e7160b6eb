"""What a reader of one platform hands on: respondents' cells, and what the columns are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from collective_use.responses.files.raw import Raw


@dataclass(frozen=True, slots=True)
class Heading:
    """One column as a platform heads it.

    Attributes
    ----------
    place
        Its number in the file, from 0.
    name
        Its code or name; on platforms without codes the question text.
    question
        The question text, where known.
    part
        The text of the row, option or sub-question it is about, where it is about one.
    codes
        Other names it may go by, the likeliest first: ``use1`` of ``griduse[use1]``.
    """

    place: int
    name: str
    question: str = ""
    part: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Export:
    """An export, its headings understood, its answers still texts.

    Attributes
    ----------
    raw
        The file; its cells are respondents only.
    platform
        The name of the platform.
    headings
        One for each column that may hold answers or keys, in order.
    fields
        Columns of the platform by role: ``response``, ``language``, ``duration``, ``wave``,
        ``submitted`` (when a row was sent off), and ``record``: rows that share it are about one
        person, and keys hold for all of them.
    preview, unfinished
        For each row whether it is a test and whether it was never sent off; None if unknown.
    left_out
        Further rows that are no answers, with the reason in words: rejected in review, spam.
    unsent
        For columns of a form with a status of its own, the rows in which it was never sent off.
    missing
        What the platform writes for no answer, with the reason: ``{"-99": "unanswered"}``.
    missing_closed
        The same, for questions with answers to choose from only.
    technical
        Places of columns that the platform itself adds.
    personal
        Places of columns that identify persons.
    seconds
        Columns that hold the seconds spent on a page, by page.
    option_numbers
        Whether bare numbers count options from 1 in their order, whatever their codes are.
    notes
        How the layout was recognized.
    """

    raw: Raw
    platform: str
    headings: tuple[Heading, ...]
    fields: Mapping[str, int] = field(default_factory=dict)
    preview: np.ndarray | None = None
    unfinished: np.ndarray | None = None
    left_out: tuple[tuple[str, np.ndarray], ...] = ()
    unsent: Mapping[int, np.ndarray] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    missing_closed: Mapping[str, str] = field(default_factory=dict)
    technical: frozenset[int] = frozenset()
    personal: frozenset[int] = frozenset()
    seconds: Mapping[str, int] = field(default_factory=dict)
    option_numbers: bool = False
    notes: tuple[str, ...] = ()
