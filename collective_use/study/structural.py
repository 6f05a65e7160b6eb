"""The step of `run` that fits the structural models a study names."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from collective_use.accepted import PlainDict
from collective_use.errors import (
    ConvergenceWarning,
    DataWarning,
    EngineDisagreementWarning,
    EstimationError,
    ImproperSolutionWarning,
    InputError,
    SmallGroupsWarning,
)
from collective_use.progress import step
from collective_use.record import Record
from collective_use.structure.answers.routes import SPECIFIC
from collective_use.structure.fit import fit_structure
from collective_use.structure.result import StructureFit
from collective_use.structure.rivals.compare import compare_models
from collective_use.structure.rivals.nesting import EQUIVALENT, NESTED
from collective_use.structure.rivals.specifications import specification_curve
from collective_use.study.strength import FILES as STRENGTH
from collective_use.study.strength import joined_parts, strength_frames
from collective_use.study.walk import Outcome

FILES = {
    "estimates.csv": "a row a parameter of each structural model",
    "effects.csv": "a row an indirect or total effect of each model",
    "fit.csv": "a row a fit measure of each model",
}

ANSWERS = {
    "explained.csv": "a row an outcome of each model: R-square between groups, with limits",
    "contrasts.csv": "a row a pair of mechanisms with the same ends: their difference",
    "specifications.csv": "a row a defensible choice: one effect, computed in each way",
    **STRENGTH,
}
"""What follows from the models; written where it has rows."""

COMPARED = {
    "models_compared.csv": "a row a model: fit on the same groups, criteria and weights",
    "models_differences.csv": "a row a pair of nested models: the difference test",
    "models_nesting.csv": "a row a pair of models: nested or equivalent, known before any data",
}
"""What is written of two models or more."""

MOST_MODELS = 6
"""So many models enter the curve of specifications."""

HELD = (
    SmallGroupsWarning, ConvergenceWarning, ImproperSolutionWarning, EngineDisagreementWarning,
    DataWarning,
)  # fmt: skip


def fit_models(outcome: Outcome, folder: Path) -> Outcome:
    """Fit every model of the study at the level of groups; nothing when it names none.

    Parameters
    ----------
    outcome
        What the study came to so far.
    folder
        Receives nothing here: tables, and a readable account of each model, are written with all
        others, so that one rule says how finely.

    Returns
    -------
    Outcome
        With the fits, their tables and, in a demonstration, the reasons of models that cannot
        be fitted.

    Raises
    ------
    CollectiveUseError
        When a model that was asked for cannot be fitted.
    """
    study = outcome.study
    if not study.models:
        return outcome
    fits, refused = _fitted(outcome)
    if not fits:
        return outcome.adding(not_fitted=refused)
    tables = {
        "estimates.csv": _stacked({name: fit.to_frame() for name, fit in fits.items()}),
        "effects.csv": _stacked({name: fit.effects for name, fit in fits.items()}),
        "fit.csv": _stacked({name: fit.fit_frame() for name, fit in fits.items()}),
    }
    compared = _compared(outcome, fits) if len(fits) > 1 else {}
    answers = {name: frame for name, frame in _answers(outcome, fits).items() if len(frame)}
    tables |= compared | answers
    accounts = {
        f"model_{name}.txt": f"model {name} to read: numbers, warnings, the model itself"
        for name in fits
    }
    known = FILES | {name: ANSWERS[name] for name in answers}
    files = {**known, **{name: COMPARED[name] for name in compared}, **accounts}
    return outcome.adding(models=fits, not_fitted=refused, tables=tables, files=files)


def _fitted(outcome: Outcome) -> tuple[dict[str, StructureFit], dict[str, str]]:
    study, lenient = outcome.study, outcome.command in ("demo", "report")
    fits: dict[str, StructureFit] = {}
    refused: dict[str, str] = {}
    with warnings.catch_warnings():
        # the fit holds the same sentences, and prints them below its tables
        for kind in HELD:
            warnings.simplefilter("ignore", kind)
        for done, name in enumerate(study.models):
            step("models", done, len(study.models))
            try:
                fits[name] = fit_structure(outcome.groups, name, seed=study.seed)
            except (InputError, EstimationError) as problem:
                if not lenient:
                    raise
                refused[name] = str(problem)
    return fits, refused


def _answers(outcome: Outcome, fits: Mapping[str, StructureFit]) -> dict[str, pd.DataFrame]:
    """Return what follows from the models: explained variance, contrasts, one effect's choices."""
    done = {name: fit for name, fit in fits.items() if fit.fit.converged}
    if not done:
        return {}
    return {
        "explained.csv": _stacked({name: fit.explained() for name, fit in done.items()}),
        "contrasts.csv": _stacked({name: _contrasts(fit) for name, fit in done.items()}),
        "specifications.csv": _specifications(outcome, *next(iter(done.items()))),
        **{name: joined_parts(parts) for name, parts in strength_frames(outcome, done).items()},
    }


def _contrasts(fit: StructureFit) -> pd.DataFrame:
    """Return the differences of mechanisms, by what the effects run over."""
    frame = fit.contrasts()
    routes = dict(zip(fit.effects["effect"], fit.effects["route"], strict=True))
    return frame.assign(first=frame["first"].map(routes), second=frame["second"].map(routes))


def _specifications(outcome: Outcome, model: str, fit: StructureFit) -> pd.DataFrame:
    """Return the largest effect of one mechanism over ways of fitting and models that define it.

    It is picked by size, as the report says beside it; nothing is tested by it.
    """
    rows = fit.effects[(fit.effects["kind"] == SPECIFIC) & fit.effects["std_all"].notna()]
    if not len(rows):
        return pd.DataFrame()
    effect = str(rows["effect"].iloc[int(rows["std_all"].abs().to_numpy(float).argmax())])
    defined = f"{effect} :="
    models = [m.id for m in outcome.instrument.models if defined in " ".join(m.syntax.split())]
    ordered = list(dict.fromkeys([model, *models]))[:MOST_MODELS]
    try:
        found = specification_curve(
            outcome.groups, effect, models=ordered, permutations=0, seed=outcome.study.seed
        )
    except (InputError, EstimationError):
        return pd.DataFrame()
    frame = found.to_frame()
    frame.insert(0, "route", found.route)
    return frame.drop(columns=["data", "controls", "least"])


def _compared(outcome: Outcome, fits: Mapping[str, StructureFit]) -> dict[str, pd.DataFrame]:
    """Return how the models compare on the same groups; nothing where they cannot be compared."""
    with warnings.catch_warnings():
        for kind in HELD:
            warnings.simplefilter("ignore", kind)
        try:
            found = compare_models(outcome.groups, list(fits), folds=0)
        except (InputError, EstimationError):
            return {}
    square = found.nesting
    pairs = [
        (first, second, str(square.loc[first, second]))
        for first in square.index
        for second in square.columns
        if square.loc[first, second] == NESTED
        or (square.loc[first, second] == EQUIVALENT and first < second)
    ]
    frames = (
        found.models.drop(columns=["title", "variables", "cv"]),
        found.differences,
        pd.DataFrame(pairs, columns=["first", "second", "relation"]),
    )
    return dict(zip(COMPARED, frames, strict=True))


def models_account(fits: Mapping[str, StructureFit]) -> tuple[PlainDict, Record]:
    """Return what run.json says of the models, and their records joined."""
    record = Record()
    account = {}
    for name, fit in fits.items():
        record = record.joined(fit.record)
        whole = fit.to_dict()
        kept = ("syntax", "way", "reason", "limits", "engine", "warnings", "theory", "inferred",
            "power")  # fmt: skip
        engines = None if fit.agreement is None else fit.agreement.in_words()
        account[name] = {
            "groups": len(fit.groups), **{key: whole[key] for key in kept}, "agreement": engines,
        }  # fmt: skip
    return account, record


def _stacked(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    parts = []
    for name, frame in frames.items():
        part = frame.copy()
        part.insert(0, "model", name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
