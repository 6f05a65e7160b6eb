"""Sealing, amending, verifying; and a run held against its plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import collective_use as cu
from collective_use.cli.main import main
from collective_use.planning.seal.verify import verified
from collective_use.study.sealing.content import DESIGN, UNSEALED, content_of, from_plan
from collective_use.study.settings import SEAL_FILE, Study

NOON = 1_800_000_000.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "mine"
    cu.init_study(place, instrument="lq2002", export=str(cu.sample_path("lq2002.csv")))
    return place


def change(folder: Path, was: str, now: str) -> None:
    file = folder / "study.yaml"
    text = file.read_text("utf-8")
    assert was in text
    file.write_text(text.replace(was, now), "utf-8")


def test_every_setting_is_sealed_or_left_out_for_a_reason() -> None:
    content = content_of(Study(instrument="lq2002", exports="a.csv"), cu.load_instrument("lq2002"))
    there = {*content["design"], *content["pipeline"]}
    for name in Study.model_fields:
        assert (name in UNSEALED) or (name in there), name
    assert set(UNSEALED) <= set(Study.model_fields)
    assert set(DESIGN) <= set(content["design"])
    assert content["pipeline"]["cutoffs"]["group_size"] == 3


def test_a_seal_says_what_was_decided_when_and_by_whom(folder: Path) -> None:
    seal = cu.seal_study(folder, signed=["A. Author", "B. Board"], now=NOON)
    assert seal.entries[0].date == "2027-01-15T08:00:00Z"
    assert seal.entries[0].signed == ("A. Author", "B. Board")
    assert list(seal.entries[0].data) == ["lq2002.csv"]
    assert "Answers were there already" in str(seal)
    assert {entry.name for entry in folder.iterdir()} == {
        "study.yaml", SEAL_FILE, "preregistration.md", "verify.html",
    }  # fmt: skip
    assert cu.verify_study(folder, hash=seal.hash.upper()).holds
    text = (folder / "preregistration.md").read_text("utf-8")
    assert seal.hash in text
    assert "### Data exclusion" in text
    with pytest.raises(cu.InputError, match=r"sealed on 2027-01-15.*--amend"):
        cu.seal_study(folder)


def test_the_same_study_has_the_same_hash(folder: Path, tmp_path: Path) -> None:
    seal = cu.seal_study(folder, now=NOON)
    other = tmp_path / "other"
    cu.init_study(other, instrument="lq2002", export=str(cu.sample_path("lq2002.csv")))
    file = other / "study.yaml"
    file.write_text("# another remark\n" + file.read_text("utf-8"), "utf-8")
    assert cu.seal_study(other, now=NOON).hash == seal.hash


TEN: dict[str, tuple[Callable[[dict], None], str]] = {
    "a cut-off": (
        lambda raw: raw["entries"][0]["content"]["pipeline"]["cutoffs"].update(rwg_j="0.6"),
        "pipeline.cutoffs was changed",
    ),
    "a wording": (
        lambda raw: raw["entries"][0]["content"]["design"]["instrument"]["items"][0]["text"].update(
            en="Other words."
        ),
        "design.instrument was changed",
    ),
    "the date": (
        lambda raw: raw["entries"][0].update(date="2020-01-01T00:00:00Z"),
        "date was changed",
    ),
    "who signed": (
        lambda raw: raw["entries"][0].update(signed=["Somebody"]),
        "signed was changed",
    ),
    "what data there were": (
        lambda raw: raw["entries"][0].update(data={}),
        "data was changed",
    ),
    "a setting taken out": (
        lambda raw: raw["entries"][0]["content"]["pipeline"].pop("seed"),
        "pipeline.seed is gone",
    ),
    "a setting added": (
        lambda raw: raw["entries"][0]["content"]["design"].update(hope="high"),
        "design.hope was added",
    ),
    "the reason of an amendment": (
        lambda raw: raw["entries"][1].update(reason="none of your business"),
        "amendment 1: reason was changed",
    ),
    "an amendment taken out": (
        lambda raw: raw["entries"].pop(1),
        "amendment 1: it is not bound to the entry before",
    ),
    "the hash": (
        lambda raw: raw["entries"][2].update(hash="0" * 64),
        "amendment 2: its hash is not the one of its parts",
    ),
}


@pytest.fixture(scope="module")
def sealed_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("sealed") / "mine"
    cu.init_study(folder, instrument="lq2002")
    cu.seal_study(folder, now=NOON)
    change(folder, "seed: 1", "seed: 2")
    cu.amend_study(folder, reason="seed 1 served the pilot", now=NOON + 1)
    change(folder, "minimum_group_size: 3", "minimum_group_size: 4")
    cu.amend_study(folder, reason="pairs and threes say little", signed=["A."], now=NOON + 2)
    return (folder / SEAL_FILE).read_bytes()


def test_a_sealed_file_as_it_was_written_holds(sealed_bytes: bytes) -> None:
    checked = verified(sealed_bytes, "study.seal.json")
    assert checked.holds
    assert checked.seal is not None
    frame = checked.seal.to_frame()
    assert frame[["amendment", "tier", "place", "planned", "now"]].values.tolist() == [
        [1, "pipeline", "seed", "1", "2"],
        [2, "pipeline", "cutoffs.group_size", "3", "4"],
    ]


@pytest.mark.parametrize("kind", TEN)
def test_each_change_is_named(sealed_bytes: bytes, kind: str) -> None:
    raw = json.loads(sealed_bytes)
    alter, said = TEN[kind]
    alter(raw)
    text = json.dumps(raw, ensure_ascii=False, indent=1).encode() + b"\n"
    checked = verified(text, "study.seal.json")
    assert not checked.holds
    assert any(said in problem for problem in checked.problems), checked.problems


def test_no_byte_can_be_changed_unseen(sealed_bytes: bytes) -> None:
    for at in range(0, len(sealed_bytes), 211):
        changed = bytearray(sealed_bytes)
        changed[at] ^= 1
        try:
            checked = verified(bytes(changed), "study.seal.json")
        except cu.InputError:
            continue
        assert not checked.holds, sealed_bytes[at - 20 : at + 20]


def test_hashes_made_anew_fall_to_the_deposited_one(folder: Path) -> None:
    first = cu.seal_study(folder, now=NOON)
    (folder / SEAL_FILE).unlink()
    change(folder, "seed: 1", "seed: 2")
    cu.seal_study(folder, now=NOON)
    assert cu.verify_study(folder).holds
    assert "the hash given is" in cu.verify_study(folder, hash=first.hash).problems[0]


def test_the_hash_deposited_before_an_amendment_is_known(folder: Path) -> None:
    first = cu.seal_study(folder, now=NOON)
    change(folder, "seed: 1", "seed: 2")
    cu.amend_study(folder, reason="another seed", now=NOON + 1)
    checked = cu.verify_study(folder, hash=first.hash)
    assert checked.holds
    assert checked.deposited == 0
    assert "that of the plan; amendments since: 1" in str(checked)


def test_a_setting_of_a_later_version_is_no_deviation_until_it_is_set(folder: Path) -> None:
    study, bank = cu.read_study(folder), cu.load_instrument("lq2002")
    planned = content_of(study, bank)
    del planned["pipeline"]["voice"]
    del planned["pipeline"]["cutoffs"]["icc2"]
    assert from_plan(planned, study, bank) == ()
    changed = cu.Study(**{**study.model_dump(), "voice": "partner", "cutoffs": {"icc2": 0.5}})
    places = [found.place for found in from_plan(planned, changed, bank)]
    assert places == ["cutoffs.icc2", "voice"]


def test_bad_amendments(folder: Path) -> None:
    with pytest.raises(cu.InputError, match="not sealed yet"):
        cu.amend_study(folder, reason="x")
    cu.seal_study(folder)
    with pytest.raises(cu.InputError, match="nothing differs"):
        cu.amend_study(folder, reason="x")
    change(folder, "seed: 1", "seed: 2")
    before = (folder / SEAL_FILE).read_bytes()
    with pytest.raises(cu.InputError, match="needs a reason"):
        cu.amend_study(folder, reason="  ")
    with pytest.raises(cu.InputError, match="needs a name"):
        cu.amend_study(folder, reason="x", signed=[""])
    assert (folder / SEAL_FILE).read_bytes() == before
    (folder / SEAL_FILE).write_bytes(before.replace(b'"previous": ""', b'"previous": "1"'))
    with pytest.raises(cu.InputError, match="changed since it was sealed"):
        cu.amend_study(folder, reason="x")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot be read as a sealed file"),
        (b"\xff\xfe", "cannot be read as a sealed file"),
        (b"{}", "is no sealed file"),
        (b'{"format": "collective-use seal", "schema": 9}', "has schema 9"),
        (b'{"format": "collective-use seal", "schema": 1, "entries": []}', "holds no plan"),
        (b'{"format": "collective-use seal", "schema": 1, "entries": [1]}', "must have the keys"),
        (b"[" * 100_000, "levels of brackets"),
    ],
)
def test_what_is_no_sealed_file(tmp_path: Path, content: bytes, said: str) -> None:
    place = tmp_path / "x.json"
    place.write_bytes(content)
    with pytest.raises(cu.InputError, match=said):
        cu.verify_study(place)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("models: [M9]", "model 'M9' is not in lq2002"),
        ("hypotheses:\n  - {id: H1, text: a, model: M9}", "names model 'M9'"),
        ("hypotheses:\n  - {id: H1, text: a, effect: lead}", "an effect runs over measures"),
        ("hypotheses:\n  - {id: H1, text: a, effect: lead -> luck}", "an effect runs over"),
        ("hypotheses:\n  - {id: H1, text: a}\n  - {id: H1, text: b}", "is there twice"),
        ("hypotheses:\n  - {id: H1, text: a, expected: up}", "expected must be one of"),
        ("planning: {groups: 2, members: 8}\nseed: 1", "groups"),
        ("planning: {groups: 60, members: 8, values: {icc: 2}}\nseed: 1", "icc must be"),
    ],
)
def test_a_plan_that_cannot_be(folder: Path, lines: str, said: str) -> None:
    place = "hypotheses:\n" if lines.startswith("hypotheses") else "seed: 1\n"
    change(folder, place, f"{lines}\n")
    with pytest.raises(cu.InputError, match=said):
        cu.seal_study(folder)
    assert not (folder / SEAL_FILE).exists()


def test_what_was_planned_is_sealed_and_an_amendment_names_it(folder: Path) -> None:
    planned = "planning: {groups: 60, members: 8, response_rate: 0.7, values: {icc: 0.2}}"
    change(folder, "seed: 1", f"{planned}\nseed: 1")
    sealed = cu.seal_study(folder)
    text = (folder / "preregistration.md").read_text("utf-8")
    assert "60 groups of 8 members are asked; 70% of the members" in text
    assert "Planning values: icc 0.2" in text
    change(folder, "groups: 60", "groups: 45")
    checked = cu.verify_study(folder)
    assert "45" in str(checked)
    assert "60" in str(checked)
    assert len(sealed.hash) == 64


def run(folder: Path) -> pd.DataFrame:
    done = cu.run_study(folder, changes={"repetitions": 0})
    assert done.outcome.plan is not None
    shown = pd.read_csv(done.folder / "plan.csv", keep_default_na=False)
    assert shown.equals(done.outcome.plan.to_frame())
    assert done.run["plan"]["hash"] == done.outcome.plan.hash
    return shown.set_index("name")


def test_a_run_says_what_was_planned(folder: Path) -> None:
    change(folder, "seed: 1", "measures: [lead, tsig]\nrepetitions: 0\nseed: 1")
    cu.seal_study(folder)
    assert run(folder)["status"].tolist() == ["planned", "planned"]
    change(folder, "measures: [lead, tsig]", "measures: [lead, tsig, hostil]")
    shown = run(folder)
    assert shown.loc["lead", "status"] == "planned"
    assert shown.loc["hostil", "status"] == "not planned"
    cu.amend_study(folder, reason="hostility was asked, too")
    change(folder, "seed: 1", "seed: 5")
    shown = run(folder)
    assert shown["status"].tolist() == ["planned, deviates"] * 3
    assert shown.loc["lead", "why"] == "seed: planned 1, now 5"
    cu.amend_study(folder, reason="another seed")
    assert run(folder)["status"].tolist() == ["planned, amended"] * 3


def test_a_study_without_a_seal_says_nothing_of_plans(folder: Path) -> None:
    done = cu.run_study(folder, changes={"repetitions": 0})
    assert done.outcome.plan is None
    assert not (done.folder / "plan.csv").exists()
    assert done.run["plan"] is None


def test_from_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seal", str(folder), "--sign", "A. Author"]) == 0
    assert "Hash to deposit" in capsys.readouterr().out
    assert main(["verify", str(folder)]) == 0
    assert "The study is as planned" in capsys.readouterr().out
    assert main(["seal", str(folder)]) == 2
    change(folder, "seed: 1", "seed: 2")
    assert main(["verify", str(folder), "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["holds"]
    assert found["deviations"] == [
        {"tier": "pipeline", "place": "seed", "planned": "1", "now": "2"}
    ]
    assert main(["seal", str(folder), "--amend"]) == 2
    assert main(["seal", str(folder), "--reason", "x"]) == 2
    assert main(["seal", str(folder), "--amend", "--reason", "x"]) == 0
    assert main(["verify", str(folder / SEAL_FILE), "--hash", "0" * 64]) == 3
    assert "CHANGED" in capsys.readouterr().out
