"""One personalised copy for each member: code, roster without themselves, QR code."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from collective_use.file_names import safe_names
from collective_use.output import safe_cell
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
            yield make(roster.people, roster.group, person.code)


COPIES = "copies.csv"


def copy_names(
    copies: Sequence[tuple[str, str]], ending: str = ".pdf"
) -> dict[tuple[str, str], str]:
    """Return the file of each copy by group and member: safe, and no two alike.

    Examples
    --------
    >>> copy_names([("A/B", "p1"), ("A-B", "p1"), ("A-B", "")])[("A-B", "p1")]
    'form-A-B-p1.pdf'
    """
    joined = {pair: "-".join(part for part in ("form", *pair) if part) for pair in copies}
    # Codes that hold a hyphen can join to the same text: the pair stays apart.
    often = Counter(joined.values())
    apart = {
        pair: text if often[text] == 1 else f"{text} ({'/'.join(pair)})"
        for pair, text in joined.items()
    }
    files = safe_names(list(apart.values()))
    return {pair: f"{files[text]}{ending}" for pair, text in apart.items()}


def copy_table(files: Mapping[tuple[str, str], str]) -> bytes:
    """Return the table of copies: group, member and file."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["group", "member", "file"])
    writer.writerows([safe_cell(g), safe_cell(m), file] for (g, m), file in files.items())
    return buffer.getvalue().encode("utf-8-sig")


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
    bound.save(
        buffer,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        recompress_flate=False,
        deterministic_id=True,
    )
    return buffer.getvalue()
