"""Whatever stands in a file: it is read, or refused by a sentence; nothing else comes out.

Each test damages a good file in many ways, or makes one of signs that steer parsers. The draws are
the same in every run, so that a run fails for a change of the code alone. A longer run with other
draws each time: ``FUZZ=50 FUZZ_RANDOM=1 pytest tests/door/test_fuzz.py`` tries fifty times as many;
``FUZZ_SECONDS=60`` tries nothing more after a minute, shared by the tests of this file.
"""

from __future__ import annotations

import functools
import json
import math
import os
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import collective_use as cu
from collective_use.door.csv import csv_rows
from collective_use.door.json import json_content
from collective_use.errors import CollectiveUseError, CollectiveUseWarning
from collective_use.responses.files.open import read_raw
from collective_use.responses.pseudonyms.write import pseudonymize

TIMES = int(os.environ.get("FUZZ", "1"))
CHANCE = bool(os.environ.get("FUZZ_RANDOM"))
SECONDS = float(os.environ.get("FUZZ_SECONDS", "inf")) / 6
"""What each of the six tests may take."""
BANK = cu.load_instrument(Path(__file__).parents[1] / "responses" / "lab_data.yaml")
GOOD = b"lab,pid,q1,q2\nA,p1,4,2\nA,p2,5,1\nB,p3,3,3\n"
MEMBERS = b"group,member,position,partner\nA,p1,1,x\nA,p2,2,y\nB,p3,1,x\n"
ANSWERS = json.dumps([{"lab": "A", "pid": "p1", "q1": 4, "q2": [2]}, {"lab": "A", "q1": None}])
PIECES = st.sampled_from([
    b"", b",", b";", b"\t", b'"', b'""', b"\n", b"\r", b"\r\n", b"\x00", b"\xff", b"\xfe\xff",
    b"\xef\xbb\xbf", b"sep=;\n", b"=1+1", b"-99", b"1e999", b"nan", b"\xe2\x80\xae", b"lab", b"q1",
    b"q1,q1", b"group", b"[", b"{", b"]", b"}", b":", b"null", b'"\\ud800"', b"9" * 400, b"1,5",
    "²".encode(), "同意".encode(), b"2019-01-01", b"PK\x03\x04", b"\x1b[2J", b"@", b"a@b.org",
])  # fmt: skip


def often(examples: int):
    return settings(
        max_examples=examples * TIMES,
        deadline=None,
        database=None,
        derandomize=not CHANCE,
        suppress_health_check=list(HealthCheck),
    )


def within_time(test: Callable[..., None]) -> Callable[..., None]:
    """Try nothing more once a test has had its time: on a slow machine it tries less."""
    end = [math.inf]

    @functools.wraps(test)
    def held(*words: object, **more: object) -> None:
        end[0] = min(end[0], time.monotonic() + SECONDS)
        if time.monotonic() > end[0] > 0:
            return
        try:
            test(*words, **more)
        except BaseException:
            end[0] = -math.inf  # a fault that was found is made small in its own time
            raise

    return held


@st.composite
def damaged(draw: st.DrawFn, good: bytes) -> bytes:
    """Cut, doubled, overwritten or stuffed with signs that steer parsers."""
    content = good
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        to = draw(st.integers(at, min(len(content), at + 12)))
        middle = draw(st.one_of(PIECES, st.binary(max_size=4), st.just(content[at:to] * 2)))
        content = content[:at] + middle + content[to:]
    return content


def made(name: str, content: bytes) -> Path:
    path = Path(tempfile.mkdtemp(dir=FOLDER)) / name
    path.write_bytes(content)
    return path


FOLDER = ""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.FOLDER", str(tmp_path))


def calmly(call, *words, **more):
    """Call, and return None where it refuses by a sentence of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", CollectiveUseWarning)
        try:
            return call(*words, **more)
        except CollectiveUseError as refusal:
            said = str(refusal).strip()
    assert said, "a refusal without a word"
    return None


@often(60)
@given(damaged(GOOD), st.sampled_from(["csv", "tsv", "txt"]))
@within_time
def test_an_export_of_text(content, ending):
    read = calmly(cu.read_responses, made(f"a.{ending}", content), BANK)
    if read is not None:
        assert len(read.persons) == len(read.answers)
        valid = read.answers[[n for n in ("q1", "q2") if n in read.answers]]
        assert ((valid >= 1) & (valid <= 5) | valid.isna()).all(axis=None)


@often(100)
@example(b"\xfe\xff\xfe\xff")
@given(st.lists(PIECES, max_size=12).map(b"".join))
@within_time
def test_a_text_file_of_anything(content):
    raw = calmly(read_raw, made("a.csv", content))
    if raw is not None:
        assert raw.cells.shape[1] == len(raw.names)


@often(60)
@given(damaged(MEMBERS))
@within_time
def test_a_members_file(content):
    path = made("members.csv", content)
    rows = calmly(csv_rows, path, "the members file", most=10_000)
    assert rows is None or all(set(row) == set(rows[0]) for row in rows[1])
    calmly(cu.read_responses, made("a.csv", GOOD), BANK, members=path)


@often(80)
@given(damaged(ANSWERS.encode()))
@within_time
def test_answers_as_json(content):
    calmly(json_content, content.decode("utf-8", "replace"), "a.json")
    calmly(cu.read_responses, made("a.json", content), BANK)


@often(40)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["lab", "pid", "q1", "answers", "keys"]), inner, max_size=4),
    max_leaves=12,
))  # fmt: skip
@within_time
def test_json_of_any_shape(value):
    calmly(cu.read_responses, made("a.json", json.dumps(value).encode()), BANK)


@often(40)
@given(damaged(GOOD))
@within_time
def test_a_copy_with_codes_shows_nobody_and_is_whole_or_absent(content):
    path = made("a.csv", content)
    out, key = path.with_name("out.csv"), path.with_name("key")
    done = calmly(pseudonymize, path, out, key, member="pid")
    assert out.exists() == key.exists() == (done is not None)
    if done is not None:
        assert not [p for p in ("p1", "p2", "p3") if p in calmly(_members, out, done.member)]


def _members(path: Path, heading: str) -> list[str]:
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    return table.get(heading, pd.Series(dtype=str)).tolist()
