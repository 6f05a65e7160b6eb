"""Odd places, encodings, empty texts and slips: one sentence, exit code 2, nothing written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import collective_use as cu
from collective_use.cli.main import main

Case = Callable[[Path], list[str]]
CASES: dict[str, tuple[Case, str]] = {}
STUDY = "instrument: lq2002\nexports: export.csv\n"


def case(name: str, said: str) -> Callable[[Case], Case]:
    def kept(make: Case) -> Case:
        CASES[name] = (make, said)
        return make

    return kept


@pytest.fixture
def place(tmp_path: Path) -> Path:
    rows = Path(cu.sample_path("lq2002.csv")).read_text("utf-8").splitlines()[:121]
    (tmp_path / "export.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return tmp_path


def scored(folder: Path, *more: str) -> list[str]:
    return ["score", str(folder / "export.csv"), "-i", "lq2002", "--out", str(folder / "o"), *more]


def study(folder: Path, text: str) -> list[str]:
    (folder / "study.yaml").write_text(STUDY + text, "utf-8")
    return ["run", str(folder / "study.yaml"), "--out", str(folder / "o")]


def results(folder: Path, *more: str) -> list[str]:
    assert main(scored(folder, "--repetitions", "0")) == 0
    return ["report", str(folder / "o"), "--out", str(folder / "page.html"), *more]


for _codec in ("undefined", "punycode", "rot13", "\udcff"):
    case(f"encoding {_codec!r}", "cannot be read as encoding")(
        lambda folder, codec=_codec: scored(folder, "--encoding", codec)  # type: ignore[misc]
    )


@case("a slip in the item of a missing code", "got 'laed01' (did you mean 'lead01'?)")
def _(folder: Path) -> list[str]:
    return scored(folder, "--missing-code", "laed01:9")


@case("a place whose name is no text", "the output folder must be a path")
def _(folder: Path) -> list[str]:
    return scored(folder, "--out", f"{folder}/\udcff")


@case("an export whose name is no text", "is no path of a file")
def _(folder: Path) -> list[str]:
    return ["score", f"{folder}/\udcff.csv", "-i", "lq2002", "--out", str(folder / "o")]


@case("a file whose name is no text", "the file must have a path")
def _(folder: Path) -> list[str]:
    return ["questionnaire", "lq2002", "--out", f"{folder}/\udcff.html"]


@case("an empty column in a study", "group must not be an empty text")
def _(folder: Path) -> list[str]:
    return study(folder, "columns: {group: ''}\n")


@case("an empty members file in a study", "members must not be an empty text")
def _(folder: Path) -> list[str]:
    return study(folder, "members: ''\n")


@case("an empty model in a study", "study.yaml:3:12: measures must not be an empty text")
def _(folder: Path) -> list[str]:
    return study(folder, "measures: ['']\n")


@case("two columns of one name in a members file", "has two columns of one name: 'member'")
def _(folder: Path) -> list[str]:
    (folder / "m.csv").write_text("group,member,Member\na,1,2\n", "utf-8")
    words = ["questionnaire", "lq2002", "--personal", "--members", str(folder / "m.csv")]
    return [*words, "--out", f"{folder}/o/"]


@case("answers received into a file", "must be a folder, got the file")
def _(folder: Path) -> list[str]:
    return ["receive", "--out", str(folder / "export.csv")]


@case("a seed below nothing", "seed must be a whole number of at least 0, got -1")
def _(folder: Path) -> list[str]:
    return ["questionnaire", "lq2002", "--seed", "-1", "--out", str(folder / "form.html")]


@case("a seed below nothing online", "seed must be a whole number of at least 0, got -1")
def _(folder: Path) -> list[str]:
    return ["publish", "lq2002", "--to", "web", "--seed", "-1", "--out", str(folder / "o")]


@case("a logo that is a pipe", "is a device or pipe; a file is expected")
def _(folder: Path) -> list[str]:
    os.mkfifo(folder / "l.png")
    words = ["questionnaire", "lq2002", "--logo", str(folder / "l.png")]
    return [*words, "--out", str(folder / "f.html")]


@case("a workbook in the place of a folder", "--xlsx must be a file, got the folder")
def _(folder: Path) -> list[str]:
    (folder / "x.xlsx").mkdir()
    return results(folder, "--xlsx", str(folder / "x.xlsx"))


@case("Word under another ending", "--word must end in .docx")
def _(folder: Path) -> list[str]:
    return results(folder, "--word", str(folder / "x.txt"))


@case("LaTeX in the place of a file", "--latex must be a folder, got the file")
def _(folder: Path) -> list[str]:
    return results(folder, "--latex", str(folder / "export.csv"))


@case("a run that is a folder", "is neither")
def _(folder: Path) -> list[str]:
    return ["report", str(folder / "none"), "-i", "lq2002", "--out", str(folder / "p.html")]


@pytest.mark.parametrize("name", list(CASES))
def test_refused_in_a_sentence_and_nothing_is_written(name, place, capsys):
    make, said = CASES[name]
    words = make(place)
    capsys.readouterr()
    before = sorted(map(str, place.rglob("*")))
    assert main(words) == 2
    text = capsys.readouterr().err.strip()
    assert said in " ".join(text.split())
    assert text.startswith("Error: ")
    assert len(text.splitlines()) <= 2
    assert sorted(map(str, place.rglob("*"))) == before


@pytest.mark.parametrize("institution", ["", "City University"])
def test_a_logo_alone_is_a_letterhead(institution, tmp_path):
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "utf-8")
    head = {"logo": str(logo), "institution": institution}
    assert cu.questionnaire("lq2002", letterhead=head)[:5] == b"%PDF-"


def test_details_of_persons_reach_no_file_and_a_small_group_no_value(place, capsys):
    frame = pd.read_csv(place / "export.csv")
    frame["COMPID"] = "c" + frame["COMPID"].astype(str)
    frame.loc[frame.index[-2:], "COMPID"] = "TINYUNIT"
    frame["mail"] = [f"person{i}@secret.example" for i in range(len(frame))]
    frame["Phone"] = [f"+49 170 55{i:05d}" for i in range(len(frame))]
    frame["Comment"] = "call Zebulon on 0170-123456"
    frame.drop(columns="SUB").to_csv(place / "export.csv", index=False)
    more = ("--member", "mail", "--repetitions", "0", "--r-script", str(place / "r" / "c.R"))
    words = ["report", *scored(place, *more)[1:4], "--out", str(place / "page.html"), *more]
    assert main(words) == 0
    said = capsys.readouterr()
    assert "member codes are personal details (e-mail address)" in said.err
    written = [path for path in place.rglob("*") if path.is_file() and path.name != "export.csv"]
    assert len(written) > 10
    texts = {path.name: path.read_text("utf-8", "replace") for path in written}
    for detail in ("secret.example", "+49 170", "Zebulon"):
        assert not [name for name, text in texts.items() if detail in text]
        assert detail not in said.out + said.err
    rows = pd.read_csv(place / "page_results" / "groups.csv").set_index("group").loc["TINYUNIT"]
    assert rows[["lead", "tsig", "hostil"]].isna().all()
    spread = pd.read_csv(place / "page_results" / "agreement.csv").query("group == 'TINYUNIT'")
    told = ["group", "measure", "composition", "n", "reason"]
    assert spread.drop(columns=told).isna().all(axis=None)
