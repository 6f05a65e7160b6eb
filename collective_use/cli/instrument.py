"""`collective-use instrument`: list, show, lint, begin, and the format for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="List, show, check, or begin a questionnaire instrument.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

EXIT_TO_MEND = 3
"""Apart from 1 (a fault of the program) and 2 (wrong input)."""

Name = Annotated[
    str, typer.Argument(help="A bundled name, a YAML file, or a folder with instrument.yaml.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]


@app.command("list")
def list_command(as_json: AsJson = False) -> None:
    """Name the bundled instruments.

    \b
    Example:
      collective-use instrument list
    """
    from collective_use.cli import console
    from collective_use.instrument.library import list_instruments, load_instrument
    from collective_use.results import Table

    columns = ("name", "version", "languages", "measures", "items", "title")
    rows = []
    for name in list_instruments():
        bank = load_instrument(name)
        languages = ", ".join(bank.languages)
        title = bank.title.get(bank.languages[0], "")
        rows.append((name, bank.version, languages, len(bank.measures), len(bank.items), title))
    if as_json:
        console.show_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    console.show([Table("Bundled instruments", columns, tuple(rows))])
    console.show_next(
        "collective-use", "instrument", "show", rows[0][0], why="Read one of them with:"
    )


@app.command("show")
def show_command(
    instrument: Name,
    language: Annotated[
        str | None, typer.Option("--language", "-l", help="The language to show, such as zh.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print constructs, measures, items, scales and forms.

    \b
    Examples:
      collective-use instrument show lq2002
      collective-use instrument show collective_data_use --language zh
    """
    from collective_use.cli import console
    from collective_use.instrument.library import load_instrument
    from collective_use.instrument.overview import overview

    bank = load_instrument(instrument)
    spoken = console.language() if console.language() in bank.languages else None
    view = overview(bank, language or spoken)
    if as_json:
        console.show_json(view.to_dict())
    else:
        console.show(view.tables())


@app.command("lint")
def lint_command(
    instrument: Name,
    group_size: Annotated[
        list[int] | None,
        typer.Option("--group-size", "-n", help="Members of a group; give it once for each size."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look through wording, reverse keys, forms, platform names and minutes.

    Exits with 3 when something has to be mended, and with 0 when there are only things to look at.

    \b
    Examples:
      collective-use instrument lint my_instrument
      collective-use instrument lint my_instrument --group-size 6 --group-size 15
    """
    from collective_use.cli import console
    from collective_use.instrument.lint.lint import lint_instrument

    report = lint_instrument(instrument, group_sizes=tuple(group_size or (4, 8, 12)))
    if as_json:
        console.show_json(report.to_dict())
    else:
        console.show(report.tables())
    if report.of("problem"):
        raise typer.Exit(EXIT_TO_MEND)


@app.command("new")
def new_command(
    folder: Annotated[Path, typer.Argument(help="A new folder; its name becomes the id.")],
) -> None:
    """Copy a small complete instrument to edit.

    \b
    Example:
      collective-use instrument new team_survey
    """
    from collective_use.cli import console
    from collective_use.instrument.begin import begin_instrument

    place = begin_instrument(folder)
    files = {
        "instrument.yaml": "title, languages, consent, and the files it includes",
        "scales.yaml": "response scales",
        "constructs.yaml": "constructs, measures and a structural model",
        "items.yaml": "statements, a roster, questions about the respondent",
        "forms.yaml": "the form: blocks in order",
    }
    console.show_files(place, files.items())
    why = "Edit the files, then look through them with:"
    console.show_next("collective-use", "instrument", "lint", place, why=why)


@app.command("schema")
def schema_command(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write to this file instead of printing.")
    ] = None,
    included: Annotated[
        bool, typer.Option("--included", help="The schema of included files, not of the head.")
    ] = False,
) -> None:
    """Export the format as a JSON Schema, for editors that complete and check while typing.

    \b
    Example:
      collective-use instrument schema --out instrument.schema.json
    Then put this line at the top of instrument.yaml:
      # yaml-language-server: $schema=instrument.schema.json
    """
    from collective_use.cli import console
    from collective_use.errors import OutputError
    from collective_use.instrument.schema import json_schema

    schema = json_schema(included=included)
    if out is None:
        console.show_json(schema)
        return
    from collective_use.output import json_bytes

    try:
        out.write_bytes(json_bytes(schema))
    except OSError as error:
        raise OutputError(f"the schema cannot be written to {out} ({error.strerror})") from error
    console.say(f"Written to {out}")


@app.command("to-xlsx")
def to_xlsx_command(
    instrument: Name,
    out: Annotated[Path, typer.Option("--out", "-o", help="The workbook, FILE.xlsx.")],
) -> None:
    """Write the whole instrument as a workbook to edit in a spreadsheet program.

    \b
    Example:
      collective-use instrument to-xlsx my_instrument --out my_instrument.xlsx
    """
    from collective_use.cli import console
    from collective_use.instrument.library import load_instrument
    from collective_use.output import write_file
    from collective_use.sheets.bank.write import instrument_to_xlsx

    write_file(out, instrument_to_xlsx(load_instrument(instrument)))
    console.say(f"Written to {out}: every item, scale, measure and form is a row.")
    words = ("collective-use", "instrument", "from-xlsx", out, "--out", "my_instrument")
    console.show_next(*words, why="When you have edited it, make an instrument of it with:")


@app.command("from-xlsx")
def from_xlsx_command(
    workbook: Annotated[Path, typer.Argument(help="A workbook written by to-xlsx.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="A new folder for the YAML files.")],
) -> None:
    """Make an instrument folder of an edited workbook; every slip is named by sheet and cell.

    \b
    Example:
      collective-use instrument from-xlsx my_instrument.xlsx --out my_instrument
    """
    from collective_use.cli import console
    from collective_use.sheets.bank.read import instrument_from_xlsx
    from collective_use.sheets.bank.yaml import write_instrument_folder

    bank = instrument_from_xlsx(workbook)
    place = write_instrument_folder(bank, out)
    console.say(f"Written to {place}: {len(bank.items)} items, {len(bank.measures)} measures.")
    why = "Look through it with:"
    console.show_next("collective-use", "instrument", "lint", place, why=why)


@app.command("phrases")
def phrases_command(
    language: Annotated[str, typer.Argument(help="The language's code, such as pt or zh-Hant.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file, LANGUAGE.yaml.")],
) -> None:
    """Begin a file with the words of forms (buttons, page, thanks) in another language.

    \b
    Example:
      collective-use instrument phrases pt --out pt.yaml
    """
    from collective_use.cli import console
    from collective_use.errors import InputError
    from collective_use.output import write_file
    from collective_use.questionnaire.form.phrases import phrase_template

    if out.exists():
        raise InputError(f"{out} is there already: words in it would be lost; give another name")
    write_file(out, phrase_template(language))
    if out.stem != language:
        console.say(f"Note: a file of phrases is named after its language: {language}.yaml")
    words = ("collective-use", "publish", "INSTRUMENT", "--to", "web", "--phrases", out)
    console.say(f"Written to {out}: each word below its English text.")
    console.show_next(*words, "--out", "online", why="When it is translated:")
