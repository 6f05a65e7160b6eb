"""`collective-use reduce`: shorter scales, and the form that holds them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collective_use.cli import options

if TYPE_CHECKING:
    from collective_use.instrument.model import Instrument

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def reduce(
    exports: options.Exports,
    instrument: Annotated[
        str, typer.Option("--instrument", "-i", help="A bundled name, or a YAML file or folder.")
    ],
    form: Annotated[
        str, typer.Option("--form-id", metavar="ID", help="Id of the new form.")
    ] = "reduced",
    keep: Annotated[int, typer.Option(metavar="NUMBER", help="Items of each scale.")] = 4,
    per_facet: Annotated[
        int, typer.Option("--per-facet", metavar="NUMBER", help="Fewest items of each facet.")
    ] = 1,
    always: Annotated[
        list[str] | None, typer.Option("--always", metavar="ITEM", help="Stays; repeat.")
    ] = None,
    members: options.Members = None,
    group: options.Group = None,
    invalid: options.Invalid = None,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="CODE", help="Of the names of constructs.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Of the split of groups.")] = 1,
    write: Annotated[
        bool, typer.Option("--write", help="Add the form to the instrument's own files.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="A new copy of the instrument with it."),
    ] = None,
    trail: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write which item went, and why.")
    ] = None,
) -> None:
    """Drop items by stated rules, on some groups, and state on the others what it costs.

    Nothing is written unless --write, --out or --trail says so. The form keeps blocks, order and
    all that is no statement; comments in the instrument's files stay.

    \b
    Examples:
      collective-use reduce export.csv -i my_scale --keep 4
      collective-use reduce export.csv -i my_scale --keep 4 --form-id core --write
      collective-use reduce export.csv -i collective_data_use --form-id core --out my_copy
    """
    from collective_use.checks import one_of
    from collective_use.cli.console import say, show, show_next
    from collective_use.measurement.reduction.reduce import reduce as shortened
    from collective_use.output import csv_bytes, write_file
    from collective_use.responses.read import read_responses
    from collective_use.sheets.bank.form import write_form

    one_of("invalid", invalid or "error", ("error", "missing"))
    responses = read_responses(
        list(exports), instrument, members=members, group=group,
        invalid="missing" if invalid == "missing" else "error",
    )  # fmt: skip
    found = shortened(
        responses, keep=keep, per_facet=per_facet, always=tuple(always or ()), seed=seed,
        language=lang,
    )  # fmt: skip
    show(found.tables())
    if trail is not None:
        say(f"Written: {write_file(trail, csv_bytes(found.trail))}")
    if write or out is not None:
        others = {i for m in responses.instrument.measures for i in m.items} - set(found.dropped)
        place = write_form(instrument, _asked(responses.instrument, others), form, out=out)
        say(f"Written: form {form!r} in {place}")
        show_next("collective-use", "instrument", "lint", place, why="Look it through with:")


def _asked(bank: Instrument, items: set[str]) -> list[str]:
    """Return the items that the longest form asks and that are not dropped."""
    asked = [{i for block in form.blocks for i in block.items} for form in bank.forms]
    most = max(asked, key=lambda own: len(own & items), default=set())
    return sorted(most & items)
