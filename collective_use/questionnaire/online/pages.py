"""The web pages of a study: one a group, with a table that says which file is whose."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Protocol

from collective_use.file_names import safe_names
from collective_use.output import safe_cell
from collective_use.questionnaire.form.content import FormContent, Member
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.online.published import Published, own_line_note
from collective_use.questionnaire.online.web import web_page

TABLE = "groups.csv"


class LayOut(Protocol):
    """`form_content` with everything but the group fixed."""

    def __call__(self, *, roster: Sequence[Member] = (), group: str = "") -> FormContent:
        """Lay the form out for one group."""


def file_table(files: dict[str, str], heading: str = "group") -> bytes:
    """Return the table of what is in which file.

    Examples
    --------
    >>> print(file_table({"Dept 1": "form-Dept-1.html"}).decode("utf-8-sig"))
    group,file
    Dept 1,form-Dept-1.html
    <BLANKLINE>
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([heading, "file"])
    writer.writerows((safe_cell(name), file) for name, file in files.items())
    return buffer.getvalue().encode("utf-8-sig")


def web_pages(lay: LayOut, form: str, rosters: Sequence[Roster], hand_in: str = "") -> Published:
    """Write the pages of all groups, or one page without members.

    Parameters
    ----------
    lay
        Lays the form out for one group.
    form
        The id of the form.
    rosters
        The members of each group.
    hand_in
        Where answers are handed in; "" lets each person save a file.
    """

    def page(**who: object) -> bytes:
        content = lay(**who)  # type: ignore[arg-type]
        return web_page(content, form=form, hand_in=hand_in).encode("utf-8")

    names = safe_names([roster.group for roster in rosters])
    table = {group: f"form-{name}.html" for group, name in names.items()}
    files = {
        table[roster.group]: page(roster=roster.people, group=roster.group) for roster in rosters
    }
    if rosters:
        files[TABLE] = file_table(table)
    else:
        files["form.html"] = page()
    sent = (
        ()
        if hand_in
        else ("Answers are not sent: each person saves a file and hands it in; see --hand-in.",)
    )
    note = own_line_note(lay()) if rosters else ()
    return Published(files, (*sent, *note), _steps(bool(rosters), hand_in), tested="run")


def _steps(grouped: bool, hand_in: str) -> tuple[str, ...]:
    first = "Put the page on any web space, or send it as a file"
    steps = [f"{first}; {TABLE} says which file is which group's." if grouped else f"{first}."]
    if hand_in:
        steps.append(
            f"Answers are posted to {hand_in}; `collective-use receive --out answers/` takes them."
        )
    return tuple(steps)
