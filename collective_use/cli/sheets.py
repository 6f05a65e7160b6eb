"""`collective-use sheets`: workbooks for judges, translators and cognitive interviews."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from collective_use.checks import one_of
from collective_use.cli.console import language, say, show, show_next

app = typer.Typer(
    help="Workbooks for expert judges, translators and cognitive interviews, and the way back.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(help="A bundled name or the path of your own.")]
FormName = Annotated[str | None, typer.Option("--form", help="Only the items of this form.")]


@app.command("judges")
def judges_command(
    instrument: Name,
    out: Annotated[Path, typer.Option("--out", "-o", help="FILE.xlsx, or a folder/.")],
    judge: Annotated[
        list[str] | None, typer.Option("--judge", help="A judge's code; repeat: one file each.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Gives the random orders.")] = 1,
    form: FormName = None,
    lang: Annotated[
        str | None, typer.Option(metavar="CODE", help="Language of the sheets: en, zh, en+zh.")
    ] = None,
) -> None:
    """Write the sheets on which experts judge whether items fit their constructs.

    \b
    Examples:
      collective-use sheets judges my_instrument --out judges.xlsx
      collective-use sheets judges my_instrument --judge anna --judge bo --out judging/
    """
    from collective_use.file_names import safe_names
    from collective_use.instrument.library import load_instrument
    from collective_use.output import write_file, write_folder
    from collective_use.sheets.review.judges import judge_sheets

    bank = load_instrument(instrument)
    names = judge or [""]
    known = (*bank.languages, *bank.draft_languages)
    shown = [code for code in (lang or "").split("+") if code in known]
    if out.suffix:
        one_of("the ending of --out", out.suffix.lower(), (".xlsx",))
    single = bool(out.suffix) and len(names) == 1
    folder = out if not out.suffix else out.with_suffix("")
    sheets = (
        judge_sheets(
            bank, seed=seed + place, judge=name, form=form, languages=shown, language=language()
        )
        for place, name in enumerate(names)
    )
    if single:
        write_file(out, next(sheets))
    else:
        stems = safe_names([name or "judge" for name in names])
        files = zip((f"{stems[name or 'judge']}.xlsx" for name in names), sheets, strict=True)
        write_folder(folder, files, {"makes": "sheets for judges", "command": "sheets judges"})
    what = "workbook" if len(names) == 1 else "workbooks"
    say(f"{len(names)} {what} in {out if single else folder}")
    words = ("collective-use", "sheets", "read-judges", "FILES", "--instrument", instrument)
    show_next(*words, "--out", "ratings.csv", why="When they are back:")


@app.command("read-judges")
def read_judges_command(
    files: Annotated[list[Path], typer.Argument(help="Filled workbooks.")],
    instrument: Annotated[str, typer.Option("--instrument", "-i", help="The instrument.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="FILE.csv.")],
) -> None:
    """Put filled judge sheets into one table, a row for each judge and item.

    \b
    Example:
      collective-use sheets read-judges anna.xlsx bo.xlsx -i my_instrument --out ratings.csv
    """
    one_of("the ending of --out", out.suffix.lower(), (".csv",))
    from collective_use.instrument.library import load_instrument
    from collective_use.output import csv_bytes, write_file
    from collective_use.sheets.review.judges_read import read_judge_sheets

    read = read_judge_sheets(files, load_instrument(instrument))
    write_file(out, csv_bytes(read.ratings))
    say(f"{len(read.remarks)} judges, {len(read.ratings)} ratings in {out}")
    for entry in read.record.entries:
        say(f"{entry.text} ({entry.count} {entry.of})")


@app.command("translation")
def translation_command(
    instrument: Name,
    to: Annotated[str, typer.Option("--to", help="The language to translate into, such as zh.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="FILE.xlsx.")],
    source: Annotated[
        str | None, typer.Option("--from", help="The language to start from.")
    ] = None,
) -> None:
    """Write the workbook for two translators, review, adjudication and back-translation.

    \b
    Example:
      collective-use sheets translation my_instrument --to zh --out zh.xlsx
    """
    one_of("the ending of --out", out.suffix.lower(), (".xlsx",))
    from collective_use.instrument.library import load_instrument
    from collective_use.output import write_file
    from collective_use.sheets.translation.workbook import translation_workbook

    bank = load_instrument(instrument)
    write_file(out, translation_workbook(bank, to, source=source, language=language()))
    say(f"Written to {out}")
    words = ("collective-use", "sheets", "read-translation", out, "--instrument", instrument)
    show_next(*words, why="When it is filled in:")


@app.command("read-translation")
def read_translation_command(
    workbook: Annotated[Path, typer.Argument(help="A filled translation workbook.")],
    instrument: Annotated[str, typer.Option("--instrument", "-i", help="Its folder or file.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write to a new folder instead.")
    ] = None,
) -> None:
    """Take final texts and status into the instrument's files; comments and layout stay.

    \b
    Example:
      collective-use sheets read-translation zh.xlsx --instrument my_instrument
    """
    from collective_use.sheets.translation.read import apply_translation

    done = apply_translation(workbook, instrument, out=out)
    show(done.tables())
    words = ("collective-use", "instrument", "lint", out or instrument)
    show_next(*words, why="Look it through with:")


@app.command("interviews")
def interviews_command(
    instrument: Name,
    out: Annotated[Path, typer.Option("--out", "-o", help="FILE.xlsx.")],
    lang: Annotated[str | None, typer.Option(help="The language of the interview.")] = None,
    form: FormName = None,
) -> None:
    """Write the sheet for one cognitive interview.

    \b
    Example:
      collective-use sheets interviews my_instrument --lang zh --out interview.xlsx
    """
    one_of("the ending of --out", out.suffix.lower(), (".xlsx",))
    from collective_use.instrument.library import load_instrument
    from collective_use.output import write_file
    from collective_use.sheets.review.interviews import interview_sheets

    write_file(out, interview_sheets(load_instrument(instrument), lang, form=form))
    say(f"Written to {out}: one copy for each interview.")
