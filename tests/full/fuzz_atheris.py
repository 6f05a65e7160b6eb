"""Coverage-guided fuzzing of readers and parsers; needs `pip install atheris`.

python tests/full/fuzz_atheris.py [SECONDS]

Whatever the bytes: a result or an error of ours with a sentence. Anything else ends the run, and
the input is left in a file named crash-....
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["collective_use"]):
    from collective_use.door.csv import csv_rows
    from collective_use.door.json import json_content
    from collective_use.errors import CollectiveUseError
    from collective_use.groups.disclosure.digits import rounded_text
    from collective_use.instrument.load import load_file
    from collective_use.responses.files.open import read_raw
    from collective_use.syntax.model_text import parse_model

FOLDER = Path(tempfile.mkdtemp())


def one(data: bytes) -> None:
    """Give the same bytes to every reader and parser."""
    text = data.decode("utf-8", "replace")
    table, bank = FOLDER / "a.csv", FOLDER / "a.yaml"
    table.write_bytes(data)
    bank.write_bytes(data)
    rounded_text(text)
    for read in (
        lambda: parse_model(text),
        lambda: csv_rows(table, "the file", most=1_000_000),
        lambda: json_content(text, "a.json"),
        lambda: read_raw(table),
        lambda: load_file(bank),
    ):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                read()
        except CollectiveUseError:
            pass


if __name__ == "__main__":
    seconds = sys.argv[1] if len(sys.argv) > 1 else "60"
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-timeout=20"], one)
    atheris.Fuzz()
