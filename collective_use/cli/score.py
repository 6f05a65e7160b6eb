"""`collective-use score`: one export in, scored persons and group constructs out."""

from __future__ import annotations

from typing import Annotated

import typer

from collective_use.cli import options
from collective_use.cli.flags import study_of

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
@options.takes(
    "exports", "instrument", "out", *options.READING, *options.AGGREGATING, "seed", "voice",
    "screen", "careless", *options.PLACES, "full", "large", "progress", "lang", "as_json",
)  # fmt: skip
def score(
    flags: options.Flags,
    seed: Annotated[int | None, typer.Option(help="For everything drawn by chance.")] = None,
    large: Annotated[
        bool | None,
        typer.Option(
            "--large/--no-large",
            help="Count the survey where it lies, or read it whole; by size if neither is given.",
        ),
    ] = None,
    progress: Annotated[
        bool, typer.Option("--progress", help="Tell how far a large survey is, in a pipe, too.")
    ] = False,
) -> None:
    """Score an export and aggregate it to groups, with the evidence.

    Reads csv, tsv, xlsx, sav, dta and parquet. Writes persons.csv, groups.csv, agreement.csv,
    measures.csv, dictionary.csv, run.json and log.json into one folder; with --screen also
    screening.csv.

    Parquet from 500,000 rows on, CSV from 256 MB on, folders and patterns of Parquet files, and
    tables of databases are counted where they lie; persons.parquet stands for persons.csv then.

    \b
    Examples:
      collective-use score export.csv --instrument collective_data_use --out results
      collective-use score a.csv b.csv -i my_scale.yaml --group TEAM --wave 1 --wave 2 -o results
      collective-use score export.csv -i collective_data_use --members members.csv -o results
      collective-use score "answers/*.parquet" -i my_scale.yaml --group team -o results
      collective-use score "duckdb:///data/hr.duckdb?table=answers" -i my_scale.yaml -o results
    """
    from collective_use.cli.done import show_done, waiting_for
    from collective_use.cli.memory import one_pool
    from collective_use.study.large.road import road_of
    from collective_use.study.run import run_study

    study = study_of("score", flags)
    road = road_of(study, large)
    if road.source is not None:
        from collective_use.cli.large import score_where_it_lies

        score_where_it_lies(study, road, progress=progress, as_json=flags["as_json"])
        return
    with one_pool(), waiting_for(study, later_rooms=False):
        done = run_study(study, command="score", later_rooms=False)
    show_done(done, flags["as_json"])
