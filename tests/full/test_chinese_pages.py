"""The Chinese pages' commands run as they stand, in order, in an empty home directory."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"<!-- run -->\n```(\w+)\n(.*?)```", re.DOTALL)
PAGES = {
    "README.zh-CN.md": (2, {"online", "trial", "results", "report.html", "results.docx"}),
    "tutorial.zh-CN.md": (4, {"army", "trial", "results", "report.html", "my_study"}),
    "wenjuanxing.zh-CN.md": (5, {"online", "trial", "results", "report.html", "results.docx"}),
}


@pytest.mark.parametrize("page", list(PAGES))
def test_the_page_runs(page: str, tmp_path: Path) -> None:
    blocks = BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
    count, made = PAGES[page]
    assert len(blocks) == count
    for language, body in blocks:
        if language == "python":
            _ran([sys.executable, "-c", body], tmp_path)
            continue
        for line in body.strip().splitlines():
            program, *words = shlex.split(line)
            assert program == "collective-use"
            _ran([sys.executable, "-m", "collective_use", *words], tmp_path)
    assert made <= {place.name for place in tmp_path.iterdir()}


def _ran(words: list[str], place: Path) -> None:
    home = {**os.environ, "HOME": str(place), "PYTHONUTF8": "1"}
    done = subprocess.run(words, cwd=place, env=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (words, done.stderr)
