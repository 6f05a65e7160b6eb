"""JSON: answers of our own web page, of SurveyJS, and of formr."""

from __future__ import annotations

import numpy as np

from collective_use.responses.files.raw import Raw, texts_of
from collective_use.responses.headings.personal import is_personal
from collective_use.responses.headings.wording import clean_heading
from collective_use.responses.readers.export import Export, Heading

_SYSTEM = frozenset(
    [
        "session",
        "created",
        "modified",
        "ended",
        "expired",
        "study_id",
        "iteration",
        "form_id",
        "instrument",
        "version",
        "form",
        "started",
        "finished",
        "duration",
        "language",
        "pageno",
        "happenedat",
        "instanceid",
        "submitted",
        "lastsaved",
        "id",
    ]
)


def _headings(raw: Raw) -> tuple[Heading, ...]:
    """Take paths apart: of ``page/use1`` the last step is the likeliest name."""
    found = []
    for place, name in enumerate(raw.names):
        text = clean_heading(name)
        steps = text.split("/")
        codes = tuple("_".join(steps[-depth:]) for depth in (1, 2) if depth <= len(steps) > 1)
        found.append(Heading(place, text, text, codes=codes))
    return tuple(found)


def _export(raw: Raw, platform: str, note: str, fields: dict[str, str], end: str) -> Export:
    headings = _headings(raw)
    places = {heading.name: heading.place for heading in headings}
    ended = texts_of(raw.cells[places[end]]) if end in places else None
    return Export(
        raw,
        platform,
        headings,
        {role: places[name] for role, name in fields.items() if name in places},
        unfinished=None if ended is None else np.asarray(ended == "", dtype=bool),
        technical=frozenset(
            h.place
            for h in headings
            if h.name.casefold() in _SYSTEM or h.name.startswith(("seconds/", "consent/"))
        ),
        personal=frozenset(h.place for h in headings if is_personal(h.name)),
        seconds={
            h.name.removeprefix("seconds/"): h.place
            for h in headings
            if h.name.startswith("seconds/")
        },
        notes=(note,),
    )


class WebPageReader:
    """Answer files that our own web page saves, one for each respondent."""

    platform = "web"

    def recognizes(self, raw: Raw) -> bool:
        """Tell whether the file says so itself."""
        return raw.kind == "json" and "web" in raw.notes

    def read(self, raw: Raw) -> Export:
        """Every answer box carries its plain column name."""
        fields = {"language": "language", "duration": "duration", "response": "id"}
        return _export(raw, self.platform, "Answers saved by the web page.", fields, "finished")


class FormrReader:
    """JSON exports of formr: session, created, ended, and one entry for each item."""

    platform = "formr"

    def recognizes(self, raw: Raw) -> bool:
        """Tell whether there are formr's own columns."""
        return {"session", "created", "ended"} <= {name.casefold() for name in raw.names}

    def read(self, raw: Raw) -> Export:
        """Rows that never ended are unfinished."""
        fields = {"response": "session"}
        return _export(raw, self.platform, "Recognized as a formr export.", fields, "ended")


class SurveyJsReader:
    """JSON of SurveyJS: an object for each respondent, matrices inside it."""

    platform = "surveyjs"

    def recognizes(self, raw: Raw) -> bool:
        """Tell whether it is JSON that no other reader takes."""
        return raw.kind == "json"

    def read(self, raw: Raw) -> Export:
        """Rows of a matrix become columns."""
        note = "Read as answers of SurveyJS."
        return _export(raw, self.platform, note, {"language": "locale"}, "")
