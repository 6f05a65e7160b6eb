"""Pages of groups: nothing of small groups, the same comparison on all, no end of a scale."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError
from collective_use.questionnaire.form.letterhead import Letterhead
from collective_use.report.group_pages.bands import FEWEST, bands_of
from collective_use.report.group_pages.content import group_pages, topics
from collective_use.report.group_pages.write import Writer
from collective_use.report.material import Material
from collective_use.report.phrases import phrases_in

ROWS = pd.DataFrame(
    {
        "group": [f"g{k:02d}" for k in range(24)], "n": [12] * 12 + [6] * 12,
        "members": [12] * 24, "reason": "",
        "cdu": [7.0, 1.0, np.nan, *np.linspace(3.0, 5.0, 21)], "pim": 4.0, "con_ties": 0.5,
    }
)  # fmt: skip
MEASURES = pd.DataFrame(
    [
        ("cdu", "referent_shift", "supported"), ("ssm", "referent_shift", "no evidence of a ..."),
        ("pim", "referent_shift", "supported"), ("con_ties", "network", "supported"),
    ],
    columns=["measure", "composition", "verdict"],
)  # fmt: skip
SPREAD = pd.DataFrame({"group": ["g00", "g03", "g04"], "measure": "cdu", "sd": [0.0, 0.4, 2.0]})


@pytest.fixture
def tables(material: Material) -> Material:
    held = {"groups.csv": ROWS, "measures.csv": MEASURES, "agreement.csv": SPREAD}
    account = {"cutoffs": {"disclosure_size": {"value": 5, "source": ""}}}
    return replace(material, tables=held, account=account)


def written(material: Material, *wanted: str) -> dict[str, str]:
    shown = topics(material, wanted)
    writer = Writer(material, Letterhead())
    return {page.group: writer.page(page) for page in group_pages(material, shown)}


def test_power_networks_and_what_is_no_property_are_left_out(tables: Material) -> None:
    assert [topic.measure for topic in topics(tables)] == ["cdu"]
    assert [topic.measure for topic in topics(tables, ["pim"])] == ["pim"]
    for name in ("con_ties", "ssm"):
        with pytest.raises(InputError, match="can show"):
            topics(tables, [name])


def test_a_group_that_is_withheld_has_no_page(tables: Material) -> None:
    assert "g02" not in written(tables)
    assert len(written(tables)) == 23


def test_unanimous_answers_at_the_end_of_the_scale_are_not_told(tables: Material) -> None:
    pages = written(tables)
    assert "average 6.5 or more" in pages["g00"]
    assert "average 1.5 or less" in pages["g01"]
    assert "7.0" not in re.sub(r"(?s)<style>.*?</style>", "", pages["g00"])
    # an SD of zero and one of 0.4 read the same
    assert "lie close together" in pages["g00"]
    assert "lie close together" in pages["g03"]
    assert "far apart" in pages["g04"]


def test_two_pages_differ_in_nothing_but_the_own_group(tables: Material) -> None:
    def others(text: str) -> list[str]:
        return re.findall(r"<rect class='band'[^>]*>", text)

    pages = written(tables)
    assert len({tuple(others(text)) for text in pages.values()}) == 1
    assert others(pages["g00"])
    for group, text in pages.items():
        assert not any(f">{other}<" in text for other in pages if other != group)


@pytest.mark.parametrize("seed", range(20))
def test_every_class_holds_enough_groups(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.round(rng.normal(4, 0.2 * seed + 0.05, rng.integers(3, 90)), 1).clip(1, 7)
    bands = bands_of(values.tolist(), 1.0, 7.0)
    places = [bands.place(round(value, 1)) for value in values]
    held = np.bincount(places, minlength=len(bands.edges) + 1)
    assert len(bands.edges) == 0 or held.min() >= FEWEST


def test_a_page_loads_nothing_and_takes_text_as_text(tables: Material) -> None:
    bad = "<script>alert(1)</script>\u202e"
    rows = ROWS.assign(group=[bad, *ROWS["group"][1:]])
    hostile = replace(tables, tables={**tables.tables, "groups.csv": rows})
    text = written(hostile)[bad]
    assert "<script" not in text
    assert "default-src 'none'" in text
    assert not re.search(r"(src|href)=['\"](?!data:)", text)


def test_chinese_pages_are_chinese(tables: Material) -> None:
    text = written(replace(tables, phrases=phrases_in("zh")))["g05"]
    visible = re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.S)
    assert set(re.findall(r"[A-Za-z]{3,}", visible)) == set()


def test_pages_of_a_run(tmp_path) -> None:
    run = cu.run_study({
        "instrument": "lq2002", "exports": str(cu.sample_path("lq2002.csv")),
        "out": str(tmp_path / "results"), "repetitions": 0,
    })  # fmt: skip
    head = {"institution": "City University & Co"}
    files = cu.write_group_reports(run, tmp_path / "pages", measures=["tsig"], letterhead=head)
    first = (tmp_path / "pages" / files[0]).read_text(encoding="utf-8")
    assert "City University &amp; Co" in first
    assert len(files) == 49
