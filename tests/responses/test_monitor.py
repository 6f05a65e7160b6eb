"""The state of the field: counts are true, gates are the cut-offs, no answer is shown."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError
from collective_use.instrument.library import data_folder
from collective_use.results import NotComputed

BANK = cu.load_instrument("lq2002")


def export(*rows):
    """Make an export from (group, member, answer)."""
    return pd.DataFrame(rows, columns=["COMPID", "SUB", "LEAD01"]).astype(str)


def listed(**groups):
    rows = [
        {"group": name, "member": str(n), "name": f"Name {name}{n}"}
        for name, size in groups.items()
        for n in range(1, size + 1)
    ]
    return pd.DataFrame(rows)


def seen(frame, members, **options):
    read = cu.read_responses(frame, BANK, members=members, keep_personal=True)
    return cu.monitor(read, **options)


def test_counts_gates_and_what_is_needed():
    rows = [("a", n, 3) for n in range(1, 8)] + [("b", n, 3) for n in (1, 2, 3)]
    state = seen(export(*rows), listed(a=10, b=4, c=6))
    groups = state.groups.set_index("group")
    assert groups["answered"].to_dict() == {"a": 7, "b": 3, "c": 0}
    assert groups["open"].to_dict() == {"a": 3, "b": 1, "c": 6}
    assert groups["response_rate"].to_dict() == {"a": 0.7, "b": 0.75, "c": 0.0}
    assert groups["rate_gate"].to_dict() == {"a": False, "b": False, "c": False}
    assert groups["size_gate"].to_dict() == {"a": True, "b": True, "c": False}
    assert groups["disclosure_gate"].to_dict() == {"a": True, "b": False, "c": False}
    assert groups["needed"].to_dict() == {"a": 1, "b": None, "c": 5}
    assert state.totals()["groups without an answer"] == 1


FORMS = Path(__file__).parent.parent / "questionnaire" / "forms"


def test_nobody_who_said_no_is_reminded(tmp_path):
    """r2 answered and said no, R 3 said no and left at once; r4 left the box empty."""
    (tmp_path / "export.csv").write_text(
        "dept,person,saf1,consent_participation\n"
        "ROAD,r1,3,1\nROAD,r2,3,0\nroad,R3,,no\nROAD,r4,3,\n",
        "utf-8",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = cu.read_responses(
            tmp_path / "export.csv",
            FORMS / "departments_optional.yaml",
            members=FORMS / "departments_members.csv",
        )
    state = cu.monitor(read)
    mine = state.reminders[state.reminders["group"] == "ROAD"]
    assert mine["member"].tolist() == ["r4", "r5"]
    assert not [name for name in mine if "declined" in name]
    said = next(e for e in state.record.entries if "declined to take part" in e.text)
    assert said.count == 2
    road = state.groups.set_index("group").loc["ROAD"]
    assert (road["members"], road["answered"], road["open"]) == (5, 1, 4)


def test_the_gate_itself_passes_and_can_be_moved():
    rows = [("a", n, 3) for n in range(1, 5)]
    state = seen(export(*rows), listed(a=5), cutoffs={"disclosure_size": 4})
    row = state.groups.iloc[0]
    assert row["rate_gate"]
    assert row["disclosure_gate"]
    assert row["needed"] == 0
    assert "set by the study" in str(state)


def test_reminders_name_those_without_an_answer_and_those_alone():
    state = seen(export(("a", 1, 3), ("a", 2, ""), ("b", 1, 4)), listed(a=3, b=2))
    assert list(zip(state.reminders["group"], state.reminders["member"], strict=True)) == [
        ("a", "2"), ("a", "3"), ("b", "2"),
    ]  # fmt: skip
    assert "Name a2" in state.reminders_csv().decode()
    assert any("without a single answer" in entry.text for entry in state.record.entries)


def test_who_opted_out_is_in_no_denominator_and_on_no_list():
    members = listed(a=6).assign(opted_out=["", "", "", "", "", "yes"])
    state = seen(export(*[("a", n, 3) for n in range(1, 5)]), members)
    assert state.groups.loc[0, "members"] == 5
    assert "6" not in state.reminders["member"].tolist()
    assert any("opted out" in entry.text for entry in state.record.entries)


def test_strange_groups_and_codes_are_counted_not_dropped_in_silence():
    state = seen(export(("a", 1, 3), ("a", 77, 3), ("z", 1, 3)), listed(a=3))
    texts = {e.text: e.count for e in state.record.entries if e.room == "monitor"}
    assert sorted(texts.values()) == [1, 1]
    assert state.groups.loc[0, "answered"] == 1


def test_without_member_codes_there_are_counts_and_no_list():
    frame = export(("a", 1, 3), ("a", 2, 3), ("b", 1, 3), ("b", 2, 3)).drop(columns="SUB")
    state = seen(frame, listed(a=3, b=1))
    assert state.groups["answered"].tolist() == [2, 1]
    assert isinstance(state.reminders, NotComputed)
    assert any("More answers than members" in e.text for e in state.record.entries)
    with pytest.raises(InputError, match="no member code"):
        state.reminders_csv()


def test_without_a_members_file_it_says_what_is_missing():
    with pytest.raises(InputError, match="members file"):
        cu.monitor(cu.read_responses(export(("a", 1, 3)), BANK))


def test_waves_are_looked_at_one_at_a_time():
    frames = [export(("a", 1, 3)), export(("a", 1, 3), ("a", 2, 3))]
    read = cu.read_responses(frames, BANK, members=listed(a=2), wave=["1", "2"])
    with pytest.raises(InputError, match=r"waves '1', '2'; name one"):
        cu.monitor(read)
    assert cu.monitor(read, wave="1").groups.loc[0, "answered"] == 1
    assert cu.monitor(read, wave="2").groups.loc[0, "answered"] == 2


def test_neither_page_nor_tables_show_answers_or_names():
    state = seen(export(("a", 1, 5), ("a", 2, 4)), listed(a=3))
    for text in (str(state), state.to_html(), state.groups_csv().decode()):
        assert "Name" not in text
        assert "LEAD01" not in text
    assert "<script" not in state.to_html()
    assert "http://" not in state.to_html()
    assert "https://" not in state.to_html()


def test_the_messy_sample_adds_up():
    folder = data_folder("data_samples") / "messy"
    bank = cu.load_instrument("collective_data_use")
    read = cu.read_responses(folder / "export.csv", bank, members=folder / "members.csv",
                             invalid="missing")  # fmt: skip
    state = cu.monitor(read)
    totals = state.totals()
    assert totals["members"] == len(pd.read_csv(folder / "members.csv"))
    assert totals["answered"] + len(state.reminders) == totals["members"]


@pytest.mark.parametrize("word", ["perhaps", "2", "nein", "-"])
def test_a_word_that_is_neither_yes_nor_no_names_nobody(word: str) -> None:
    """Whoever did not wish to be named was named, where the file said so in another word."""
    members = listed(a=3).assign(opted_out=["", "1", word])
    with pytest.raises(cu.ReadError, match=f"told by 1 or 0 .*got '{word}'"):
        cu.read_responses(pd.DataFrame({"COMPID": ["a"], "SUB": ["1"], "LEAD01": ["3"]}),
                          "lq2002", members=members)  # fmt: skip


@pytest.mark.parametrize("position", ["1e9991", "-1e9991", "9" * 400])
def test_a_position_too_large_to_be_held_is_refused(position: str) -> None:
    members = listed(a=3).assign(position=["1", "2", position])
    with pytest.raises(cu.ReadError, match="position"):
        cu.read_responses(pd.DataFrame({"COMPID": ["a"], "SUB": ["1"], "LEAD01": ["3"]}),
                          "lq2002", members=members)  # fmt: skip
