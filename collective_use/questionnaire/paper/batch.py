"""One personalised copy for each member: code, roster without themselves, QR code."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from collective_use.questionnaire.form.content import FormContent, Member
from collective_use.questionnaire.form.members import Roster

MakeContent = Callable[[Sequence[Member], str, str], FormContent]
"""`(roster, group, member) -> content`; `form_content` with everything else fixed."""


def personal_copies(rosters: Iterable[Roster], make: MakeContent) -> Iterator[FormContent]:
    """Yield the content of each member's copy, group by group.

    Parameters
    ----------
    rosters
        From `read_rosters`.
    make
        Lays out one copy.
    """
    for roster in rosters:
        for person in roster.people:
            yield make(roster.named, roster.group, person.code)


def merged(documents: Iterable[bytes], title: str) -> bytes:
    """Bind PDF copies into one file, in order.

    The copies' tags cannot be joined, so a bound file is for printing; send single files to
    people who use a screen reader.
    """
    import pikepdf

    bound = pikepdf.new()
    for document in documents:
        with pikepdf.open(io.BytesIO(document)) as copy:
            bound.pages.extend(copy.pages)
    bound.docinfo["/Title"] = title
    buffer = io.BytesIO()
    bound.remove_unreferenced_resources()
    bound.save(buffer, object_stream_mode=pikepdf.ObjectStreamMode.generate, recompress_flate=False)
    return buffer.getvalue()
