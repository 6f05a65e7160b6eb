"""The table of platforms as the documentation shows it: made from the rows, nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

from collective_use.platforms.profile import Checked, Platform
from collective_use.platforms.registry import platforms

AGAINST = {
    "file": "real export",
    "itself": "its own files",
    "documentation": "documentation",
}
"""What a layout was checked against, in words."""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").strip()


def _checked(entries: Sequence[Checked]) -> str:
    return "; ".join(f"{entry.layout}: {AGAINST[entry.against]}" for entry in entries)


def _name(row: Platform) -> str:
    others = [text for language, text in row.title.items() if language != "en"]
    return f"{row.name} ({', '.join(others)})" if others else row.name


def platforms_table(rows: Sequence[Platform] | None = None) -> str:
    """Return the table of platforms as Markdown, and where layouts were taken from.

    Parameters
    ----------
    rows
        The platforms; all that are known when None.

    Examples
    --------
    >>> print(platforms_table().splitlines()[0])
    | platform | `platform=` | recognized by | forms written | checked against |
    """
    listed = sorted(platforms() if rows is None else rows, key=lambda row: row.name.casefold())
    lines = [
        "| platform | `platform=` | recognized by | forms written | checked against |",
        "|---|---|---|---|---|",
    ]
    for row in listed:
        cells = (
            _name(row),
            f"`{row.id}`",
            row.recognized_by,
            "`publish`" if row.writer else "",
            _checked(row.checked),
        )
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    lines += ["", "Layouts without a real export at hand were taken from:", ""]
    for row in listed:
        lines += [
            f"- {row.name}, {entry.layout}: {entry.source}."
            for entry in row.checked
            if entry.against == "documentation"
        ]
    return "\n".join(lines)
