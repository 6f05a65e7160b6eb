"""Mean rwg(j), AD and awg of real groups against random groups of the same sizes.

The mean over groups of r*wg(j) is linear in variances, so its law under permutation has a closed
form. rwg(j) bends the mean variance, AD takes absolute values and awg a ratio: they have none, and
their means are drawn, whole surveys at a time, so that what one random group gains another loses
as it does in the closed form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from collective_use.numerics.groups import agreement
from collective_use.numerics.groups.permutation import permutation_variance
from collective_use.numerics.groups.spreads import Places, Scale, columns_of, spreads_of
from collective_use.numerics.types import Floats, Integers

DRAWN: tuple[str, ...] = ("rwg_j", "ad_mean", "awg")
"""The indices that have no closed form, in the order of `drawn_means`."""

MOST, FEWEST = 200, 10
"""Draws for small and for very large surveys."""

_CELLS = 1_000_000
"""Answers that are drawn again in all, before `FEWEST` has its say."""

_BLOCK = 1 << 17


@dataclass(frozen=True, slots=True)
class Comparison:
    """A mean over groups beside what it is in random groups.

    Attributes
    ----------
    observed, expected, sd
        The mean over real groups, over random ones, and its standard deviation there.
    z
        ``(observed - expected) / sd``; NaN where random groups do not vary.
    p
        Chance that random groups agree as much or more.
    draws
        Random surveys behind it; 0 for a closed form.
    """

    observed: float
    expected: float
    sd: float
    z: float
    p: float
    draws: int


def number_of_draws(persons: int, items: int, most: int = MOST) -> int:
    """Return how many random surveys are drawn: fewer of large ones, which vary little.

    Examples
    --------
    >>> number_of_draws(300, 5), number_of_draws(100_000, 5), number_of_draws(300, 5, most=50)
    (200, 10, 50)
    """
    afforded = _CELLS // max(1, persons * items)
    return min(most, max(FEWEST, min(MOST, afforded)))


def mean_variance(ratios: Floats, codes: Integers, n_groups: int) -> Comparison:
    """Compare the mean over groups of the mean item variance, in closed form.

    Parameters
    ----------
    ratios
        (N, J) answers in units of the root of the null variance, none missing, so that the mean
        item variance is 1 - r*wg(j).
    codes
        (N,) groups; those of one person are left out of the mean.
    n_groups
        G.

    Returns
    -------
    Comparison
        NaN where fewer than two groups have two persons, or fewer than four persons are there.

    Examples
    --------
    >>> x = np.array([1.0, 1, 2, 5, 5, 4, 3, 3, 3])[:, None]
    >>> found = mean_variance(x, np.repeat([0, 1, 2], 3), 3)
    >>> round(found.observed, 3), round(found.expected, 3), round(found.z, 2), found.p < 0.05
    (0.222, 2.25, -3.3, True)
    """
    J = ratios.shape[1]
    y = ratios - ratios.mean(axis=0)
    y /= np.sqrt(J)
    n = np.bincount(codes, minlength=n_groups)
    total = y.T @ y
    squares = float(np.sum(np.einsum("ij,ij->i", y, y) ** 2))
    del y
    slider = Scale(float(ratios.min()), float(ratios.max()))
    columns = columns_of(ratios, [slider] * J)
    each = spreads_of(columns, codes[None], n_groups, [slider] * J).variances[:, 0].mean(axis=0)
    return mean_variance_of_sums(n, each, total, squares)


def mean_variance_of_sums(
    sizes: Integers, each: Floats, total: Floats, squares: float
) -> Comparison:
    """Compare the mean over groups of the mean item variance, from sums.

    Parameters
    ----------
    sizes
        (G,) persons of each group; those of one person are left out of the mean.
    each
        (G,) mean item variance in units of the null variance, NaN below two persons.
    total
        (J, J) sums of products about the means over all persons, in units of J null variances.
    squares
        Sum over persons of the square of their squared distance from the mean, in those units.

    Examples
    --------
    >>> found = mean_variance_of_sums(np.array([2, 2]), np.array([0.0, 0.0]),
    ...     np.array([[16.0]]), 64.0)
    >>> found.observed, round(found.expected, 3)
    (0.0, 5.333)
    """
    N = int(np.sum(sizes))
    n = np.asarray(sizes, float)
    n = n[n > 1]
    G = len(n)
    trace = float(np.trace(total))
    if G < 2 or N < 4 or not trace > 0:
        nan = float("nan")
        return Comparison(nan, nan, nan, nan, nan, 0)
    observed = float(each[~np.isnan(each)].mean())
    first = (trace, float(np.sum(total * total)), squares)
    second = (1.0, float(np.sum(1.0 / (n - 1.0))) / G**2, float(np.sum(1.0 / n)) / G**2)
    sd = float(np.sqrt(max(permutation_variance(N, first, second), 0.0)))
    expected = trace / (N - 1.0)
    z = (observed - expected) / sd if sd > 0 else float("nan")
    return Comparison(observed, expected, sd, z, float(special.ndtr(z)), 0)


def drawn_means(
    answers: Floats,
    codes: Integers,
    n_groups: int,
    scales: Sequence[Scale],
    null_variances: Floats,
    *,
    draws: int,
    seed: int | None = 1,
) -> dict[str, Comparison]:
    """Compare the mean rwg(j), AD and awg with those of random groups, by drawing.

    Parameters
    ----------
    answers
        (N, J) answers, NaN for missing: a person is exchanged with the own gaps.
    codes
        (N,) groups.
    n_groups
        G.
    scales
        (J,) of the items.
    null_variances
        (J,) variances of the null distribution, in units of answers.
    draws
        Random surveys, at least two.
    seed
        Their seed.

    Returns
    -------
    dict
        By the names in `DRAWN`. The chance is Student's, with one degree of freedom fewer than
        draws, so that few draws give cautious chances.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = np.clip(np.rint(3 + np.repeat(rng.normal(size=20), 6)[:, None]
    ...     + rng.normal(size=(120, 3))), 1, 5)
    >>> found = drawn_means(x, np.repeat(np.arange(20), 6), 20,
    ...     [Scale(1, 5, np.arange(1.0, 6))] * 3, np.full(3, 2.0), draws=50)
    >>> found["ad_mean"].observed < found["ad_mean"].expected, found["awg"].p < 0.01
    (True, True)
    """
    rng = np.random.default_rng(seed)
    order = _order(answers, codes)
    answers, codes = answers[order], codes[order]
    columns = columns_of(answers, scales)
    height = max(1, _BLOCK // max(1, answers.size))
    del answers
    real = _means(columns, codes[None], n_groups, scales, null_variances)[0]
    made = np.empty((draws, len(DRAWN)))
    for start in range(0, draws, height):
        rows = min(height, draws - start)
        shuffled = rng.permuted(np.broadcast_to(codes, (rows, len(codes))), axis=1)
        made[start : start + rows] = _means(columns, shuffled, n_groups, scales, null_variances)
    return {name: _compared(name, real[i], made[:, i]) for i, name in enumerate(DRAWN)}


def _order(answers: Floats, codes: Integers) -> Integers:
    """Return an order of persons by group and answers, so that the order of rows has no say."""
    weights = np.sqrt(np.arange(2.0, 2.0 + answers.shape[1]))
    key = np.where(np.isnan(answers), -np.pi, answers) @ weights
    return np.lexsort((key, codes))


def _means(
    columns: Sequence[Floats | Places], codes: Integers, G: int, scales: Sequence[Scale],
    null_variances: Floats,
) -> Floats:  # fmt: skip
    """Return (R, 3) means over groups of rwg(j), AD and awg, for (R, N) groups."""
    found = spreads_of(columns, codes, G, scales)
    rwg_j = agreement.rwg_j(
        _over_items(found.variances / null_variances[:, None, None]), len(scales)
    )
    low = np.array([scale.low for scale in scales])[:, None, None]
    high = np.array([scale.high for scale in scales])[:, None, None]
    shares = agreement.awg_of(found.n, found.means, found.variances, low, high)
    parts = [rwg_j, _over_items(found.deviations), _over_items(shares)]
    return np.column_stack([_over_items(part.T) for part in parts])


def _over_items(values: Floats) -> Floats:
    """Return means over the first axis of what is known."""
    known = ~np.isnan(values)
    number = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.divide(total, number, out=np.full(number.shape, np.nan), where=number > 0)


def _compared(name: str, real: float, made: Floats) -> Comparison:
    made = made[~np.isnan(made)]
    R = len(made)
    if R < 2 or np.isnan(real):
        nan = float("nan")
        return Comparison(float(real), nan, nan, nan, nan, R)
    expected, sd = float(made.mean()), float(made.std(ddof=1))
    if not sd > 0:
        return Comparison(float(real), expected, 0.0, float("nan"), float("nan"), R)
    z = (real - expected) / sd
    more = z if name == "ad_mean" else -z
    p = float(special.stdtr(R - 1, more / np.sqrt(1.0 + 1.0 / R)))
    return Comparison(float(real), expected, sd, float(z), p, R)
