"""Lists that a platform imports keep names as they are: a spreadsheet may run some of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from collective_use.checks import quoted
from collective_use.errors import DataWarning, warn
from collective_use.output import safe_cell
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.online.published import Published

LISTS = ("contacts.csv", "participants.csv", "members.csv")
"""Files with names of groups and members, made for import."""


def warn_formulas(published: Published, rosters: Sequence[Roster]) -> None:
    """Warn where a cell of a list would be taken for a formula; an apostrophe would change names.

    Examples
    --------
    >>> import warnings
    >>> form = Published({"members.csv": b"group,m1\\nA,=1+1\\n"}, (), ())
    >>> with warnings.catch_warnings(record=True) as seen:
    ...     warnings.simplefilter("always")
    ...     warn_formulas(form, [Roster("A", (), ())])
    >>> str(seen[0].message)[:57]
    'members.csv: cells that a spreadsheet takes for formulas '
    """
    if not rosters:
        return
    for name in LISTS:
        if name not in published.files:
            continue
        text = published.files[name].decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
        found = dict.fromkeys(cell for row in rows for cell in row if safe_cell(cell) != cell)
        if found:
            warn(
                f"{name}: cells that a spreadsheet takes for formulas ({quoted(found, most=4)}) "
                "stand there as they are, since the platform imports them: do not open it in a "
                "spreadsheet program, or write these names otherwise in the members file",
                DataWarning,
            )
