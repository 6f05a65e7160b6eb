"""One call: what the answers say of the scales, what was checked, and what was left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2

from collective_use.accepted import Found, Labels, PlainDict
from collective_use.checks import valid_seed
from collective_use.errors import CollectiveUseError
from collective_use.frames import records_of
from collective_use.measurement.answers import Answers, Constructs, Data, answers_of
from collective_use.measurement.factors.number import FactorCount, factor_count
from collective_use.measurement.items import ItemAnalysis, items
from collective_use.measurement.reliability.reliability import Reliability, reliability
from collective_use.measurement.threads import single_threaded
from collective_use.measurement.validity.htmt import Htmt, htmt
from collective_use.measurement.validity.validity import Validity, validity
from collective_use.results import NotComputed, Result, Table, table_of
from collective_use.sem.postfit.modification import modification_indices

CROSS = 0.30
"""Standardised cross-loading that is named; smaller ones change little (Hinkin 1998)."""

CLOSE = 0.90
"""Latent correlation between groups from which two constructs are one (Rönkkö & Cho 2022)."""

FEW_GROUPS = 30
"""Fewer groups say too little about correlations between groups."""


@dataclass(frozen=True)
class Validation(Result):
    """What was found about the scales.

    Attributes
    ----------
    findings
        One row a finding: `what` (kind), `where` (item or constructs, in words), `number`, `rule`,
        `advice`.
    passed
        What was checked and passed, a sentence each.
    left_out
        What was not checked, and why.
    items, reliability, validity, between, number
        The analyses behind it, or why there is none.
    n, groups
        Persons and groups.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> lq = pd.read_csv(cu.sample_path("lq2002.csv"))
    >>> sets = {"tsig": ["TSIG01", "TSIG02", "TSIG03"], "lead": ["LEAD01", "LEAD02", "LEAD03"]}
    >>> cu.validate(lq, sets, groups="COMPID", repetitions=50).n
    2042
    """

    findings: pd.DataFrame
    passed: tuple[str, ...]
    left_out: tuple[str, ...]
    items: ItemAnalysis
    reliability: Reliability | NotComputed
    validity: Validity | NotComputed
    between: Htmt | NotComputed
    number: dict[str, FactorCount] = field(default_factory=dict)
    n: int = 0
    groups: int = 0

    def to_frame(self) -> pd.DataFrame:
        """Return the findings."""
        return self.findings.copy()

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return every table by name, as a folder of results holds them."""
        out = {"findings": self.findings, "items": self.items.table}
        if len(self.items.pairs):
            out["item_pairs"] = self.items.pairs
        if isinstance(self.reliability, Reliability):
            out["reliability"] = self.reliability.table
        if isinstance(self.validity, Validity):
            out["constructs"] = self.validity.constructs
            out["discriminant"] = self.validity.pairs
        if isinstance(self.between, Htmt):
            out["discriminant_between_groups"] = self.between.table
        for scale, found in self.number.items():
            out[f"factors_{scale}"] = found.rules
        return out

    def tables(self) -> tuple[Table, ...]:
        """Return findings, what passed, what was left out."""
        notes = [f"{self.n} persons" + (f", {self.groups} groups." if self.groups else ".")]
        if not len(self.findings):
            notes.insert(0, "No fault was found among what was checked.")
        return (
            table_of("Findings", self.findings, notes=tuple(notes), digits=2),
            Table("Checked and passed", ("",), tuple((text,) for text in self.passed)),
            Table("Not checked", ("",), tuple((text,) for text in self.left_out)),
        )


@single_threaded
def validate(
    data: Data,
    constructs: Constructs | None = None,
    *,
    groups: Labels = None,
    repetitions: int = 200,
    seed: int | None = 1,
    thorough: bool = False,
) -> Validation:
    """Look through the scales of an instrument and name what is wrong with them.

    Parameters
    ----------
    data
        Responses or scores (the instrument says which items belong together), or a frame.
    constructs
        Items by construct, for a frame.
    groups
        A column of the frame or one label for each person; responses bring their own.
    repetitions
        Bootstrap samples.
    seed
        Of all draws.
    thorough
        Also ask of every scale of six items or more how many factors it has.

    Returns
    -------
    Validation
        Findings first; what passed; what was not checked, and why.

    Raises
    ------
    InputError
        When the data hold no items.

    References
    ----------
    MacKenzie, Podsakoff & Podsakoff (2011), MIS Quarterly 35:293; Chen, Mathieu & Bliese (2004),
    Research in Multi-Level Issues 3:273 (the order of the questions).

    Examples
    --------
    >>> import numpy as np
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(300, 2)), 4, axis=1)
    >>> sets = {"a": [f"item{i}" for i in (1, 2, 3, 4)], "b": [f"item{i}" for i in (5, 6, 7, 8)]}
    >>> len(cu.validate(f + 0.6 * rng.normal(size=f.shape), sets).findings)
    0
    """
    valid_seed(seed)
    answers = answers_of(data, groups, constructs, least=2)
    count = 0 if answers.groups is None else int(answers.groups.nunique())
    book = _Book(answers)
    own = items(data, groups, constructs=constructs)
    book.items(own)
    reliable = _tried(
        lambda: reliability(
            data,
            groups,
            constructs=constructs,
            repetitions=repetitions if thorough else 0,
            seed=seed,
            slow=thorough,
        )
    )
    book.reliability(reliable)
    valid: Validity | NotComputed
    between: Htmt | NotComputed
    if sum(len(own) > 1 for own in answers.constructs.values()) < 2:
        valid = between = NotComputed("there are not two constructs of two items")
    else:
        valid = _tried(lambda: validity(data, constructs, groups, tests=thorough))
        between = _between(data, constructs, groups, count, repetitions, seed)
    book.validity(valid)
    book.close(between)
    number = _number(answers, repetitions, seed, book) if thorough else {}
    if not thorough:
        book.left.append("How many factors each scale has: --thorough (thorough=True) asks.")
    return Validation(
        book.table(), tuple(book.passed), tuple(book.left), own, reliable, valid, between, number,
        len(answers.values), count,
    )  # fmt: skip


def _tried(compute: Callable[[], Found]) -> Found:
    try:
        return compute()
    except CollectiveUseError as problem:
        return NotComputed(str(problem))


def _between(
    data: Data, constructs: Constructs | None, groups: Labels, count: int, repetitions: int,
    seed: int | None,
) -> Htmt | NotComputed:  # fmt: skip
    if count == 0:
        return NotComputed("persons have no groups")
    if count < FEW_GROUPS:
        return NotComputed(
            f"{count} groups are too few to tell constructs apart between groups "
            f"({FEW_GROUPS} at least)"
        )
    return _tried(
        lambda: htmt(data, constructs, groups, level="between", repetitions=repetitions, seed=seed)
    )


def _counted(values: pd.DataFrame, repetitions: int, seed: int | None) -> FactorCount | NotComputed:
    try:
        return factor_count(values, repetitions=repetitions, seed=seed)
    except CollectiveUseError as problem:
        return NotComputed(str(problem))


def _number(
    answers: Answers, repetitions: int, seed: int | None, book: _Book
) -> dict[str, FactorCount]:
    out = {}
    for scale, own in answers.constructs.items():
        if len(own) < 6:
            book.left.append(f"How many factors {answers.names.get(scale, scale)} has: 6 items or "
                             f"more are needed, it has {len(own)}.")  # fmt: skip
            continue
        found = _counted(answers.only(own).values, max(repetitions, 20), seed)
        if isinstance(found, NotComputed):
            book.left.append(f"How many factors {answers.names.get(scale, scale)} has: "
                             f"{found.reason}.")  # fmt: skip
        else:
            out[scale] = found
    return out


class _Book:
    """Collects findings, what passed, and what was left out."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.rows: list[dict[str, Any]] = []
        self.passed: list[str] = []
        self.left: list[str] = list(answers.notes)

    def add(self, what: str, where: str, number: float, rule: str, advice: str) -> None:
        """Note one finding."""
        self.rows.append(
            {"what": what, "where": where, "number": number, "rule": rule, "advice": advice}
        )

    def table(self) -> pd.DataFrame:
        """Return the findings, one a row."""
        return pd.DataFrame(self.rows, columns=["what", "where", "number", "rule", "advice"])

    def name(self, key: str) -> str:
        """Return a construct in words, with its id."""
        return self.answers.named(key)

    def items(self, found: ItemAnalysis) -> None:
        """Note items that run against their scale or hardly belong to it."""
        weak = 0
        for row in records_of(found.table):
            where = f"{row['item']} in {self.name(row['scale'])}"
            if row["item_rest"] < 0:
                reverse = row["item"] in self.answers.reversed_items
                advice = (
                    "A reverse-worded item, read like the others: reword or drop it."
                    if reverse
                    else "Is it keyed the wrong way round?"
                )
                self.add("runs against its scale", where, row["item_rest"], "item-rest below 0",
                         advice)  # fmt: skip
                weak += 1
            elif "weak" in str(row["remarks"]).split():
                self.add("hardly belongs to its scale", where, row["item_rest"],
                         str(found.rules["item_rest"]), "Reword it, or leave it out.")  # fmt: skip
                weak += 1
        if not weak:
            self.passed.append(f"All {len(found.table)} items go with their scale "
                               f"(item-rest correlation {found.rules['item_rest']}).")  # fmt: skip

    def reliability(self, found: Reliability | NotComputed) -> None:
        """Note scales whose omega is below the rule."""
        if isinstance(found, NotComputed):
            self.left.append(f"Reliability: {found.reason}.")
            return
        rows = found.table.query("coefficient == 'omega_total' and level == 'total'")
        low = rows[rows["est"] < found.cutoff.value]
        for row in records_of(low):
            self.add("unreliable scale", self.name(row["scale"]), row["est"], str(found.cutoff),
                     "Add items, or find the one that does not belong.")  # fmt: skip
        known = rows["est"].notna()
        if known.any() and not len(low):
            self.passed.append(f"Omega of {int(known.sum())} scales lies between "
                               f"{rows['est'].min():.2f} and {rows['est'].max():.2f}.")  # fmt: skip
        for row in records_of(rows[~known]):
            self.left.append(f"Omega of {self.name(row['scale'])}: {row['reason']}.")

    def validity(self, found: Validity | NotComputed) -> None:
        """Note items that load on another construct, and constructs persons do not tell apart."""
        if isinstance(found, NotComputed):
            self.left.append(f"One model of all constructs: {found.reason}.")
            return
        self.left += [note for note in found.notes if note not in self.left]
        self._cross(found)
        for row in records_of(found.pairs):
            if not self._same(row["first"], row["second"]) and row["ci_lower"] >= CLOSE:
                self.add("constructs not told apart by persons", self._pair(row),
                         row["correlation"], f"lower limit at least {CLOSE:g}",
                         "Merge them, or reword the items that they share.")  # fmt: skip

    def _cross(self, found: Validity) -> None:
        table = modification_indices(found.fit.solution, "=~")
        table = table[table["sepc_all"].abs() >= CROSS]
        tried = len(self.answers.items) * max(len(self.answers.constructs) - 1, 1)
        table = table[table["mi"] >= chi2.isf(0.05 / tried, 1)]
        best = table.sort_values("mi", ascending=False).drop_duplicates("rhs")
        home = {item: name for name, own in self.answers.constructs.items() for item in own}
        named = 0
        for row in best.to_dict("records"):
            if self._same(home.get(row["rhs"], ""), row["lhs"]):
                continue
            named += 1
            own = self.name(home.get(row["rhs"], ""))
            self.add("loads on another construct too",
                     f"{row['rhs']} of {own}: also {self.name(row['lhs'])}", row["sepc_all"],
                     f"standardised cross-loading of at least {CROSS:g}, p adjusted for {tried}",
                     "Reword or drop the item.")  # fmt: skip
        if not named:
            self.passed.append("No item loads on a construct that is not its own.")

    def close(self, found: Htmt | NotComputed) -> None:
        """Note constructs that are one between groups."""
        if isinstance(found, NotComputed):
            self.left.append(f"Constructs between groups: {found.reason}.")
            return
        close = [
            row
            for row in records_of(found.table)
            if not self._same(row["first"], row["second"])
            and row["ci_upper"] >= 1.0
            and row["htmt"] >= CLOSE
        ]
        for row in close:
            self.add("constructs not told apart between groups", self._pair(row), row["htmt"],
                     f"HTMT of groups at least {CLOSE:g}, upper limit 1 or more",
                     "They cannot both explain an outcome of groups: merge them or drop "
                     "one.")  # fmt: skip
        if not close and np.isfinite(found.table["htmt"]).any():
            self.passed.append(f"All pairs of constructs differ between {found.n} groups.")

    def _pair(self, row: PlainDict) -> str:
        return f"{self.name(row['first'])} and {self.name(row['second'])}"

    def _same(self, one: str, two: str) -> bool:
        """Tell whether two measures are of one construct, so that they are to agree."""
        of = self.answers.construct_of
        return one in of and two in of and of[one] == of[two]
