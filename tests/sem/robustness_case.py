"""What a broken fit is, for the cases of one level and of the other kinds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "parity" / "sem"))

from sem_models import HS

Make = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Trouble:
    """One way to break a fit.

    Attributes
    ----------
    what
        In words.
    make
        Turns Holzinger and Swineford's data into troubled ones.
    kind
        Class of the error or of the warnings expected.
    says
        What the message has to hold: the variable or group, and the cause.
    model, options
        What is fitted.
    converges, admissible
        Of a fit that warns; None for an error.
    edge
        Whether more is said on some machines than on others: the page shows what `kind` says.
    """

    what: str
    make: Make
    kind: str
    says: tuple[str, ...]
    model: str = HS
    options: dict[str, Any] = field(default_factory=dict)
    converges: bool | None = None
    admissible: bool | None = None
    edge: bool = False


def same(d: pd.DataFrame) -> pd.DataFrame:
    """Return the data as they are."""
    return d


def noise(d: pd.DataFrame, size: float) -> pd.Series:
    """Draw small noise, one number a case."""
    return pd.Series(np.random.default_rng(1).normal(size=len(d)) * size, index=d.index)
