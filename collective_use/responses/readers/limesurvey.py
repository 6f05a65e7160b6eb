"""LimeSurvey: headings as code, as text, as both, or as Q1_SQ001; answers as codes or labels."""

from __future__ import annotations

import re

from collective_use.responses.files.raw import Raw, texts_of
from collective_use.responses.headings.personal import is_personal, squeezed
from collective_use.responses.headings.wording import clean_heading
from collective_use.responses.readers.export import Export, Heading

_SYSTEM = frozenset(
    [
        "id",
        "submitdate",
        "lastpage",
        "startlanguage",
        "seed",
        "startdate",
        "datestamp",
        "ipaddr",
        "refurl",
        "token",
    ]
)
_SYSTEM_TEXTS = {
    "responseid": "id",
    "answerid": "id",
    "antwortid": "id",
    "答复id": "id",
    "datesubmitted": "submitdate",
    "datumabgeschickt": "submitdate",
    "lastpage": "lastpage",
    "letzteseite": "lastpage",
    "startlanguage": "startlanguage",
    "startsprache": "startlanguage",
    "datestarted": "startdate",
    "datumgestartet": "startdate",
    "datelastaction": "datestamp",
    "datumletzteaktivität": "datestamp",
    "ipaddress": "ipaddr",
    "ipadresse": "ipaddr",
    "referrerurl": "refurl",
    "accesscode": "token",
    "zugangscode": "token",
    "seed": "seed",
    "zufallsstartwert": "seed",
    "totaltime": "interviewtime",
    "gesamtzeit": "interviewtime",
    "interviewtime": "interviewtime",
}
_CODE = r"[A-Za-z][A-Za-z0-9]*"
_WITH_CODE = re.compile(rf"^({_CODE})(?:\[([\w]+)\](?:\[([\w]+)\])?)?(?:\.\s+(.*))?$", re.DOTALL)
_EXPRESSION = re.compile(rf"^{_CODE}_\w+$")
_WITH_PART = re.compile(r"^(.*\S)?\s*\[(.*)\]\s*$", re.DOTALL)


def system_field(name: str) -> str | None:
    """Return which of LimeSurvey's own columns a heading is, or None.

    Examples
    --------
    >>> system_field("Date submitted. "), system_field("use1")
    ('submitdate', None)
    """
    code = name.split(".")[0].strip().casefold()
    plain = squeezed(name)
    return code if code in _SYSTEM else _SYSTEM_TEXTS.get(plain)


def heading(place: int, name: str) -> Heading:
    """Take a heading apart, whichever style it was exported in.

    Examples
    --------
    >>> heading(0, "griduse1[use1]").codes
    ('use1', 'griduse1_use1')
    >>> heading(0, "How far? [We use data.]").part
    'We use data.'
    """
    text = clean_heading(name)
    coded = _WITH_CODE.match(text)
    if coded:
        code, first, second, said = coded.groups()
        question, part = _parted(said or "")
        if first is None:
            return Heading(place, text, question, part, (code,))
        joined = "_".join(entry for entry in (code, first, second) if entry)
        return Heading(place, text, question, part, (first, joined) if not second else (joined,))
    question, part = _parted(text)
    tail = text.split("_", 1)[1] if _EXPRESSION.match(text) else ""
    return Heading(place, text, question, part, (text, tail) if tail else ())


def _parted(text: str) -> tuple[str, str]:
    found = _WITH_PART.match(text)
    return ((found[1] or "").strip(), found[2].strip()) if found else (text.strip(), "")


class LimeSurveyReader:
    """CSV and Excel exports of LimeSurvey."""

    platform = "limesurvey"

    def recognizes(self, raw: Raw) -> bool:
        """Tell whether the first columns are LimeSurvey's own, or headings are ``Q[SQ]``."""
        first = system_field(clean_heading(raw.names[0])) == "id"
        own = {system_field(clean_heading(name)) for name in raw.names} - {None}
        brackets = sum(name.rstrip().endswith("]") for name in raw.names)
        return (first and (len(own) >= 3 or brackets >= 1)) or len(own) >= 5

    def read(self, raw: Raw) -> Export:
        """Take every heading apart; rows without a submission date were never sent off."""
        own = {place: system_field(clean_heading(n)) for place, n in enumerate(raw.names)}
        system = {place: field for place, field in own.items() if field}
        roles = {field: place for place, field in system.items()}
        headings = tuple(
            Heading(place, clean_heading(name)) if place in system else heading(place, name)
            for place, name in enumerate(raw.names)
            if clean_heading(name)
        )
        fields = {}
        known = (("response", "id"), ("language", "startlanguage"), ("submitted", "submitdate"))
        for role, field in known:
            if field in roles:
                fields[role] = roles[field]
        if "interviewtime" in roles:
            fields["duration"] = roles["interviewtime"]
        unfinished = None
        if "submitdate" in roles:
            dates = texts_of(raw.cells[roles["submitdate"]])
            unfinished = (dates == "") | (dates == "N/A")
        personal = {p for p, field in system.items() if field in ("ipaddr", "refurl", "token")}
        personal |= {h.place for h in headings if is_personal(h.name)}
        return Export(
            raw,
            self.platform,
            headings,
            fields,
            unfinished=unfinished,
            missing={"n/a": "not_shown"},
            technical=frozenset(system),
            personal=frozenset(personal),
            notes=("Recognized as a LimeSurvey export.",),
        )
