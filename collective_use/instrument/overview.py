"""An instrument to read: its constructs, measures, items, scales and forms as tables."""

from __future__ import annotations

from pathlib import Path

from collective_use.checks import one_of
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument
from collective_use.instrument.tables import Overview


def overview(instrument: Instrument | str | Path, language: str | None = None) -> Overview:
    """Lay an instrument out to be read.

    Parameters
    ----------
    instrument
        The item bank, its bundled name or its path.
    language
        One of its languages; the first by default.

    Raises
    ------
    InputError
        When the instrument does not have the language.

    Examples
    --------
    >>> import collective_use as cu
    >>> overview(cu.load_instrument("starter")).tables()[0].title
    'starter 0.1: Learning from results in teams'
    """
    bank = as_instrument(instrument)
    languages = (*bank.languages, *bank.draft_languages)
    chosen = language or languages[0]
    one_of("language", chosen, languages)
    return Overview(bank, chosen)
