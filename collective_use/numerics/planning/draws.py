"""Studies that never took place: means of few members, and regressions between groups.

A recursive structure with equations whose residuals may correlate within a stage is estimated
equation by equation, which is its maximum likelihood; so thousands of studies are a few array
operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collective_use.numerics.structure.between import STEP
from collective_use.numerics.types import Bools, Floats


@dataclass(frozen=True, slots=True)
class Population:
    """What is true.

    Attributes
    ----------
    correlation
        (V, V) of the standardised true values of groups.
    within
        (V, V) covariances of one member's deviations; ``(1 - ICC(1)) / ICC(1)`` on the diagonal,
        0 for what every group knows exactly.
    equations
        Place of the outcome and places of its predictors, by equation.
    whole
        Places of values that are no means of members: their error cannot be taken off.
    """

    correlation: Floats
    within: Floats
    equations: tuple[tuple[int, tuple[int, ...]], ...]
    whole: tuple[int, ...] = ()

    @property
    def removable(self) -> Floats:
        """Return (V, V) the part of `within` whose sampling error the way corrected takes off."""
        found = self.within.copy()
        found[list(self.whole)] = 0.0
        found[:, list(self.whole)] = 0.0
        return found


@dataclass(frozen=True, slots=True)
class Regressions:
    """Coefficients of R studies by equation.

    Attributes
    ----------
    estimates, errors
        By equation (R, k): coefficients and standard errors; NaN where a study has none.
    df
        By equation, degrees of freedom of t.
    """

    estimates: tuple[Floats, ...]
    errors: tuple[Floats, ...]
    df: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Studies:
    """R studies of G groups.

    Attributes
    ----------
    means
        (R, G, V) values of groups.
    cross
        (R, G, V, V) products within groups.
    sizes
        (R, G) members who answered.
    """

    means: Floats
    cross: Floats
    sizes: Floats


def draw_studies(
    truth: Population, sizes: Floats, rng: np.random.Generator, *, within: bool = True
) -> Studies:
    """Draw studies with these numbers of answers.

    Parameters
    ----------
    truth
        The population.
    sizes
        (R, G) answers by group, at least one.
    rng
        The source of chance.
    within
        Whether products within groups are drawn too.

    Examples
    --------
    >>> truth = Population(np.eye(2), np.eye(2), ((1, (0,)),))
    >>> found = draw_studies(truth, np.full((3, 20), 4), np.random.default_rng(1))
    >>> found.means.shape, found.cross.shape
    ((3, 20, 2), (3, 20, 2, 2))
    """
    V = len(truth.correlation)
    R, G = sizes.shape
    values = rng.standard_normal((R, G, V)) @ np.linalg.cholesky(truth.correlation).T
    root = _root(truth.within)
    if not within:
        noise = rng.standard_normal((R, G, V)) @ root.T
        return Studies(values + noise / np.sqrt(sizes)[..., None], np.zeros((R, G, V, V)), sizes)
    most = int(sizes.max())
    members = rng.standard_normal((R, G, most, V)) @ root.T
    there = (np.arange(most) < sizes[..., None])[..., None]
    members = np.where(there, members, 0.0)
    own = members.sum(axis=2) / sizes[..., None]
    apart = np.where(there, members - own[:, :, None, :], 0.0)
    cross = np.swapaxes(apart, 2, 3) @ apart
    return Studies(values + own, cross, sizes)


def _root(covariance: Floats) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.clip(values, 0.0, None)))


def by_means(studies: Studies, truth: Population) -> Regressions:
    """Regress the means of groups as they are: ordinary least squares.

    Examples
    --------
    >>> truth = Population(np.array([[1, 0.5], [0.5, 1]]), np.zeros((2, 2)), ((1, (0,)),))
    >>> studies = draw_studies(truth, np.full((1, 4000), 2), np.random.default_rng(1))
    >>> float(by_means(studies, truth).estimates[0][0, 0].round(1))
    0.5
    """
    centred = studies.means - studies.means.mean(axis=1, keepdims=True)
    cross = np.swapaxes(centred, 1, 2) @ centred
    G = studies.means.shape[1]
    estimates, errors, df = [], [], []
    for outcome, predictors in truth.equations:
        by = list(predictors)
        inverse = np.linalg.inv(cross[:, by][:, :, by])
        beta = (inverse @ cross[:, by, outcome][..., None])[..., 0]
        explained = (beta * cross[:, by, outcome]).sum(-1)
        free = G - len(by) - 1
        residual = (cross[:, outcome, outcome] - explained) / free
        spread = np.diagonal(inverse, axis1=1, axis2=2) * residual[:, None]
        estimates.append(beta)
        errors.append(np.sqrt(np.maximum(spread, 0.0)))
        df.append(float(free))
    return Regressions(tuple(estimates), tuple(errors), tuple(df))


def by_corrected(studies: Studies, truth: Population) -> Regressions:
    """Regress covariances cleared of sampling error; errors from each group's influence.

    What the way ``corrected`` of the structural models does to one study, for all at once (Croon &
    van Veldhoven 2007; Fuller 1987, section 2.2; Efron 1982, equation 6.3).

    Examples
    --------
    >>> truth = Population(np.array([[1, 0.5], [0.5, 1]]), np.eye(2), ((1, (0,)),))
    >>> studies = draw_studies(truth, np.full((2, 9000), 3), np.random.default_rng(1))
    >>> by_corrected(studies, truth).estimates[0].round(1).ravel().tolist()
    [0.5, 0.5]
    """
    G = studies.means.shape[1]
    whole, heavier, lighter = _corrected(studies, truth.whole)
    estimates, errors = [], []
    widest = max(len(by) for _, by in truth.equations)
    free = float(G - widest - 1)
    for outcome, predictors in truth.equations:
        by = list(predictors)
        moved = _solved(heavier, by, outcome) - _solved(lighter, by, outcome)
        estimates.append(_solved(whole, by, outcome))
        variance = ((moved / (2 * STEP)) ** 2).sum(axis=1) * G / max(free, 1.0)
        errors.append(np.sqrt(variance))
    return Regressions(tuple(estimates), tuple(errors), (free,) * len(errors))


def _solved(S: Floats, by: Sequence[int], outcome: int) -> Floats:
    inner = S[..., by, :][..., :, by]
    return np.asarray(np.linalg.solve(inner, S[..., by, outcome][..., None])[..., 0])


def _corrected(studies: Studies, exact: Sequence[int]) -> tuple[Floats, Floats, Floats]:
    """Return (R, V, V) covariances cleared of sampling error, and (R, G, V, V) two times more.

    The latter with each group counting a little more and a little less. Where the whole sample is
    far from Fuller's bound, so are these.
    """
    G = studies.means.shape[1]
    centred = studies.means - studies.means.mean(axis=1, keepdims=True)
    sums = np.swapaxes(centred, 1, 2) @ centred
    within = studies.cross.sum(axis=1)
    within[:, list(exact)] = 0.0
    within[:, :, list(exact)] = 0.0
    df = (studies.sizes - 1).sum(axis=1)[:, None, None]
    share = (1.0 / studies.sizes).sum(axis=1)[:, None, None]
    observed = sums / (G - 1)
    error = within / np.maximum(df, 1.0) * (share / G)
    kept, root = _kept(observed, error, G)
    near = root < _NEAR
    whole = observed - kept[:, None, None] * error
    heavier = _weighted(studies, centred, sums, within, near, STEP)
    return whole, heavier, _weighted(studies, centred, sums, within, near, -STEP)


def _weighted(
    studies: Studies, centred: Floats, sums: Floats, within: Floats, near: Bools, step: float
) -> Floats:
    """Return corrected covariances (R, G, V, V) with each group counting `step` more."""
    G = centred.shape[1]
    total = G + step
    size = studies.sizes[..., None, None]
    products = centred[..., :, None] * centred[..., None, :]
    observed = (sums[:, None] + step * G / total * products) / (total - 1)
    # products of whole values have no error to take off
    own = np.where(within[:, None] == 0, 0.0, studies.cross)
    df = (size - 1).sum(axis=1, keepdims=True) + step * (size - 1)
    share = (1.0 / size).sum(axis=1, keepdims=True) + step / size
    error = (within[:, None] + step * own) / np.maximum(df, 1.0) * (share / total)
    taken = np.ones(centred.shape[:2])
    if near.any():
        taken[near] = _kept(observed[near], error[near], total)[0]
    return observed - taken[..., None, None] * error


_NEAR = 1.5
"""Smallest root of the whole sample below which each with other weights is looked at, too."""


def _kept(observed: Floats, error: Floats, groups: float) -> tuple[Floats, Floats]:
    """Return Fuller's share of the error that can be taken off, and the smallest root.

    Fuller (1987), equation 2.2.22.
    """
    if not error.any():
        return np.ones(observed.shape[:-2]), np.full(observed.shape[:-2], np.inf)
    values, vectors = np.linalg.eigh(observed)
    root = vectors / np.sqrt(np.maximum(values, 1e-12))[..., None, :]
    largest = np.linalg.eigvalsh(np.swapaxes(root, -1, -2) @ error @ root)[..., -1]
    smallest = 1.0 / np.maximum(largest, 1e-12)
    spare = 1.0 / max(groups - 1, 1)
    return np.where(smallest < 1 + spare, np.maximum(smallest - spare, 0.0), 1.0), smallest


def f_ratios(means: Floats, squares: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    """Return F of one-way analyses of variance (R, V), and the average size of groups (R,).

    Parameters
    ----------
    means
        (R, G, V) of groups.
    squares
        (R, V) sums of squares within groups.
    sizes
        (R, G).

    References
    ----------
    Searle, Casella & McCulloch (1992), Variance components, section 3.6 (the average size).

    Examples
    --------
    >>> means = np.array([[[1.0], [3.0]]])
    >>> found = f_ratios(means, np.array([[4.0]]), np.array([[3.0, 3.0]]))
    >>> found[0].item(), found[1].item()
    (6.0, 3.0)
    """
    G, total = sizes.shape[1], sizes.sum(axis=1)
    grand = (means * sizes[..., None]).sum(axis=1) / total[:, None]
    between = ((means - grand[:, None]) ** 2 * sizes[..., None]).sum(axis=1) / (G - 1)
    within = squares / (total - G)[:, None]
    average = (total - (sizes**2).sum(axis=1) / total) / (G - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return between / within, average


def asymptotic(truth: Population, members: float, *, corrected: bool) -> tuple[Regressions, Floats]:
    """Return what the regressions tend to, and errors for one group in the long run.

    Parameters
    ----------
    truth
        The population.
    members
        Answers of each group.
    corrected
        Whether sampling errors are taken off.

    Returns
    -------
    limits
        `estimates` (1, k) by equation; `errors` times the square root of the number of groups.
    correlation
        (V, V) covariances that the estimates follow.

    References
    ----------
    Fuller, W. A. (1987). Measurement error models, theorem 2.2.1 (errors of known covariance).

    Examples
    --------
    >>> truth = Population(np.array([[1, 0.5], [0.5, 1]]), np.eye(2), ((1, (0,)),))
    >>> found, _ = asymptotic(truth, 4, corrected=True)
    >>> float(found.estimates[0][0, 0])
    0.5
    """
    observed = truth.correlation + truth.within / members
    noise = truth.removable / members
    used = observed - noise if corrected else observed
    estimates, errors = [], []
    for outcome, predictors in truth.equations:
        by = list(predictors)
        inner = np.linalg.inv(used[np.ix_(by, by)])
        beta = inner @ used[by, outcome]
        contrast = np.zeros(len(observed))
        contrast[outcome], contrast[by] = 1.0, -beta
        residual = float(contrast @ observed @ contrast)
        middle = observed[np.ix_(by, by)] * residual
        if corrected:
            shared = noise[by] @ contrast
            middle = middle + np.outer(shared, shared)
        spread = inner @ middle @ inner
        estimates.append(beta[None])
        errors.append(np.sqrt(np.diag(spread))[None])
    return Regressions(tuple(estimates), tuple(errors), (np.inf,) * len(estimates)), used
