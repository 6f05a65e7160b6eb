"""A form as neutral content: pages, grids and fields, in the languages asked for.

Every writer for people (paper, Word, web page) starts from here, so that wording, order and
numbering are decided once. Texts are tuples, one string for each language of the form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from collective_use.instrument.model import Text

Texts = tuple[str, ...]
"""One string for each language of the form, in the order asked for."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer option: its code in the data (None for an uncoded don't-know) and label."""

    code: int | None
    label: Texts
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a grid: an item of a Likert grid, a member of a roster, an area of a list."""

    id: str
    number: int | None
    text: Texts
    note: str = ""
    position: int | None = None
    """On a roster: the place in the group's list, which names the column of an export."""


@dataclass(frozen=True, slots=True)
class Question:
    """One grid, roster, list or field.

    Attributes
    ----------
    kind
        ``grid``, ``ticks``, ``roles``, ``points``, ``nominate``, ``checklist``, ``choice`` or
        ``field``.
    items
        The items it asks, by id; a grid of statements asks one a row.
    number
        Its number on the form; None where the rows carry the numbers.
    stem
        The text above it.
    rows, columns
        Lines and answer options.
    total
        What points add up to.
    roster
        The roster that fills the rows, where there is one.
    field
        ``number``, ``text``, ``month`` or ``code`` for a field.
    shuffle
        Whether a platform may show the statements of a grid in a different order to everyone.
    consent
        The consent module that its roster asks for: whoever refuses is not asked.
    unit
        What a number counts, after the box.
    """

    kind: str
    items: tuple[str, ...]
    number: int | None = None
    stem: Texts = ()
    rows: tuple[Row, ...] = ()
    columns: tuple[Choice, ...] = ()
    total: float | None = None
    roster: str | None = None
    field: str = ""
    required: bool = False
    shuffle: bool = False
    consent: str = ""
    unit: Texts = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A block of the form: heading, introduction and questions."""

    id: str
    title: Texts
    intro: Texts
    questions: tuple[Question, ...]

    @property
    def consent(self) -> str:
        """The consent module that all of its questions ask for; "" where one is for everybody."""
        asked = {question.consent for question in self.questions}
        return asked.pop() if len(asked) == 1 else ""


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent text with the sentence that a respondent ticks."""

    id: str
    text: Texts
    accept: Texts
    required: bool = True


@dataclass(frozen=True, slots=True)
class Key:
    """A code on the cover: group, member, partner; empty when a person writes it in."""

    id: str
    text: Texts
    value: str = ""
    role: str = ""
    """``group``, ``member`` or ``partner``, where the instrument says so."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person on a roster.

    Attributes
    ----------
    place
        The place in the group's list from 1, which names the column of an export; 0 for the
        place among those given.
    listed
        False for who asked not to be named: the place is kept, so that nobody else moves up.
    """

    code: str
    name: str = ""
    partner: str = ""
    place: int = 0
    listed: bool = True


@dataclass(frozen=True, slots=True)
class FormContent:
    """A form, ready for a writer.

    Attributes
    ----------
    form_id
        Instrument, version, form, languages and, where items were shuffled, the seed: what
        a reader needs to undo the order.
    languages
        The languages of every text tuple, in order.
    minutes
        Estimated time to answer, in whole minutes.
    """

    form_id: str
    instrument: str
    version: str
    languages: tuple[str, ...]
    title: Texts
    purpose: Texts
    definitions: Texts
    group_term: Texts
    consent: tuple[Consent, ...]
    pages: tuple[Page, ...]
    keys: tuple[Key, ...] = ()
    group: str = ""
    member: str = ""
    seed: int | None = None
    roster_codes: str = ""
    """Who stands at which place of the group's list, to be kept with the answers."""
    roster_partners: str = ""
    status: tuple[str, ...] = field(default=())
    minutes: int = 0

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions, page by page."""
        return tuple(question for page in self.pages for question in page.questions)

    @property
    def lists(self) -> bool:
        """Whether any question lists the members or partners of the group."""
        return any(question.roster for question in self.questions)

    @property
    def statements(self) -> int:
        """How many statements stand in grids with one scale."""
        return sum(len(q.rows) for q in self.questions if q.kind == "grid" and q.number is None)

    @property
    def marked(self) -> bool:
        """Whether anything is answered by marking one circle of several."""
        return any(q.kind in ("grid", "choice") for q in self.questions)

    def numbers_asking(self, consent: str) -> tuple[int, ...]:
        """Return the numbers of the questions that a consent module lets out when refused."""
        return tuple(
            question.number
            for question in self.questions
            if question.consent == consent and question.number is not None
        )


def texts(text: Text, languages: Sequence[str]) -> Texts:
    """Return a text in the languages of the form; empty when the instrument has none.

    Examples
    --------
    >>> texts({"en": "Often", "zh": "经常"}, ["zh", "en"])
    ('经常', 'Often')
    """
    if not any(text.get(language) for language in languages):
        return ()
    return tuple(text.get(language, "") for language in languages)
