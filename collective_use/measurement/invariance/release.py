"""Which equality over groups fits worst, in the words of `fit_sem(partial=...)`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
import pandas as pd
from scipy.stats import chi2

from collective_use.frames import rows_of
from collective_use.measurement.cfa import fit_quietly
from collective_use.numerics.types import Floats
from collective_use.results import NotComputed
from collective_use.sem.result import SemResult


def released(fit: SemResult) -> list[tuple[str, float]]:
    """Return equalities over groups with their score tests, largest first.

    Parameters
    ----------
    fit
        A fit of several groups with parameters held equal.
    """
    single = fit.score_test().table.sort_values("statistic", ascending=False)
    return [(f"{row.lhs}{row.op}{row.rhs}", float(row.statistic)) for row in rows_of(single)]


class Scores(TypedDict):
    """What score tests say of one ordered item: p of its intercept and loading, and how far off.

    `score_effect` is what the intercept is expected to be in the compared group, in standard
    deviations of the latent response.
    """

    score_p: float
    score_effect: float
    score_slope_p: float


def ordered_scores(
    model: str, data: pd.DataFrame, group: str, items: Sequence[str], alpha: float
) -> dict[str, Scores] | NotComputed:
    """Return score tests of each item in the model that is alike in all groups but for means.

    Diagonally weighted least squares with latent responses; thresholds, loadings and intercepts are
    equal. The intercept with the largest test is set free, and so on until none is left at the
    level, adjusted for the number of tests; each item keeps its test from when it was last held,
    its loading's from the last model.
    Several groups count by the smallest p times their number.

    Parameters
    ----------
    model
        A factor model of ordered items.
    data, group
        One row a person, and the column of the groups.
    items
        All items of the model.
    alpha
        Of the tests, over all items.
    """
    known = data[data[group].notna()]
    free: list[str] = []
    out: dict[str, Scores] = {}
    while True:
        fit = fit_quietly(
            model, known, group=group, ordered=tuple(items), estimator="WLSMV", std_lv=True,
            equal=("thresholds", "loadings", "intercepts"), parameterization="theta",
            identification="wu.estabrook", partial=tuple(f"{item}~1" for item in free),
        )  # fmt: skip
        if isinstance(fit, NotComputed):
            return out or fit
        held = [item for item in items if item not in free]
        out |= {item: _scores_of(fit, item) for item in held}
        worst = min(held, key=lambda item: out[item]["score_p"])
        if out[worst]["score_p"] * len(items) >= alpha or len(free) + 1 > len(items) // 2:
            for item in free:
                out[item]["score_slope_p"] = _slope_of(fit, item)
            return out
        free.append(worst)


def _scores_of(fit: SemResult, item: str) -> Scores:
    indices = fit.modification_indices()
    own = indices[(indices["lhs"] == item) & (indices["op"] == "~1") & (indices["group"] > 1)]
    tests = own["mi"].to_numpy(float)
    best = int(np.nanargmax(tests)) if np.isfinite(tests).any() else None
    return Scores(
        score_p=np.nan if best is None else _least(tests),
        score_effect=np.nan if best is None else float(own["sepc_all"].iloc[best]),
        score_slope_p=_slope_of(fit, item),
    )


def _slope_of(fit: SemResult, item: str) -> float:
    found = [x for name, x in released(fit) if name.endswith(f"=~{item}") and np.isfinite(x)]
    return _least(np.array(found)) if found else float("nan")


def _least(statistics: Floats) -> float:
    known = statistics[np.isfinite(statistics)]
    return min(1.0, float(chi2.sf(known.max(), 1)) * len(known))
