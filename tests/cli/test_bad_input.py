"""Bad and odd input: one clear message and exit code 2, or a result that says what was odd.

Run this file as a script to print the table of messages.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from collective_use.cli.main import main
from collective_use.instrument.library import instrument_path, sample_path

Case = Callable[[Path], list[str]]
REFUSED: dict[str, tuple[Case, str]] = {}
MANAGED: dict[str, tuple[Case, str]] = {}


def lq2002() -> pd.DataFrame:
    return pd.read_csv(sample_path("lq2002.csv")).query("COMPID <= 10").reset_index(drop=True)


def csv(folder: Path, frame: pd.DataFrame, name: str = "export.csv", **how: object) -> str:
    frame.to_csv(folder / name, index=False, **how)  # type: ignore[call-overload]
    return str(folder / name)


def scored(export: str, *more: str, instrument: str = "lq2002") -> list[str]:
    return ["score", export, "--instrument", instrument, *more]


def refused(name: str, expected: str) -> Callable[[Case], Case]:
    def add(case: Case) -> Case:
        REFUSED[name] = (case, expected)
        return case

    return add


def managed(name: str, expected: str) -> Callable[[Case], Case]:
    def add(case: Case) -> Case:
        MANAGED[name] = (case, expected)
        return case

    return add


@refused("a study of 5,000 signs", "xxx... cannot be used: File name too long")
def _(folder: Path) -> list[str]:
    return ["run", "x" * 5000]


@refused("missing file", "export.csv")
def _(folder: Path) -> list[str]:
    return scored(str(folder / "export.csv"))


@refused("empty file", "empty")
def _(folder: Path) -> list[str]:
    (folder / "export.csv").write_bytes(b"")
    return scored(str(folder / "export.csv"))


@refused("headings without rows", "no rows")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002().head(0)))


@refused("a folder instead of a file", "folder")
def _(folder: Path) -> list[str]:
    (folder / "export.csv").mkdir()
    return scored(str(folder / "export.csv"))


@refused("a path through a file", "export")
def _(folder: Path) -> list[str]:
    (folder / "file").write_text("x")
    return scored(str(folder / "file" / "export.csv"))


@refused("a picture called csv", "export.csv")
def _(folder: Path) -> list[str]:
    (folder / "export.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))
    return scored(str(folder / "export.csv"))


@refused("a Word document", "docx")
def _(folder: Path) -> list[str]:
    (folder / "export.docx").write_bytes(b"PK\x03\x04rest")
    return scored(str(folder / "export.docx"))


@refused("wrong instrument for the data", "collective_data_use")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002()), instrument="collective_data_use")


@refused("unknown instrument", "did you mean 'lq2002'")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002()), instrument="lq2020")


@refused("no instrument named", "--instrument")
def _(folder: Path) -> list[str]:
    return ["score", csv(folder, lq2002())]


@refused("unknown group column", "COMPANY")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002()), "--group", "COMPANY")


@refused("no group column", "COMPID")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002().drop(columns="COMPID")))


@refused("an item in two columns", "LEAD01")
def _(folder: Path) -> list[str]:
    frame = lq2002()
    frame.insert(3, "again", frame["LEAD01"])
    return scored(csv(folder, frame.rename(columns={"again": "LEAD01"})))


@refused("text in a Likert column", "often")
def _(folder: Path) -> list[str]:
    frame = lq2002().astype({"LEAD02": object})
    frame.loc[4, "LEAD02"] = "often"
    return scored(csv(folder, frame))


@refused("answers outside the scale", "LEAD03")
def _(folder: Path) -> list[str]:
    frame = lq2002()
    frame.loc[[7, 9], "LEAD03"] = 6
    return scored(csv(folder, frame))


@refused("a code with decimals", "2.5")
def _(folder: Path) -> list[str]:
    frame = lq2002().astype({"LEAD03": float})
    frame.loc[7, "LEAD03"] = 2.5
    return scored(csv(folder, frame))


@refused("members twice in the members file", "twice")
def _(folder: Path) -> list[str]:
    members = pd.DataFrame({"group": ["2", "2"], "member": ["1", "1"]})
    return scored(csv(folder, lq2002()), "--members", csv(folder, members, "members.csv"))


@refused("a members file without members", "member")
def _(folder: Path) -> list[str]:
    members = pd.DataFrame({"group": ["2"], "name": ["x"]})
    return scored(csv(folder, lq2002()), "--members", csv(folder, members, "members.csv"))


@refused("a missing members file", "members.csv")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002()), "--members", str(folder / "members.csv"))


@refused("unknown form", "form must be one of")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002()), "--form", "tiny")


@refused("unknown platform", "platform")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002()), "--platform", "telegraph")


@refused("unknown way with invalid answers", "invalid")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002()), "--invalid", "ignore")


@refused("unknown cut-off", "cut-off")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002()), "--cutoff", "rwgj=0.8")


@refused("a cut-off without a number", "icc1=0.10")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002()), "--cutoff", "icc1")


@refused("waves for some exports only", "once for each")
def _(folder: Path) -> list[str]:
    export = csv(folder, lq2002())
    return ["score", export, export, export, "-i", "lq2002", "--wave", "1", "--wave", "2"]


@refused("a smallest group of one", "minimum_group_size")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002()), "--minimum-group-size", "1")


@refused("an unknown encoding", "klingon")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002()), "--encoding", "klingon")


def own(folder: Path, text: str) -> list[str]:
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    return scored(csv(folder, lq2002()), instrument=str(folder / "mine.yaml"))


def lq_text() -> str:
    return instrument_path("lq2002").read_text(encoding="utf-8")


@refused("YAML with a tab", "tab")
def _(folder: Path) -> list[str]:
    return own(folder, lq_text().replace("\n  ", "\n\t", 1))


@refused("YAML with a key twice", "twice")
def _(folder: Path) -> list[str]:
    return own(folder, "schema: 1\nid: a\nid: b\n")


@refused("YAML alias bomb", "not allowed")
def _(folder: Path) -> list[str]:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    return own(folder, "\n".join(levels))


@refused("YAML that makes an object", "mine.yaml:1:")
def _(folder: Path) -> list[str]:
    return own(folder, "!!python/object/apply:os.system ['echo pwned']\n")


@refused("an empty instrument", "empty")
def _(folder: Path) -> list[str]:
    return own(folder, "")


@refused("an unknown key in an instrument", "mine.yaml:")
def _(folder: Path) -> list[str]:
    return own(folder, lq_text().replace("\nscales:", "\nscalse:", 1))


@refused("no study file", "collective-use init")
def _(folder: Path) -> list[str]:
    return ["run", str(folder)]


@refused("a study with a slip", "did you mean 'exports'")
def _(folder: Path) -> list[str]:
    (folder / "study.yaml").write_text("instrument: lq2002\nexport: a.csv\n")
    return ["run", str(folder)]


@refused("a study that asks for what cannot be done", "screening")
def _(folder: Path) -> list[str]:
    text = f"instrument: lq2002\nexports: {csv(folder, lq2002())}\nscreening: {{no_such_rule: 3}}\n"
    (folder / "study.yaml").write_text(text)
    return ["run", str(folder)]


@managed("one group only", "one group")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002().query("COMPID == 2")))


@managed("groups of one", "Fewer than 3 respondents")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002().drop_duplicates("COMPID")))


@managed("a constant item", "lead")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002().assign(LEAD01=3)))


@managed("all answers the same", "the same")
def _(folder: Path) -> list[str]:
    frame = lq2002()
    items = [name for name in frame if name[-2:].isdigit()]
    frame[items] = 3
    return scored(csv(folder, frame))


@managed("an item that nobody answered", "Nobody answered")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002().assign(LEAD01="")))


@managed("a byte-order mark", "lead")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002(), encoding="utf-8-sig"))


@managed("UTF-16", "lead")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002(), encoding="utf-16"))


@managed("semicolons", "lead")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002(), sep=";"))


@managed("tabs", "lead")
def _(folder: Path) -> list[str]:
    return scored(csv(folder, lq2002(), "export.tsv", sep="\t"))


@managed("three heading rows", "cdu")
def _(folder: Path) -> list[str]:
    return scored(str(sample_path("clean") / "export.csv"), instrument="collective_data_use")


@managed("answers outside the scale, as missing", "outside")
def _(folder: Path) -> list[str]:
    frame = lq2002()
    frame.loc[[7, 9], "LEAD03"] = 6
    return scored(csv(folder, frame), "--invalid", "missing")


@managed("group names that look like formulas", "lead")
def _(folder: Path) -> list[str]:
    frame = lq2002()
    frame["COMPID"] = "=cmd|" + frame["COMPID"].astype(str)
    return scored(csv(folder, frame))


def attempt(case: Case, folder: Path) -> tuple[int, str, list[str]]:
    """Return exit code, what was printed, and the names of what was written."""
    work = folder / "work"
    work.mkdir()
    words = [*case(work), "--out", str(folder / "out" / "results")]
    (folder / "out").mkdir()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = main(words)
    text = printed.getvalue().replace(str(folder), "…")
    return code, text, sorted(path.name for path in (folder / "out").iterdir())


@pytest.mark.parametrize("name", ["link/out", "x" * 300])
def test_a_place_that_the_system_refuses_is_said_in_a_sentence(name, tmp_path, capsys):
    (tmp_path / "link").symlink_to(tmp_path / "link")
    code = main([*scored(csv(tmp_path, lq2002())), "--out", str(tmp_path / name)])
    said = capsys.readouterr().err
    assert (code, said.count("\n")) == (2, 1), said
    assert said.startswith("Error: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.csv", "link"]


@pytest.mark.parametrize("name", list(REFUSED))
def test_refused_with_one_message(name: str, tmp_path: Path) -> None:
    case, expected = REFUSED[name]
    code, text, written = attempt(case, tmp_path)
    assert code == 2, text
    assert text.startswith(("Error: ", "Usage: ")), text
    assert text.count("Error") == 1
    assert expected in text
    assert "Traceback" not in text
    assert written == []


@pytest.mark.parametrize("name", list(MANAGED))
def test_managed_and_said(name: str, tmp_path: Path) -> None:
    case, expected = MANAGED[name]
    code, text, written = attempt(case, tmp_path)
    assert code == 0, text
    run = (tmp_path / "out" / "results" / "run.json").read_text(encoding="utf-8")
    measures = (tmp_path / "out" / "results" / "measures.csv").read_text(encoding="utf-8-sig")
    assert expected in text + run + measures
    assert "Traceback" not in text
    assert written == ["results"]


def test_there_are_enough_of_them() -> None:
    assert len(REFUSED) + len(MANAGED) >= 40


def _print_table() -> None:
    for title, cases in (("Refused", REFUSED), ("Managed", MANAGED)):
        sys.stdout.write(f"\n## {title}\n\n| input | exit | message |\n|---|---|---|\n")
        for name, (case, _) in cases.items():
            with tempfile.TemporaryDirectory() as folder:
                code, text, _ = attempt(case, Path(folder))
            shown = text.strip() if code else "(result)"
            shown = " / ".join(shown.splitlines())[:400].replace("|", "\\|")
            sys.stdout.write(f"| {name} | {code} | {shown} |\n")


if __name__ == "__main__":
    _print_table()
