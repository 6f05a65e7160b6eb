"""Surveys that are scored where they lie: the ordinary files, from any source, kept when killed."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

import collective_use as cu
from collective_use.cli.main import main
from collective_use.instrument.library import instrument_path
from collective_use.study.large import files, reading, road, tables

TABLES = ("groups.csv", "agreement.csv", "measures.csv")
BANK = "lq2002"


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Read in stretches of some hundred rows."""
    for module in (files, tables):
        monkeypatch.setattr(module, "STRETCH", 600)
        monkeypatch.setattr(module, "AT_ONCE", 250)
    monkeypatch.setattr("collective_use.study.large.sources.AT_ONCE", 250)
    monkeypatch.setattr("collective_use.study.large.groups.AT_ONCE", 20)


def lq2002() -> pd.DataFrame:
    """The answers of lq2002 with gaps, shuffled, labels of groups as texts."""
    frame = pd.read_csv(cu.sample_path("lq2002.csv")).iloc[:, :21]
    rng = np.random.default_rng(3)
    items = frame.columns[2:]
    values = frame[items].astype(float)
    frame[items] = values.mask(rng.random(values.shape) < 0.15)
    frame["COMPID"] = "C" + frame["COMPID"].astype(str)
    frame["SUB"] = [f"p{k}" for k in range(len(frame))]
    return frame.sample(frac=1, random_state=1).reset_index(drop=True)


def ordinary(place: Path, export: Path, **settings) -> cu.StudyRun:
    """Score whole, with the rows of persons at hand."""
    given = {"instrument": BANK, "exports": str(export), "out": str(place), "repetitions": 0}
    return cu.run_study({**given, **settings}, command="score", later_rooms=False)


def same_tables(one: Path, two: Path) -> None:
    for name in TABLES:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def same_persons(large: Path, whole: Path) -> None:
    found = pd.read_parquet(large / "persons.parquet")
    right = pd.read_csv(whole / "persons.csv", dtype={"group": str, "member": str})
    assert list(found) == list(right)
    pd.testing.assert_frame_equal(found, right, check_dtype=False, rtol=0)


@pytest.fixture
def parquet(tmp_path) -> Path:
    path = tmp_path / "answers.parquet"
    lq2002().to_parquet(path, index=False, row_group_size=300)
    return path


def test_lq2002_has_the_same_files(tmp_path):
    whole = ordinary(tmp_path / "whole", cu.sample_path("lq2002.csv"), full=True)
    done = cu.score_large(
        cu.sample_path("lq2002.csv"), BANK, tmp_path / "large", repetitions=0, full=True
    )
    same_tables(done.folder, whole.folder)
    same_persons(done.folder, whole.folder)
    exact = "full_for_the_analyst_only"
    right = pd.read_csv(whole.folder / exact / "agreement.csv")
    found = pd.read_csv(done.folder / exact / "agreement.csv")
    pd.testing.assert_frame_equal(found[list(right)], right, rtol=1e-12)
    assert done.run["counts"] == whole.run["counts"]


@pytest.mark.filterwarnings("ignore::collective_use.DataWarning")
@pytest.mark.parametrize(
    "how",
    [
        {"screening": {"longstring": 5, "irv": 0.4}},
        {"screening": {"longstring": 5}, "careless": "keep"},
        {"minimum_answered": 0.9, "minimum_group_size": 6},
        {"missing_codes": {"5": "refused"}, "measures": ["tsig", "lead"]},
    ],
)
def test_settings_do_what_they_do_to_persons(tmp_path, parquet, how):
    whole = ordinary(tmp_path / "whole", parquet, **how)
    done = cu.score_large(parquet, BANK, tmp_path / "large", repetitions=0, **how)
    same_tables(done.folder, whole.folder)
    same_persons(done.folder, whole.folder)
    read = whole.outcome.responses.missing_frame().set_index("item").loc[done.answers.index]
    pd.testing.assert_frame_equal(
        done.answers, read[list(done.answers)], check_dtype=False, check_names=False
    )
    said = [(e["text"], e["count"]) for e in whole.run["left_out"] if e["room"] == "scores"]
    told = [(e["text"], e["count"]) for e in done.run["left_out"] if e["room"] == "scores"]
    assert sorted(told) == sorted(said)


def from_duckdb(folder: Path, frame: pd.DataFrame) -> str:
    base = duckdb.connect(str(folder / "hr.duckdb"))
    base.register("frame", frame)
    base.sql("CREATE TABLE answers AS SELECT * FROM frame")
    base.close()
    return f"duckdb://{folder / 'hr.duckdb'}?table=answers"


def parted(folder: Path, frame: pd.DataFrame, named: str) -> Path:
    for k in range(3):
        part = folder / "parts" / named.format(k)
        part.mkdir(parents=True)
        frame.iloc[k::3].to_parquet(part / "part-0.parquet", index=False)
    return folder / "parts"


SOURCES = {
    "folder": lambda place, frame: parted(place, frame, "{}"),
    "hive": lambda place, frame: parted(place, frame, "year=202{}"),
    "pattern": lambda place, frame: f"{parted(place, frame, '{}')}/*/*.parquet",
    "csv": lambda place, frame: frame.to_csv(place / "a.csv", index=False) or place / "a.csv",
    "duckdb": from_duckdb,
    "polars": lambda place, frame: pl.from_pandas(frame),
    "pandas": lambda place, frame: frame,
}


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_gives_the_same_groups(tmp_path, parquet, source):
    whole = ordinary(tmp_path / "whole", parquet)
    given = SOURCES[source](tmp_path, lq2002())
    done = cu.score_large(given, BANK, tmp_path / "large", repetitions=0)
    same_tables(done.folder, whole.folder)
    persons = pd.read_parquet(done.folder / "persons.parquet").set_index("member")
    # texts, each made a number by Python: older readers of pandas lose the last digit
    right = pd.read_csv(whole.folder / "persons.csv", dtype=str)
    right = right.set_index("member").loc[persons.index]
    assert persons["group"].tolist() == right["group"].tolist()
    for name in ("lead", "tsig.answered"):
        np.testing.assert_array_equal(persons[name].to_numpy(float), right[name].map(float))


def test_an_interrupted_run_goes_on(tmp_path, parquet, monkeypatch):
    read, calls = reading.Reader.read, []

    def failing(self, frame, export, first):
        calls.append(first)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return read(self, frame, export, first)

    monkeypatch.setattr(reading.Reader, "read", failing)
    place = tmp_path / "large"
    with pytest.raises(KeyboardInterrupt):
        cu.score_large(parquet, BANK, place, repetitions=0)
    assert not place.exists()
    done = cu.score_large(parquet, BANK, place, repetitions=0)
    # the first stretch of 600 rows was finished and is not read again, the second is
    assert calls == [0, 250, 500, 600, 850, 600, 850, 1100, 1200, 1450, 1700, 1800]
    assert done.said[-1] == "1 parts were read by the run that was interrupted."
    fresh = cu.score_large(parquet, BANK, tmp_path / "fresh", repetitions=0)
    for path in fresh.folder.iterdir():
        assert path.name == "log.json" or path.read_bytes() == (place / path.name).read_bytes()
    assert not (tmp_path / ".large.parts").exists()
    same_tables(place, ordinary(tmp_path / "whole", parquet).folder)


def test_a_changed_source_starts_again_and_says_why(tmp_path, parquet, monkeypatch):
    place, wrong = tmp_path / "large", pytest.raises(KeyboardInterrupt)
    with monkeypatch.context() as patch, wrong:
        patch.setattr("collective_use.study.large.run.write_groups", _stopped)
        cu.score_large(parquet, BANK, place, repetitions=0)
    lq2002().iloc[:1500].to_parquet(parquet, index=False, row_group_size=300)
    done = cu.score_large(parquet, BANK, place, repetitions=0, minimum_answered=0.9)
    assert done.run["counts"]["persons"] == 1500
    why = "the source and the settings changed since the run that was interrupted: it starts again."
    assert done.said[-1] == why


def _stopped(*_):
    raise KeyboardInterrupt


def test_earlier_results_stay_when_a_run_stops(tmp_path, parquet, monkeypatch):
    place = tmp_path / "large"
    cu.score_large(parquet, BANK, place, repetitions=0)
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    monkeypatch.setattr("collective_use.study.large.run.write_persons", _stopped)
    with pytest.raises(KeyboardInterrupt):
        cu.score_large(parquet, BANK, place, repetitions=0, minimum_answered=0.9)
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before


def test_personal_columns_never_leave(tmp_path, monkeypatch):
    frame = lq2002().assign(email=[f"anna{k}@example.org" for k in range(2042)], note="secret-7")
    frame.to_parquet(tmp_path / "a.parquet", index=False, row_group_size=300)
    monkeypatch.setattr("collective_use.study.large.parts.Parts.remove", lambda self: None)
    done = cu.score_large(tmp_path / "a.parquet", BANK, tmp_path / "large", repetitions=0)
    text = "a.parquet: Columns that identify persons were not kept: 'email'."
    assert text in [entry["text"] for entry in done.run["left_out"]]
    for path in (*done.folder.rglob("*"), *(tmp_path / ".large.parts").iterdir()):
        held = str(list(pd.read_parquet(path))) if path.suffix == ".parquet" else ""
        held += pd.read_parquet(path).to_csv() if held else path.read_text("utf-8")
        assert "example.org" not in held
        assert "secret-7" not in held


SHARING = """
schema: 1
id: sharing
version: "1"
title: {en: Sharing}
languages: [en]
columns: {group: g}
constructs: [{id: c, name: {en: c}, definition: {en: c}}]
scales: [{id: s, options: [{code: 1, label: {en: a}}, {code: 2, label: {en: b}},
  {code: 3, label: {en: c}}, {code: 4, label: {en: d}}, {code: 5, label: {en: e}}]}]
measures:
- {id: part, construct: c, composition: additive, items: [q1, q2]}
- {id: whole, construct: c, composition: referent_shift, items: [q1, q2, q3, q4]}
- {id: rest, construct: c, composition: additive, items: [q3, q4]}
items:
- {id: q1, construct: c, text: {en: One.}, scale: s}
- {id: q2, construct: c, text: {en: Two.}, scale: s}
- {id: q3, construct: c, text: {en: Three.}, scale: s}
- {id: q4, construct: c, text: {en: Four.}, scale: s}
"""


def test_means_of_measures_that_share_items_are_not_shown_together(tmp_path):
    (tmp_path / "bank.yaml").write_text(SHARING, encoding="utf-8")
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.integers(1, 6, (700, 4)), columns=["q1", "q2", "q3", "q4"])
    frame.insert(0, "g", rng.integers(0, 60, 700))
    export = tmp_path / "a.parquet"
    frame.to_parquet(export, index=False)
    bank = str(tmp_path / "bank.yaml")
    whole = ordinary(tmp_path / "whole", export, instrument=bank)
    done = cu.score_large(export, bank, tmp_path / "large", repetitions=0)
    same_tables(done.folder, whole.folder)
    known = pd.read_csv(done.folder / "groups.csv").notna().sum()
    assert known["whole"] == 0
    assert known["part"] == known["rest"] > 40


CONSENT = """
consent:
- {id: taking_part, text: {en: I take part.}, accept: {en: I agree}}
"""


@pytest.mark.filterwarnings("ignore::collective_use.DataWarning")
@pytest.mark.parametrize("unticked", ["drop", "keep"])
def test_who_did_not_agree_is_left_out(tmp_path, unticked):
    bank = tmp_path / "bank.yaml"
    place = instrument_path(BANK)
    text = (place if place.is_file() else place / "instrument.yaml").read_text("utf-8")
    bank.write_text(text + CONSENT, encoding="utf-8")
    said = np.array(["1", "0", "", "1", "1"])[np.arange(2042) % 5]
    frame = lq2002().assign(consent_taking_part=said)
    export = tmp_path / "a.parquet"
    frame.to_parquet(export, index=False, row_group_size=300)
    how = {"instrument": str(bank), "unticked_consent": unticked}
    whole = ordinary(tmp_path / "whole", export, **how)
    done = cu.score_large(
        export, bank, tmp_path / "large", repetitions=0, unticked_consent=unticked
    )
    assert done.run["counts"]["persons"] == {"drop": 1225, "keep": 1633}[unticked]
    same_tables(done.folder, whole.folder)
    same_persons(done.folder, whole.folder)


def test_size_decides_and_flags_overrule(parquet, monkeypatch):
    study = cu.Study(instrument=BANK, exports=str(parquet))
    assert road.road_of(study).source is None
    assert road.road_of(study, large=True).source is not None
    monkeypatch.setattr(road, "MANY_ROWS", 2000)
    found = road.road_of(study)
    assert found.why == (
        "answers.parquet holds 2,042 rows, more than 2,000: it is counted where it lies "
        "(--no-large reads it)."
    )
    assert road.road_of(study, large=False).source is None


REFUSED = (
    (["--members", "m.csv"], "--members"), (["--informants", "i.csv"], "--informants"),
    (["--voice", "partner"], "--voice"), (["--parent", "UNIT"], "--parent"),
    (["--weight", "w"], "--weight"), (["--wave", "1"], "--wave"), (["--sheet", "a"], "--sheet"),
    (["--encoding", "cp1252"], "--encoding"), (["--delimiter", ";"], "--delimiter"),
    (["--duplicates", "first"], "--duplicates first"),
    (["--screen", "mahalanobis_p"], "'mahalanobis_p'"),
)  # fmt: skip


@pytest.mark.parametrize(("flags", "named"), REFUSED)
def test_flags_that_ask_for_all_persons_are_refused(tmp_path, parquet, capsys, flags, named):
    asked = ["score", str(parquet), "-i", BANK, "-o", str(tmp_path / "o"), "--large", *flags]
    assert main(asked) == 2
    said = capsys.readouterr().err
    assert named in said
    assert "--no-large" in said
    assert not (tmp_path / "o").exists()
    assert not (tmp_path / ".o.parts").exists()


def test_members_who_answered_twice_are_refused(tmp_path, parquet):
    pd.concat([lq2002(), lq2002().iloc[:7]]).to_parquet(parquet, index=False)
    with pytest.raises(cu.ReadError, match="7 rows are second submissions of a member"):
        cu.score_large(parquet, BANK, tmp_path / "o", repetitions=0)
    done = cu.score_large(parquet, BANK, tmp_path / "o", repetitions=0, duplicates="keep")
    assert done.run["counts"]["persons"] == 2049


def test_answers_outside_the_scale_are_an_error_with_its_place(tmp_path, parquet):
    frame = lq2002()
    frame.loc[1300, "LEAD01"] = 9
    frame.to_parquet(parquet, index=False, row_group_size=300)
    with pytest.raises(cu.ReadError, match="answers, rows 1,201 to 1,450") as caught:
        cu.score_large(parquet, BANK, tmp_path / "o", repetitions=0)
    assert "'9'" in str(caught.value)
    done = cu.score_large(parquet, BANK, tmp_path / "o", repetitions=0, invalid="missing")
    assert done.answers.loc["lead01", "invalid"] == 1


def test_measures_that_are_none_are_refused_before_reading(tmp_path, parquet, monkeypatch):
    monkeypatch.setattr(reading.Reader, "read", _stopped)
    with pytest.raises(cu.InputError, match=r"got 'leed' \(did you mean 'lead'\?\)"):
        cu.score_large(parquet, BANK, tmp_path / "o", measures=["leed"])


@pytest.mark.parametrize("what", ["group", "member"])
def test_codes_that_are_addresses_are_refused(tmp_path, parquet, what):
    frame = lq2002()
    column = {"group": "COMPID", "member": "SUB"}[what]
    frame[column] = frame[column] + "@example.org"
    frame.to_parquet(parquet, index=False)
    with pytest.raises(cu.CollectiveUseError, match="personal details"):
        cu.score_large(parquet, BANK, tmp_path / "o", repetitions=0)


def test_the_command_says_why_and_how_far(tmp_path, parquet, capsys, monkeypatch):
    from collective_use.cli import large

    monkeypatch.setattr(large, "EVERY", {True: 0.0, False: 0.0})
    asked = ["score", str(parquet), "-i", BANK, "-o", str(tmp_path / "o"), "--repetitions", "0"]
    assert main([*asked, "--large", "--progress"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("--large: answers.parquet is counted where it lies.\n")
    assert "2,042 persons in 49 groups." in said.out
    assert "reading 1,800 of 2,042 rows, " in said.err
    assert " rows/s ~ " in said.err
    assert main([*asked, "--large", "--json"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert json.loads(said.out)["run"]["counts"]["persons"] == 2042


def test_texts_beside_the_english(tmp_path, parquet):
    how = {"lang": "zh", "minimum_group_size": 20}
    whole = ordinary(tmp_path / "whole", parquet, **how)
    done = cu.score_large(parquet, BANK, tmp_path / "large", repetitions=0, **how)
    same_tables(done.folder, whole.folder)
    assert (done.folder / "agreement.csv").read_bytes().startswith("\ufeff".encode())


def test_columns_by_which_nothing_is_computed_are_named(tmp_path):
    frame = lq2002()
    frame["org"] = ["A", "B"] * (len(frame) // 2)
    done = cu.score_large(
        frame, BANK, tmp_path / "large", repetitions=0, columns={"partner": "org"}
    )
    said = [one["text"] for one in done.run["warnings"]]
    assert any(text.startswith("Nothing is computed by partner ('org')") for text in said)
    assert "Nothing is computed by partner" in str(done)
    assert "partner" in pd.read_parquet(done.folder / "persons.parquet").columns
