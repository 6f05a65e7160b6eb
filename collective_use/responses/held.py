"""Answers of responses as they are held: some columns, some persons, without a frame of all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import numpy as np
import pandas as pd

from collective_use.accepted import Arguments
from collective_use.later import held_in, with_fields
from collective_use.responses.coded import Coded, CodedReasons, coded_frame
from collective_use.responses.table import Responses


def answer_names(responses: Responses) -> list[str]:
    """Return the names of the answer columns."""
    held = held_in(responses, "answers")
    return list(held.columns) if isinstance(held, Coded) else list(map(str, responses.answers))


def answer_frame(responses: Responses, names: Iterable[str]) -> pd.DataFrame:
    """Return some answer columns, without making a frame of all.

    Examples
    --------
    >>> import collective_use as cu
    >>> responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    >>> answer_frame(responses, ["lead01"]).equals(responses.answers[["lead01"]])
    True
    """
    held = held_in(responses, "answers")
    return held.frame(names) if isinstance(held, Coded) else responses.answers[list(names)]


def coded_answers(responses: Responses, names: Iterable[str]) -> Coded:
    """Return some answer columns as they are held."""
    held = held_in(responses, "answers")
    if isinstance(held, Coded):
        return held.only(names)
    return coded_frame(responses.answers[list(names)])


def reason_frame(responses: Responses, names: Iterable[str]) -> pd.DataFrame:
    """Return why answers to some items are missing, without making a frame of all."""
    held = held_in(responses, "reasons")
    return held.frame(names) if isinstance(held, CodedReasons) else responses.reasons[list(names)]


def with_rows(responses: Responses, keep: np.ndarray, **changes: Arguments) -> Responses:
    """Return the responses of some persons, numbered anew, and with other fields.

    Parameters
    ----------
    responses
        Of everybody.
    keep
        (N,) who stays.
    changes
        As `dataclasses.replace` takes them.
    """

    def part(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[keep].reset_index(drop=True)

    def held_part(name: str) -> pd.DataFrame | Coded | CodedReasons:
        held = held_in(responses, name)
        if isinstance(held, (Coded, CodedReasons)):
            return held.rows(keep)
        return part(cast("pd.DataFrame", held))

    rows = {
        "persons": part(responses.persons),
        "answers": held_part("answers"),
        "reasons": held_part("reasons"),
        "rosters": {name: part(frame) for name, frame in responses.rosters.items()},
    }
    return with_fields(responses, **{**rows, **changes})
