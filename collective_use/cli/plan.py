"""`collective-use plan`: how many groups and members, before any data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from collective_use.accepted import PlainDict
from collective_use.cli import options

if TYPE_CHECKING:
    from pathlib import Path

    from collective_use.groups.results import Groups
    from collective_use.planning.plan import Plan
    from collective_use.planning.work import Progress
    from collective_use.simulation.parameters import TrueParameters

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def plan(
    instrument: Annotated[
        str,
        typer.Argument(help="A bundled name, the path of your own, or a study.yaml with planning."),
    ],
    groups: Annotated[
        str | None, typer.Option(help="Numbers of groups; 40,60,80,100,150,200 by default.")
    ] = None,
    members: Annotated[
        str | None, typer.Option(help="Numbers of members of a group; 6,12 by default.")
    ] = None,
    response_rate: Annotated[
        float | None, typer.Option(help="Chance that a member answers.")
    ] = None,
    values: Annotated[
        str | None,
        typer.Option(
            help="A YAML file of planning values by name: paths, correlations, icc, iccs, halo, "
            "loadings; for example 'icc: 0.12'."
        ),
    ] = None,
    pilot: Annotated[
        str | None,
        typer.Option(help="The export of a pilot, whose ICC(1) and halo are taken, rounded."),
    ] = None,
    icc: Annotated[float | None, typer.Option(help="ICC(1) of scale scores.")] = None,
    model: Annotated[str | None, typer.Option(help="The model whose effects are planned.")] = None,
    way: Annotated[
        list[str] | None,
        typer.Option(help="How it will be fitted: means, corrected, sam; repeat the flag."),
    ] = None,
    effects: Annotated[
        bool, typer.Option("--effects/--no-effects", help="Simulate indirect effects.")
    ] = True,
    power: Annotated[float | None, typer.Option(help="Power asked for, .80 by default.")] = None,
    half_width: Annotated[float, typer.Option(help="Of the interval of ICC(1).")] = 0.10,
    spread: Annotated[
        float | None, typer.Option(help="SD of an item's answers in steps, to plan rwg(j).")
    ] = None,
    repetitions: Annotated[int, typer.Option(help="Simulated studies of each cell.")] = 500,
    seed: Annotated[int, typer.Option(help="The same seed gives the same plan.")] = 1,
    jobs: Annotated[int, typer.Option(help="Processes.")] = 1,
    out: Annotated[
        str | None, typer.Option("--out", "-o", help="A folder for tables, picture and sentence.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Say how many groups and members a study needs, or what it can show with those it has.

    Says the expected time first. Interrupted with --out, the same command goes on where it was.

    \b
    Examples:
      collective-use plan collective_data_use --groups 40,80,120 --members 8 --icc 0.15
      collective-use plan collective_data_use --groups 40 --response-rate 0.7 --out plan
      collective-use plan my_study/study.yaml
    """
    from pathlib import Path

    from collective_use.cli import console
    from collective_use.output import check_place
    from collective_use.planning.plan import plan as planned

    source, asked, truth = _study(instrument)
    if values:
        truth = _read(values)
    if icc is not None:
        truth = _with_icc(truth, icc)
    given = {
        "n_groups": _listed("groups", groups, 3) if groups else None,
        "n_members": _listed("members", members, 2) if members else None,
        "response_rate": response_rate,
        "model": model,
        "ways": tuple(way) if way else None,
        "power": power,
        "spread": spread,
    }
    asked |= {name: value for name, value in given.items() if value is not None}
    if pilot:
        asked["pilot"] = _pilot(pilot, source)
    store = Path(f"{check_place(out)}.unfinished") if out else None
    found = planned(
        source,
        values=truth,
        effects=effects,
        half_width=half_width,
        repetitions=repetitions,
        seed=seed,
        jobs=jobs,
        store=store if effects else None,
        told=None if as_json else _Expected(),
        **asked,
    )
    if out:
        _write(found, Path(out))
        if store is not None and store.exists():
            _remove(store)
    if as_json:
        console.show_json(found.to_dict())
        return
    console.show(found.tables())
    if out:
        console.show_files(Path(out), FILES.items())
    words = ["collective-use", "seal", "study.yaml"]
    console.show_next(*words, why="Put what you decide under a seal before the data:")


FILES = {
    "needed.csv": "groups needed by question",
    "precision.csv": "precision and power by design, closed forms",
    "effects.csv": "power of each indirect effect, simulated",
    "detectable.csv": "the smallest indirect effect that each design can show",
    "plan.svg": "curves of power",
    "sentence.txt": "a sentence for the proposal",
}
"""What `plan --out` writes."""


class _Expected:
    """Says the expected time once, when it is worth saying."""

    def __init__(self) -> None:
        self.said = False

    def __call__(self, progress: Progress) -> None:
        from collective_use.cli import console

        if not self.said and progress.done < progress.pieces:
            seconds = progress.seconds
            shown = f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"
            console.say(
                f"Expected time: about {shown} for {progress.pieces - progress.done} of "
                f"{progress.pieces} pieces.\n"
            )
        self.said = True


ARGUMENTS = {"groups": "n_groups", "members": "n_members", "level": "significance"}
"""What a study file calls otherwise than `plan` does, where `groups` are vectors of labels."""


def _study(given: str) -> tuple[str, PlainDict, TrueParameters]:
    """Return the instrument, what a study file has planned, and its values."""
    from pathlib import Path

    from collective_use.cli.console import speak_as
    from collective_use.errors import InputError
    from collective_use.simulation.given import parameters_of
    from collective_use.simulation.parameters import TrueParameters
    from collective_use.study.settings import STUDY_FILE, read_study

    place = Path(given)
    file = place / STUDY_FILE if place.is_dir() else place
    if file.name != STUDY_FILE:
        return given, {}, TrueParameters()
    speak_as(file)
    study = read_study(file)
    if study.planning is None:
        raise InputError(
            f"{file} has no planning: write how many groups and members are asked, for example\n"
            "planning:\n  groups: 60\n  members: 8"
        )
    planned = study.planning.model_dump(exclude={"values"})
    asked = {ARGUMENTS.get(name, name): value for name, value in planned.items()}
    return study.instrument, asked, parameters_of(study.planning.values)


def _pilot(export: str, instrument: str) -> Groups:
    from collective_use.groups.aggregate import aggregate
    from collective_use.responses.read import read_responses
    from collective_use.scores.score import score

    return aggregate(score(read_responses(export, instrument)), repetitions=0)


def _read(file: str) -> TrueParameters:
    from collective_use.simulation.given import read_parameters

    return read_parameters(file)


def _with_icc(truth: TrueParameters, icc: float) -> TrueParameters:
    from dataclasses import replace

    return replace(truth, icc=icc).checked()


def _listed(name: str, text: str, least: int) -> list[int]:
    """Read numbers that are separated by commas."""
    from collective_use.checks import whole_number
    from collective_use.errors import InputError

    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"{name} must be whole numbers such as 40,60,80, got {text!r}") from None
    for number in numbers:
        whole_number(name, number, at_least=least)
    return numbers


def _write(found: Plan, out: Path) -> None:
    from collective_use.output import csv_bytes, result_folder, write_run

    frames = {
        "needed.csv": found.needed,
        "precision.csv": found.precision,
        "effects.csv": found.effects,
        "detectable.csv": found.detectable,
    }
    with result_folder(out) as folder:
        for name, frame in frames.items():
            (folder / name).write_bytes(csv_bytes(frame))
        (folder / "plan.svg").write_text(found.svg(), encoding="utf-8")
        (folder / "sentence.txt").write_text(found.sentence + "\n", encoding="utf-8")
        write_run(folder, {"command": "plan", **found.design.to_dict()})


def _remove(store: Path) -> None:
    """Take away the pieces of a finished plan, and nothing else."""
    for file in store.glob("*.json"):
        file.unlink()
    if not any(store.iterdir()):
        store.rmdir()
