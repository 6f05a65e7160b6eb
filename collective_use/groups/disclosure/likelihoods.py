"""Test statistics of models of items: sums over all persons, moved by one answer most of all.

Counts stay fixed and loadings hardly move when one answer differs, but a chi-square moves by some
units, an information criterion by more; in one decimal they would be the finest equations of a
validation.
"""

from __future__ import annotations

import pandas as pd

from collective_use.disclosure import Disclosure

STEP = 5.0
"""Step of chi-squares and of what is made of a log-likelihood: two grains of one answer of 160
persons moved one of them by 6 at the most."""

SUMS = ("aic", "bic", "logl", "bic2")
"""Columns made of a log-likelihood, whose size nobody reads: only differences count."""

TESTS = (
    ("chisq", "df", "pvalue"),
    ("delta_chisq", "delta_df", "delta_p"),
    ("chisq_at_cut", "", "p_at_cut"),
    ("chisq_merged", "df_merged", "p_merged"),
)
"""Chi-square, its degrees of freedom (one where no column says) and its p."""


def round_likelihoods(shown: pd.DataFrame, exact: pd.DataFrame, rule: Disclosure) -> None:
    """Round chi-squares, their p and information criteria of models of persons; changes `shown`.

    Parameters
    ----------
    shown, exact
        The same table, as it is shown and in full precision.
    rule
        How finely.

    Examples
    --------
    >>> exact = pd.DataFrame({"chisq": [183.42], "df": [150], "pvalue": [0.0332], "aic": [907.13]})
    >>> shown = exact.copy()
    >>> round_likelihoods(shown, exact, Disclosure(5))
    >>> shown.to_dict("records")
    [{'chisq': 185.0, 'df': 150, 'pvalue': 0.03, 'aic': 905.0}]
    """
    for name in SUMS:
        if name in shown:
            shown[name] = [rule.rounded(float(cell), STEP) for cell in exact[name]]
    for statistic, df, p in TESTS:
        if statistic not in exact:
            continue
        degrees = exact[df] if df in exact else pd.Series(1.0, index=exact.index)
        pairs = list(zip(exact[statistic], degrees, strict=True))
        shown[statistic] = [rule.rounded(float(cell), _step(float(cell))) for cell, _ in pairs]
        if p in shown:
            told = zip(exact[p], pairs, strict=True)
            shown[p] = [rule.probability(float(one), _change(*pair)) for one, pair in told]


def _step(statistic: float) -> float:
    """Return the step of a chi-square; one near zero is moved by less than a large one."""
    return 1.0 if statistic < 2 * STEP else STEP


def _change(statistic: float, df: float) -> float:
    """Return by how much p changes within one step of the chi-square."""
    from scipy.special import chdtrc

    if not (statistic >= 0 and df > 0):
        return 0.0
    low = max(0.0, statistic - _step(statistic) / 2)
    return float(chdtrc(df, low) - chdtrc(df, statistic + _step(statistic) / 2)) / 2
