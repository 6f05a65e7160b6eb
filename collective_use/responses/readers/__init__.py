"""One reader for each platform; the first that recognizes a file reads it."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from collective_use.checks import one_of
from collective_use.platforms.layouts import READ_FROM_DOCUMENTATION
from collective_use.responses.files.raw import Raw
from collective_use.responses.readers.answers_json import (
    FormrReader,
    SurveyJsReader,
    WebPageReader,
)
from collective_use.responses.readers.export import Export
from collective_use.responses.readers.forms import GoogleFormsReader, MicrosoftFormsReader
from collective_use.responses.readers.kobo import KoboReader
from collective_use.responses.readers.limesurvey import LimeSurveyReader
from collective_use.responses.readers.plain import PlainReader
from collective_use.responses.readers.qualtrics import QualtricsReader
from collective_use.responses.readers.redcap import RedcapReader
from collective_use.responses.readers.surveymonkey import SurveyMonkeyReader


class Reader(Protocol):
    """What every reader can do."""

    platform: str

    def recognizes(self, raw: Raw) -> bool:
        """Tell whether a file has this platform's layout."""

    def read(self, raw: Raw) -> Export:
        """Understand its headings and rows."""


READERS: tuple[Reader, ...] = (
    WebPageReader(),
    FormrReader(),
    SurveyJsReader(),
    QualtricsReader(),
    SurveyMonkeyReader(),
    GoogleFormsReader(),
    MicrosoftFormsReader(),
    RedcapReader(),
    KoboReader(),
    LimeSurveyReader(),
    PlainReader(),
)
PLATFORMS: tuple[str, ...] = tuple(reader.platform for reader in READERS)


def _said(export: Export) -> Export:
    if export.platform not in READ_FROM_DOCUMENTATION:
        return export
    note = "This layout is read from documentation; no real file of it was at hand."
    return replace(export, notes=(*export.notes, note))


def read_layout(raw: Raw, platform: str | None = None) -> Export:
    """Return a file as an export of its platform.

    Parameters
    ----------
    raw
        The file.
    platform
        Use this reader instead of the first that recognizes the file.

    Raises
    ------
    InputError
        When there is no reader of that name.
    """
    if platform is not None:
        one_of("platform", platform, PLATFORMS)
    for reader in READERS:
        if reader.platform == platform or (platform is None and reader.recognizes(raw)):
            return _said(reader.read(raw))
    return PlainReader().read(raw)
