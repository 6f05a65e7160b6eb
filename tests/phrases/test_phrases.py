"""Every language says all that the house says in English, with the same gaps."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

from collective_use.instrument.library import load_instrument
from collective_use.phrases import languages, said, table_told, told
from collective_use.phrases.book import CELLS, HEADS, book_of, files_of, gaps_of
from collective_use.phrases.tell import head_told
from collective_use.results import Table
from collective_use.study import meanings as m
from collective_use.study.dictionary import dictionary_frame
from collective_use.study.outputs import FULL_MEANINGS, MEANINGS
from collective_use.study.template import init_study
from collective_use.study.validation import FILES

sys.path.insert(0, str(Path(__file__).parent))
from english import HOUSE, called_texts, english_left, note_texts, strings_of

OTHERS = languages()[1:]
SPOKEN = {
    "study/summary.py", "structure/report.py", "responses/fieldwork/monitor.py",
    "sheets/review/judges_read.py", "sheets/translation/read.py",
    "study/sealing/check.py", "planning/plan.py", "planning/seal/sealed.py",
    "planning/seal/verify.py", "simulation/simulate.py",
    *(f"cli/{name}.py" for name in
      ("done", "report", "monitor", "publish", "questionnaire", "form_options", "init", "map",
       "letters", "receive", "simulate", "pseudonymize", "placement", "console", "plan", "seal",
       "verify", "entry", "codebook", "sheets", "instrument", "reduce",
       "archive", "run", "fit", "score", "validate")),
}  # fmt: skip
"""Files whose tables and sentences reach the terminal."""

DOORS = frozenset({"Table", "table_of", "say", "show_next", "NotComputed", "append"})
WORDS = re.compile(r"^[a-z\-]+$")
LATIN = {"corrected", "sam", "iv"}
UNCHANGED = {"sam", "iv", "*{text}*"}


@pytest.mark.parametrize("language", OTHERS)
def test_both_sides_of_a_phrase_have_the_same_gaps(language: str) -> None:
    wrong = [
        english
        for _, texts in files_of(language)
        for english, other in texts.items()
        if set(gaps_of(english)) != set(gaps_of(other))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_stands_in_one_file(language: str) -> None:
    seen: dict[str, str] = {}
    for name, texts in files_of(language):
        for english in texts:
            if name not in (HEADS, CELLS):
                assert english not in seen, (english, name, seen[english])
                seen[english] = name


def test_chinese_is_chinese() -> None:
    plain = [
        other
        for _, texts in files_of("zh")
        for other in texts.values()
        if not re.search(r"[\u4e00-\u9fff、。：；（]", other) and other not in UNCHANGED | {"α"}
    ]
    assert sorted(plain) == ["", "{n1}/{n2}", "，"]


@pytest.mark.parametrize("language", OTHERS)
def test_every_line_of_the_record_has_its_phrase(language: str) -> None:
    found = [
        (path.relative_to(HOUSE).as_posix(), line, text)
        for path in sorted(HOUSE.rglob("*.py"))
        if "sheets" not in path.parts
        for line, text in note_texts(path)
    ]
    assert len(found) > 60
    assert [entry for entry in found if _left(language, entry[2])] == []


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("place", sorted(SPOKEN))
def test_what_is_printed_has_its_phrase(language: str, place: str) -> None:
    texts = list(called_texts(HOUSE / place, DOORS))
    assert [entry for entry in texts if _left(language, entry[1])] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_study_file_is_explained(language: str, tmp_path: Path) -> None:
    lines = init_study(tmp_path, language=language).read_text("utf-8").splitlines()
    prose = [
        line for line in lines if line.startswith("# ") and not re.match(r"# ( |-|\w+:)", line)
    ]
    assert len(prose) > 25
    assert f"lang: {language}" in lines
    known = set(
        """
        group member position partner weight error missing keep careless quick thorough report
        csv tsv xlsx sav dta parquet collective use list instrument plan seal docs planning run
        """.split()  # noqa: SIM905
    )
    left = {line: set(english_left(line)) - known for line in prose}
    assert {line: words for line, words in left.items() if words} == {}


@pytest.mark.parametrize("language", OTHERS)
def test_platforms_say_their_steps(language: str) -> None:
    folder = HOUSE / "questionnaire" / "online"
    texts = [
        text
        for path in sorted(folder.glob("*.py"))
        for _, text in called_texts(path, frozenset({"append", "Published"}))
        if re.match(r"[A-Z].* .*[.:]$", text)
    ]
    assert len(texts) > 5
    assert [text for text in texts if _left(language, text)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_of_a_validation_has_its_phrase(language: str) -> None:
    book = book_of(language)
    texts = [
        text
        for name in ("book", "validate")
        for node in ast.walk(ast.parse((HOUSE / f"measurement/{name}.py").read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("say", "words", "said")
        for argument in node.args[:2]
        for text in strings_of(argument)
    ]
    assert len(texts) > 20
    assert [text for text in texts if book.counterpart(text) is None] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_file_of_results_says_what_it_holds(language: str) -> None:
    texts = {**MEANINGS, **FULL_MEANINGS, **FILES}.values()
    assert [text for text in texts if _left(language, text)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_column_has_a_meaning_in_the_language(language: str) -> None:
    parts = (
        m.KEYS, m.PERSONS, m.ANSWERS, m.SIZES, m.SCREENING, m.GROUPS, m.GROUP_VALUES, m.INDICES,
        m.MEASURES, m.MODELS, m.PLAN, m.TABLE_ONE, m.VALIDATION,
    )  # fmt: skip
    texts = {text for part in parts for text in part.values()}
    assert len(texts) > 250
    assert sorted(text for text in texts if told(language, text) == text) == []


def test_the_dictionary_names_measures_in_chinese() -> None:
    frame = pd.DataFrame(
        {"cdu": [1.0], "cdu.answered": [8], "row": [1], "one_minus_consensus": [0]}
    )
    bank = load_instrument("collective_data_use")
    found = dictionary_frame({"persons.csv": frame}, bank).set_index("column")["meaning_zh"]
    assert found["cdu"].startswith("集体绩效数据使用")
    assert found["cdu.answered"].endswith("：此人回答的题数。")
    assert found["row"] == "该行在导出文件的回答中的序号，从1起。"


def test_a_finished_sentence_is_read_back() -> None:
    text = "export.csv: Columns that identify persons were not kept: 'IPAddress', 'Name'."
    assert told("zh", text) == "export.csv：未保留可识别个人的列：'IPAddress'、'Name'。"
    several = (
        "2,042 persons in 49 groups of 9 to 99. "
        "80% of the listed members answered (mean over groups)."
    )
    first, second = "49个小组共2,042人，每组9至99人。", "名单上的成员有80%作答（各组平均）。"
    assert told("zh", several) == first + second
    assert told(None, several) == told("en", several) == several


def test_what_is_not_known_stays_english_and_is_found() -> None:
    unknown = "Nobody ever wrote this sentence down."
    assert told("zh", unknown) == unknown
    assert english_left(told("zh", unknown))


def test_templates_are_filled_and_names_pass() -> None:
    assert said("zh", "Fit of {scope}: {why}.", scope="cdu", why="persons have no groups") == (
        "cdu的拟合：个人没有所属小组。"
    )
    table = Table("Not computed", ("why", "measures"), (("nobody answered", "cdu, dl"),))
    assert table_told("zh", table).rows == (("无人作答", "cdu, dl"),)


def _left(language: str, text: str) -> list[str]:
    if WORDS.match(text) and text not in book_of(language).heads:
        return []  # a command's word, or a name
    return english_left(head_told(language, text))
