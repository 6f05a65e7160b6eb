"""What a run prints: the measures at a glance, what was left out, what deserves a look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from collective_use.accepted import Plain
from collective_use.checks import quoted
from collective_use.groups.disclosure.shown import Shown
from collective_use.instrument.model import SHARED
from collective_use.phrases import told
from collective_use.platforms.columns import form_items
from collective_use.record import Entry, counted
from collective_use.results import Table
from collective_use.study.walk import Outcome
from collective_use.wide_text import display_width

_SHOWN = {
    "measure": "measure",
    "items": "items",
    "alpha": "alpha",
    "rwg_j_median": "rwg(j)",
    "rwg_j_share": "over .70",
    "icc1_reml": "ICC(1)",
    "icc2": "ICC(2)",
    "verdict": "verdict",
}


def summary_tables(outcome: Outcome, shown: Shown) -> tuple[Table, ...]:
    """Return the tables of a run, for a terminal.

    Parameters
    ----------
    outcome
        What the study came to.
    shown
        What others may see of it; printed unless the study asks for all.
    """
    full = outcome.study.full
    frame = outcome.groups.measures_frame() if full else shown.measures
    values = outcome.groups.values if full else shown.values
    computed = frame[frame["verdict"] != "not computed"]
    shared = computed[computed["composition"].isin(SHARED)]
    other = computed[~computed["composition"].isin(SHARED)]
    tables = []
    if len(shared):
        tables.append(_shared(shared, outcome))
    if len(other):
        tables.append(_other(other, values))
    silent = frame[frame["verdict"] == "not computed"]
    if len(silent):
        tables.append(_silent(silent))
    left = _left_out(outcome)
    return (*tables, *left)


def summary_head(outcome: Outcome) -> str:
    """Return what was scored, in two lines."""
    groups = outcome.groups.values
    sizes = groups["n"]
    instrument = outcome.instrument
    language = outcome.study.lang or instrument.languages[0]
    title = instrument.title.get(language) or next(iter(instrument.title.values()))
    count = counted(len(groups), "groups")
    span = f"{sizes.min()} to {sizes.max()}" if sizes.min() != sizes.max() else f"{sizes.min()}"
    rates = groups["response_rate"].dropna() if "response_rate" in groups else pd.Series([])
    response = (
        f"{rates.mean():.0%} of the listed members answered (mean over groups)."
        if len(rates)
        else "Response rates are not known: no members file was given."
    )
    persons = counted(len(outcome.responses.persons), "persons")
    return f"{title} (version {instrument.version})\n{persons} in {count} of {span}. {response}"


def _shared(frame: pd.DataFrame, outcome: Outcome) -> Table:
    if "rwg_j_median" in frame and "rwg_median" in frame:
        for part in ("median", "share"):
            filled = frame[f"rwg_j_{part}"].fillna(frame[f"rwg_{part}"])
            frame = frame.assign(**{f"rwg_j_{part}": filled})
    cutoff = outcome.study.all_cutoffs().get("rwg_j", 0.70)
    heads = {**_SHOWN, "rwg_j_share": f"over {cutoff:.2f}"}
    cells = frame.reindex(columns=list(heads))
    cells["items"] = [_items_of(name, outcome) for name in cells["measure"]]
    cells["rwg_j_share"] = [
        "" if pd.isna(share) else f"{share:.0%}" for share in cells["rwg_j_share"]
    ]
    notes = (
        "rwg(j): median agreement within groups, and the share of groups that reach the cut-off.",
        "ICC(1): share of variance between groups, by REML. ICC(2): reliability of group means.",
        *_words(frame),
    )
    title = "Shared by members: may it be read at the level of groups?"
    digits = 3 if outcome.study.full else 2
    return Table(title, tuple(heads.values()), _rows(cells), notes, digits)


def _items_of(measure: str, outcome: Outcome) -> str:
    """Return how many items a measure has in the answers, of those that the form asks."""
    responses = outcome.responses
    instrument = responses.instrument
    items = next(part.items for part in instrument.measures if part.id == measure)
    if responses.form is not None:
        asked = form_items(instrument.get_form(responses.form))
        items = tuple(name for name in items if name in asked) or items
    there = sum(name in responses.answers.columns for name in items)
    return str(there) if there == len(items) else f"{there} of {len(items)}"


WORDS = {
    "supported": (
        "supported: groups differ, and members agree more than members of different groups do."
    ),
    "differences": (
        "differences, little agreement: groups differ, and members agree less than the cut-off "
        "asks for, or groups differ little."
    ),
    "no evidence": (
        "no evidence of a group property: members agree no more than people of different groups."
    ),
    "withheld": "withheld: too few answered, or a small group could be worked out.",
    "cannot": "cannot be judged: measures.csv says what it would take.",
}


def _words(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return what the words of the table mean, and the nulls under which they hold."""
    verdicts = [str(word) for word in frame["verdict"]]
    notes = [text for start, text in WORDS.items() if any(w.startswith(start) for w in verdicts)]
    if any(word.endswith("null only") for word in verdicts):
        notes.append(
            "... null only: answers that lean to one end agree by themselves; against another "
            "null distribution declared beforehand (by default a slight skew) the median falls "
            "below the cut-off. measures.csv has the numbers."
        )
    return tuple(notes)


def _other(frame: pd.DataFrame, values: pd.DataFrame) -> Table:
    rows = tuple(
        (
            row["measure"],
            row["composition"],
            row["index"] if isinstance(row.get("index"), str) else "as reported",
            *_spread(values.get(row["measure"])),
        )
        for row in frame.to_dict("records")
    )
    heads = ("measure", "composition", "group value", "groups", "mean", "SD")
    note = (
        "These ask for no agreement: the difference between members, or the group, is the value; "
        "groups whose value is shown."
    )
    return Table("Other measures", heads, rows, (note,), digits=2)


def _spread(values: pd.Series[float] | None) -> tuple[int, float | None, float | None]:
    known = np.array([]) if values is None else values.dropna().to_numpy(float)
    if not len(known):
        return 0, None, None
    return len(known), float(known.mean()), float(known.std(ddof=1)) if len(known) > 1 else None


def _silent(frame: pd.DataFrame) -> Table:
    why: dict[str, list[str]] = {}
    for measure, text in zip(frame["measure"], frame["explanation"], strict=True):
        why.setdefault(str(text), []).append(str(measure))
    rows = tuple((reason, ", ".join(names)) for reason, names in why.items())
    return Table("Not computed", ("why", "measures"), rows)


def _left_out(outcome: Outcome) -> Iterable[Table]:
    """What a reader has to know; the whole list, name by name, is in run.json."""
    entries = outcome.record.of_kind("left out", "changed", "warning")
    scores = [entry for entry in entries if entry.room == "scores" and entry.of == "persons"]
    small = max((e.count or 0 for e in entries if e.text.startswith("Fewer than")), default=0)
    rows = [
        _row(e, outcome) for e in entries if e not in scores and not _follows(e, small, outcome)
    ]
    if scores:
        most = max(scores, key=lambda entry: entry.count or 0)
        text = f"No score on some measure; most on {_measure(most.text)}. See persons.csv."
        rows.append(("left out", f"up to {counted(most.count or 0, 'persons')}", text))
    if not rows:
        return ()
    notes = ("Each of them by name, and every decision, is in run.json.",)
    return (
        Table("Left out, changed, or worth a look", ("", "how many", "why"), tuple(rows), notes),
    )


def _follows(entry: Entry, small: int, outcome: Outcome) -> bool:
    """Whether an entry only repeats, for one measure, that groups are small or not computed."""
    if entry.room != "groups":
        return False
    measure = entry.text.partition(":")[0]
    if measure in outcome.groups.evidence:
        return (entry.count or 0) <= small
    return entry.kind == "warning" and entry.text.partition(" ")[0] in outcome.groups.evidence


def _row(entry: Entry, outcome: Outcome) -> tuple[str, str, str]:
    count = counted(entry.count, entry.of) if entry.count else ""
    text = entry.text
    evidence = outcome.groups.evidence.get(text.partition(":")[0])
    if entry.of == "groups" and evidence is not None and entry.kind == "left out":
        frame = evidence.by_group
        why = frame.loc[frame["group"].astype(str).isin(entry.what), "reason"].unique()
        others = " (or another reason, see agreement.csv)" if len(why) > 1 else ""
        reason = f"{why[0]}{others}" if len(why) else "see agreement.csv"
        return entry.kind, count, f"{evidence.measure}: {quoted(entry.what, most=3)}: {reason}"
    return entry.kind, count, _short(told(outcome.study.lang, text))


def _measure(text: str) -> str:
    return text.partition(" on ")[2].partition(":")[0].rstrip(".") or "one"


def _short(text: str, most: int = 78) -> str:
    if display_width(text) <= most:
        return text
    kept = text[: most - 1]
    while display_width(kept) > most - 1:
        kept = kept[:-1]
    near = " " in kept[-20:] or kept.isascii()
    return (kept.rsplit(" ", 1)[0] if near else kept) + " …"


def _rows(frame: pd.DataFrame) -> tuple[tuple[Plain, ...], ...]:
    def cell(value: Plain) -> Plain:
        if value is None or (isinstance(value, float) and value != value) or value is pd.NA:
            return None
        if isinstance(value, float) and value == int(value) and abs(value) >= 2:
            return int(value)
        return value

    listed: Sequence[tuple[Any, ...]] = list(frame.itertuples(index=False, name=None))
    return tuple(tuple(cell(value) for value in row) for row in listed)
