"""Result folders: whole or not there.

A folder is built beside its place, synced, and swapped in by two renames. A run that is killed
leaves the old results or the new ones, and the next command tidies up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from collective_use.accepted import PlainMapping
from collective_use.checks import quoted
from collective_use.errors import OutputError
from collective_use.output.cells import json_bytes
from collective_use.output.files import is_text
from collective_use.output.locks import locked
from collective_use.output.swap import (
    LITTER,
    MADE_BY,
    RUN_FILE,
    beside,
    is_ours,
    keep_foreign,
    read_run,
    remove,
    settle_swap,
    swap,
    sync_tree,
)

LOG_FILE = "log.json"
RESULTS = "results"


def write_run(folder: Path, content: PlainMapping) -> None:
    """Write ``run.json`` as the last file of a result folder: it makes the folder ours.

    Parameters
    ----------
    folder
        The folder under construction; every file in it is listed under ``files``.
    content
        What was done, without clock times and paths. A folder that holds something else than
        results says what under ``makes``.
    """
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    files = sorted(present | {RUN_FILE})
    content = {"made_by": MADE_BY, **content, "files": files}
    (folder / RUN_FILE).write_bytes(json_bytes(content))


def write_folder(
    place: str | Path, files: Iterable[tuple[str, bytes]], content: PlainMapping
) -> None:
    """Write a set of files as one folder: all of them, or nothing is changed.

    Files of an earlier run that are no part of the new set are gone afterwards; files that a
    user put beside them stay.

    Parameters
    ----------
    place
        The folder.
    files
        Names with their bytes; taken one by one, so that they may be made on the way.
    content
        For ``run.json``; ``makes`` says what the files are.

    Raises
    ------
    OutputError
        As `result_folder`, and when a name would lie outside the folder or stands twice.

    Examples
    --------
    >>> import tempfile
    >>> top = Path(tempfile.mkdtemp())
    >>> write_folder(top / "out", [("form.html", b"x")], {"makes": "an online form"})
    >>> sorted(path.name for path in (top / "out").iterdir())
    ['form.html', 'run.json']
    """
    with result_folder(place, makes=str(content.get("makes", RESULTS))) as folder:
        taken: set[str] = {RUN_FILE}
        for name, data in files:
            parts = PurePosixPath(name).parts
            if not parts or "\\" in name or any(part in ("/", "..") for part in parts):
                raise OutputError(f"a file cannot be called {name!r}: it would lie elsewhere")
            if name.casefold() in taken:
                raise OutputError(f"two files would be called {name!r}")
            taken.add(name.casefold())
            path = folder.joinpath(*parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        write_run(folder, content)


@contextmanager
def result_folder(place: str | Path, *, makes: str = RESULTS) -> Iterator[Path]:
    """Build a result folder beside its place and swap it in when the block ends well.

    Files that a user added to the earlier results are kept. When the block fails, nothing
    has changed.

    Parameters
    ----------
    place
        Where the results go: a new folder, an empty one, or earlier results of ours.
    makes
        What goes there, in a word or two; earlier files of another kind are never replaced.

    Yields
    ------
    Path
        A folder to fill; `write_run` must have been called on it before the block ends.

    Raises
    ------
    OutputError
        When the place holds something that is not ours, cannot be written, or another run
        is writing there.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as top:
    ...     with result_folder(Path(top) / "results") as folder:
    ...         write_run(folder, {"command": "score"})
    ...     sorted(path.name for path in Path(top).rglob("*"))
    ['results', 'run.json']
    """
    target = check_place(place, makes=makes)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(target):
            settle_swap(target)
            check_place(target, makes=makes)
            staging = beside(target, "new")
            staging.mkdir()
            try:
                yield staging
                if not is_ours(staging):
                    raise OutputError(f"no {RUN_FILE} was written for {target}")
                keep_foreign(target, staging)
                sync_tree(staging)
            except BaseException:
                remove(staging)
                raise
            swap(target, staging)
    except OSError as problem:
        if isinstance(problem, OutputError):
            raise
        raise OutputError(f"results cannot be written to {target}: {problem.strerror}") from problem


def check_place(place: str | Path, *, makes: str = RESULTS) -> Path:
    """Return the place as an absolute path, or say why results cannot go there.

    Parameters
    ----------
    place
        The folder that was asked for.
    makes
        What is to be written there.

    Raises
    ------
    OutputError
        When it is a file, the working folder or one above it, a non-empty folder without a
        ``run.json`` of ours, or one that holds files of ours of another kind.

    Examples
    --------
    >>> check_place("results").name
    'results'
    """
    if "\x00" in str(place) or not is_text(place):
        raise OutputError(f"the output folder must be a path, got {str(place)!r}")
    target = Path(place).expanduser().resolve()
    if target == Path.cwd() or target in Path.cwd().parents:
        raise OutputError(
            f"the output folder must be one of its own, got {str(place)!r}, which is the folder "
            "you are in or one above it; name a new one, for example results"
        )
    if target.exists() and not target.is_dir():
        raise OutputError(f"the output must be a folder, got the file {place}")
    try:
        entries = [path for path in target.iterdir() if not LITTER.match(path.name)]
    except FileNotFoundError:
        return target
    except OSError as problem:
        raise OutputError(f"results cannot be written to {target}: {problem.strerror}") from problem
    if entries and not is_ours(target):
        shown = quoted(sorted(path.name for path in entries), most=4)
        raise OutputError(
            f"the output folder must be new, empty or earlier results of {MADE_BY}, "
            f"got {target}, which holds {shown} and no {RUN_FILE} of ours; nothing was touched"
        )
    held = read_run(target).get("makes", RESULTS) if entries else makes
    if held != makes:
        raise OutputError(
            f"the output folder {target} holds {held}, which {makes} would replace; "
            "name another folder"
        )
    return target


def settle(place: str | Path) -> None:
    """Finish or undo a swap that an earlier run did not live to end.

    Parameters
    ----------
    place
        A result folder, about to be read.

    Examples
    --------
    >>> settle("no/such/folder")
    """
    target = Path(place).expanduser().resolve()
    if beside(target, "old").exists() or beside(target, "new").exists():
        with locked(target):
            settle_swap(target)
