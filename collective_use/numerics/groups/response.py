"""What silent members could have made of a group: sharp bounds, and what if they differ by d."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.types import Floats


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lower and upper ends, (G,) each, reached by some answers of the silent members."""

    low: Floats
    high: Floats


def mean_bounds(n: Floats, silent: Floats, means: Floats, low: float, high: float) -> Bounds:
    """Return sharp bounds of group means, whatever the silent members would have answered.

    Parameters
    ----------
    n, silent
        (G,) members who answered, and who did not.
    means
        (G,) means of those who answered.
    low, high
        Ends of the scale.

    References
    ----------
    Manski (1989), Journal of Human Resources 24:343 (bounds without assumptions).

    Examples
    --------
    >>> found = mean_bounds(np.array([3.0]), np.array([1.0]), np.array([4.0]), 1, 5)
    >>> found.low.tolist(), found.high.tolist()
    ([3.25], [4.25])
    """
    whole = n + silent
    with np.errstate(invalid="ignore", divide="ignore"):
        return Bounds((n * means + silent * low) / whole, (n * means + silent * high) / whole)


def variance_bounds(
    n: Floats,
    silent: Floats,
    means: Floats,
    deviations: Floats,
    low: float,
    high: float,
    step: float,
) -> Bounds:
    """Return sharp bounds of variances (divisor n - 1) over all members.

    The variance is largest with the silent members at the two ends, k of them at the upper one;
    as a function of k it is a parabola, so the best k is next to its vertex. It is least with
    all of them on one answer next to the mean of the others.

    Parameters
    ----------
    n, silent, means
        As in `mean_bounds`.
    deviations
        (G,) sums of squared deviations of those who answered.
    low, high
        Ends of the scale.
    step
        Distance of neighbouring answers; 0 where any number is an answer.

    Examples
    --------
    >>> one = np.array([2.0]), np.array([1.0]), np.array([3.0]), np.array([2.0])
    >>> found = variance_bounds(*one, 1, 5, 1)
    >>> found.low.tolist(), found.high.round(4).tolist()
    ([1.0], [2.3333])
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        width = high - low
        mean = means - low
        vertex = (n + silent) / 2.0 - n * mean / width
        best = np.full(np.shape(n), -np.inf)
        for k in (np.floor(vertex), np.ceil(vertex)):
            k = np.clip(k, 0.0, silent)
            best = np.fmax(best, _joined(n, silent, mean, deviations, k * width, k * width**2))
        least = np.full(np.shape(n), np.inf)
        places = (mean,) if step <= 0 else (
            np.floor(mean / step + 1e-9) * step, np.ceil(mean / step - 1e-9) * step
        )  # fmt: skip
        for place in places:
            first, second = silent * place, silent * place**2
            least = np.fmin(least, _joined(n, silent, mean, deviations, first, second))
        enough = n + silent > 1
        return Bounds(
            np.where(enough & np.isfinite(least), least, np.nan),
            np.where(enough & np.isfinite(best), best, np.nan),
        )


def _joined(
    n: Floats,
    silent: Floats,
    mean: Floats,
    deviations: Floats,
    sums: Floats,
    squares: Floats,
) -> Floats:
    """Return the variance of those who answered and others given by sum and sum of squares."""
    whole = n + silent
    total = n * mean + sums
    spread = deviations + n * mean**2 + squares - total**2 / whole
    return np.asarray(np.maximum(spread, 0.0) / (whole - 1.0))


def variance_if_silent_differ(
    variances: Floats,
    response: Floats,
    members: Floats,
    gap: float | Floats,
    ratio: float | Floats = 1.0,
) -> Floats:
    """Return the expected variance (divisor N - 1) over all N members if the silent differ.

    ``s² (p + (1 - p) ratio) + p (1 - p) gap² N / (N - 1)``: those who answered and the silent
    are two samples whose means lie `gap` apart. Exact in expectation at every N. Derived here;
    the question is that of Newman & Sin (2009, Organizational Research Methods 12:113), who
    describe systematic nonresponse by the difference of the two means.

    Parameters
    ----------
    variances
        (G,) variances of those who answered.
    response
        (G,) share p of members who answered.
    members
        (G,) members N.
    gap
        Mean of the silent less that of the others, in units of the answers.
    ratio
        Variance of the silent over that of the others.

    Examples
    --------
    >>> one = np.array([1.0]), np.array([0.5]), np.array([4.0])
    >>> variance_if_silent_differ(*one, 1.5).tolist()
    [1.75]
    """
    p, whole = np.asarray(response, float), np.asarray(members, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.where(whole > 1, p * (1.0 - p) * gap**2 * whole / (whole - 1.0), 0.0)
    return np.asarray(variances * (p + (1.0 - p) * ratio) + apart)


def icc_if_silent_differ(
    tau2: float, sigma2: float, response: Floats, members: Floats, gap: float, ratio: float = 1.0
) -> tuple[float, float]:
    """Return ICC(1) and ICC(2) of all members if the silent differ in every group by `gap`.

    From the expected mean squares: within groups the mean of `variance_if_silent_differ`;
    between them N times the variance of group means, which the silent move by (1 - p) gap.
    Where as many answer in every group, that variance stays what it was. Derived here; exact in
    expectation of the mean squares for groups of one size, with the mean size otherwise.

    Parameters
    ----------
    tau2, sigma2
        Variance between groups and within them, of those who answered.
    response, members, gap, ratio
        As in `variance_if_silent_differ`.

    Examples
    --------
    >>> half, eight = np.full(2, 0.5), np.full(2, 8.0)
    >>> [round(x, 4) for x in icc_if_silent_differ(0.25, 1.0, half, eight, 0.0)]
    [0.2, 0.6667]
    """
    p, whole = np.asarray(response, float), float(np.mean(members))
    spread = np.full(len(p), sigma2)
    within = float(variance_if_silent_differ(spread, p, members, gap, ratio).mean())
    moved = float(np.var(p, ddof=1)) * gap**2 if len(p) > 1 else 0.0
    single = sigma2 * float((p + (1.0 - p) * ratio).mean())
    between = whole * (tau2 + moved) + single
    total = between + (whole - 1.0) * within
    if not (total > 0 and between > 0):
        return float("nan"), float("nan")
    return (between - within) / total, (between - within) / between
