"""Small files that claim, or unpack to, far more than they hold: each is refused, soon and small.

python tests/full/bombs.py [NAME ...]

For every file: seconds of processor time and the most memory that the command and its children
held together. A fault is more than 5 s, more than 500 MB, or an end other than exit code 2 with one
sentence. Ends with 1 on a fault.
"""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd

SECONDS, MEGABYTES = 5.0, 500
PLACES = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
MADE: dict[str, tuple[str, Callable[[], bytes]]] = {}
SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main"><sheetData>{}</sheetData></worksheet>'
)
CELL = '<c t="inlineStr"><is><t>{}</t></is></c>'


def bomb(name: str, ending: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def kept(make: Callable[[], bytes]) -> Callable[[], bytes]:
        MADE[name] = (ending, make)
        return make

    return kept


def book(sheets: Iterable[bytes], **others: bytes) -> bytes:
    """A workbook with these sheets; other parts by their names with `__` for a slash."""
    held, plain = io.BytesIO(), io.BytesIO()
    sheets = list(sheets)
    with pd.ExcelWriter(plain, engine="openpyxl") as writer:
        for k in range(len(sheets)):
            pd.DataFrame({"a": [1]}).to_excel(writer, sheet_name=f"s{k}", index=False)
    parts = {f"xl/worksheets/sheet{k + 1}.xml": sheet for k, sheet in enumerate(sheets)}
    parts |= {name.replace("__", "/") + ".xml": part for name, part in others.items()}
    with (
        zipfile.ZipFile(plain) as old,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for part in old.namelist():
            new.writestr(part, parts.pop(part, None) or old.read(part))
        for part, content in parts.items():
            new.writestr(part, content)
    return held.getvalue()


def far(cell: str) -> bytes:
    row = re.sub(r"\D", "", cell)
    text = f'<row r="1"><c r="A1" t="inlineStr"><is><t>COMPID</t></is></c></row><row r="{row}">'
    return book([SHEET.format(f'{text}<c r="{cell}"><v>1</v></c></row>').encode()])


for _cell in ("XFD1048576", "Z1048576", "C1048576", "XFD400", "XFD100", "CV10000"):
    bomb(f"workbook: a cell at {_cell}", "xlsx")(lambda cell=_cell: far(cell))


def filled(piece: str, size: int, head: str = "") -> bytes:
    return SHEET.format(head + piece * (size // len(piece))).encode()


@bomb("workbook: 1 million rows of a sign each, packed 300 times", "xlsx")
def _rows() -> bytes:
    return book([filled(f"<row>{CELL.format('a' * 32)}</row>", 80_000_000)])


@bomb("workbook: 19.9 MB of single numbers in rows", "xlsx")
def _numbers() -> bytes:
    return book([filled("<row><c><v>1</v></c></row>", 19_900_000)])


@bomb("workbook: 19.9 MB of numbers in one row", "xlsx")
def _line() -> bytes:
    return book([SHEET.format("<row>" + "<c><v>1</v></c>" * 1_320_000 + "</row>").encode()])


@bomb("workbook: 60 sheets of 19.9 MB without an answer", "xlsx")
def _blank() -> bytes:
    return book([filled("<row><c/></row>", 19_900_000)] * 60)


@bomb("workbook: one text of 10 MB in 100,000 cells", "xlsx")
def _shared() -> bytes:
    strings = (
        '<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
        f'main" count="1" uniqueCount="1"><si><t>{"a" * 10_000_000}</t></si></sst>'
    )
    sheet = filled('<row><c t="s"><v>0</v></c></row>', 3_600_000)
    return book([sheet], xl__sharedStrings=strings.encode())


@bomb("workbook: archives within archives", "xlsx")
def _nested() -> bytes:
    content = b"0" * 19_000_000
    for _ in range(4):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
            for k in range(16):
                new.writestr(f"{k}.xlsx", content)
        content = held.getvalue()
    return content


@bomb("workbook: one text of 400 MB", "xlsx")
def _text() -> bytes:
    return book([SHEET.format(f"<row>{CELL.format('a' * 400_000_000)}</row>").encode()])


@bomb("workbook: a sheet that says it is smaller than it is", "xlsx")
def _lies() -> bytes:
    made = bytearray(book([filled("<row><c><v>1</v></c></row>", 150_000_000)]))
    size = zipfile.ZipFile(io.BytesIO(bytes(made))).getinfo("xl/worksheets/sheet1.xml").file_size
    return bytes(made).replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little"))


def ods(rows: int, columns: int) -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    cell = (
        f'<table:table-cell office:value-type="float" office:value="1" '
        f'table:number-columns-repeated="{columns}"/>'
    )
    text = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{space}office:1.0" '
        f'xmlns:table="{space}table:1.0" xmlns:text="{space}text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="a"><table:table-row '
        f'table:number-rows-repeated="{rows}">{cell}</table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        new.writestr("content.xml", text)
        new.writestr("META-INF/manifest.xml", "<manifest/>")
    return held.getvalue()


for _r, _c in ((1_048_576, 16_384), (1_000_000, 10), (2_000, 16_000), (100_000, 30)):
    bomb(f"open document: a cell repeated {_r:,} by {_c:,} times", "ods")(
        lambda r=_r, c=_c: ods(r, c)
    )


def spss(frame: pd.DataFrame, rows: int | None = None, packed: bool = True) -> bytes:
    """An SPSS file; the number of rows in its head is replaced where one is given."""
    import pyreadstat

    place = Path(tempfile.mkdtemp()) / ("a.zsav" if packed else "a.sav")
    pyreadstat.write_sav(frame, str(place), compress=packed, row_compress=not packed)
    content = place.read_bytes()
    if rows is not None:  # bytes 80 to 83 of the head: number of cases, -1 for unknown
        content = content[:80] + rows.to_bytes(4, "little", signed=True) + content[84:]
    return content


def ones(rows: int, columns: int, value: object = 1.0) -> pd.DataFrame:
    return pd.DataFrame({f"c{k}": [value] * rows for k in range(columns)})


def zeros(rows: int, columns: int) -> pd.DataFrame:
    return pd.DataFrame(np.zeros((rows, columns)), columns=[f"c{k}" for k in range(columns)])


for _r, _c in ((200_000, 60), (20_000, 600), (1_000, 12_000)):
    bomb(f"SPSS: {_r:,} rows of {_c:,} equal numbers", "zsav")(lambda r=_r, c=_c: spss(zeros(r, c)))
bomb("SPSS: 12 million equal numbers, rows not told", "zsav")(lambda: spss(zeros(200_000, 60), -1))
bomb("SPSS: 12 million equal numbers, said to be 10 rows", "zsav")(
    lambda: spss(zeros(200_000, 60), 10)
)
bomb("SPSS: 12 million equal numbers by row", "sav")(lambda: spss(zeros(200_000, 60), packed=False))
bomb("SPSS: 20,000 texts of 20,000 signs", "zsav")(lambda: spss(ones(20_000, 1, "a" * 20_000)))
bomb("SPSS: 20,000 texts of 20,000 signs, rows not told", "zsav")(
    lambda: spss(ones(20_000, 1, "a" * 20_000), -1)
)
bomb("SPSS: 300,000 texts of 250 signs", "zsav")(lambda: spss(ones(300_000, 1, "a" * 250)))
bomb("SPSS: said to hold 2 billion rows", "sav")(lambda: spss(ones(3, 3), 2_000_000_000))


def stata(frame: pd.DataFrame, **how: object) -> bytes:
    held = io.BytesIO()
    frame.to_stata(held, write_index=False, **how)
    return held.getvalue()


@bomb("Stata: said to have 32,000 columns", "dta")
def _wide() -> bytes:
    content = stata(ones(3, 3), version=118)
    return content.replace(b"<K>\x03\x00", b"<K>\x00\x7d")


bomb("Stata: 32,000 columns", "dta")(lambda: stata(ones(1, 32_000), version=118))
bomb("Stata: 19,999 columns", "dta")(lambda: stata(ones(1, 19_999), version=118))


@bomb("Stata: said to hold 10^12 rows", "dta")
def _many() -> bytes:
    content = stata(ones(3, 3), version=118)
    place = content.index(b"<N>") + 3
    return content[:place] + (10**12).to_bytes(8, "little") + content[place + 8 :]


@bomb("Stata: a text of 20 kB in 100,000 rows", "dta")
def _strl() -> bytes:
    frame = ones(100_000, 1, "a" * 20_000)
    return stata(frame, version=117, convert_strl=["c0"])


def parquet(frame: pd.DataFrame) -> bytes:
    held = io.BytesIO()
    frame.to_parquet(held, compression="zstd", index=False)
    return held.getvalue()


for _r, _c in ((100_000_000, 1), (200_000, 60), (40_000, 300), (1_000, 12_000)):
    bomb(f"Parquet: {_r:,} rows of {_c:,} equal numbers", "parquet")(
        lambda r=_r, c=_c: parquet(zeros(r, c).astype("int8"))
    )


@bomb("Parquet: a text of 1 MB in 20,000 rows", "parquet")
def _repeated() -> bytes:
    import pyarrow as pa
    from pyarrow.parquet import write_table

    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000), ["x" * 1_000_000])
    held = io.BytesIO()
    write_table(pa.table({"a": texts}), held, compression="snappy", store_schema=False)
    return held.getvalue()


bomb("Parquet: 19,999 columns", "parquet")(lambda: parquet(zeros(1, 19_999)))

bomb("json: 100,000 levels", "json")(lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000)
bomb("json: 8 MB of empty lists", "json")(lambda: b"[" + b"[]," * 2_600_000 + b"1]")
bomb("json: 8 MB of empty objects", "json")(lambda: b"[" + b"{}," * 2_600_000 + b"1]")
bomb("json: 4 MB of rows of one answer", "json")(lambda: b"[" + b'{"a":1},' * 500_000 + b"{}]")
bomb("json: a number of 3,000,000 digits", "json")(lambda: b'[{"a":' + b"9" * 3_000_000 + b"}]")
bomb("json: 19,999 keys, none twice, in 20 rows", "json")(
    lambda: (
        "["
        + ",".join(
            "{" + ",".join(f'"k{k + 1000 * r}":1' for k in range(999)) + "}" for r in range(400)
        )
        + "]"
    ).encode()
)
bomb("csv: a million columns", "csv")(lambda: b"a," * 1_000_000 + b"\n" + b"1," * 1_000_000)
bomb("csv: 19,999 columns", "csv")(lambda: (b"a," * 19_998 + b"b\n") * 50)
bomb("csv: 10 MB of commas in short lines", "csv")(lambda: b"a,b\n" + b",\n" * 5_000_000)
bomb("csv: one cell of 200 MB", "csv")(lambda: b'a,b\n1,"' + b"x" * 200_000_000 + b'"\n')
bomb("csv: a quotation mark that never ends", "csv")(lambda: b'a,b\n1,"' + b"x\n" * 4_000_000)
bomb("csv: a packed file under its name", "csv")(lambda: zlib.compress(b"a,b\n" * 30_000_000, 9))
bomb("gz: a packed csv", "csv.gz")(lambda: zlib.compress(b"a,b\n" * 30_000_000, 9, 31))


@bomb("Word form: 49 MB of empty elements", "docx")
def _word() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        new.writestr("word/document.xml", b"<a>" + b"<b/>" * 12_000_000 + b"</a>")
    return held.getvalue()


@bomb("Word form: 40 parts of 49 MB beside the text", "docx")
def _items() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        new.writestr("word/document.xml", b"<a/>")
        for k in range(40):
            new.writestr(f"customXml/item{k}.xml", b"<a>" + b" " * 49_000_000 + b"</a>")
    return held.getvalue()


def pdf(objects: list[bytes]) -> bytes:
    text, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(text))
        text += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    at = len(text)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, at)
    return text + table + tail


def stream(content: bytes, more: bytes = b"") -> bytes:
    packed = zlib.compress(content, 9)
    return b"<</Filter/FlateDecode/Length %d%s>>stream\n%s\nendstream" % (len(packed), more, packed)


@bomb("PDF form: objects packed a thousand times", "pdf")
def _objects() -> bytes:
    body = b"4 0 " + b"[" + b"<<>>" * 60_000_000 + b"]"
    more = b"/Type/ObjStm/N 1/First 4"
    catalog = b"<</Type/Catalog/Pages<</Type/Pages/Kids[]/Count 0>>/AcroForm<</Fields 4 0 R>>>>"
    text = b"%PDF-1.7\n"
    places = []
    for number, one in ((1, catalog), (2, stream(body, more))):
        places.append(len(text))
        text += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    at = len(text)
    rows = [(0, 0, 255), (1, places[0], 0), (1, places[1], 0), (1, at, 0), (2, 2, 0)]
    table = b"".join(bytes([k]) + p.to_bytes(4, "big") + bytes([g]) for k, p, g in rows)
    head = b"/Type/XRef/W[1 4 1]/Size 5/Root 1 0 R"
    return text + b"3 0 obj\n" + stream(table, head) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % at


@bomb("PDF form: 600,000 fields", "pdf")
def _fields() -> bytes:
    refs = b"<</T(a)/V(b)>>" * 600_000
    return pdf(
        [
            b"<</Type/Catalog/Pages<</Type/Pages/Kids[]/Count 0>>/AcroForm<</Fields["
            + refs
            + b"]>>>>"
        ]
    )


@bomb("PDF form: fields that hold themselves", "pdf")
def _loop() -> bytes:
    kids = b" ".join([b"2 0 R"] * 40)
    return pdf([
        b"<</Type/Catalog/Pages<</Type/Pages/Kids[]/Count 0>>/AcroForm<</Fields[2 0 R]>>>>",
        b"<</T(a)/Kids[" + kids + b"]>>",
    ])  # fmt: skip


LINT = ("instrument", "lint", "{}")
bomb("yaml: 400,000 words in a list", "yaml")(
    lambda: b"id: x\nlanguages: [" + b",".join([b"en"] * 400_000) + b"]\n"
)
bomb("yaml: 9 MB of empty lists", "yaml")(lambda: b"a: [" + b"[]," * 3_000_000 + b"1]\n")
bomb("yaml: 9 MB of one text", "yaml")(lambda: b"id: " + b"x " * 4_500_000 + b"\n")
bomb("yaml: 100,000 levels", "yaml")(lambda: b"[" * 100_000)
bomb("yaml: names that multiply", "yaml")(
    lambda: (
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(
            b"%c: &%c [%s]\n" % (k + 1, k + 1, b",".join([b"*%c" % k] * 9)) for k in range(97, 106)
        )
    )
)
bomb("yaml: 200,000 keys", "yaml")(lambda: "".join(f"k{k}: 1\n" for k in range(200_000)).encode())
bomb("yaml: 5 MB of one quoted text over lines", "yaml")(
    lambda: b'id: "' + b"x\n  " * 1_250_000 + b'"\n'
)


def family(pid: int) -> list[int]:
    """Return a process and all below it."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except (OSError, ValueError):
            continue
    return found


def held(pid: int) -> int:
    """Return the megabytes of a process and all below it, shared pages counted once."""
    total = 0
    for one in family(pid):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        said = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
        total += int(said[1]) if said else 0
    return total // 1024


def run(words: list[str], here: Path) -> tuple[int, float, int, str]:
    """Return exit code, seconds of processor time, megabytes and what was said."""
    said = here / "said.txt"
    with said.open("wb") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", "collective_use", *words], cwd=here, env=PLACES, stdout=out,
            stderr=out, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        most, began = 0, time.monotonic()
        while True:
            done, status, used = os.wait4(child.pid, os.WNOHANG)
            if done:
                break
            most = max(most, held(child.pid))
            if most > 3_000 or time.monotonic() - began > 300:  # a busy machine
                os.killpg(child.pid, signal.SIGKILL)
            time.sleep(0.01)
    child.returncode = os.waitstatus_to_exitcode(status)
    text = said.read_text("utf-8", "replace")
    return child.returncode, used.ru_utime + used.ru_stime, most, text


def fault(code: int, seconds: float, megabytes: int, text: str) -> str:
    """Say what is wrong; "" where a file was refused soon and small."""
    errors = [line for line in text.splitlines() if line.startswith("Error")]
    bad = [
        (code != 2, f"exit code {code}"), (seconds > SECONDS, "time"),
        (megabytes > MEGABYTES, "memory"), ("Traceback" in text, "traceback"),
        (len(errors) > 1, "two sentences"),
    ]  # fmt: skip
    return ", ".join(word for wrong, word in bad if wrong)


def main(names: list[str]) -> int:
    faults = 0
    for name, (ending, make) in MADE.items():
        if names and not any(one in name for one in names):
            continue
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder)
            place = here / f"bomb.{ending}"
            place.write_bytes(make())
            size = place.stat().st_size
            words = ("score", "{}", "--instrument", "lq2002", "--out", "out")
            words = LINT if ending == "yaml" else words
            found = run([word.format(place) for word in words], here)
        wrong = fault(*found)
        faults += bool(wrong)
        _, seconds, megabytes, text = found
        last = next((x for x in text.splitlines() if x.startswith("Error")), text.strip()[-150:])
        print(
            f"{wrong or 'refused'}: {name} ({size / 1000:,.1f} kB): {seconds:.1f} s, "
            f"{megabytes} MB: {last.splitlines()[0][:140] if last else ''}", flush=True,
        )  # fmt: skip
    print(f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
