"""Real groups against groups made by chance: random group resampling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.accepted import Labels, Values
from collective_use.checks import valid_seed, whole_number
from collective_use.errors import InputError
from collective_use.groups.inputs import rows_of
from collective_use.numerics.groups import random_groups as kernel
from collective_use.numerics.groups.permutation import random_group_moments
from collective_use.numerics.groups.random_indices import mean_variance
from collective_use.numerics.types import Floats, Integers
from collective_use.results import NotComputed, Result, Table

QUANTILES: tuple[float, ...] = (0.005, 0.01, 0.025, 0.05, 0.10, 0.90, 0.95, 0.975, 0.99, 0.995)


@dataclass(frozen=True)
class RandomGroups(Result):
    """Variance within real groups against that of groups made by shuffling members.

    Attributes
    ----------
    observed
        Mean variance within the real groups of two and more.
    random_mean, random_sd
        Mean and standard deviation of the variances within pseudo-groups, in closed form: what
        shuffling converges to (polykays, Tukey 1950). With fewer than four persons, of shuffles.
    z
        ``(observed - random_mean) / (random_sd / sqrt(G))`` (Bliese & Halverson 1996; Bliese
        2000), negative where members agree more than chance; read against the normal.
    p
        Share of shuffles whose mean variance is as low as the observed one or lower, with one
        added to both counts: no normal distribution supposed. Without shuffles, normal with the
        exact mean and variance of the mean under permutation (Kazi-Aoual et al. 1995).
    p_by
        ``"shuffles"`` or ``"closed form"``.
    groups, repetitions
        G and R.
    quantiles
        Of the variances within pseudo-groups, by their probability. A quantile has no closed
        form: drawn, and empty without shuffles.
    below
        Share of real groups whose variance is under the 5% quantile of pseudo-groups; drawn.

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
    below: float | NotComputed
    p_by: str = "shuffles"

    def to_frame(self) -> pd.DataFrame:
        """Return one row with the comparison."""
        names = (
            "groups", "repetitions", "observed", "random_mean", "random_sd", "z", "p", "p_by",
            "below",
        )  # fmt: skip
        row = {name: getattr(self, name) for name in names}
        return pd.DataFrame([{k: np.nan if isinstance(v, NotComputed) else v
                              for k, v in row.items()}])  # fmt: skip

    def tables(self) -> tuple[Table, ...]:
        """Return the comparison."""
        rows = tuple(self.to_frame().to_dict("records")[0].items())
        return (Table("Random group resampling", ("", "value"), rows),)


def random_groups(
    values: Values, groups: Labels, *, repetitions: int = 1000, seed: int | None = 1
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
        Number of shuffles of all persons, for `p` and the quantiles; 0 leaves them out and
        gives the rest at once.
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
    whole_number("repetitions", repetitions, at_least=0)
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
    x, codes, real = x[known], rows.codes[known], n[n > 1]
    moments = random_group_moments(x, real)
    within = np.sqrt(moments.variances.mean())
    exact = mean_variance(x[:, None], codes, rows.total)
    # Groups of equal answers leave nothing to compare; the reason is the zero spread itself.
    spread = float(within) / np.sqrt(len(real))
    z = (exact.observed - moments.expected) / spread if spread > 0 else float("nan")
    p, marks, below = _drawn(x, codes, rows.total, repetitions, seed)
    return RandomGroups(
        observed=exact.observed,
        random_mean=moments.expected,
        random_sd=float(within),
        z=float(z),
        p=exact.p if p is None else p,
        groups=len(real),
        repetitions=repetitions,
        quantiles=pd.DataFrame({"probability": QUANTILES[: len(marks)], "variance": marks}),
        below=below,
        p_by="closed form" if p is None else "shuffles",
    )


def _drawn(
    x: Floats, codes: Integers, total: int, repetitions: int, seed: int | None
) -> tuple[float | None, Floats, float | NotComputed]:
    """Return what only shuffles tell: the chance, quantiles, and the share of groups below."""
    if not repetitions:
        return None, np.empty(0), NotComputed("quantiles of random groups take shuffles")
    made = kernel.random_groups(x, codes, total, repetitions=repetitions, seed=seed)
    observed = float(made.observed.mean())
    slack = 1e-12 * max(1.0, abs(observed))
    lower = int(np.sum(made.variances.mean(axis=1) <= observed + slack))
    marks = np.quantile(made.variances, QUANTILES)
    below = float(np.mean(made.observed < marks[QUANTILES.index(0.05)]))
    return (lower + 1) / (repetitions + 1), marks, below
