"""`collective-use simulate`: a survey export with known true values."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def simulate(
    instrument: Annotated[str, typer.Argument(help="A bundled name or the path of your own.")],
    out: Annotated[str, typer.Option("--out", "-o", help="The folder for the files.")],
    groups: Annotated[int, typer.Option(help="How many groups.")] = 60,
    smallest: Annotated[int, typer.Option(help="Members of the smallest group.")] = 4,
    largest: Annotated[int, typer.Option(help="Members of the largest group.")] = 12,
    seed: Annotated[int, typer.Option(help="The same seed makes the same file.")] = 1,
    form: Annotated[str | None, typer.Option(help="The form answered.")] = None,
    icc: Annotated[float, typer.Option(help="Share of variance between groups.")] = 0.30,
) -> None:
    """Make a survey export with known true values, to try things out before fielding.

    Writes export.csv (as Qualtrics does, three heading rows), members.csv, informants.csv and
    truth.json.

    \b
    Example:
      collective-use simulate collective_data_use --groups 40 --seed 7 --out trial
    """
    from pathlib import Path

    from collective_use.cli import console
    from collective_use.instrument.library import load_instrument
    from collective_use.output import result_folder, write_run
    from collective_use.simulation.parameters import TrueParameters
    from collective_use.simulation.simulate import simulate_responses

    survey = simulate_responses(
        load_instrument(instrument),
        groups=groups,
        size=(smallest, largest),
        seed=seed,
        form=form,
        parameters=TrueParameters(icc=icc),
    )
    with result_folder(out) as folder:
        survey.write(folder)
        write_run(folder, {"command": "simulate", "instrument": survey.instrument.id, "seed": seed})
    console.show(survey.tables())
    meanings = [
        ("export.csv", "the answers, as Qualtrics exports them"),
        ("members.csv", "who was asked"),
        ("informants.csv", "what key informants say"),
        ("truth.json", "what is true"),
    ]
    console.show_files(Path(out), meanings)
    console.show_next(
        "collective-use", "score", str(Path(out) / "export.csv"), "--instrument", instrument,
        "--members", str(Path(out) / "members.csv"), "--informants",
        str(Path(out) / "informants.csv"), "--out", "results",
        why="Score it with:",
    )  # fmt: skip
