"""Resampling against refits of the same samples, theory and known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from collective_use.errors import EstimationError, InputError, NotSupported
from collective_use.numerics.resampling.intervals import (
    corrected_interval,
    jackknife_covariance,
    percentile_interval,
)
from collective_use.sem.fit import fit_sem
from collective_use.sem.resampling.bootstrap import bootstrap_fit, jackknife_fit

MODEL = "f =~ a + b + c + d\ny ~ g*f\ntwice := 2*g"


def sample(n=250, seed=1):
    rng = np.random.default_rng(seed)
    f = rng.normal(size=n)
    columns = {name: 0.8 * f + 0.6 * rng.normal(size=n) for name in "abcd"}
    frame = pd.DataFrame(columns).assign(y=0.5 * f + rng.normal(size=n))
    return frame.assign(half=np.where(np.arange(n) < 100, "one", "two"))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"group": "half", "equal": ("loadings",)},
        {"meanstructure": True},
    ],
)
def test_draws_are_the_fits_of_the_same_samples(options):
    data = sample()
    fit = fit_sem("f =~ a + b + c + d\ny ~ f", data, **options)
    boot = bootstrap_fit(fit, 5, seed=3)
    streams = np.random.SeedSequence(3).spawn(5)
    for r in (0, 4):
        counts = boot._refit._sample(np.random.default_rng(streams[r]))
        rows = np.concatenate(
            [
                np.repeat(g.rows, c.astype(int))
                for g, c in zip(fit.solution.data.groups, counts, strict=True)
            ]
        )
        again = fit_sem("f =~ a + b + c + d\ny ~ f", data.iloc[rows], **options)
        np.testing.assert_allclose(boot.draws[r], again.solution.theta, atol=2e-5)


def test_spread_agrees_with_theory_and_seed_repeats():
    fit = fit_sem(MODEL, sample())
    boot = bootstrap_fit(fit, 400, seed=5)
    ratio = np.sqrt(np.diag(boot.covariance))[: fit.se.size] / fit.se
    assert np.all(np.abs(ratio - 1) < 0.35)
    assert boot.failed == 0
    np.testing.assert_array_equal(boot.draws, bootstrap_fit(fit, 400, seed=5).draws)
    names = list(boot.names)
    both = boot.draws[:, [names.index("g"), names.index("twice")]]
    np.testing.assert_allclose(2 * both[:, 0], both[:, 1])


def test_parametric_draws_follow_the_model():
    fit = fit_sem(MODEL, sample())
    boot = bootstrap_fit(fit, 300, kind="parametric", seed=6)
    ratio = np.sqrt(np.diag(boot.covariance))[: fit.se.size] / fit.se
    assert np.all(np.abs(ratio - 1) < 0.25)


@pytest.mark.parametrize("method", ["percentile", "bc", "bca"])
def test_intervals_hold_the_estimate(method):
    table = bootstrap_fit(fit_sem(MODEL, sample(120)), 200, seed=7).intervals(method)
    assert (table.ci_lower < table.est).all()
    assert (table.est < table.ci_upper).all()


def test_jackknife_of_a_mean_is_exact():
    data = sample(40)
    fit = fit_sem("y ~ 1", data)
    found = jackknife_fit(fit)
    place = list(found.names).index("y~1")
    assert found.covariance[place, place] == pytest.approx(data.y.var(ddof=1) / 40, rel=1e-6)
    with pytest.raises(EstimationError, match="not intervals"):
        found.intervals()


def test_clusters_are_drawn_whole():
    rng = np.random.default_rng(9)
    team = np.repeat(np.arange(60), 5)
    effect = rng.normal(size=60)[team] + rng.normal(size=300)
    data = pd.DataFrame(
        {k: effect + 0.5 * rng.normal(size=60)[team] + rng.normal(size=300) for k in "uvw"}
    ).assign(team=team)
    model = "level: 1\nfw =~ u + v + w\nlevel: 2\nfb =~ u + v + w"
    fit = fit_sem(model, data, cluster="team", estimator="MLR")
    boot = bootstrap_fit(fit, 30, seed=2)
    assert boot.kind == "clusters"
    counts = boot._refit._sample(np.random.default_rng(np.random.SeedSequence(2).spawn(30)[0]))[0]
    names = np.array(sorted(range(60), key=str))
    rows = [np.flatnonzero(team == j) for j in np.repeat(names, counts.astype(int))]
    again = data.iloc[np.concatenate(rows)].assign(team=np.repeat(np.arange(60), 5))
    refit = fit_sem(model, again, cluster="team", estimator="MLR")
    np.testing.assert_allclose(boot.draws[0], refit.solution.theta, atol=1e-5)


def test_ordered_answers_are_estimated_again():
    data = sample(300)
    for name in "abcd":
        data[name] = np.digitize(data[name], [-0.5, 0.6])
    fit = fit_sem("f =~ a + b + c + d", data, ordered=tuple("abcd"))
    boot = bootstrap_fit(fit, 60, seed=4)
    ratio = np.sqrt(np.diag(boot.covariance)) / fit.se
    assert 0.7 < np.median(ratio) < 1.4


def test_refusals_name_the_cause():
    data = sample()
    fit = fit_sem(MODEL, data)
    with pytest.raises(NotSupported, match="level: blocks"):
        bootstrap_fit(fit, 10, kind="clusters")
    with pytest.raises(InputError, match="repetitions"):
        bootstrap_fit(fit, 1)
    with pytest.raises(NotSupported, match="estimator='GLS'"):
        bootstrap_fit(fit_sem(MODEL, data, estimator="GLS"), 10)
    S = data[list("abcdy")].cov()
    with pytest.raises(NotSupported, match="moments"):
        bootstrap_fit(fit_sem(MODEL, cov=S, n=250), 10)


def test_interval_formulas():
    draws = np.random.default_rng(1).exponential(size=(4000, 1))
    low, high = percentile_interval(draws)
    assert low[0] < 0.06
    assert high[0] > 3.2
    same = corrected_interval(draws, np.median(draws, axis=0), np.zeros(1))
    np.testing.assert_allclose(np.ravel(same), [low[0], high[0]], rtol=0.02)
    left_out = np.array([[2.0], [1.5], [1.0]])
    assert jackknife_covariance(left_out)[0, 0] == pytest.approx(1 / 3)


def test_fit_with_bootstrap_errors() -> None:
    data = sample(120)
    fit = fit_sem(MODEL, data, repetitions=100, seed=7)
    boot = bootstrap_fit(fit_sem(MODEL, data), 100, seed=7)
    assert fit.bootstrap is not None
    np.testing.assert_array_equal(fit.bootstrap.draws, boot.draws)
    expected = boot.intervals().set_index("parameter")
    columns = ["est", "se", "ci_lower", "ci_upper"]
    for row in fit.table.definitions:
        found = fit.estimates.query("op == ':=' and lhs == @row.lhs").iloc[0]
        np.testing.assert_allclose(
            found[columns].astype(float), expected.loc[row.lhs, columns], rtol=1e-12
        )
        assert found.z == pytest.approx(found.est / found.se)
    assert "Failed replications" in fit.summary()
    np.testing.assert_allclose(fit.se, expected.se.iloc[: fit.se.size], rtol=1e-12)


def test_bootstrap_with_another_error_is_refused() -> None:
    with pytest.raises(NotSupported, match="robust"):
        fit_sem(MODEL, sample(120), repetitions=10, se="robust")
