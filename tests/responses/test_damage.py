"""Whatever lies in a file, reading gives a result or an error in words, never a traceback."""

from __future__ import annotations

import random
import warnings
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import collective_use as cu
from collective_use.responses.files.typed import _typed

GOOD = "team,who,use1,use2,use3,net1_1,chk1,chk1_2,wkw1_1,d1,k1\n" + "".join(
    f'g{n % 3},m{n},{1 + n % 3},Agree,不清楚,1,"1;3",1,2,Chair,5\n' for n in range(9)
)


def attempt(path, instrument) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cu.DataWarning)
        try:
            cu.read_responses(path, instrument)
        except cu.CollectiveUseError as error:
            return str(error)
    return "read"


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.binary(max_size=300), ending=st.sampled_from([".csv", ".json", ".xlsx", ".dta"]))
def test_random_bytes(tmp_path, small, data, ending):
    path = tmp_path / f"x{ending}"
    path.write_bytes(data)
    assert attempt(path, small)


@pytest.mark.parametrize("seed", range(60))
def test_damaged_exports(tmp_path, small, seed):
    chance = random.Random(seed)
    data = bytearray(GOOD.encode())
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(data))
        what = chance.choice(["flip", "cut", "double", "quote", "end"])
        if what == "flip":
            data[place] = chance.randrange(256)
        elif what == "cut":
            del data[place : place + chance.randint(1, 40)]
        elif what == "double":
            data[place:place] = data[place : place + chance.randint(1, 60)]
        elif what == "quote":
            data[place:place] = chance.choice([b'"', b"\n", b",", b";", b"\x00", b"\xff"])
        else:
            del data[max(place, 20) :]
    path = tmp_path / "x.csv"
    path.write_bytes(bytes(data))
    assert attempt(path, small)


def test_a_typed_file_without_a_name_or_with_one_twice(tmp_path):
    """A few damaged bytes of an SPSS file made a column without a name: an error of pandas'."""
    frame = pd.DataFrame([[1.0, 2.0, 3.0, 4.0]], columns=["q1", float("nan"), "q2", "q2"])
    facts = SimpleNamespace(
        variable_value_labels={}, column_labels=["", "", "", ""], missing_user_values={},
        missing_ranges={"q2": [{"lo": 3, "hi": 3}]}, file_encoding="UTF-8",
    )  # fmt: skip
    for kind in ("sav", "dta"):
        raw = _typed(tmp_path / f"a.{kind}", kind, lambda *_, **__: (frame, facts), None, {})
        assert raw.names == ("q1", "", "q2", "q2")
        assert raw.cells.shape == (1, 4)
