"""The step of `run` and `validate` that looks through the scales."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from collective_use.measurement.validate import validate
from collective_use.results import table_text
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


def validate_scales(outcome: Outcome, folder: Path) -> Mapping[str, str]:
    """Look through the scales and write what was found.

    Parameters
    ----------
    outcome
        Its `extra` receives the validation under ``"measurement"`` and its tables.
    folder
        Receives ``validation.txt``, the same to read.
    """
    study = outcome.study
    if not study.validation:
        return {}
    found = validate(outcome.scores, seed=study.seed, thorough=study.validation == "thorough")
    outcome.extra["measurement"] = found
    tables = {f"validation_{name}.csv": frame for name, frame in found.frames().items()}
    outcome.extra.setdefault("tables", {}).update(tables)
    text = "\n\n".join(table_text(table) for table in found.tables())
    (folder / "validation.txt").write_text(text + "\n", encoding="utf-8", newline="\n")
    return {"validation.txt": "findings, what passed, what was not checked, to read", **{
        f"validation_{name}.csv": _holds(name) for name in found.frames()
    }}  # fmt: skip


def _holds(name: str) -> str:
    if name.startswith("factors_"):
        return f"how many factors the rules find in {name.removeprefix('factors_')}"
    return FILES[name]
