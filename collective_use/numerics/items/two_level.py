"""Reliability of a scale whose items vary within and between groups.

Lai (2021, Psychological Methods 26:90) tells three reliabilities apart: of what members say
beside their group (within), of the sum over both levels when the construct means the same at
both (configural), and of a group's mean as a measure of what its members share (shared).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_use.errors import InputError
from collective_use.numerics.types import Floats


@dataclass(frozen=True, slots=True)
class TwoLevelReliability:
    """Reliability of a sum (or mean) of J items in groups.

    Attributes
    ----------
    within
        Of deviations from the group's mean.
    between
        Of group means that were known without sampling of members.
    configural
        Of the observed sum, the same construct at both levels.
    shared
        Of the observed group mean of n members, as a measure of the shared construct.
    raters
        Of the observed group mean over samples of members alone (interrater reliability).
    """

    within: float
    between: float
    configural: float
    shared: float
    raters: float


def harmonic_size(sizes: ArrayLike) -> float:
    """Return the harmonic mean of group sizes, the n of a typical group's mean.

    Source: Lai (2021), on groups of unequal sizes.

    Parameters
    ----------
    sizes
        (G,) members a group, each at least 1.

    Examples
    --------
    >>> harmonic_size([2, 6])
    3.0
    """
    n = np.asarray(sizes, float)
    if n.ndim != 1 or not len(n) or not bool((n >= 1).all()):
        raise InputError("group sizes must be a list of numbers of at least 1")
    return float(len(n) / np.sum(1.0 / n))


def two_level_omega(
    common_within: float,
    common_between: float,
    within: ArrayLike,
    between: ArrayLike,
    size: float,
) -> TwoLevelReliability:
    """Return composite reliabilities from a factor at each level.

    With C the common variance of the sum and S the variance of the sum, at levels w and b:
    within ``Cw / Sw``, between ``Cb / Sb``, configural ``(Cw + Cb) / (Sw + Sb)``, shared
    ``Cb / (Sb + Sw / n)``, raters ``Sb / (Sb + Sw / n)``. Source: Lai (2021).

    Parameters
    ----------
    common_within, common_between
        Squared sum of the loadings times the factor's variance, by level.
    within, between
        (J, J) covariances of the items by level: implied by the model, or unrestricted.
    size
        Members behind a group's mean, see `harmonic_size`.

    Examples
    --------
    >>> w, b = [[1.0, 0.5], [0.5, 1.0]], [[0.4, 0.3], [0.3, 0.4]]
    >>> r = two_level_omega(2.0, 1.2, w, b, 5.0)
    >>> round(r.within, 4), round(r.configural, 4), round(r.shared, 4), round(r.raters, 4)
    (0.6667, 0.7273, 0.6, 0.7)
    """
    Sw, Sb = _pair(within, between)
    w, b = float(Sw.sum()), float(Sb.sum())
    if not size > 0:
        raise InputError(f"the size of a group must be above 0, got {size}")
    mean = b + w / size
    return TwoLevelReliability(
        within=_share(common_within, w),
        between=_share(common_between, b),
        configural=_share(common_within + common_between, w + b),
        shared=_share(common_between, mean),
        raters=_share(b, mean),
    )


def two_level_alpha(within: ArrayLike, between: ArrayLike, size: float) -> TwoLevelReliability:
    """Return alpha by level, over both levels and of group means.

    `two_level_omega` with ``J / (J - 1)`` times the sum of the covariances between different
    items as the common variance. Source: Geldhof, Preacher & Zyphur (2014, Psychological Methods
    19:72) by level; Lai (2021) over both levels and of group means.

    Parameters
    ----------
    within, between
        (J, J) covariances of the items by level, two items or more.
    size
        Members behind a group's mean, see `harmonic_size`.

    Examples
    --------
    >>> w, b = [[1.0, 0.5], [0.5, 1.0]], [[0.4, 0.3], [0.3, 0.4]]
    >>> r = two_level_alpha(w, b, 5.0)
    >>> round(r.within, 4), round(r.between, 4), round(r.configural, 4), round(r.shared, 4)
    (0.6667, 0.8571, 0.7273, 0.6)
    """
    Sw, Sb = _pair(within, between)
    factor = len(Sw) / (len(Sw) - 1)
    common = [factor * float(S.sum() - np.trace(S)) for S in (Sw, Sb)]
    return two_level_omega(common[0], common[1], Sw, Sb, size)


def _pair(within: ArrayLike, between: ArrayLike) -> tuple[Floats, Floats]:
    Sw, Sb = np.asarray(within, float), np.asarray(between, float)
    if Sw.ndim != 2 or Sw.shape != Sb.shape or Sw.shape[0] != Sw.shape[1] or len(Sw) < 2:
        raise InputError(
            "the covariances within and between must be square and of the same two or more items, "
            f"got {Sw.shape} and {Sb.shape}"
        )
    return Sw, Sb


def _share(part: float, whole: float) -> float:
    """NaN when there is no variance to share out."""
    return part / whole if whole > 0 else float("nan")
