"""Scoring by pairs of directions, and the information by cells, against the dense ones."""

import warnings

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.numerics.search.optimise import minimise
from collective_use.numerics.twolevel.likelihood import Layout, cluster_statistics, twolevel_loglik
from collective_use.numerics.twolevel.objective import CompleteLikelihood
from collective_use.numerics.twolevel.pairs import can_be_paired, kept_moments, scored_moments
from collective_use.numerics.twolevel.saturated import (
    moments_at,
    saturated_moments,
    start_moments,
)
from collective_use.numerics.twolevel.unrestricted import newton_moments


def statistics(seed, p, z, clusters, size, icc):
    """Cluster statistics of p answers and z values of clusters, in a mixed order."""
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(clusters), rng.integers(max(1, size // 2), size * 3 // 2, clusters))
    own = rng.normal(size=(clusters, p))
    y = np.sqrt(icc) * (rng.normal(size=(clusters, 1)) + 0.5 * own)[team]
    y = y + rng.normal(size=(team.size, p))
    first = np.unique(team, return_index=True)[1]
    values = rng.normal(size=(clusters, z)) + y[first][:, :1]
    return cluster_statistics(y, values, team, Layout(p, p + z, rng.permutation(p + z)))


@pytest.mark.parametrize("seed", range(8))
def test_scored_moments_are_those_of_newton(seed):
    stats = statistics(seed, p=1 + seed % 5, z=seed % 3, clusters=50, size=8, icc=0.1)
    begin = moments_at(stats.layout, start_moments(stats))
    scored = scored_moments(stats, begin)
    newton = newton_moments(CompleteLikelihood(stats), begin)
    assert scored.loglik == pytest.approx(newton.loglik, abs=1e-8)
    np.testing.assert_allclose(scored.Sb, newton.Sb, atol=1e-7)
    np.testing.assert_allclose(scored.Sw, newton.Sw, atol=1e-7)
    np.testing.assert_allclose(scored.mu_b, newton.mu_b, atol=1e-7)
    assert scored.rank == newton.rank


# Samples of small clusters in which scoring once stood still short of the maximum.
@pytest.mark.parametrize(("seed", "z"), [(seed, z) for seed in range(12) for z in (0, 1, 2)])
def test_kept_moments_are_the_maximum_on_the_border(seed, z):
    stats = statistics(seed, p=4, z=z, clusters=30, size=3, icc=0.05)
    found = kept_moments(stats)
    other = saturated_moments(
        lambda *moments: twolevel_loglik(stats, *moments),
        stats.layout, start_moments(stats), stats.N, stats.J,
    )  # fmt: skip
    assert found.rank < len(found.Sb)
    assert found.loglik == pytest.approx(other.loglik, abs=1e-6)
    assert found.loglik >= other.loglik - 1e-8
    assert np.linalg.eigvalsh(found.Sb).min() > -1e-12


def test_only_variables_of_both_levels_are_paired():
    assert can_be_paired(Layout(2, 3, np.array([2, 0, 1])))
    assert not can_be_paired(Layout(2, 2, np.array([2, 0])))


def test_an_endless_climb_is_given_up():
    """With one cluster of the largest size the likelihood has no upper bound."""
    rng = np.random.default_rng(1)
    team = np.repeat(np.arange(9), [9, 2, 2, 2, 2, 2, 2, 2, 2])
    y = rng.normal(size=(team.size, 3))
    layout = Layout(3, 3, np.arange(3))
    stats = cluster_statistics(y, np.zeros((9, 0)), team, layout)
    edge = -stats.within / 9 * (1 - 1e-5)
    assert scored_moments(stats, (stats.within, np.zeros(3), edge, y.mean(axis=0))) is None


@pytest.mark.parametrize("observed", [False, True])
def test_information_by_cells_is_that_of_all_derivatives(observed):
    rng = np.random.default_rng(3)
    team = np.repeat(np.arange(40), rng.integers(2, 8, 40))
    shared = rng.normal(size=(40, 1))
    y = shared[team] + rng.normal(size=(team.size, 1)) + rng.normal(size=(team.size, 4))
    data = pd.DataFrame(y, columns=list("abcd")).assign(team=team, z=shared[team, 0] + 1)
    model = """
    level: 1; w =~ a + b + c; w ~ d
    level: 2; g =~ a + l*b + l*c; g ~ z; z ~~ z
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = cu.fit_sem(model, data, cluster="team", fixed_x=False)
    objective = fit.solution.objective
    theta = fit.solution.theta * 1.1 + 0.05
    (likelihood,) = objective.groups
    dense = likelihood.information(
        *objective.moments_of(theta, 0), objective.derivatives(theta, 0), observed=observed
    )
    by_cells = objective.curvature(theta) if observed else objective.fisher(theta)
    np.testing.assert_allclose(by_cells * objective.N, dense, rtol=1e-9, atol=1e-7)


class Flat:
    """Falls ever more slowly: the value at theta is 1 / theta."""

    def value(self, theta):
        return float(1 / theta[0]) if theta[0] > 0 else np.inf

    def gradient(self, theta):
        return -(theta**-2)

    def fisher(self, theta):
        return np.array([[0.1 + 2 * theta[0] ** -3]])

    hessian = fisher


def test_a_check_ends_where_it_comes_no_nearer():
    start = np.array([1.0])
    checked = minimise(Flat(), start, most=60, goal=-1.0)
    free = minimise(Flat(), start, most=60)
    assert checked.iterations < free.iterations
    assert "no nearer" in checked.message
    # a goal that is passed stops nothing
    assert minimise(Flat(), start, most=60, goal=2.0).iterations == free.iterations
