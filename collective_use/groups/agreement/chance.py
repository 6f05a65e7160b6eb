"""Chance of as much agreement, group by group: exact for one item, simulated for several."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.errors import NotSupported
from collective_use.groups.inputs import Rows
from collective_use.numerics.groups import chance, chance_simulation
from collective_use.numerics.groups.nulls import Null

_LEVEL = 0.05


@functools.lru_cache(maxsize=512)
def _exact(kind: str, n: int, proportions: tuple[float, ...]) -> chance.Exact:
    p = np.asarray(proportions)
    if kind == "variance":
        return chance.exact_variance(n, p)
    return chance.exact_average_deviation(n, p, kind.removeprefix("ad_"))


def item_test(
    table: pd.DataFrame, law: Null, codes: NDArray[np.float64], kind: str, step: float
) -> pd.DataFrame:
    """Add `p`, `critical` and `p_adjusted` for one item, exact or by simulation.

    Parameters
    ----------
    table
        One row a group with `n` and the observed spread: `variance`, or `ad`.
    law
        The null distribution.
    codes
        The answer options.
    kind
        ``"variance"``, ``"ad_mean"`` or ``"ad_median"``.
    step
        Distance between options.
    """
    column, unit = ("variance", step * step) if kind == "variance" else ("ad", step)
    p, limit = np.full(len(table), np.nan), np.full(len(table), np.nan)
    observed = table[column].to_numpy(float) / unit
    for n in sorted({int(k) for k in table["n"] if k > 1}):
        rows = np.flatnonzero((table["n"] == n).to_numpy() & ~np.isnan(observed))
        spread = exact(kind, n, law)
        p[rows] = [spread.at_most(float(value)) for value in observed[rows]]
        limit[rows] = spread.critical_low(_LEVEL) * unit
    critical = limit if column == "ad" else 1.0 - np.minimum(limit / (law.variance * unit), 1.0)
    return table.assign(critical=critical, p=p, p_adjusted=chance.benjamini_hochberg(p))


def exact(kind: str, n: int, law: Null) -> chance.Exact:
    """Return the null distribution of the spread of one item in a group of n.

    By enumeration; where there are too many ways, by 20,000 draws with a fixed seed.

    Parameters
    ----------
    kind
        ``"variance"``, ``"ad_mean"`` or ``"ad_median"``, in steps between options.
    n
        Members.
    law
        The null distribution.
    """
    proportions = tuple(law.proportions.tolist())
    try:
        return _exact(kind, n, proportions)
    except NotSupported:
        rng = np.random.default_rng([n, len(proportions)])
        answers = rng.choice(len(proportions), size=(20_000, n), p=law.proportions)
        if kind == "variance":
            values = answers.var(axis=1, ddof=1)
        else:
            middle = np.mean if kind == "ad_mean" else np.median
            values = np.abs(answers - middle(answers, axis=1, keepdims=True)).mean(axis=1)
        return chance.collected(values, np.full(len(values), 1.0 / len(values)))


def scale_test(
    table: pd.DataFrame,
    law: Null,
    rows: Rows,
    step: float,
    repetitions: int,
    seed: int | None,
    *,
    index: str = "ratio",
) -> pd.DataFrame:
    """Add `p`, `critical` and `p_adjusted` for several items by simulation.

    `p` is the share of simulated groups of the same size that agree as much or more, with one
    added to both counts, so that it is never 0. `critical` is the mean item variance, or AD,
    under which 5% of random groups fall.
    """
    sizes = table["n"].to_numpy()
    wanted = np.unique(sizes[sizes > 1])
    p, limit = np.full(len(table), np.nan), np.full(len(table), np.nan)
    if len(wanted):
        simulated = chance_simulation.simulate_agreement(
            wanted,
            law.proportions,
            law.variance,
            item_correlation(rows),
            repetitions=repetitions,
            seed=seed,
            deviation=index == "ad",
        )
        draws = simulated.deviation if index == "ad" else simulated.ratio
        unit = step if index == "ad" else law.variance * step * step
        column = "ad" if index == "ad" else "mean_variance"
        observed = table[column].to_numpy(float) / unit
        for s, n in enumerate(simulated.sizes):
            chosen = np.flatnonzero((sizes == n) & ~np.isnan(observed))
            if draws is not None and len(chosen):
                ordered = np.sort(draws[s])
                below = np.searchsorted(ordered, observed[chosen] + 1e-9, side="right")
                p[chosen] = (below + 1) / (repetitions + 1)
                limit[chosen] = np.quantile(ordered, _LEVEL, method="lower") * unit
    return table.assign(critical=limit, p=p, p_adjusted=chance.benjamini_hochberg(p))


def item_correlation(rows: Rows) -> NDArray[np.float64]:
    """Return the correlation of the items over persons who answered all of them.

    Items that do not vary count as unrelated to the others.
    """
    return correlation_of(rows.values.astype(float))


def correlation_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlation of the columns over complete rows; see `item_correlation`."""
    complete = values[~np.isnan(values).any(axis=1)]
    width = values.shape[1]
    if len(complete) < 3:
        return np.eye(width)
    covariance = np.cov(complete, rowvar=False).reshape(width, width)
    spread = np.sqrt(np.diag(covariance))
    safe = np.where(spread > 0, spread, 1.0)
    correlation = covariance / safe[:, None] / safe[None, :]
    np.fill_diagonal(correlation, 1.0)
    return correlation
