"""Corrections of the chi-square of small samples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from collective_use.errors import NotSupported
from collective_use.sem.engines.core import Solution
from collective_use.sem.goodness.tests_of_fit import ChiSquare, p_of
from collective_use.sem.reduced_bias import refuse_reduced

if TYPE_CHECKING:
    import pandas as pd


def small_sample_corrections(solution: Solution, test: ChiSquare) -> pd.DataFrame:
    """Return chi-square multiplied by three small-sample factors.

    With p observed variables, k latent variables, t parameters (without means) and n = N - 1:
    Bartlett ``1 - (4k + 2p + 5) / (6n)``; Yuan ``1 - (2k + 2p + 7) / (6n)``; Swain
    ``1 - (p (2p^2 + 3p - 1) - q (2q^2 + 3q - 1)) / (12 df n)``, ``q = (sqrt(1 + 8t) - 1) / 2``.

    Raises
    ------
    NotSupported
        For several groups, missing values or estimators other than maximum likelihood, for which
        the factors were not derived.

    References
    ----------
    Bartlett (1950), British Journal of Statistical Psychology 3:77; Swain (1975), thesis,
    University of Adelaide; Yuan (2005), Multivariate Behavioral Research 40:115; all as in
    Herzog, Boomsma & Reinecke (2007), Structural Equation Modeling 14:361.
    """
    import pandas as pd

    options = solution.options
    refuse_reduced(solution, "small_sample()")
    if len(solution.data.groups) > 1 or options.function != "ML" or options.missing != "listwise":
        raise NotSupported("small-sample corrections are for one group, complete data and ML")
    block = solution.table.blocks[0]
    p, k, n, df = len(block.observed), len(block.latent), solution.data.n - 1, test.df
    means = sum(1 for row in solution.table.rows if row.free and row.op == "~1")
    t = solution.n_parameters - means
    q = (math.sqrt(1 + 8 * t) - 1) / 2
    swain = math.nan
    if df > 0:
        swain = 1 - (p * (2 * p**2 + 3 * p - 1) - q * (2 * q**2 + 3 * q - 1)) / (12 * df * n)
    factors = {
        "bartlett": 1 - (4 * k + 2 * p + 5) / (6 * n),
        "swain": swain,
        "yuan": 1 - (2 * k + 2 * p + 7) / (6 * n),
    }
    rows = []
    for name, factor in factors.items():
        value = test.statistic * factor
        rows.append((name, factor, value, df, p_of(value, df)))
    return pd.DataFrame(rows, columns=["correction", "factor", "statistic", "df", "p"])
