"""`collective-use codebook`: everything about every item in one table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from collective_use.checks import one_of
from collective_use.cli.console import language, say

app = typer.Typer(rich_markup_mode=None)


@app.command()
def codebook(
    instrument: Annotated[str, typer.Argument(help="A bundled name or the path of your own.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="FILE.html or FILE.csv.")],
) -> None:
    """Write the codebook: texts, codes, labels, constructs, measures, forms, export columns.

    \b
    Examples:
      collective-use codebook collective_data_use --out codebook.html
      collective-use codebook my_instrument/ --out codebook.csv
    """
    kind = out.suffix.lower()
    one_of("the ending of --out", kind, (".html", ".csv"))
    from collective_use.instrument.library import load_instrument
    from collective_use.output import write_file
    from collective_use.sheets.codebook.codebook import codebook as make_codebook

    bank = load_instrument(instrument)
    book = make_codebook(bank)
    write_file(out, book.to_csv() if kind == ".csv" else book.to_html(language()).encode("utf-8"))
    say(f"Codebook of {len(bank.items)} items in {out}")
