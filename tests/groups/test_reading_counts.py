"""What reading finds, counted where the answers lie: the integers of the ordinary reader."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import collective_use as cu

RULES = {"longstring": 8, "irv": 0.5, "dont_know": 0.3}
ENGINES = ("pandas", "polars", "duckdb", "arrow")


def on(engine: str, frame: pd.DataFrame):
    table = pa.Table.from_pandas(frame, preserve_index=False)
    made = {
        "pandas": lambda: frame,
        "polars": lambda: pl.from_arrow(table).lazy(),
        "duckdb": lambda: duckdb.connect().from_arrow(table),
        "arrow": lambda: table,
    }
    return made[engine]()


def compare(frame: pd.DataFrame, bank: str, engine: str, rules=RULES) -> None:
    """Hold the counts of an engine against reading, screening and scoring persons."""
    read = cu.read_responses(frame, bank, group="group", invalid="missing")
    counted = cu.count_survey(on(engine, frame), bank, group="group")
    found = cu.reading_counts(counted, screening=rules, form=read.form)
    assert found.persons == len(read.persons)
    names = list(counted.columns)
    right = read.missing_frame().set_index("item").loc[names].reset_index()
    right = right[["item", *(n for n in right if n != "item" and right[n].any())]]
    pd.testing.assert_frame_equal(
        found.items[list(right)], right, check_dtype=False, check_column_type=False
    )
    assert int(found.items.drop(columns="item").to_numpy().sum()) == len(names) * len(read.persons)
    seen = cu.screen(read, rules=rules, counting=list(rules))
    flagged = dict(zip(found.screening["rule"], found.screening["flagged"], strict=True))
    assert flagged == {name: int(seen.flags[name].sum()) for name in flagged}
    assert set(flagged) == {name for name in rules if name not in seen.reasons}
    assert found.flagged == int(seen.flags[list(flagged)].any(axis=1).sum())
    scored(read, counted, found)


def scored(read, counted, found) -> None:
    scores = cu.score(read)
    for row in found.scores.itertuples():
        assert row.needed == counted.plan(read.instrument.get_measure(row.measure)).minimum
        values = scores.values[row.measure]
        assert (row._3, row.without) == (int(values.notna().sum()), int(values.isna().sum()))
        measure = read.instrument.get_measure(row.measure)
        keyed = scores.items[[name for name in measure.items if name in scores.items]]
        scales = [read.instrument.get_scale(read.instrument.get_item(n).scale) for n in keyed]
        low = np.array([scale.low for scale in scales])
        assert row.total == int(np.nansum(keyed[values.notna()].to_numpy() - low))


def invented(seed: int, persons: int = 700) -> pd.DataFrame:
    """Answers with gaps, codes for don't know, codes that are none, and rows without an answer."""
    rng = np.random.default_rng(seed)
    bank = cu.load_instrument("collective_data_use")
    frame = {"group": [f"g{k}" for k in rng.integers(0, 60, persons)]}
    alike, blank = rng.random(persons) < 0.2, rng.random(persons) < 0.05
    shared = rng.integers(1, 8, persons)
    for item in bank.items:
        if item.kind == "likert" and item.scale == "agree7" and len(frame) < 17:
            values = np.where(alike, shared, rng.integers(1, 8, persons)).astype(float)
            values[rng.random(persons) < 0.1] = np.nan
            values[rng.random(persons) < 0.08] = 88
            values[rng.random(persons) < 0.01] = 42
            values[blank] = np.nan
            frame[item.id] = values
    return pd.DataFrame(frame)


@pytest.mark.parametrize("engine", ENGINES)
def test_lq2002_is_counted_as_it_is_read(engine):
    responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    frame = pd.concat([responses.persons[["group"]], responses.answers], axis=1)
    compare(frame, "lq2002", engine)


@pytest.mark.filterwarnings("ignore::collective_use.DataWarning")
@pytest.mark.parametrize("engine", ENGINES)
def test_the_messy_sample_is_counted_as_it_is_read(engine):
    sample = cu.sample_path("messy") / "export.csv"
    read = cu.read_responses(sample, "collective_data_use", invalid="missing")
    codes = {"dont_know": 88, "invalid": 42}
    columns = {"group": read.persons["group"]}
    for item in read.instrument.items:
        watched = item.role == "attention" or len(columns) < 20
        if item.kind == "likert" and item.id in read.answers and watched:
            told = read.reasons[item.id].astype(object).map(codes)
            columns[item.id] = read.answers[item.id].fillna(told.astype(float))
    compare(pd.DataFrame(columns), "collective_data_use", engine, {**RULES, "instructed": True})


@pytest.mark.filterwarnings("ignore::collective_use.DataWarning")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("run", [1, 3, 16])
def test_invented_answers_are_counted_as_they_are_read(engine, run):
    compare(invented(run), "collective_data_use", engine, {**RULES, "longstring": run})


def test_rules_that_compare_persons_are_refused():
    counted = cu.count_survey(cu.sample_path("lq2002.csv"), "lq2002")
    with pytest.raises(cu.InputError, match="'mahalanobis_p', which takes the answers of persons"):
        cu.reading_counts(counted, screening={"mahalanobis_p": True})
