"""Laws of the variance of one item in groups of any size, small and very large.

Up to some 250 members one pass over members gives the law of every size on the way, exactly.
Beyond, the law comes from its characteristic function on a grid that leaves out less than
1e-15 of the chance (Hoeffding 1963); and where that grid would be too wide, chances are bounded
from above by Berry and Esseen's theorem and Chernoff's bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from collective_use.numerics.groups.discrete import Exact
from collective_use.numerics.types import Floats, Integers

ONE_PASS_CELLS = 1_000_000
"""Largest table of sums by squares that members are added to one at a time."""
GRID_CELLS = 8_000_000
"""Largest grid of the characteristic function."""
TINY = 1e-300
"""No chance is reported as 0."""
_LOST = 1e-15
_GRID_ERROR = 1e-12
_BERRY_ESSEEN = 0.4748
"""Shevtsova 2011, for sums of members alike."""


@dataclass(frozen=True, slots=True)
class VarianceLaw:
    """The law of the variance (divisor n - 1) of n answers, in squared steps.

    Attributes
    ----------
    n
        Members.
    proportions
        (A,) chance of each option.
    law
        The distribution, or None where chances are bounded only.
    how
        ``"exact"``, or ``"bound"`` where a chance is the most that it can be.
    error
        The most by which chances of `law` can be off.
    """

    n: int
    proportions: Floats
    law: Exact | None
    how: str
    error: float = 0.0

    def at_most(self, value: float) -> float:
        """Return the chance of `value` or less, never 0."""
        if self.law is not None and self.error == 0.0:
            return max(self.law.at_most(value), TINY)
        if self.law is not None:
            p = self.law.at_most(value)
            if p > 1e-9:
                return p
            return max(min(p + self.error, chernoff(self.n, self.proportions, value)), TINY)
        p = normal_bound(self.n, self.proportions, value)
        return max(min(p, chernoff(self.n, self.proportions, value)), TINY)

    def critical_low(self, level: float) -> float:
        """Return the greatest value reached from below with chance at most `level`, or NaN."""
        if self.law is not None:
            return self.law.critical_low(level)
        low, high = 0.0, float(len(self.proportions) ** 2)
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.at_most(middle) <= level else (low, middle)
        return low


def variance_laws(sizes: Iterable[int], proportions: Floats) -> Mapping[int, VarianceLaw]:
    """Return the law of the variance for every size.

    Parameters
    ----------
    sizes
        Group sizes of at least 2.
    proportions
        (A,) chance of each option.

    Examples
    --------
    >>> laws = variance_laws([2, 3], np.full(5, 0.2))
    >>> round(laws[2].at_most(0.0), 12), round(laws[3].at_most(0.0), 12)
    (0.2, 0.04)
    """
    wanted = sorted({int(n) for n in sizes})
    p = np.asarray(proportions, float)
    small = [n for n in wanted if _table_cells(n, len(p)) <= ONE_PASS_CELLS]
    laws = {n: VarianceLaw(n, p, law, "exact") for n, law in _one_pass(small, p).items()}
    for n in wanted[len(small) :]:
        shape = _grid(n, len(p))
        if shape[0] * shape[1] <= GRID_CELLS:
            laws[n] = VarianceLaw(n, p, _by_fft(n, p, shape), "exact", _GRID_ERROR)
        else:
            laws[n] = VarianceLaw(n, p, None, "bound")
    return laws


def _steps(options: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], int]:
    """Return options as whole steps about the middle one, and the largest square."""
    steps = np.arange(options, dtype=np.int64) - options // 2
    return steps, int((steps * steps).max())


def _table_cells(n: int, options: int) -> int:
    return (n * (options - 1) + 1) * (n * _steps(options)[1] + 1)


def _one_pass(sizes: list[int], p: Floats) -> dict[int, Exact]:
    steps, top = _steps(len(p))
    width, low = len(p) - 1, int(steps[0])
    wanted, found = set(sizes), {}
    table = np.ones((1, 1))
    for member in range(1, max(sizes, default=0) + 1):
        after = np.zeros((member * width + 1, member * top + 1))
        rows, columns = table.shape
        for step, chance in zip(steps.tolist(), p.tolist(), strict=True):
            if chance > 0:
                part = after[step - low :, step * step :]
                part[:rows, :columns] += chance * table
        table = after
        if member in wanted:
            sums = np.arange(table.shape[0], dtype=np.int64) + member * low
            squares = np.arange(table.shape[1], dtype=np.int64)
            found[member] = _law_of(member, table, sums, squares)
    return found


def _law_of(n: int, table: Floats, sums: Integers, squares: Integers) -> Exact:
    """Return the law of (Q - S²/n) / (n - 1), whose numerators n Q - S² are whole numbers."""
    keys = n * squares[None, :] - sums[:, None] ** 2
    there = (table > 0) & (keys >= 0)
    weights = np.asarray(np.bincount(keys[there], weights=table[there]), dtype=np.float64)
    places = np.flatnonzero(weights)
    return Exact(np.asarray(places / (n * (n - 1.0)), dtype=np.float64), weights[places])


def _grid(n: int, options: int) -> tuple[int, int]:
    _, top = _steps(options)
    reach = 2.0 * np.sqrt(n * np.log(4.0 / _LOST) / 2.0)
    sides = ((options - 1, n * (options - 1) + 1), (top, n * top + 1))
    from scipy.fft import next_fast_len

    lengths = [next_fast_len(int(min(reach * step + 2, full))) for step, full in sides]
    return lengths[0], lengths[1]


def _by_fft(n: int, p: Floats, shape: tuple[int, int]) -> Exact:
    steps, _ = _steps(len(p))
    one = np.zeros(shape)
    np.add.at(one, (steps % shape[0], (steps * steps) % shape[1]), p)
    from scipy import fft

    whole = np.maximum(fft.irfft2(fft.rfft2(one) ** n, s=shape), 0.0)
    sums = _unwrapped(n * float(p @ steps), shape[0])
    squares = _unwrapped(n * float(p @ (steps * steps)), shape[1])
    whole[whole < _LOST / whole.size] = 0.0
    return _law_of(n, whole, sums, squares)


def _unwrapped(middle: float, length: int) -> Integers:
    """Return the value behind each place of a circle of a length, nearest to the middle."""
    first = round(middle) - length // 2
    place = np.arange(length, dtype=np.int64)
    return first + (place - first) % length


def normal_bound(n: int, proportions: Floats, value: float) -> float:
    """Return the most that the chance of a variance of `value` or less can be.

    The variance is at most `value` only if the squares about the expected answer sum to less
    than ``(n - 1) value + n d²``, or the mean is more than d away; the first chance is within
    Berry and Esseen's distance of the normal, the second within Hoeffding's bound.
    """
    place = np.arange(len(proportions))
    squares = (place - proportions @ place) ** 2
    mean = float(proportions @ squares)
    gaps = squares - mean
    sd = float(np.sqrt(proportions @ gaps**2))
    if sd == 0:
        return 1.0
    skew = float(proportions @ np.abs(gaps) ** 3) / sd**3
    width = len(proportions) - 1.0
    d2 = width**2 / (2 * n) * np.log(2.0 / np.array([1e-3, 1e-4, 1e-6, 1e-8]))
    z = ((n - 1) * value + n * d2 - n * mean) / (sd * np.sqrt(n))
    outside = 2.0 * np.exp(-2.0 * n * d2 / width**2)
    chance = special.ndtr(z) + _BERRY_ESSEEN * skew / np.sqrt(n) + outside
    return float(min(1.0, chance.min()))


def chernoff(n: int, proportions: Floats, value: float) -> float:
    """Return Chernoff's bound of the chance of a variance of `value` or less.

    Some centre c of a grid lies within half a mesh of the mean, and the squares about it sum to
    at most ``(n - 1) value + n mesh² / 4``; the bounds of all centres are added.
    """
    place = np.arange(len(proportions), dtype=float)
    centres = np.linspace(0.0, place[-1], 401)
    mesh = centres[1] - centres[0]
    most = (n - 1) * value + n * mesh * mesh / 4.0
    tilt = np.concatenate([[0.0], np.logspace(-3, 3, 61)])
    gaps = (place[None, :] - centres[:, None]) ** 2
    with np.errstate(divide="ignore"):
        chance = np.log(proportions)
    moment = special.logsumexp(chance[None, None, :] - tilt[None, :, None] * gaps[:, None, :], -1)
    bound = (tilt[None, :] * most + n * moment).min(axis=1)
    return float(min(1.0, np.exp(min(0.0, float(special.logsumexp(bound))))))
