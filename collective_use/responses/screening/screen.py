"""Screening for careless responding: indices and flags for each person, exclusion on request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from collective_use.checks import did_you_mean, instance_of, quoted
from collective_use.cutoffs import Cutoff
from collective_use.errors import InputError
from collective_use.frames import rows_of
from collective_use.record import Record
from collective_use.responses.held import with_rows
from collective_use.responses.screening.indices import all_indices
from collective_use.responses.screening.rules import DEFAULT, beyond, chosen_rules
from collective_use.responses.table import Responses
from collective_use.results import Result, Table


@dataclass(frozen=True)
class Screening(Result):
    """Indices of careless responding.

    Attributes
    ----------
    responses
        What was screened; nobody is left out yet.
    indices
        Persons by indices; NaN where an index does not exist for a person.
    flags
        Persons by rules: True where the index is on the careless side of the rule.
    rules
        The rules used, by name.
    counting
        The rules whose flags lead to exclusion.
    reasons
        Why an index exists for nobody, by name.

    Examples
    --------
    >>> import collective_use as cu
    >>> responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    >>> seen = cu.screen(responses)
    >>> len(seen.indices)
    2042
    """

    responses: Responses
    indices: pd.DataFrame
    flags: pd.DataFrame
    rules: Mapping[str, Cutoff]
    counting: tuple[str, ...]
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def flagged(self) -> pd.Series:
        """For each person whether any counting rule flags them."""
        return self.flags[list(self.counting)].any(axis=1)

    def to_frame(self) -> pd.DataFrame:
        """Return group, row, indices, and flags as ``flag_`` columns."""
        persons = self.responses.persons[["group", "row", "export"]]
        flags = self.flags.add_prefix("flag_")
        return pd.concat([persons, self.indices, flags], axis=1).assign(flagged=self.flagged)

    def loss_frame(self) -> pd.DataFrame:
        """Return for each group how many would be left out and how many stay."""
        frame = pd.DataFrame({"group": self.responses.persons["group"], "out": self.flagged})
        table = frame.groupby("group", sort=False)["out"].agg(["size", "sum"]).reset_index()
        table.columns = pd.Index(["group", "n", "left_out"])
        table["left_out"] = table["left_out"].astype(int)
        table["stay"] = table["n"] - table["left_out"]
        return table

    def tables(self) -> tuple[Table, ...]:
        """Return one line for each rule, and the groups that lose members."""
        rows = []
        for name, rule in self.rules.items():
            why = self.reasons.get(name, "")
            there = None if why else int(self.indices[name].notna().sum())
            flagged = None if why else int(self.flags[name].sum())
            counts = "yes" if name in self.counting else "no"
            rows.append((name, str(rule), counts, there, flagged, why))
        columns = ("index", "flagged when", "counts", "persons", "flagged", "not computed")
        loss = self.loss_frame()
        lost = loss[loss["left_out"] > 0]
        note = (
            f"{int(self.flagged.sum())} of {len(self.flagged)} persons are flagged by a rule that "
            f"counts, in {len(lost)} of {len(loss)} groups."
        )
        groups = Table(
            "Groups that would lose members",
            tuple(lost.columns),
            tuple(tuple(row) for row in lost.itertuples(index=False, name=None)),
        )
        screening = Table("Screening", columns, tuple(rows), (note,))
        return (screening, groups) if len(lost) else (screening,)


def screen(
    responses: Responses,
    *,
    rules: Mapping[str, float] | None = None,
    counting: Sequence[str] = DEFAULT,
    critical: float = 0.60,
) -> Screening:
    """Compute indices of careless responding and flag by rules; nobody is left out.

    Parameters
    ----------
    responses
        From `read_responses`.
    rules
        Other values of rules by name; see `screening_rules.RULES`.
    counting
        The rules by which `exclude` leaves persons out.
    critical
        From which correlation two items are psychometric synonyms (below minus it, antonyms).

    Returns
    -------
    Screening
        Indices and flags, one row a person.

    Raises
    ------
    InputError
        When a rule is not known.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.instrument.library import sample_path
    >>> bank = cu.load_instrument("lq2002")
    >>> seen = screen(cu.read_responses(sample_path("lq2002.csv"), bank))
    >>> int(seen.flags["longstring"].sum()) > 0
    True
    """
    instance_of("responses", responses, Responses, "what cu.read_responses(...) returns")
    used = chosen_rules(rules)
    for name in counting:
        if name not in used:
            raise InputError(
                f"counting must name rules, of {quoted(used)}, got {name!r}"
                f"{did_you_mean(name, used)}"
            )
    indices, reasons = all_indices(responses, critical)
    flags = {}
    for name, rule in used.items():
        flags[name] = beyond(rule, indices[name].to_numpy())
    index = responses.persons.index
    counted = tuple(name for name in counting if name not in reasons)
    return Screening(
        responses,
        indices,
        pd.DataFrame(flags, index=index),
        used,
        counted or ("longstring",),
        reasons,
    )


def drop_flagged(screening: Screening) -> Responses:
    """Leave out the persons that a counting rule flags; the record says who and why.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.instrument.library import sample_path
    >>> bank = cu.load_instrument("lq2002")
    >>> seen = screen(cu.read_responses(sample_path("lq2002.csv"), bank), counting=["longstring"])
    >>> len(drop_flagged(seen).persons) == 2042 - int(seen.flagged.sum())
    True
    """
    instance_of("screening", screening, Screening, "what cu.screen(responses) returns")
    responses = screening.responses
    record = _excluded(screening, responses.record)
    stay = ~screening.flagged.to_numpy()
    return with_rows(responses, stay, record=record)


def _excluded(screening: Screening, record: Record) -> Record:
    rows = screening.responses.persons["row"]
    for name in screening.counting:
        mask = screening.flags[name].to_numpy()
        if mask.any():
            text = f"Flagged by screening rule {name} {screening.rules[name]}."
            record = record.note(
                "responses", "left out", text, count=int(mask.sum()), of="persons", what=rows[mask]
            )
    loss = screening.loss_frame()
    for row in rows_of(loss[loss["left_out"] > 0]):
        text = f"Group {row.group}: {row.left_out} of {row.n} left out by screening."
        record = record.note("responses", "left out", text, count=int(row.left_out), of="persons")
    return record
