"""Group values as the data of a structural model: which measures, which groups, why not others."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError
from collective_use.groups.results import Groups
from collective_use.instrument.model import Instrument, StructuralModel
from collective_use.record import Record
from collective_use.sem.fit import model_variables


@dataclass(frozen=True)
class GroupData:
    """What a structural model is fitted to.

    Attributes
    ----------
    frame
        One row a group with all measures, columns in the order of the model.
    groups
        Names of those groups.
    record
        Groups left out, and why.
    """

    frame: pd.DataFrame
    groups: tuple[str, ...]
    record: Record


def find_model(instrument: Instrument, model: str) -> StructuralModel:
    """Return a structural model of an instrument by id.

    Raises
    ------
    InputError
        When the instrument has no such model.
    """
    names = [entry.id for entry in instrument.models]
    for entry in instrument.models:
        if entry.id == model:
            return entry
    if not names:
        raise InputError(f"instrument {instrument.id!r} declares no structural model")
    raise InputError(f"model must be one of {quoted(names)}, got {model!r}"
                     f"{did_you_mean(model, names)}")  # fmt: skip


def group_data(groups: Groups, syntax: str) -> GroupData:
    """Take the group values that a model names; groups without all of them are left out.

    Parameters
    ----------
    groups
        Aggregated measures.
    syntax
        Model text by measure ids.

    Raises
    ------
    InputError
        When the model names what is no measure, or a measure no group has a value of.
    """
    wanted = model_variables(syntax)
    values = groups.values
    for name in wanted:
        if name not in values.columns:
            known = [measure.id for measure in groups.instrument.measures]
            hint = did_you_mean(name, known)
            raise InputError(
                f"the model names {name!r}, which is no measure of the instrument{hint}"
            )
        if values[name].isna().all():
            reason = _why_missing(groups, name)
            raise InputError(
                f"the model needs measure {name!r}, which no group has a value of{reason}"
            )
    frame = values[list(wanted)].astype("float64")
    complete = frame.notna().all(axis=1)
    record = Record()
    for name in wanted:
        missing = values.loc[frame[name].isna(), "group"]
        if len(missing):
            record = record.note(
                "structure", "left out", f"Groups without a value of {name}.",
                count=len(missing), of="groups", what=missing,
            )  # fmt: skip
    kept = values.loc[complete, "group"].astype(str)
    return GroupData(frame[complete].reset_index(drop=True), tuple(kept), record)


def _why_missing(groups: Groups, name: str) -> str:
    evidence = groups.evidence.get(name)
    explanation = getattr(evidence, "explanation", "")
    return f": {explanation}" if explanation else ""
