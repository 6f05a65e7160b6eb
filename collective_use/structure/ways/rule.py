"""Which way, and what few groups allow: stated rules, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.errors import EstimationError
from collective_use.numerics.structure.between import Between, between_covariances, room
from collective_use.structure.ways.data import Measured

NO_CLAIM = 20
"""Below so many groups no structural claim is made."""

MARGIN = 5.0
"""How far from 1 the `room` that sampling error leaves has to be, in units of ``1 / sqrt(groups)``:
nearer, limits are too wide and tests too careful to be nominal (docs/structure.md)."""

POWER_FIRST = 150
"""Below so many groups power comes before results."""

POWER_GROUPS = (40, 60, 80, 100, 150, 200, 300)
POWER = {
    0.51: (0.03, 0.04, 0.07, 0.13, 0.20, 0.36, 0.65),
    0.68: (0.04, 0.11, 0.18, 0.28, 0.56, 0.71, 0.92),
    0.72: (0.06, 0.17, 0.22, 0.34, 0.66, 0.80, 0.94),
    0.84: (0.09, 0.22, 0.41, 0.55, 0.77, 0.92, 1.00),
}
"""Power of one indirect effect of medium size (a -.33, b .31) by reliability of group values and
number of groups: 600 simulated studies a cell, joint significance at .05 (docs/structure.md)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A way and why it was chosen."""

    way: str
    reason: str


def reliabilities(data: Measured) -> dict[str, float]:
    """Return the share of the variance of group values that is no sampling error, by measure."""
    found = between_covariances(data.parts, np.ones((1, len(data.groups))))
    total, error = np.diag(found.observed[0]), np.diag(found.error[0])
    return {
        name: float(1 - error[j] / total[j])
        for j, name in enumerate(data.names)
        if name in data.sampled
    }


def room_needed(groups: int) -> float:
    """Return the least `room` by which the rule offers a result.

    Parameters
    ----------
    groups
        Groups of the study.

    Examples
    --------
    >>> room_needed(100)
    1.5
    """
    return float(1.0 + MARGIN / np.sqrt(groups))


def choose(data: Measured, *, latent: bool) -> Choice:
    """Return the way that the simulations of docs/structure.md support for these groups.

    Parameters
    ----------
    data
        The groups.
    latent
        Whether the model has latent variables of its own.

    Raises
    ------
    EstimationError
        With fewer than `NO_CLAIM` groups, or where the sampling error of group values leaves
        nothing that covariances could be fitted to, or too little for limits to be nominal.
    """
    G = len(data.groups)
    if G < NO_CLAIM:
        raise EstimationError(few_groups(G))
    if not data.sampled:
        reason = "no value in this model is a mean of members, so none has sampling error"
        return Choice("means", reason)
    found = between_covariances(data.parts, np.ones((1, G)))
    if float(found.kept[0]) < 1:
        raise EstimationError(_too_much_error(data, found))
    left, needed = float(room(found.observed, found.error)[0]), room_needed(G)
    if left < needed:
        raise EstimationError(_too_little_room(data, found, left, needed))
    reason = (
        f"group values are means of about {data.sizes.mean():.0f} members; taking their sampling "
        "error off (with what measures share of it) kept tests and limits right in simulations"
    )
    if latent:
        reason += "; latent variables of the model rest on the corrected measures"
    return Choice("corrected", reason)


def _weakest(data: Measured, found: Between) -> tuple[str, str]:
    """Name the measures whose difference is least reliable, and the least reliable value."""
    left = found.observed[0] - found.error[0]
    scale = np.sqrt(np.diag(found.observed[0]))
    vector = np.linalg.eigh(left / np.outer(scale, scale))[1][:, 0]
    order = [j for j in np.argsort(-np.abs(vector)) if abs(vector[j]) > 0.3]
    name, value = min(reliabilities(data).items(), key=lambda pair: pair[1])
    return ", ".join(data.names[j] for j in order), f"{name}, {value:.2f}"


def _too_much_error(data: Measured, found: Between) -> str:
    """Name what the sampling error of group values leaves nothing of."""
    named, least = _weakest(data, found)
    return (
        "the sampling error of group values is as large as what lies between the groups in some "
        f"direction: once it is taken off, {named} cannot all be told apart (the least reliable "
        f"value is {least}). Ask more members or more groups, or leave one of "
        "them out; way= forces a way, as does `way: ` of the model in the instrument file"
    )


def _too_little_room(data: Measured, found: Between, left: float, needed: float) -> str:
    """Name what the sampling error of group values leaves too little of."""
    named, least = _weakest(data, found)
    return (
        "the sampling error of group values leaves too little for limits that hold what they "
        f"promise: where {named} are told apart, groups differ {left:.2f} times as much as by "
        f"error alone, and {needed:.2f} times is asked for with {len(data.groups)} groups (the "
        f"least reliable value is {least}). Ask more members or more groups, or leave one of them "
        "out; way='corrected' (or `way: corrected` of the model in the instrument file) fits "
        "anyway, with limits that are too wide rather than too narrow"
    )


def few_groups(groups: int) -> str:
    """Say why no structure is fitted, and what can be shown instead."""
    return (
        f"{groups} groups are too few for a structural claim (at least {NO_CLAIM} are asked for): "
        "whether one measure explains another cannot be told. What can be shown: each group's "
        "values with limits (cu.group_values), agreement and reliability (cu.aggregate), and "
        "what groups say about themselves. way='means' (or `way: means` of the "
        "model in the instrument file) fits anyway"
    )


@dataclass(frozen=True, slots=True)
class Power:
    """How likely one medium indirect effect is found.

    Attributes
    ----------
    groups
        Groups of the study.
    share
        Share of such studies that find it; with fewer groups than `POWER_GROUPS` begin with, the
        share there, which is then the most it can be.
    reliability
        Of the line of `POWER` that is nearest.
    needed
        Fewest groups by which 80% find it; None where the table ends before.
    """

    groups: int
    share: float
    reliability: float
    needed: int | None


def below_table(groups: int) -> bool:
    """Tell whether `POWER` begins with more groups: a power read off it is the most it can be.

    Examples
    --------
    >>> below_table(25), below_table(40)
    (True, False)
    """
    return groups < POWER_GROUPS[0]


def power_of(groups: int, reliability: float) -> Power | None:
    """Return how likely a medium indirect effect is found; None from `POWER_FIRST` groups on.

    Parameters
    ----------
    groups
        Groups of the study.
    reliability
        Of group values, on average over measures.

    Examples
    --------
    >>> power_of(60, 0.85)
    Power(groups=60, share=0.22, reliability=0.84, needed=200)
    >>> power_of(25, 0.85).share
    0.09
    """
    if groups >= POWER_FIRST:
        return None
    near = min(sorted(POWER), key=lambda row: abs(row - reliability))
    share = float(np.interp(groups, POWER_GROUPS, POWER[near]))
    needed = next((g for g, p in zip(POWER_GROUPS, POWER[near], strict=True) if p >= 0.8), None)
    return Power(groups, share, near, needed)


def power_note(groups: int, reliability: float) -> str:
    """Say how likely a medium indirect effect is found with so many groups; empty from 150 on.

    Examples
    --------
    >>> power_note(60, 0.85)[:55]
    'Power first: with 60 groups a medium indirect effect is'
    """
    found = power_of(groups, reliability)
    if found is None:
        return ""
    few = f"more than {POWER_GROUPS[-1]} groups"
    need = f"about {found.needed} groups" if found.needed else few
    near = "at most" if below_table(groups) else "about"
    return (
        f"Power first: with {groups} groups a medium indirect effect is found in {near} "
        f"{found.share:.0%} of studies (reliability of group values near "
        f"{found.reliability:.2f}); 80% take {need}. "
        "A limit that includes zero is no evidence against the theory."
    )
