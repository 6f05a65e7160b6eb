"""One file: whole under its name, or not there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from collective_use.errors import OutputError


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
    if not is_text(target):
        raise OutputError(f"the file must have a path, got {str(path)!r}")
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
        reason = str(problem.strerror or problem)
        if isinstance(problem, (FileExistsError, NotADirectoryError)):
            reason = "a file stands where its folder should be"
        raise OutputError(f"{target}: the file cannot be written: {reason}") from problem
    return target


def is_text(path: str | Path) -> bool:
    """Tell whether a path is text; systems take other bytes, which no account can name.

    Examples
    --------
    >>> is_text("results"), is_text("\\udcff")
    (True, False)
    """
    return not any("\ud800" <= sign <= "\udfff" for sign in str(path))


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
