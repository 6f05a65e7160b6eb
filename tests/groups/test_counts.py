"""Answers counted by any engine: the same whole numbers, and the same indices as from rows."""

from __future__ import annotations

from fractions import Fraction

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collective_use as cu
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.numerics.groups.whole import of_whole_sums

ITEMS = ["q0", "q1", "q2"]
ENGINES = ["pandas", "polars", "lazy", "arrow", "duckdb", "parquet", "csv", "folder"]


def answers(persons: int = 400, seed: int = 1) -> pd.DataFrame:
    """Answers 1 to 7 with gaps, a missing code 99 and some answers that are no option."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"team": [f"T{k}" for k in rng.integers(0, 40, persons)]})
    for name in ITEMS:
        values = rng.integers(1, 8, persons).astype(float)
        values[rng.random(persons) < 0.1] = np.nan
        values[rng.random(persons) < 0.05] = 99
        values[rng.random(persons) < 0.01] = 42
        frame[name] = values
    return frame


def held_by(engine: str, frame: pd.DataFrame, folder):
    if engine == "pandas":
        return frame
    if engine == "polars":
        return pl.from_pandas(frame)
    if engine == "lazy":
        return pl.from_pandas(frame).lazy()
    if engine == "arrow":
        return pa.Table.from_pandas(frame)
    if engine == "duckdb":
        return duckdb.connect().from_arrow(pa.Table.from_pandas(frame))
    if engine == "csv":
        frame.to_csv(folder / "a.csv", index=False)
        return folder / "a.csv"
    if engine == "parquet":
        frame.to_parquet(folder / "a.parquet")
        return str(folder / "a.parquet")
    frame.iloc[:150].to_parquet(folder / "1.parquet")
    frame.iloc[150:].to_parquet(folder / "2.parquet")
    return folder


def count(source, **more):
    return cu.statistics_of(
        source, "team", ITEMS, range(1, 8), missing=[99], reverse=["q1"], **more
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_counts_what_rows_say(engine, tmp_path):
    frame = answers()
    found = count(held_by(engine, frame, tmp_path))
    for g, team in enumerate(found.groups):
        rows = frame[frame["team"] == team]
        assert found.size[g] == len(rows)
        for j, item in enumerate(ITEMS):
            counted = [int((rows[item] == code).sum()) for code in range(1, 8)]
            assert found.counts[g, j].tolist() == counted
            assert found.gone[g, j].tolist() == [int((rows[item] == 99).sum())]
    assert found.outside.tolist() == [int((frame[item] == 42).sum()) for item in ITEMS]


@pytest.mark.parametrize("engine", ENGINES)
def test_fingerprints_are_equal_and_tell_a_change(engine, tmp_path):
    frame = answers(seed=2)
    assert count(held_by(engine, frame, tmp_path)).fingerprint == count(frame).fingerprint
    frame.loc[0, "q0"] = 1 if frame.loc[0, "q0"] != 1 else 2
    assert count(frame).fingerprint != count(answers(seed=2)).fingerprint


def keyed(frame: pd.DataFrame) -> pd.DataFrame:
    clean = frame[ITEMS].where(frame[ITEMS].isin(range(1, 8)))
    clean["q1"] = 8 - clean["q1"]
    return clean


def test_scores_and_icc_equal_those_of_rows():
    frame = answers(seed=3)
    clean = keyed(frame)
    score = clean.mean(axis=1).where(clean.notna().sum(axis=1) >= 2)
    found = count(frame)
    code = {team: place for place, team in enumerate(found.groups)}
    codes = frame["team"].map(code).to_numpy()
    rows = group_statistics(score.to_numpy(), codes, len(code))
    sums = found.scores(2)
    np.testing.assert_array_equal(sums.n, rows.n)
    np.testing.assert_allclose(sums.means, rows.means, rtol=1e-13)
    np.testing.assert_allclose(sums.variances, rows.variances, rtol=1e-12, atol=1e-13)
    one, other = found.icc(2), cu.icc(score, frame["team"])
    assert one.icc1 == pytest.approx(other.icc1, rel=1e-12)
    assert one.p == pytest.approx(other.p, rel=1e-10)
    with pytest.raises(cu.InputError, match="at most 3"):
        found.scores(4)


@pytest.mark.parametrize("null", ["uniform", "slight_skew", "empirical"])
def test_agreement_equals_that_of_rows(null):
    frame = answers(seed=4)
    clean = frame[ITEMS].where(frame[ITEMS].isin(range(1, 8)))
    found = count(frame).agreement(null)
    right = cu.rwg_j(clean, frame["team"], null=null, options=range(1, 8)).to_frame()
    there = found.to_frame()
    pd.testing.assert_frame_equal(
        there[["group", "n", "rwg_j", "mean_variance", "reason"]],
        right[["group", "n", "rwg_j", "mean_variance", "reason"]],
        rtol=1e-12, check_dtype=False,
    )  # fmt: skip


def test_a_large_group_and_decimal_codes_are_counted_exactly():
    n = 70_001
    frame = pd.DataFrame({"g": 1, "a": np.tile([0.5, 1.0, 1.5], n)[:n], "b": 1.5})
    found = cu.statistics_of(frame, "g", ["a", "b"], [0.5, 1.0, 1.5])
    assert found.counts[0, 0].tolist() == [23_334, 23_334, 23_333]
    mean = float(Fraction(int(found.totals[0, 2]), 2 * 2 * n)) + 0.5
    assert found.scores().means[0, 0] == pytest.approx(mean, rel=1e-15)
    assert found.groups == ("1",)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=20))
def test_whole_sums_lose_nothing(values):
    whole = [value + 10**12 for value in values]
    mean = Fraction(sum(whole), len(whole))
    right = float(sum((value - mean) ** 2 for value in whole) / (len(whole) - 1))
    squares = np.array([sum(value * value for value in whole)], dtype=object)
    found = of_whole_sums(
        np.array([len(whole)]), np.array([len(whole)]), np.array([sum(whole)]), squares,
        low=0.0, grain=1.0,
    )  # fmt: skip
    assert found.variances[0, 0] == pytest.approx(right, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"group": "tem"}, "must hold 'tem'.*did you mean 'team'"),
        ({"items": ["q0", "word"]}, "'word' must hold numbers"),
        ({"items": ["q0", "q0"]}, "different columns"),
        ({"options": [1]}, "two codes or more"),
        ({"missing": [7, 99]}, "options or missing, \\[7.0\\] are both"),
        ({"reverse": ["q9"]}, "some of"),
        ({"source": 3}, "a Parquet or CSV file"),
        ({"source": "nowhere.parquet"}, "no such file"),
        ({"options": {"q0": [1, 2]}}, "codes of 'q1'"),
    ],
)
def test_what_cannot_be_counted_is_named(change, said):
    frame = answers(20).assign(word="x")
    given_ = {"source": frame, "group": "team", "items": ITEMS, "options": range(1, 8)} | change
    with pytest.raises(cu.InputError, match=said):
        cu.statistics_of(**given_)


@pytest.mark.parametrize("engine", ["pandas", "arrow", "polars"])
def test_persons_without_a_group_are_named(engine, tmp_path):
    frame = answers(50)
    frame.loc[[3, 4], "team"] = None
    with pytest.raises(cu.InputError, match="every person must have a group; 2 have none"):
        count(held_by(engine, frame, tmp_path))


def test_a_damaged_file_is_named(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 nothing")
    with pytest.raises(cu.ReadError, match="cannot be read as parquet"):
        count(path)


def test_folders_that_are_named_for_a_value_are_a_column(tmp_path):
    frame = answers(60).assign(team=["T1", "T2"] * 30)
    for team, rows in frame.groupby("team"):
        (tmp_path / "all" / f"team={team}").mkdir(parents=True)
        rows.drop(columns="team").to_parquet(tmp_path / "all" / f"team={team}" / "a.parquet")
    right = count(frame).fingerprint
    assert count(tmp_path / "all").fingerprint == right
    assert count(str(tmp_path / "all" / "*" / "*.parquet")).fingerprint == right


def test_groups_that_are_written_differently_are_one():
    frame = pd.DataFrame({"team": ["1", " 1", "2"], "q0": [1, 2, 3], "q1": [1, 1, 1], "q2": 1})
    found = count(frame)
    assert found.groups == ("1", "2")
    assert found.size.tolist() == [2, 1]


@pytest.mark.parametrize("of", [pd.DataFrame, pl.DataFrame, pa.table, "duckdb"])
def test_nan_is_a_missing_answer_and_nothing_else(of):
    values = {"g": ["a", "b", "b"], "q": [1.0, float("nan"), 5.0], "w": [1, 2, 2]}
    source = duckdb.connect().from_arrow(pa.table(values)) if of == "duckdb" else of(values)
    found = cu.statistics_of(source, "g", ["q", "w"], [1, 2])
    assert found.outside.tolist() == [1, 0]
    assert found.answered.tolist() == [[0, 0, 1], [0, 2, 0]]


@pytest.mark.parametrize(
    "kind", [pa.dictionary(pa.int16(), pa.string()), pa.large_string(), pa.int8(), pa.float64()]
)
def test_labels_of_every_kind_are_the_same_groups(kind, tmp_path):
    import pyarrow.parquet as pq

    frame = answers(300)
    frame["team"] = frame["team"].str[1:]
    table = pa.Table.from_pandas(frame)
    labels = table["team"]
    whole = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    labels = labels.cast(pa.int64()).cast(kind) if whole else labels.cast(kind)
    table = table.set_column(0, "team", labels)
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=70)
    assert count(tmp_path / "a.parquet").fingerprint == count(frame).fingerprint
    assert count(table).fingerprint == count(frame).fingerprint


@pytest.mark.parametrize("change", ["longer", "shorter", "other groups"])
def test_a_file_that_changes_while_it_is_counted_is_named(change, tmp_path, monkeypatch):
    from collective_use.groups.counts import batches

    path, frame = tmp_path / "a.csv", answers(100)
    frame.to_csv(path, index=False)
    read = batches._sizes if change == "other groups" else batches._groups_of_rows

    def then_changed(*given):
        found = read(*given)
        longer = pd.concat([frame, frame.assign(team="new")])
        (frame.iloc[:50] if change == "shorter" else longer).to_csv(path, index=False)
        return found

    monkeypatch.setattr(batches, read.__name__, then_changed)
    with pytest.raises(cu.ReadError, match="changed while they were counted"):
        count(path)


def test_batches_are_shared_among_processors_and_added_in_order(tmp_path, monkeypatch):
    from collective_use.groups.counts import batches

    frame = answers(2000)
    right = count(frame)
    monkeypatch.setattr(batches, "ROWS", 64)
    frame.to_parquet(tmp_path / "a.parquet")
    assert count(tmp_path / "a.parquet").fingerprint == right.fingerprint
