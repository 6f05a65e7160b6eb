"""How finely each kind of figure is shown, so that no table or sentence is an exact equation.

A figure in full precision is an equation in everybody's answers; a few of them, from two runs that
differ by one person, have one solution. Whatever is not named here is shown with two decimals.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Mapping

import pandas as pd

from collective_use.disclosure import DIGITS, nice
from collective_use.frames import number_at

RATIOS = (
    "f", "z", "agree_z", "rgr_z", "design_effect", "chisq", "chisq_at_cut", "chisq_merged",
)  # fmt: skip
"""Ratios and test statistics: of two decimals one would tell more than a mean of two does."""

WHOLE = ("effective_n",)
"""Numbers of persons that are no counts: to the nearest ten."""

_PROBABILITY = re.compile(r"^p$|^p_|_p$|^pvalue$")
_INDEX = re.compile(r"^(r_?wg|ad|awg)\w*_(mean|median)$|^median_(lowest|highest)$")
_OF_SQUARES = re.compile(
    rf"^icc|^alpha$|^({'|'.join(RATIOS)})$|^agree_p_|{_PROBABILITY.pattern}|{_INDEX.pattern}"
)
_LEAST = 1e-9
_WRITTEN = re.compile(r"^icc2$|^p$|^agree_p|" + _INDEX.pattern)
_SHARE = re.compile(r"(?P<lead>they disagree )(?P<number>\d+)%")
_FIGURE = re.compile(
    r"(?P<cited>\([^()]*\b(?:19|20)\d\d\b[^()]*\))|"
    r"(?P<lead>\bp = |\b[FzQ](?:\([^)]*\))? = |[≥≤<>] ?)?(?P<number>-?\d*\.\d+)(?![\d/])"
)

_Row = tuple[pd.DataFrame, Hashable]
"""A table and the label of one of its rows."""


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
            if _PROBABILITY.search(str(name)):
                # From .01 on a third decimal of p gives F or z as exactly as they are withheld.
                shown[name] = shown[name].where(
                    frame[name] < 10.0**-DIGITS, frame[name].round(DIGITS)
                )
    return shown


def round_ratios(shown: pd.DataFrame, exact: pd.DataFrame, row: Hashable, step: float) -> None:
    """Round what stands for two sums of squares by the persons it rests on: changes a row.

    Parameters
    ----------
    shown, exact
        The same table, as it is shown and in full precision; `shown` is changed.
    row
        Label of the row.
    step
        From `Disclosure.ratio_step`, for alpha and intraclass correlations. An F or z is ten times
        as coarse, and a p is that of the F or z as it is shown: more decimals of p would be more
        of F. ICC(2) is 1 - 1 / F, which runs away under F = 1; one answer moves medians and means
        of an index of agreement twice as far.
    """
    for name in map(str, exact.columns):
        value = number_at(exact, row, name) if _OF_SQUARES.search(name) else math.nan
        if not math.isnan(value):
            shown.loc[row, name] = _shown(name, value, (exact, row), step)


def _shown(name: str, value: float, at: _Row, step: float) -> float:
    if _PROBABILITY.search(name) or name.startswith("agree_p_"):
        return _shown_p(name, value, at, 10 * step)
    if name in RATIOS:
        return _to_step(value, 10 * step)
    if name == "icc2":
        return _to_step(value, nice(step * max(1.0, (1.0 - value) ** 2)))
    if name.startswith("icc") or name == "alpha":
        return _to_step(value, step)
    return _to_step(value, nice(2 * step) if step > 10.0**-DIGITS else step)


def _shown_p(name: str, p: float, at: _Row, wide: float) -> float:
    """Return the p of the F or z as it is shown; that of full agreement tells of no answer."""
    from scipy.special import fdtrc, ndtr, ndtri

    if name == "p" and {"f", "df1", "df2"} <= set(at[0].columns):
        f, df1, df2 = (number_at(*at, column) for column in ("f", "df1", "df2"))
        p = float(fdtrc(df1, df2, _to_step(f, wide)))
    elif name != "least_p":
        z = float(ndtri(min(max(p, _LEAST), 1 - _LEAST)))
        p = float(ndtr(_to_step(z, wide)))
    return round(p, DIGITS if p >= 10.0**-DIGITS else DIGITS + 1)


def as_written(exact: pd.DataFrame, shown: pd.DataFrame, row: Hashable) -> dict[str, str]:
    """Return, for the figures of a row as a sentence writes them, what the table shows.

    Examples
    --------
    >>> exact, shown = pd.DataFrame({"p": [0.4416]}), pd.DataFrame({"p": [0.45]})
    >>> rounded_text("F(9, 50) = 1.01, p = .442.", 0.05, as_written(exact, shown, 0))
    'F(9, 50) = 1.0, p = .45.'
    """
    known = {}
    for name in filter(_WRITTEN.search, map(str, exact.columns)):
        value, told = number_at(exact, row, name), number_at(shown, row, name)
        if math.isnan(value) or math.isnan(told):
            continue
        lead = "p" if _PROBABILITY.search(name) or name.startswith("agree_p") else ""
        digits = DIGITS + 1 if lead and told < 10.0**-DIGITS else DIGITS
        for written in {_bare(f"{value:.2f}"), _bare(f"{value:.3f}")}:
            known[lead + written] = _bare(f"{told:.{digits}f}")
    return known


def rounded_text(
    text: str, step: float = 10.0**-DIGITS, known: Mapping[str, str] | None = None
) -> str:
    """Return a sentence with its figures as coarse as those of the tables; cut-offs stay.

    Parameters
    ----------
    text
        Sentences of a verdict.
    step
        From `Disclosure.ratio_step`.
    known
        From `as_written`, for figures that are coarser than the step.

    Examples
    --------
    >>> rounded_text("F(48, 1993) = 5.02, p = .031; ICC(1) .088 against ≥ 0.05 (doi 10.1177/1094).")
    'F(48, 1993) = 5.0, p = .03; ICC(1) .09 against ≥ 0.05 (doi 10.1177/1094).'
    >>> rounded_text("ICC(1) .088 [.069, .183]", 0.05)
    'ICC(1) .10 [.05, .20]'
    """
    text = _SHARE.sub(lambda found: _share(found, step), text)
    return _FIGURE.sub(lambda found: _coarse(found, step, known or {}), text)


def _share(found: re.Match[str], step: float) -> str:
    return f"{found['lead']}{_to_step(float(found['number']) / 100, step):.0%}"


def _coarse(found: re.Match[str], step: float, known: Mapping[str, str]) -> str:
    if found["cited"]:
        return found[0]
    lead, number = found["lead"] or "", found["number"]
    if lead[:1] in ("≥", "≤", "<", ">") and lead:
        return found[0]
    told = known.get(lead[:1] + number) if lead[:1] in ("", "p") else None
    if told is not None:
        return lead + told
    if lead[:1] == "p":
        return found[0] if float(number) < 10.0**-DIGITS else lead + _decimals(number)
    wide = 10 * step if lead else step
    text = f"{_to_step(float(number), wide):.{1 if lead else DIGITS}f}"
    bare = number.lstrip("-").startswith(".") and abs(float(text)) < 1
    return lead + (text.replace("0.", ".", 1) if bare else text)


def _decimals(number: str) -> str:
    text = f"{float(number):.{DIGITS}f}"
    return text.replace("0.", ".", 1) if number.startswith(".") else text


def _bare(text: str) -> str:
    return text.replace("0.", ".", 1) if abs(float(text)) < 1 else text


def _to_step(value: float, step: float) -> float:
    return round(round(value / step) * step, 4) + 0.0
