"""Run as a script in a process of its own: one file, one parser, within limits.

It imports nothing of the package, so that it starts fast and holds little.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collective_use.accepted import Arguments, Found, Pdf, Plain, PlainDict


MOST_FIELDS = 20_000
"""Fields of one form; an item bank of 2,000 items makes about as many."""


class Task(TypedDict):
    """One file for one parser, with its limits: seconds, bytes, columns and cells.

    `spread` is how many cells a sheet may have, empty ones counted.
    """

    kind: str
    path: str
    how: Arguments
    seconds: int
    memory: int
    most: tuple[int, int]
    spread: int


class Answer(TypedDict, total=False):
    """What the parser made of the file, or why it refuses it."""

    value: Found
    problem: str


class Refused(Exception):
    """The file is not what it should be; the text is for the reader of the message."""


def check_spread(path: str, sheet: str, columns: int, rows: int, spread: int) -> None:
    """Refuse a sheet that is nearly empty: its cells would be made one by one."""
    if columns * rows > spread:
        raise Refused(
            f"{Path(path).name}: sheet {sheet!r} reaches over {rows:,} rows and {columns:,} "
            f"columns ({columns * rows:,} cells; at most {spread:,} are read of a file of its "
            "size): a cell stands far away from the table. Save it without empty rows and "
            "columns, or as csv"
        )


def read_workbook(path: str, spread: int, sheet: str | None, avoided: str) -> PlainDict:
    """Return the sheets' names, the one that was read, its first row's number and its rows."""
    import python_calamine as calamine

    name = Path(path).name
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        names = list(book.sheet_names)
        if sheet is not None and sheet not in names:
            return {"names": names, "sheet": None, "wanted": [sheet], "rows": []}
        ordered = sorted(names, key=lambda text: avoided in text.casefold())
        wanted = [sheet] if sheet is not None else ordered
        for chosen in wanted:
            page = book.get_sheet_by_name(chosen)
            check_spread(path, chosen, page.width, page.height, spread)
            rows = page.to_python()
            if any(cell != "" for row in rows for cell in row):
                return {
                    "names": names, "sheet": chosen, "wanted": wanted,
                    "start": page.start, "rows": rows,
                }  # fmt: skip
    except (MemoryError, Refused):
        raise
    except Exception as error:
        raise Refused(
            f"{name} cannot be opened as a workbook ({error}): "
            "is it damaged, or protected by a password?"
        ) from error
    return {"names": names, "sheet": None, "wanted": wanted, "rows": []}


def read_pages(path: str, spread: int, sheets: list[str]) -> dict[str, list[list[Plain]]]:
    """Return the rows of several sheets of a workbook."""
    import python_calamine as calamine

    found = {}
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        for name in sheets:
            page = book.get_sheet_by_name(name)
            check_spread(path, name, page.width, page.height, spread)
            found[name] = page.to_python()
        return found
    except (MemoryError, Refused):
        raise
    except Exception as error:
        raise Refused(f"{Path(path).name} cannot be opened as a workbook ({error})") from error


def check_size(path: str, columns: int, rows: int | None, most: tuple[int, int]) -> None:
    """Refuse a table by what its head says, before it is unpacked.

    A row of a survey takes a byte at the least, however well its file is packed.
    """
    cells, size = columns * (rows or 0), Path(path).stat().st_size
    if columns > most[0]:
        raise Refused(f"{Path(path).name} has {columns:,} columns; at most {most[0]:,} are read")
    if cells > most[1] or (rows or 0) > size:
        raise Refused(
            f"{Path(path).name} says it holds {rows:,} rows of {columns:,} columns in {size:,} "
            f"bytes; at most {most[1]:,} cells, and a row a byte, are read: export the columns "
            "that the instrument needs, or save it as csv"
        )


def stata_columns(path: str) -> int:
    """Return how many variables the first bytes of a Stata file announce; 0 where they do not.

    pyreadstat's time for the head alone grows with the square of them (Stata, dta file formats 114
    to 121: `<K>` is two bytes wide, four in 119 and 121).
    """
    with Path(path).open("rb") as stream:
        head = stream.read(200)
    if not head.startswith(b"<stata_dta>"):
        return int.from_bytes(head[4:6], "little" if head[1:2] == b"\x02" else "big")
    at = head.find(b"<K>") + 3
    width = 4 if b"<release>119" in head or b"<release>121" in head else 2
    return int.from_bytes(head[at : at + width], "little" if b"LSF" in head else "big")


def read_typed(path: str, kind: str, most: tuple[int, int], **how: Arguments) -> Found:
    """Return frame and description of an SPSS, Stata or SAS file."""
    import pyreadstat

    read = getattr(pyreadstat, f"read_{kind}")
    try:
        if kind == "dta":
            check_size(path, stata_columns(path), None, most)
        if kind != "xport":
            # a transport file's head tells no number of rows, and takes the memory of a reading
            _, head = read(path, metadataonly=True, **how)
            check_size(path, head.number_columns, head.number_rows, most)
        frame, meta = read(path, **how)
    except (MemoryError, Refused):
        raise
    except (TypeError, AttributeError, KeyError, IndexError) as error:
        # the reader stumbled over what the file says; its words are about its own insides
        raise Refused(
            "what it says of itself does not fit: it is damaged. Save it again"
        ) from error
    except Exception as error:
        raise Refused(str(error)) from error
    return frame, vars(meta)


def read_parquet(path: str, most: tuple[int, int]) -> Found:
    """Return the frame of a Parquet file."""
    import pandas as pd
    from pyarrow.parquet import read_metadata

    try:
        head = read_metadata(path)
        check_size(path, head.num_columns, head.num_rows, most)
        return pd.read_parquet(path)
    except (MemoryError, Refused):
        raise
    except Exception as error:
        text = f"{Path(path).name} cannot be read as a Parquet file: {error}"
        raise Refused(text) from error


def read_pdf(path: str) -> tuple[dict[str, str], str]:
    """Return the fields of a PDF form by name, and what it says of itself."""
    import pikepdf

    name = Path(path).name
    try:
        with pikepdf.open(path) as pdf:
            form = pdf.Root.get("/AcroForm", {})
            found: dict[str, str] = {}
            if len(form.get("/Fields", [])) > MOST_FIELDS:
                raise Refused(f"{name} has over {MOST_FIELDS:,} fields: it is no form of ours")
            for field in form.get("/Fields", []):
                found.update(_pdf_fields(field, "", 0))
            return found, str(pdf.docinfo.get("/CollectiveUse", ""))
    except pikepdf.PasswordError as error:
        raise Refused(f"{name} is protected by a password") from error
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refused(f"{name} cannot be read as a PDF: {error}") from error


def _pdf_fields(field: Pdf, above: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the fields below a node of the tree; some programs nest names at their points."""
    if depth > 20:
        return
    own = str(field.get("/T", ""))
    name = ".".join(part for part in (above, own) if part)
    kids = list(field.get("/Kids", []))
    if any("/T" in kid for kid in kids):
        for kid in kids:
            yield from _pdf_fields(kid, name, depth + 1)
    elif name:
        yield name, _pdf_value(field, kids)


def _pdf_value(field: Pdf, kids: list[Pdf]) -> str:
    value = field.get("/V")
    if str(field.get("/FT", "")) != "/Btn":
        return "" if value is None else " ".join(str(value).split())
    # A few viewers set the state of the box and forget the value of the group.
    states = [str(kid.get("/AS", "/Off")) for kid in (kids or [field])]
    chosen = [s for s in states if s != "/Off"]
    said = str(value) if value is not None else "/Off"
    state = said if said != "/Off" else (chosen[0] if len(chosen) == 1 else ";".join(chosen))
    return "" if state in ("/Off", "") else state.replace("/", "")


def main(given: Path, made: Path) -> None:
    """Do the task of one file and leave its pickled outcome in another."""
    task: Task = pickle.loads(given.read_bytes())
    kind, path, how = task["kind"], task["path"], task["how"]
    _load(kind)
    _limit(task["seconds"], task["memory"])
    try:
        if kind == "workbook":
            value: Found = read_workbook(path, task["spread"], **how)
        elif kind == "pages":
            value = read_pages(path, task["spread"], **how)
        elif kind == "pdf":
            value = read_pdf(path)
        elif kind == "parquet":
            value = read_parquet(path, task["most"])
        else:
            value = read_typed(path, kind, task["most"], **how)
        answer = Answer(value=value)
    except Refused as refusal:
        answer = Answer(problem=str(refusal))
    with made.open("wb") as stream:
        pickle.dump(answer, stream, protocol=5)


def _load(kind: str) -> None:
    """Load the parser, so that what it takes by itself is not counted."""
    if kind in ("workbook", "pages"):
        import python_calamine  # noqa: F401
    elif kind == "pdf":
        import pikepdf  # noqa: F401
    elif kind == "parquet":
        import pandas as pd
        import pyarrow
        import pyarrow.parquet

        pyarrow.set_cpu_count(1)
    else:
        import pandas as pd  # noqa: F401
        import pyreadstat  # noqa: F401


def _held() -> int:
    """Return the bytes that this process holds for itself alone."""
    for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0


def _limit(seconds: int, memory: int) -> None:
    """Bound the processor time and the memory taken from here on, where the system can."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows: the caller's clock is the only limit
        return
    # The system counts from the start of the process; loading takes seconds on slow machines.
    used = resource.getrusage(resource.RUSAGE_SELF)
    longest = seconds + int(used.ru_utime + used.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (longest, longest))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform.startswith("linux"):
        most = _held() + memory
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
