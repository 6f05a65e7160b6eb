"""A new instrument: a copy of the starter, under an id of its own."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from collective_use.errors import InputError, OutputError
from collective_use.instrument.include import HEAD
from collective_use.instrument.library import STARTER, instrument_path


def begin_instrument(folder: str | Path) -> Path:
    """Copy the starter into a new folder, to be edited.

    Parameters
    ----------
    folder
        A folder that does not exist yet, or is empty. Its name becomes the instrument's id.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        When something is there already.
    OutputError
        When the folder cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> place = pathlib.Path(tempfile.mkdtemp()) / "team_survey"
    >>> (begin_instrument(place) / "instrument.yaml").is_file()
    True
    """
    place = Path(folder)
    if place.is_file() or (place.is_dir() and any(place.iterdir())):
        raise InputError(f"folder must be new or empty, got {str(folder)!r}, which is not")
    source = instrument_path(STARTER)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=".new-") as beside:
            copy = Path(beside) / "instrument"
            shutil.copytree(source, copy)
            _rename(copy / HEAD, identifier(place.resolve().name))
            if place.is_dir():
                place.rmdir()
            copy.rename(place)
    except OSError as error:
        text = f"the instrument cannot be written to {str(folder)!r} ({error.strerror})"
        raise OutputError(text) from error
    return place


def _rename(head: Path, name: str) -> None:
    text = head.read_text(encoding="utf-8")
    text = re.sub(rf"(?m)^id: {STARTER}\b", f"id: {name}", text, count=1)
    head.write_text(text, encoding="utf-8")


def identifier(name: str) -> str:
    """Make an id of a folder's name.

    Examples
    --------
    >>> identifier("Team Survey 2027"), identifier("小组")
    ('team_survey_2027', 'my_instrument')
    """
    words = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    words = re.sub(r"^[^a-z]+", "", words)[:26].rstrip("_")
    return words or "my_instrument"
