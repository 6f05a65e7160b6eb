"""One personalised copy for each member: code, roster without themselves, QR code."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from collective_use.file_names import safe_names
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


def copy_names(copies: Sequence[FormContent]) -> tuple[str, ...]:
    """Return a file name (without ending) for each copy: safe on every system, no two alike.

    Examples
    --------
    >>> import collective_use as cu
    >>> from dataclasses import replace
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> form = form_content(cu.load_instrument("lq2002"))
    >>> pairs = [("a-b", "c"), ("a", "b-c"), ("A", "../x")]
    >>> copy_names([replace(form, group=group, member=member) for group, member in pairs])
    ('form-a-b-c', 'form-a-b-c-2', 'form-A-x')
    """
    keys = ["\x1f".join(("form", copy.group, copy.member)).rstrip("\x1f") for copy in copies]
    names = safe_names(keys)
    return tuple(names[key] for key in keys)


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
