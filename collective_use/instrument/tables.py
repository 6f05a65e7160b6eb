"""An instrument laid out as tables: constructs, measures, items, scales, forms."""

from __future__ import annotations

from dataclasses import dataclass

from collective_use.accepted import Frame, PlainDict
from collective_use.compositions import COMPOSITIONS
from collective_use.instrument.bank import Bank
from collective_use.instrument.parts import Index, Item, Measure
from collective_use.instrument.terms import Text
from collective_use.results import Result, Table, frame_of


@dataclass(frozen=True)
class Overview(Result):
    """What an instrument holds, in one language.

    Attributes
    ----------
    instrument
        The item bank.
    language
        The language shown; texts that it lacks are shown in the first language.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.overview("lq2002").to_frame().shape
    (19, 7)
    """

    instrument: Bank
    language: str

    def to_frame(self) -> Frame:
        """Return the items, one a row."""
        return frame_of(self._items())

    def to_dict(self) -> PlainDict:
        """Return the whole instrument as plain values, in the keys of the format."""
        return self.instrument.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def tables(self) -> tuple[Table, ...]:
        """Return constructs, measures, items, scales, rosters, forms, columns, consent, models."""
        tables = (
            self._constructs(),
            self._measures(),
            self._items(),
            self._scales(),
            self._rosters(),
            self._forms(),
            self._columns(),
            self._consent(),
            self._models(),
        )
        return tuple(table for table in tables if table.rows)

    def words(self, text: Text) -> str:
        """Return a text in the language shown, or in the first language."""
        first = self.instrument.languages[0]
        return text.get(self.language) or text.get(first) or next(iter(text.values()), "")

    def _constructs(self) -> Table:
        bank = self.instrument
        title = f"{bank.id} {bank.version}: {self.words(bank.title)}"
        rows = tuple(
            (c.id, self.words(c.name), c.role, ", ".join(f.id for f in c.facets))
            for c in bank.constructs
        )
        return Table(title, ("construct", "name", "role", "facets"), rows)

    def _measures(self) -> Table:
        columns = ("measure", "construct", "source", "composition", "value", "evidence", "items")
        rows = tuple(
            (
                measure.id,
                measure.construct_id,
                measure.source,
                measure.composition,
                _value(measure),
                ", ".join(measure.checks or COMPOSITIONS[measure.composition].checks[:2]),
                " ".join(measure.items),
            )
            for measure in self.instrument.measures
        )
        return Table("Measures", columns, rows)

    def _items(self) -> Table:
        columns = ("item", "kind", "of", "scale", "reverse", "forms", "text")
        rows = tuple(
            (
                item.id,
                item.kind,
                _of(item),
                item.scale or "",
                "reverse" if item.reverse else "",
                " ".join(item.forms or self._asking(item)),
                self.words(item.text),
            )
            for item in self.instrument.items
        )
        return Table("Items", columns, rows)

    def _scales(self) -> Table:
        rows = tuple(
            (
                scale.id,
                ", ".join(f"{o.code} {self.words(o.label)}" for o in scale.options),
                ", ".join(
                    f"{m.code if m.code is not None else ''} {m.reason}".strip()
                    for m in scale.missing
                ),
            )
            for scale in self.instrument.scales
        )
        return Table("Response scales", ("scale", "options", "missing"), rows)

    def _forms(self) -> Table:
        rows = tuple(
            (
                form.id + (" (default)" if form is self.instrument.get_form() else ""),
                block.id,
                block.module or "",
                block.respondent,
                " ".join(block.items),
            )
            for form in self.instrument.forms
            for block in form.blocks
        )
        return Table("Forms", ("form", "block", "module", "respondent", "items"), rows)

    def _asking(self, item: Item) -> tuple[str, ...]:
        """Return the forms whose blocks ask an item."""
        return tuple(
            form.id
            for form in self.instrument.forms
            if any(item.id in block.items for block in form.blocks)
        )

    def _rosters(self) -> Table:
        rows = tuple(
            (r.id, r.of, "yes" if r.include_self else "no", r.maximum, r.consent or "")
            for r in self.instrument.rosters
        )
        columns = ("roster", "of", "lists_respondent", "maximum", "consent")
        return Table("Rosters", columns, rows)

    def _columns(self) -> Table:
        declared = self.instrument.columns.model_dump(exclude_none=True)
        return Table("Columns of the export", ("key", "column"), tuple(declared.items()))

    def _consent(self) -> Table:
        rows = tuple(
            (c.id, c.respondent, "yes" if c.required else "no", self.words(c.text))
            for c in self.instrument.consent
        )
        return Table("Consent", ("consent", "respondent", "required", "text"), rows)

    def _models(self) -> Table:
        rows = tuple(
            (model.id if not line else "", self.words(model.name) if not line else "", text)
            for model in self.instrument.models
            for line, text in enumerate(model.syntax.strip().splitlines())
        )
        return Table("Structural models", ("model", "name", "syntax"), rows)


def _value(measure: Measure) -> str:
    if measure.indices:
        return ", ".join(_index(index) for index in measure.indices)
    return "" if measure.score == "none" else measure.score


def _index(index: Index) -> str:
    name = f"1 - {index.name}" if index.one_minus else index.name
    return name if index.threshold is None else f"{name} (from {index.threshold:g})"


def _of(item: Item) -> str:
    if item.construct_id is None:
        return item.role
    return item.construct_id + (f".{item.facet}" if item.facet else "")
