"""Studies that never took place, by items: what structure after measurement is planned with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.planning.draws import Regressions
from collective_use.numerics.structure.many_sam import SamModel, sam_many
from collective_use.numerics.twolevel.many_samples import many_samples
from collective_use.numerics.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class ItemPopulation:
    """What is true of items, and how they are fitted.

    Attributes
    ----------
    correlation
        (V, V) of the standardised true values of groups.
    deviations
        (V, V) covariances of one member's deviations, factors of items and whole values alike.
    measure
        (p,) place of the measure that each item belongs to.
    within, between
        (p,) loadings of items on a member's deviation and on the group's true value.
    within_error, between_error
        (p,) standard deviations of what an item has alone, of a member and of a group.
    plain
        (c,) measures whose values are taken whole, in the order of the model.
    model
        The two-level model, taken apart.
    paths
        By equation, joint places of its paths.
    """

    correlation: Floats
    deviations: Floats
    measure: Ints
    within: Floats
    between: Floats
    within_error: Floats
    between_error: Floats
    plain: Ints
    model: SamModel
    paths: tuple[Ints, ...]


def draw_items(
    truth: ItemPopulation, sizes: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw members' answers (R, G, n, p) and values of groups (R, G, c).

    Parameters
    ----------
    truth
        The population.
    sizes
        (R, G) answers by group.
    rng
        The source of chance.
    """
    (R, G), V, most = sizes.shape, len(truth.correlation), int(sizes.max())
    p = truth.measure.size
    groups = rng.standard_normal((R, G, V)) @ np.linalg.cholesky(truth.correlation).T
    values, vectors = np.linalg.eigh(truth.deviations)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    members = rng.standard_normal((R, G, most, V)) @ root.T
    own = groups[..., truth.measure] * truth.between
    own += rng.standard_normal((R, G, p)) * truth.between_error
    y = rng.standard_normal((R, G, most, p)) * truth.within_error
    y += members[..., truth.measure] * truth.within
    y += own[:, :, None]
    there = np.arange(most) < sizes[..., None]
    mean = (members[..., truth.plain] * there[..., None]).sum(axis=2) / sizes[..., None]
    return y, groups[..., truth.plain] + mean


def by_sam(
    truth: ItemPopulation, sizes: Floats, rng: np.random.Generator
) -> tuple[Regressions, Floats, Floats]:
    """Draw studies by items and fit structure after measurement to all of them.

    Parameters
    ----------
    truth
        The population.
    sizes
        (R, G) answers by group.
    rng
        The source of chance.

    Returns
    -------
    Regressions
        NaN where a study cannot be fitted.
    means, squares
        Of scale scores: group means (R, G, V) and sums of squares within groups (R, V); 0 for
        measures whose values are taken whole.
    """
    y, z = draw_items(truth, sizes, rng)
    samples = many_samples(y, z, sizes)
    found = sam_many(truth.model, samples)
    lost = ~found.solved[:, None]
    estimates = tuple(np.where(lost, np.nan, found.theta[:, at]) for at in truth.paths)
    errors = tuple(np.where(lost, np.nan, found.errors[:, at]) for at in truth.paths)
    V, p = len(truth.correlation), truth.measure.size
    df = float(max(sizes.shape[1] - V, 1))
    scale = (truth.measure[:, None] == np.arange(V)).astype(float)
    scale /= np.maximum(scale.sum(axis=0), 1.0)
    squares = ((samples.apart @ scale) ** 2).sum(axis=(1, 2))
    fitted = Regressions(estimates, errors, (df,) * len(estimates))
    return fitted, samples.d[..., :p] @ scale, squares
