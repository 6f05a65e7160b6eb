"""Writing changed texts: the instrument as a whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from collective_use.accepted import Given
from collective_use.errors import InputError, OutputError
from collective_use.instrument.include import HEAD, assemble, shown
from collective_use.instrument.load import load_file
from collective_use.sheets.translation.edit import Edit, edited


def write_edits(
    path: Path, edits: list[Edit], expected: Given, *, out: str | Path | None = None
) -> None:
    """Change texts in an instrument's files, after a look at the result.

    Parameters
    ----------
    path
        The instrument's folder or file.
    edits
        What changes.
    expected
        The document's values afterwards; anything else is not written.
    out
        A new place for the result; by default the instrument itself.

    Raises
    ------
    InputError
        When the result would not read as expected, or `out` is not empty.
    OutputError
        When nothing can be written there.
    """
    if not edits and out is None:
        return
    place = Path(out) if out is not None else path
    if out is not None and (place.is_file() or (place.is_dir() and any(place.iterdir()))):
        raise InputError(f"out must be new or empty, got {str(out)!r}, which is not")
    try:
        place.absolute().parent.mkdir(parents=True, exist_ok=True)
        folder = place.absolute().parent
        with tempfile.TemporaryDirectory(dir=folder, prefix=".translation-") as beside:
            staged = Path(beside) / path.name
            _copy(path, staged, edits)
            if assemble(staged).value != expected:
                raise InputError(
                    f"{path}: the texts cannot be changed without touching what stands around "
                    "them; nothing was written. Change them by hand in the YAML files"
                )
            load_file(staged)
            _swap(staged, place, Path(beside) / "before")
    except OSError as problem:
        if isinstance(problem, OutputError):
            raise
        reason = problem.strerror or problem
        raise OutputError(f"{place}: the instrument cannot be written: {reason}") from problem


def _copy(path: Path, staged: Path, edits: list[Edit]) -> None:
    """Copy the instrument and change the copy."""
    if path.is_dir():
        shutil.copytree(path, staged, symlinks=True)
        files = {shown(file): staged / file.relative_to(path) for file in path.rglob("*.yaml")}
        files[shown(path / HEAD)] = staged / HEAD
    else:
        shutil.copy2(path, staged)
        files = {shown(path): staged}
    for name in dict.fromkeys(edit.position.file for edit in edits):
        if name not in files:
            raise InputError(
                f"{name} is included from {path}; give the folder of the instrument instead of "
                "its file, so that all files change together. Nothing was written"
            )
        file = files[name]
        text = file.read_bytes().decode("utf-8")
        changed = edited(text, [edit for edit in edits if edit.position.file == name])
        file.write_bytes(changed.encode("utf-8"))


def _swap(staged: Path, place: Path, before: Path) -> None:
    """Put the new in the place of the old; two renames, undone when the second fails."""
    if staged.is_file():
        staged.replace(place)
        return
    existed = place.exists()
    if existed:
        place.rename(before)
    try:
        staged.rename(place)
    except OSError:
        if existed:
            before.rename(place)
        raise
