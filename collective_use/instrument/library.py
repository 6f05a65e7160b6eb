"""Where bundled instruments and samples lie, in a checkout and in an installed wheel."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError
from collective_use.instrument.include import HEAD
from collective_use.instrument.load import load_file
from collective_use.instrument.model import Instrument

_PACKAGE = Path(__file__).resolve().parent.parent
STARTER = "starter"
"""The bundled instrument that `new` copies; it is a template, and `list` names it last."""


def data_folder(name: str) -> Path:
    """Return a bundled folder, ``instruments`` or ``data_samples``.

    A wheel carries them inside the package, an editable install beside it.

    Raises
    ------
    InputError
        When this installation carries neither.

    Examples
    --------
    >>> data_folder("instruments").name
    'instruments'
    """
    inside = _PACKAGE / "_data" / name
    beside = _PACKAGE.parent / name
    for folder in (inside, beside):
        if folder.is_dir():
            return folder
    raise InputError(f"this installation holds no folder {name!r}: install the package again")


def instrument_names() -> tuple[str, ...]:
    """Return the names of the bundled instruments; the starter comes last.

    Examples
    --------
    >>> "lq2002" in instrument_names()
    True
    """
    folder = data_folder("instruments")
    names = {file.stem for file in folder.glob("*.yaml")}
    names |= {file.parent.name for file in folder.glob(f"*/{HEAD}")}
    return tuple(sorted(names, key=lambda name: (name == STARTER, name)))


def instrument_path(name: str) -> Path:
    """Return the file or folder of a bundled instrument.

    Raises
    ------
    InputError
        Naming the bundled instruments and the nearest one.

    Examples
    --------
    >>> instrument_path("lq2002").name
    'lq2002.yaml'
    """
    folder = data_folder("instruments")
    for candidate in (folder / name, folder / f"{name}.yaml"):
        plain = name and Path(name).name == name
        if plain and ((candidate / HEAD).is_file() or candidate.is_file()):
            return candidate
    raise InputError(_none_such("instrument", name, instrument_names()))


def sample_path(name: str) -> Path:
    """Return a bundled sample file or folder, by its name with or without ending.

    Raises
    ------
    InputError
        Naming the bundled samples and the nearest one.

    Examples
    --------
    >>> sample_path("lq2002.csv").suffix
    '.csv'
    """
    folder = data_folder("data_samples")
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    for entry in entries:
        if entry.name == name:
            return entry
    by_stem = [entry for entry in entries if entry.stem == name]
    csv = [entry for entry in by_stem if entry.suffix == ".csv"]
    if len(by_stem) == 1 or csv:
        return (csv or by_stem)[0]
    raise InputError(_none_such("sample", name, [entry.name for entry in entries]))


def _none_such(kind: str, name: str, known: Iterable[str]) -> str:
    names = list(known)
    hint = did_you_mean(name, names)
    return f"{kind} must be the name of a bundled {kind}, got {name!r}{hint}; bundled are " + (
        quoted(names, most=30) or "none"
    )


def as_instrument(value: Instrument | str | Path) -> Instrument:
    """Return an instrument as it is, or load it by bundled name or path.

    Raises
    ------
    InputError
        When it is neither an instrument, a bundled name nor the path of one.

    Examples
    --------
    >>> as_instrument("lq2002").id
    'lq2002'
    """
    if isinstance(value, Instrument):
        return value
    if isinstance(value, (str, Path)):
        return load_instrument(value)
    raise InputError(
        "instrument must be a bundled name, a path or what cu.load_instrument(...) returns, got "
        f"{type(value).__name__}"
    )


def list_instruments() -> tuple[str, ...]:
    """Return the names of the bundled instruments.

    Examples
    --------
    >>> import collective_use as cu
    >>> "lq2002" in cu.list_instruments()
    True
    """
    return instrument_names()


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        return False
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"instrument {str(path)[:80]!r} cannot be read ({reason})") from error
    return True


def load_instrument(name_or_path: str | Path) -> Instrument:
    """Load a bundled instrument by name, or an instrument file or folder by path.

    Parameters
    ----------
    name_or_path
        A bundled name (see `list_instruments`), a YAML file, or a folder that holds
        ``instrument.yaml``. A bundled name wins over a file of the same name; write
        ``./name`` for the file.

    Returns
    -------
    Instrument
        The checked item bank.

    Raises
    ------
    InstrumentError
        With every problem as ``file:line:column: what was found, what would be right``.
    InputError
        When there is no such instrument.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.load_instrument("lq2002").id
    'lq2002'
    """
    text = str(name_or_path)
    if isinstance(name_or_path, str) and text in instrument_names():
        return load_file(instrument_path(text))
    path = Path(name_or_path)
    if _is_there(path):
        return load_file(path)
    names = instrument_names()
    looks_like_path = isinstance(name_or_path, Path) or path.suffix or len(path.parts) > 1
    if looks_like_path:
        raise InputError(
            f"instrument must be a YAML file, a folder with {HEAD!r} or a bundled name, "
            f"got {text!r}, which is none{did_you_mean(path.stem, names)}; "
            f"bundled are {quoted(names)}"
        )
    raise InputError(_none_such("instrument", text, names) + f"; no file {text!r} is here either")
