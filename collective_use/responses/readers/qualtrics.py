"""Qualtrics: three heading rows, the legacy two, or a cleaned file with one.

The second row is in the language of the account, so a file is recognized by the third, which
holds ``{"ImportId":"QID1"}``, or in legacy files by ``V1`` above ``ResponseID``.
"""

from __future__ import annotations

import re
from html import unescape

import numpy as np

from collective_use.responses.files.raw import Raw, texts_of
from collective_use.responses.headings.personal import is_personal, squeezed
from collective_use.responses.headings.wording import clean_heading, normal
from collective_use.responses.readers.export import Export, Heading

_IMPORT_IDS = {
    "_recordid": "responseid",
    "duration": "durationinseconds",
    "externaldatareference": "externalreference",
}
_TECHNICAL = frozenset(
    [
        "startdate",
        "enddate",
        "status",
        "ipaddress",
        "progress",
        "durationinseconds",
        "finished",
        "recordeddate",
        "responseid",
        "recipientlastname",
        "recipientfirstname",
        "recipientemail",
        "externalreference",
        "locationlatitude",
        "locationlongitude",
        "distributionchannel",
        "userlanguage",
        "responseset",
        "locationaccuracy",
        "name",
        "externaldatareference",
        "emailaddress",
        "duration",
    ]
)
_TIMING = re.compile(r"_(First Click|Last Click|Page Submit|Click Count)$", re.IGNORECASE)
_IMPORT = re.compile(
    r"""^\s*\{\s*['"\u2018\u2019\u201c\u201d]*ImportId\W+([^'"\u2018\u2019\u201c\u201d]*)"""
)
_PREVIEWS = frozenset(
    (
        "1",
        "2",
        "9",
        "17",
        "survey preview",
        "offline survey preview",
        "survey test",
        "survey preview spam",
    )
)
_SPAM = frozenset(("8", "12", "40", "spam", "possible spam", "imported spam", "ex spam"))
"""Response types, as Qualtrics' support pages number and name them."""
_ROLES = {
    "responseid": "response",
    "userlanguage": "language",
    "durationinseconds": "duration",
    "recordeddate": "submitted",
}


def _import_id(cell: str) -> str | None:
    """Return the import id of a cell; programs that rewrite the file may change its quotes.

    Examples
    --------
    >>> _import_id('{"ImportId":"QID1"}'), _import_id("{'ImportId': 'QID1'}"), _import_id("Yes")
    ('QID1', 'QID1', None)
    """
    found = _IMPORT.search(unescape(cell))
    return found[1] if found else None


class QualtricsReader:
    """Exports of Qualtrics, numeric or choice text."""

    platform = "qualtrics"

    def recognizes(self, raw: Raw) -> bool:
        """Tell whether a file has one of the three layouts."""
        return self._depth(raw) > 0 or self._cleaned(raw)

    def _depth(self, raw: Raw) -> int:
        """Return how many rows below the first one are headings."""
        third = [cell for cell in raw.first(1) if cell]
        if third and sum(_import_id(cell) is not None for cell in third) > len(third) / 2:
            return 2
        second = [squeezed(cell) for cell in raw.first(0)]
        legacy = [squeezed(name) for name in raw.names[:3]] == ["v1", "v2", "v3"]
        return 1 if legacy and "responseid" in second else 0

    def _cleaned(self, raw: Raw) -> bool:
        names = {squeezed(name) for name in raw.names}
        return len(names & {"recordeddate", "responseid", "distributionchannel", "progress"}) >= 3

    def read(self, raw: Raw) -> Export:
        """Part headings from respondents and say which rows are previews or unfinished."""
        depth = self._depth(raw)
        questions = raw.first(0) if depth else [""] * len(raw.names)
        if depth == 2:
            ids = [(_import_id(cell) or "").casefold() for cell in raw.first(1)]
            roles = [_IMPORT_IDS.get(name, name) for name in ids]
        elif depth == 1:
            roles = [squeezed(cell) for cell in questions]
        else:
            roles = [squeezed(name) for name in raw.names]
        body = raw.below(depth)
        technical = {
            place
            for place, role in enumerate(roles)
            if role in _TECHNICAL or role.startswith(("browser", "timing"))
        } | {place for place, name in enumerate(raw.names) if _TIMING.search(name)}
        headings = tuple(
            Heading(place, clean_heading(name), question)
            for place, (name, question) in enumerate(zip(raw.names, questions, strict=True))
            if clean_heading(name)
        )
        fields = {_ROLES[role]: place for place, role in enumerate(roles) if role in _ROLES}
        return Export(
            body,
            self.platform,
            headings,
            fields,
            preview=_previews(body, roles),
            unfinished=_unfinished(body, roles),
            left_out=_spam(body, roles),
            missing={"-99": "unanswered"},
            technical=frozenset(technical),
            personal=frozenset(
                place
                for place, role in enumerate(roles)
                if (role in _TECHNICAL and is_personal(role)) or is_personal(raw.names[place])
            ),
            seconds=_page_times(headings),
            notes=(f"Recognized as a Qualtrics export with {depth + 1} heading rows.",),
        )


def _page_times(headings: tuple[Heading, ...]) -> dict[str, int]:
    """Return the columns of timing questions by their name: ``use_Page Submit`` is page use."""
    found = {}
    for heading in headings:
        timing = _TIMING.search(heading.name)
        if timing and timing[1].casefold() == "page submit":
            found[heading.name[: timing.start()]] = heading.place
    return found


def _column(raw: Raw, roles: list[str], role: str) -> np.ndarray | None:
    if role not in roles:
        return None
    cells = texts_of(raw.cells[roles.index(role)])
    return np.asarray([normal(str(cell)) for cell in cells], dtype=object)


def _previews(raw: Raw, roles: list[str]) -> np.ndarray | None:
    status = _column(raw, roles, "status")
    channel = _column(raw, roles, "distributionchannel")
    if status is None and channel is None:
        return None
    found = np.zeros(len(raw.cells), dtype=bool)
    if status is not None:
        found |= np.isin(status, list(_PREVIEWS))
    if channel is not None:
        found |= np.isin(channel, ["preview", "test"])
    return found


def _spam(raw: Raw, roles: list[str]) -> tuple[tuple[str, np.ndarray], ...]:
    status = _column(raw, roles, "status")
    if status is None or not np.isin(status, list(_SPAM)).any():
        return ()
    return (("Rows that Qualtrics took for spam (Status).", np.isin(status, list(_SPAM))),)


def _unfinished(raw: Raw, roles: list[str]) -> np.ndarray | None:
    finished = _column(raw, roles, "finished")
    if finished is None:
        return None
    return np.isin(finished, ["0", "false", "falsch", "faux", "falso", "no", "nein"])
