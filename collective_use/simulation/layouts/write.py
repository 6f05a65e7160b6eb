"""The door of this room: any platform's layout by its id."""

from __future__ import annotations

from collective_use.checks import one_of
from collective_use.simulation.layouts.coded import CODED, Files
from collective_use.simulation.layouts.survey import Sheet
from collective_use.simulation.layouts.worded import WORDED, left_out, write

LAYOUTS: tuple[str, ...] = ("qualtrics", *CODED, *WORDED)
"""Platforms whose exports can be simulated; Qualtrics has a writer of its own."""
NOT_SIMULATED = {
    "paper": "filled PDF and Word forms, made from the form itself",
    "entry_sheet": "a workbook for typing in, made by `collective-use questionnaire`",
}
"""Platforms without a simulated export, and why."""


def export_files(sheet: Sheet, platform: str) -> tuple[Files, tuple[str, ...]]:
    """Return the files of a platform's export, and the items it cannot hold.

    Parameters
    ----------
    sheet
        The survey.
    platform
        An id of `LAYOUTS` but ``qualtrics``.

    Raises
    ------
    InputError
        When there is no such layout.
    """
    one_of("platform", platform, LAYOUTS)
    if platform in CODED:
        return CODED[platform](sheet), ()
    layout = WORDED[platform]
    return write(sheet, layout), left_out(sheet, layout)
