"""`collective-use fit`: from an export to the structural model, in one call."""

from __future__ import annotations

from typing import Annotated

import typer

from collective_use.cli import options
from collective_use.cli.flags import study_of
from collective_use.errors import InputError

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
@options.takes(
    "exports", "instrument", "model", "out", *options.READING, *options.PLACES, "seed", "full",
    "lang", "as_json",
)  # fmt: skip
def fit(
    flags: options.Flags,
    model: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="A structural model of the instrument; repeat for more."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="For the Monte Carlo intervals.")
    ] = None,
) -> None:
    """Score an export, aggregate it to groups, and fit structural models to the group values.

    Two engines fit the model (semopy and the package's own); the summary says how far they
    agree. Writes what score writes, and estimates.csv, effects.csv, fit.csv and a readable
    model_ID.txt for each model.

    \b
    Examples:
      collective-use fit export.csv --instrument collective_data_use --model M1 --out results
      collective-use fit export.csv -i my_scale.yaml --model M1 --model M2 -o results
    """
    from collective_use.cli.done import show_done, waiting_for
    from collective_use.study.run import run_study

    study = study_of("fit", flags)
    if not study.models:
        raise InputError(f"fit needs --model: {_offered(study.instrument)}")
    with waiting_for(study):
        done = run_study(study, command="fit")
    show_done(done, flags["as_json"])


def _offered(instrument: str) -> str:
    from collective_use.checks import quoted
    from collective_use.instrument.library import load_instrument

    models = [entry.id for entry in load_instrument(instrument).models]
    if not models:
        return "but this instrument declares none; write one under models: in its YAML"
    return f"one of {quoted(models)}"
