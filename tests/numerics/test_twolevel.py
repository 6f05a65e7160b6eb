"""The two-level likelihood against the density of every cluster written out."""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from collective_use.numerics.twolevel.likelihood import (
    Layout,
    MomentDerivatives,
    cluster_statistics,
    cluster_terms,
    twolevel_information,
    twolevel_loglik,
)
from collective_use.numerics.twolevel.saturated import (
    saturated_complete,
    saturated_moments,
    start_moments,
)
from collective_use.numerics.twolevel.unrestricted import score_of

sys.path.insert(0, str(Path(__file__).parent))

from twolevel_em import em_saturated

LAYOUT = Layout(3, 4, np.array([3, 1, 0, 4]))


def spd(rng, k):
    root = rng.normal(size=(k, k))
    return root @ root.T + np.eye(k)


@pytest.fixture
def case():
    rng = np.random.default_rng(0)
    n = rng.integers(1, 6, 7)
    cluster = np.repeat(np.arange(7), n)
    y = rng.normal(size=(cluster.size, 3)) + rng.normal(size=(7, 3))[cluster]
    z = rng.normal(size=(7, 2))
    moments = spd(rng, 3), np.array([0, 0, 0.5]), spd(rng, 4), rng.normal(size=4)
    directions = MomentDerivatives(
        *(
            np.array([(a + a.T) / 2 if a.ndim == 2 else a for a in rng.normal(size=(6, *shape))])
            for shape in [(3, 3), (3,), (4, 4), (4,)]
        )
    )
    return y, z, cluster, moments, directions


def written_out(y, z, cluster, moments):
    Sw, mu_w, Sb, mu_b = moments
    total = 0.0
    select = np.zeros((3, 4))
    select[1, 1] = select[0, 2] = 1
    for j in range(7):
        rows = y[cluster == j]
        n = rows.shape[0]
        Z = np.vstack([np.tile(select, (n, 1)), np.eye(4)[[0, 3]]])
        V = Z @ Sb @ Z.T
        V[: 3 * n, : 3 * n] += np.kron(np.eye(n), Sw)
        mean = Z @ mu_b
        mean[: 3 * n] += np.tile(mu_w, n)
        total += multivariate_normal(mean, V).logpdf(np.concatenate([rows.ravel(), z[j]]))
    return total


def moved(moments, by, t):
    return (
        moments[0] + np.tensordot(t, by.sigma_w, 1),
        moments[1] + t @ by.mu_w,
        moments[2] + np.tensordot(t, by.sigma_b, 1),
        moments[3] + t @ by.mu_b,
    )


def test_likelihood_is_the_joint_density(case):
    y, z, cluster, moments, _ = case
    stats = cluster_statistics(y, z, cluster, LAYOUT)
    value = twolevel_loglik(stats, *moments).value
    assert value == pytest.approx(written_out(y, z, cluster, moments), rel=1e-12)


def test_gradient_and_information_are_differences(case):
    y, z, cluster, moments, by = case
    stats = cluster_statistics(y, z, cluster, LAYOUT)
    step = 1e-5 * np.eye(6)
    value = [twolevel_loglik(stats, *moved(moments, by, t)).value for t in (*step, *-step)]
    slope = (np.array(value[:6]) - np.array(value[6:])) / 2e-5
    np.testing.assert_allclose(score_of(twolevel_loglik(stats, *moments), by), slope, rtol=1e-6)
    up = np.array([score_of(twolevel_loglik(stats, *moved(moments, by, t)), by) for t in step])
    down = np.array([score_of(twolevel_loglik(stats, *moved(moments, by, -t)), by) for t in step])
    information = twolevel_information(stats, *moments, by, observed=True)
    np.testing.assert_allclose(information, -(up - down) / 2e-5, atol=1e-5)


def test_cluster_scores_add_up(case):
    y, z, cluster, moments, by = case
    stats = cluster_statistics(y, z, cluster, LAYOUT)
    by_cluster = score_of(cluster_terms(stats, *moments), by)
    assert by_cluster.shape == (7, 6)
    total = score_of(twolevel_loglik(stats, *moments), by)
    np.testing.assert_allclose(by_cluster.sum(axis=0), total, atol=1e-10)


def test_not_positive_definite_gives_none(case):
    y, z, cluster, moments, _ = case
    stats = cluster_statistics(y, z, cluster, LAYOUT)
    assert twolevel_loglik(stats, -moments[0], *moments[1:]) is None


def sample(rng, sizes, icc):
    cluster = np.repeat(np.arange(sizes.size), sizes)
    between = rng.normal(size=(sizes.size, 3)) @ np.linalg.cholesky(spd(rng, 3)).T * np.sqrt(icc)
    y = rng.normal(size=(cluster.size, 3)) * 2 + between[cluster]
    return cluster_statistics(y, np.zeros((sizes.size, 0)), cluster, Layout(3, 3, np.arange(3)))


def test_saturated_by_newton_by_quasi_newton_and_by_em_agree():
    stats = sample(np.random.default_rng(4), np.random.default_rng(5).integers(2, 12, 60), 1.0)
    newton = saturated_complete(stats)
    em = em_saturated(stats, tol=1e-11)
    other = saturated_moments(
        lambda *moments: twolevel_loglik(stats, *moments),
        stats.layout, start_moments(stats), stats.N, stats.J,
    )  # fmt: skip
    assert newton.loglik == pytest.approx(em.loglik, abs=1e-8)
    assert newton.loglik == pytest.approx(other.loglik, abs=1e-7)
    np.testing.assert_allclose(newton.Sb, other.Sb, atol=1e-4)


def test_on_the_border_the_between_covariance_stays_semidefinite():
    stats = sample(np.random.default_rng(6), np.random.default_rng(7).integers(2, 5, 12), 0.01)
    found = saturated_complete(stats)
    assert np.linalg.eigvalsh(found.Sb).min() > -1e-10
    assert found.rank < 3
    assert found.loglik >= em_saturated(stats).loglik - 1e-6


def test_the_unrestricted_moments_move_with_the_means_of_the_data():
    rng = np.random.default_rng(8)
    cluster = np.repeat(np.arange(40), rng.integers(2, 9, 40))
    y = rng.normal(size=(cluster.size, 3)) + rng.normal(size=(40, 3))[cluster]
    layout, none = Layout(3, 3, np.arange(3)), np.zeros((40, 0))
    near = saturated_complete(cluster_statistics(y, none, cluster, layout))
    away = np.array([1000.0, -3000.0, 2e4])
    far = saturated_complete(cluster_statistics(y + away, none, cluster, layout))
    assert far.loglik == pytest.approx(near.loglik, abs=1e-6)
    np.testing.assert_allclose(far.Sb, near.Sb, atol=1e-6)
    np.testing.assert_allclose(far.mu_b - away, near.mu_b, atol=1e-6)


def test_moments_on_the_border_are_stationary_there():
    rng = np.random.default_rng(4)
    cluster = np.repeat(np.arange(12), 5)
    shared = rng.normal(size=(12, 1)) @ np.array([[1.0, 0.8, 0.6]])
    y = rng.normal(size=(60, 3)) + 0.5 * shared[cluster]
    stats = cluster_statistics(y, np.zeros((12, 0)), cluster, Layout(3, 3, np.arange(3)))
    found = saturated_complete(stats)
    assert found.rank < 3
    assert found.gradient < 1e-12
    terms = twolevel_loglik(stats, found.Sw, found.mu_w, found.Sb, found.mu_b)
    np.testing.assert_allclose(terms.sigma_w, 0, atol=1e-9)
    np.testing.assert_allclose(terms.sigma_b @ found.Sb, 0, atol=1e-9)
    # No direction that keeps the covariance positive semi-definite leads up.
    assert np.linalg.eigvalsh(terms.sigma_b).max() < 1e-9
