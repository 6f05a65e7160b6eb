"""Which kind of answers an item gives to a measure: without loading what computes from them."""

from __future__ import annotations

from collective_use.compositions import answers_of
from collective_use.instrument.model import Instrument, Item, Measure


def answers_to(instrument: Instrument, measure: Measure, item: Item) -> str:
    """Return the kind of answers that an item gives to a measure."""
    return answers_of(measure.composition, item.kind, of_partners=is_of_partners(instrument, item))


def is_of_partners(instrument: Instrument, item: Item) -> bool:
    """Tell whether the roster of an item lists partners, not members of the own group."""
    return any(r.id == item.roster and r.of == "partners" for r in instrument.rosters)
