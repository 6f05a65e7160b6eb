"""Groups from counts of answers alone: the same evidence as from persons, by every engine."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import collective_use as cu
from collective_use.results import NotComputed

NEAR = {"rtol": 1e-12, "atol": 1e-13}


def same(a, b, where: str) -> None:
    """Both are the same object, numbers to 1e-12."""
    if isinstance(a, NotComputed):
        assert isinstance(b, NotComputed), where
        assert a.reason == b.reason, where
    elif isinstance(a, pd.DataFrame):
        pd.testing.assert_frame_equal(a, b, check_dtype=False, **NEAR)
    elif isinstance(a, float):
        np.testing.assert_allclose(b, a, err_msg=where, **NEAR)
    else:
        assert a == b, where


def compare(of_rows, of_counts) -> int:
    """Compare the evidence of both ways; return how many measures were compared."""
    compared = 0
    for name, right in of_rows.evidence.items():
        found = of_counts.evidence[name]
        if found.verdict == "not computed":
            assert right.composition not in ("direct_consensus", "referent_shift", "additive")
            continue
        compared += 1
        same(right.by_group, found.by_group, name)
        same(right.by_item, found.by_item, name)
        assert (right.verdict, right.failing) == (found.verdict, found.failing)
        assert right.explanation == found.explanation
        for part, value in right.summary.items():
            same(value, found.summary[part], f"{name}.{part}")
        for part, value in right.details.items():
            if isinstance(value, pd.DataFrame):
                same(value, found.details[part], f"{name}.{part}")
        if right.random is not None:
            same(right.random.indices, found.random.indices, name)
    return compared


def frame_of(responses) -> pd.DataFrame:
    return pd.concat([responses.persons[["group"]], responses.answers], axis=1)


def both(responses, source=None, **how):
    source = frame_of(responses) if source is None else source
    counted = cu.count_survey(source, responses.instrument, group="group")
    rows = cu.aggregate(cu.score(responses), repetitions=0, **how)
    return rows, cu.aggregate(counted, repetitions=0, **how)


def invented(seed: int, persons: int = 900, share: float = 0.25) -> pd.DataFrame:
    """Answers to lq2002 with gaps and labels of groups that are numbers."""
    rng = np.random.default_rng(seed)
    bank = cu.load_instrument("lq2002")
    team = rng.integers(0, 150, persons)
    level = rng.normal(size=150)[team]
    frame = {"group": team}
    for item in bank.items:
        if item.kind == "likert":
            scale = bank.get_scale(item.scale)
            values = np.clip(
                np.rint(3 + 0.5 * level + rng.normal(size=persons)), scale.low, scale.high
            )
            frame[item.id] = np.where(rng.random(persons) < share, np.nan, values)
    return pd.DataFrame(frame)


def test_lq2002_is_the_same_from_counts():
    responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    rows, counts = both(responses)
    assert compare(rows, counts) == 3
    same(rows.values, counts.values, "values")


@pytest.mark.parametrize("how", [{}, {"cutoffs": {"group_size": 7}}])
def test_answers_with_gaps_are_the_same_from_counts(how):
    rows, counts = both(cu.read_responses(invented(1), "lq2002", group="group"), **how)
    assert compare(rows, counts) == 3


@pytest.mark.filterwarnings("ignore::collective_use.DataWarning")
def test_the_messy_sample_is_the_same_from_counts():
    sample = cu.sample_path("messy") / "export.csv"
    responses = cu.read_responses(sample, "collective_data_use", invalid="missing")
    # partners add a sentence of their own, which sums do not know
    alone = responses.persons.drop(columns=["partner", "country"], errors="ignore")
    responses = cu.Responses(
        **{
            name: getattr(responses, name)
            for name in ("instrument", "form", "answers", "reasons", "rosters", "record")
        },
        persons=alone,
    )
    rows, counts = both(responses, measures=["dlr", "dcb", "pim", "value_congruence"])
    assert compare(rows, counts) == 4


@pytest.mark.parametrize("engine", ["polars", "duckdb", "arrow", "parquet"])
@pytest.mark.parametrize("least", [2, 6])
def test_engines_give_the_same_groups(engine, least, tmp_path):
    frame = invented(2)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    source = {
        "polars": lambda: pl.from_arrow(table),
        "duckdb": lambda: duckdb.connect().from_arrow(table),
        "arrow": lambda: table,
        "parquet": lambda: frame.to_parquet(tmp_path / "a.parquet") or tmp_path / "a.parquet",
    }[engine]()
    how = {"repetitions": 0, "cutoffs": {"group_size": least}, "measures": ["hostil"]}
    right = cu.aggregate(cu.count_survey(frame, "lq2002", group="group"), **how)
    found = cu.aggregate(cu.count_survey(source, "lq2002", group="group"), **how)
    assert compare(right, found) == 1


def test_what_sums_do_not_tell_names_the_sample():
    counted = cu.count_survey(invented(3), "lq2002", group="group")
    lead = cu.aggregate(counted, measures=["lead"]).evidence["lead"]
    why = lead.summary["above_chance"]
    assert isinstance(why, NotComputed)
    assert "sample of 150 whole groups with 900 persons" in why.reason
    assert lead.summary["agree_p_rwg"].reason == why.reason
    assert "p_chance" not in lead.by_group


@pytest.mark.parametrize("engine", [pl.from_pandas, pa.Table.from_pandas, pd.DataFrame])
def test_every_engine_draws_the_same_sample(engine):
    frame = invented(4)
    counted = cu.count_survey(engine(frame), "lq2002", group="group")
    # SHA-256 of the labels, by `printf %s LABEL | sha256sum | sort`
    assert counted.sample_groups(30)[:3] == ("55", "51", "149")
    rows = counted.sample(30)
    wanted = frame[frame["group"].astype(str).isin(counted.sample_groups(30))]
    assert len(rows) == len(wanted) >= 30
    assert sorted(rows["group"].astype(str).unique()) == sorted(counted.sample_groups(30))
    assert rows[wanted.columns[1]].sum() == wanted[wanted.columns[1]].sum()


def test_a_sample_goes_on_as_persons():
    sample = cu.count_survey(cu.sample_path("lq2002.csv"), "lq2002").sample(300)
    groups = cu.aggregate(cu.score(cu.read_responses(sample, "lq2002")), repetitions=50)
    assert not isinstance(groups.evidence["lead"].summary["above_chance"], NotComputed)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"group": "tem"}, "must hold 'tem'"),
        ({"columns": {"lead1": "x"}}, "must name items of 'lq2002'"),
        ({"columns": {"lead01": "x"}}, "must hold 'x'"),
        ({"minimum_answered": 0}, "minimum_answered"),
        ({"source": pd.DataFrame({"group": [1]})}, "must hold items of the instrument"),
    ],
)
def test_what_cannot_be_counted_is_named(change, said):
    how = {"source": invented(5, 50), "group": "group"} | change
    with pytest.raises(cu.InputError, match=said):
        cu.count_survey(instrument="lq2002", **how)


def test_partners_cannot_speak_from_counts():
    counted = cu.count_survey(invented(5, 50), "lq2002", group="group")
    with pytest.raises(cu.InputError, match="they know no partners"):
        cu.aggregate(counted, voice="partner")
    with pytest.raises(cu.InputError, match="has none"):
        cu.count_survey(invented(5, 50).iloc[:, :3], "lq2002", group="group").counts("hostil")


def test_a_counted_survey_says_what_it_holds():
    counted = cu.count_survey(invented(6, 60).drop(columns="tsig01"), "lq2002", group="group")
    assert counted.to_frame().set_index("measure").loc["tsig"].tolist()[1:] == [2, 3]
    assert counted.to_dict()["instrument"]["id"] == "lq2002"
    assert sum(counted.to_dict()["size"].values()) == counted.persons == 60
    assert "60 persons in" in str(counted)


def test_long_columns_shared_among_threads_give_the_same_evidence(lq_scores, monkeypatch):
    from collective_use.numerics import threads

    alone = cu.aggregate(lq_scores).evidence
    monkeypatch.setattr(threads, "LONG", 1)
    for name, shared in cu.aggregate(lq_scores).evidence.items():
        pd.testing.assert_frame_equal(alone[name].by_group, shared.by_group)
        pd.testing.assert_frame_equal(alone[name].by_item, shared.by_item)
        assert alone[name].explanation == shared.explanation
        pd.testing.assert_frame_equal(
            alone[name].agreement.sensitivity, shared.agreement.sensitivity
        )
