"""Through the rooms in order: instrument, responses, scores, groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collective_use.errors import InputError
from collective_use.groups.aggregate import aggregate
from collective_use.groups.results import Groups
from collective_use.instrument.library import load_instrument
from collective_use.instrument.model import Instrument
from collective_use.record import Record
from collective_use.responses.table import Responses
from collective_use.scores.score import score
from collective_use.scores.table import Scores
from collective_use.study.reading import read_all
from collective_use.study.screening import screened
from collective_use.study.settings import Study


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
    extra
        What later rooms add, by name.
    """

    study: Study
    instrument: Instrument
    responses: Responses
    scores: Scores
    groups: Groups
    record: Record
    extra: dict[str, Any] = field(default_factory=dict)


def walk(study: Study) -> Outcome:
    """Do all from the exports to the groups.

    Parameters
    ----------
    study
        The decisions; paths as they can be opened from here.

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
    instrument = load_instrument(_named(study.instrument))
    responses, screening = screened(study, read_all(study, instrument))
    _require_answers(responses)
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
    tables = {} if screening is None else {"screening.csv": screening.to_frame()}
    extra: dict[str, Any] = {"tables": tables} if tables else {}
    return Outcome(study, instrument, responses, scores, groups, groups.record, extra)


def _require_answers(responses: Responses) -> None:
    """Raise when nobody is left: results of nobody would be empty tables."""
    if len(responses.persons):
        return
    left = responses.record.of_kind("left out")
    why = "; ".join(f"{entry.text} ({entry.count})" for entry in left if entry.of == "rows")
    raise InputError(f"no row of the export holds an answer to a question: {why or 'no rows'}")


def _named(text: str) -> str | Path:
    return Path(text) if Path(text).is_absolute() else text
