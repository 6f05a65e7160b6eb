"""`collective-use entry`: a workbook into which paper forms are typed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from collective_use.checks import one_of
from collective_use.cli.console import say, show_next

app = typer.Typer(rich_markup_mode=None)


@app.command()
def entry(
    instrument: Annotated[str, typer.Argument(help="A bundled name or the path of your own.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="FILE.xlsx.")],
    form: Annotated[str | None, typer.Option(help="Which form of the instrument.")] = None,
    module: Annotated[
        list[str] | None, typer.Option(help="A module that was switched on; repeat, or 'all'.")
    ] = None,
    members: Annotated[
        str | None, typer.Option(metavar="FILE", help="Who was asked: fills in the codes.")
    ] = None,
    rows: Annotated[int, typer.Option(help="How many forms there is room for.")] = 100,
    places: Annotated[int, typer.Option(help="Columns of a roster, where it has any.")] = 8,
) -> None:
    """Write a workbook for typing in answers from paper, with a second entry to compare.

    \b
    Examples:
      collective-use entry my_instrument/ --members members.csv --out entry.xlsx
      collective-use score entry.xlsx --instrument my_instrument/ --out results
    """
    one_of("the ending of --out", out.suffix.lower(), (".xlsx",))
    from collective_use.instrument.library import load_instrument
    from collective_use.sheets.entry.write import entry_sheet

    bank = load_instrument(instrument)
    people = []
    if members is not None:
        from collective_use.responses.fieldwork.members import read_members

        _, table, _ = read_members(members, bank)
        people = list(zip(table["group"], table["member"], strict=True))
        places = max(places, int(table["position"].max()))
    entry_sheet(
        bank, out, form=form, modules=module or (), rows=rows, places=places, members=people
    )
    say(f"Entry sheet for {len(people) or rows} forms in {out}")
    show_next(
        "collective-use",
        "score",
        str(out),
        "--instrument",
        instrument,
        *(("--form", form) if form else ()),
        *(() if bank.columns.group else ("--group", "group")),
        *(("--members", members) if members else ()),
        "--out",
        "results",
        why="When both entries are typed:",
    )
