"""The table of names that KoBo, ODK and SurveyCTO look a group's roster up in."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from collective_use.questionnaire.form.limits import check_list
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.online.published import longest, roster_cells, roster_names


def members_csv(rosters: Sequence[Roster]) -> bytes:
    """Return ``members.csv``: a row a group with the names of its members and partners.

    Examples
    --------
    >>> from collective_use.questionnaire.form.content import Member
    >>> ann = Member("m1", "Ann", "City")
    >>> print(members_csv([Roster("g1", (ann,), (ann,))]).decode("utf-8"))
    group,m1,p1,roster_codes,roster_partners
    g1,Ann,City,m1,City
    """
    places = longest(rosters)
    check_list(rosters, places)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["group", *roster_names(places)])
    for roster in rosters:
        writer.writerow([roster.group, *roster_cells(roster, places)])
    return buffer.getvalue().encode("utf-8")
