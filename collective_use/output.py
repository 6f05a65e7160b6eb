"""Writing results: whole folders or nothing, and cells that are safe in a spreadsheet.

A result folder is built beside its place, synced, and swapped in by two renames. A run that
is killed leaves the old results or the new ones, and the next command tidies up.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from collective_use.checks import quoted
from collective_use.errors import OutputError
from collective_use.results import plain

if TYPE_CHECKING:
    import pandas as pd

RUN_FILE = "run.json"
LOG_FILE = "log.json"
MADE_BY = "collective-use"

_FORMULA = re.compile(r"^[=+\-@\t\r]")
_NUMBER = re.compile(r"^[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?$")
_LITTER = re.compile(r"^(\.DS_Store|Thumbs\.db|desktop\.ini|\.~lock\..*#|~\$.*)$")
_PATIENCE = 30.0


def safe_cell(value: object) -> object:
    """Return a cell that a spreadsheet will not take for a formula.

    Text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return gets an
    apostrophe in front (OWASP, CSV injection). Numbers, also those written as text, stay.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("-99"), safe_cell(-1.5), safe_cell("- none")
    ("'=1+1", '-99', -1.5, "'- none")
    """
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.match(value):
        return "'" + value
    return value


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Write a frame as CSV: UTF-8, full precision, safe cells, no index.

    A byte-order mark is set only where a character outside ASCII needs it (a spreadsheet
    garbles Chinese without it), so that plain files stay plain.

    Examples
    --------
    >>> import pandas as pd
    >>> csv_bytes(pd.DataFrame({"group": ["=a"], "mean": [-0.1]}))
    b"group,mean\\n'=a,-0.1\\n"
    """
    safe = frame.copy()
    for position, column in enumerate(frame.columns):
        values = frame.iloc[:, position]
        if getattr(values.dtype, "kind", "O") not in "biufcmM":
            safe[column] = values.astype(object).map(safe_cell)
    safe.columns = [safe_cell(str(column)) for column in frame.columns]
    text = safe.to_csv(index=False, lineterminator="\n")
    return text.encode("utf-8" if text.isascii() else "utf-8-sig")


def json_bytes(value: object) -> bytes:
    """Write a value as indented JSON, full precision, NaN as null.

    Examples
    --------
    >>> json_bytes({"a": float("nan")})
    b'{\\n  "a": null\\n}\\n'
    """
    text = json.dumps(plain(value), ensure_ascii=False, indent=2, allow_nan=False)
    return (text + "\n").encode("utf-8")


def write_run(folder: Path, content: Mapping[str, Any]) -> None:
    """Write ``run.json`` as the last file of a result folder: it makes the folder ours.

    Parameters
    ----------
    folder
        The folder under construction; every file in it is listed under ``files``.
    content
        What was done, without clock times and paths (those belong into ``log.json``).
    """
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    files = sorted(present | {RUN_FILE})
    content = {"made_by": MADE_BY, **content, "files": files}
    (folder / RUN_FILE).write_bytes(json_bytes(content))


@contextmanager
def result_folder(place: str | Path) -> Iterator[Path]:
    """Build a result folder beside its place and swap it in when the block ends well.

    Files that a user added to the earlier results are kept. When the block fails, nothing
    has changed.

    Parameters
    ----------
    place
        Where the results go: a new folder, an empty one, or earlier results of ours.

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
    target = check_place(place)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(target):
            _settle(target)
            check_place(target)
            staging = _beside(target, "new")
            staging.mkdir()
            try:
                yield staging
                if not is_ours(staging):
                    raise OutputError(f"no {RUN_FILE} was written for {target}")
                _keep_foreign(target, staging)
                _sync_tree(staging)
            except BaseException:
                _remove(staging)
                raise
            _swap(target, staging)
    except OSError as problem:
        if isinstance(problem, OutputError):
            raise
        raise OutputError(f"results cannot be written to {target}: {problem.strerror}") from problem


def check_place(place: str | Path) -> Path:
    """Return the place as an absolute path, or say why results cannot go there.

    Parameters
    ----------
    place
        The folder that was asked for.

    Raises
    ------
    OutputError
        When it is a file, the working folder or one above it, or a non-empty folder
        without a ``run.json`` of ours.

    Examples
    --------
    >>> check_place("results").name
    'results'
    """
    target = Path(place).expanduser().resolve()
    if target == Path.cwd() or target in Path.cwd().parents:
        raise OutputError(
            f"the output folder must be one of its own, got {str(place)!r}, which is the folder "
            "you are in or one above it; name a new one, for example results"
        )
    if target.exists() and not target.is_dir():
        raise OutputError(f"the output must be a folder, got the file {target}")
    try:
        entries = [path for path in target.iterdir() if not _LITTER.match(path.name)]
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
    return target


def is_ours(folder: str | Path) -> bool:
    """Tell whether a folder holds results that this package wrote.

    Examples
    --------
    >>> is_ours("no/such/folder")
    False
    """
    return _read_run(Path(folder)).get("made_by") == MADE_BY


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
    if _beside(target, "old").exists() or _beside(target, "new").exists():
        with _locked(target):
            _settle(target)


def _beside(target: Path, what: str) -> Path:
    return target.with_name(f".{target.name}.{what}")


def _read_run(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _settle(target: Path) -> None:
    """Bring the places back in order; the lock is held.

    The old folder is renamed away only when the new one is complete and synced, so an old
    folder without a current one means that the new one can be put in.
    """
    old, new = _beside(target, "old"), _beside(target, "new")
    if old.exists() and not target.exists():
        (new if is_ours(new) else old).rename(target)
        _sync_folder(target.parent)
    _remove(old)
    _remove(new)


def _swap(target: Path, staging: Path) -> None:
    old = _beside(target, "old")
    if target.exists():
        target.rename(old)
    staging.rename(target)
    _sync_folder(target.parent)
    _remove(old)


def _keep_foreign(target: Path, staging: Path) -> None:
    """Carry over what a user put beside our files."""
    if not target.exists():
        return
    ours = {str(name).split("/")[0] for name in _read_run(target).get("files", [])}
    for path in sorted(target.iterdir()):
        if path.name in ours or _LITTER.match(path.name):
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


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _sync_tree(folder: Path) -> None:
    for top, _, names in os.walk(folder):
        for name in names:
            path = Path(top) / name
            if not path.is_symlink():
                with path.open("rb") as handle, suppress(OSError):
                    os.fsync(handle.fileno())
        _sync_folder(Path(top))


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder for syncing; there the rename itself has to do.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _locked(target: Path) -> Iterator[None]:
    """Hold the lock of a place; the system frees it even when the process is killed."""
    path = _beside(target, "lock")
    deadline = time.monotonic() + _PATIENCE
    while True:
        handle = path.open("a+b")
        if _try_lock(handle) and _same_file(handle, path):
            break
        handle.close()
        if time.monotonic() > deadline:
            raise OutputError(
                f"another run has been writing to {target} for over {_PATIENCE:.0f} seconds; "
                "wait for it to end, or write to another folder"
            )
        time.sleep(0.02)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        handle.close()


def _same_file(handle: IO[bytes], path: Path) -> bool:
    """Whether the locked file still is the one at the path: its last holder may have removed it."""
    try:
        return os.path.samestat(os.fstat(handle.fileno()), path.stat())
    except OSError:
        return False


def _try_lock(handle: IO[bytes]) -> bool:
    try:
        if os.name == "nt":  # pragma: no cover
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return stat.S_ISREG(os.fstat(handle.fileno()).st_mode)


def written(content: bytes, path: str | Path | None) -> bytes:
    """Return a file's content, and write it where a path is given.

    Raises
    ------
    OutputError
        When it cannot be written there.

    Examples
    --------
    >>> written(b"%PDF", None)
    b'%PDF'
    """
    if path is not None:
        write_file(path, content)
    return content


def write_file(path: str | Path, content: bytes) -> Path:
    """Write one file whole: under a temporary name first, then renamed.

    Raises
    ------
    OutputError
        When the folder cannot be made or the file cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> write_file(pathlib.Path(tempfile.mkdtemp()) / "form.pdf", b"%PDF").read_bytes()
    b'%PDF'
    """
    target = Path(path)
    temporary = target.with_name(f".{target.name}.part-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(target)
    except OSError as problem:
        with suppress(OSError):
            temporary.unlink()
        reason = problem.strerror or problem
        raise OutputError(f"{target}: the file cannot be written: {reason}") from problem
    return target
