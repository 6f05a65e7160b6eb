"""Lines without quotation marks are split by Arrow, others by pandas: to the same cells."""

from __future__ import annotations

import random
from dataclasses import replace

import pandas as pd
import pytest

from collective_use.responses.fieldwork.pairs import member_rows
from collective_use.responses.files import split
from collective_use.responses.files.split import Shape, cells_of, shape_of, signs_of

CELLS = ["", "1", "2", "10", " x", "x ", "ü", "小组", "a b", "'", "NA", "nan", "null", "-0", "1e5"]


def texts(cells: pd.DataFrame) -> list[list[str]]:
    return cells.astype(object).to_numpy().tolist()


@pytest.mark.parametrize("seed", range(8))
def test_both_ways_give_the_same_cells(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of the file have different texts each; blank lines are no rows for either."""
    monkeypatch.setattr(split, "_BLOCK", 200)
    monkeypatch.setattr(split, "_PART", 64)
    draw = random.Random(seed)
    width, mark = draw.choice([2, 3, 7]), draw.choice([",", ";", "\t", "|"])
    rows = [[draw.choice(CELLS) for _ in range(width)] for _ in range(150)]
    rows = [["h", *row[1:]] if not any(row) else row for row in rows]
    end = draw.choice(["\n", "\r\n"])
    text = end.join(mark.join(row) + draw.choice(["", "", end]) for row in rows)
    signs, sign = signs_of(text, mark)
    shape = shape_of(signs, sign, width)
    assert (shape.even, shape.short) == (True, 0)
    even = cells_of(signs, sign, width, shape, "x.csv")
    other = cells_of(signs, sign, width, replace(shape, even=False), "x.csv")
    assert texts(even) == texts(other) == rows
    for place in range(width):
        found, expected = even[place].cat.categories, other[place].cat.categories
        assert found.tolist() == expected.tolist()
        assert found.dtype == expected.dtype
        assert even[place].cat.codes.dtype == other[place].cat.codes.dtype


@pytest.mark.parametrize(
    ("text", "even", "short"),
    [
        ("a,b\n1,2\n", True, 0),
        ("a,b\n1,2", True, 0),
        ("a,b\n1\n", False, 1),
        ("a,b\n1,2,3\n", False, 0),
        ('a,b\n"1,5",2\n', False, 0),
        ("a\n1\n", False, 0),
        ("a,b\r1,2\r", False, 0),
    ],
)
def test_only_even_lines_without_quotation_marks_are_split_by_arrow(
    text: str, even: bool, short: int
) -> None:
    signs, sign = signs_of(text, ",")
    shape = shape_of(signs, sign, text.splitlines()[0].count(",") + 1)
    assert (shape.even, shape.short) == (even, short)


def test_a_line_longer_than_a_block_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "_BLOCK", 16)
    long = "x" * 5000
    signs = f"a,b\n1,{long}\n2,y\n".encode()
    cells = cells_of(signs, ",", 2, shape_of(signs, ",", 2), "x.csv")
    assert texts(cells) == [["a", "b"], ["1", long], ["2", "y"]]


def test_lines_are_counted_over_the_ends_of_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"a,b\n\n1,2\n3\n4,5,6\n" * 20
    whole = shape_of(text, ",", 2)
    monkeypatch.setattr(split, "_PART", 5)
    assert shape_of(text, ",", 2) == whole == Shape(False, False, 5, 20, 2)


def test_members_are_found_as_by_their_pairs() -> None:
    draw = random.Random(1)
    members = pd.DataFrame({"group": list("aabbc"), "member": ["1", "2", "1", "ab", "1"]})
    persons = pd.DataFrame(
        {"group": draw.choices("abcd", k=200), "member": draw.choices(["1", "2", "ab", "b"], k=200)}
    )
    place = {pair: row for row, pair in enumerate(zip(*members.T.to_numpy(), strict=True))}
    pairs = zip(persons["group"], persons["member"], strict=True)
    assert member_rows(members, persons).tolist() == [place.get(pair, -1) for pair in pairs]
    assert member_rows(members.iloc[:0], persons).tolist() == [-1] * 200
    again = pd.concat([members, members.iloc[:1]], ignore_index=True)
    assert member_rows(again, members).tolist()[0] == 5
