"""Headings of exports as each platform writes them, and its own columns beside the answers.

What a writer of synthetic exports needs, kept apart from the readers so that the two cannot
share one misunderstanding: the rules here are compared with headings of real files.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from collective_use.checks import one_of

REAL_FILE = "checked against a real export"
DOCUMENTATION = "from documentation"
LAYOUTS = {
    "qualtrics": REAL_FILE,
    "qualtrics legacy": REAL_FILE,
    "limesurvey text": REAL_FILE,
    "limesurvey code": DOCUMENTATION,
    "limesurvey code and text": DOCUMENTATION,
    "limesurvey expression": DOCUMENTATION,
    "redcap raw": REAL_FILE,
    "redcap labels": DOCUMENTATION,
    "kobo names": REAL_FILE,
    "kobo groups": REAL_FILE,
    "kobo labels": REAL_FILE,
    "surveyjs": DOCUMENTATION,
}
"""Every layout, and whether a real file stands behind it."""

QUALTRICS = (
    ("StartDate", "Start Date", "startDate"),
    ("EndDate", "End Date", "endDate"),
    ("Status", "Response Type", "status"),
    ("IPAddress", "IP Address", "ipAddress"),
    ("Progress", "Progress", "progress"),
    ("Duration (in seconds)", "Duration (in seconds)", "duration"),
    ("Finished", "Finished", "finished"),
    ("RecordedDate", "Recorded Date", "recordedDate"),
    ("ResponseId", "Response ID", "_recordId"),
    ("RecipientLastName", "Recipient Last Name", "recipientLastName"),
    ("RecipientFirstName", "Recipient First Name", "recipientFirstName"),
    ("RecipientEmail", "Recipient Email", "recipientEmail"),
    ("ExternalReference", "External Data Reference", "externalDataReference"),
    ("LocationLatitude", "Location Latitude", "locationLatitude"),
    ("LocationLongitude", "Location Longitude", "locationLongitude"),
    ("DistributionChannel", "Distribution Channel", "distributionChannel"),
    ("UserLanguage", "User Language", "userLanguage"),
)
"""Qualtrics' own columns: name, text in English, import id."""
QUALTRICS_LEGACY = (
    ("V1", "ResponseID"),
    ("V2", "ResponseSet"),
    ("V3", "Name"),
    ("V4", "ExternalDataReference"),
    ("V5", "EmailAddress"),
    ("V6", "IPAddress"),
    ("V7", "Status"),
    ("V8", "StartDate"),
    ("V9", "EndDate"),
    ("V10", "Finished"),
)
"""The first columns of Qualtrics' old exports: name and text."""

LimeSurveyStyle = Literal["code", "code and text", "text", "expression"]
KoboStyle = Literal["names", "groups", "labels"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of an export, as the platform knows it.

    Attributes
    ----------
    code
        The question: its code, variable or name.
    part, second
        The line or option, and the option within a line, by code; "" where there is none.
    text, part_text, second_text
        The same as people read it.
    above
        The groups that it stands in, outermost first (KoBo).
    """

    code: str
    part: str = ""
    second: str = ""
    text: str = ""
    part_text: str = ""
    second_text: str = ""
    above: tuple[str, ...] = ()


def limesurvey_heading(field: Field, style: LimeSurveyStyle = "code") -> str:
    """Return a heading as LimeSurvey exports it in one of its styles.

    Examples
    --------
    >>> line = Field("gridcdu1", "cdu1", text="How far?", part_text="We use data.")
    >>> limesurvey_heading(line), limesurvey_heading(line, "text")
    ('gridcdu1[cdu1]', 'How far? [We use data.]')
    """
    one_of("style", style, ("code", "code and text", "text", "expression"))
    parts = [part for part in (field.part, field.second) if part]
    if style == "expression":
        return "_".join((field.code, *parts))
    code = f"{field.code}[{'_'.join(parts)}]" if parts else field.code
    if style == "code":
        return code
    texts = "".join(f"[{text}]" for text in (field.part_text, field.second_text) if text)
    text = f"{field.text} {texts}" if texts else field.text
    return text if style == "text" else f"{code}. {text}"


def qualtrics_heading(field: Field) -> tuple[str, str]:
    """Return the first two rows of a Qualtrics column: its name and its text.

    Examples
    --------
    >>> qualtrics_heading(Field("net1", "3", text="How often?", part_text="Person 3"))
    ('net1_3', 'How often? - Person 3')
    """
    name = "_".join(part for part in (field.code, field.part, field.second) if part)
    texts = (field.text, field.part_text, field.second_text)
    return name, " - ".join(text for text in texts if text)


def import_id(name: str) -> str:
    """Return the cell of Qualtrics' third heading row.

    Examples
    --------
    >>> import_id("QID1")
    '{"ImportId":"QID1"}'
    """
    return json.dumps({"ImportId": name}, separators=(",", ":"))


def redcap_heading(field: Field, labels: bool = False) -> str:
    """Return a heading of REDCap; only ticked options have a part.

    Examples
    --------
    >>> box = Field("chk1", "4", text="What is shared?", part_text="Staff")
    >>> redcap_heading(box), redcap_heading(box, labels=True)
    ('chk1___4', 'What is shared? (choice=Staff)')
    """
    if labels:
        return f"{field.text} (choice={field.part_text})" if field.part else field.text
    return f"{field.code}___{field.part}" if field.part else field.code


def kobo_heading(field: Field, style: KoboStyle = "names") -> str:
    """Return a heading of KoBo or ODK; only ticked options have a part.

    Examples
    --------
    >>> box = Field("chk1", "4", text="Shared?", part_text="Staff", above=("page1",))
    >>> [kobo_heading(box, style) for style in ("names", "groups", "labels")]
    ['chk1/4', 'page1/chk1/4', 'Shared?/Staff']
    """
    one_of("style", style, ("names", "groups", "labels"))
    if style == "labels":
        return "/".join(text for text in (field.text, field.part_text) if text)
    above = field.above if style == "groups" else ()
    return "/".join((*above, *(part for part in (field.code, field.part) if part)))


def delimited(
    rows: Sequence[Sequence[str]], mark: str, *, quoted: bool = False, bom: bool = False
) -> bytes:
    """Return rows as a file, quoted throughout or where needed, with a byte order mark or not.

    Examples
    --------
    >>> delimited([["a", "b"], ["1", ""]], ";", quoted=True)
    b'"a";"b"\\r\\n"1";""\\r\\n'
    """
    buffer = io.StringIO()
    csv.writer(
        buffer, delimiter=mark, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    ).writerows(rows)
    return buffer.getvalue().encode("utf-8-sig" if bom else "utf-8")
