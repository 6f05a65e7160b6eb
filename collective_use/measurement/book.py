"""What `validate` collects: findings, what passed, what was left out, in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import chi2

from collective_use.frames import Record, records_of
from collective_use.measurement.answers import Answers
from collective_use.measurement.confirmatory.result import MeasurementFit
from collective_use.measurement.invariance.across import Ladder
from collective_use.measurement.items import ItemAnalysis
from collective_use.measurement.reliability.reliability import Reliability
from collective_use.measurement.validity.htmt import Htmt
from collective_use.measurement.validity.validity import Validity
from collective_use.phrases import said
from collective_use.results import NotComputed, TableRow
from collective_use.sem.postfit.modification import modification_indices

CROSS = 0.30
"""Standardised cross-loading that is named; smaller ones change little (Hinkin 1998)."""

CLOSE = 0.90
"""Latent correlation between groups from which two constructs are one (Rönkkö & Cho 2022)."""


class Book:
    """Collects findings, what passed, and what was left out."""

    def __init__(self, answers: Answers, language: str | None = None) -> None:
        self.answers, self.language = answers, language
        self.rows: list[TableRow] = []
        self.passed: list[str] = []
        self.left: list[str] = list(answers.notes)

    def add(self, what: str, where: str, number: float, rule: str, advice: str) -> None:
        """Note one finding."""
        self.rows.append(
            {
                "what": self.say(what),
                "where": where,
                "number": number,
                "rule": self.say(rule),
                "advice": self.say(advice),
            }
        )

    def table(self) -> pd.DataFrame:
        """Return the findings, one a row."""
        return pd.DataFrame(self.rows, columns=["what", "where", "number", "rule", "advice"])

    def say(self, text: str, **values: object) -> str:
        """Return a sentence in the language of the output."""
        return said(self.language, text, **values)

    def name(self, key: str) -> str:
        """Return a construct in words, with its id."""
        return self.answers.named(key)

    def items(self, found: ItemAnalysis) -> None:
        """Note items that run against their scale or hardly belong to it."""
        weak = 0
        known = found.table["item_rest"].notna()
        for row in records_of(found.table):
            where = self.say("{item} in {scale}", item=row["item"], scale=self.name(row["scale"]))
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
        if not weak and known.any():
            self.passed.append(self.say(
                "All {n} items go with their scale (item-rest correlation {rule}).",
                n=int(known.sum()), rule=found.rules["item_rest"],
            ))  # fmt: skip

    def usable(self, answers: Answers) -> Answers:
        """Note items that tell nothing, and one group of all; return what can be analysed.

        Parameters
        ----------
        answers
            Items of persons.
        """
        values = answers.values
        silent = [i for i in answers.items if values[i].notna().sum() == 0]
        alike = [i for i in answers.items if values[i].nunique() == 1]
        for item in silent:
            self.add("nobody answered it", self._home(item), 0.0, "no answer",
                     "Was its column read? Leave it out.")  # fmt: skip
        for item in alike:
            self.add("everybody answers alike", self._home(item), float(values[item].mean()),
                     "one answer of all", "It tells nothing here: leave it out.")  # fmt: skip
        rest = [i for i in answers.items if i not in {*silent, *alike}]
        twice = values[rest].T.duplicated()
        for item in twice[twice].index:
            first = next(i for i in rest if values[i].equals(values[item].rename(i)))
            both = self.say("{one} and {two}", one=first, two=item)
            self.add("two items have the same answers", both, 1.0, "every answer the same",
                     "Was a column taken twice? Leave one out.")  # fmt: skip
        kept = [i for i in rest if not twice[i]]
        if len(kept) < len(values.columns) and kept:
            self.left.append(self.say("What follows leaves out {items}.", items=", ".join(
                i for i in answers.items if i not in kept)))  # fmt: skip
            answers = answers.only(kept)
        if len(values) <= len(kept):
            few = "{n} persons for {items} items: what follows rests on chance."
            self.left.append(self.say(few, n=len(values), items=len(kept)))
        if answers.groups is not None and answers.groups.nunique() < 2:
            self.left.append(self.say("All persons are of one group: levels are not compared."))
            answers = replace(answers, groups=None)
        return answers

    def _home(self, item: str) -> str:
        """Return an item with its scale, in words."""
        own = next((s for s, items in self.answers.constructs.items() if item in items), "scale")
        return self.say("{item} in {scale}", item=item, scale=self.name(own))

    def reliability(self, found: Reliability | NotComputed) -> None:
        """Note scales whose omega is below the rule."""
        if isinstance(found, NotComputed):
            self.left.append(self.say("Reliability: {why}.", why=found.reason))
            return
        rows = found.table.query("coefficient == 'omega_total' and level == 'total'")
        low = rows[rows["est"] < found.cutoff.value]
        for row in records_of(low):
            self.add("unreliable scale", self.name(row["scale"]), row["est"], str(found.cutoff),
                     "Add items, or find the one that does not belong.")  # fmt: skip
        known = rows["est"].notna()
        if known.any() and not len(low):
            self.passed.append(self.say(
                "Omega of {n} scales lies between {low:.2f} and {high:.2f}.",
                n=int(known.sum()), low=rows["est"].min(), high=rows["est"].max(),
            ))  # fmt: skip
        for row in records_of(rows[~known]):
            self.left.append(self.say("Omega of {scale}: {why}.", scale=self.name(row["scale"]),
                                      why=self.say(row["reason"])))  # fmt: skip

    def validity(self, found: Validity | NotComputed) -> None:
        """Note items that load on another construct, and constructs persons do not tell apart."""
        if isinstance(found, NotComputed):
            self.left.append(self.say("One model of all constructs: {why}.", why=found.reason))
            return
        self.left += [self.say(note) for note in found.notes if note not in self.left]
        self._cross(found)
        for row in records_of(found.pairs):
            if not self._same(row["first"], row["second"]) and row["ci_lower"] >= CLOSE:
                self.add("constructs not told apart by persons", self._pair(row),
                         row["correlation"],
                         self.say("lower limit at least {n}", n=f"{CLOSE:g}"),
                         "Merge them, or reword the items that they share.")  # fmt: skip

    def _cross(self, found: Validity) -> None:
        table = modification_indices(found.fit.solution, "=~")
        table = table[table["sepc_all"].abs() >= CROSS]
        tried = len(self.answers.items) * max(len(self.answers.constructs) - 1, 1)
        table = table[table["mi"] >= chi2.isf(0.05 / tried, 1)]
        best = table.sort_values("mi", ascending=False).drop_duplicates("rhs")
        home = {item: name for name, own in self.answers.constructs.items() for item in own}
        named = 0
        rule = "standardised cross-loading of at least {n1}, p adjusted for {n2}"
        for row in records_of(best):
            if self._same(home.get(row["rhs"], ""), row["lhs"]):
                continue
            named += 1
            own = self.name(home.get(row["rhs"], ""))
            self.add("loads on another construct too",
                     self.say("{item} of {own}: also {other}", item=row["rhs"], own=own,
                              other=self.name(row["lhs"])), row["sepc_all"],
                     self.say(rule, n1=f"{CROSS:g}", n2=tried),
                     "Reword or drop the item.")  # fmt: skip
        if not named:
            self.passed.append(self.say("No item loads on a construct that is not its own."))

    def close(self, found: Htmt | NotComputed) -> None:
        """Note constructs that are one between groups."""
        if isinstance(found, NotComputed):
            self.left.append(self.say("Constructs between groups: {why}.", why=found.reason))
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
                     self.say("HTMT of groups at least {n}, upper limit 1 or more",
                              n=f"{CLOSE:g}"),
                     "They cannot both explain an outcome of groups: merge them or drop "
                     "one.")  # fmt: skip
        if not close and np.isfinite(found.table["htmt"]).any():
            self.passed.append(self.say("All pairs of constructs differ between {n} groups.",
                                        n=found.n))  # fmt: skip

    def _pair(self, row: Record) -> str:
        return self.say("{one} and {two}", one=self.name(row["first"]),
                        two=self.name(row["second"]))  # fmt: skip

    def _same(self, one: str, two: str) -> bool:
        """Tell whether two measures are of one construct, so that they are to agree."""
        of = self.answers.construct_of
        return one in of and two in of and of[one] == of[two]

    def models(self, found: MeasurementFit | NotComputed) -> None:
        """Note constructs whose own model misses more than cut-offs simulated for it allow."""
        if isinstance(found, NotComputed):
            self.left.append(self.say("Rival models: {why}.", why=found.reason))
            return
        bad = 0
        for scope, cutoffs in found.cutoffs.items():
            if isinstance(cutoffs, NotComputed):
                self.left.append(self.say("Fit of {scope}: {why}.", scope=scope,
                                          why=cutoffs.reason))  # fmt: skip
                continue
            limit = cutoffs.table.iloc[-1]
            if cutoffs.observed["srmr"] > limit["srmr"] and cutoffs.observed["cfi"] < limit["cfi"]:
                bad += 1
                self.add("the model does not fit", scope, cutoffs.observed["srmr"],
                         self.say("SRMR at most {cut:.3f}, simulated for this model",
                                  cut=limit["srmr"]),
                         "See the pairs of items that say nearly the same, and its "
                         "facets.")  # fmt: skip
        if found.cutoffs and not bad:
            self.passed.append(self.say("The constructs' own models fit as well as simulated "
                                        "cut-offs ask."))  # fmt: skip

    def levels(self, found: Ladder | NotComputed) -> None:
        """Note what can be said of a scale at both levels."""
        if isinstance(found, NotComputed):
            self.left.append(self.say("Levels: {why}.", why=found.reason))
            return
        equal = [name for name, step in found.reached.items() if step in ("metric", "scalar")]
        if equal:
            self.passed.append(self.say(
                "{n} of {all} scales have equal loadings within groups and between them.",
                n=len(equal), all=len(found.reached),
            ))  # fmt: skip
        apart = [name for name, step in found.reached.items() if step == "configural"]
        if apart:
            self.left.append(self.say(
                "Loadings differ within groups and between them (read ICCs with care): {names}.",
                names=", ".join(apart),
            ))  # fmt: skip
