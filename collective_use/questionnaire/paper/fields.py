"""Names of form fields on fillable paper: the columns that the answers become on reading."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from collective_use.platforms.roster_codes import CODES, PARTNERS
from collective_use.questionnaire.form.content import FormContent, Question, Row

FORMAT = "collective-use form"
"""What a fillable form calls its format; the reader looks for it."""
FACTS = "urn:collective-use:form"
"""The name space of what a Word form says of itself."""
NO_CODE = "dk"
"""How an answer without a code is written: an uncoded "don't know"."""


def column_of(question: Question, row: Row | None = None, option: int | None = None) -> str:
    """Return the column of one answer: the item, with place and option where it has them.

    Examples
    --------
    >>> ties = Question("grid", ("net1",), 4)
    >>> column_of(ties, Row("m03", None, ("Cy",), position=3))
    'net1_3'
    """
    if row is not None and is_statements(question):
        return row.id
    parts = [question.items[0]]
    if row is not None:
        parts.append(row.id if row.position is None else str(row.position))
    if option is not None:
        parts.append(str(option))
    return "_".join(parts)


def is_statements(question: Question) -> bool:
    """Tell whether each row of a grid is an item of its own."""
    return question.kind == "grid" and question.number is None


def _box_stem(question: Question, row: Row) -> str:
    return row.id if is_statements(question) else f"{question.items[0]}.{row.id}"


def _of_question(question: Question) -> Iterator[tuple[str, str]]:
    codes = [choice.code for choice in question.columns]
    if question.kind == "checklist":
        item = question.items[0]
        yield from ((f"{item}={code}", column_of(question, None, code)) for code in codes)
    elif not question.rows:
        yield question.items[0], question.items[0]
    for row in question.rows:
        stem = _box_stem(question, row)
        yield stem, column_of(question, row)
        yield f"{stem}.name", f"{column_of(question, row)}_name"
        if question.kind == "roles":
            yield from ((f"{stem}.{code}", column_of(question, row, code)) for code in codes)


def field_names(content: FormContent) -> dict[str, str]:
    """Return the column of every answer box by the box's name, without the answer's code.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> field_names(form_content(cu.load_instrument("lq2002")))["lead01"]
    'lead01'
    """
    found = {key.id: key.id for key in content.keys}
    found |= {f"consent.{part.id}": f"consent/{part.id}" for part in content.consent}
    for page in content.pages:
        for question in page.questions:
            found.update(_of_question(question))
    return found


def form_facts(content: FormContent, controls: Sequence[str] = ()) -> str:
    """Return what a form says of itself, to be kept in the file: which form, whose copy.

    Parameters
    ----------
    content
        The form.
    controls
        The names of its controls in order, for programs that drop names when they save.
    """
    facts: dict[str, object] = {
        "format": FORMAT,
        "schema": 1,
        "instrument": content.instrument,
        "version": content.version,
        "form_id": content.form_id,
        "language": content.languages[0] if len(content.languages) == 1 else "",
        "keys": {key.id: key.value for key in content.keys if key.value},
    }
    kept = {CODES: content.roster_codes, PARTNERS: content.roster_partners}
    facts |= {name: codes for name, codes in kept.items() if codes}
    if controls:
        facts["controls"] = " ".join(controls)
    return json.dumps(facts, ensure_ascii=True, sort_keys=True)
