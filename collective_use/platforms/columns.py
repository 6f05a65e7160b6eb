"""The names of an instrument's columns in a plain table: made here and nowhere else.

A reader, a writer of samples and a web page that share this file cannot misunderstand each
other. One item makes one column, named by its id, except where it asks many things:

=================  =======================  ==========================================
kind               columns                  an example
=================  =======================  ==========================================
roster, valued     item_position            ``net1_3``: how often with member 3
roster, binary     item_position            ``net3_3``: 1 when member 3 is ticked
allocation         item_position            ``alc1_2``: the points of partner 2
roster, roles      item_position_role       ``chk4_3_2``: role 2 ticked for member 3
roster, nominate   item_option              ``wkw1_4``: whom area 4 names, 0 for nobody
checklist          item_option              ``chk1_4``: 1 when option 4 is ticked
rating list        item_option              ``chk2_4``: the rating of row 4
=================  =======================  ==========================================

Positions count the members (or partners) of the respondent's own group from 1, in the order of
the members file, the respondent included.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from collective_use.instrument.model import Block, Form, Instrument, Item

BY_POSITION = ("roster_valued", "roster_binary", "allocation")
BY_ROLE = ("roster_roles",)
BY_OPTION = ("checklist", "rating_list", "roster_nominate")
ROSTERS = (*BY_POSITION, *BY_ROLE, "roster_nominate")
"""Kinds whose answers are about the members or partners of a group."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a plain table, and what it means.

    Attributes
    ----------
    name
        Its heading.
    item
        The id of the item.
    kind
        The kind of the item.
    position
        The member or partner it is about, from 1; None where it is about none.
    option
        The code of the option, row, role or area; None where there is none.
    """

    name: str
    item: str
    kind: str
    position: int | None = None
    option: int | None = None


def base_name(item: Item, platform: str = "plain") -> str:
    """Return what an item is called on a platform: its own name there, or its id.

    Examples
    --------
    >>> from collective_use.instrument.model import Item
    >>> base_name(Item(id="lead01", text={"en": "?"}, platform_names={"plain": "LEAD01"}))
    'LEAD01'
    """
    names = item.platform_names
    return names.get(platform, names.get("plain", item.id))


def column_name(
    item: Item,
    *,
    position: int | None = None,
    option: int | None = None,
    platform: str = "plain",
) -> str:
    """Return the heading of one column.

    Examples
    --------
    >>> from collective_use.instrument.model import Item
    >>> ties = Item(id="net1", kind="roster_valued", text={"en": "?"})
    >>> column_name(ties, position=3)
    'net1_3'
    """
    parts = (base_name(item, platform), position, option)
    return "_".join(str(part) for part in parts if part is not None)


def item_columns(item: Item, *, positions: int = 0, platform: str = "plain") -> tuple[Column, ...]:
    """Return the columns of one item, in order.

    Parameters
    ----------
    item
        The item.
    positions
        How many members or partners a roster has columns for.
    platform
        Whose names to use.

    Examples
    --------
    >>> from collective_use.instrument.model import Item
    >>> ties = Item(id="net1", kind="roster_valued", text={"en": "?"})
    >>> [column.name for column in item_columns(ties, positions=2)]
    ['net1_1', 'net1_2']
    """
    options = [option.code for option in item.options]
    places: Iterable[tuple[int | None, int | None]]
    if item.kind in BY_POSITION:
        places = [(position, None) for position in range(1, positions + 1)]
    elif item.kind in BY_ROLE:
        places = [(place, role) for place in range(1, positions + 1) for role in options]
    elif item.kind in BY_OPTION:
        places = [(None, option) for option in options]
    else:
        places = [(None, None)]
    return tuple(
        Column(
            column_name(item, position=position, option=option, platform=platform),
            item.id,
            item.kind,
            position,
            option,
        )
        for position, option in places
    )


def roster_length(instrument: Instrument, item: Item) -> int:
    """Return for how many members or partners an item may have columns; 0 without a roster."""
    lengths = {roster.id: roster.maximum for roster in instrument.rosters}
    return lengths.get(item.roster or "", 0)


def form_items(form: Form, *, respondent: str = "member") -> tuple[str, ...]:
    """Return the ids that a form asks a member (or an informant), page by page.

    All modules are included, whether switched on or not.
    """
    blocks: Iterable[Block] = (part for part in form.blocks if part.respondent == respondent)
    return tuple(dict.fromkeys(item for block in blocks for item in block.items))


def instrument_columns(
    instrument: Instrument,
    items: Iterable[str] | None = None,
    *,
    positions: int | None = None,
    platform: str = "plain",
) -> tuple[Column, ...]:
    """Return the columns of a plain table for some items, or for all of an instrument.

    Parameters
    ----------
    instrument
        The instrument.
    items
        Item ids, in the order wanted; None for all.
    positions
        Members or partners that rosters have columns for; None for each roster's maximum.
    platform
        Whose names to use.

    Examples
    --------
    >>> import collective_use as cu
    >>> instrument_columns(cu.load_instrument("lq2002"))[0].name
    'LEAD01'
    """
    wanted = [part.id for part in instrument.items] if items is None else list(items)
    columns: list[Column] = []
    for name in wanted:
        item = instrument.get_item(name)
        length = roster_length(instrument, item) if positions is None else positions
        columns.extend(item_columns(item, positions=length, platform=platform))
    return tuple(columns)
