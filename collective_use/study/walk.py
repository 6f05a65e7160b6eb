"""Through the rooms in order: instrument, responses, scores, groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from collective_use.errors import InputError
from collective_use.groups.aggregate import aggregate
from collective_use.groups.results import Groups
from collective_use.instrument.library import load_instrument
from collective_use.instrument.model import Instrument
from collective_use.progress import step
from collective_use.record import Record
from collective_use.responses.table import Responses
from collective_use.scores.score import score
from collective_use.scores.table import Scores
from collective_use.study.reading import read_all
from collective_use.study.screening import screened
from collective_use.study.settings import Study

if TYPE_CHECKING:
    from collective_use.measurement.validate import Validation
    from collective_use.responses.screening.screen import Screening
    from collective_use.structure.result import StructureFit
    from collective_use.study.sealing.check import PlanCheck


@dataclass(frozen=True)
class Outcome:
    """All that a study came to, room by room.

    Attributes
    ----------
    study
        The decisions.
    instrument, responses, scores, groups
        The result of each room.
    record
        What happened on the way.
    command
        The command that was called.
    screening
        Careless answering, index by index; None when the study has no rules.
    validation
        What was found in the scales; None when the study does not ask.
    models
        Name of a model to its fit, in the study's order.
    not_fitted
        Name of a model to the reason why it could not be fitted (where nobody asked for the
        model by name: a demonstration, a report; a study that asks for a model stops).
    plan
        What was planned and what deviates; None for a study that was not sealed.
    tables
        File name to a table that a later room adds to the folder of results.
    files
        File name to what it holds, for what later rooms add.
    """

    study: Study
    instrument: Instrument
    responses: Responses
    scores: Scores
    groups: Groups
    record: Record
    command: str = "run"
    screening: Screening | None = None
    validation: Validation | None = None
    models: Mapping[str, StructureFit] = field(default_factory=dict)
    not_fitted: Mapping[str, str] = field(default_factory=dict)
    plan: PlanCheck | None = None
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def adding(
        self,
        *,
        validation: Validation | None = None,
        models: Mapping[str, StructureFit] | None = None,
        not_fitted: Mapping[str, str] | None = None,
        plan: PlanCheck | None = None,
        tables: Mapping[str, pd.DataFrame] | None = None,
        files: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Return the outcome with what one more room came to.

        Parameters
        ----------
        validation, models, not_fitted, plan
            The room's result; what is not given stays as it is.
        tables, files
            Joined to those of the rooms before.
        """
        return replace(
            self,
            validation=self.validation if validation is None else validation,
            models=self.models if models is None else models,
            not_fitted=self.not_fitted if not_fitted is None else not_fitted,
            plan=self.plan if plan is None else plan,
            tables={**self.tables, **(tables or {})},
            files={**self.files, **(files or {})},
        )


def walk(study: Study, *, command: str = "run") -> Outcome:
    """Do all from the exports to the groups.

    Parameters
    ----------
    study
        The decisions; paths as they can be opened from here.
    command
        The command that was called.

    Returns
    -------
    Outcome
        Nothing is written yet.

    Raises
    ------
    CollectiveUseError
        For whatever is wrong with the input, from the room that found it.

    Examples
    --------
    >>> from collective_use.instrument.library import sample_path
    >>> from collective_use.study.settings import study_from
    >>> sample = str(sample_path("lq2002.csv"))
    >>> outcome = walk(study_from({"instrument": "lq2002", "exports": sample}))
    >>> len(outcome.groups.values)
    49
    """
    step("read")
    instrument = load_instrument(named_instrument(study.instrument))
    responses, screening = screened(study, read_all(study, instrument))
    _require_answers(responses)
    step("score")
    scores = score(responses, minimum_answered=study.minimum_answered)
    groups = aggregate(
        scores,
        cutoffs=study.all_cutoffs(),
        measures=study.measures or None,
        nulls=study.null_distributions,
        repetitions=study.repetitions,
        seed=study.seed,
        voice=study.voice,
    )
    outcome = Outcome(
        study, instrument, responses, scores, groups, groups.record, command, screening
    )
    if screening is None:
        return outcome
    return outcome.adding(
        tables={"screening.csv": screening.to_frame()},
        files={"screening.csv": "a row a person: careless answering; not to be passed on"},
    )


def _require_answers(responses: Responses) -> None:
    """Raise when nobody is left: results of nobody would be empty tables."""
    if len(responses.persons):
        return
    left = responses.record.of_kind("left out")
    why = "; ".join(f"{entry.text} ({entry.count})" for entry in left if entry.of == "rows")
    raise InputError(f"no row of the export holds an answer to a question: {why or 'no rows'}")


def named_instrument(text: str) -> str | Path:
    """Return an instrument as it is loaded: a path where it is one, else a name."""
    return Path(text) if Path(text).is_absolute() else text
