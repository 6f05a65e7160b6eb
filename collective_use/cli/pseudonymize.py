"""`collective-use pseudonymize`: keyed codes in place of addresses and names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from collective_use.cli.console import say, show_next

app = typer.Typer(rich_markup_mode=None)


@app.command()
def pseudonymize(
    export: Annotated[str, typer.Argument(help="The export, or the members file.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The copy, FILE.csv.")],
    key: Annotated[
        Path,
        typer.Option(metavar="KEYFILE", help="The key: made where there is none, else used again."),
    ],
    member: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column that holds the persons.")
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Another column that names persons; repeat."),
    ] = None,
    instrument: Annotated[
        str | None, typer.Option("--instrument", "-i", help="Take its member column.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of a text file.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Delimiter of a text file.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Of a workbook.")] = None,
) -> None:
    """Write a copy of an export in which keyed codes stand for persons.

    The same person gets the same code in every file for which the same key is used: code the
    export of each wave and the members file. Columns with names and addresses are left out.

    \b
    Examples:
      collective-use pseudonymize export.csv --member Email --out coded.csv --key safe/study.key
      collective-use pseudonymize members.csv --out coded_members.csv --key safe/study.key
    """
    from collective_use.responses.pseudonyms.write import pseudonymize

    done = pseudonymize(
        export,
        out,
        key,
        member=member,
        also=also or (),
        instrument=instrument,
        encoding=encoding,
        delimiter=delimiter,
        sheet=sheet,
    )
    say(f"{done.persons} persons of column {done.member!r} have codes in {done.out}")
    if done.dropped:
        say(f"Left out, since they identify persons: {', '.join(done.dropped)}")
    if done.cells:
        say(f"{done.cells} cells of other columns held personal details; they were taken out.")
    state = "The key is new" if done.key_made else "The key was there already and was used again"
    say(f"{state}: {done.key}. Keep it apart from the answers.")
    if done.key.absolute().parent == done.out.absolute().parent:
        say("It lies in the folder of the copy now: move it before the folder is passed on.")
    chosen = instrument or "INSTRUMENT"
    more = ("--member", done.member, "--out", "results")
    show_next("collective-use", "score", str(out), "--instrument", chosen, *more, why="Then:")
