"""Likert items turned so that a high number always means more."""

from __future__ import annotations

from collections.abc import Container

import numpy as np
import pandas as pd

from collective_use.instrument.model import Instrument, Item
from collective_use.responses.coded import Coded, Levels


def keyed_items(instrument: Instrument, answers: pd.DataFrame) -> pd.DataFrame:
    """Return Likert items so that a high number always means more.

    A reverse item becomes ``low + high - answer``, with the lowest and highest code that its
    scale declares, whatever occurs in the data.

    Parameters
    ----------
    instrument
        The instrument.
    answers
        Persons by items, codes.

    Returns
    -------
    pandas.DataFrame
        The Likert items among the answers.

    Examples
    --------
    >>> import collective_use as cu
    >>> bank = cu.load_instrument("collective_data_use")
    >>> keyed_items(bank, pd.DataFrame({"dlr2": [1.0, 2.0]}))["dlr2"].tolist()
    [7.0, 6.0]
    """
    there = _rated(instrument, answers.columns)
    keyed = np.empty((len(there), len(answers)))
    for place, item in enumerate(there):
        keyed[place] = answers[item.id].to_numpy(dtype=float)
        _turn(instrument, item, keyed[place])
    names = [item.id for item in there] or None
    return pd.DataFrame(keyed.T, index=answers.index, columns=names, copy=False)


def keyed_codes(instrument: Instrument, answers: Coded) -> Coded:
    """Return Likert items as `keyed_items` does, of which only the different codes are turned.

    Examples
    --------
    >>> import collective_use as cu
    >>> answers = Coded({"dlr2": Levels(np.array([1.0, 2.0]), np.array([1, 1, 0], "i1"))}, 3)
    >>> bank = cu.load_instrument("collective_data_use")
    >>> keyed_codes(bank, answers).frame()["dlr2"].tolist()
    [6.0, 6.0, 7.0]
    """
    keyed = {}
    for item in _rated(instrument, answers.columns):
        levels = answers.columns[item.id].levels.copy()
        _turn(instrument, item, levels)
        keyed[item.id] = Levels(levels, answers.columns[item.id].which)
    return Coded(keyed, answers.count)


def _rated(instrument: Instrument, columns: Container[str]) -> list[Item]:
    return [item for item in instrument.items if item.kind == "likert" and item.id in columns]


def _turn(instrument: Instrument, item: Item, values: np.ndarray) -> None:
    """Turn answers to a reverse item, in place."""
    if item.reverse and item.scale:
        scale = instrument.get_scale(item.scale)
        np.subtract(scale.low + scale.high, values, out=values)
