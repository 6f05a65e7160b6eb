"""`collective-use score`: one export in, scored persons and group constructs out."""

from __future__ import annotations

from typing import Annotated

import typer

from collective_use.cli import options

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def score(
    exports: Annotated[
        list[str],
        typer.Argument(metavar="EXPORT", help="Survey exports; several are stacked."),
    ],
    instrument: options.Instrument = None,
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
    measure: options.Measures = None,
    null: options.Nulls = None,
    repetitions: options.Repetitions = None,
    seed: Annotated[int | None, typer.Option(help="For everything drawn by chance.")] = None,
    voice: options.Voice = None,
    screen: options.Screen = None,
    careless: options.Careless = None,
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
    full: options.Full = False,
    as_json: options.AsJson = False,
) -> None:
    """Score an export and aggregate it to groups, with the evidence.

    Reads csv, tsv, xlsx, sav, dta and parquet. Writes persons.csv, groups.csv, agreement.csv,
    measures.csv, dictionary.csv, run.json and log.json into one folder; with --screen also
    screening.csv.

    \b
    Examples:
      collective-use score export.csv --instrument collective_data_use --out results
      collective-use score a.csv b.csv -i my_scale.yaml --group TEAM --wave 1 --wave 2 -o results
      collective-use score export.csv -i collective_data_use --members members.csv -o results
    """
    flags = dict(locals())  # the options, by name
    from collective_use.cli.report import show_done
    from collective_use.study.run import run_study

    study = options.study_of("score", flags)
    show_done(run_study(study, command="score", later_rooms=False), as_json)
