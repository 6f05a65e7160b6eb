"""The door: each limit of the table holds, is named in the refusal, and lets what fits through."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest
from pyarrow.parquet import write_table

from collective_use.door import child, json, limits, parsers
from collective_use.door.csv import csv_rows
from collective_use.errors import ReadError
from collective_use.responses.files import json as json_files
from collective_use.responses.files.forms import read_form

SMALL = limits.Limits(
    line_bytes=100, columns=5, cells=50, cell_signs=20, unpacked_bytes=10_000, ratio=10,
    ratio_from=1_000, levels=3,
)  # fmt: skip


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (limits, json):
        monkeypatch.setattr(module, "LIMITS", SMALL)


def file(folder: Path, content: bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_regular_file_of_its_size_passes(tmp_path):
    path = file(tmp_path, b"12345")
    assert limits.regular_file(path, most=5) == path
    with pytest.raises(ReadError, match=r"a\.csv has 5 bytes; at most 4 are read"):
        limits.regular_file(path, most=4)


@pytest.mark.parametrize("path", ["a\x00b.csv", "x" * 5000])
def test_a_path_that_cannot_be_one_is_refused(path):
    with pytest.raises(ReadError, match=r"no path of a file|cannot be opened"):
        limits.regular_file(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are POSIX")
def test_pipes_and_devices_are_refused_unopened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(ReadError, match="device or pipe"):
            limits.regular_file(path)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_the_longest_line_decides_wherever_it_stands(small, tmp_path, end):
    limits.check_lines(file(tmp_path, end.join([b"x" * 100] * 3)))
    for at in range(3):
        lines = [b"x"] * 3
        lines[at] = b"x" * 101
        with pytest.raises(ReadError, match="longer than 100 bytes"):
            limits.check_lines(file(tmp_path, end.join(lines)))


def test_a_long_line_is_found_over_the_border_of_what_is_read_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "LIMITS", replace(SMALL, line_bytes=1_500_000))
    with pytest.raises(ReadError, match="near line 1 "):
        limits.check_lines(file(tmp_path, b"x" * 1_600_000))
    limits.check_lines(file(tmp_path, b"x" * 1_400_000 + b"\n" + b"x" * 1_400_000))


def test_a_wide_json_is_refused_before_a_table_is_made_of_it(small, tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(json_files, "frame_of", lambda *given: made.append(given))
    path = file(tmp_path, b'[{"a":1,"b":1,"c":1},{"d":1,"e":1,"f":1}]', "a.json")
    with pytest.raises(ReadError, match=r"a\.json has 6 columns; at most 5"):
        json_files.read_json([path], path)
    assert not made


@pytest.mark.parametrize(
    ("columns", "rows", "why"),
    [(5, 10, None), (6, 1, "6 columns; at most 5"), (5, 11, r"55 cells \(11 rows\); at most 50")],
)
def test_tables_have_a_width_and_a_size(small, columns, rows, why):
    if why is None:
        return limits.check_table("a.csv", columns, rows)
    with pytest.raises(ReadError, match=why):
        limits.check_table("a.csv", columns, rows)
    return None


def test_a_cell_is_named_by_row_and_column(small):
    limits.check_cells("a.csv", [["x" * 20]])
    with pytest.raises(ReadError, match="row 2, column 3 holds 21 signs; at most 20"):
        limits.check_cells("a.csv", [["a"], ["b", "c", "x" * 21]])


def archive(folder: Path, *parts: bytes) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        for number, part in enumerate(parts):
            book.writestr(f"part{number}.xml", part)
    return file(folder, buffer.getvalue(), "a.xlsx")


def test_archives_unpack_to_what_a_workbook_holds(small, tmp_path, monkeypatch):
    limits.check_archive(archive(tmp_path, os.urandom(4_000), b"x" * 1_000))
    with pytest.raises(ReadError, match="unpacks to 12,000 bytes; at most 10,000"):
        limits.check_archive(archive(tmp_path, os.urandom(6_000), os.urandom(6_000)))
    with pytest.raises(ReadError, match=r"part1\.xml unpacks to 5,000 bytes, .*at most 10"):
        limits.check_archive(archive(tmp_path, b"a", b"x" * 5_000))
    # Many parts of a size that each may have are no way around it.
    many = archive(tmp_path, *[b"x" * 900] * 11)
    monkeypatch.setattr(limits, "LIMITS", replace(SMALL, ratio=3))
    with pytest.raises(ReadError, match=r"a\.xlsx unpacks to 9,900 bytes, \d times .*at most 3"):
        limits.check_archive(many)
    limits.check_archive(file(tmp_path, b"no archive"))
    # The end of an archive alone: a directory that is not there.
    damaged = archive(tmp_path, b"abc").read_bytes()
    with pytest.raises(ReadError, match="damaged workbook"):
        limits.check_archive(file(tmp_path, damaged.replace(b"PK\x01\x02", b"PK\x00\x00")))


@pytest.mark.parametrize("text", ["[[[1]]]", '{"a": "[[[[[["}', '"\\"[[[["', "1e5", "[]"])
def test_json_that_fits_is_read(small, text):
    assert json.json_content(text, "a.json") is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[[[1]]]]", "more than 3 levels"),
        ('[{"a": [{}]}]', "more than 3 levels"),
        ("[1,\n 2", r"a\.json:2:3: no valid JSON"),
        ("[" + "9" * 5000 + "]", "thousands of digits"),
        ('["\\ud800"]', "half of a two-part sign"),
        ('{"\\udfff": 1}', "half of a two-part sign"),
    ],
)
def test_json_that_does_not_is_refused(small, text, why):
    with pytest.raises(ReadError, match=why):
        json.json_content(text, "a.json")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"  \n ", "is empty"),
        (b"group,member\n", "lists nobody"),
        (b"group,member\na,b,c\n", r"a\.csv:2: 3 cells, but there are 2 headings"),
        (b"group,member\n\xff\xfe,b\n", "must be UTF-8"),
        (b'group,member\n"a' + b"x" * 140_000 + b"\n", "cannot be parted into cells"),
    ],
)
def test_lists_kept_by_hand_are_read_whole_or_refused(tmp_path, content, why):
    with pytest.raises(ReadError, match=why):
        csv_rows(file(tmp_path, content), "the members file", most=10**6)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_lists_kept_by_hand_may_be_parted_in_three_ways(tmp_path, mark):
    text = "\ufeffGroup,Member\na,m1,\n\nb\n".replace(",", mark)
    columns, rows = csv_rows(file(tmp_path, text.encode()), "the members file", most=1000)
    assert columns == ["group", "member"]
    assert rows == [{"group": "a", "member": "m1"}, {"group": "b", "member": ""}]


@pytest.mark.own_process
def test_a_reader_of_others_may_crash_hang_or_refuse(tmp_path, monkeypatch):
    path = file(tmp_path, b"x", "a.xlsx")
    with pytest.raises(child.Refusal, match=r"a\.xlsx cannot be opened as a workbook"):
        child.bounded("workbook", path, sheet=None, avoided="")
    scripts = {
        "crash": ("import os; os.abort()", "or a crash"),
        "silent": ("", "or a crash"),
        "hang": ("while True: pass", "no end in the time"),
        "hungry": ("import sys; sys.exit('no memory')", "or a crash"),
    }
    short = replace(limits.LIMITS, seconds=0, seconds_a_megabyte=0.0)
    for name, (text, why) in scripts.items():
        script = file(tmp_path, text.encode(), f"{name}.py")
        monkeypatch.setattr(child, "SCRIPT", script)
        if name == "hang":
            monkeypatch.setattr(child, "LIMITS", short)
            monkeypatch.setattr(child, "_run", lambda words, _, run=child._run: run(words, 0.3))
        with pytest.raises(ReadError, match=rf"a\.xlsx stops its reader .*{why}"):
            child.bounded("workbook", path)
        monkeypatch.undo()


@pytest.mark.own_process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of a process are POSIX")
def test_the_process_of_a_reader_has_its_limits(tmp_path, monkeypatch):
    script = file(
        tmp_path,
        b"import pickle, sys\ntask = pickle.loads(open(sys.argv[1], 'rb').read())\n"
        b"open(sys.argv[2], 'wb').write(pickle.dumps({'value': (task, sys.flags.isolated)}))\n",
        "echo.py",
    )
    monkeypatch.setattr(child, "SCRIPT", script)
    task, isolated = child.bounded("dta", file(tmp_path, b"x" * 2_000_000, "a.dta"), a=1)
    assert isolated == 1
    assert task["how"] == {"a": 1}
    assert task["seconds"] == limits.LIMITS.seconds + 3
    assert task["memory"] == limits.LIMITS.memory_bytes + 120_000_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of a process are POSIX")
def test_what_loading_takes_is_not_counted_among_a_readers_seconds():
    spend = "end = time.process_time() + {}\nwhile time.process_time() < end: pass\n"
    code = (
        "import runpy, sys, time\nparsers = runpy.run_path(sys.argv[1])\n"
        + spend.format(1.2) + "parsers['_limit'](1, 10**9)\n" + spend.format(0.3)
    )  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code, str(child.SCRIPT)], check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("ending", ["parquet", "sav", "dta"])
def test_the_head_of_a_typed_file_is_looked_at_before_it_is_unpacked(tmp_path, monkeypatch, ending):
    monkeypatch.setattr(child, "LIMITS", replace(limits.LIMITS, columns=5, cells=50))

    def read(columns: int, rows: int) -> int:
        frame = pd.DataFrame({f"c{k}": [1.0] * rows for k in range(columns)})
        path = tmp_path / f"a.{ending}"
        write = {"parquet": frame.to_parquet, "dta": frame.to_stata}
        if ending == "sav":
            pyreadstat.write_sav(frame, str(path))
        else:
            write[ending](path)
        found = child.bounded(ending, path)
        return len(found if ending == "parquet" else found[0])

    assert read(4, 10) == 10
    with pytest.raises(ReadError, match=r"[67] columns; at most 5"):
        read(6, 1)
    with pytest.raises(ReadError, match=r"12 rows of [45] columns .*at most 50 cells"):
        read(4 if ending == "dta" else 5, 12)


@pytest.mark.parametrize("version", [114, 117, 118, 119])
def test_the_first_bytes_of_a_stata_file_tell_its_width(tmp_path, version):
    frame = pd.DataFrame({f"c{k}": [1.0] for k in range(300)})
    frame.to_stata(tmp_path / "a.dta", write_index=False, version=version)
    assert parsers.stata_columns(str(tmp_path / "a.dta")) == 300
    assert parsers.stata_columns(str(file(tmp_path, b"no", "b.dta"))) == 0


def test_a_file_with_more_rows_than_bytes_is_refused(tmp_path):
    frame = pd.DataFrame({"a": pd.Series([1] * 200_000, dtype="int8")})
    frame.to_parquet(tmp_path / "a.parquet", compression="zstd")
    with pytest.raises(ReadError, match="200,000 rows of 1 columns in"):
        child.bounded("parquet", tmp_path / "a.parquet")


@pytest.mark.parametrize("kind", ["workbook", "pages"])
def test_a_sheet_that_reaches_far_is_refused_before_its_cells_are_made(tmp_path, monkeypatch, kind):
    frame = pd.DataFrame({"a": [1] * 20, "b": [2] * 20})
    path = tmp_path / "a.xlsx"
    frame.to_excel(path, sheet_name="s", index=False)
    how = {"sheet": None, "avoided": ""} if kind == "workbook" else {"sheets": ["s"]}
    few = replace(limits.LIMITS, sparse_cells=42, cells_a_byte=0)
    monkeypatch.setattr(child, "LIMITS", few)
    assert child.bounded(kind, path, **how)
    monkeypatch.setattr(child, "LIMITS", replace(few, sparse_cells=41))
    with pytest.raises(ReadError, match=r"21 rows and 2 columns \(42 cells; at most 41 are read"):
        child.bounded(kind, path, **how)


@pytest.mark.own_process
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="told by Linux only")
def test_a_reader_is_stopped_at_memory_beside_what_it_has_loaded(tmp_path, monkeypatch):
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000), ["x" * 1_000_000])
    write_table(pa.table({"a": texts}), tmp_path / "a.parquet", store_schema=False)
    with pytest.raises(ReadError, match=r"stops its reader|Parquet file"):
        child.bounded("parquet", tmp_path / "a.parquet")
    pd.DataFrame({"a": [f"x{k}" for k in range(2_000)]}).to_parquet(tmp_path / "b.parquet")
    assert len(child.bounded("parquet", tmp_path / "b.parquet")) == 2_000


def test_a_word_form_that_unpacks_without_end_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.docx", "w", zipfile.ZIP_DEFLATED) as form:
        form.writestr("word/document.xml", b"<a>" + b"<b/>" * 1_500_000 + b"</a>")
    with pytest.raises(ReadError, match=r"word/document\.xml unpacks to 6,000,007 bytes"):
        read_form(tmp_path / "a.docx")


def test_a_damaged_pdf_is_called_by_its_name_alone(tmp_path):
    form = tmp_path / "form.pdf"
    form.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 12)
    with pytest.raises(ReadError, match=r"form\.pdf cannot be read as a PDF") as refused:
        read_form(form)
    assert str(tmp_path) not in str(refused.value)
    assert str(refused.value).count("form.pdf") == 1


def test_codes_longer_than_any_are_named_with_how_they_begin():
    limits.check_keys("members.csv", "group", ["x" * limits.LIMITS.key_signs])
    with pytest.raises(ReadError, match=r"group must have at most 500 signs, got 501, .*'xxxxx"):
        limits.check_keys("members.csv", "group", ["a", "x" * 501])
