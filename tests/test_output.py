"""Result folders are whole or not there at all; cells are safe."""

from __future__ import annotations

import codecs
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from collective_use import output
from collective_use.errors import OutputError
from collective_use.output import locks
from collective_use.output.files import write_file

# A run in a process of its own that dies hard before or after one of its file operations.
KILLED = textwrap.dedent(
    """
    import os, shutil, sys
    from pathlib import Path
    from collective_use import output
    place, fatal, moment = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    count = 0
    def deadly(function):
        def call(*args, **kwargs):
            global count
            count += 1
            if count == fatal and moment == "before":
                os._exit(9)
            mine = count
            try:
                return function(*args, **kwargs)
            finally:
                if mine == fatal and moment == "after":
                    os._exit(9)
        return call
    os.rename, os.fsync = deadly(os.rename), deadly(os.fsync)
    os.unlink, os.rmdir, os.mkdir = deadly(os.unlink), deadly(os.rmdir), deadly(os.mkdir)
    with output.result_folder(place) as folder:
        (folder / "a.csv").write_text("new")
        (folder / "b.csv").write_text("new")
        output.write_run(folder, {"which": "new"})
    print(count)
    """
)


def fill(place: Path, which: str) -> None:
    with output.result_folder(place) as folder:
        for name in ("a.csv", "b.csv"):
            (folder / name).write_text(which)
        output.write_run(folder, {"which": which})


def run_killed(place: Path, fatal: int, moment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", KILLED, str(place), str(fatal), moment]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("earlier", [True, False])
def test_killed_at_every_step_leaves_old_or_new(tmp_path: Path, earlier: bool) -> None:
    place = tmp_path / "results"
    if earlier:
        fill(place, "old")
    steps = int(run_killed(place, 10_000, "before").stdout)
    assert steps >= 7
    for step in range(1, steps + 1):
        for moment in ("before", "after"):
            place = tmp_path / f"{step}{moment}"
            if earlier:
                fill(place, "old")
            assert run_killed(place, step, moment).returncode == 9
            output.settle(place)
            if place.exists():
                texts = {path.read_text() for path in place.glob("*.csv")}
                assert len(texts) == 1
                assert json.loads((place / "run.json").read_text())["which"] == texts.pop()
                assert sorted(p.name for p in place.iterdir()) == ["a.csv", "b.csv", "run.json"]
            else:
                assert not earlier
            fill(place, "next")
            assert (place / "a.csv").read_text() == "next"
            left = [
                path.name for path in tmp_path.iterdir() if path.name.startswith(f".{place.name}.")
            ]
            assert left == []


def test_a_failing_block_changes_nothing(tmp_path: Path) -> None:
    place = tmp_path / "results"
    fill(place, "old")

    def fail() -> None:
        with output.result_folder(place) as folder:
            (folder / "a.csv").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (place / "a.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_a_foreign_folder_is_refused_untouched(tmp_path: Path) -> None:
    place = tmp_path / "thesis"
    place.mkdir()
    (place / "chapter.docx").write_text("years")
    with pytest.raises(OutputError, match=r"chapter\.docx.*nothing was touched"):
        fill(place, "new")
    assert (place / "chapter.docx").read_text() == "years"
    (place / "run.json").write_text('{"made_by": "someone else"}')
    with pytest.raises(OutputError):
        fill(place, "new")


def test_an_empty_folder_and_litter_are_fine(tmp_path: Path) -> None:
    place = tmp_path / "results"
    place.mkdir()
    (place / ".DS_Store").write_text("")
    fill(place, "new")
    assert (place / "a.csv").read_text() == "new"


def test_files_a_user_added_are_kept_and_stale_ones_go(tmp_path: Path) -> None:
    place = tmp_path / "results"
    fill(place, "old")
    (place / "notes.txt").write_text("mine")
    (place / "charts").mkdir()
    (place / "charts" / "one.txt").write_text("mine")
    with output.result_folder(place) as folder:
        (folder / "a.csv").write_text("new")
        output.write_run(folder, {})
    assert sorted(p.name for p in place.iterdir()) == ["a.csv", "charts", "notes.txt", "run.json"]
    assert (place / "charts" / "one.txt").read_text() == "mine"
    fill(place, "again")
    assert (place / "notes.txt").read_text() == "mine"


def test_a_clash_with_a_users_file_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "results"
    fill(place, "old")
    (place / "c.csv").write_text("mine")

    def clash() -> None:
        with output.result_folder(place) as folder:
            (folder / "c.csv").write_text("ours")
            output.write_run(folder, {})

    with pytest.raises(OutputError, match=r"c\.csv is not a file of ours"):
        clash()
    assert (place / "c.csv").read_text() == "mine"


def test_the_working_folder_and_a_file_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="one of its own"):
        output.check_place(".")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="must be a folder"):
        output.check_place("file")


def test_without_run_json_nothing_is_written(tmp_path: Path) -> None:
    def forget() -> None:
        with output.result_folder(tmp_path / "results"):
            pass

    with pytest.raises(OutputError, match=r"no run\.json"):
        forget()
    assert list(tmp_path.iterdir()) == []


def test_a_place_under_a_file_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        fill(tmp_path / "file" / "results", "new")


def test_concurrent_runs_leave_one_whole_result(tmp_path: Path) -> None:
    place = tmp_path / "results"
    command = [sys.executable, "-c", KILLED, str(place), "10000", "before"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(6)]
    for run in runs:
        run.communicate()
        assert run.returncode == 0
    assert sorted(p.name for p in place.iterdir()) == ["a.csv", "b.csv", "run.json"]
    assert [p.name for p in tmp_path.iterdir()] == ["results"]


def test_a_held_lock_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "PATIENCE", 0.05)
    place = tmp_path / "results"
    with output.result_folder(place) as folder:
        output.write_run(folder, {})
        with pytest.raises(OutputError, match="another run"):
            fill(place, "second")


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=SUM(A1)", "'=SUM(A1)"),
        ("+cmd", "'+cmd"),
        ("-2+3", "'-2+3"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("-99", "-99"),
        ("+1.5e-3", "+1.5e-3"),
        ("-.5", "-.5"),
        ("小组", "小组"),
        ("a=b", "a=b"),
    ],
)
def test_cells(cell: str, written: str) -> None:
    assert output.safe_cell(cell) == written


def test_csv_keeps_numbers_exact_and_text_safe() -> None:
    frame = pd.DataFrame({"=x": ["-a", None], "v": [-0.1, 1 / 3], "k": [-5, 7]})
    assert output.csv_bytes(frame) == f"'=x,v,k\n'-a,-0.1,-5\n,{1 / 3!r},7\n".encode()
    chinese = output.csv_bytes(pd.DataFrame({"group": ["小组"]}))
    assert chinese.startswith(b"\xef\xbb\xbf")


def test_csv_with_categories_and_string_types() -> None:
    frame = pd.DataFrame(
        {"g": pd.Categorical(["=a", "b"]), "s": pd.array(["@x", None], dtype="string")}
    )
    assert output.csv_bytes(frame) == b"g,s\n'=a,'@x\nb,\n"


def test_long_tables_are_written_as_short_ones_are() -> None:
    """Beyond 2,000 rows each different cell is written once; the bytes are those of pandas."""
    rng = np.random.default_rng(1)
    odd = ["=1", "-3", "a,b", 'q"x', "l\nm", "r\rn", "- none", " sp", "", "'"]
    numbers = [0.0, -0.0, 1.0, 1e-5, 1e16, 1e22, np.nan, np.inf, -np.inf, 5e-324, 0.1 + 0.2, 1e15]
    frame = pd.DataFrame(
        {
            "group": [f"G{n}" for n in rng.integers(0, 50, 5000)],
            "odd": rng.choice(odd, 5000),
            "=whole": rng.integers(-5, 5, 5000).astype("int8"),
            "number": rng.choice(numbers, 5000),
            "any": rng.normal(size=5000),
            "yes": rng.random(5000) > 0.5,
            "text": pd.Series(rng.choice(["x", None, "=ü"], 5000), dtype=object),
            "maybe": pd.Series(rng.choice([True, None, False], 5000), dtype=object),
            "known": pd.array(rng.choice([True, None, False], 5000), dtype="boolean"),
        }
    )
    for columns in (list(frame), ["group", "number"], ["any", "yes"]):
        part = frame[columns]
        parts = [
            output.csv_bytes(part.iloc[start : start + 1000]) for start in range(0, 5000, 1000)
        ]
        whole = [piece.decode("utf-8-sig").split("\n", 1) for piece in parts]
        expected = whole[0][0] + "\n" + "".join(rest for _, rest in whole)
        found = output.csv_bytes(part)
        assert found.decode("utf-8-sig") == expected
        assert found.startswith(codecs.BOM_UTF8) == (not expected.isascii())
    mixed = frame.assign(text=[1, "a"] * 2500)
    assert output.csv_bytes(mixed).count(b"\n") > 5000


def test_a_file_where_a_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(OutputError, match="a file stands where its folder should be"):
        write_file(tmp_path / "a.csv" / "form.pdf", b"%PDF")
