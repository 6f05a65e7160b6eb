"""Tables of items as others see them: a single question is the easiest to work out."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.disclosure import DIGITS, Disclosure
from collective_use.frames import number_at
from collective_use.groups.disclosure.counts import described
from collective_use.groups.disclosure.digits import digits_of, rounded_table
from collective_use.groups.disclosure.likelihoods import round_likelihoods
from collective_use.groups.disclosure.units import unit_of
from collective_use.instrument.model import Instrument

WITHHELD = ("floor", "ceiling", "skew", "kurtosis")
"""Shares of persons at one answer, which one more person moves by that person's answer, and moments
that with mean and SD are four equations for the few counts of one question."""

OF_GROUPS = ("between",)
"""Columns that rest on groups, of which a single answer in a small one moves more than persons."""

_IN_A_SMALL_GROUP = 1 / 3
"""How far one answer to one question moves a group of three, in standard deviations of groups."""

FEWEST = ("n", "persons")
"""Columns that say how many persons a row rests on."""


def items_for_others(
    frame: pd.DataFrame,
    instrument: Instrument,
    rule: Disclosure,
    step: float = 10.0**-DIGITS,
    counts: Mapping[str, NDArray[np.int64]] | None = None,
    groups: int = 0,
) -> pd.DataFrame:
    """Return a table of items, or any table of a validation, as others may see it.

    Parameters
    ----------
    frame
        One row an item (`item`, `n`, `mean`, `sd`, ...), or a finding, a pair, a coefficient.
    instrument
        For the scales of the items.
    rule
        From which size on, and how finely.
    step
        The step of correlations, loadings and coefficients: `Disclosure.ratio_step` of the persons.
    counts
        Item to its rounded counts, in the order of its scale, where these are shown: mean and SD
        of such an item are those of the rounded counts. Without them the mean of an item of a
        scale is withheld: beside the mean of the scale it would tell single answers.
    groups
        Groups that correlations of group means rest on; these are withheld when it is 0.

    Returns
    -------
    DataFrame
        The same rows. Means and standard deviations of other items lie in bands, shares at the
        ends of a scale and the shape are withheld, test statistics are coarse, all else is rounded;
        rows that rest on fewer persons than the rule's size show nothing.

    Examples
    --------
    >>> from collective_use.instrument.library import load_instrument
    >>> table = pd.DataFrame({"item": ["lead01"], "n": [200], "mean": [3.1275], "sd": [1.0425]})
    >>> items_for_others(table, load_instrument("lq2002"), Disclosure(5))
         item    n  mean    sd
    0  lead01  200   NaN  1.04
    """
    shown = rounded_table(frame)
    for name in shown.columns:
        if step > 10.0**-DIGITS and digits_of(str(name)) == DIGITS and _is_figure(frame, str(name)):
            shown[name] = [rule.rounded(float(cell), step) for cell in frame[name]]
    for name in OF_GROUPS:
        if name in shown:
            wide = max(step, rule.relation_step(max(1, groups), _IN_A_SMALL_GROUP))
            shown[name] = [rule.rounded(float(cell), wide) for cell in frame[name]]
    round_likelihoods(shown, frame, rule)
    if "item" in frame and "mean" in frame:
        _distributions(shown, frame, instrument, rule, counts or {})
    for name in (*WITHHELD, *(() if groups else OF_GROUPS)):
        if name in shown:
            shown[name] = float("nan")
    few = _few(frame, rule)
    for name in shown.columns:
        if name not in FEWEST and pd.api.types.is_float_dtype(shown[name]):
            shown[name] = shown[name].mask(few)
    return shown


def _distributions(
    shown: pd.DataFrame,
    exact: pd.DataFrame,
    instrument: Instrument,
    rule: Disclosure,
    counts: Mapping[str, NDArray[np.int64]],
) -> None:
    for row, name in zip(exact.index, exact["item"].astype(str), strict=True):
        unit, n = unit_of([name], instrument), number_at(exact, row, "n")
        if unit is None:
            continue
        if name in counts:
            mean, sd, error = _of_counts(name, counts[name], instrument)
            shown.loc[row, "mean"] = rule.rounded(mean, max(10.0**-DIGITS, rule.coarser(error)))
            if "sd" in exact:
                shown.loc[row, "sd"] = rule.rounded(sd, max(10.0**-DIGITS, rule.coarser(error)))
            continue
        part = any(name in m.items and len(m.items) > 1 for m in instrument.measures)
        mean = math.nan if part else rule.shown_mean(number_at(exact, row, "mean"), n, unit)
        shown.loc[row, "mean"] = mean
        if "sd" in exact:
            shown.loc[row, "sd"] = rule.shown_sd(number_at(exact, row, "sd"), n - 1, unit)


def _of_counts(
    name: str, counts: NDArray[np.int64], instrument: Instrument
) -> tuple[float, float, float]:
    """Return mean and SD of rounded counts, as the item is scored, and the step they are worth."""
    item = instrument.get_item(name)
    scale = instrument.get_scale(str(item.scale))
    mean, sd, error = described(counts, np.asarray(scale.codes, dtype=float))
    return (scale.low + scale.high - mean if item.reverse else mean), sd, error


def _is_figure(frame: pd.DataFrame, name: str) -> bool:
    """Tell a figure from a count, which may be held as a number with decimals, too."""
    if name in FEWEST or not pd.api.types.is_float_dtype(frame[name]):
        return False
    known = frame[name].dropna()
    return not (known == known.round()).all()


def _few(frame: pd.DataFrame, rule: Disclosure) -> pd.Series:
    sizes = [frame[name].lt(rule.size) for name in FEWEST if name in frame]
    return sizes[0] if sizes else pd.Series(False, index=frame.index)
