"""Partner organisations across groups: errors that allow for them, and the fit without each.

References
----------
Cameron, Gelbach & Miller (2011), Journal of Business & Economic Statistics 29:238 (two crossed
clusters); Efron & Tibshirani (1993), An introduction to the bootstrap, chapter 11 (jackknife).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from collective_use.errors import EstimationError, InputError
from collective_use.numerics.structure.between import (
    Between,
    between_covariances,
    group_parts,
    jackknife,
    without_error,
)
from collective_use.numerics.types import Bools, Floats, Ints
from collective_use.structure.ways.data import Measured

Refit = Callable[[Floats], Floats]
"""From covariances (R, J, J) to estimates (R, q)."""


@dataclass(frozen=True, slots=True)
class Crossed:
    """Covariance of the estimates with groups and partners as crossed clusters.

    Attributes
    ----------
    covariance
        (q, q); negative directions of the sum are set to zero.
    partners
        Number of partner organisations.
    shared
        How many of them sit in more than one group.
    """

    covariance: Floats
    partners: int
    shared: int


def crossed_errors(
    data: Measured, order: Sequence[int], refit: Refit, by_group: Floats, *, corrected: bool
) -> Crossed:
    """Return errors that allow for members of one organisation being alike in several groups.

    Parameters
    ----------
    data
        With partners.
    order
        Places of the model's variables among the measures.
    refit
        Fits the model to covariances.
    by_group
        Covariance from leaving each group out (q, q).
    corrected
        Whether sampling error is taken off.

    Raises
    ------
    InputError
        When no one's organisation is known.
    EstimationError
        When fits without an organisation fail.
    """
    partners = _partners(data)
    cells = partners * len(data.groups) + data.codes
    seen = {int(p): set(data.codes[np.equal(partners, p)].tolist()) for p in np.unique(partners)}
    shared = sum(len(groups) > 1 for groups in seen.values())
    parts = []
    for codes in (partners, cells):
        S = _without_each(data, codes, corrected=corrected)[:, order][:, :, order]
        theta = refit(S)
        if np.isnan(theta).any():
            raise EstimationError("fits without one organisation failed: leave partners out")
        parts.append(jackknife(theta))
    values, vectors = np.linalg.eigh(by_group + parts[0] - parts[1])
    covariance = (vectors * np.clip(values, 0, None)) @ vectors.T
    return Crossed(np.asarray(covariance), len(seen), shared)


def _partners(data: Measured) -> Ints:
    if data.partners is None:
        raise InputError(
            "partners=True needs to know who sends whom: a column 'partner' of the members"
        )
    # who has no organisation stands alone
    alone = data.partners < 0
    own = data.partners.copy()
    own[alone] = own.max(initial=0) + 1 + np.arange(int(alone.sum()))
    return own


def _without_each(data: Measured, codes: Ints, *, corrected: bool) -> Floats:
    """Return covariances without the members of each code (R, J, J)."""
    out = []
    for code in np.unique(codes):
        found = _covariance(data, np.not_equal(codes, code))
        out.append(found.corrected[0] if corrected else found.observed[0])
    return np.array(out)


def _covariance(data: Measured, keep: Bools) -> Between:
    parts = group_parts(data.persons[keep], data.codes[keep], len(data.groups), data.limits)
    means = parts.means.copy()
    exact = np.array([j for j, n in enumerate(data.names) if n in data.exact], dtype=np.intp)
    means[:, exact] = data.parts.means[:, exact]
    # a group whose only members are left out is left out too
    known = np.asarray(~np.isnan(means).any(axis=1))
    means[~known] = 0.0
    own = without_error(replace(parts, means=means), exact)
    return between_covariances(own, known[None, :].astype(float))


def names_of_partners(data: Measured) -> tuple[int, ...]:
    """Return the codes of organisations that sit in more than one group."""
    where: dict[int, set[int]] = {}
    for partner, group in zip(_partners(data).tolist(), data.codes.tolist(), strict=True):
        where.setdefault(partner, set()).add(group)
    return tuple(sorted(partner for partner, groups in where.items() if len(groups) > 1))


def covariance_without(data: Measured, partner: int, *, corrected: bool) -> Floats:
    """Return covariances between groups without the members of one organisation (J, J)."""
    found = _covariance(data, np.not_equal(_partners(data), partner))
    return np.asarray(found.corrected[0] if corrected else found.observed[0])
