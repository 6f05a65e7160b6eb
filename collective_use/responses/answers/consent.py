"""What respondents agreed to, as columns: ``consent.naming`` is 1 for yes and 0 for no."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from collective_use.instrument.model import Instrument
from collective_use.platforms.consent import consent_column
from collective_use.responses.answers.cells import Misfit
from collective_use.responses.files.raw import used_texts
from collective_use.responses.headings.personal import squeezed
from collective_use.responses.headings.wording import normal, together
from collective_use.responses.headings.words import EMPTY_WORDS, TICKED, UNTICKED
from collective_use.responses.readers.export import Export

PREFIX = "consent."
DECLINED = "declined."
"""Columns that live while reading: who said no, other than by leaving the box empty."""
_WEB = "consent/"
_AGREED = TICKED | {"ok", "agree", "i agree", "agreed", "accepted", "einverstanden", "同意", "a1"}
_DECLINED = UNTICKED | {"disagree", "i do not agree", "declined", "不同意"}


def consent_places(export: Export, instrument: Instrument) -> dict[str, int]:
    """Return the columns that hold consent, by the id of the consent module.

    Platforms write ``consent_naming``, ``consentnaming[1]``, ``consent_naming___1``; our own
    page writes what it asked, also what the instrument does not know.
    """
    wanted = {squeezed(consent_column(part.id)): part.id for part in instrument.consent}
    found: dict[str, int] = {}
    for heading in export.headings:
        if heading.name.startswith((_WEB, PREFIX)):
            found.setdefault(heading.name[len(_WEB) :], heading.place)
            continue
        for name in (*heading.codes, heading.name):
            plain = squeezed(name)
            hit = wanted.get(plain) or wanted.get(plain.removesuffix("1"))
            if hit is not None:
                found.setdefault(hit, heading.place)
                break
    return found


def consent_columns(
    export: Export, instrument: Instrument, places: Mapping[str, int], rows: np.ndarray
) -> tuple[dict[str, np.ndarray], list[Misfit]]:
    """Return (rows,) 1 for yes and 0 for no by column name, and what is not understood.

    A box left empty is no consent; what is not understood is missing, so that it is none either.
    """
    found: dict[str, np.ndarray] = {}
    misfits: list[Misfit] = []
    accepted = {
        part.id: {normal(text) for text in together(part.accept)} for part in instrument.consent
    }
    for name, place in places.items():
        texts, codes = used_texts(export.raw.cells[place])
        values = [_agreed(normal(text), accepted.get(name, set())) for text in texts]
        column = f"{PREFIX}{name}"
        found[column] = np.asarray([*values, 0.0])[codes]
        misfits += [
            Misfit(column, text, tuple(rows[codes == number].tolist()))
            for number, text in enumerate(texts)
            if values[number] != values[number]
        ]
    return found, misfits


def declined_columns(export: Export, places: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Return (rows,) who declined in so many words, by column name; an empty box is none."""
    found = {}
    for name, place in places.items():
        texts, codes = used_texts(export.raw.cells[place])
        said = [normal(text) in _DECLINED for text in texts]
        found[f"{DECLINED}{name}"] = np.asarray([*said, False], dtype=bool)[codes]
    return found


def _agreed(plain: str, accepted: set[str]) -> float:
    if plain in _AGREED or plain in accepted:
        return 1.0
    return 0.0 if plain in _DECLINED or plain in EMPTY_WORDS else np.nan
