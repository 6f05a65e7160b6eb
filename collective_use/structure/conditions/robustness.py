"""The same comparison under other cut-offs and other crossovers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from collective_use.numerics.conditions import truth_table as kernel
from collective_use.numerics.types import Floats
from collective_use.structure.conditions.calibration import memberships
from collective_use.structure.conditions.words import KINDS, expression

CONSISTENCY_STEPS = (-0.10, -0.05, 0.05, 0.10)
SHIFT = 0.10
"""Share of the way from the crossover to an anchor by which it is moved."""

Anchors = Mapping[str, tuple[float, ...]]


def robustness_frame(
    values: Floats,
    y: Floats,
    x: Floats,
    anchors: Anchors,
    method: str,
    names: Sequence[str],
    cut: Mapping[str, float],
    expected: Sequence[int | None],
    absent_outcome: bool,
) -> pd.DataFrame:
    """Return one row another choice, see `QualitativeComparison.robustness`.

    Cut-offs are moved one at a time, then the crossover of each measure (direct method).
    """
    conditions = list(names[:-1])
    main = _models(x, y, cut, expected, conditions)
    rows = []
    for changed, rule in _other_cutoffs(cut):
        rows.append(_row(changed, rule, x, y, expected, conditions, main))
    if method == "direct":
        for changed, moved in _moved(anchors, names):
            every = np.column_stack(
                [
                    memberships(values[:, k], moved[name], method, name)
                    for k, name in enumerate(names)
                ]
            )
            outcome = 1 - every[:, -1] if absent_outcome else every[:, -1]
            rows.append(_row(changed, cut, every[:, :-1], outcome, expected, conditions, main))
    return pd.DataFrame(rows)


def _other_cutoffs(cut: Mapping[str, float]) -> Iterator[tuple[str, dict[str, float]]]:
    for step in CONSISTENCY_STEPS:
        value = round(cut["consistency"] + step, 3)
        if 0.5 < value <= 1:
            yield f"consistency {value:g}", {**cut, "consistency": value}
    frequency = cut["frequency"]
    for value in (frequency - 1, frequency + 1):
        if value >= 1:
            yield f"frequency {value:g}", {**cut, "frequency": value}
    for value in (0.0, round(cut["pri"] + 0.1, 3)):
        if value != cut["pri"] and value <= 1:
            yield f"PRI {value:g}", {**cut, "pri": value}


def _moved(anchors: Anchors, names: Sequence[str]) -> Iterator[tuple[str, Anchors]]:
    for name in names:
        out, middle, into = anchors[name]
        for toward, word in ((out, "lower"), (into, "higher")):
            crossover = middle + SHIFT * (toward - middle)
            word = word if out < into else {"lower": "higher", "higher": "lower"}[word]
            yield f"crossover of {name} {word}", {**anchors, name: (out, crossover, into)}


def _solve(
    x: Floats, y: Floats, cut: Mapping[str, float], expected: Sequence[int | None]
) -> tuple[kernel.TruthTable, kernel.Solutions]:
    table = kernel.truth_table(
        x, y, frequency=int(cut["frequency"]), consistency=cut["consistency"], pri=cut["pri"]
    )
    return table, kernel.solutions(table, expected)


def _models(
    x: Floats, y: Floats, cut: Mapping[str, float], expected: Sequence[int | None],
    names: Sequence[str],
) -> dict[str, set[str]]:  # fmt: skip
    _, found = _solve(x, y, cut, expected)
    return {kind: _texts(getattr(found, kind), names) for kind in KINDS}


def _texts(models: Sequence[kernel.Model], names: Sequence[str]) -> set[str]:
    return {expression(model, names) for model in models}


def _row(
    changed: str,
    cut: Mapping[str, float],
    x: Floats,
    y: Floats,
    expected: Sequence[int | None],
    names: Sequence[str],
    main: Mapping[str, set[str]],
) -> dict[str, object]:
    table, found = _solve(x, y, cut, expected)
    first = found.parsimonious[0] if found.parsimonious else None
    whole = kernel.term_fit(x, y, first)[1] if first else np.full(3, np.nan)
    return {
        "changed": changed,
        "frequency": int(cut["frequency"]),
        "consistency": cut["consistency"],
        "pri": cut["pri"],
        "sufficient": len(table.rows(1)),
        "expression": expression(first, names) if first else "",
        "model_consistency": float(whole[0]),
        "model_coverage": float(whole[2]),
        **{kind: _texts(getattr(found, kind), names) == main[kind] for kind in KINDS},
    }
