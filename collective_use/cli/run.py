"""`collective-use run`: all that a study file asks for."""

from __future__ import annotations

from typing import Annotated

import typer

from collective_use.cli import options

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def run(
    study: Annotated[
        str, typer.Argument(metavar="[STUDY]", help="A study file, or a folder with study.yaml.")
    ] = "study.yaml",
    out: options.Out = None,
    instrument: options.Instrument = None,
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
    measure: options.Measures = None,
    null: options.Nulls = None,
    repetitions: options.Repetitions = None,
    voice: options.Voice = None,
    model: Annotated[
        list[str] | None, typer.Option(help="A structural model to fit; repeat for several.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="For everything drawn by chance.")] = None,
    full: options.Full = False,
    as_json: options.AsJson = False,
) -> None:
    """Run a study: all that its study.yaml asks for, into one folder.

    A flag overrides the file for this run; run.json says what was used.

    \b
    Examples:
      collective-use run
      collective-use run my_study/ --out trial --cutoff icc1=0.10
    """
    from collective_use.cli.report import show_done
    from collective_use.study.run import run_study
    from collective_use.study.settings import overridden, read_study

    settings, _ = read_study(study)
    flags = {
        "out": out,
        "instrument": instrument,
        "columns": options.column_flags(group=group),
        "members": members,
        "informants": informants,
        "form": form,
        "platform": platform,
        "invalid": invalid,
        "previews": previews,
        "unfinished": unfinished,
        "duplicates": duplicates,
        "missing_codes": options.missing_codes_of(missing_code),
        "answers_as": answers_as,
        "decimal": decimal,
        "map": map_file,
        "minimum_answered": minimum_answered,
        "minimum_group_size": minimum_group,
        "cutoffs": options.cutoffs_of(cutoff),
        "models": tuple(model or ()),
        "measures": tuple(measure or ()),
        "null_distributions": tuple(null or ()),
        "repetitions": repetitions,
        "voice": voice,
        "seed": seed,
        "full": full or None,
    }
    show_done(run_study(overridden(settings, flags), command="run"), as_json)
