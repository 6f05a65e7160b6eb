"""Real groups against groups made by chance: random group resampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from collective_use.checks import valid_seed, whole_number
from collective_use.errors import InputError
from collective_use.groups.inputs import rows_of
from collective_use.numerics.groups import random_groups as kernel
from collective_use.results import Result, Table

QUANTILES: tuple[float, ...] = (0.005, 0.01, 0.025, 0.05, 0.10, 0.90, 0.95, 0.975, 0.99, 0.995)


@dataclass(frozen=True)
class RandomGroups(Result):
    """Variance within real groups against that of groups made by shuffling members.

    Attributes
    ----------
    observed
        Mean variance within the real groups of two and more.
    random_mean, random_sd
        Mean and standard deviation of the variances within pseudo-groups.
    z
        ``(observed - random_mean) / (random_sd / sqrt(G))`` (Bliese & Halverson 1996; Bliese
        2000), negative where members agree more than chance; read against the normal.
    p
        Share of shuffles whose mean variance is as low as the observed one or lower, with one
        added to both counts: no normal distribution supposed.
    groups, repetitions
        G and R.
    quantiles
        Of the variances within pseudo-groups, by their probability.
    below
        Share of real groups whose variance is under the 5% quantile of pseudo-groups.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.random_groups([1, 1, 2, 5, 5, 4], list("aaabbb"), repetitions=200).groups
    2
    """

    observed: float
    random_mean: float
    random_sd: float
    z: float
    p: float
    groups: int
    repetitions: int
    quantiles: pd.DataFrame
    below: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row with the comparison."""
        names = (
            "groups", "repetitions", "observed", "random_mean", "random_sd", "z", "p", "below",
        )  # fmt: skip
        return pd.DataFrame([{name: getattr(self, name) for name in names}])

    def tables(self) -> tuple[Table, ...]:
        """Return the comparison."""
        rows = tuple(self.to_frame().to_dict("records")[0].items())
        return (Table("Random group resampling", ("", "value"), rows),)


def random_groups(
    values: Any, groups: Any, *, repetitions: int = 1000, seed: int | None = 1
) -> RandomGroups:
    """Compare agreement in real groups with groups of the same sizes made by shuffling.

    Random group resampling (Bliese & Halverson 1996; Bliese 2000): the null is the variance
    that members of different groups have, not one that a response scale could have.

    Parameters
    ----------
    values
        (N,) values; missing ones are left out.
    groups
        (N,) group of each person.
    repetitions
        Number of shuffles of all persons.
    seed
        Seed; the same seed gives the same result.

    Raises
    ------
    InputError
        When fewer than two groups have two answers.

    Examples
    --------
    >>> import collective_use as cu
    >>> result = cu.random_groups([1, 1, 2, 5, 5, 4], list("aaabbb"), repetitions=200)
    >>> result.observed < result.random_mean
    True
    """
    whole_number("repetitions", repetitions, at_least=2)
    valid_seed(seed)
    rows = rows_of(values, groups, single=True)
    x = rows.values[:, 0].astype(float)
    known = ~np.isnan(x)
    n = np.bincount(rows.codes[known], minlength=rows.total)
    if int((n > 1).sum()) < 2:
        raise InputError(
            "groups must be at least two with two answers each, got "
            f"{int((n > 1).sum())} of {rows.total}"
        )
    made = kernel.random_groups(
        x[known], rows.codes[known], rows.total, repetitions=repetitions, seed=seed
    )
    real, chance = made.observed, made.variances
    centre, spread = float(chance.mean()), float(chance.std(ddof=1))
    means = chance.mean(axis=1)
    observed = float(real.mean())
    # Groups of equal answers leave nothing to compare; the reason is the zero spread itself.
    z = (observed - centre) / (spread / np.sqrt(len(real))) if spread > 0 else float("nan")
    slack = 1e-12 * max(1.0, abs(observed))
    marks = np.quantile(chance, QUANTILES)
    return RandomGroups(
        observed=observed,
        random_mean=centre,
        random_sd=spread,
        z=float(z),
        p=float((np.sum(means <= observed + slack) + 1) / (repetitions + 1)),
        groups=len(real),
        repetitions=repetitions,
        quantiles=pd.DataFrame({"probability": QUANTILES, "variance": marks}),
        below=float(np.mean(real < marks[QUANTILES.index(0.05)])),
    )
