"""What is printed when a study is done."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from collective_use.cli import console

if TYPE_CHECKING:
    from collective_use.study.run import StudyRun
    from collective_use.study.settings import Study


def show_done(done: StudyRun, as_json: bool) -> None:
    """Print the summary, where the files are and what to do next; or one JSON document."""
    console.speak(done.outcome.study.lang)
    if as_json:
        from collective_use.study.showing import models_for_showing

        full = done.outcome.study.full
        frame = done.outcome.groups.measures_frame() if full else done.shown.measures
        content = {"folder": str(done.folder), "run": done.run, "measures": frame}
        content |= {"models": models_for_showing(done.outcome, done.shown.rule)}
        console.show_json(content)
        return
    said = done.summary()
    console.say(f"{said.head}\n\n{said.answers}\n")
    console.show(said.tables)
    for name, reason in done.outcome.not_fitted.items():
        console.say(f"Model {name} was not fitted: {reason}\n")
    if done.outcome.plan is not None:
        console.show(done.outcome.plan.tables())
    console.show_files(done.folder, done.files)
    if not done.outcome.study.full:
        console.say(
            "\nTables are rounded and small groups withheld, fit for showing, but for files marked "
            "'not to be\npassed on'; --full (full: true) adds exact tables for the analyst."
        )
    show_next_step(done)


@contextmanager
def waiting_for(study: Study, *, later_rooms: bool = True) -> Iterator[None]:
    """Show how far a study is, where somebody sits at a terminal.

    Parameters
    ----------
    study
        What is run inside.
    later_rooms
        Whether the rooms after the groups do their part.
    """
    from collective_use.cli.waiting import shares_of, waiting

    shares = shares_of(
        validation=study.validation if later_rooms else None,
        models=len(study.models) if later_rooms else 0,
        report=later_rooms and bool(study.report),
    )
    with waiting(shares, study.lang):
        yield


def show_next_step(done: StudyRun) -> None:
    """Print the command that most likely comes next."""
    study = done.outcome.study
    if done.run["command"] == "validate":
        models = [model.id for model in done.outcome.instrument.models][:1]
        if models:
            console.show_next(
                "collective-use", "fit", study.exports[0].file, "--instrument", study.instrument,
                *given_flags(study), "--model", models[0], "--out", "results",
                why="Fit the model of the theory:",
            )  # fmt: skip
    elif done.run["command"] == "score":
        folder = Path(done.folder).name + "_study"
        console.show_next(
            "collective-use", "init", folder, "--instrument", study.instrument,
            "--export", study.exports[0].file, *given_flags(study),
            why="Keep your decisions in a file, to run again:",
        )  # fmt: skip
    elif done.run["command"] == "fit":
        _after_fit(done)
    elif done.run["command"] == "demo":
        console.show_next(
            "collective-use", "score", "export.csv", "--instrument", done.outcome.instrument.id,
            "--out", "results",
            why="The same with your own export:",
        )  # fmt: skip
    else:
        rerun = shlex.join(["collective-use", "run"])
        console.say(f"\nChange study.yaml and run again: {rerun}")


def given_flags(study: Study) -> list[str]:
    """Return the flags that were given and that the next command needs again."""
    given = {
        "--group": study.columns.group, "--form": study.form, "--members": study.members,
        "--informants": study.informants, "--map": study.map,
    }  # fmt: skip
    return [word for flag, value in given.items() if value for word in (flag, value)]


def _after_fit(done: StudyRun) -> None:
    study, models = done.outcome.study, done.outcome.instrument.models
    console.show_next(
        "less", Path(done.folder) / f"model_{study.models[-1]}.txt",
        why="All of a model, with its text and what is inferred:",
    )  # fmt: skip
    rival = next((entry.id for entry in models if entry.id not in study.models), None)
    if rival:
        console.show_next(
            "collective-use", "fit", *[entry.file for entry in study.exports],
            "--instrument", study.instrument, *given_flags(study),
            "--model", rival, "--out", f"{done.folder}_{rival}",
            why="A rival model of the same instrument:",
        )  # fmt: skip
