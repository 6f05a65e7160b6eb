"""Every line that the commands print with --lang zh is Chinese, names and syntax excepted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import collective_use as cu

sys.path.insert(0, str(Path(__file__).parents[1] / "phrases"))
from english import english_left

CLEAN, MESSY, REAL = cu.sample_path("clean"), cu.sample_path("messy"), cu.sample_path("lq2002.csv")
BANK = ("--instrument", "collective_data_use")
COMMANDS = {
    "demo": ("demo", "--out", "demo"),
    "demo of a messy export": ("demo", "--sample", "messy", "--out", "demo"),
    "demo of real answers": ("demo", "--sample", "lq2002", "--out", "demo"),
    "score": ("score", MESSY / "export.csv", *BANK, "--out", "results"),
    "score with rules": (
        "score", MESSY / "export.csv", *BANK, "--members", MESSY / "members.csv", "--screen",
        "longstring=10", "--cutoff", "icc1=0.10", "--out", "results", "--full",
    ),
    "validate": ("validate", CLEAN / "export.csv", *BANK, "--out", "results"),
    "validate real answers": ("validate", REAL, "--instrument", "lq2002", "--out", "results"),
    "fit": (
        "fit", CLEAN / "export.csv", *BANK, "--members", CLEAN / "members.csv", "--informants",
        CLEAN / "informants.csv", "--model", "M1", "--out", "results",
    ),
    "report": ("report", REAL, "--instrument", "lq2002", "--out", "report.html"),
    "monitor": ("monitor", MESSY / "export.csv", *BANK, "--members", MESSY / "members.csv"),
    "publish": (
        "publish", "collective_data_use", "--to", "wenjuanxing", "--form", "short", "--draft",
        "--out", "online",
    ),
    "questionnaire": ("questionnaire", "collective_data_use", "--draft", "--out", "form.docx"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(COMMANDS))
def test_no_english_sentence_is_left(name: str, tmp_path: Path) -> None:
    words = [str(word) for word in COMMANDS[name]]
    done = subprocess.run(
        [sys.executable, "-m", "collective_use", *words, "--lang", "zh"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = (done.stdout + done.stderr).splitlines()
    assert len(lines) > 1
    found = ((line, english_left(line, "collective_data_use", "lq2002")) for line in lines)
    left = {line: english for line, english in found if english}
    assert left == {}
