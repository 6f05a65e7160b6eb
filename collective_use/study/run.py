"""A whole study in one call: walk the rooms, write one folder."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collective_use.errors import NotSupported
from collective_use.groups.disclosure.shown import Shown
from collective_use.output import check_place, result_folder
from collective_use.study.outputs import (
    FULL_MEANINGS,
    MEANINGS,
    shown_to_others,
    write_outcome,
)
from collective_use.study.settings import Study
from collective_use.study.steps import LATER_ROOMS
from collective_use.study.walk import Outcome, walk


@dataclass(frozen=True)
class Done:
    """A study that was run and written.

    Attributes
    ----------
    folder
        Where.
    outcome
        The results of all rooms, exact.
    shown
        What others may see of them; screen and files show it unless the study asks for all.
    run
        The content of run.json.
    files
        File names with what they hold.
    """

    folder: Path
    outcome: Outcome
    shown: Shown
    run: dict[str, Any]
    files: tuple[tuple[str, str], ...]


def run_study(study: Study, *, command: str = "run", later_rooms: bool = True) -> Done:
    """Run a study and write its folder of results.

    Parameters
    ----------
    study
        The decisions.
    command
        How it was called, for run.json.
    later_rooms
        Whether rooms after the groups (structural models and what is added later) do their
        part; `score` stops at the groups.

    Returns
    -------
    Done
        The folder, the results and the files.

    Raises
    ------
    CollectiveUseError
        For wrong input, from the room that found it; nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> from collective_use.instrument.library import sample_path
    >>> from collective_use.study.settings import study_from
    >>> out = tempfile.mkdtemp() + "/results"
    >>> sample = str(sample_path("lq2002.csv"))
    >>> done = run_study(study_from({"instrument": "lq2002", "exports": sample, "out": out}))
    >>> done.run["counts"]["persons"]
    2042
    """
    started = time.time()
    check_place(study.out)
    refuse_unknown_wishes(study)
    outcome = walk(study, command=command)
    with result_folder(study.out) as folder:
        wanted = [step for step in LATER_ROOMS if later_rooms and getattr(study, step.setting)]
        for step in wanted:
            outcome = step.load()(outcome, folder)
        shown = shown_to_others(outcome)
        run = write_outcome(outcome, shown, folder, started)
    files = {**MEANINGS, **(FULL_MEANINGS if study.full else {}), **outcome.files}
    return Done(Path(study.out), outcome, shown, run, tuple(files.items()))


def refuse_unknown_wishes(study: Study) -> None:
    """Raise for a setting that no room answers yet: nothing is passed over in silence.

    Raises
    ------
    NotSupported
        Naming the setting.
    """
    answered = {step.setting for step in LATER_ROOMS}
    for setting in ("models",):
        if getattr(study, setting) and setting not in answered:
            raise NotSupported(
                f"{setting} is set in the study, but this version cannot do it; "
                f"remove the setting to run the rest"
            )
