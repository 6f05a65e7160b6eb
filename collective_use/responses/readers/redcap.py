"""REDCap: raw exports with ``field___code`` and label exports with ``label (choice=X)``."""

from __future__ import annotations

import re

from collective_use.responses.files.raw import Raw
from collective_use.responses.headings.personal import is_personal, squeezed
from collective_use.responses.headings.wording import clean_heading
from collective_use.responses.readers.export import Export, Heading

_BOX = re.compile(r"^([a-z][a-z0-9_]*)___(\w+)$")
_CHOICE = re.compile(r"^(.*?)\s*\(choice=(.*)\)$", re.DOTALL)
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


def _technical(name: str) -> bool:
    plain = name.casefold()
    if plain in _SYSTEM or squeezed(name) in _SYSTEM_TEXTS:
        return True
    return plain.endswith(("_complete", "_timestamp"))


def heading(place: int, name: str) -> Heading:
    """Take a heading apart: a ticked option of a checklist, raw or labelled.

    Examples
    --------
    >>> heading(0, "chk1___2").codes
    ('chk1_2',)
    >>> heading(0, "What do you bring? (choice=Staff)").part
    'Staff'
    """
    text = clean_heading(name)
    box = _BOX.match(text)
    if box:
        return Heading(place, text, codes=(f"{box[1]}_{box[2]}",))
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
        return Export(
            raw,
            self.platform,
            headings,
            missing={"[not completed]": "unanswered"},
            technical=frozenset(h.place for h in headings if _technical(h.name)),
            personal=frozenset(h.place for h in headings if is_personal(h.name)),
            notes=("Recognised as a REDCap export.",),
        )
