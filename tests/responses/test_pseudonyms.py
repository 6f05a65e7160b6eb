"""Keyed codes: the same person the same code, no way back, nothing overwritten."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import collective_use as cu
from collective_use.cli.main import main

ROWS = (
    "group,member,Email,q1,why,boss\n"
    "A,Anna@example.org,anna@example.org,4,ask bob@example.org,bob@example.org\n"
    "A,bob@example.org,bob@example.org,=1+1,,anna@example.org\n"
    "B,,x@example.org,3,since 2019,\n"
)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def called(export: Path, out: Path, key: Path, *more: str) -> int:
    return main(["pseudonymize", str(export), "--out", str(out), "--key", str(key), *more])


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def test_persons_become_codes_everywhere_and_the_key_stands_apart(export, tmp_path, capsys):
    out, key = tmp_path / "out" / "coded.csv", tmp_path / "safe" / "study.key"
    assert called(export, out, key) == 0
    assert "2 persons" in capsys.readouterr().out
    text = out.read_text("utf-8-sig")
    assert "@" not in text
    got = table(out)
    assert list(got) == ["group", "member", "q1", "why", "boss"]
    assert got["boss"].tolist() == [got["member"][1], got["member"][0], ""]
    assert got["member"][2] == ""
    assert got["why"].tolist() == ["ask [e-mail address]", "", "since 2019"]
    assert got["q1"].tolist() == ["4", "'=1+1", "3"]
    assert key.stat().st_mode & 0o077 == 0
    assert [p.name for p in out.parent.iterdir()] == ["coded.csv"]


def test_the_same_key_links_files_and_another_does_not(export, tmp_path):
    members = tmp_path / "members.csv"
    members.write_text("group,member\nA,anna@example.org\nA,bob@example.org\n")
    key = tmp_path / "k" / "a.key"
    assert called(export, tmp_path / "1.csv", key) == 0
    before = key.read_bytes()
    assert called(members, tmp_path / "2.csv", key) == 0
    assert key.read_bytes() == before
    assert called(members, tmp_path / "3.csv", tmp_path / "k" / "b.key") == 0
    one, two, three = (table(tmp_path / f"{n}.csv")["member"].tolist() for n in (1, 2, 3))
    assert one[:2] == two
    assert not set(two) & set(three)


def test_nothing_is_overwritten_and_nothing_left_behind(export, tmp_path, capsys):
    out, key = tmp_path / "coded.csv", tmp_path / "study.key"
    out.write_text("mine")
    assert called(export, out, key) == 2
    assert "exists already" in capsys.readouterr().err
    key.write_text("my diary")
    assert called(export, tmp_path / "new.csv", key) == 2
    assert "not overwritten" in capsys.readouterr().err
    assert (out.read_text(), key.read_text()) == ("mine", "my diary")
    for more in (("--member", "Mail"), ("--also", "bos")):
        assert called(export, tmp_path / "new.csv", tmp_path / "new.key", *more) == 2
        assert "did you mean" in capsys.readouterr().err
    assert called(export, tmp_path / "new.csv", export) == 2
    assert called(export, tmp_path / "new.xlsx", tmp_path / "new.key") == 2
    blocked = tmp_path / "coded.csv" / "inside.csv"
    assert called(export, blocked, tmp_path / "new.key") == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["coded.csv", "export.csv", "study.key"]


def test_a_file_without_a_member_column_asks_for_it(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("group,Contact,q1\nA,anna@example.org,4\n")
    assert called(path, tmp_path / "b.csv", tmp_path / "k") == 2
    assert "--member; personal details stand in 'Contact'" in capsys.readouterr().err
    assert called(path, tmp_path / "b.csv", tmp_path / "k", "--member", "Contact") == 0


def test_further_heading_rows_stay_and_the_copy_reads_as_the_export_does(tmp_path):
    source = cu.sample_path("clean") / "export.csv"
    bank = cu.load_instrument("collective_data_use")
    before = cu.read_responses(source, bank)
    member = bank.columns.member
    out = tmp_path / "coded.csv"
    assert called(source, out, tmp_path / "k" / "key", "-i", "collective_data_use") == 0
    after = cu.read_responses(out, bank)
    pd.testing.assert_frame_equal(after.answers, before.answers)
    codes = dict(zip(before.persons["member"], after.persons["member"], strict=True))
    assert member
    assert all(code.startswith("p") and len(code) == 13 for code in codes.values())
    assert len(set(codes.values())) == len(codes)
