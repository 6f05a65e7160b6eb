"""The models that a location-scale analysis compares, its tests and its words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from collective_use.numerics.groups.mixed.nested import NestedRows
from collective_use.numerics.groups.mixed.nested_model import NestedModel, fit_nested
from collective_use.numerics.groups.mixed.random_scale import (
    RandomScale,
    ScaleRows,
    fit_random_scale,
)

DIFFER = "do groups differ in variance beyond the predictors?"
PREDICTED = "do the predictors go with the variance?"
TOGETHER = "do level and variance go together over groups?"


@dataclass(frozen=True)
class Fits:
    """The models compared.

    Attributes
    ----------
    equal
        One variance for all.
    fixed
        Predictors of the variance.
    alone, full
        With a random scale that is independent of the level, and the model reported.
    notes
        Where an optimum was not reached.
    """

    equal: NestedModel
    fixed: NestedModel
    alone: RandomScale | None
    full: NestedModel | RandomScale
    notes: tuple[str, ...]


def fit_all(rows: ScaleRows, *, random_scale: bool, reml: bool) -> Fits:
    """Fit the models from the simplest to the one asked for."""
    one = np.ones((len(rows.y), 1))
    nested = NestedRows(rows.y, rows.X, one, rows.group)
    equal = fit_nested(nested, one, reml=reml)
    fixed = equal if rows.W.shape[1] == 1 else fit_nested(nested, rows.W, reml=reml)
    if not random_scale:
        return Fits(equal, fixed, None, fixed, _notes(equal, fixed))
    level = float(np.sqrt(fixed.T[0, 0]))
    alone = fit_random_scale(rows, fixed.gamma, level, fixed.beta, correlated=False, reml=reml)
    full = fit_random_scale(rows, alone.gamma, level, alone.beta, correlated=True, reml=reml)
    if full.log_likelihood < alone.log_likelihood or alone.scale_sd < 1e-3:
        full = alone
    return Fits(equal, fixed, alone, full, _notes(equal, fixed, alone, full))


def _notes(*fits: NestedModel | RandomScale) -> tuple[str, ...]:
    if all(fit.converged for fit in fits):
        return ()
    return ("The optimum of a likelihood was not reached to full precision.",)


def tests_of(fits: Fits, scale_terms: tuple[str, ...]) -> pd.DataFrame:
    """Return one row a likelihood-ratio test."""
    rows = []
    if len(scale_terms) > 1:
        gain = _gain(fits.fixed.log_likelihood, fits.equal.log_likelihood)
        df = len(scale_terms) - 1
        rows.append((PREDICTED, gain, df, float(special.chdtrc(df, gain))))
    if fits.alone is not None:
        gain = _gain(fits.alone.log_likelihood, fits.fixed.log_likelihood)
        # τ = 0 lies on the border: half of the chi-square (Self & Liang, 1987)
        rows.append((DIFFER, gain, 1, 0.5 * float(special.chdtrc(1, gain)) if gain > 0 else 1.0))
        if fits.full is not fits.alone:
            gain = _gain(fits.full.log_likelihood, fits.alone.log_likelihood)
            rows.append((TOGETHER, gain, 1, float(special.chdtrc(1, gain))))
    return pd.DataFrame(rows, columns=["question", "chi2", "df", "p"])


def _gain(full: float, small: float) -> float:
    gain = 2.0 * (full - small)
    return gain if gain > 1e-7 else 0.0


def words_of(tests: pd.DataFrame, predictors: pd.DataFrame, alpha: float) -> str:
    """Return what the tests say, in one sentence.

    Examples
    --------
    >>> import pandas as pd
    >>> tests = pd.DataFrame({"question": [DIFFER], "chi2": [9.0], "df": [1], "p": [0.001]})
    >>> words_of(tests, pd.DataFrame(), 0.05)
    'groups differ in how much their members vary (p = .001)'
    """
    parts = []
    for row in tests.to_dict("records"):
        p = f"{row['p']:.3f}".removeprefix("0") if row["p"] >= 0.0005 else "below .001"
        p = f"p = {p}" if row["p"] >= 0.0005 else f"p {p}"
        yes = row["p"] < alpha
        if row["question"] == PREDICTED:
            parts.append(f"{'the' if yes else 'no'} predictors go with the variance ({p})")
        elif row["question"] == DIFFER:
            what = "groups differ in how much their members vary"
            parts.append(f"{what} ({p})" if yes else f"no evidence that {what} ({p})")
    return "; ".join(parts) if parts else "one variance for all groups"
