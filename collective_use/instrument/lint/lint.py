"""Linting: what a careful colleague would say about an instrument before it is fielded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from collective_use.accepted import Frame, PlainMapping
from collective_use.checks import whole_number
from collective_use.cutoffs import Cutoff
from collective_use.instrument.library import as_instrument
from collective_use.instrument.lint.burden import (
    Burden,
    asked_blocks,
    burdens,
    has_roster,
    listed,
)
from collective_use.instrument.lint.looks import all_looks, all_rules
from collective_use.instrument.lint.looks.structure import Keys, keys
from collective_use.instrument.lint.looks.wording import levels
from collective_use.instrument.lint.rules import Finding, rules_with
from collective_use.instrument.model import Instrument
from collective_use.results import Result, Table, frame_of

_ORDER = {"problem": 0, "look": 1, "note": 2}


@dataclass(frozen=True)
class LintReport(Result):
    """What linting found.

    Attributes
    ----------
    instrument, version
        What was looked at.
    findings
        Problems first, then what a person should look at, then notes.
    burden
        Judgements and minutes by form, modules, group size and language.
    keys
        Reversed statements by measure, facet and form, and whether acquiescence can be tested.
    levels
        Length and reading level of the statements by language.
    rules
        The rules of thumb that were used.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.lint_instrument("starter").instrument
    'starter'
    """

    instrument: str
    version: str
    findings: tuple[Finding, ...]
    burden: tuple[Burden, ...]
    keys: tuple[Keys, ...]
    levels: tuple[PlainMapping, ...]
    rules: Mapping[str, Cutoff]

    @property
    def clean(self) -> bool:
        """Whether nothing has to be mended or looked at (notes may remain)."""
        return all(finding.severity == "note" for finding in self.findings)

    def of(self, *severities: str) -> tuple[Finding, ...]:
        """Return the findings of some severities."""
        return tuple(finding for finding in self.findings if finding.severity in severities)

    def to_frame(self) -> Frame:
        """Return the findings, one a row."""
        return frame_of(self._findings())

    def tables(self) -> tuple[Table, ...]:
        """Return findings, burden, reverse keys and reading level as tables."""
        others = (self._burden(), self._keys(), self._levels())
        return (*self._brief(), *(table for table in others if table.rows))

    def _findings(self) -> Table:
        problems, looks, notes_ = (len(self.of(severity)) for severity in _ORDER)
        counted = f"{problems} to mend, {looks} to look at, {notes_} for the record"
        title = f"{self.instrument} {self.version}: {counted}"
        columns = ("severity", "rule", "where", "language", "found", "right")
        rows = tuple(tuple(getattr(f, column) for column in columns) for f in self.findings)
        notes = () if rows else ("Nothing found.",)
        return Table(title, columns, rows, notes)

    def _brief(self) -> tuple[Table, ...]:
        """Return the findings for a screen: what would be right stands once for each rule."""
        full = self._findings()
        columns = ("severity", "rule", "where", "found")
        rows = tuple(
            (f.severity, f.rule, f.where, f"{f.language}: {f.found}" if f.language else f.found)
            for f in self.findings
        )
        right: dict[str, list[str]] = {}
        for finding in self.findings:
            if finding.right not in right.setdefault(finding.rule, []):
                right[finding.rule].append(finding.right)
        notes = tuple(f"{rule}: {'; or '.join(texts)}." for rule, texts in right.items())
        return (Table(full.title, columns, rows, notes or full.notes),)

    def _burden(self) -> Table:
        columns = ("form", "modules", "members", "partners", "language", "answers", "minutes")
        rows = tuple(
            (b.form, b.modules, b.group_size, b.partners, b.language, b.judgements, b.minutes)
            for b in self.burden
        )
        return Table("Judgements and minutes for a member", columns, rows, self._assumed(), 1)

    def _assumed(self) -> tuple[str, ...]:
        rules = self.rules
        seconds = ", ".join(
            f"{name.removeprefix('seconds_')} {rule.value:g} s"
            for name, rule in rules.items()
            if name.startswith("seconds_")
        )
        words, characters = rules["words_per_minute"], rules["characters_per_minute"]
        return (
            f"Reading: {words.value:g} words ({words.source}) or {characters.value:g} Chinese "
            f"characters a minute ({characters.source}).",
            f"Judging, planning values and no measurements: {seconds}.",
            "One partner organisation is assumed for every two members.",
        )

    def _keys(self) -> Table:
        columns = ("measure", "facet", "form", "items", "reversed")
        rows = tuple(
            (k.measure, k.facet or "(all)", k.form, k.items, k.reversed) for k in self.keys
        )
        notes = ("Acquiescence can be tested where some statements are reversed and some are not.",)
        return Table("Reversed statements", columns, rows, notes)

    def _levels(self) -> Table:
        columns = ("language", "statements", "unit", "mean_length", "longest", "grade")
        rows = tuple(tuple(row[column] for column in columns) for row in self.levels)
        notes = (
            "The grade is Flesch-Kincaid's (Kincaid et al. 1975), for English only; Chinese is "
            "counted in characters.",
        )
        return Table("Length and reading level", columns, rows, notes, 1)


def lint_instrument(
    instrument: Instrument | str | Path,
    *,
    group_sizes: Sequence[int] = (4, 8, 12),
    rules: Mapping[str, float] | None = None,
) -> LintReport:
    """Look through an instrument: wording, structure, platforms and burden.

    Parameters
    ----------
    instrument
        An instrument, or a bundled name or path (see `load_instrument`).
    group_sizes
        Members of a group for which minutes are estimated; rosters grow with them.
    rules
        Other values for rules of thumb, by name: ``{"minutes": 15}``.

    Returns
    -------
    LintReport
        Findings and tables.

    Raises
    ------
    InstrumentError
        When the instrument cannot be loaded.
    InputError
        When a rule is unknown or a group size is below 2.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.lint_instrument("starter").clean
    True
    """
    instrument = as_instrument(instrument)
    for size in group_sizes:
        whole_number("group_sizes", size, at_least=2)
    used = rules_with(rules, all_rules())
    burden = burdens(instrument, group_sizes, used)
    found = _found(instrument, burden, group_sizes, used)
    return LintReport(
        instrument=instrument.id,
        version=instrument.version,
        findings=found,
        burden=burden,
        keys=keys(instrument),
        levels=tuple(levels(instrument)),
        rules=used,
    )


def _found(
    instrument: Instrument,
    burden: Sequence[Burden],
    group_sizes: Sequence[int],
    rules: Mapping[str, Cutoff],
) -> tuple[Finding, ...]:
    found = [
        *(finding for look in all_looks() for finding in look.findings(instrument, rules)),
        *_burdens(instrument, burden, rules),
        *_cut_lists(instrument, group_sizes),
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: _ORDER[finding.severity]))


def _cut_lists(instrument: Instrument, group_sizes: Sequence[int]) -> list[Finding]:
    """Find rosters that have no room for all members of a group that is reckoned with."""
    used = {item.roster for item in instrument.items}
    found = []
    for roster in instrument.rosters:
        needed = {size: listed(roster, size) for size in group_sizes}
        cut = [size for size, count in needed.items() if count > roster.maximum]
        if roster.id in used and cut:
            who = f"the {roster.of} of a group of {max(cut)} ({needed[max(cut)]} to list)"
            text = f"the list has room for {roster.maximum}, fewer than {who}"
            right = f"maximum: {needed[max(cut)]}, or groups small enough: the list is cut off"
            found.append(Finding("look", "roster_maximum", f"roster {roster.id!r}", text, right))
    return found


def _burdens(
    instrument: Instrument, burden: Sequence[Burden], rules: Mapping[str, Cutoff]
) -> list[Finding]:
    if not instrument.forms:
        text = "there is no form, so minutes are not estimated"
        right = "a form, unless the instrument only reads data that exist"
        return [Finding("note", "minutes", "the instrument", text, right)]
    found: list[Finding] = []
    form = instrument.get_form()
    rule = rules["minutes"]
    where = f"form {form.id!r}"
    long = [b for b in burden if (b.form, b.modules) == (form.id, "default")]
    worst = max(long, key=lambda b: b.minutes, default=None)
    if worst is not None and not rule.passes(worst.minutes):
        text = (
            f"the default form takes about {worst.minutes:.0f} minutes "
            f"({worst.group_size} members, {worst.language})"
        )
        right = f"at most {rule.value:g} minutes: fewer items, or rosters as modules"
        found.append(Finding("problem", "minutes", where, text, right))
    free = [f.id for f in instrument.forms if not has_roster(instrument, asked_blocks(f, "none"))]
    if not free:
        right = "a form whose rosters are modules that can be switched off"
        text = "every form asks for rosters, which not every group will fill in"
        found.append(Finding("look", "roster_free", "the instrument", text, right))
    if has_roster(instrument, asked_blocks(form, "default")):
        text = "the default form asks about named members or partners"
        right = "rosters as modules, off by default"
        found.append(Finding("look", "roster_free", where, text, right))
    return found
