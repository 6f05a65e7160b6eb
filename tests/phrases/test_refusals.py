"""What a reader of the tutorial can be refused, and why, is said in every language."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from collective_use.cli.main import main
from collective_use.phrases import languages, told

sys.path.insert(0, str(Path(__file__).parent))
from english import HOUSE, english_left, refusals

OTHERS = languages()[1:]
ROOMS = (
    "checks.py", "cli", "door", "output", "platforms", "questionnaire", "report", "responses",
    "scores", "study", "yaml_source", "planning", "simulation", "instrument/library.py",
    "instrument/begin.py", "instrument/placement.py", "instrument/include.py",
    "syntax/model_text.py", "syntax/semopy_text.py",
    "structure/values.py", "structure/fit.py", "structure/syntax.py",
)  # fmt: skip
"""Rooms and files that say nothing in one language only; what is left is said in docs."""


SETTINGS = frozenset(
    """
    UTF YAML PDF CSV csv xlsx ttf otf yaml Parquet Word http https null None
    group member members wave waves language languages module sample keep careless ignore missing
    instrument scale size ways pilot halo loadings models letterhead fill logo fillable format paths
    plat study Study delimiter planning groups monitor map fit counting NotoSansArabic example org
    BOUND CONSTRAINT narwhals DuckDB Ibis duckdb postgres pip install
    """.split()  # noqa: SIM905
)
"""Names of settings and commands, of columns and kinds of files."""


def _left(language: str, text: str) -> list[str]:
    words = english_left(told(language, f"Error: {text}"))
    return [word for word in words if word not in SETTINGS]


def _files(room: str) -> list[Path]:
    place = HOUSE / room
    return [place] if place.suffix else sorted(place.rglob("*.py"))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("room", ROOMS)
def test_every_refusal_has_its_phrase(language: str, room: str) -> None:
    found = [
        (path.relative_to(HOUSE).as_posix(), line, text)
        for path in _files(room)
        for line, text in refusals(path)
    ]
    assert found
    assert [entry for entry in found if _left(language, entry[2])] == []


FILES = {
    "cells.csv": "group_code,member_code,cdu1,cdu2\na,1,QQQ,2\na,2,4,1.200\n",
    "foreign.csv": "foo，bar\n1，2\n",
    "empty.csv": "group_code,cdu1\n",
    "nothing.csv": "",
    "members.csv": "姓名,单位\n张三,民政局\n",
    "study.yaml": "instrument: collective_data_use\nlang: zh\nexports: a.csv\nmodell: M1\n"
    "invalid: eror\nminimum_group_size: 1\n",
    "broken.yaml": "lang: zh\nexports: [a\n",
}
BANK = ("--instrument", "collective_data_use")
SCORE = (*BANK, "--out", "o", "--lang", "zh")
REFUSED = (
    ("score", "nowhere.csv", *SCORE), ("score", "cells.csv", *SCORE),
    ("score", "foreign.csv", *SCORE), ("score", "empty.csv", *SCORE),
    ("score", "nothing.csv", *SCORE), ("score", ".", *SCORE),
    ("score", "cells.csv", "--members", "members.csv", *SCORE, "--invalid", "missing"),
    ("score", "cells.csv", "--cutoff", "icc9=1", *SCORE),
    ("score", "cells.csv", "--screen", "foo=x", *SCORE),
    ("score", "cells.csv", "--foo", *SCORE), ("score", "cells.csv", "--lang=zh"),
    ("score", "cells.csv", *BANK, "--out", ".", "--lang", "zh"),
    ("fit", "cells.csv", "--instrument", "lq2002", "--out", "o", "--lang", "zh"),
    ("run", "study.yaml"), ("run", "broken.yaml"), ("run", "nowhere", "--lang", "zh"),
    ("seal", "study.yaml"), ("verify", ".", "--lang", "zh"), ("plan", "study.yaml"),
    ("demo", "--sample", "foo", "--lang", "zh"), ("demo", "lq2002", "--lang", "zh"),
    ("report", "nowhere", "--out", "r.html", "--lang", "zh"),
    ("publish", "collective_data_use", "--to", "wenjuanxing", "--out", "w", "--lang", "zh"),
    ("publish", "collective_data_use", "--to", "foo", "--out", "w", "--lang", "zh"),
    ("simulate", "collective_data_use", "--groups", "x", "--lang", "zh"),
    ("scroe", "--lang", "zh"), ("map", "cells.csv", "--lang", "zh"),
)  # fmt: skip


@pytest.mark.parametrize("words", REFUSED, ids=lambda words: " ".join(words)[:40])
def test_the_program_refuses_in_chinese(
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        Path(name).write_text(content, "utf-8")
    assert main(list(words)) == 2
    said = capsys.readouterr().err
    known = SETTINGS | set(" ".join(words).split()) | GIVEN
    left = [word for word in english_left(said, "collective_data_use") if word not in known]
    assert left == []
    assert "错误" in said


GIVEN = frozenset(
    """
    foo bar nowhere OPTIONS EXPORT ARGS COMMAND eror invalid clean messy models
    """.split()  # noqa: SIM905
)
"""What the files and words of these runs say themselves."""


def test_files_keep_their_names_and_arguments_become_flags(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my plan.csv").write_text("group_code,member_code,cdu1\na,1,QQQ\n", "utf-8")
    assert main(["score", "my plan.csv", *SCORE]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "错误：my plan.csv：有 1 列含量尺以外的值"
    assert said[1].startswith("  cdu1：'QQQ'（回答 1，文件第 2 行）；正确的是 1 到 7")
    assert said[-1] == "请改正导出文件，或用 --invalid missing 按缺失读取。"
