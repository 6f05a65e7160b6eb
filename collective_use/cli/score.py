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
    "screen", "careless", *options.PLACES, "full", "lang", "as_json",
)  # fmt: skip
def score(
    flags: options.Flags,
    seed: Annotated[int | None, typer.Option(help="For everything drawn by chance.")] = None,
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
    from collective_use.cli.done import show_done, waiting_for
    from collective_use.study.run import run_study

    study = study_of("score", flags)
    with waiting_for(study, later_rooms=False):
        done = run_study(study, command="score", later_rooms=False)
    show_done(done, flags["as_json"])
