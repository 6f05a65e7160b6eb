"""What the social relations model says of components, groups and persons, by either method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.groups.mixed.ratings import Ratings
from collective_use.numerics.groups.mixed.relations_likelihood import GroupRatings, Solved
from collective_use.numerics.groups.mixed.relations_model import RelationsModel, fit_relations
from collective_use.numerics.groups.mixed.round_robin import (
    effect_weights,
    errors_between,
    mean_error,
    round_robin,
)
from collective_use.numerics.types import Floats


@dataclass(frozen=True)
class Parts:
    """Numbers of either method in one shape.

    Attributes
    ----------
    components, errors, between_errors
        (6,) the five components and the variance between groups; errors by theory, and from how
        groups differ (closed forms only, else NaN).
    log_likelihood
        NaN for closed forms.
    mu, mu_variance
        Mean of groups and its variance.
    means, mean_errors
        (G,) mean of each group and its sampling variance.
    actor, partner
        (persons,) effects of all groups, one after the other.
    actor_reliability, partner_reliability
        Of these effects.
    notes
        What a reader has to know.
    """

    components: Floats
    errors: Floats
    between_errors: Floats
    log_likelihood: float
    mu: float
    mu_variance: float
    means: Floats
    mean_errors: Floats
    actor: Floats
    partner: Floats
    actor_reliability: float
    partner_reliability: float
    notes: tuple[str, ...]


def by_anova(ratings: Ratings) -> Parts:
    """Return closed forms, pooled over groups by n - 1 (complete round robins)."""
    found = [round_robin(_matrix(g)) for g in ratings.ratings]
    sizes = np.array([one.size for one in found], float)
    weights = (sizes - 1.0) / (sizes - 1.0).sum()
    pooled = weights @ np.array([one.components for one in found])
    errors = np.sqrt(weights**2 @ np.array([one.errors for one in found]) ** 2)
    others = errors_between(np.array([one.components for one in found]), sizes)
    means = np.array([one.mean for one in found])
    between, between_error, mean_errors = _between(means, pooled, sizes)
    mu, mu_variance = _grand_mean(means, max(between, 0.0) + mean_errors)
    reliabilities = pooled_reliability(pooled, float(sizes.mean()))
    return Parts(
        np.append(pooled, between), np.append(errors, between_error),
        np.append(others, np.nan), np.nan, mu, mu_variance,
        means, mean_errors, np.concatenate([one.actor for one in found]),
        np.concatenate([one.partner for one in found]), *reliabilities,
        ("Closed forms of complete round robins, pooled over groups by n - 1.",),
    )  # fmt: skip


def pooled_reliability(components: Floats, size: float) -> tuple[float, float]:
    """Return the reliabilities of actor and partner effects in a round robin of `size` persons.

    Examples
    --------
    >>> import numpy as np
    >>> pooled_reliability(np.array([1.0, 0.5, 1.0, 0.0, 0.0]), 4)
    (0.7272727272727273, 0.5714285714285714)
    """
    own, other = effect_weights(size)
    error = own * components[2] + other * components[4]
    share = [
        float(part / (part + error)) if part > 0 and part + error > 0 else np.nan
        for part in components[:2]
    ]
    return share[0], share[1]


def _matrix(g: GroupRatings) -> Floats:
    x = np.full((g.persons, g.persons), np.nan)
    x[g.actor, g.partner] = g.y
    return x


def _between(means: Floats, pooled: Floats, sizes: Floats) -> tuple[float, float, Floats]:
    errors = np.array([mean_error(pooled, float(n)) for n in sizes])
    if len(means) < 2:
        return np.nan, np.nan, errors
    spread = float(means.var(ddof=1))
    return spread - float(errors.mean()), spread * np.sqrt(2.0 / (len(means) - 1)), errors


def _grand_mean(means: Floats, variances: Floats) -> tuple[float, float]:
    if not (variances > 0).all():
        return float(means.mean()), np.nan
    weight = 1.0 / variances
    return float(weight @ means / weight.sum()), float(1.0 / weight.sum())


def by_likelihood(ratings: Ratings, method: str) -> Parts:
    """Return REML or ML estimates; any ratings may be missing."""
    alone = len(ratings.groups) < 2
    fit = fit_relations(list(ratings.ratings), fixed_means=alone, reml=method == "reml")
    components, errors = fit.components.copy(), fit.errors.copy()
    notes = [f"Likelihood ({method.upper()}): ratings may be missing, if at random."]
    if alone:
        components[5], errors[5] = np.nan, np.nan
    if not fit.reciprocal:
        components[4], errors[4] = np.nan, np.nan
        notes.append("No two persons rated each other: relationship covariance taken as 0.")
    if not fit.converged:
        notes.append("The optimum of the likelihood was not reached to full precision.")
    return _likelihood_parts(ratings, fit, components, errors, notes)


def _likelihood_parts(
    ratings: Ratings, fit: RelationsModel, components: Floats, errors: Floats, notes: list[str]
) -> Parts:
    """Bring the solved groups, in units of the search, back to those of the ratings."""
    solved = fit.likelihood.solved
    weight = np.array([s.weight for s in solved])
    scale2 = fit.scale**2
    means = np.array(
        [float(s.ones @ g.y) / s.weight for s, g in zip(solved, ratings.ratings, strict=True)]
    )
    mean_errors = scale2 / weight
    between = 0.0 if np.isnan(components[5]) else components[5]
    mu = float(means.mean()) if np.isnan(fit.mu) else fit.mu
    kept = between / (between + mean_errors)
    levels = means if np.isnan(fit.mu) else mu + kept * (means - mu)
    effects = [
        s.to_persons @ (g.y - level)
        for s, g, level in zip(solved, ratings.ratings, levels, strict=True)
    ]
    actor = np.concatenate([part[0::2] for part in effects])
    partner = np.concatenate([part[1::2] for part in effects])
    reliabilities = _accuracy(ratings, solved, components, scale2)
    return Parts(
        components, errors, np.full(6, np.nan), fit.log_likelihood, mu, fit.mu_variance,
        means, mean_errors, actor, partner, *reliabilities, tuple(notes),
    )  # fmt: skip


def _accuracy(
    ratings: Ratings, solved: tuple[Solved, ...], components: Floats, scale2: float
) -> tuple[float, float]:
    """Return reliabilities of predicted effects as deviations within groups, in the mean.

    The variance of the predictions over that of the effects; in a complete round robin it is
    the reliability of the closed forms at the same components, or a little more, since what a
    person gets also tells what the person gives.
    """
    sums = np.zeros(2)
    persons = 0
    for g, s in zip(ratings.ratings, solved, strict=True):
        at = np.arange(len(g.y))
        loads = np.zeros((len(g.y), 2 * g.persons))
        loads[at, 2 * g.actor] = 1.0
        loads[at, 2 * g.partner + 1] = 1.0
        sigma = np.array([[components[0], components[3]], [components[3], components[1]]]) / scale2
        predicted = s.to_persons @ loads @ np.kron(np.eye(g.persons), sigma)
        drawn = s.to_persons @ np.ones(len(g.y))
        variance = np.diag(predicted) - drawn**2 / s.weight
        sums += [variance[0::2].sum(), variance[1::2].sum()]
        persons += g.persons - 1
    known = components[:2] > 1e-10
    shares = np.where(known, sums * scale2 / persons / np.where(known, components[:2], 1.0), np.nan)
    return float(shares[0]), float(shares[1])
