"""`collective-use seal`: put a plan under a hash before the data, and amend it in the open."""

from __future__ import annotations

from typing import Annotated

import typer

from collective_use.cli import options

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def seal(
    study: Annotated[
        str, typer.Argument(metavar="[STUDY]", help="A study file, or a folder with study.yaml.")
    ] = "study.yaml",
    sign: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Who signs it off; repeat.")
    ] = None,
    amend: Annotated[
        bool, typer.Option("--amend", help="Add what has changed since, with a reason.")
    ] = False,
    reason: Annotated[str | None, typer.Option(help="Why the plan is amended.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Seal instrument, exclusions, cut-offs, models and hypotheses before the data.

    Writes study.seal.json, preregistration.md (headings of the Open Science Framework) and
    verify.html, a page that checks the seal without anything installed. Later runs of the study
    say for each result whether it was planned.

    \b
    Examples:
      collective-use seal my_study --sign "A. Author"
      collective-use seal my_study --amend --reason "cdu4 was mistranslated" --sign "A. Author"
    """
    from pathlib import Path

    from collective_use.cli import console
    from collective_use.errors import InputError
    from collective_use.planning.seal.page import PAGE_FILE
    from collective_use.study.sealing.seal import TEXT_FILE, amend_study, seal_study
    from collective_use.study.settings import SEAL_FILE

    console.speak_as(study)
    if reason is not None and not amend:
        raise InputError("--reason belongs to an amendment: add --amend")
    names = tuple(sign or ())
    made = (
        amend_study(study, reason=reason or "", signed=names, language=console.language())
        if amend
        else seal_study(study, signed=names, language=console.language())
    )
    if as_json:
        console.show_json({"hash": made.hash, "entries": len(made.entries)})
        return
    console.show(made.tables())
    folder = Path(study) if Path(study).is_dir() else Path(study).parent
    console.show_files(folder, {
        SEAL_FILE: "every decision under one hash",
        TEXT_FILE: "the text of a preregistration, to write on",
        PAGE_FILE: "a page that checks the seal, for anybody",
    }.items())  # fmt: skip
    console.say(
        "Deposit the hash where others can date it: a registry, or an e-mail to your ethics office."
    )
    why = "See whether all is as planned:"
    console.show_next("collective-use", "verify", folder, why=why)
