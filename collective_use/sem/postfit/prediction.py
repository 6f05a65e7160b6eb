"""Prediction for new cases: outcomes of path models and factor scores, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from collective_use.accepted import Labels
from collective_use.checks import column_in, one_of, quoted
from collective_use.errors import InputError, NotSupported
from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.sem.model import moments
from collective_use.numerics.sem.prediction import regression_on
from collective_use.results import Result, Table, table_of
from collective_use.sem.data.checks import require_columns
from collective_use.sem.data.products import with_products
from collective_use.sem.result import SemResult
from collective_use.sem.table.partable import BlockNames
from collective_use.sem.table.prepare import as_names

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 10
"""How many predictions are printed."""


@dataclass(frozen=True)
class Predictions(Result):
    """Predicted values of new cases.

    Attributes
    ----------
    values
        One row per case and variable: ``row`` (index of the new data), ``group``, ``variable``,
        ``predicted``, ``se`` (error of the predicted mean from estimating the model), ``sd``
        (spread of new cases around it), ``lower`` and ``upper`` (limits for the case itself) and
        ``known`` (how many of the given variables the case has).
    given
        What they are predicted from.
    confidence
        Of the limits.

    Examples
    --------
    >>> import pandas as pd
    >>> from collective_use.sem.fit import fit_sem
    >>> S = pd.DataFrame([[1.0, 0.5], [0.5, 1.0]], index=list("xy"), columns=list("xy"))
    >>> fit = fit_sem("y ~ x", cov=S, n=100, means=pd.Series({"x": 0.0, "y": 0.0}))
    >>> out = predict(fit, pd.DataFrame({"x": [2.0]}))
    >>> out.given, round(float(out.values.predicted[0]), 6)
    (('x',), 1.0)
    """

    values: pd.DataFrame
    given: tuple[str, ...]
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """Return the predictions."""
        return self.values

    def tables(self) -> tuple[Table, ...]:
        """Return the first predictions."""
        more = len(self.values) - SHOWN
        notes = [f"from {', '.join(self.given)}; limits for a new case ({self.confidence:.0%})"]
        notes += [f"{more} more rows in values"] if more > 0 else []
        return (table_of("Predictions", self.values.head(SHOWN), notes=tuple(notes)),)


def predict(
    fit: SemResult,
    new_data: pd.DataFrame,
    *,
    outcomes: str | Sequence[str] = (),
    given: str | Sequence[str] = (),
    group: str | None = None,
    confidence: float = 0.95,
) -> Predictions:
    """Predict outcomes and factors of new cases from the moments the model implies.

    The prediction is the mean of the outcomes given what the case has; a case with missing values
    is predicted from the rest of its values. Limits are for the case itself: they hold the spread
    of cases around the prediction and the error of the estimates (delta method).

    Parameters
    ----------
    fit
        A fit of continuous variables at one level.
    new_data
        One row per case, variables by name; outcomes need not be there.
    outcomes
        Observed or latent variables. Default: every observed variable that a regression explains,
        and every factor.
    given
        Observed variables to predict from. Default: all that are not predicted themselves.
    group
        Column with the group of every new case, for a fit of several groups.
    confidence
        Of the limits.

    Raises
    ------
    InputError
        When a variable is not in the model or the data, a value is not a number, or a group was
        not in the fit.
    NotSupported
        For ordered variables and two levels.

    References
    ----------
    de Rooij et al. (2023), Structural Equation Modeling 30:132 (prediction from implied moments);
    Thurstone (1935), The vectors of mind (factors).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from collective_use.sem.fit import fit_sem
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=200)
    >>> data = pd.DataFrame({"x": x, "y": 1 + 2 * x + rng.normal(size=200)})
    >>> fit = fit_sem("y ~ x", data, meanstructure=True)
    >>> out = predict(fit, pd.DataFrame({"x": [0.0, 1.0]})).to_frame()
    >>> out.predicted.round(0).tolist()
    [1.0, 3.0]
    """
    import pandas as pd

    if type(fit) is not SemResult:
        raise NotSupported("prediction with ordered variables or at two levels is not supported")
    if not hasattr(new_data, "columns"):
        raise InputError(f"new_data must be a data frame, got {type(new_data).__name__}")
    if not fit.table.meanstructure and fit.solution.data.groups[0].Y is None:
        raise InputError("the fit knows covariances only, and no means: fit with means= or data")
    if not 0 < confidence < 1:
        raise InputError(f"confidence must lie between 0 and 1, got {confidence}")
    block = fit.table.blocks[0]
    wanted, known = _names(fit, as_names("outcomes", outcomes), as_names("given", given))
    data = with_products(fit.model or fit.table, new_data)
    require_columns(known, list(data.columns), block.latent)
    X = _numbers(data, known)
    frames = [
        _of_group(fit, g, X[rows], data.index[rows], wanted, known, confidence)
        for g, rows in _rows_by_group(fit, data, group)
    ]
    values = pd.concat(frames, ignore_index=True)
    return Predictions(_in_order(values, data.index), known, confidence)


def _names(
    fit: SemResult, outcomes: tuple[str, ...], given: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    block = fit.table.blocks[0]
    if not outcomes:
        explained = {row.lhs for row in fit.table.rows if row.op == "~"}
        outcomes = (*(name for name in block.observed if name in explained), *block.latent)
    if not outcomes:
        raise InputError(
            "the model has no outcome and no factor: name what to predict in outcomes="
        )
    for name in outcomes:
        one_of("outcomes", name, (*block.observed, *block.latent))
    known = given or tuple(name for name in block.observed if name not in outcomes)
    for name in known:
        one_of("given", name, block.observed)
    if both := [name for name in known if name in outcomes]:
        raise InputError(f"{quoted(both)} cannot be both predicted and given")
    if not known:
        raise InputError("every observed variable is an outcome: nothing is left to predict from")
    return outcomes, known


def _in_order(values: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """Sort by the rows of the new data, whatever their groups."""
    if not index.is_unique:
        return values
    place = values["row"].map({name: i for i, name in enumerate(index)})
    return values.iloc[np.argsort(place.to_numpy(), kind="stable")].reset_index(drop=True)


def _numbers(data: pd.DataFrame, names: Sequence[str]) -> Floats:
    import pandas as pd

    for name in names:
        if not pd.api.types.is_numeric_dtype(data[name]):
            raise InputError(f"column {name!r} of new_data must hold numbers")
    return np.asarray(data[list(names)].to_numpy(dtype=float, na_value=np.nan))


def _rows_by_group(fit: SemResult, data: pd.DataFrame, group: str | None) -> list[tuple[int, Ints]]:
    if len(fit.group_names) == 1:
        return [(0, np.arange(len(data)))]
    if group is None:
        raise InputError(
            f"the fit has {len(fit.group_names)} groups: name the column of groups in group="
        )
    column_in("group", group, list(data.columns), where="new_data")
    codes = data[group].map(lambda value: str(value))
    if strange := sorted(set(codes) - set(fit.group_names)):
        raise InputError(
            f"{quoted(strange)} in {group!r} is no group of the fit: {quoted(fit.group_names)}"
        )
    places = [(g, np.flatnonzero((codes == name).to_numpy()))
              for g, name in enumerate(fit.group_names)]  # fmt: skip
    return [(g, rows) for g, rows in places if rows.size]


def _of_group(
    fit: SemResult, group: int, X: Floats, index: Labels, wanted: Sequence[str],
    known: Sequence[str],
    confidence: float,
) -> pd.DataFrame:  # fmt: skip
    import pandas as pd

    block = fit.table.blocks[group]
    y, x = _places(block, wanted), _places(block, known)
    shape = X.shape[0], y.size
    mean, se, sd = np.empty(shape), np.empty(shape), np.empty(shape)
    patterns, of = np.unique(~np.isnan(X), axis=0, return_inverse=True)
    for k, seen in enumerate(patterns):
        rows = np.flatnonzero(of.ravel() == k)
        mean[rows], se[rows], sd[rows] = _of_pattern(fit, group, X[np.ix_(rows, seen)], y, x[seen])
    width = float(ndtri(0.5 + confidence / 2)) * np.sqrt(sd**2 + se**2)
    n, k = shape
    return pd.DataFrame(
        {
            "row": np.repeat(np.asarray(index), k),
            "group": fit.group_names[group],
            "variable": list(wanted) * n,
            "predicted": mean.ravel(),
            "se": se.ravel(),
            "sd": sd.ravel(),
            "lower": (mean - width).ravel(),
            "upper": (mean + width).ravel(),
            "known": np.repeat((~np.isnan(X)).sum(axis=1), k),
        }
    )


def _places(block: BlockNames, names: Sequence[str]) -> Ints:
    place = {name: i for i, name in enumerate((*block.observed, *block.latent))}
    return np.array([place[name] for name in names], dtype=np.intp)


def _of_pattern(
    fit: SemResult, group: int, X: Floats, y: Ints, x: Ints
) -> tuple[Floats, Floats, Floats]:
    """Return predicted means, their errors (n, k), and spreads (k,)."""
    solution = fit.solution
    g = solution.data.groups[group]
    means = solution.model.meanstructure

    def at(theta: Floats) -> tuple[Floats, Floats, Floats]:
        state = moments(solution.model.blocks[group], theta)
        centre = state.eta if means else np.zeros(state.eta.size)
        if not means:
            centre[: g.moments.mean.size] = g.moments.mean
        B, R = regression_on(state.C, y, x)
        return centre[y] + (X - centre[x]) @ B.T, R, B @ state.C[np.ix_(x, x)] @ B.T

    theta = solution.theta
    mean, R, explained = at(theta)
    spread = np.sqrt(np.maximum(np.diag(R), 0.0))
    if fit.vcov is None:
        return mean, np.full_like(mean, np.nan), np.broadcast_to(spread, mean.shape)
    slopes = _slopes(lambda t: at(t)[0], theta)
    variance = np.einsum("nki,ij,nkj->nk", slopes, fit.vcov, slopes)
    if not means:
        observed = y < g.moments.mean.size
        variance = variance + np.where(observed, np.diag(R), np.diag(explained)) / g.moments.n
    return mean, np.sqrt(np.maximum(variance, 0.0)), np.broadcast_to(spread, mean.shape)


def _slopes(f: Callable[[Floats], Floats], theta: Floats) -> Floats:
    """Return central differences of f by theta, on the last axis."""
    out = []
    for j in range(theta.size):
        h = 1e-5 * max(1.0, abs(theta[j]))
        step = np.zeros(theta.size)
        step[j] = h
        out.append((f(theta + step) - f(theta - step)) / (2 * h))
    return np.stack(out, axis=-1)
