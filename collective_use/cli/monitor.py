"""`collective-use monitor`: who has answered so far, group by group."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from collective_use.checks import one_of
from collective_use.cli.console import say, show, show_json, speak
from collective_use.cli.options import Lang, UntickedConsent
from collective_use.errors import InputError

if TYPE_CHECKING:
    from collective_use.responses.options import Rows

app = typer.Typer(rich_markup_mode=None)


@app.command()
def monitor(
    export: Annotated[list[Path], typer.Argument(help="The export so far; several are stacked.")],
    instrument: Annotated[
        str, typer.Option("--instrument", "-i", help="A bundled name or the path of your own.")
    ],
    members: Annotated[Path, typer.Option(help="CSV with group and member: everyone asked.")],
    group: Annotated[str | None, typer.Option(help="The column of the group.")] = None,
    platform: Annotated[str | None, typer.Option(help="Read as this platform's export.")] = None,
    unticked_consent: UntickedConsent = None,
    wave: Annotated[str | None, typer.Option(help="Look at this wave only.")] = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", help="YAML file: what the headings mean.")
    ] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option("--out", "-o", help="Write the groups to FILE.csv or .html; repeat."),
    ] = None,
    reminders: Annotated[
        Path | None, typer.Option(help="Write who has not answered to FILE.csv.")
    ] = None,
    lang: Lang = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show the response of each group against the gates, without any answers.

    \b
    Examples:
      collective-use monitor export.csv --instrument collective_data_use --members members.csv
      collective-use monitor export.csv -i my_instrument/ --members members.csv \\
        --out field.html --reminders remind.csv
    """
    speak(lang)
    for path in out or []:
        one_of("the ending of --out", path.suffix.lower(), (".csv", ".html"))
    if reminders is not None:
        one_of("the ending of --reminders", reminders.suffix.lower(), (".csv",))
    from collective_use.instrument.library import load_instrument
    from collective_use.output import write_file
    from collective_use.responses.fieldwork.monitor import monitor as watch
    from collective_use.responses.read import read_responses
    from collective_use.results import NotComputed

    read = read_responses(
        list(export),
        load_instrument(instrument),
        members=members,
        group=group,
        platform=platform,
        unticked_consent=cast("Rows", unticked_consent or "drop"),
        column_map=map_file,
        invalid="missing",
        # Names of those to remind stay in the list; no other personal column is ever written.
        keep_personal=True,
    )
    seen = watch(read, wave=wave)
    if reminders is not None and isinstance(seen.reminders, NotComputed):
        raise InputError(f"--reminders cannot be written: {seen.reminders.reason}")
    if as_json:
        show_json({"totals": seen.totals(), "groups": seen.groups})
    else:
        show(seen.tables())
    for path in out or []:
        content = seen.to_html().encode() if path.suffix.lower() == ".html" else seen.groups_csv()
        write_file(path, content)
        say(f"Groups written to {path}") if not as_json else None
    if reminders is not None:
        write_file(reminders, seen.reminders_csv())
        if not as_json:
            say(f"Reminder list written to {reminders}: keep it apart from the answers.")
