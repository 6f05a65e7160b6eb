"""What a check of an instrument finds, and what would be right, in every language."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from collective_use.cli.main import main
from collective_use.instrument.lint.looks.avoided import AVOIDED
from collective_use.instrument.lint.rules import RULES
from collective_use.phrases import languages, told
from collective_use.phrases.tell import head_told

sys.path.insert(0, str(Path(__file__).parent))
from english import HOUSE, called_texts, english_left, strings_of

OTHERS = languages()[1:]
LOOKS = sorted((HOUSE / "instrument" / "lint").rglob("*.py"))
SYNTAX = frozenset(
    """
    required false reverse true consent platform yaml status direction Flesch Kincaid maximum
    Bollen Structural equations with latent variables
    """.split()  # noqa: SIM905
)
SOURCES = frozenset(
    word
    for rule in RULES.values()
    if re.search(r"\d{4}", rule.source)
    for word in re.findall(r"\w+", rule.source.partition(";")[0].partition(":")[0])
)
"""Words of references."""
CITED = re.compile(r"（[A-Z][\w-]+ (?:& \w+ )?\d{4}[^）]*）|（\w+[^（）]*\d{4}[^）]*）")


def _left(language: str, text: str) -> list[str]:
    words = english_left(CITED.sub("", head_told(language, text)))
    return [word for word in words if word not in SYNTAX]


def _findings(path: Path) -> list[str]:
    """Return what a file says of an instrument: where, what was found, what would be right."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        text
        for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))
        for call in (n for n in ast.walk(function) if isinstance(n, ast.Call))
        if getattr(call.func, "id", "") == "Finding"
        for argument in call.args[2:5]
        for text in strings_of(argument, function)
        if re.search(r"[a-z]{3}", text) and text != "{word}"
    ]


@pytest.mark.parametrize("language", OTHERS)
def test_every_finding_is_told(language: str) -> None:
    texts = {text for path in LOOKS for text in _findings(path)}
    assert len(texts) > 55
    left = {text: found for text in texts if (found := _left(language, text))}
    assert left == {}


@pytest.mark.parametrize("language", OTHERS)
def test_reasons_and_searches_are_told(language: str) -> None:
    texts = [reason for reason, _ in AVOIDED.values()]
    texts += [f"for example {better}. {word}: {why}" for word, (why, better) in AVOIDED.items()]
    wording = ast.parse((HOUSE / "instrument/lint/looks/wording.py").read_text("utf-8"))
    searches = next(
        node.value
        for node in ast.walk(wording)
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_SEARCHES"
    )
    texts += [
        node.value
        for node in ast.walk(searches)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    ]
    assert len(texts) > 35
    assert {text: found for text in texts if (found := _left(language, text))} == {}


@pytest.mark.parametrize("language", OTHERS)
def test_titles_heads_and_notes_are_told(language: str) -> None:
    path = HOUSE / "instrument" / "lint" / "lint.py"
    texts = [text for _, text in called_texts(path, frozenset({"Table"}))]
    heads = "severity rule where found right form modules members partners language answers "
    heads += "minutes measure facet items reversed statements unit mean_length longest grade"
    left = [text for text in (*texts, *heads.split()) if told_is_same(language, text)]
    assert left == []


def told_is_same(language: str, text: str) -> bool:
    return head_told(language, text) == text and bool(re.search("[a-z]{3}", text))


@pytest.mark.parametrize("language", OTHERS)
def test_the_bank_is_looked_through_in_the_language(
    language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["instrument", "lint", "collective_data_use", "--lang", language])
    lines = capsys.readouterr().out.splitlines()
    known = {"short", "long", "all", "acquiescence", "unused", "few", "items", "Visual", "silent"}
    known |= {"Science", "reading"} | SYNTAX | SOURCES
    rows = [line for line in lines if not re.match(r"[a-z_]+ {2,}", line)]
    assert len(rows) > 25
    left = {line: set(english_left(line, "collective_data_use")) - known for line in rows}
    assert {line: words for line, words in left.items() if words} == {}


def test_a_reason_is_told_inside_its_sentence() -> None:
    assert told("zh", "unused: an offer, or remove it.") == "unused：备用，或删除。"
    assert told("zh", "reverse_share: at most 50%.") == "reverse_share：至多50%。"
