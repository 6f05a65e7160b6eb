"""Entry sheets: paper forms typed twice; the two entries are compared before anything is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from collective_use.accepted import Plain
from collective_use.checks import quoted
from collective_use.errors import ReadError
from collective_use.responses.files.raw import Raw, frame_of

ENTRIES = ("Entry 1", "Entry 2")
PAPER = "paper"
MOST = 25
"""Differences that a message lists."""

Typed = dict[str, dict[str, str]]
"""Answers by column, by the number of the paper form."""


def is_entry_book(sheets: Sequence[str]) -> bool:
    """Tell whether a workbook is an entry sheet, by the names of its sheets.

    Examples
    --------
    >>> is_entry_book(["Read me", "Entry 1", "Entry 2"]), is_entry_book(["Answers"])
    (True, False)
    """
    return set(ENTRIES) <= set(sheets)


def read_entries(
    path: Path, pages: Mapping[str, list[list[Plain]]], as_text: Callable[[object], str]
) -> Raw:
    """Read an entry sheet whose two entries agree.

    Parameters
    ----------
    path
        The workbook.
    pages
        The cells of both sheets by name.
    as_text
        How a cell becomes text.

    Raises
    ------
    ReadError
        When headings differ, a form was typed twice or once only, or the entries differ in a
        cell; all differences are listed.
    """
    heads, typed = [], []
    for name in ENTRIES:
        head, answers = _page(path, name, pages[name], as_text)
        heads.append(head)
        typed.append(answers)
    if heads[0] != heads[1]:
        odd = sorted(set(heads[0]) ^ set(heads[1]))
        raise ReadError(
            f"{path.name}: both entries must have the same columns; odd are {quoted(odd)}"
        )
    first, second = typed
    if not first and not second:
        raise ReadError(f"{path.name}: nothing was typed into the entry sheet")
    if first and second:
        _compare(path, heads[0], first, second)
        note = f"Typed twice: {len(first)} forms, both entries agree in every cell."
    else:
        note = "Typed once: there is no second entry to compare; typing errors stay unseen."
    rows = first or second
    columns = [[rows[paper][name] for paper in rows] for name in heads[0]]
    return Raw(path, "entry", tuple(heads[0]), frame_of(columns, len(rows)), notes=(note,))


def _page(
    path: Path, sheet: str, rows: list[list[Plain]], as_text: Callable[[object], str]
) -> tuple[list[str], Typed]:
    """Return the headings of one entry, and its forms by their number."""
    texts = [[" ".join(as_text(cell).split()) for cell in row] for row in rows]
    if not texts or PAPER not in texts[0]:
        raise ReadError(
            f"{path.name}: sheet {sheet!r} must have a column {PAPER!r} with the number of each "
            "form; write the sheet anew (collective-use entry) and copy the answers"
        )
    head = [name for name in texts[0] if name]
    found: Typed = {}
    for number, row in enumerate(texts[1:], start=2):
        cells = dict(zip(texts[0], [*row, *[""] * len(texts[0])], strict=False))
        answers = {name: cells.get(name, "") for name in head}
        if not _typed(answers):
            continue
        paper = answers[PAPER]
        if not paper or paper in found:
            what = f"form {paper} stands twice" if paper else f"row {number} has no form number"
            raise ReadError(f"{path.name}: in sheet {sheet!r} {what}")
        found[paper] = answers
    return head, found


def _typed(answers: Mapping[str, str]) -> bool:
    """Tell whether somebody typed into a row: number and codes may have been there before."""
    return any(value for value in list(answers.values())[3:])


def _compare(path: Path, head: Sequence[str], first: Typed, second: Typed) -> None:
    wrong = [
        f"form {paper} was typed on {ENTRIES[paper not in first]!r} only"
        for paper in dict.fromkeys([*first, *second])
        if (paper in first) != (paper in second)
    ]
    for paper in first:
        if paper not in second:
            continue
        for name in head:
            one, other = first[paper][name], second[paper][name]
            if one != other:
                wrong.append(f"form {paper}, {name}: {one!r} and {other!r}")
    if not wrong:
        return
    more = [f"  and {len(wrong) - MOST} more"] if len(wrong) > MOST else []
    lines = [f"  {text}" for text in wrong[:MOST]]
    number = f"{len(wrong)} difference{'s' if len(wrong) > 1 else ''}"
    raise ReadError(
        "\n".join(
            [
                f"{path.name}: the two entries show {number}:",
                *lines,
                *more,
                "Look each up on the paper form and correct the sheet that is wrong.",
            ]
        )
    )
