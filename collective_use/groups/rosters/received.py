"""What members receive and give, and ties that have no direction."""

from __future__ import annotations

import numpy as np
import pandas as pd

from collective_use.errors import InputError
from collective_use.groups.rosters.stacks import Floats, Rosters, Stack
from collective_use.numerics.rosters import network as kernels
from collective_use.numerics.rosters.missing import respondents


def spread(received: Floats) -> Floats:
    """Return the standard deviation (n-1) of received means, ``(groups,)``.

    Examples
    --------
    >>> spread(np.array([[1.0, 2.0, 3.0]]))
    array([1.])
    """
    centred = (received - kernels.mean_where(received, -1)[..., None]) ** 2
    known = (~np.isnan(centred)).sum(-1)
    squares = np.where(np.isnan(centred), 0.0, centred).sum(-1)
    return np.sqrt(kernels.ratio(squares, np.maximum(known - 1, 0).astype(float)))


def either_report(stack: Stack) -> Floats:
    """Return ties in which one report of a pair stands for both.

    Raises
    ------
    InputError
        Where the two reports of a pair differ.
    """
    ties, other = stack.values, np.swapaxes(stack.values, -1, -2)
    unlike = np.argwhere(~np.isnan(ties) & ~np.isnan(other) & (ties != other))
    if len(unlike):
        group, row, column = unlike[0]
        raise InputError(
            "ties must be the same in both directions with undirected=True, got "
            f"{ties[group, row, column]:g} and {ties[group, column, row]:g} between members "
            f"{row + 1} and {column + 1}"
        )
    return np.where(np.isnan(ties), other, ties)


def received_frame(rosters: Rosters) -> pd.DataFrame:
    """Return one row a member: what it receives and gives on average, and whether it answered."""
    columns = [
        {
            "received": kernels.received(stack.values).ravel(),
            "given": kernels.given(stack.values).ravel(),
            "answered": respondents(stack.values).ravel(),
        }
        for stack in rosters.stacks
    ]
    return rosters.by_target("member", columns)
