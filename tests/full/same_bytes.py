"""The same input gives the same bytes, whatever the clock, hash seed, time zone, locale and cores.

python tests/full/same_bytes.py

Runs reading, scores, groups, a validation, a model, the report as page, Word, workbook and LaTeX,
forms as Word, PDF, fillable PDF and for platforms, sheets, a code book and a plan twice, in folders
of their own: once as the machine is, once with another hash seed, time zone, locale, number of
threads and a later moment. Every file is compared, but `log.json`, which says when and where.
Prints what differs; ends with 1 when anything does.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import collective_use as cu

CLEAN = cu.sample_path("clean")
GIVEN = (str(CLEAN / "export.csv"), "-i", "collective_data_use", "--members",
         str(CLEAN / "members.csv"))  # fmt: skip
WAYS = (
    ("report", *GIVEN, "--model", "M1", "--lang", "en+zh", "--full", "--out", "report.html",
     "--word", "report.docx", "--xlsx", "report.xlsx", "--latex", "latex"),
    ("questionnaire", "lq2002", "--out", "form.docx"),
    ("questionnaire", "lq2002", "--out", "form.pdf"),
    ("questionnaire", "lq2002", "--fillable", "--out", "fillable.pdf"),
    ("publish", "lq2002", "--to", "xlsform", "--out", "xlsform"),
    ("publish", "lq2002", "--to", "web", "--out", "web"),
    ("instrument", "to-xlsx", "lq2002", "--out", "bank.xlsx"),
    ("codebook", "lq2002", "--out", "codebook.html"),
    ("plan", "collective_data_use", "--groups", "40", "--members", "6", "--repetitions", "20",
     "--out", "plan"),
)  # fmt: skip
PLACES = (
    {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1",
     "OPENBLAS_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C", "OMP_NUM_THREADS": "2",
     "OPENBLAS_NUM_THREADS": "2"},
)  # fmt: skip
ELSEWHERE = ("log.json",)


def made(env: dict[str, str]) -> dict[str, str]:
    """Return the hash of every file that the commands write in an empty folder."""
    with tempfile.TemporaryDirectory() as held:
        here = Path(held)
        for way in WAYS:
            subprocess.run(
                [sys.executable, "-m", "collective_use", *way], cwd=here, check=True,
                env={**os.environ, **env}, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        return {
            str(file.relative_to(here)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(here.rglob("*"))
            if file.is_file() and file.name not in ELSEWHERE
        }


def main() -> int:
    one = made(PLACES[0])
    time.sleep(3)  # times within archives are kept to two seconds
    two = made(PLACES[1])
    differ = sorted(name for name in {*one, *two} if one.get(name) != two.get(name))
    print(f"{len(one)} files, {len(differ)} differ", *differ, sep="\n")
    return 1 if differ else 0


if __name__ == "__main__":
    raise SystemExit(main())
