"""The single files at the bottom: errors, checks, results, cut-offs, record."""

from __future__ import annotations

import dataclasses
import json
import math
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use import checks, cutoffs, results
from collective_use.record import Record


@dataclass(frozen=True)
class Sample(results.Result):
    value: float
    missing: results.NotComputed
    _hidden: int = 0

    def to_frame(self) -> pd.DataFrame:
        return pd.DataFrame({"value": [self.value], "why": [str(self.missing)]})


SAMPLE = Sample(math.nan, results.NotComputed("one member"))


def test_dict_is_json_without_nan_and_without_private_fields():
    text = json.dumps(SAMPLE.to_dict(), allow_nan=False)
    assert json.loads(text) == {"value": None, "missing": {"not_computed": "one member"}}


def test_text_and_html_show_the_reason():
    assert "one member" in str(SAMPLE)
    assert "one member" in SAMPLE._repr_html_()


@dataclasses.dataclass(frozen=True)
class Long(results.Result):
    """More rows than anyone reads."""

    rows: int

    def tables(self):
        return (results.Table("By group", ("group",), tuple((i,) for i in range(self.rows))),)


def test_long_tables_say_how_many_rows_are_not_shown():
    assert "more row" not in str(Long(results.TEXT_ROWS))
    text = str(Long(results.TEXT_ROWS + 1))
    assert text.endswith("1 more row: to_frame() holds them all.")
    assert len(text.splitlines()) == results.TEXT_ROWS + 4
    html = Long(100_000)._repr_html_()
    assert html.count("<td") == results.HTML_ROWS
    assert "99,500 more rows" in html


def test_notes_are_wrapped():
    table = results.Table("", ("a",), ((1,),), ("word " * 60,))
    assert max(len(line) for line in results.table_text(table).splitlines()) <= results.NOTE_WIDTH


def test_html_escapes():
    table = results.Table("<t>", ("a & b",), (("<script>",),))
    html = results.table_html(table)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_results_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        SAMPLE.value = 1.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("value", "text"),
    [(np.float64(0.5), "0.500"), (np.int64(3), "3"), (float("nan"), "–"), (1e-9, "1.0e-09")],
)
def test_cell_text(value, text):
    assert results.cell_text(value) == text


def test_wide_characters_align():
    table = results.Table("", ("组", "n"), (("小组", 1), ("a", 22)))
    lines = results.table_text(table).splitlines()
    assert len({results.display_width(line) for line in lines}) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: checks.one_of("method", "anva", ("anova", "reml")), "did you mean 'anova'"),
        (lambda: checks.column_in("group", "grp", ["group"], where="x.csv"), "column of x.csv"),
        (lambda: checks.number_between("cut", 2, 0, 1), r"number in \[0, 1\], got 2"),
        (lambda: checks.number_between("cut", float("nan"), 0, 1), "got nan"),
        (lambda: checks.number_between("cut", True, 0, 1), "got True"),
        (lambda: checks.whole_number("options", 1, at_least=2), "at least 2, got 1"),
        (lambda: checks.whole_number("options", 2.5, at_least=2), "whole number"),
    ],
)
def test_checks_speak_one_grammar(call, message):
    with pytest.raises(cu.InputError, match=message):
        call()


def test_cutoffs_are_swappable_and_cited():
    changed = cutoffs.cutoffs_with({"icc1": 0.1})
    assert changed["icc1"].passes(0.11)
    assert not changed["icc1"].passes(0.09)
    assert cutoffs.CUTOFFS["icc1"].value != 0.1
    assert all(cutoff.source for cutoff in cutoffs.CUTOFFS.values())
    with pytest.raises(cu.InputError, match="did you mean 'icc1'"):
        cutoffs.cutoffs_with({"ic1": 0.1})


def test_record_grows_and_keeps_order():
    record = Record().note("a", "decision", "First.").note("b", "left out", "Second.", count=1)
    assert [entry.room for entry in record.entries] == ["a", "b"]
    assert [entry.text for entry in record.of_kind("left out")] == ["Second."]
    assert record.joined(record).entries == record.entries * 2


def test_front_door_names_exist():
    for name in cu.__all__:
        assert getattr(cu, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        cu.nonsense  # noqa: B018


def test_public_functions_do_not_share_a_name_with_a_room():
    import pkgutil

    rooms = {module.name for module in pkgutil.iter_modules(cu.__path__)}
    # The room of questionnaires is the function, too: whichever is imported first, both work.
    assert rooms & set(cu.__all__) == {"questionnaire"}


@pytest.mark.parametrize(
    "first", ["", "import collective_use.questionnaire.form.layout; "], ids=["front door", "room"]
)
def test_the_room_of_questionnaires_prints_whichever_way_it_was_reached(first):
    code = (
        f"{first}import collective_use as cu; print(cu.questionnaire('lq2002')[:5].decode()); "
        "import collective_use.questionnaire.form.words as words; print(words.word('total', 'en'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["%PDF-", "Total"]


def test_front_door_is_light():
    code = (
        "import sys, collective_use; "
        "print(sorted({'numpy', 'pandas', 'scipy', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_list_without_heads_is_drawn_without_a_rule() -> None:
    text = results.table_text(
        results.Table("Checked and passed", ("",), (("one line",), ("another",)))
    )
    assert text == "Checked and passed\none line\nanother"
