"""Columns that items make in a plain table, for checks that names do not collide.

The rooms that read and write tables have their own list with positions and options; a test
holds the two together.
"""

from __future__ import annotations

from collective_use.instrument.model import Instrument, Item


def columns_of(instrument: Instrument, item: Item) -> tuple[str, ...]:
    """Return the columns of an item in a plain table, rosters at their full length.

    Examples
    --------
    >>> import collective_use as cu
    >>> bank = cu.load_instrument("starter")
    >>> columns_of(bank, bank.get_item("advice"))[:2]
    ('advice_1', 'advice_2')
    """
    base = item.platform_names.get("plain", item.id)
    codes = [option.code for option in item.options]
    roster = next((part for part in instrument.rosters if part.id == item.roster), None)
    positions = range(1, (roster.maximum if roster else 0) + 1)
    if item.kind in ("roster_valued", "roster_binary", "allocation"):
        return tuple(f"{base}_{position}" for position in positions)
    if item.kind == "roster_roles":
        return tuple(f"{base}_{position}_{code}" for position in positions for code in codes)
    if item.kind in ("roster_nominate", "checklist", "rating_list"):
        return tuple(f"{base}_{code}" for code in codes)
    return (base,)
