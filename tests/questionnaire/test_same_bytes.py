"""The same form gives the same bytes, whatever the clock, the time zone and the hash seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

MAKE = """
import hashlib, json, sys, time
later = float(sys.argv[1])
clock = time.time
time.time = lambda: clock() + later
local = time.localtime
time.localtime = lambda at=None: local(clock() + later if at is None else at)
from collective_use.instrument.library import load_instrument
from collective_use.questionnaire.form.layout import form_content
from collective_use.questionnaire.online.publish import publish_form
from collective_use.questionnaire.paper.fillable import fillable_pdf
from collective_use.questionnaire.paper.word.document import questionnaire_docx
from collective_use.sheets.spreadsheet import book_bytes, new_book
bank = load_instrument("lq2002")
content = form_content(bank)
book = new_book("x")
book.create_sheet("a").append(["b", 1])
files = {"docx": questionnaire_docx(content), "fillable": fillable_pdf(content),
         "book": book_bytes(book)}
for to in ("xlsform", "microsoft_forms"):
    files.update({f"{to}/{n}": c for n, c in publish_form(bank, to, draft=True).files.items()})
print(json.dumps({n: hashlib.sha256(c).hexdigest() for n, c in files.items()}))
"""


def made(later: float, **env: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", MAKE, str(later)],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_rerun_gives_the_same_bytes():
    one = made(0, PYTHONHASHSEED="1", TZ="UTC")
    two = made(90_000, PYTHONHASHSEED="7", TZ="Asia/Tokyo", LC_ALL="C")
    assert len(one) == 5
    assert one == two
