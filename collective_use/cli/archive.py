"""`collective-use archive`: a replication package."""

from __future__ import annotations

from typing import Annotated

import typer

from collective_use.cli import options

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def archive(
    study: Annotated[
        str, typer.Argument(metavar="[STUDY]", help="A study file, or a folder with study.yaml.")
    ] = "study.yaml",
    out: options.Out = "archive",
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="A background column to deposit; repeat for more."),
    ] = None,
    title: Annotated[str, typer.Option(help="Title of the study, for the citation.")] = "",
    author: Annotated[
        list[str] | None, typer.Option(help="An author, for the citation; repeat for more.")
    ] = None,
) -> None:
    """Run a study and write a replication package that can be deposited.

    Cleared and labelled data (csv, SPSS, Stata) with a check of who could be found again,
    DDI codebook, every decision, versions, results, README, citation.

    \b
    Examples:
      collective-use archive my_study/ --out deposit
      collective-use archive my_study/ --keep language --author "Ann Example"
    """
    import tempfile
    from pathlib import Path

    from collective_use.cli import console
    from collective_use.cli.done import waiting_for
    from collective_use.study.replication.package import write_archive
    from collective_use.study.run import run_study
    from collective_use.study.settings import as_study, overridden

    console.speak_as(study)
    with tempfile.TemporaryDirectory() as place:
        whole = overridden(as_study(study), {"out": str(Path(place) / "results")})
        with waiting_for(whole):
            done = run_study(whole)
        folder = out or "archive"
        files = write_archive(done, folder, keep=keep or (), title=title, authors=author or ())
    console.say(f"Written: {len(files)} files in {folder}.")
    console.say(
        "Read reidentification_check.csv and README.md before you deposit anything: they say what "
        "was left out, and what is yours to decide."
    )
