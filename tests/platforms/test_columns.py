"""Column names and back."""

from __future__ import annotations

import pytest

import collective_use as cu
from collective_use.platforms.columns import form_items, instrument_columns, item_columns
from collective_use.responses.columns.match import Names


@pytest.mark.parametrize("name", ["collective_data_use", "lq2002"])
def test_every_column_is_found_again_by_its_name(name):
    bank = cu.load_instrument(name)
    names = Names(bank, "plain")
    columns = instrument_columns(bank)
    assert len({column.name for column in columns}) == len(columns)
    for column in columns:
        found = names.column(column.name)
        assert found is not None
        assert (found.item, found.position, found.option) == (
            column.item,
            column.position,
            column.option,
        )


def test_names_of_rosters_and_lists():
    bank = cu.load_instrument("collective_data_use")
    named = {i.id: [c.name for c in item_columns(i, positions=2)] for i in bank.items}
    assert named["net1"] == ["net1_1", "net1_2"]
    assert named["chk4"][:2] == ["chk4_1_1", "chk4_1_2"]
    assert named["chk2"][0] == "chk2_1"
    assert named["wkw1"][-1] == "wkw1_9"
    assert named["cdu1"] == ["cdu1"]


def test_the_items_of_members_and_of_informants():
    form = cu.load_instrument("collective_data_use").get_form("short")
    assert "k1" in form_items(form, respondent="informant")
    assert "k1" not in form_items(form)
