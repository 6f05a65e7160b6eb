"""Every command explains itself in every language: summaries, arguments, options, examples."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from collective_use.cli.commands import COMMANDS
from collective_use.cli.main import main
from collective_use.phrases import languages
from collective_use.wide_text import display_width

sys.path.insert(0, str(Path(__file__).parent))
from english import english_left

OTHERS = languages()[1:]
GROUPS = {
    "instrument": ("list", "show", "lint", "new", "schema", "to-xlsx", "from-xlsx", "phrases"),
    "sheets": ("judges", "read-judges", "translation", "read-translation", "interviews"),
    "placement": ("make", "show"),
}
CALLS = [(), *((name,) for name in COMMANDS), *((a, b) for a, own in GROUPS.items() for b in own)]
PARTS = {part for own in GROUPS.values() for name in own for part in name.split("-")}

WORDS = frozenset(
    """
    YAML PDF Word CSV XML ODK Schema LaTeX DDI Stata Excel Ctrl OSF README shell traceback http
    group member name partner informant error missing drop keep last first default true
    csv tsv xlsx sav dta parquet docx pdf html letterhead fill data clean messy us-letter letter
    web xlsform surveyjs qualtrics limesurvey redcap tencent kobo odk surveycto KoBo SurveyJS
    svg png jpg xls effects numbered author year yaml uni reduced Hant
    planning paths correlations iccs halo loadings icc refused age one not null FILE EXPORT OPTIONS
    LANGUAGE Parquet
    """.split()  # noqa: SIM905
)
"""Settings, columns, kinds of files, names of platforms."""

TERM = re.compile(
    r"^  (?:-\w, )?(?:-{1,2}[\w-]+|\[?\w+\]?(?:\.{3})?)(?: / --[\w-]+)?(?: \S+)?(?:  |$)"
)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_help_is_told(
    language: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--help", "--lang", language]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("用法：collective-use")
    assert any(line.endswith("显示本说明并退出。") for line in lines)
    known = WORDS | set(COMMANDS) | PARTS
    meanings = [
        TERM.sub("", line) for line in lines[1:] if not line.strip().startswith(("#", "collective"))
    ]
    left = {line: set(english_left(line)) - known for line in meanings}
    assert {line: found for line, found in left.items() if found} == {}
    assert all(display_width(line) <= 82 for line in lines if "collective-use" not in line)


def test_english_help_is_that_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Usage: collective-use score [OPTIONS]")
    assert not re.search(r"[\u4e00-\u9fff]", said)
