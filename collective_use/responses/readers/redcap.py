"""REDCap: raw exports with ``field___code`` and label exports with ``label (choice=X)``.

A record may have several rows: one for each event, and one for each instance of a form that
repeats. Each of them is a wave; the keys of a record hold for all its rows. Fields of a form stand
before its ``<form>_complete``, which says whether the form was sent off.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from collective_use.responses.files.raw import Raw, categorical, texts_of
from collective_use.responses.headings.personal import is_personal, squeezed
from collective_use.responses.headings.wording import clean_heading, normal
from collective_use.responses.readers.export import Export, Heading

_BOX = re.compile(r"^([a-z][a-z0-9_]*?)___(_?)(\w+)$")
_CHOICE = re.compile(r"^(.*?)\s*\(choice=(.*)\)$", re.DOTALL)
_ARM = re.compile(r"_arm_\d+$|\s*\(Arm \d+:[^)]*\)$", re.IGNORECASE)
_ROLES = {
    "redcap_event_name": "event",
    "eventname": "event",
    "redcap_repeat_instrument": "repeat",
    "repeatinstrument": "repeat",
    "redcap_repeat_instance": "instance",
    "repeatinstance": "instance",
}
_SYSTEM = frozenset(
    [
        "record_id",
        "redcap_event_name",
        "redcap_repeat_instrument",
        "redcap_repeat_instance",
        "redcap_data_access_group",
        "redcap_survey_identifier",
    ]
)
_SYSTEM_TEXTS = frozenset(
    [
        "recordid",
        "eventname",
        "repeatinstrument",
        "repeatinstance",
        "dataaccessgroup",
        "surveyidentifier",
        "complete",
        "surveytimestamp",
    ]
)
_NOT_SENT = frozenset(("0", "incomplete", "[not completed]"))
_SENT = frozenset(("1", "2", "unverified", "complete"))


def _technical(name: str) -> bool:
    plain = name.casefold()
    if plain in _SYSTEM or squeezed(name) in _SYSTEM_TEXTS:
        return True
    return plain.endswith(("_complete", "_timestamp"))


def _ends_form(name: str) -> bool:
    return name.casefold().endswith("_complete") or name == "Complete?"


def heading(place: int, name: str) -> Heading:
    """Take a heading apart: a ticked option of a checklist, raw or labelled.

    Examples
    --------
    >>> heading(0, "chk1___2").codes, heading(0, "chk1____99").codes
    (('chk1_2',), ('chk1_-99',))
    >>> heading(0, "What do you bring? (choice=Staff)").part
    'Staff'
    """
    text = clean_heading(name)
    box = _BOX.match(text)
    if box:
        # REDCap writes the minus sign of a code as an underscore.
        sign = "-" if box[2] else ""
        return Heading(place, text, codes=(f"{box[1]}_{sign}{box[3]}",))
    choice = _CHOICE.match(text)
    if choice:
        return Heading(place, text, choice[1], choice[2])
    return Heading(place, text, text)


class RedcapReader:
    """CSV exports of REDCap."""

    platform = "redcap"

    def recognizes(self, raw: Raw) -> bool:
        """Tell whether there are form status columns, ticked choices or REDCap's own columns."""
        names = [clean_heading(name) for name in raw.names]
        status = any(name.endswith("_complete") for name in names)
        own = any(name.casefold().startswith("redcap_") for name in names)
        boxes = any(_BOX.match(name) or _CHOICE.match(name) for name in names)
        labelled = "Complete?" in names
        return own or labelled or (status and (boxes or names[0].endswith("_id"))) or boxes

    def read(self, raw: Raw) -> Export:
        """Take every heading apart; several forms may each have a column ``Complete?``."""
        headings = tuple(
            heading(place, name) for place, name in enumerate(raw.names) if clean_heading(name)
        )
        roles = _roles(raw)
        fields = {"record": 0} if _has_records(raw, roles) else {}
        body, wave = _with_waves(raw, roles)
        if wave is not None:
            fields["wave"] = wave
        return Export(
            body,
            self.platform,
            headings,
            fields,
            unfinished=_unfinished(raw),
            unsent=_unsent(raw),
            missing={"[not completed]": "unanswered"},
            technical=frozenset(h.place for h in headings if _technical(h.name)),
            personal=frozenset(h.place for h in headings if is_personal(h.name)),
            notes=("Recognized as a REDCap export.", *_waves_note(wave, roles)),
        )


def _roles(raw: Raw) -> dict[str, int]:
    """Return the columns of events and repeats by what they are."""
    found = {}
    for place, name in enumerate(raw.names):
        role = _ROLES.get(clean_heading(name).casefold()) or _ROLES.get(squeezed(name))
        if role:
            found[role] = place
    return found


def _has_records(raw: Raw, roles: Mapping[str, int]) -> bool:
    first = squeezed(raw.names[0])
    return bool(roles) and (first.endswith("id") or first.startswith("record"))


def _with_waves(raw: Raw, roles: Mapping[str, int]) -> tuple[Raw, int | None]:
    """Add a column that names the wave of each row; None where all rows are of one."""
    parts = []
    for role in ("event", "instance"):
        if role in roles:
            texts = [_ARM.sub("", text).strip() for text in texts_of(raw.cells[roles[role]])]
            if len(set(texts) - {""}) > 1 or (role == "instance" and any(texts)):
                parts.append(texts)
    if not parts:
        return raw, None
    waves = [" ".join(part for part in row if part) for row in zip(*parts, strict=True)]
    if len(set(waves)) < 2:
        return raw, None
    place = len(raw.names)
    cells = raw.cells.copy()
    cells[place] = pd.Series(categorical(np.asarray(waves, dtype=object)), index=cells.index)
    wider = replace(
        raw,
        names=(*raw.names, "wave"),
        cells=cells,
        questions=(*raw.questions, "") if raw.questions else (),
        labels=(*raw.labels, {}) if raw.labels else (),
        missing=(*raw.missing, frozenset()) if raw.missing else (),
    )
    return wider, place


def _waves_note(wave: int | None, roles: Mapping[str, int]) -> tuple[str, ...]:
    if wave is None:
        return ()
    what = " and ".join(role for role in ("event", "instance") if role in roles)
    return (f"Each {what} of a record is a wave of the same person.",)


def _states(raw: Raw, place: int) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row whether a form was sent off, and whether it was begun and not sent."""
    plain = np.asarray([normal(text) for text in texts_of(raw.cells[place])], dtype=object)
    return np.isin(plain, list(_SENT)), np.isin(plain, list(_NOT_SENT))


def _status_places(raw: Raw) -> list[int]:
    names = [clean_heading(name) for name in raw.names]
    return [place for place, name in enumerate(names) if _ends_form(name)]


def _unfinished(raw: Raw) -> np.ndarray | None:
    """Return the rows in which a form was begun, and none was sent off."""
    stamps = [p for p, n in enumerate(raw.names) if clean_heading(n).lower().endswith("_timestamp")]
    states = [_states(raw, place) for place in (*_status_places(raw), *stamps)]
    if not states:
        return None
    sent = np.logical_or.reduce([state[0] for state in states])
    return np.logical_or.reduce([state[1] for state in states]) & ~sent


def _unsent(raw: Raw) -> dict[int, np.ndarray]:
    """Return for the columns of each form the rows in which it was begun and never sent off."""
    found: dict[int, np.ndarray] = {}
    start = 1
    ends = _status_places(raw)
    # Where statuses stand together behind all fields, nobody can tell whose a field is.
    if len(ends) > 1 and any(second - first == 1 for first, second in itertools.pairwise(ends)):
        return {}
    for end in ends:
        _, begun = _states(raw, end)
        if begun.any():
            found |= dict.fromkeys(range(start, end), begun)
        start = end + 1
    return found
