"""A replication package: nobody stands out, labels are there, the codebook is well formed."""

from __future__ import annotations

import io
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pyreadstat
import pytest
import yaml

import collective_use as cu
from collective_use.errors import InputError
from collective_use.study.replication.cleared import _numbers, cleared
from collective_use.study.replication.labelled import labelled
from collective_use.study.run import StudyRun

DDI = "{ddi:codebook:2_5}"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> StudyRun:
    sample = cu.sample_path("clean")
    return cu.run_study({
        "instrument": "collective_data_use", "exports": str(sample / "export.csv"),
        "measures": ["cdu", "ssm"], "repetitions": 0,
        "out": str(tmp_path_factory.mktemp("replication") / "results"),
    })  # fmt: skip


@pytest.fixture(scope="module")
def package(run: StudyRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("package") / "deposit"
    cu.write_archive(run, place, keep=["language", "d3"], authors=["Ann Example"])
    return place


def test_nobody_stands_out(run: StudyRun, package: Path) -> None:
    persons = pd.read_csv(package / "data" / "persons.csv", encoding="utf-8-sig")
    check = pd.read_csv(package / "data" / "reidentification_check.csv", encoding="utf-8-sig")
    background = [name for name in ("group", "language", "d3") if name in persons]
    assert persons.groupby(background).size().min() >= 5
    assert not {"member", "partner", "duration", "row"} & set(persons)
    fate = check.set_index("column")["fate"]
    assert fate["member"] == "left out"
    assert fate["d3"] == "left out"  # one person in a group alone has such an answer
    whole = b"".join(p.read_bytes() for p in package.rglob("*") if p.is_file())
    members = run.outcome.responses.persons["member"].dropna().astype(str)
    assert not any(code.encode() in whole for code in members)


def test_a_person_who_stands_out_is_seen(run: StudyRun) -> None:
    """The check has to fail where it should: the column alone tells five persons apart."""
    found = cleared(run.outcome, run.shown.values, keep=["d3"])
    assert "d3" not in found.persons
    with pytest.raises(InputError, match="keep must be one of"):
        cleared(run.outcome, run.shown.values, keep=["member"])


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_files_bear_labels(package: Path, kind: str) -> None:
    file = package / "data" / f"persons.{kind}"
    frame, meta = getattr(pyreadstat, f"read_{kind}")(str(file))
    held = pd.read_csv(package / "data" / "persons.csv", encoding="utf-8-sig")
    assert frame["cdu1"].tolist() == held["cdu1"].tolist()
    assert meta.column_names_to_labels["cdu1"].startswith("Our group used performance data")
    assert len(meta.variable_value_labels["cdu1"]) >= 2


def test_the_codebook_names_every_variable(package: Path) -> None:
    root = ET.parse(package / "codebook.xml").getroot()
    assert (root.tag, root.get("version")) == (f"{DDI}codeBook", "2.5")
    names = [v.get("name") for v in root.iter(f"{DDI}var") if v.get("files") == "F_persons_csv"]
    held = pd.read_csv(package / "data" / "persons.csv", encoding="utf-8-sig")
    assert names == list(held)
    (asked,) = (v for v in root.iter(f"{DDI}var") if v.get("name") == "cdu1")
    assert asked.find(f"{DDI}qstn/{DDI}qstnLit").text.startswith("Our group used")
    assert len(asked.findall(f"{DDI}catgry")) >= 2
    ids = [part.get("ID") for part in root.iter() if part.get("ID")]
    assert len(ids) == len(set(ids))


def test_what_is_in_the_package(package: Path) -> None:
    citation = yaml.safe_load((package / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["authors"] == [{"name": "Ann Example"}]
    study = yaml.safe_load((package / "study.yaml").read_text(encoding="utf-8"))
    assert "exports" not in study
    assert study["measures"] == ["cdu", "ssm"]
    assert "numpy==" in (package / "environment.txt").read_text(encoding="utf-8")
    assert (package / "results" / "measures.csv").is_file()
    assert not (package / "results" / "persons.csv").exists()


def test_the_script_for_r_has_what_it_compares(run: StudyRun, tmp_path: Path) -> None:
    compared = cu.write_r_script(run, tmp_path / "check.R")
    assert {"alpha cdu", "icc1 ssm", "rwg_j_median cdu"} <= set(compared)
    held = (tmp_path / "check_data" / "persons.csv").read_bytes()
    persons = pd.read_csv(io.BytesIO(held), encoding="utf-8-sig")
    assert "item.cdu1" in persons
    assert "member" not in persons


def test_numbers_of_groups_do_not_go_by_their_names() -> None:
    """Whoever lists the groups of a study could number them, too, by anything made of names."""
    answers = pd.DataFrame({"q": [1, 2, 3, 4, 5, 1]})
    names = pd.Series(["a", "a", "b", "b", "c", "c"])
    other = {"a": "zz", "b": "xx", "c": "yy"}
    numbers = _numbers(names, answers)
    renamed = _numbers(names.map(other), answers)
    assert {other[name]: number for name, number in numbers.items()} == renamed


def _study(rows: pd.DataFrame, out: Path, **more: object) -> StudyRun:
    export = out.parent / "export.csv"
    rows.to_csv(export, index=False)
    return cu.run_study({
        "instrument": "lq2002", "exports": str(export), "repetitions": 0, "out": str(out), **more
    })  # fmt: skip


def _soldiers(*sizes: int) -> pd.DataFrame:
    whole = pd.read_csv(cu.sample_path("lq2002.csv"))
    groups = whole["COMPID"].value_counts(sort=False).loc[lambda n: n >= max(sizes)].index
    return pd.concat(
        [whole[whole["COMPID"] == g].head(n) for g, n in zip(groups, sizes, strict=False)]
    )


def test_results_of_all_do_not_give_the_few_who_are_left_out(tmp_path: Path) -> None:
    """Table 1 rests on everybody: with the answers of all others it gave one person's, exactly."""
    run = _study(_soldiers(12, 11, 9, 8, 7, 6, 1), tmp_path / "out")
    found = cleared(run.outcome, run.shown.values)
    assert len(run.outcome.responses.persons) - len(found.persons) == 1 + 6 + 7
    assert sorted(found.persons.groupby("group").size()) == [8, 9, 11, 12]
    assert found.check["why"][0].startswith("by number; 14 persons")


def test_nobody_is_left_out_where_no_group_is_small(tmp_path: Path) -> None:
    run = _study(_soldiers(12, 11, 9, 8, 7, 6), tmp_path / "out")
    assert len(cleared(run.outcome, run.shown.values).persons) == 53


def test_a_question_that_few_of_those_left_out_answered_goes(tmp_path: Path) -> None:
    """Ten are left out; one of them alone answered a question, so all others' answers give it."""
    rows = _soldiers(12, 11, 9, 8, 7, 4, 4, 2)
    rows.loc[rows.index[8:-1], "LEAD01"] = float("nan")
    run = _study(rows, tmp_path / "out")
    found = cleared(run.outcome, run.shown.values)
    assert {"lead01", "lead"} & {str(name).lower() for name in found.persons} == set()
    assert "tsig" in found.persons
    assert len(found.persons) == 47


def test_too_few_groups_leave_nothing_to_deposit(tmp_path: Path) -> None:
    run = _study(_soldiers(12, 4), tmp_path / "out")
    with pytest.raises(InputError, match="nothing to deposit: a group needs 5 answers, and the"):
        cleared(run.outcome, run.shown.values)


def test_answering_in_two_waves_makes_nobody_two_persons(tmp_path: Path) -> None:
    """Three persons in two waves are six rows of one group, and still three persons."""
    one = _soldiers(12, 11, 9, 8, 7, 3)
    rows = pd.concat([one.assign(WAVE="1"), one.assign(WAVE="2")])
    run = _study(rows, tmp_path / "out", columns={"wave": "WAVE"})
    found = cleared(run.outcome, run.shown.values)
    # Both waves of three go, and one of seven with them: six are too few to hide among.
    assert sorted(found.persons.groupby("group").size()) == [7, 16, 18, 22, 24]


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_the_same_tables_make_the_same_files(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SPSS and Stata files hold the minute of writing: equal deposits had other hashes."""
    import pyreadstat

    frame, bank = pd.DataFrame({"LEAD01": [1.0, 2.0]}), cu.load_instrument("lq2002")
    made = labelled(frame, "persons.csv", bank, kind, "en")
    real = getattr(pyreadstat, f"write_{kind}")

    def later(held: pd.DataFrame, file: str, **more: object) -> None:
        real(held, file, **more)
        content = Path(file).read_bytes()
        moment = b"31 Dec 2031 23:59" if kind == "dta" else b"31 Dec 3123:59:59"
        place = content.index(b"<timestamp>") + 12 if kind == "dta" else 92
        assert content[place + 2 : place + 3] == b" "
        Path(file).write_bytes(content[:place] + moment + content[place + len(moment) :])

    monkeypatch.setattr(pyreadstat, f"write_{kind}", later)
    assert labelled(frame, "persons.csv", bank, kind, "en") == made
