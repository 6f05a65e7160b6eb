"""The step of `run` that fits the structural models a study names."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from collective_use.errors import SmallGroupsWarning
from collective_use.record import Record
from collective_use.structure.fit import StructureFit, fit_structure
from collective_use.study.walk import Outcome

FILES = {
    "estimates.csv": "a row a parameter of each structural model",
    "effects.csv": "a row an indirect or total effect of each model",
    "fit.csv": "a row a fit measure of each model",
}


def fit_models(outcome: Outcome, folder: Path) -> Mapping[str, str]:
    """Fit every model of the study at the level of groups; nothing when it names none.

    Parameters
    ----------
    outcome
        Its `extra` receives the fits under ``"models"`` and the tables under ``"tables"``.
    folder
        Not used: the tables are written with all others, so that the dictionary knows them.
    """
    study = outcome.study
    if not study.models:
        return {}
    with warnings.catch_warnings():
        # the fit holds the same sentence, and prints it below its table
        warnings.simplefilter("ignore", SmallGroupsWarning)
        fits = {name: fit_structure(outcome.groups, name, seed=study.seed) for name in study.models}
    outcome.extra["models"] = fits
    outcome.extra.setdefault("tables", {}).update(
        {
            "estimates.csv": _stacked({name: fit.to_frame() for name, fit in fits.items()}),
            "effects.csv": _stacked({name: fit.effects for name, fit in fits.items()}),
            "fit.csv": _stacked({name: fit.fit_frame() for name, fit in fits.items()}),
        }
    )
    return FILES


def models_account(fits: Mapping[str, StructureFit]) -> tuple[dict[str, Any], Record]:
    """Return what run.json says of the models, and their records joined."""
    record = Record()
    account = {}
    for name, fit in fits.items():
        record = record.joined(fit.record)
        whole = fit.to_dict()
        kept = ("syntax", "engine", "agreement", "warnings", "theory", "inferred")
        account[name] = {"groups": len(fit.groups), **{key: whole[key] for key in kept}}
    return account, record


def _stacked(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    parts = []
    for name, frame in frames.items():
        part = frame.copy()
        part.insert(0, "model", name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
