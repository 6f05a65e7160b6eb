"""Workbooks and Word files are zip archives: the same content as the same bytes."""

from __future__ import annotations

import io
import re
import zipfile

_FIXED = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip archive can hold."""
_PROPERTIES = "docProps/core.xml"
_WHEN = re.compile(rb"(<dcterms:(?:created|modified)\b[^>]*>)[^<]*(<)")


def same_archive(content: bytes) -> bytes:
    """Return a zip archive without the time and the system of its writing.

    Parts keep their order; the times in the document's properties become the first of 1980.

    Parameters
    ----------
    content
        A .docx or .xlsx file.

    Examples
    --------
    >>> def archive(when):
    ...     buffer = io.BytesIO()
    ...     with zipfile.ZipFile(buffer, "w") as book:
    ...         book.writestr(zipfile.ZipInfo("a.xml", when), b"<a/>")
    ...     return buffer.getvalue()
    >>> one, two = archive((2020, 1, 1, 0, 0, 0)), archive((2024, 5, 5, 1, 1, 2))
    >>> one == two, same_archive(one) == same_archive(two)
    (False, True)
    """
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            data = old.read(part)
            if part.filename == _PROPERTIES:
                data = _WHEN.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", data)
            entry = zipfile.ZipInfo(part.filename, _FIXED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            entry.external_attr = 0
            new.writestr(entry, data)
    return made.getvalue()
