"""Reference files cell by cell: every number, text and truth value has a name of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parents[2] / "reference" / "agreement"
DATA = Path(__file__).parents[1] / "data"
FILES = (
    "lq2002.json",
    "bh1996.json",
    "reml_exact.json",
    "variance_components_exact.json",
    "omega_exact.json",
    "multilevel_reliability.json",
    "multilevel_reliability_exact.json",
    "null_variances.json",
    "sim.json",
    "published.json",
    "nist_R.json",
)


def reference(file: str) -> Any:
    """Read one reference file."""
    return json.loads((REFERENCE / file).read_text(encoding="utf-8"))


def cells(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every leaf as (name, value); places in a list are numbered from 0."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from cells(entry, f"{path}/{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for i, entry in enumerate(value):
            yield from cells(entry, f"{path}[{i}]")
    else:
        yield path, value
