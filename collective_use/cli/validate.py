"""`collective-use validate`: what the answers say of the scales."""

from __future__ import annotations

from typing import Annotated

import typer

from collective_use.cli import options

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def validate(
    exports: Annotated[
        list[str],
        typer.Argument(metavar="EXPORT", help="Survey exports; several are stacked."),
    ],
    instrument: options.Instrument = None,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Also ask how many factors each scale has (minutes).")
    ] = False,
    out: options.Out = None,
    group: options.Group = None,
    members: options.Members = None,
    informants: options.Informants = None,
    form: options.Form = None,
    platform: options.Platform = None,
    invalid: options.Invalid = None,
    previews: options.Previews = None,
    unfinished: options.Unfinished = None,
    duplicates: options.Duplicates = None,
    missing_code: options.MissingCode = None,
    answers_as: options.AnswersAs = None,
    decimal: options.Decimal = None,
    map_file: Annotated[str | None, options.MAP] = None,
    minimum_answered: options.MinimumAnswered = None,
    minimum_group: options.MinimumGroup = None,
    cutoff: options.Cutoff = None,
    member: options.Member = None,
    partner: options.Partner = None,
    parent: options.Parent = None,
    weight: options.Weight = None,
    language: options.Language = None,
    country: options.Country = None,
    wave: options.Wave = None,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    sheet: options.Sheet = None,
    seed: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="For everything drawn by chance.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Score an export and look through its scales: what is wrong, passed, was not checked.

    Items that run against their scale or load on another construct, scales that are not reliable,
    constructs that persons or groups do not tell apart. Writes what score writes, and
    validation.txt with a table for each question, validation_*.csv.

    \b
    Examples:
      collective-use validate export.csv --instrument collective_data_use --out results
      collective-use validate export.csv -i my_scale.yaml --thorough -o results
    """
    flags = {**locals(), "validation": "thorough" if thorough else "quick"}
    from collective_use.cli.report import show_done
    from collective_use.study.run import run_study

    study = options.study_of("validate", flags)
    show_done(run_study(study, command="validate"), as_json)
