"""True parameters from a file or from words of the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path

from collective_use.accepted import Plain, PlainDict, PlainMapping
from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError
from collective_use.simulation.parameters import Pair, TrueParameters
from collective_use.yaml_source.read import read_yaml

NAMES = tuple(entry.name for entry in fields(TrueParameters))


def read_parameters(path: str | Path) -> TrueParameters:
    """Read true parameters from a YAML file with the names of `TrueParameters`.

    Paths are written ``cdu ~ ssm: 0.3``, correlations ``con ~~ dl: 0.35``.

    Raises
    ------
    InputError
        Naming the file, the line and what would be right.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> file = Path(tempfile.mkdtemp()) / "truth.yaml"
    >>> _ = file.write_text("icc: 0.2\\npaths:\\n  tsig ~ lead: 0.4\\n")
    >>> read_parameters(file).paths
    {('tsig', 'lead'): 0.4}
    """
    document = read_yaml(path)
    if document.problems:
        raise InputError("\n".join(str(problem) for problem in document.problems))
    values = document.value or {}
    if not isinstance(values, Mapping):
        raise InputError(f"{Path(path).name} must hold names with values, got {values!r}")
    for name in values:
        if name not in NAMES:
            at = document.at((name,))
            raise InputError(
                f"{at}: a true parameter must be one of {quoted(NAMES, most=30)}, "
                f"got {name!r}{did_you_mean(str(name), NAMES)}"
            )
    return parameters_of(values)


def parameters_of(values: PlainMapping) -> TrueParameters:
    """Return true parameters from plain values; pairs are written as in model text.

    Raises
    ------
    InputError
        When a value has not the form that its name asks for.

    Examples
    --------
    >>> parameters_of({"loadings": [0.5, 0.9], "correlations": {"a ~~ b": 0.2}}).correlations
    {('a', 'b'): 0.2}
    """
    ready: PlainDict = {}
    for name, value in values.items():
        if name in ("paths", "correlations"):
            sign = "~" if name == "paths" else "~~"
            ready[name] = dict(_pair(name, sign, entry) for entry in _mapping(name, value).items())
        elif name in ("iccs", "item_loadings", "languages", "facts"):
            ready[name] = dict(_mapping(name, value))
        elif name == "loadings":
            ready[name] = _two(value)
        else:
            ready[name] = value
    return TrueParameters(**ready).checked()


def assignments(name: str, words: Iterable[str]) -> dict[str, float]:
    """Read ``what=number`` words.

    Examples
    --------
    >>> assignments("path", ["cdu ~ ssm=0.3"])
    {'cdu ~ ssm': 0.3}
    """
    found = {}
    for word in words:
        key, mark, number = word.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            mark = ""
            value = 0.0
        if not mark or not key.strip():
            raise InputError(f"{name} must be written WHAT=NUMBER, got {word!r}")
        found[key.strip()] = value
    return found


def _mapping(name: str, value: Plain) -> PlainMapping:
    if not isinstance(value, Mapping):
        raise InputError(f"{name} must be names with values, got {value!r}")
    return value


def _pair(name: str, sign: str, entry: tuple[Plain, Plain]) -> tuple[Pair, float]:
    key, value = entry
    left, mark, right = (part.strip() for part in str(key).partition(sign))
    if not (left and mark and right) or "~" in right:
        raise InputError(f"{name} must be written 'one {sign} other: number', got {key!r}")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{name} {key!r} must be a number, got {value!r}")
    return (left, right), float(value)


def _two(value: Plain) -> tuple[float, float]:
    if isinstance(value, (list, tuple)) and len(value) == 2:
        return float(value[0]), float(value[1])
    raise InputError(f"loadings must be [lowest, highest], got {value!r}")
