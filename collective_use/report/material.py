"""What a report is made of: the tables of a result folder as others see them, and their account."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from collective_use.cutoffs import CUTOFFS
from collective_use.instrument.model import Instrument
from collective_use.phrases import told
from collective_use.report.phrases import Phrases
from collective_use.report.rows import Row, rows_of
from collective_use.report.sentences import Number, Sentence, written
from collective_use.report.speaking import chained

_SCREENED = re.compile(r": (\d+) of \d+ left out by screening")
_BEHIND = re.compile(r".+ \((\w+)\)")
"""What the record says of each group that lost persons to a rule for careless answers."""

Account = Mapping[str, object]


@dataclass(frozen=True)
class Material:
    """Tables, account and words of one report.

    Attributes
    ----------
    instrument
        Names and definitions.
    phrases
        The words of the report's language.
    tables
        File name to table, each as others may see it.
    account
        The content of run.json.
    methods
        The methods text, in Markdown.
    meanings
        ``file|column`` to what the column means.
    """

    instrument: Instrument
    phrases: Phrases
    tables: Mapping[str, pd.DataFrame]
    account: Account
    methods: str = ""
    meanings: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language of the report."""
        return self.phrases.language

    def table(self, file: str) -> pd.DataFrame:
        """Return a table by file name; without rows when there is none."""
        return self.tables.get(file, pd.DataFrame())

    def has(self, file: str) -> bool:
        """Tell whether a table is there and holds rows."""
        return len(self.table(file)) > 0

    def say(self, key: str, **values: object) -> Sentence:
        """Return a sentence of the report's language, its numbers filled in."""
        return self.phrases.say(key, **values)

    def word(self, key: str) -> str:
        """Return a word or sentence without numbers."""
        return self.phrases.word(key)

    def text(self, texts: Mapping[str, str], otherwise: str = "") -> str:
        """Return a text of the instrument in the report's language, or in its first one."""
        return texts.get(self.language) or next(iter(texts.values()), "") or otherwise

    @cached_property
    def _names(self) -> dict[str, str]:
        names = {part.id: self.text(part.name, part.id) for part in self.instrument.constructs}
        for measure in self.instrument.measures:
            construct = names.get(measure.construct_id, measure.construct_id)
            names[measure.id] = self.text(measure.name) or construct
        for part in self.instrument.constructs:
            # The measure that bears a construct's id stands for it: its name is the construct's.
            names[part.id] = self.text(part.name, part.id)
        return names

    def name(self, code: str) -> str:
        """Return the name of a construct or measure, facets included; a code no one knows stays.

        A validation writes ``Connectedness (items) (con)``: the code inside is what it means.
        """
        inside = _BEHIND.fullmatch(code)
        known = self._names.get(code) or (self._names.get(inside[1]) if inside else None)
        if known:
            return known
        measure, _, facet = code.partition(".")
        for construct in self.instrument.constructs:
            for part in construct.facets:
                if part.id == facet and measure in self._names:
                    return f"{self._names[measure]}: {self.text(part.name, facet)}"
        return code

    def route(self, codes: str) -> str:
        """Return a chain such as ``con -> ssm -> cdu`` in names."""
        return chained(codes, self.name)

    def item(self, code: str) -> str:
        """Return the text of an item; a code that no one knows stays."""
        found = next((part for part in self.instrument.items if part.id == code), None)
        return self.text(found.text, code) if found else code

    def rows(self, file: str, **keys: str) -> Iterator[Row]:
        """Yield the rows of a table whose columns hold the given values."""
        yield from rows_of(file, self.table(file), **keys)

    def row(self, file: str, **keys: str) -> Row | None:
        """Return the first such row, or None."""
        return next(self.rows(file, **keys), None)

    def entries(self, *kinds: str) -> list[Entry]:
        """Return what the account says under some headings, such as ``left_out``."""
        found = []
        for kind in kinds:
            listed = self.account.get(kind)
            for one in listed if isinstance(listed, list) else []:
                count = one.get("count") or 0
                text = self.told(str(one.get("text")))
                found.append(
                    Entry(str(one.get("room")), text, int(count), str(one.get("of") or ""))
                )
        return found

    def told(self, text: str) -> str:
        """Return a sentence of the house in the report's language; itself where none is known."""
        return told(self.language, text)

    def meaning(self, file: str, column: str) -> str:
        """Return what a column means, and the formula of what it holds."""
        formula = self.phrases.words.get(f"formula.{column}", "")
        return " ".join(
            part for part in (self.told(self.meanings.get(f"{file}|{column}", "")), formula) if part
        )

    def count(self, value: float) -> Number:
        """Return a number of the account."""
        return Number(float(value), written(float(value), 0))

    def setting(self, *path: str) -> object:
        """Return what the account says at a path of keys; None when it says nothing."""
        found: object = self.account
        for key in path:
            if not isinstance(found, Mapping) or key not in found:
                return None
            found = found[key]
        return found

    def counted(self, what: str) -> int:
        """Return how many persons, groups or measures the account counts."""
        value = self.setting("counts", what)
        return int(value) if isinstance(value, (int, float)) else 0

    @cached_property
    def screened_out(self) -> int:
        """Persons whom rules for careless answers left out."""
        listed = self.account.get("left_out")
        texts = [str(one.get("text")) for one in listed] if isinstance(listed, list) else []
        found = (_SCREENED.search(text) for text in texts)
        return sum(int(part[1]) for part in found if part)

    def scale_ends(self, measure: str) -> tuple[float, float] | None:
        """Return the lowest and highest answer of a measure's items; None where they differ."""
        found = next((part for part in self.instrument.measures if part.id == measure), None)
        if found is None:
            return None
        ends = set()
        for code in found.items:
            item = next((part for part in self.instrument.items if part.id == code), None)
            if item is None or item.scale is None:
                return None
            scale = self.instrument.get_scale(item.scale)
            ends.add((float(scale.low), float(scale.high)))
        return ends.pop() if len(ends) == 1 else None

    def groups_of(self, model: str) -> Number:
        """Return how many groups a model rests on."""
        value = self.setting("models", model, "groups")
        return self.count(value if isinstance(value, (int, float)) else self.counted("groups"))

    def misfit(self, model: str) -> str:
        """Return the indices of a model that miss their cut-offs, in words; empty when none do."""
        guides = {"cfi": "CFI", "rmsea": "RMSEA", "srmr": "SRMR"}
        found = []
        for name, label in guides.items():
            row = self.row("fit.csv", model=model, measure=name)
            cut = CUTOFFS.get(name)
            value = math.nan if row is None else row.value("value")
            if cut is not None and not math.isnan(value) and not cut.passes(value):
                found.append(f"{label} {written(value, 3, bare=True)}; {cut}")
        return "; ".join(found)

    def cutoff(self, name: str) -> float:
        """Return the value of a cut-off that the run used; NaN when it used none."""
        value = self.setting("cutoffs", name, "value")
        return float(value) if isinstance(value, (int, float)) else float("nan")

    def cutoff_source(self, name: str) -> str:
        """Return who a cut-off is from."""
        return self.told(str(self.setting("cutoffs", name, "source") or ""))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the account.

    Attributes
    ----------
    room, text
        Where it happened, and what.
    count, of
        How many of what; 0 where nothing was counted.
    """

    room: str
    text: str
    count: int
    of: str
