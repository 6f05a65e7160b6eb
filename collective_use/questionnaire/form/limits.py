"""How large a form may become, and how many are made at once: what grows with the square ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from collective_use.errors import InputError
from collective_use.questionnaire.form.members import PLACES, Roster


@dataclass(frozen=True, slots=True)
class FormLimits:
    """How much is made by one call.

    Attributes
    ----------
    copies
        Printed copies; one takes some 40 ms and 40 kB as a PDF.
    lines
        Lines of rosters on all copies together: everybody's copy lists the whole group.
    pages
        Web pages, one a group of 700 kB.
    cells
        Cells of a list for a platform: a row a member, with the names of the group in each.
    """

    copies: int = 5_000
    lines: int = 200_000
    pages: int = 1_000
    cells: int = 20_000_000


FORM_LIMITS = FormLimits()


def check_places(places: int) -> None:
    """Raise when a roster is longer than any that people can fill in.

    Raises
    ------
    InputError
        Naming the limit.

    Examples
    --------
    >>> check_places(12)
    """
    if places > PLACES:
        raise InputError(
            f"a roster must have at most {PLACES:,} places, got a group with {places:,}: "
            "choose a form without rosters, or smaller groups"
        )


def check_copies(rosters: Sequence[Roster], *, personal: bool, lists: bool) -> None:
    """Raise when the copies of a members file are more than one call makes.

    Parameters
    ----------
    rosters
        The members of each group.
    personal
        Whether everybody gets a copy, or each group.
    lists
        Whether the form has rosters, so that each copy lists its group.

    Raises
    ------
    InputError
        Naming the limit and what to do.
    """
    sizes = [len(roster.people) for roster in rosters]
    copies = sum(sizes) if personal else len(sizes)
    if copies > FORM_LIMITS.copies:
        raise InputError(
            f"at most {FORM_LIMITS.copies:,} copies are made at once, the members file asks for "
            f"{copies:,}: print group by group (--group), or by parts of the file"
        )
    lines = sum(size * (size if personal else 1) for size in sizes) if lists else 0
    if lines > FORM_LIMITS.lines:
        raise InputError(
            f"at most {FORM_LIMITS.lines:,} lines of rosters are made at once, the copies would "
            f"have {lines:,}, since each lists its group: print group by group (--group), by "
            "parts of the file, or choose a form without rosters"
        )


def check_pages(rosters: Sequence[Roster]) -> None:
    """Raise when a study has more groups than pages are made by one call.

    Raises
    ------
    InputError
        Naming the limit and what to do.
    """
    if len(rosters) > FORM_LIMITS.pages:
        raise InputError(
            f"at most {FORM_LIMITS.pages:,} web pages are made at once, the members file has "
            f"{len(rosters):,} groups: publish by parts of the file, each into its own folder"
        )


def check_list(rosters: Sequence[Roster], places: int) -> None:
    """Raise when the list for a platform, a row a member with all names, is larger than it takes.

    Raises
    ------
    InputError
        Naming the limit and what to do.
    """
    check_places(places)
    cells = sum(len(roster.people) for roster in rosters) * (2 * places + 4)
    if cells > FORM_LIMITS.cells:
        raise InputError(
            f"the list for the platform must have at most {FORM_LIMITS.cells:,} cells, got "
            f"{cells:,}: each row names the whole group. Publish by parts of the members file"
        )
