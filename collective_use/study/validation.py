"""The step of `run` and `validate` that looks through the scales."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from collective_use.errors import InputError
from collective_use.measurement.progress import telling
from collective_use.measurement.validate import validate
from collective_use.measurement.validity.external import multimethod
from collective_use.progress import step
from collective_use.study.walk import Outcome

FILES = {
    "findings": "what is wrong with the scales, the rule behind it, and what to do",
    "items": "a row an item: distribution, item-rest correlations, ICC(1), remarks",
    "item_pairs": "pairs of items of a scale that say nearly the same",
    "reliability": "a row a coefficient of each scale and level, with its definition",
    "constructs": "convergent validity of each construct",
    "discriminant": "a row a pair of constructs, persons",
    "discriminant_between_groups": "a row a pair of constructs, groups",
    "models": "a row a confirmatory model: the constructs' own and its rivals",
    "eigenvalues": "eigenvalues of each scale beside those of chance",
    "cutoffs": "fit of each own model beside its own cut-offs, with their type I error and power",
    "loadings": "a row an item: standardised loading with limits",
    "levels": "a row a scale and step: equal within groups and between them",
    "common_method": "a row a model: with and without a common method factor (a diagnostic)",
    "exploration": "a row an item and factor: loadings in one half of the groups",
    "adequacy": "KMO, Bartlett's test, and the constructs' model in the other half",
    "methods": "a row a pair of ways of measuring a construct: do they converge?",
}
"""Table of a validation -> what its file, ``validation_<table>.csv``, holds."""


def validate_scales(outcome: Outcome, folder: Path) -> Outcome:
    """Look through the scales and write what was found.

    Parameters
    ----------
    outcome
        What the study came to so far.
    folder
        Receives nothing here: tables and ``validation.txt``, the same to read, are written with
        all others.

    Returns
    -------
    Outcome
        With the validation and its tables; unchanged when the study does not ask.
    """
    study = outcome.study
    if not study.validation:
        return outcome
    with telling(lambda far: step("validate", round(100 * far.share), 100)):
        found = validate(
            outcome.scores, seed=study.seed, thorough=study.validation == "thorough",
            language=study.lang,
        )  # fmt: skip
    frames = found.frames() | _methods(outcome)
    tables = {f"validation_{name}.csv": frame for name, frame in frames.items()}
    files = {"validation.txt": "findings, what passed and what was not checked"}
    files |= {f"validation_{name}.csv": _holds(name) for name in frames}
    return outcome.adding(validation=found, tables=tables, files=files)


def _methods(outcome: Outcome) -> dict[str, pd.DataFrame]:
    """Return convergence of the ways of measuring a construct, where there are several."""
    try:
        found = multimethod(outcome.groups, language=outcome.study.lang)
    except InputError:
        return {}
    return {"methods": found.table}


def _holds(name: str) -> str:
    if name.startswith("factors_"):
        return f"how many factors the rules find in {name.removeprefix('factors_')}"
    return FILES[name]
