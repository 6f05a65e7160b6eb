"""The step of `run` and `validate` that looks through the scales."""

from __future__ import annotations

from pathlib import Path

from collective_use.measurement.validate import validate
from collective_use.study.walk import Outcome

FILES = {
    "findings": "what is wrong with the scales, the rule behind it, and what to do",
    "items": "a row an item: distribution, item-rest correlations, ICC(1), remarks",
    "item_pairs": "pairs of items of a scale that say nearly the same",
    "reliability": "a row a coefficient of each scale and level, with its definition",
    "constructs": "convergent validity of each construct",
    "discriminant": "a row a pair of constructs, persons",
    "discriminant_between_groups": "a row a pair of constructs, groups",
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
    found = validate(outcome.scores, seed=study.seed, thorough=study.validation == "thorough")
    tables = {f"validation_{name}.csv": frame for name, frame in found.frames().items()}
    files = {"validation.txt": "findings, what passed and what was not checked"}
    files |= {f"validation_{name}.csv": _holds(name) for name in found.frames()}
    return outcome.adding(validation=found, tables=tables, files=files)


def _holds(name: str) -> str:
    if name.startswith("factors_"):
        return f"how many factors the rules find in {name.removeprefix('factors_')}"
    return FILES[name]
