"""Qualtrics: a survey file (QSF) and the contact list. Never imported into a live server here.

Columns carry the ids of the instrument: statements of a grid are rows of one matrix with an
export name each, rosters are matrices whose rows are piped names (``net1_3``). Recode values are
the codes of the instrument.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from collective_use.questionnaire.form.content import FormContent
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.online.escape import as_html, escaped
from collective_use.questionnaire.online.published import (
    Published,
    listed_places,
    own_line_note,
    roster_cells,
    roster_names,
    roster_places,
    shuffled_note,
)
from collective_use.questionnaire.online.qsf.survey import survey_file

ROSTER_NAME = "${{e://Field/{0}}}"
_ROLES = ("group", "member", "partner")


def escape(text: str) -> str:
    """Return a text as Qualtrics shows it: no tag, and nothing is piped in.

    Examples
    --------
    >>> escape("The price ${cost} <b>")
    'The price &#36;{cost} &lt;b&gt;'
    """
    return as_html(text).replace("${", "&#36;{")


def key_fields(content: FormContent) -> dict[str, str]:
    """Return the embedded field of each code that a contact list knows, by role."""
    return {key.role: key.id for key in content.keys if key.role in _ROLES}


def contact_list(content: FormContent, rosters: Sequence[Roster]) -> str:
    """Return the contact list: a row a member, with the group's names as embedded data.

    E-mail addresses are left for the study to add; nothing personal but names is written.
    """
    places = listed_places(content, rosters)
    fields = key_fields(content)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    head = ["Email", "ExternalDataReference", *fields.values()]
    writer.writerow([*head, *roster_names(places)])
    for roster in rosters:
        cells = roster_cells(roster, places)
        for person in roster.people:
            own = {"group": roster.group, "member": person.code, "partner": person.partner}
            reference = f"{roster.group}-{person.code}"
            writer.writerow(["", reference, *(own[role] for role in fields), *cells])
    return buffer.getvalue()


def to_qualtrics(content: FormContent, rosters: Sequence[Roster] = ()) -> Published:
    """Write a form as a Qualtrics survey file, with the contact list where there are rosters.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> form = to_qualtrics(form_content(cu.load_instrument("lq2002")))
    >>> list(form.files)
    ['survey.qsf']
    """
    content = escaped(content, escape)
    places = roster_places(content)
    known = list(key_fields(content).values()) if rosters else []
    fields = [*known, *(roster_names(places) if places else [])]
    survey = survey_file(content, fields, known)
    text = json.dumps(survey, ensure_ascii=False, indent=1)
    files = {"survey.qsf": text.encode("utf-8")}
    steps = ["In Qualtrics: Create a project, From a file, survey.qsf."]
    if rosters:
        files["contacts.csv"] = contact_list(content, rosters).encode("utf-8-sig")
        steps.append(
            "Contacts: add e-mail addresses to contacts.csv and import it as a contact list; send "
            "personal links, which bring the codes and names along."
        )
    steps.append("Before fielding, look at Recode Values of one question: they are the codes.")
    return Published(
        files, (*shuffled_note(content), *own_line_note(content), *_uncoded(content)), tuple(steps)
    )


def _uncoded(content: FormContent) -> tuple[str, ...]:
    """Name the questions with an answer that has no code in the instrument."""
    found = [
        question.items[0]
        for page in content.pages
        for question in page.questions
        if any(column.code is None for column in question.columns)
    ]
    if not found:
        return ()
    return (
        f"An answer without a code in the instrument gets a free number ({', '.join(found)}); "
        "export choice texts, or give it a code.",
    )
