"""`collective-use report`: the page that people open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collective_use.cli import console, options
from collective_use.cli.flags import study_of
from collective_use.errors import InputError

if TYPE_CHECKING:
    from collective_use.study.run import StudyRun

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
@options.takes(
    "exports", "instrument", "out", "lang", "word", "latex", "xlsx", "references", "group_reports",
    "group_measure", "letterhead", "r_script", "mplus", "model", "thorough",
    *options.READING, *options.AGGREGATING, *options.PLACES, "voice", "seed", "full",
)  # fmt: skip
def report(
    flags: options.Flags,
    lang: Annotated[
        str, typer.Option(metavar="LANG", help="en, zh, or both on one page: en+zh.")
    ] = "en",
    word: Annotated[
        str | None, typer.Option(metavar="FILE", help="Methods and results as a .docx file, too.")
    ] = None,
    latex: Annotated[
        str | None, typer.Option(metavar="DIR", help="The same as LaTeX, figures as PDF.")
    ] = None,
    xlsx: Annotated[
        str | None, typer.Option(metavar="FILE", help="Every table in a workbook to read.")
    ] = None,
    references: Annotated[
        str,
        typer.Option(
            metavar="STYLE", help="Of a Chinese paper, by GB/T 7714: numbered or author-year."
        ),
    ] = "numbered",
    group_reports: Annotated[
        str | None, typer.Option(metavar="DIR", help="A page for each group, to talk about.")
    ] = None,
    group_measure: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="Measures on the pages of groups; power and leading only if they are named.",
        ),
    ] = None,
    letterhead: Annotated[
        str | None, typer.Option(metavar="FILE", help="A YAML file: who sends the pages of groups.")
    ] = None,
    r_script: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A script for R that gives the same numbers, and data."),
    ] = None,
    mplus: Annotated[
        str | None, typer.Option(metavar="DIR", help="A model as input for Mplus, and its data.")
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(help="A structural model; the instrument's first when left out."),
    ] = None,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Also ask how many factors each scale has (minutes).")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="For everything drawn by chance.")
    ] = None,
) -> None:
    """Write the report: one page with answers in words, pictures and every table.

    EXPORT is a folder of results (of score, validate, fit or run), or exports: these are read,
    scored, looked through and fitted first. The page needs no network; it opens in any browser.

    \b
    Examples:
      collective-use report results --out report.html
      collective-use report export.csv --instrument collective_data_use --out report.html
      collective-use report results --out report.html --lang en+zh
      collective-use report results --word results.docx --latex paper --xlsx tables.xlsx
    """
    from collective_use.output import RUN_FILE
    from collective_use.report.phrases import report_languages
    from collective_use.study.report import write_report

    wanted = report_languages(lang)
    out = flags["out"] or "report.html"
    place = Path(flags["exports"][0])
    finished = len(flags["exports"]) == 1 and (place / RUN_FILE).is_file()
    _check(flags, finished=finished)
    if finished:
        write_report(place, out, languages="+".join(wanted), instrument=flags["instrument"])
        _say(Path(out))
        _papers(place, wanted[0], flags)
        return
    if not place.exists():
        raise InputError(f"{str(place)!r} is neither a folder of results nor an export")
    done = _run({**flags, "out": out})
    write_report(done, out, languages="+".join(wanted))
    for name, reason in done.outcome.not_fitted.items():
        console.say(f"Model {name} was not fitted: {reason}\n")
    _say(Path(out))
    _papers(done, wanted[0], flags)
    console.say(f"Every table behind it is in {done.folder}.")


def _run(flags: options.Flags) -> StudyRun:
    """Read, score, look through and fit; the tables go beside the page."""
    from collective_use.cli.done import waiting_for
    from collective_use.instrument.library import load_instrument
    from collective_use.study.run import run_study

    page = Path(flags["out"])
    models = flags["model"]
    if not models and flags["instrument"]:
        models = [part.id for part in load_instrument(flags["instrument"]).models][:1]
    given = flags["lang"]
    settings = {
        **flags,
        "lang": given.partition("+")[0],
        "out": str(page.with_name(f"{page.stem}_results")),
        "validation": "thorough" if flags["thorough"] else "quick",
        "model": models,
    }
    study = study_of("report", settings).model_copy(update={"report": given})
    with waiting_for(study):
        return run_study(study, command="report")


def _papers(results: StudyRun | Path, language: str, flags: options.Flags) -> None:
    from collective_use.study.papers import to_latex, to_word, to_xlsx

    bank = flags["instrument"]
    if not isinstance(results, Path) and flags["r_script"]:
        _r_script(results, flags["r_script"])
    if not isinstance(results, Path) and flags["mplus"]:
        _mplus(results, flags["mplus"])
    for name, make in (("word", to_word), ("latex", to_latex), ("xlsx", to_xlsx)):
        if flags[name]:
            style = {} if name == "xlsx" else {"references": flags["references"]}
            make(results, flags[name], language=language, instrument=bank, **style)
            console.say(f"Written: {flags[name]}")
    # Last, since whether any group can be shown a page is known from the results alone.
    if flags["group_reports"]:
        _group_pages(results, language, flags)


def _check(flags: options.Flags, *, finished: bool) -> None:
    """Raise what would stop the papers, before the page is written."""
    from collective_use.checks import one_of
    from collective_use.questionnaire.form.letterhead import read_letterhead
    from collective_use.report.paper.references import STYLES

    one_of("references", flags["references"], STYLES)
    _check_places(flags)
    if flags["letterhead"]:
        read_letterhead(flags["letterhead"])
    if finished and flags["r_script"]:
        raise InputError(
            "--r-script needs the answers: give the export and its instrument in place of the "
            "folder of results"
        )
    if finished and flags["mplus"]:
        raise InputError(
            "--mplus needs the answers: give the export and its instrument in place of the folder "
            "of results"
        )


def _check_places(flags: options.Flags) -> None:
    """Raise where a file or folder cannot go to the place that is named for it."""
    for name, ending in (("word", ".docx"), ("xlsx", ".xlsx"), ("out", ".html")):
        place = Path(flags[name] or f"x{ending}")
        if place.is_dir():
            raise InputError(f"--{name} must be a file, got the folder {place}")
        if name != "out" and place.suffix.lower() != ending:
            raise InputError(f"--{name} must end in {ending}, got {str(place)!r}")
    for name in ("latex", "group_reports", "mplus"):
        place = Path(flags[name] or "x")
        if flags[name] and place.exists() and not place.is_dir():
            flag = name.replace("_", "-")
            raise InputError(f"--{flag} must be a folder, got the file {place}")


def _mplus(results: StudyRun, folder: str) -> None:
    from collective_use.study.replication.mplus import write_mplus

    write_mplus(results, folder)
    console.say(f"Written to {folder}: an input for Mplus, written from its manual and not run.")


def _r_script(results: StudyRun, file: str) -> None:
    from collective_use.study.replication.script import write_r_script

    compared = write_r_script(results, file)
    console.say(f"Written: {file}")
    console.say(f"{len(compared)} numbers are compared by 'Rscript {file}'.")


def _group_pages(results: StudyRun | Path, language: str, flags: options.Flags) -> None:
    from collective_use.cli.waiting import waiting
    from collective_use.questionnaire.form.letterhead import read_letterhead
    from collective_use.study.group_reports import write_group_reports

    folder, given = flags["group_reports"], flags["letterhead"]
    head = read_letterhead(given)[0] if given else None
    with waiting({"pages": 1.0}, language):
        files = write_group_reports(
            results, folder, language=language, measures=flags["group_measure"] or (),
            letterhead=head, instrument=flags["instrument"],
        )  # fmt: skip
    console.say(f"Written: {len(files):,} pages of groups in {folder}.")


def _say(page: Path) -> None:
    size = page.stat().st_size / 1e6
    console.say(f"Written: {page} ({size:.1f} MB). Open it in a browser; it needs no network.")
