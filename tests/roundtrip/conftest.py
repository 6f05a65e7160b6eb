"""Published definitions, answered by invented people."""

from __future__ import annotations

import random
from dataclasses import replace

import pandas as pd
import pytest

import collective_use as cu
from collective_use.platforms.columns import base_name, form_items, instrument_columns
from collective_use.questionnaire.form.layout import find_form, switched_on

PLACES = 4
PERSONS = 24
TICKS = ("checklist", "roster_binary", "roster_roles")
INSTRUMENTS = ("collective_data_use", "lq2002", "starter")


@pytest.fixture(scope="session", params=INSTRUMENTS)
def bank(request):
    return cu.load_instrument(request.param)


def form_of(bank) -> str:
    return "long" if bank.id == "collective_data_use" else find_form(bank, None).id


def asked(bank) -> list[str]:
    """The items a member is asked, no alternatives."""
    form = bank.get_form(form_of(bank))
    on = {name for block in switched_on(form, ["all"]) for name in block.items}
    kinds = {item.id: item for item in bank.items}
    return [n for n in form_items(form) if n in on and kinds[n].alternative_to not in on]


@pytest.fixture(scope="session")
def truth(bank) -> pd.DataFrame:
    """Answers by plain column name: valid, don't know, no occasion, and questions passed over.

    Whoever answers a question of ticks ticks something: no platform but REDCap tells "nothing
    ticked" from "passed over" otherwise, and REDCap cannot tell it at all.
    """
    chance = random.Random(5)
    items = {item.id: item for item in bank.items}
    columns = instrument_columns(bank, asked(bank), positions=PLACES)
    # Published forms call an item by its id, whatever name a plain table gives it.
    columns = [
        replace(c, name=c.name.replace(base_name(items[c.item]), c.item, 1)) for c in columns
    ]
    rows = []
    for person in range(PERSONS):
        row = {
            name: value
            for name, value in (
                ((bank.columns.group or "").casefold(), f"g{person % 3}"),
                ((bank.columns.member or "member_code").casefold(), f"m{person}"),
                (bank.columns.partner if bank.columns.partner in items else "", f"p{person % 2}"),
                ("language", bank.languages[person % len(bank.languages)]),
            )
            if name
        }
        for column in columns:
            item = items[column.item]
            if item.role != "key" and item.kind not in TICKS and item.kind != "auto":
                row[column.name] = answer(bank, item, chance)
        for item in items.values():
            mine = [column.name for column in columns if column.item == item.id]
            if item.kind in TICKS and mine:
                passed = item.kind == "checklist" and chance.random() < 0.1
                row |= {name: "" if passed else str(chance.randint(0, 1)) for name in mine}
                if not passed:
                    row[chance.choice(mine)] = "1"
        rows.append(row)
    return pd.DataFrame(rows)


def answer(bank, item, chance: random.Random) -> str:
    if item.kind == "roster_nominate":
        return str(chance.randint(0, PLACES))
    if chance.random() < 0.06:
        return ""
    if item.kind in ("allocation", "number"):
        return str(chance.randint(0, 100))
    scale = bank.get_scale(item.scale) if item.scale else None
    offered = [m.code for m in scale.missing if m.offered and m.code is not None] if scale else []
    if offered and chance.random() < 0.1:
        return str(chance.choice(offered))
    options = scale.options if scale else item.options
    return str(chance.choice(options).code)
