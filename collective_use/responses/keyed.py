"""Likert items turned so that a high number always means more."""

from __future__ import annotations

import numpy as np
import pandas as pd

from collective_use.instrument.model import Instrument


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
    there = [i for i in instrument.items if i.kind == "likert" and i.id in answers.columns]
    keyed = np.empty((len(there), len(answers)))
    for place, item in enumerate(there):
        keyed[place] = answers[item.id].to_numpy(dtype=float)
        if item.reverse and item.scale:
            scale = instrument.get_scale(item.scale)
            np.subtract(scale.low + scale.high, keyed[place], out=keyed[place])
    names = [item.id for item in there] or None
    return pd.DataFrame(keyed.T, index=answers.index, columns=names, copy=False)
