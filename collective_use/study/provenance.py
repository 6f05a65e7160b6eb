"""Where results come from: fingerprints of the input and versions of the tools."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from collective_use._version import __version__

_TOOLS = ("numpy", "scipy", "pandas", "pydantic", "PyYAML")


def file_hash(path: str | Path) -> str:
    """Return the SHA-256 of a file; of a folder, that of its files' names and contents.

    Examples
    --------
    >>> from collective_use.instrument.library import sample_path
    >>> file_hash(sample_path("lq2002.csv"))[:8]
    '3f12d923'
    """
    place = Path(path)
    digest = hashlib.sha256()
    if not place.is_dir():
        digest.update(place.read_bytes())
        return digest.hexdigest()
    for file in sorted(entry for entry in place.rglob("*") if entry.is_file()):
        if file.name.startswith("."):
            continue
        digest.update(file.relative_to(place).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def input_files(paths: Iterable[str | None]) -> list[dict[str, object]]:
    """Return name, size and hash of every input file; paths that are None are passed over."""
    return [
        {"name": Path(path).name, "bytes": Path(path).stat().st_size, "sha256": file_hash(path)}
        for path in paths
        if path is not None
    ]


def versions() -> dict[str, str]:
    """Return the versions of this package, Python and the libraries that compute.

    Examples
    --------
    >>> sorted(versions())[:2]
    ['PyYAML', 'collective-use']
    """
    found = {"collective-use": __version__, "python": platform.python_version()}
    for name in _TOOLS:
        found[name] = metadata.version(name)
    return found
