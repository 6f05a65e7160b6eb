"""Survey weights: weighted group means and a design-based intraclass correlation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from collective_use.errors import InputError
from collective_use.numerics.groups.statistics import sum_by
from collective_use.numerics.types import Floats, Integers


@dataclass(frozen=True, slots=True)
class Weighted:
    """Weighted statistics of G groups.

    Attributes
    ----------
    n, weight, means
        (G,) answers, sum of weights and weighted mean (NaN where nobody answered).
    icc1
        Design-based ICC(1).
    low, high
        Its jackknife limits, NaN with fewer than three groups of two.
    """

    n: Integers
    weight: Floats
    means: Floats
    icc1: float
    low: float
    high: float


def weighted_icc(
    values: Floats, weights: Floats, codes: Integers, n_groups: int, confidence: float
) -> Weighted:
    """Return weighted means and the correlation of pairs of members, weighted by w_i w_j.

    ``ρ = Σ_g Σ_{i≠j} w_i w_j d_i d_j / Σ_g Σ_{i≠j} w_i w_j / (Σ w d² / Σ w)`` with d the
    deviation from the weighted grand mean: Fisher's (1925) pairwise correlation with each pair
    counted by its weight, which estimates the same correlation in the population when members
    of a group were drawn independently. Limits: delete one group at a time, t with G - 1
    degrees of freedom.

    Raises
    ------
    InputError
        When a weight is missing or not above zero.
    """
    if not (np.all(np.isfinite(weights)) and np.all(weights > 0)):
        raise InputError("weights must be numbers above zero for every person")
    known = ~np.isnan(np.asarray(values, float))
    y, w, g = np.asarray(values, float)[known], weights[known], np.asarray(codes)[known]
    n = np.bincount(g, minlength=n_groups)
    origin = float(y[0]) if len(y) else 0.0
    y = y - origin
    total = sum_by(g, w, n_groups)
    first = sum_by(g, w * y, n_groups)
    means = np.divide(first, total, out=np.full(n_groups, np.nan), where=total > 0)
    sums = np.column_stack(
        [
            total,
            first,
            sum_by(g, w * y * y, n_groups),
            sum_by(g, w * w, n_groups),
            sum_by(g, w * w * y, n_groups),
            sum_by(g, w * w * y * y, n_groups),
        ]
    )[n > 0]
    pairs = np.column_stack([sums[:, 0] ** 2, sums[:, 0] * sums[:, 1], sums[:, 1] ** 2])
    table = np.column_stack([sums, pairs])
    whole = table.sum(axis=0)
    estimate = float(_from_sums(whole[None, :])[0])
    low = high = float("nan")
    groups = len(table)
    if int((n > 1).sum()) >= 3 and np.isfinite(estimate):
        without = _from_sums(whole - table)
        centre = without.mean()
        error = np.sqrt((groups - 1) / groups * np.sum((without - centre) ** 2))
        reach = float(special.stdtrit(groups - 1, 0.5 + confidence / 2.0)) * float(error)
        low, high = estimate - reach, estimate + reach
    return Weighted(n, total, means + origin, estimate, low, high)


def _from_sums(s: Floats) -> Floats:
    """Return the pairwise correlation from rows of the nine sums over groups."""
    w, wy, wyy, ww, wwy, wwyy, pw, pwy, pyy = s.T
    base = np.where(w > 0, w, 1.0)
    mean = wy / base
    variance = wyy / base - mean * mean
    products = (pyy - 2 * mean * pwy + mean * mean * pw) - (
        wwyy - 2 * mean * wwy + mean * mean * ww
    )
    pairs = pw - ww
    good = (pairs > 0) & (variance > 0)
    bottom = np.where(good, pairs * variance, 1.0)
    return np.where(good, products / bottom, np.nan)
