"""`collective-use simulate`: a survey export with known true values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from collective_use.simulation.parameters import TrueParameters
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
    platform: Annotated[str, typer.Option(help="Whose layout the export has.")] = "qualtrics",
    waves: Annotated[int, typer.Option(help="How often the same members answer.")] = 1,
    parameters: Annotated[
        str | None, typer.Option(help="A YAML file with the true parameters (docs/planning.md).")
    ] = None,
    icc: Annotated[float | None, typer.Option(help="Share of variance between groups.")] = None,
    path: Annotated[
        list[str] | None, typer.Option(help="A true path, 'cdu ~ ssm=0.3'; repeat.")
    ] = None,
    response_rate: Annotated[
        float | None, typer.Option(help="Chance that a member answers; the others stay silent.")
    ] = None,
    missing: Annotated[float | None, typer.Option(help="Chance that a statement is blank.")] = None,
    careless: Annotated[
        float | None, typer.Option(help="Share of respondents who answer at random.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Share of groups by language, 'en=0.5'; repeat.")
    ] = None,
) -> None:
    """Make a survey export with known true values, to try things out before fielding.

    Writes the export in the layout of a platform, members.csv, informants.csv and truth.json.

    \b
    Examples:
      collective-use simulate collective_data_use --groups 40 --seed 7 --out trial
      collective-use simulate collective_data_use --platform limesurvey --careless 0.1 --out trial
    """
    from pathlib import Path

    from collective_use.checks import one_of
    from collective_use.cli import console
    from collective_use.instrument.library import load_instrument
    from collective_use.output import result_folder, write_run
    from collective_use.simulation.items import unanswered_measures
    from collective_use.simulation.layouts.write import LAYOUTS
    from collective_use.simulation.simulate import COLUMN_MAP, simulate_responses

    one_of("platform", platform, LAYOUTS)
    modules = tuple(module or ())
    truth = _truth(
        parameters, path, language,
        {"icc": icc, "response_rate": response_rate, "missing": missing, "careless": careless},
    )  # fmt: skip
    survey = simulate_responses(
        load_instrument(instrument),
        n_groups=groups,
        size=(smallest, largest),
        seed=seed,
        form=form,
        modules=modules,
        waves=waves,
        parameters=truth,
    )
    with result_folder(out) as folder:
        survey.write(folder, platform)
        write_run(folder, {"command": "simulate", "instrument": survey.instrument.id, "seed": seed})
    export = _export_name(survey, platform)
    console.show(survey.tables())
    _show_unanswered(unanswered_measures(survey.instrument, form, modules))
    lost = survey.left_out(platform)
    if lost:
        console.say(f"Exports of {platform} cannot hold: {', '.join(lost)}.")
    meanings = [
        (export, f"the answers, as {platform} exports them"),
        ("members.csv", "who was asked"),
        ("informants.csv", "what key informants say"),
        ("truth.json", "what is true"),
        *([(COLUMN_MAP, "which column holds the wave")] if waves > 1 else []),
    ]
    console.show_files(Path(out), meanings)
    wave = ("--map", str(Path(out) / COLUMN_MAP)) if (Path(out) / COLUMN_MAP).exists() else ()
    console.show_next(
        "collective-use", "score", str(Path(out) / export), "--instrument", instrument,
        *(("--form", form) if form else ()), *wave, *_beside(survey, Path(out)), "--out", "results",
        why="Score it with:",
    )  # fmt: skip


def _truth(
    file: str | None,
    paths: list[str] | None,
    languages: list[str] | None,
    numbers: Mapping[str, float | None],
) -> TrueParameters:
    """Put the parameters of the file and of the command line together; the latter count."""
    from dataclasses import replace

    from collective_use.simulation.given import assignments, parameters_of, read_parameters
    from collective_use.simulation.parameters import TrueParameters

    found = read_parameters(file) if file else TrueParameters()
    given = {name: value for name, value in numbers.items() if value is not None}
    found = parameters_of({**found.to_dict(), **given}) if given else found
    if paths:
        told = parameters_of({"paths": assignments("path", paths)}).paths
        found = replace(found, paths={**found.paths, **told})
    if languages:
        found = replace(found, languages=assignments("language", languages))
    return found.checked()


def _export_name(survey: SimulatedSurvey, platform: str) -> str:
    """Return the file of the export, or the folder where it has several."""
    first = next(iter(survey.files(platform)))
    return first.split("/")[0]


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
