"""What a writer hands back: files, and what the platform cannot carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collective_use.platforms.roster_codes import CODES, PARTNERS
from collective_use.questionnaire.form.content import FormContent, Member, Question, Row
from collective_use.questionnaire.form.limits import check_list
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.form.places import kept_codes, members_at, partners_at
from collective_use.results import short_repr


@dataclass(frozen=True, slots=True)
class Published:
    """Definition files for one platform.

    Attributes
    ----------
    files
        Content by file name.
    cannot
        What the platform cannot carry, a sentence each; shown, never dropped in silence.
    steps
        What a person does next on the platform.
    tested
        How far the writer was tested: ``"compiled"``, ``"run"`` or ``"from documentation"``.
    languages
        The languages of the form.

    Examples
    --------
    >>> Published({"form.csv": b"name"}).tested
    'from documentation'
    """

    files: Mapping[str, bytes]
    cannot: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    tested: str = "from documentation"
    languages: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return short_repr(self)


def slots(count: int, pattern: str) -> tuple[Member, ...]:
    """Return roster places whose names the platform fills in for each group.

    Examples
    --------
    >>> [(place.name, place.partner) for place in slots(2, "${{{0}}}")]
    [('${m1}', '${p1}'), ('${m2}', '${p2}')]
    """
    return tuple(
        Member(str(place), pattern.format(f"m{place}"), pattern.format(f"p{place}"))
        for place in range(1, count + 1)
    )


def row_column(question: Question, row: Row) -> str:
    """Return the export column of one line of a grid or list."""
    if row.number is not None:
        return row.id
    return f"{question.items[0]}_{row.position if row.position is not None else row.id}"


def value_of(code: int | None) -> str:
    """Return the value of an option in data: its code, or ``dk`` where it has none."""
    return "dk" if code is None else str(code)


def shuffled_note(content: FormContent) -> tuple[str, ...]:
    """Return the sentence for platforms that cannot shuffle items themselves."""
    if content.seed is None:
        return ()
    return (f"Items stand in the order of seed {content.seed}, the same for everyone.",)


def roster_places(content: FormContent) -> int:
    """Return the number of lines of the longest roster of a form; 0 without rosters."""
    questions = (question for page in content.pages for question in page.questions)
    return max((len(question.rows) for question in questions if question.roster), default=0)


def own_line_note(content: FormContent) -> tuple[str, ...]:
    """Return the sentence for platforms that cannot leave the respondent off a roster."""
    if not roster_places(content):
        return ()
    return ("The respondent's own line stays on rosters; leave it blank.",)


def roster_names(places: int) -> list[str]:
    """Return the variables that hold the names of a group: members, partners, codes by place.

    A form without rosters has no places and none of these: nobody is named for nothing.

    Examples
    --------
    >>> roster_names(2)
    ['m1', 'm2', 'p1', 'p2', 'roster_codes', 'roster_partners']
    """
    if not places:
        return []
    return [*(f"{who}{place}" for who in "mp" for place in range(1, places + 1)), CODES, PARTNERS]


def roster_cells(roster: Roster, places: int) -> list[str]:
    """Return the values of `roster_names` for one group.

    A place is empty where the group is smaller, or where its member asked not to be named.

    Examples
    --------
    >>> people = (Member("r1", "Ann", place=1), Member("r3", place=3))
    >>> roster_cells(Roster("g1", people, people), 3)
    ['Ann', '', 'r3', '', '', '', 'r1||r3', '']
    """
    if not places:
        return []
    names = {place: who.name or who.code for place, who in members_at(roster.named)}
    codes = kept_codes((place, who.code) for place, who in members_at(roster.named))
    partners = dict(partners_at(roster.people))
    return [
        *(names.get(place, "") for place in range(1, places + 1)),
        *(partners.get(place, "") for place in range(1, places + 1)),
        codes,
        kept_codes(partners.items()),
    ]


def longest(rosters: Sequence[Roster]) -> int:
    """Return the last place that any group has on a roster; 0 without groups."""
    return max(
        (
            place
            for roster in rosters
            for place, _ in [*members_at(roster.named), *partners_at(roster.people)]
        ),
        default=0,
    )


def listed_places(content: FormContent, rosters: Sequence[Roster]) -> int:
    """Return how many places the list of members holds names for; 0 for a form without rosters.

    Raises
    ------
    InputError
        When the list would be larger than a platform takes.
    """
    places = longest(rosters) if roster_places(content) else 0
    check_list(rosters, places)
    return places
