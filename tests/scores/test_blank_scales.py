"""Whatever scale nobody answered: the others have the figures that they have beside it."""

from __future__ import annotations

import pandas as pd
import pytest

import collective_use as cu

pytestmark = pytest.mark.filterwarnings("ignore:Nobody answered:collective_use.errors.DataWarning")
MEASURES = ("cdu", "ssm", "dlr", "dcb", "con", "pim", "dl", "data_internal")
SAMPLE = pd.read_csv(cu.sample_path("lq2002.csv")).head(120)
STEMS = {"lead": "LEAD", "tsig": "TSIG", "hostil": "HOSTIL"}


def measures(frame: pd.DataFrame) -> pd.DataFrame:
    scores = cu.score(cu.read_responses(frame, "lq2002"))
    return cu.aggregate(scores, repetitions=0).measures_frame().set_index("measure")


@pytest.mark.parametrize("blank", STEMS)
def test_each_scale_in_turn(blank: str) -> None:
    frame = SAMPLE.copy()
    items = [name for name in frame.columns if name.startswith(STEMS[blank])]
    assert items
    frame[items] = float("nan")
    found, full = measures(frame), measures(SAMPLE)
    assert found.loc[blank, "verdict"] == "not computed"
    assert found.loc[blank, "explanation"]
    others = [name for name in STEMS if name != blank]
    pd.testing.assert_frame_equal(
        found.loc[others, full.columns], full.loc[others], check_dtype=False, rtol=1e-12
    )


@pytest.mark.parametrize("blank", MEASURES)
def test_each_measure_of_the_whole_instrument_in_turn(blank: str, clean) -> None:
    frame, bank = clean
    items = bank.get_measure(blank).items
    gone = [name for name in frame.columns if name.partition("_")[0] in items or name in items]
    left = frame.copy()
    left[gone] = float("nan")
    values = cu.score(cu.read_responses(left, bank)).values
    whole = cu.score(cu.read_responses(frame, bank)).values
    shared = [m.id for m in bank.measures if not set(m.items) & set(items) and m.id in whole]
    there = [name for name in shared if name in values]
    assert there
    pd.testing.assert_frame_equal(values[there], whole[there], check_dtype=False)


@pytest.fixture(scope="module")
def clean():
    bank = cu.load_instrument("collective_data_use")
    return pd.read_csv(cu.sample_path("clean") / "export.csv", dtype=str).head(40), bank
