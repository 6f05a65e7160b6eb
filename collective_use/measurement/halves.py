"""Two parts of the persons: one to explore, one to check, no group in both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from collective_use.errors import InputError
from collective_use.measurement.answers import Answers

FEWEST = 20
"""Persons of a part below which nothing can be checked."""


def split_by_group(
    answers: Answers, share: float, seed: int | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return (N,) who is explored and who is held back; whole groups where there are groups.

    Parameters
    ----------
    answers
        Items of persons; those without a group are in neither part.
    share
        Of the groups (or persons) held back.
    seed
        Of the draw.

    Raises
    ------
    InputError
        When a part has fewer than 20 persons.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from collective_use.measurement.answers import answers_of
    >>> data = pd.DataFrame({"a": np.arange(60.0), "team": np.repeat(np.arange(6), 10)})
    >>> first, held = split_by_group(answers_of(data, "team"), 0.5, 1)
    >>> int(held.sum()), bool((first & held).any())
    (30, False)
    """
    rng = np.random.default_rng(seed)
    units = np.arange(len(answers.values)) if answers.groups is None else answers.codes()[0]
    labels = np.unique(units[units >= 0])
    chosen = rng.permutation(labels)[: max(1, round(share * len(labels)))]
    held = np.isin(units, chosen)
    first = ~held & (units >= 0)
    if min(int(first.sum()), int(held.sum())) < FEWEST:
        raise InputError(
            f"data must have at least {FEWEST} persons in both parts of the split, got "
            f"{int(first.sum())} and {int(held.sum())}"
        )
    return first, held
