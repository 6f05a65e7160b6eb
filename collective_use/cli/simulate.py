"""`collective-use simulate`: a survey export with known true values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from collective_use.simulation.simulate import SimulatedSurvey

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
    module: Annotated[
        list[str] | None, typer.Option(help="Switch an optional module on; repeat, or 'all'.")
    ] = None,
    icc: Annotated[float, typer.Option(help="Share of variance between groups.")] = 0.30,
) -> None:
    """Make a survey export with known true values, to try things out before fielding.

    Writes export.csv (as Qualtrics does, three heading rows), members.csv, informants.csv and
    truth.json.

    \b
    Examples:
      collective-use simulate collective_data_use --groups 40 --seed 7 --out trial
      collective-use simulate collective_data_use --module all --out trial
    """
    from pathlib import Path

    from collective_use.cli import console
    from collective_use.instrument.library import load_instrument
    from collective_use.output import result_folder, write_run
    from collective_use.simulation.items import unanswered_measures
    from collective_use.simulation.parameters import TrueParameters
    from collective_use.simulation.simulate import simulate_responses

    modules = tuple(module or ())
    survey = simulate_responses(
        load_instrument(instrument),
        n_groups=groups,
        size=(smallest, largest),
        seed=seed,
        form=form,
        modules=modules,
        parameters=TrueParameters(icc=icc),
    )
    with result_folder(out) as folder:
        survey.write(folder)
        write_run(folder, {"command": "simulate", "instrument": survey.instrument.id, "seed": seed})
    console.show(survey.tables())
    _show_unanswered(unanswered_measures(survey.instrument, form, modules))
    meanings = [
        ("export.csv", "the answers, as Qualtrics exports them"),
        ("members.csv", "who was asked"),
        ("informants.csv", "what key informants say"),
        ("truth.json", "what is true"),
    ]
    console.show_files(Path(out), meanings)
    console.show_next(
        "collective-use", "score", str(Path(out) / "export.csv"), "--instrument", instrument,
        *(("--form", form) if form else ()), *_beside(survey, Path(out)), "--out", "results",
        why="Score it with:",
    )  # fmt: skip


def _beside(survey: SimulatedSurvey, out: Path) -> list[str]:
    """Return the flags of the files that hold something for this instrument."""
    words = ["--members", str(out / "members.csv")]
    if survey.informants.shape[1] > 1:
        words += ["--informants", str(out / "informants.csv")]
    return words


def _show_unanswered(measures: Mapping[str, str]) -> None:
    """Say which measures have no answers, and which module brings them."""
    from collective_use.cli import console

    by_module: dict[str, list[str]] = {}
    for measure, module in measures.items():
        by_module.setdefault(module, []).append(measure)
    for module, names in by_module.items():
        why = f"--module {module} asks for them" if module else "no page of this form asks for them"
        console.say(f"Without answers: {', '.join(names)} ({why}).")
    if by_module:
        console.say("")
