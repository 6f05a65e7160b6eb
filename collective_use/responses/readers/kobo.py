"""KoBo and ODK: headings as XML name, as label, or as ``group/name``."""

from __future__ import annotations

from collective_use.platforms.profile import RowRule
from collective_use.responses.files.raw import Raw
from collective_use.responses.headings.personal import is_personal
from collective_use.responses.headings.wording import clean_heading
from collective_use.responses.readers.export import Export, Heading
from collective_use.responses.readers.recognize import heading_key
from collective_use.responses.readers.rows import rejected_rows

_SYSTEM = frozenset(
    [
        "start",
        "end",
        "today",
        "deviceid",
        "subscriberid",
        "simid",
        "phonenumber",
        "username",
        "audit",
        "_id",
        "_uuid",
        "_submission_time",
        "_submitted_by",
        "_validation_status",
        "_notes",
        "_status",
        "_tags",
        "_index",
        "__version__",
        "_version_",
        "_xform_id_string",
        "meta/instanceid",
        "meta/rootuuid",
        "formhub/uuid",
        "instanceid",
        "key",
        "submissiondate",
        "submitterid",
        "submittername",
        "attachmentspresent",
        "attachmentsexpected",
        "reviewstate",
        "devicestate",
        "edits",
        "formversion",
        "formdef_version",
        "instancename",
        "review_status",
        "review_quality",
        "review_comments",
        "review_corrections",
    ]
)
_REVIEW = (
    RowRule(
        column=("_validation_status", "_validation_status/uid", "validation_status"),
        values=("Not Approved", "validation_status_not_approved"),
        reason="that a reviewer did not approve",
    ),
    RowRule(column=("ReviewState",), values=("rejected",), reason="that a reviewer rejected"),
    RowRule(column=("review_status",), values=("rejected",), reason="that a reviewer rejected"),
)
"""KoBoToolbox, ODK Central and SurveyCTO: what a reviewer said of a row."""


def heading(place: int, name: str) -> Heading:
    """Take a heading apart at its strokes (or ODK's ``group-name``).

    Examples
    --------
    >>> heading(0, "page1/chk1/2").codes
    ('2', 'chk1_2', 'page1_chk1_2')
    >>> heading(0, "What do you bring?/Staff").part
    'Staff'
    """
    text = clean_heading(name)
    steps = [step.strip() for step in text.split("/")]
    if len(steps) == 1:
        code = text.rsplit("-", 1)[1] if "-" in text and " " not in text else ""
        return Heading(place, text, text, codes=(code,) if code else ())
    codes = tuple("_".join(steps[-depth:]) for depth in range(1, min(3, len(steps)) + 1))
    return Heading(place, text, "/".join(steps[:-1]), steps[-1], codes)


class KoboReader:
    """CSV and Excel exports of KoBoToolbox and ODK Central."""

    platform = "kobo"

    def recognizes(self, raw: Raw) -> bool:
        """Tell whether there are KoBo's own columns or headings with strokes."""
        names = [clean_heading(name).casefold() for name in raw.names]
        own = {name for name in names if name in _SYSTEM}
        whole = set(names)
        strokes = raw.kind != "json" and any(
            "/" in name and name.rsplit("/", 1)[0] in whole for name in names
        )
        stamps = {"start", "end"} <= own
        return bool(own & {"_uuid", "_submission_time", "instanceid"}) or (strokes or stamps)

    def read(self, raw: Raw) -> Export:
        """Take every heading apart."""
        headings = tuple(
            heading(place, name) for place, name in enumerate(raw.names) if clean_heading(name)
        )
        technical = {h.place for h in headings if h.name.casefold() in _SYSTEM}
        roles = {h.name.casefold(): h.place for h in headings}
        fields = {"response": roles["_uuid"]} if "_uuid" in roles else {}
        for name in ("_submission_time", "submissiondate"):
            if name in roles:
                fields["submitted"] = roles[name]
        places = {heading_key(h.name): h.place for h in reversed(headings)}
        return Export(
            raw,
            self.platform,
            headings,
            fields,
            left_out=rejected_rows(raw, places, _REVIEW),
            missing={"n/a": "not_shown"},
            technical=frozenset(technical),
            personal=frozenset(h.place for h in headings if is_personal(h.name)),
            notes=("Recognized as a KoBo or ODK export.",),
        )
