"""How finely each kind of figure is shown, so that no table or sentence is an exact equation.

A figure in full precision is an equation in everybody's answers; a few of them, from two runs that
differ by one person, have one solution. Whatever is not named here is shown with two decimals.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable

import pandas as pd

from collective_use.disclosure import DIGITS
from collective_use.frames import number_at

RATIOS = (
    "f", "z", "agree_z", "rgr_z", "design_effect", "chisq", "chisq_at_cut", "chisq_merged",
)  # fmt: skip
"""Ratios and test statistics: of two decimals one would tell more than a mean of two does."""

WHOLE = ("effective_n",)
"""Numbers of persons that are no counts: to the nearest ten."""

_PROBABILITY = re.compile(r"^p$|^p_|_p$|^pvalue$")
_FIGURE = re.compile(
    r"(?P<lead>\bp = |\b[FzQ](?:\([^)]*\))? = |[≥≤<>] ?)?(?P<number>-?\d*\.\d+)(?![\d/])"
)


def digits_of(column: str) -> int:
    """Return with how many decimals a column is shown.

    Examples
    --------
    >>> [digits_of(name) for name in ("alpha", "p", "agree_p", "f", "effective_n")]
    [2, 3, 3, 1, -1]
    """
    if column in WHOLE:
        return -1
    if _PROBABILITY.search(column):
        return 3
    return 1 if column in RATIOS else DIGITS


def rounded_table(frame: pd.DataFrame, keep: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return a table with every figure as coarse as it is shown to others; counts stay.

    Parameters
    ----------
    frame
        Any table of figures that rest on all persons or all groups.
    keep
        Columns that stay as they are.

    Examples
    --------
    >>> rounded_table(pd.DataFrame({"n": [41], "alpha": [0.87654], "f": [5.0234]}))
        n  alpha    f
    0  41   0.88  5.0
    """
    shown = frame.copy()
    for name in frame.columns:
        if name not in keep and pd.api.types.is_float_dtype(frame[name]):
            # Adding zero turns -0.0 into 0.0.
            shown[name] = frame[name].round(digits_of(str(name))) + 0.0
    return shown


def round_ratios(shown: pd.DataFrame, exact: pd.DataFrame, row: Hashable, step: float) -> None:
    """Round the intraclass correlations and F of a row by the persons it rests on.

    Parameters
    ----------
    shown, exact
        The same table, as it is shown and in full precision; `shown` is changed.
    row
        Label of the row.
    step
        From `Disclosure.ratio_step`; an F is ten times as coarse.
    """
    for name in map(str, exact.columns):
        wide = step if name.startswith("icc") else 10 * step if name in RATIOS else 0.0
        value = number_at(exact, row, name) if wide else math.nan
        if not math.isnan(value):
            shown.loc[row, name] = _to_step(value, wide)


def rounded_text(text: str, step: float = 10.0**-DIGITS) -> str:
    """Return a sentence with its figures as coarse as those of the tables; cut-offs stay.

    Parameters
    ----------
    text
        Sentences of a verdict.
    step
        From `Disclosure.ratio_step`.

    Examples
    --------
    >>> rounded_text("F(48, 1993) = 5.02, p = .031; ICC(1) .088 against ≥ 0.05 (doi 10.1177/1094).")
    'F(48, 1993) = 5.0, p = .031; ICC(1) .09 against ≥ 0.05 (doi 10.1177/1094).'
    >>> rounded_text("ICC(1) .088 [.069, .183]", 0.05)
    'ICC(1) .10 [.05, .20]'
    """
    return _FIGURE.sub(lambda found: _coarse(found, step), text)


def _coarse(found: re.Match[str], step: float) -> str:
    lead, number = found["lead"] or "", found["number"]
    if lead[:1] in ("p", "≥", "≤", "<", ">") and lead:
        return found[0]
    wide = 10 * step if lead else step
    text = f"{_to_step(float(number), wide):.{1 if lead else DIGITS}f}"
    bare = number.lstrip("-").startswith(".") and abs(float(text)) < 1
    return lead + (text.replace("0.", ".", 1) if bare else text)


def _to_step(value: float, step: float) -> float:
    return round(round(value / step) * step, 4) + 0.0
