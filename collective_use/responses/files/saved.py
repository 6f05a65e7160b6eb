"""Answer files of one respondent each, read together: of our web page, fillable PDF, Word form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from collective_use.errors import ReadError
from collective_use.responses.files.forms import read_form
from collective_use.responses.files.json import read_json
from collective_use.responses.files.raw import Raw, frame_of

FORM_ENDINGS = (".pdf", ".docx")
SAVED_ENDINGS = (".json", *FORM_ENDINGS)


def are_saved(paths: Sequence[Path]) -> bool:
    """Tell whether files hold one respondent each: all answer files, or all forms.

    Examples
    --------
    >>> are_saved([Path("a.pdf"), Path("b.docx")]), are_saved([Path("a.json"), Path("b.csv")])
    (True, False)
    """
    endings = {path.suffix.lower() for path in paths}
    return bool(endings) and (endings == {".json"} or endings <= set(FORM_ENDINGS))


def read_saved(paths: Sequence[Path], name: Path) -> Raw:
    """Read answer files as one table, a row each.

    Parameters
    ----------
    paths
        The files, all of one kind (`are_saved`).
    name
        What the table is called in messages.

    Raises
    ------
    ReadError
        When a file cannot be read, has no form fields, or belongs to another form than the rest.
    """
    if paths[0].suffix.lower() == ".json":
        return read_json(paths, name)
    forms = [read_form(path) for path in paths]
    own = {form.instrument for form in forms if form.instrument}
    if len(own) > 1:
        odd = next(f for f in forms if f.instrument not in ("", forms[0].instrument))
        raise ReadError(
            f"{odd.file} is a form of {odd.instrument!r}, {forms[0].file} of "
            f"{forms[0].instrument!r}: read them apart"
        )
    names = tuple(dict.fromkeys(column for form in forms for column in form.answers))
    columns = [[form.answers.get(column, "") for form in forms] for column in names]
    raw = Raw(name, "form", names, frame_of(columns, len(forms)))
    note = f"Read {len(forms)} filled form{'s' if len(forms) > 1 else ''} by their fields."
    return replace(raw, notes=(note,), files=tuple(form.file for form in forms))
