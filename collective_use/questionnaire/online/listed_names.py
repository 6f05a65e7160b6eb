"""Lists that a platform imports keep names as they are: a program may take some for more.

A spreadsheet runs what begins like a formula, a platform that shows a name within a question may
read ``<b>`` in it as markup.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from collective_use.checks import quoted
from collective_use.errors import DataWarning, warn
from collective_use.output import safe_cell
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.online.published import Published

LISTS = ("contacts.csv", "participants.csv", "members.csv", "records.csv")
"""Files with names of groups and members, made for import."""


MARKUP = re.compile(r"<\s*[/!a-zA-Z]|&#?\w+;")
"""What a browser takes for markup."""


def warn_names(published: Published, rosters: Sequence[Roster]) -> None:
    """Warn where a program would take a name for a formula or for markup; a mark would change it.

    Examples
    --------
    >>> import warnings
    >>> form = Published({"members.csv": b"group,m1,m2\\nA,=1+1,<b>Bo\\n"}, (), ())
    >>> with warnings.catch_warnings(record=True) as seen:
    ...     warnings.simplefilter("always")
    ...     warn_names(form, [Roster("A", (), ())])
    >>> for warning in seen:
    ...     print(str(warning.message)[:56])
    members.csv: cells that a spreadsheet takes for formulas
    members.csv: names with markup in them ('<b>Bo') stand t
    """
    if not rosters:
        return
    for name in LISTS:
        if name not in published.files:
            continue
        text = published.files[name].decode("utf-8-sig")
        cells = dict.fromkeys(
            cell for row in list(csv.reader(io.StringIO(text, newline="")))[1:] for cell in row
        )
        _warn_formulas(name, [cell for cell in cells if safe_cell(cell) != cell])
        _warn_markup(name, [cell for cell in cells if MARKUP.search(cell)])


def _warn_formulas(name: str, found: Sequence[str]) -> None:
    if found:
        warn(
            f"{name}: cells that a spreadsheet takes for formulas ({quoted(found, most=4)}) "
            "stand there as they are, since the platform imports them: do not open it in a "
            "spreadsheet program, or write these names otherwise in the members file",
            DataWarning,
        )


def _warn_markup(name: str, found: Sequence[str]) -> None:
    if found:
        warn(
            f"{name}: names with markup in them ({quoted(found, most=4)}) stand there as they "
            "are, and the platform may not show them so: write them otherwise in the members file",
            DataWarning,
        )
