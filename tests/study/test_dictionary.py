"""The dictionary knows every column that is written, in the docs and in the folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from collective_use.study.demo import DEMOS
from collective_use.study.dictionary import dictionary_frame, dictionary_markdown
from collective_use.study.meanings import OUTPUT_SCHEMA
from collective_use.study.outputs import MEANINGS, tables_of
from collective_use.study.run import StudyRun

DOCS = Path(__file__).resolve().parents[2] / "docs" / "outputs.md"


def test_the_page_holds_the_dictionary() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert text.split("<!-- dictionary -->\n")[1] == dictionary_markdown()
    assert f"schema {OUTPUT_SCHEMA}\n" in text
    for file in MEANINGS:
        assert f"`{file}`" in text


@pytest.mark.parametrize("sample", list(DEMOS))
def test_every_column_written_has_a_meaning(
    sample: str, demo_run: Callable[[str], StudyRun]
) -> None:
    outcome = demo_run(sample).outcome
    frame = dictionary_frame(tables_of(outcome), outcome.instrument)
    assert len(frame) > 30
    assert frame.loc[frame["meaning"] == "", ["file", "column"]].to_numpy().tolist() == []
