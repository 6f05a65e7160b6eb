"""From the settings of a study to its responses."""

from __future__ import annotations

from collective_use.checks import quoted
from collective_use.errors import InputError
from collective_use.instrument.model import Instrument
from collective_use.responses.read import read_responses
from collective_use.responses.table import Responses
from collective_use.study.settings import Study


def read_all(study: Study, instrument: Instrument) -> Responses:
    """Read all exports of a study, stacked, with members and informants.

    Raises
    ------
    InputError
        When something is declared for some exports only.
    ReadError
        When a file cannot be read by the instrument.
    """
    keys = study.columns.model_dump(exclude_none=True)
    return read_responses(
        [entry.file for entry in study.exports],
        instrument,
        group=keys.pop("group", None),
        columns=keys,
        members=study.members,
        informants=study.informants,
        form=study.form,
        platform=study.platform,
        invalid=study.invalid,
        previews=study.previews,
        unfinished=study.unfinished,
        duplicates=study.duplicates,
        unticked_consent=study.unticked_consent,
        missing_codes=study.missing_codes,
        answers_as=study.answers_as,
        decimal=study.decimal,
        column_map=study.map,
        encoding=study.encoding,
        delimiter=study.delimiter,
        sheet=study.sheet,
        language=declared(study, "language"),
        country=declared(study, "country"),
        wave=declared(study, "wave"),
    )


def declared(study: Study, name: str) -> list[str] | None:
    """Return what is declared for each export, or None when nothing is.

    Raises
    ------
    InputError
        Naming the exports without a declaration, when others have one.
    """
    values = [getattr(entry, name) for entry in study.exports]
    lacking = [e.file for e, value in zip(study.exports, values, strict=True) if value is None]
    if len(lacking) == len(values):
        return None
    if lacking:
        raise InputError(
            f"{name} must be declared for all exports or for none; it is missing for "
            f"{quoted(lacking)}"
        )
    return [str(value) for value in values]
