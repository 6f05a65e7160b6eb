"""During fielding: who has answered, group by group, against the gates. No answers are shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from collective_use.checks import instance_of, quoted
from collective_use.cutoffs import Cutoff, cutoffs_with
from collective_use.disclosure import disclosure_rule
from collective_use.errors import InputError
from collective_use.output import csv_bytes
from collective_use.record import Record
from collective_use.responses.fieldwork.meeting import DECLINED_COLUMN
from collective_use.responses.fieldwork.page import monitor_page
from collective_use.responses.table import Responses
from collective_use.results import NotComputed, Result, Table, table_of

GATES = ("response_rate", "group_size", "disclosure_size")


@dataclass(frozen=True)
class Monitor(Result):
    """The state of a survey in the field.

    Attributes
    ----------
    instrument
        Its id.
    groups
        One row for each group of the members file: ``group``, ``members``, ``answered``,
        ``open`` (members without an answer), ``response_rate``, one column of yes and no for
        each gate (``rate_gate``, ``size_gate``, ``disclosure_gate``), and ``needed``: how many
        more answers the group needs to pass all gates; None where it has too few members.
    reminders
        Members without an answer who did not decline: ``group``, ``member`` and what else the
        members file holds; or the reason why there is no such list.
    cutoffs
        The gates.
    record
        What was left out or could not be matched.

    Examples
    --------
    >>> import collective_use as cu
    >>> responses = cu.read_responses(cu.sample_path("clean") / "export.csv", "collective_data_use",
    ...     members=cu.sample_path("clean") / "members.csv")
    >>> cu.monitor(responses).to_frame().empty
    False
    """

    instrument: str
    groups: pd.DataFrame
    reminders: pd.DataFrame | NotComputed
    cutoffs: Mapping[str, Cutoff]
    record: Record = field(default_factory=Record)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each group."""
        return self.groups

    def totals(self) -> dict[str, int]:
        """Return the sums over groups."""
        gates = self.groups[["rate_gate", "size_gate", "disclosure_gate"]]
        return {
            "groups": len(self.groups),
            "members": int(self.groups["members"].sum()),
            "answered": int(self.groups["answered"].sum()),
            "groups through all gates": int(gates.all(axis=1).sum()),
            "groups without an answer": int((self.groups["answered"] == 0).sum()),
        }

    def tables(self) -> tuple[Table, ...]:
        """Return totals, groups and the number of reminders."""
        totals = self.totals()
        rate = totals["answered"] / totals["members"] if totals["members"] else float("nan")
        rows = (*totals.items(), ("response rate", rate))
        notes = tuple(
            entry.text + (f" ({entry.count} {entry.of})" if entry.count is not None else "")
            for entry in self.record.entries
        )
        gates = tuple(f"{name}: {self.cutoffs[name]}" for name in GATES)
        return (
            Table(f"{self.instrument} in the field", ("what", "number"), rows, notes),
            table_of("Groups against the gates", self.groups, notes=gates, digits=2),
        )

    def groups_csv(self) -> bytes:
        """Return the table of groups as a CSV file."""
        return csv_bytes(self.groups)

    def reminders_csv(self) -> bytes:
        """Return the reminder list as a CSV file.

        Raises
        ------
        InputError
            When there is none, with the reason.
        """
        if isinstance(self.reminders, NotComputed):
            raise InputError(f"there is no reminder list: {self.reminders.reason}")
        return csv_bytes(self.reminders)

    def to_html(self) -> str:
        """Return a page that stands alone; it names groups only, nobody's answers and no names."""
        open_ = self.reminders
        reminders = open_ if isinstance(open_, NotComputed) else len(open_)
        return monitor_page(
            self.instrument, self.groups, self.totals(), reminders, self.cutoffs, self.record
        )


def monitor(
    responses: Responses,
    *,
    cutoffs: Mapping[str, float] | None = None,
    wave: str | None = None,
) -> Monitor:
    """Count who has answered, group by group, against the gates.

    A member has answered when at least one question has a valid answer. Members who opted out
    of being named are no part of the members file as it was read, and so of no denominator.

    Parameters
    ----------
    responses
        From `read_responses`, with the members file.
    cutoffs
        Other values for ``response_rate``, ``group_size`` or ``disclosure_size``.
    wave
        The wave to look at, where the export holds several.

    Returns
    -------
    Monitor
        Groups, the reminder list, and the gates.

    Raises
    ------
    InputError
        When the responses were read without a members file, or a wave has to be named.

    Examples
    --------
    >>> import collective_use as cu, pandas as pd
    >>> bank = cu.load_instrument("lq2002")
    >>> export = pd.DataFrame({"COMPID": ["a", "a"], "SUB": ["1", "2"], "LEAD01": ["3", "4"]})
    >>> members = pd.DataFrame({"group": ["a"] * 3, "member": ["1", "2", "3"]})
    >>> seen = cu.monitor(cu.read_responses(export, bank, members=members))
    >>> seen.groups[["group", "members", "answered", "needed"]].values.tolist()
    [['a', 3, 2, None]]
    >>> seen.reminders["member"].tolist()
    ['3']
    """
    instance_of("responses", responses, Responses, "what cu.read_responses(...) returns")
    members = responses.members
    if members is None:
        raise InputError(
            "monitor needs to know who was asked: read the export with the members file "
            "(members=..., on the command line --members members.csv)"
        )
    gates = cutoffs_with(cutoffs)
    persons = _of_wave(responses.persons, wave)
    record = Record(responses.record.of_kind("left out", "warning"))
    valid = _has_answer(responses).loc[persons.index]
    if (~valid).any():
        text = "Submissions without a single valid answer do not count as answered."
        record = record.note("monitor", "left out", text, count=int((~valid).sum()), of="rows")
    persons = persons[valid]
    answered, open_members, record = _matched(persons, members, record)
    counts = members.groupby("group", sort=False).size()
    rows = [
        _row(str(name), int(n), answered.get(str(name), 0), gates) for name, n in counts.items()
    ]
    frame = pd.DataFrame(rows)
    frame["needed"] = pd.Series([row["needed"] for row in rows], dtype=object)
    used = {name: gates[name] for name in GATES}
    return Monitor(responses.instrument.id, frame, open_members, used, record)


def _of_wave(persons: pd.DataFrame, wave: str | None) -> pd.DataFrame:
    if "wave" not in persons:
        if wave is not None:
            raise InputError(f"wave must be None, got {wave!r}: the export has no column of waves")
        return persons
    found = list(dict.fromkeys(persons["wave"].astype(str)))
    if wave is None and len(found) > 1:
        raise InputError(f"the export holds the waves {quoted(found)}; name one with wave")
    if wave is not None and str(wave) not in found:
        raise InputError(f"wave must be one of {quoted(found)}, got {wave!r}")
    return persons if wave is None else persons[persons["wave"].astype(str) == str(wave)]


def _has_answer(responses: Responses) -> pd.Series:
    """Say for each person whether anything was answered."""
    found = responses.answers.notna().any(axis=1)
    for frame in responses.rosters.values():
        found |= frame.notna().any(axis=1)
    return found


def _matched(
    persons: pd.DataFrame, members: pd.DataFrame, record: Record
) -> tuple[dict[str, int], pd.DataFrame | NotComputed, Record]:
    """Count members who answered; everyone else stands on the reminder list."""
    known = set(members["group"])
    strange = ~persons["group"].isin(known)
    if strange.any():
        names = list(dict.fromkeys(persons.loc[strange, "group"]))
        text = f"Answers from groups that the members file does not list: {quoted(names)}."
        record = record.note("monitor", "left out", text, count=int(strange.sum()), of="rows")
    persons = persons[~strange]
    if "member" not in persons:
        counts = persons.groupby("group").size().to_dict()
        sizes = members.groupby("group").size().to_dict()
        over = [name for name, n in counts.items() if n > sizes[name]]
        if over:
            text = f"More answers than members in {quoted(over)}; the members are taken."
            record = record.note("monitor", "warning", text, count=len(over), of="groups")
        reason = "the export has no member code, so nobody knows who has not answered"
        capped = {str(name): min(int(n), int(sizes[name])) for name, n in counts.items()}
        return capped, NotComputed(reason), record
    there = set(zip(persons["group"], persons["member"], strict=True))
    pairs = list(zip(members["group"], members["member"], strict=True))
    unknown = there - set(pairs)
    if unknown:
        groups = list(dict.fromkeys(name for name, _ in sorted(unknown)))
        text = f"Answers under codes that the members file does not list, in {quoted(groups)}."
        record = record.note("monitor", "left out", text, count=len(unknown), of="persons")
    done = [pair in there for pair in pairs]
    answered = members[done].groupby("group").size()
    rest = members[[not flag for flag in done]]
    if DECLINED_COLUMN in rest:
        no = rest[DECLINED_COLUMN].to_numpy(bool)
        text = "Members who declined to take part are not on the reminder list."
        record = record.note("monitor", "left out", text, count=int(no.sum()), of="members")
        rest = rest[~no].drop(columns=DECLINED_COLUMN)
    rest = rest.drop(columns="position").reset_index(drop=True)
    return {str(name): int(n) for name, n in answered.items()}, rest, record


def _row(name: str, members: int, answered: int, gates: Mapping[str, Cutoff]) -> dict[str, object]:
    rate = answered / members
    rule = disclosure_rule(gates)
    # A rate of exactly the gate passes; the small step keeps 0.8 * 5 from becoming 5.
    target = max(rule.size, math.ceil(gates["response_rate"].value * members - 1e-9))
    return {
        "group": name,
        "members": members,
        "answered": answered,
        "open": members - answered,
        "response_rate": rate,
        "rate_gate": gates["response_rate"].passes(rate),
        "size_gate": gates["group_size"].passes(answered),
        "disclosure_gate": rule.shows(answered),
        "needed": max(0, target - answered) if target <= members else None,
    }
