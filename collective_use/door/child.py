"""A reader of others in a process of its own: it may crash, hang or take all memory; we go on."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from collective_use.accepted import Arguments, Found
from collective_use.door.limits import LIMITS
from collective_use.errors import ReadError

if TYPE_CHECKING:
    import pandas as pd

    from collective_use.door.parsers import Answer, Task

SCRIPT = Path(__file__).with_name("parsers.py")


class Refusal(ReadError):
    """What the parser itself says of a file."""


def bounded(kind: str, path: Path, **how: Arguments) -> Found:
    """Let one parser read one file, within limits of memory and time.

    Parameters
    ----------
    kind
        ``"workbook"``, ``"pages"``, ``"pdf"``, ``"sav"``, ``"por"``, ``"dta"`` or ``"parquet"``.
    path
        The file.
    how
        What the parser is told, plain values.

    Returns
    -------
    object
        What the parser made of the file.

    Raises
    ------
    ReadError
        When the parser refuses the file, crashes, or runs over its memory or time.
    """
    megabytes = path.stat().st_size / 1e6
    seconds = int(LIMITS.seconds + LIMITS.seconds_a_megabyte * megabytes)
    size = path.stat().st_size
    task: Task = {
        "kind": kind, "path": str(path.resolve()), "how": how, "seconds": seconds,
        "memory": (LIMITS.transport_bytes if kind == "xport" else LIMITS.memory_bytes)
        + LIMITS.memory_a_byte * size,
        "most": (LIMITS.columns, LIMITS.cells),
        "spread": max(LIMITS.sparse_cells, LIMITS.cells_a_byte * size),
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as held:
        given, made = Path(held) / "task", Path(held) / "made"
        given.write_bytes(pickle.dumps(task))
        code = _run([sys.executable, "-I", str(SCRIPT), str(given), str(made)], 20 * seconds)
        answer: Answer | None = None
        if code == 0 and made.is_file():
            with made.open("rb") as stream:
                answer = pickle.load(stream)
    if answer is None and kind == "pdf":
        raise ReadError(
            f"{path.name} stops its reader ({_why(code)}): it is damaged, or no form of ours. Ask "
            "for the saved form again, or type the answers into an entry sheet"
        )
    if answer is None:
        raise ReadError(
            f"{path.name} stops its reader ({_why(code)}): it is damaged, or a cell stands far "
            "away from the table. Save it again without empty rows and columns, or as csv"
        )
    if "problem" in answer:
        raise Refusal(_named(answer["problem"], task["path"], path.name))
    return answer["value"]


def bounded_reader(kind: str) -> Callable[..., tuple[pd.DataFrame, Found]]:
    """Return a reader of SPSS, Stata or SAS files that works as pyreadstat's, within limits.

    Parameters
    ----------
    kind
        What stands behind ``read_`` in pyreadstat: ``"sav"``, ``"por"``, ``"dta"``, ...
    """

    def read(path: str, **how: Arguments) -> tuple[pd.DataFrame, Found]:
        try:
            frame, meta = bounded(kind, Path(path), **how)
        except Refusal as refusal:
            raise ValueError(str(refusal)) from refusal
        return frame, SimpleNamespace(**meta)

    return read


def _named(problem: str, place: str, name: str) -> str:
    """Return what a parser says with the file's name, once, in place of where it lies."""
    return problem.replace(f"{place}: ", "").replace(place, name)


def _run(words: list[str], seconds: float) -> int | None:
    """Return the exit code; None when the time was over."""
    surroundings = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    surroundings |= {"MKL_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    # Arrow's own allocator reserves a gigabyte before it has read a byte.
    surroundings |= {"ARROW_DEFAULT_MEMORY_POOL": "system", "ARROW_IO_THREADS": "1"}
    # What a crashing library prints helps nobody; the sentence that is raised says it.
    quiet = subprocess.DEVNULL
    try:
        return subprocess.run(
            words, stdin=quiet, stdout=quiet, stderr=quiet, env=surroundings, timeout=seconds,
            check=False,
        ).returncode  # fmt: skip
    except subprocess.TimeoutExpired:
        return None


def _why(code: int | None) -> str:
    if code is None or code in (-24, -9, 152):
        return "no end in the time that its size allows"
    return "more memory than its size allows, or a crash"
