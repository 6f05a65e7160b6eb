"""What a run prints: the answer first, then the tables, then what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from collective_use.accepted import PlainMapping
from collective_use.checks import quoted
from collective_use.groups.disclosure.shown import Shown
from collective_use.phrases import told
from collective_use.record import Entry, counted
from collective_use.report.material import Material
from collective_use.report.phrases import BASE, languages, phrases_in
from collective_use.report.terminal.measures import measure_tables
from collective_use.report.terminal.models import model_tables
from collective_use.report.terminal.words import head, in_short
from collective_use.results import Table
from collective_use.study.showing import validation_tables
from collective_use.study.walk import Outcome
from collective_use.wide_text import display_width

EXACT_DIGITS, SHOWN_DIGITS = 3, 2


@dataclass(frozen=True)
class Summary:
    """What a terminal prints of a study.

    Attributes
    ----------
    head
        What was studied, and who answered.
    answers
        The answers in words, and what to be careful about.
    tables
        Measures, what was left out, the validation, models.
    """

    head: str
    answers: str
    tables: tuple[Table, ...]


def summary(
    outcome: Outcome,
    shown: Shown,
    run: PlainMapping,
    seen: Mapping[str, pd.DataFrame],
    exact: Mapping[str, pd.DataFrame] | None = None,
) -> Summary:
    """Return what is printed of a study, in its language where there are words for it.

    Parameters
    ----------
    outcome
        What the study came to.
    shown
        What others may see of it.
    run
        The content of run.json.
    seen, exact
        Tables by file name, as others may see them, and exact ones where the study asks for all.
    """
    asked = outcome.study.lang
    phrases = phrases_in(asked if asked in languages() else BASE)
    bank = outcome.instrument
    material = Material(bank, phrases, seen, run)
    finer = material if exact is None else Material(bank, phrases, exact, run)
    digits = SHOWN_DIGITS if exact is None else EXACT_DIGITS
    tables = (
        *measure_tables(finer, digits), *left_out(outcome),
        *validation_tables(outcome, None if exact is not None else shown.rule),
        *model_tables(finer, digits),
    )  # fmt: skip
    return Summary(head(material), in_short(material), tables)


def left_out(outcome: Outcome) -> Iterable[Table]:
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
    place = max(kept.rfind(sign) for sign in " 、")
    near = place >= len(kept) - 20 or kept.isascii()
    return (kept[:place] if near and place > 0 else kept) + " …"
