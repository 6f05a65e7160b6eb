"""A draft of a column map: what was found out, and what is left to fill in."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from pathlib import Path

from collective_use.errors import OutputError, ReadError
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument
from collective_use.platforms.columns import Column
from collective_use.responses.columns.match import key_column, match_names
from collective_use.responses.columns.texts import text_candidates, wording
from collective_use.responses.files.open import read_raw
from collective_use.responses.headings.wording import bare, clean_heading
from collective_use.responses.options import KEYS
from collective_use.responses.readers import read_layout
from collective_use.responses.readers.export import Export, Heading

_HEAD = """# What the columns of {file} are, for instrument {instrument}.
#
# Left of the colon stands the heading (#12 is the twelfth column), right of it what it is:
#   an item or column of the instrument   (cdu1, net1_3, chk1_4)
#   a key                                 ({keys})
#   ignore                                what the instrument does not ask
# Lines that end in CHECK could not be settled: look at them, then give the file with --map.

"""


def draft_map(
    export: str | Path,
    instrument: Instrument | str | Path,
    path: str | Path | None = None,
    *,
    platform: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> str:
    """Write a draft of a column map, filled in as far as headings and question texts tell.

    Parameters
    ----------
    export
        The export.
    instrument
        The instrument.
    path
        Where to write the draft; nowhere when None.
    platform, encoding, delimiter, sheet
        As in `read_responses`.

    Returns
    -------
    str
        YAML, one line for each column, with what speaks for it in a comment.

    Raises
    ------
    ReadError
        When the export cannot be read.
    OutputError
        When `path` exists already.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.instrument.library import sample_path
    >>> draft = draft_map(sample_path("lq2002.csv"), cu.load_instrument("lq2002"))
    >>> draft.splitlines()[8]
    '"COMPID": group'
    """
    instrument = as_instrument(instrument)
    raw = read_raw(export, encoding=encoding, delimiter=delimiter, sheet=sheet)
    layout = read_layout(raw, platform)
    lines = _lines(layout, instrument)
    if not lines:
        raise ReadError(f"{raw.name} has no columns to map")
    keys = ", ".join(("group", *KEYS))
    text = _HEAD.format(file=raw.name, instrument=instrument.id, keys=keys)
    text += "\n".join(lines) + "\n"
    if path is not None:
        target = Path(path)
        if target.exists():
            raise OutputError(f"{target} exists already; give another name or remove it")
        target.write_text(text, encoding="utf-8")
    return text


def _keys(export: Export, instrument: Instrument) -> dict[int, str]:
    found: dict[int, str] = {}
    for role in ("group", *KEYS):
        name = getattr(instrument.columns, role)
        place = key_column(export, instrument, name) if name else None
        if place is None:
            place = export.fields.get(role)
        if place is not None:
            found.setdefault(place, role)
    return found


def _lines(export: Export, instrument: Instrument) -> list[str]:
    keys = _keys(export, instrument)
    named = {p: c for p, c in match_names(export, instrument).items() if p not in keys}
    roles = {item.id: item.role for item in instrument.items}
    named = {p: c for p, c in named.items() if roles[c.item] != "key"}
    closed = {*keys, *export.personal}
    texts = text_candidates(export, instrument, named, closed)
    twice = Counter(heading.name for heading in export.headings)
    used = Counter(hits[0].name for hits in texts.values() if len(hits) == 1)
    lines = []
    for heading in export.headings:
        if heading.place in export.technical and heading.place not in keys:
            continue
        name = heading.name if twice[heading.name] == 1 else f"#{heading.place + 1}"
        meaning, why = _meaning(heading, export, instrument, keys, named, texts, used)
        shown = json.dumps(name, ensure_ascii=False)
        lines.append(f"{shown}: {meaning}" + (f"  # {why}" if why else ""))
    return lines


def _meaning(
    heading: Heading,
    export: Export,
    instrument: Instrument,
    keys: dict[int, str],
    named: dict[int, Column],
    texts: dict[int, list[Column]],
    used: Counter[str],
) -> tuple[str, str]:
    """Return what a column is, and a comment."""
    place = heading.place
    said = clean_heading(heading.part or heading.question)[:60]
    if place in keys:
        return keys[place], ""
    if place in named:
        return named[place].name, said if said != heading.name else ""
    hits = texts.get(place, [])
    if len(hits) == 1 and used[hits[0].name] == 1:
        return hits[0].name, "by its question text"
    if hits:
        return "ignore", f"may be {', '.join(column.name for column in hits)}; CHECK"
    if place in export.personal:
        return "ignore", "identifies persons"
    near = _near(heading, instrument)
    return "ignore", f"nearest is {near}; CHECK" if near else ""


def _near(heading: Heading, instrument: Instrument) -> str:
    """Return the item whose text is most like a heading, or an empty text."""
    texts = wording(instrument).items
    for said in (heading.part, heading.question, heading.name):
        plain = bare(said)
        if len(plain) < 8:
            continue
        hits = difflib.get_close_matches(plain, list(texts), n=1, cutoff=0.75)
        if hits:
            return texts[hits[0]][0]
    return ""
