"""A whole study in one call: walk the rooms, write one folder."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from collective_use.accepted import PlainDict, PlainMapping
from collective_use.errors import NotSupported
from collective_use.groups.disclosure.shown import Shown
from collective_use.output import check_place, result_folder
from collective_use.progress import step
from collective_use.results import Result, Table
from collective_use.study.outputs import (
    FULL,
    exact_tables,
    full_meanings,
    meanings_of,
    shown_to_others,
    tables_of,
    write_outcome,
)
from collective_use.study.settings import Study, as_study, overridden
from collective_use.study.steps import LATER_ROOMS
from collective_use.study.summary import Summary, summary
from collective_use.study.walk import Outcome, walk

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class StudyRun(Result):
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

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> run = cu.run_demo(tempfile.mkdtemp() + "/demo", "lq2002")
    >>> run.to_frame()["measure"].tolist()
    ['lead', 'tsig', 'hostil']
    """

    folder: Path
    outcome: Outcome
    shown: Shown
    run: PlainDict
    files: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        persons, groups = self.run["counts"]["persons"], self.run["counts"]["groups"]
        return f"StudyRun({str(self.folder)!r}, persons={persons}, groups={groups})"

    def to_frame(self) -> pd.DataFrame:
        """Return a row a measure: reliability, ICCs, agreement, verdict."""
        full = self.outcome.study.full
        return self.outcome.groups.measures_frame() if full else self.shown.measures.copy()

    def to_dict(self) -> PlainDict:
        """Return the content of run.json."""
        return self.run

    def tables(self) -> tuple[Table, ...]:
        """Return what the command line prints of the run, and the files that were written."""
        files = Table(f"Written into {self.folder}", ("file", "holds"), self.files)
        plan = () if self.outcome.plan is None else self.outcome.plan.tables()
        return (*self.summary().tables, *plan, files)

    def summary(self) -> Summary:
        """Return the answers in words and the tables, as the command line prints them."""
        exact = None
        if self.outcome.study.full:
            named = exact_tables(self.outcome).items()
            exact = {name.removeprefix(f"{FULL}/"): frame for name, frame in named}
        seen = tables_of(self.outcome, self.shown)
        return summary(self.outcome, self.shown, self.run, seen, exact)

    def __str__(self) -> str:
        said = self.summary()
        return f"{said.head}\n\n{said.answers}\n\n{super().__str__()}"


def run_study(
    study: Study | str | Path | PlainMapping,
    *,
    changes: PlainMapping | None = None,
    command: str = "run",
    later_rooms: bool = True,
) -> StudyRun:
    """Run a study and write its folder of results: what `collective-use run` does.

    Parameters
    ----------
    study
        A study file or its folder; or settings by the names that a study file uses; or a `Study`.
    changes
        Settings that replace those of the study for this run, by the same names.
    command
        How it was called, for run.json.
    later_rooms
        Whether rooms after the groups (structural models and what is added later) do their
        part; `score` stops at the groups.

    Returns
    -------
    StudyRun
        The folder, the results and the files; as text it reads as the command line does.

    Raises
    ------
    CollectiveUseError
        For wrong input, from the room that found it; nothing is written then.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> out = tempfile.mkdtemp() + "/results"
    >>> sample = str(cu.sample_path("lq2002.csv"))
    >>> done = cu.run_study({"instrument": "lq2002", "exports": sample, "out": out})
    >>> done.run["counts"]["persons"], (done.folder / "measures.csv").is_file()
    (2042, True)
    """
    started = time.time()
    study = overridden(as_study(study), changes or {})
    check_place(study.out)
    refuse_unknown_wishes(study)
    outcome = walk(study, command=command)
    with result_folder(study.out) as folder:
        rooms = [room for room in LATER_ROOMS if later_rooms and getattr(study, room.setting)]
        for room in rooms:
            outcome = room.load()(outcome, folder)
        outcome = _held_against_the_plan(outcome)
        step("write")
        shown = shown_to_others(outcome)
        run = write_outcome(outcome, shown, folder, started)
    files = {
        **meanings_of(outcome),
        **outcome.files,
        **(full_meanings(outcome) if study.full else {}),
    }
    return StudyRun(Path(study.out), outcome, shown, run, tuple(files.items()))


def _held_against_the_plan(outcome: Outcome) -> Outcome:
    """Add what was planned of the results, for a sealed study."""
    if outcome.study.seal is None:
        return outcome
    from collective_use.study.sealing.check import plan_check

    results = [("measure", name) for name in outcome.groups.evidence]
    results += [("model", name) for name in outcome.models]
    if outcome.study.validation:
        results.append(("validation", outcome.study.validation))
    plan = plan_check(outcome.study, outcome.instrument, results)
    if plan is None:
        return outcome
    return outcome.adding(
        plan=plan,
        tables={"plan.csv": plan.to_frame()},
        files={"plan.csv": "a row a result: whether it was planned, and what deviates"},
    )


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
