"""The language that a study file asks for, known before the file is checked."""

from __future__ import annotations

import re
from pathlib import Path

STUDY_FILE = "study.yaml"
MOST_LOOKED = 100_000
"""How much of a file is looked at for its language."""


def language_in(path: str | Path) -> str | None:
    """Return the language that a study file asks for, also where it cannot be read as a study.

    Parameters
    ----------
    path
        The file or its folder.

    Examples
    --------
    >>> language_in("no such file") is None
    True
    """
    file = Path(path) / STUDY_FILE if Path(path).is_dir() else Path(path)
    try:
        with file.open(encoding="utf-8", errors="replace") as content:
            found = re.search(
                r"^lang: *['\"]?([a-z]{2})\b", content.read(MOST_LOOKED), re.MULTILINE
            )
    except (OSError, ValueError):
        return None
    return found[1] if found else None
