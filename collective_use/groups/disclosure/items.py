"""Tables of items as others see them: a single question is the easiest to work out."""

from __future__ import annotations

import pandas as pd

from collective_use.disclosure import Disclosure
from collective_use.frames import number_at
from collective_use.groups.disclosure.digits import rounded_table
from collective_use.groups.disclosure.units import unit_of
from collective_use.instrument.model import Instrument

SHARES = ("floor", "ceiling")
"""Shares of persons at one answer: when one more person moves them, that is the person's answer."""

FEWEST = ("n", "persons")
"""Columns that say how many persons a row rests on."""


def items_for_others(frame: pd.DataFrame, instrument: Instrument, rule: Disclosure) -> pd.DataFrame:
    """Return a table of items, or any table of a validation, as others may see it.

    Parameters
    ----------
    frame
        One row an item (`item`, `n`, `mean`, `sd`, ...), or a finding, a pair, a coefficient.
    instrument
        For the scales of the items.
    rule
        From which size on, and how finely.

    Returns
    -------
    DataFrame
        The same rows. Means and standard deviations of items lie in bands, shares at the ends of a
        scale are withheld, all else is rounded; rows that rest on fewer persons than the rule's
        size show nothing.

    Examples
    --------
    >>> from collective_use.instrument.library import load_instrument
    >>> table = pd.DataFrame({"item": ["lead01"], "n": [200], "mean": [3.1275], "floor": [0.125]})
    >>> items_for_others(table, load_instrument("lq2002"), Disclosure(5))
         item    n  mean  floor
    0  lead01  200  3.13    NaN
    """
    shown = rounded_table(frame)
    if "item" in frame and "mean" in frame:
        _distributions(shown, frame, instrument, rule)
    for name in SHARES:
        if name in shown:
            shown[name] = float("nan")
    few = _few(frame, rule)
    for name in shown.columns:
        if name not in FEWEST and pd.api.types.is_float_dtype(shown[name]):
            shown[name] = shown[name].mask(few)
    return shown


def _distributions(
    shown: pd.DataFrame, exact: pd.DataFrame, instrument: Instrument, rule: Disclosure
) -> None:
    for row, name in zip(exact.index, exact["item"].astype(str), strict=True):
        unit, n = unit_of([name], instrument), number_at(exact, row, "n")
        if unit is None:
            continue
        shown.loc[row, "mean"] = rule.shown_mean(number_at(exact, row, "mean"), n, unit)
        if "sd" in exact:
            shown.loc[row, "sd"] = rule.shown_sd(number_at(exact, row, "sd"), n - 1, unit)


def _few(frame: pd.DataFrame, rule: Disclosure) -> pd.Series:
    sizes = [frame[name].lt(rule.size) for name in FEWEST if name in frame]
    return sizes[0] if sizes else pd.Series(False, index=frame.index)
