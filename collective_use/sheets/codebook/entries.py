"""What the codebook says about one item."""

from __future__ import annotations

from dataclasses import dataclass

from collective_use.instrument.model import Item, MissingOption, ResponseScale


@dataclass(frozen=True, slots=True)
class Entry:
    """What the codebook says about one item.

    Attributes
    ----------
    item
        The item.
    scale
        Its response scale; None where it has options of its own or none.
    measures
        The measures it belongs to.
    forms
        The forms that ask it, each with its block and, where there is one, its module.
    columns
        Its headings in an export; a roster's for the first and the last position.
    citation
        The full source.
    """

    item: Item
    scale: ResponseScale | None
    measures: tuple[str, ...]
    forms: tuple[tuple[str, str, str], ...]
    columns: tuple[str, ...]
    citation: str

    @property
    def options(self) -> tuple[tuple[int, dict[str, str]], ...]:
        """Codes with their labels: the scale's, or the item's own."""
        own = self.scale.options if self.scale else self.item.options
        return tuple((option.code, option.label) for option in own)

    @property
    def rows(self) -> tuple[tuple[int, dict[str, str]], ...]:
        """The item's own options where a scale gives the answers: areas, roles, lines."""
        if self.scale is None:
            return ()
        return tuple((option.code, option.label) for option in self.item.options)

    @property
    def missing(self) -> tuple[MissingOption, ...]:
        """Codes and answers that count as missing."""
        return self.scale.missing if self.scale else ()
