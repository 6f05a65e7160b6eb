"""Cells as some platforms dress them: options behind their letter."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd

from collective_use.responses.files.raw import Raw, categorical, used_texts

_LETTER = re.compile(r"^\s*([A-Z])\s*[.\uff0e\u3001:\uff1a]\s*(?=\S)")
JOINED = "\u250b"
"""What stands between ticked options on Wenjuanxing."""


def _parts(text: str) -> list[str]:
    return text.split(JOINED)


def without_letters(raw: Raw, own: Collection[int]) -> tuple[Raw, list[str]]:
    """Take the letters off options where every filled cell of a column has them.

    Parameters
    ----------
    raw
        The file.
    own
        Places that are left alone.

    Returns
    -------
    tuple of Raw and list of str
        The file, and the headings of the columns that were changed.

    Examples
    --------
    >>> from pathlib import Path
    >>> from collective_use.responses.files.raw import frame_of
    >>> cells = frame_of([["E.Often", "A.Never"], ["E.Often", "Never"]], 2)
    >>> raw, changed = without_letters(Raw(Path("x"), "csv", ("a", "b"), cells), ())
    >>> raw.first(0), changed
    (['Often', 'E.Often'], ['a'])
    """
    cells, changed = raw.cells, []
    for place in range(len(raw.names)):
        if place in own:
            continue
        texts, codes = used_texts(raw.cells[place])
        filled = [
            text for text in texts if text.strip() and not text.strip().startswith(("(", "\uff08"))
        ]
        if not filled or not all(_LETTER.match(p) for text in filled for p in _parts(text)):
            continue
        bare = [JOINED.join(_LETTER.sub("", part) for part in _parts(text)) for text in texts]
        if cells is raw.cells:
            cells = raw.cells.copy()
        cells[place] = pd.Series(categorical(np.asarray([*bare, ""], dtype=object)[codes]))
        changed.append(raw.names[place])
    return (replace(raw, cells=cells) if changed else raw), changed
