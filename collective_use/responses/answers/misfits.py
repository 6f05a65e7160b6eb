"""What is said of cells that are not understood: column, values, places, what would be right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from collective_use.checks import quoted
from collective_use.errors import ScaleValueError
from collective_use.record import Record
from collective_use.responses.answers.cells import Misfit
from collective_use.responses.answers.codes import Key
from collective_use.responses.files.raw import Raw
from collective_use.responses.headings.nearest import nearest_label

MONTH = Key(name="month")
"""The key of a column of months, for messages."""
_ADVICE = {
    "a code or a label?": (
        "Labels of {names} are numbers, and nothing in these columns tells whether a number is a "
        "code or a label: say answers_as='codes' or answers_as='labels' (--answers-as)."
    ),
    "thousands or decimals?": (
        "Nothing in the column tells whether the mark before three digits parts thousands or "
        "decimals: say which mark is decimal, decimal='.' or decimal=',' (--decimal)."
    ),
    "ticked or not?": (
        "Boxes that hold 1 and 2 do not say which is a tick: export them as 0 and 1, as words, or "
        "with value labels."
    ),
    "which month?": (
        "Nothing in the column tells whether the day or the month stands first: export the dates "
        "as 2024-03-31."
    ),
}


def would_be_right(key: Key) -> str:
    """Say what may stand in a column, in a few words.

    Examples
    --------
    >>> would_be_right(Key(least=0, most=100))
    'a number from 0 to 100'
    """
    if key.name == MONTH.name:
        return "a month such as 2024-03"
    if not key.valid:
        if key.least is None:
            return "a number"
        if key.most is not None:
            return f"a number from {key.least:g} to {key.most:g}"
        return f"a number of at least {key.least:g}"
    codes = sorted(key.valid)
    whole = codes == [codes[0] + step for step in range(len(codes))] and len(codes) > 2
    span = f"{codes[0]:g} to {codes[-1]:g}" if whole else ", ".join(f"{c:g}" for c in codes)
    missing = [code for code in key.missing if code.lstrip("-").isdigit()]
    return span + (f", or {', '.join(missing)} for missing" if missing else "")


def _labels(key: Key) -> str:
    """List every label of the scale, and of the answers that count as missing."""
    if key.tick:
        return ""
    shown = f"; labels {quoted(key.shown, most=40)}" if key.shown else ""
    missing = f"; labels for missing {quoted(key.shown_missing, most=40)}"
    return shown + (missing if key.shown_missing else "")


def _found(raw: Raw, entry: Misfit, key: Key) -> str:
    hit = None if entry.why else nearest_label(entry.text, (*key.shown, *key.shown_missing))
    hint = f", {entry.why}" if entry.why else f", did you mean {hit!r}?" if hit else ""
    return f"{entry.text!r} in {raw.places(entry.rows)}{hint}"


def misfit_error(raw: Raw, misfits: Sequence[Misfit], keys: Mapping[str, Key]) -> ScaleValueError:
    """Return the error that lists every column with cells that are not understood."""
    columns = dict.fromkeys(entry.column for entry in misfits)
    lines = []
    for name in list(columns)[:25]:
        key = keys[name]
        mine = [part for part in misfits if part.column == name]
        found = [_found(raw, entry, key) for entry in mine[:8]]
        if len(mine) > 8:
            found.append(f"{len(mine) - 8} other values")
        right = f"right would be {would_be_right(key)}{_labels(key)}"
        lines.append(f"  {name}: {'; '.join(found)}; {right}")
    if len(columns) > 25:
        lines.append(f"  and {len(columns) - 25} columns more")
    number = len(columns)
    head = f"{raw.name}: {number} column{'s hold' if number > 1 else ' holds'} "
    advice = _advice(misfits, keys)
    tail = "Correct the export, or read with invalid='missing' to count them as missing."
    return ScaleValueError("\n".join([f"{head}values outside the scale", *lines, *advice, tail]))


def _advice(misfits: Sequence[Misfit], keys: Mapping[str, Key]) -> list[str]:
    """Return what would settle cells that may be two things, once for each kind."""
    found: dict[str, list[str]] = {}
    for entry in misfits:
        if entry.why:
            found.setdefault(entry.why, []).append(keys[entry.column].name)
    return [
        _ADVICE[why].format(names=", ".join(dict.fromkeys(names))) for why, names in found.items()
    ]


def note_misfits(
    raw: Raw, misfits: Sequence[Misfit], keys: Mapping[str, Key], record: Record
) -> Record:
    """Record the cells that count as missing since they are not understood."""
    for name in dict.fromkeys(entry.column for entry in misfits):
        found = [entry for entry in misfits if entry.column == name]
        count = sum(len(entry.rows) for entry in found)
        text = f"{raw.name}: {name}: values outside the scale count as missing."
        what = [f"{entry.text} ({raw.places(entry.rows)})" for entry in found]
        record = record.note("responses", "changed", text, count=count, of="cells", what=what)
    for advice in _advice(misfits, keys):
        record = record.note("responses", "note", f"{raw.name}: {advice}")
    return record
