"""The codebook says everything, as a page that stands alone and as a table."""

from __future__ import annotations

import csv
import io
from html import escape
from html.parser import HTMLParser

import collective_use as cu


def test_the_table_holds_every_item_with_all_it_is(bank):
    text = cu.codebook(bank).to_csv().decode("utf-8-sig")
    rows = {row["item"]: row for row in csv.DictReader(io.StringIO(text))}
    assert list(rows) == [item.id for item in bank.items]
    row = rows["cdu4"]
    assert row["text_zh"] == bank.get_item("cdu4").text["zh"]
    assert row["reverse"] == "yes"
    assert row["codes"] == "1 2 3 4 5 6 7"
    assert row["labels_en"].startswith("1 = Never")
    assert "88 = dont_know" in row["missing_codes"]
    assert "-99 = unanswered (not offered)" in row["missing_codes"]
    assert (row["construct"], row["facet"]) == ("cdu", "joint_learning")
    assert row["measures"].split()[0] == "cdu"
    assert row["forms"].split() == ["short", "long"]


def test_columns_are_those_of_an_export():
    frame = cu.codebook(cu.load_instrument("lq2002")).to_frame()
    assert frame["columns"].tolist()[0] == "LEAD01"


class Look(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.ids, self.outside = [], [], []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append(tag)
        if tag == "article":
            self.ids.append(values["id"])
        self.outside += [values[name] for name in ("src", "href") if name in values]


def test_the_page_stands_alone_and_holds_every_item(bank):
    page = cu.codebook(bank).to_html()
    look = Look()
    look.feed(page)
    assert sorted(look.ids) == sorted(item.id for item in bank.items)
    assert not look.outside
    assert "url(" not in page
    for item in bank.items:
        for text in item.text.values():
            assert escape(text) in page


def test_a_text_cannot_break_the_page(bank):
    item = bank.items[0].model_copy(update={"text": {"en": "</script><b>", "zh": "<i>"}})
    page = cu.codebook(bank.model_copy(update={"items": (item,)})).to_html()
    assert "</script><b>" not in page
