"""What a run prints: the measures at a glance, what was left out, what deserves a look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from collective_use.instrument.model import SHARED
from collective_use.results import Table
from collective_use.study.walk import Outcome

_SHOWN = {
    "measure": "measure",
    "groups": "groups",
    "alpha": "alpha",
    "rwg_j_median": "rwg(j)",
    "rwg_j_share": "over .70",
    "icc1": "ICC(1)",
    "icc2": "ICC(2)",
    "verdict": "aggregation",
}


def summary_tables(outcome: Outcome) -> tuple[Table, ...]:
    """Return the tables of a run, for a terminal.

    Parameters
    ----------
    outcome
        What the study came to.
    """
    frame = outcome.groups.measures_frame()
    computed = frame[frame["verdict"] != "not computed"]
    shared = computed[computed["composition"].isin(SHARED)]
    other = computed[~computed["composition"].isin(SHARED)]
    tables = [_head(outcome)]
    if len(shared):
        tables.append(_shared(shared, outcome))
    if len(other):
        tables.append(_other(other))
    silent = frame[frame["verdict"] == "not computed"]
    if len(silent):
        tables.append(_silent(silent))
    left = _left_out(outcome)
    return (*tables, *left)


def _head(outcome: Outcome) -> Table:
    groups = outcome.groups.values
    sizes = groups["n"]
    instrument = outcome.instrument
    title = instrument.title.get("en") or next(iter(instrument.title.values()))
    rows: list[tuple[Any, ...]] = [
        ("persons", f"{len(outcome.responses.persons):,}"),
        ("groups", f"{len(groups):,} of {sizes.min()} to {sizes.max()} persons"),
    ]
    rates = groups["response_rate"].dropna() if "response_rate" in groups else pd.Series([])
    if len(rates):
        rows.append(("response", f"{rates.mean():.0%} of the listed members, by group"))
    else:
        rows.append(("response", "not known: no members file was given"))
    return Table(f"{title} (version {instrument.version})", ("", ""), tuple(rows))


def _shared(frame: pd.DataFrame, outcome: Outcome) -> Table:
    if "rwg_j_median" in frame and "rwg_median" in frame:
        for part in ("median", "share"):
            filled = frame[f"rwg_j_{part}"].fillna(frame[f"rwg_{part}"])
            frame = frame.assign(**{f"rwg_j_{part}": filled})
    cutoff = outcome.study.all_cutoffs().get("rwg_j", 0.70)
    heads = {**_SHOWN, "rwg_j_share": f"over {cutoff:.2f}"}
    cells = frame.reindex(columns=list(heads))
    cells["rwg_j_share"] = [
        "" if pd.isna(share) else f"{share:.0%}" for share in cells["rwg_j_share"]
    ]
    notes = (
        "rwg(j): median agreement within groups, and the share of groups that reach the cut-off.",
        "ICC(1): share of variance between groups. ICC(2): reliability of group means.",
    )
    title = "Shared by members: may it be read at the level of groups?"
    return Table(title, tuple(heads.values()), _rows(cells), notes, digits=2)


def _other(frame: pd.DataFrame) -> Table:
    columns = ["measure", "composition", "groups", "index", "value_mean", "value_sd"]
    heads = ("measure", "composition", "groups", "index", "mean", "SD")
    note = "These ask for no agreement: the difference between members, or the group, is the value."
    return Table("Other measures", heads, _rows(frame.reindex(columns=columns)), (note,), digits=2)


def _silent(frame: pd.DataFrame) -> Table:
    why: dict[str, list[str]] = {}
    for measure, text in zip(frame["measure"], frame["explanation"], strict=True):
        why.setdefault(str(text), []).append(str(measure))
    rows = tuple((reason, ", ".join(names)) for reason, names in why.items())
    return Table("Not computed", ("why", "measures"), rows)


def _left_out(outcome: Outcome) -> Iterable[Table]:
    """Rows and groups left out, with why; items and measures are in run.json."""
    entries = [
        entry
        for entry in outcome.record.of_kind("left out", "changed", "warning")
        if entry.count or entry.kind == "warning"
    ]
    rows = tuple(
        (entry.kind, f"{entry.count} {entry.of}" if entry.count else "", _short(entry.text))
        for entry in entries
        if entry.room != "groups" or entry.kind == "left out"
    )
    if not rows:
        return ()
    return (Table("Left out, changed, or worth a look", ("", "how many", "why"), rows),)


def _short(text: str, most: int = 90) -> str:
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + " …"


def _rows(frame: pd.DataFrame) -> tuple[tuple[Any, ...], ...]:
    def cell(value: Any) -> Any:
        if value is None or (isinstance(value, float) and value != value) or value is pd.NA:
            return None
        if isinstance(value, float) and value == int(value) and abs(value) >= 2:
            return int(value)
        return value

    listed: Sequence[tuple[Any, ...]] = list(frame.itertuples(index=False, name=None))
    return tuple(tuple(cell(value) for value in row) for row in listed)
