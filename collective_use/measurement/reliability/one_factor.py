"""One factor of a scale's items, and what reliability follows from it, with errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

import numpy as np
import pandas as pd

from collective_use.errors import CollectiveUseError, CollectiveUseWarning
from collective_use.frames import number_at
from collective_use.measurement.correlations import Floats
from collective_use.results import NotComputed
from collective_use.sem.asked import FitOptions
from collective_use.sem.result import SemResult


@dataclass(frozen=True)
class Estimate:
    """A coefficient with its standard error, or the reason why there is none."""

    value: float
    error: float = float("nan")
    reason: str = ""


def names_for(items: int) -> list[str]:
    """Return plain names that a model text can hold."""
    return [f"y{j + 1}" for j in range(items)]


def fitted(
    model: str, data: pd.DataFrame | None, **options: Unpack[FitOptions]
) -> SemResult | NotComputed:
    """Fit a model; the reason where that fails or the solution is improper.

    Parameters
    ----------
    model
        A model text in plain names.
    data
        Columns of these names.
    options
        Of `fit_sem`.
    """
    import warnings

    from collective_use.sem.fit import fit_sem

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CollectiveUseWarning)
        try:
            fit = fit_sem(model, data, **options)
        except CollectiveUseError as problem:
            return NotComputed(str(problem))
    return fit if fit.converged else NotComputed("the model did not converge")


def factor_text(names: list[str]) -> str:
    """Return one factor of variance 1, its omega, AVE and H as defined parameters."""
    loadings = " + ".join(f"l{j}*{name}" for j, name in enumerate(names))
    residuals = "\n".join(f"{name} ~~ e{j}*{name}" for j, name in enumerate(names))
    total = " + ".join(f"l{j}" for j in range(len(names)))
    error = " + ".join(f"e{j}" for j in range(len(names)))
    ave = " + ".join(f"l{j}^2/(l{j}^2+e{j})" for j in range(len(names)))
    ratio = " + ".join(f"l{j}^2/e{j}" for j in range(len(names)))
    return (
        f"f =~ {loadings}\n{residuals}\nomega := ({total})^2/(({total})^2+{error})\n"
        f"ave := ({ave})/{len(names)}\nh := ({ratio})/(1+{ratio})"
    )


def one_factor(values: Floats) -> dict[str, Estimate]:
    """Return omega (model and observed variance), AVE and H of one factor by maximum likelihood.

    Parameters
    ----------
    values
        (N, J) complete answers, J at least 3.
    """
    names = names_for(values.shape[1])
    if len(names) < 3:
        why = "one factor of two items is not identified"
        return {k: Estimate(np.nan, np.nan, why) for k in _NAMES.values()} | {
            "omega_total_observed": Estimate(np.nan, np.nan, why)
        }
    fit = fitted(factor_text(names), pd.DataFrame(values, columns=names), std_lv=True)
    if isinstance(fit, NotComputed):
        return {
            k: Estimate(np.nan, np.nan, fit.reason)
            for k in (*_NAMES.values(), "omega_total_observed")
        }
    table = fit.estimates
    defined = table[table["op"] == ":="].set_index("lhs")
    residual = table[(table["op"] == "~~") & (table["lhs"] != "f")]["est"]
    why = "a residual variance is negative (a Heywood case)" if (residual < 0).any() else ""
    found = {
        ours: Estimate(
            np.nan if why else number_at(defined, theirs, "est"),
            np.nan if why else number_at(defined, theirs, "se"),
            why,
        )
        for theirs, ours in _NAMES.items()
    }
    loadings = table[table["op"] == "=~"]["est"].to_numpy()
    observed = float(np.cov(values.T, ddof=0).sum())
    found["omega_total_observed"] = Estimate(float(loadings.sum()) ** 2 / observed)
    return found


_NAMES = {"omega": "omega_total", "ave": "ave", "h": "h"}
