"""The two renames by which a finished folder takes its place, and how a cut-off one is mended."""

from __future__ import annotations

import json
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from collective_use.accepted import PlainDict
from collective_use.errors import OutputError

RUN_FILE = "run.json"
MADE_BY = "collective-use"
LITTER = re.compile(r"^(\.DS_Store|Thumbs\.db|desktop\.ini|\.~lock\..*#|~\$.*)$")


def is_ours(folder: str | Path) -> bool:
    """Tell whether a folder holds results that this package wrote.

    Examples
    --------
    >>> is_ours("no/such/folder")
    False
    """
    return read_run(Path(folder)).get("made_by") == MADE_BY


def beside(target: Path, what: str) -> Path:
    """Return the hidden neighbour of a place."""
    return target.with_name(f".{target.name}.{what}")


def read_run(folder: Path) -> PlainDict:
    """Return what run.json of a folder says; nothing where there is none."""
    try:
        content = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def settle_swap(target: Path) -> None:
    """Bring the places back in order; the lock is held.

    The old folder is renamed away only when the new one is complete and synced, so an old
    folder without a current one means that the new one can be put in.
    """
    old, new = beside(target, "old"), beside(target, "new")
    if old.exists() and not target.exists():
        (new if is_ours(new) else old).rename(target)
        sync_folder(target.parent)
    remove(old)
    remove(new)


def swap(target: Path, staging: Path) -> None:
    """Put the new folder in the place of the old one."""
    old = beside(target, "old")
    if target.exists():
        target.rename(old)
    staging.rename(target)
    sync_folder(target.parent)
    remove(old)


def keep_foreign(target: Path, staging: Path) -> None:
    """Carry over what a user put beside our files."""
    if not target.exists():
        return
    ours = {str(name).split("/")[0] for name in read_run(target).get("files", [])}
    for path in sorted(target.iterdir()):
        if path.name in ours or LITTER.match(path.name):
            continue
        copy = staging / path.name
        if copy.exists():
            raise OutputError(
                f"{path} is not a file of ours, but a result of that name is to be written; "
                "move it and run again"
            )
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, copy, symlinks=True)
        else:
            shutil.copy2(path, copy, follow_symlinks=False)


def remove(folder: Path) -> None:
    """Remove a folder, where there is one."""
    if folder.exists():
        shutil.rmtree(folder)


def sync_tree(folder: Path) -> None:
    """Write a folder through to the disk."""
    for top, _, names in os.walk(folder):
        for name in names:
            path = Path(top) / name
            if not path.is_symlink():
                with path.open("rb") as handle, suppress(OSError):
                    os.fsync(handle.fileno())
        sync_folder(Path(top))


def sync_folder(folder: Path) -> None:
    """Write the entries of one folder through to the disk."""
    # Windows cannot open a folder for syncing; there the rename itself has to do.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
