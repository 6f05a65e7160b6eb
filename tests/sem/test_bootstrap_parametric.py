"""The parametric bootstrap: known truth, kept covariates and gaps, failures with their reason."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from collective_use.errors import ConvergenceWarning, DataWarning, NotSupported
from collective_use.numerics.resampling.draws import normal_draws, ordinal_draws
from collective_use.sem.fit import fit_sem
from collective_use.sem.resampling.bootstrap import bootstrap_fit, jackknife_fit

MODEL = "f =~ a + b + c + d"
ITEMS = tuple("abcd")


def sample(n: int = 300, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    f = rng.normal(size=n)
    columns = {k: 0.8 * f + 0.6 * rng.normal(size=n) for k in ITEMS}
    frame = pd.DataFrame(columns).assign(x=f + rng.normal(size=n))
    return frame.assign(g=np.where(np.arange(n) % 2, "u", "v"))


def with_gaps(seed: int = 2) -> pd.DataFrame:
    data, rng = sample(), np.random.default_rng(seed)
    for k in ITEMS:
        data.loc[rng.random(len(data)) < 0.2, k] = np.nan
    return data


def answers(cuts: tuple[float, ...] = (-0.6, 0.4), n: int = 300) -> pd.DataFrame:
    data = sample(n)
    return data.assign(**{k: np.digitize(data[k], cuts) for k in ITEMS})


def clustered(seed: int = 9) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(60), rng.integers(2, 9, 60))
    w, x = rng.normal(size=60), rng.normal(size=team.size)
    above, below = 0.5 * w + rng.normal(size=60), 0.4 * x + rng.normal(size=team.size)
    frame = pd.DataFrame(
        {k: above[team] + below + rng.normal(size=60)[team] * 0.8 + rng.normal(size=team.size)
         for k in "uvy"}
    )  # fmt: skip
    return frame.assign(team=team, w=w[team], x=x)


TWO = "level: 1\nfw =~ u + v + y\nfw ~ x\nlevel: 2\nfb =~ u + v + y\nfb ~ w"


def fitted(kind: str) -> Any:
    if kind == "fiml":
        return fit_sem(MODEL + "\nf ~ x", with_gaps(), missing="fiml")
    if kind == "ordered":
        return fit_sem(MODEL, answers(n=800), ordered=ITEMS, group="g", equal=("loadings",))
    if kind == "mixed":
        return fit_sem(MODEL, answers(), ordered=ITEMS[:2])
    return fit_sem(TWO, clustered(), cluster="team")


@pytest.mark.parametrize(
    ("kind", "replications"), [("fiml", 120), ("ordered", 60), ("mixed", 60), ("two levels", 120)]
)
def test_errors_agree_with_theory(kind: str, replications: int) -> None:
    fit = fitted(kind)
    boot = bootstrap_fit(fit, replications, kind="parametric", seed=3)
    ratio = np.sqrt(np.diag(boot.covariance))[: fit.se.size] / fit.se
    noise = 1 / np.sqrt(2 * replications)
    assert abs(np.median(ratio) - 1) < 2 * noise
    assert np.abs(ratio - 1).max() < 5 * noise
    shift = (boot.draws.mean(axis=0)[: fit.se.size] - fit.solution.theta) / fit.se
    assert np.abs(shift).max() < 6 / np.sqrt(replications)
    assert boot.failed == 0


def test_seed_and_processes_do_not_change_the_draws() -> None:
    fit = fit_sem(MODEL, with_gaps(), missing="fiml")
    one = bootstrap_fit(fit, 4, kind="parametric", seed=8)
    two = bootstrap_fit(fit, 4, kind="parametric", seed=8, jobs=2)
    np.testing.assert_array_equal(one.draws, two.draws)
    other = bootstrap_fit(fit, 4, kind="parametric", seed=9)
    assert not np.array_equal(one.draws, other.draws)


def test_gaps_and_fixed_covariates_stay_where_they_were() -> None:
    fit = fitted("fiml")
    refit = bootstrap_fit(fit, 2, kind="parametric", seed=1)._refit
    drawn, seen = refit._sample(np.random.default_rng(1))[0], fit.solution.data.groups[0].Y
    np.testing.assert_array_equal(np.isnan(drawn), np.isnan(seen))
    x = fit.solution.data.variables.index("x")
    np.testing.assert_array_equal(drawn[:, x], seen[:, x])
    assert np.nanmin(np.abs(drawn - seen)[:, :x]) > 0


def test_clusters_sizes_and_covariates_of_both_levels_stay() -> None:
    fit = fitted("two levels")
    refit = bootstrap_fit(fit, 2, kind="parametric", seed=1)._refit
    Y, z, codes = refit._sample(np.random.default_rng(1))[0]
    g, stats = fit.solution.data.groups[0], fit.clustered.statistics[0]
    x = fit.table.block(1, 1).observed.index("x")
    np.testing.assert_array_equal(Y[:, x], g.Y[:, x])
    np.testing.assert_array_equal(z, stats.d[:, stats.layout.p :])
    np.testing.assert_array_equal(np.bincount(codes), stats.n)


@pytest.mark.parametrize("kind", ["clusters", "parametric"])
def test_two_levels_with_gaps(kind: str) -> None:
    data, rng = clustered(), np.random.default_rng(4)
    data.loc[rng.random(len(data)) < 0.15, "u"] = np.nan
    model = "level: 1\nfw =~ u + v + y\nlevel: 2\nfb =~ u + v + y"
    fit = fit_sem(model, data, cluster="team", missing="fiml")
    boot = bootstrap_fit(fit, 2, kind=kind, seed=2)
    if kind == "parametric":
        Y = boot._refit._sample(np.random.default_rng(1))[0][0]
        np.testing.assert_array_equal(np.isnan(Y), np.isnan(fit.solution.data.groups[0].Y))
        return
    counts = boot._refit._sample(np.random.default_rng(np.random.SeedSequence(2).spawn(2)[0]))[0]
    names = np.array(sorted(range(60), key=str))
    rows = [np.flatnonzero(data.team == j) for j in np.repeat(names, counts.astype(int))]
    team = np.repeat(np.arange(60), [r.size for r in rows])
    again = fit_sem(
        model, data.iloc[np.concatenate(rows)].assign(team=team), cluster="team", missing="fiml"
    )
    np.testing.assert_allclose(boot.draws[0], again.solution.theta, atol=1e-5)


def test_drawn_answers_have_the_shares_of_the_model() -> None:
    fit = fit_sem(MODEL, answers(), ordered=ITEMS)
    refit = bootstrap_fit(fit, 2, kind="parametric", seed=1)._refit
    rng = np.random.default_rng(5)
    drawn = np.concatenate([refit._sample(rng)[0] for _ in range(60)])
    for j, name in enumerate(ITEMS):
        wanted = np.bincount(answers()[name]) / 300
        found = np.bincount(drawn[:, j].astype(int)) / len(drawn)
        np.testing.assert_allclose(found, wanted, atol=0.015)
    implied = fit.solution.objective.states(fit.solution.theta)[0].Sigma[0, 1]
    again = fit_sem("a ~~ b", pd.DataFrame(drawn[:, :2], columns=["a", "b"]), ordered=("a", "b"))
    assert again.correlations().to_numpy()[0, 1] == pytest.approx(implied, abs=0.03)


def test_a_category_that_vanishes_is_a_failure_with_its_reason() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        fit = fit_sem(MODEL, answers((-2.4, 0.1)), ordered=ITEMS)
    with pytest.warns(ConvergenceWarning, match="has a category without cases"):
        boot = bootstrap_fit(fit, 60, seed=1)
    assert boot.failed == sum(boot.failures.values()) > 0
    assert boot.draws.shape[0] == 60 - boot.failed


def test_cases_of_clusters_are_not_drawn() -> None:
    with pytest.raises(NotSupported, match="belong together"):
        bootstrap_fit(fitted("two levels"), 5, kind="cases")


def test_jackknife_on_two_processes_is_the_same() -> None:
    fit = fit_sem(MODEL, with_gaps().iloc[:60], missing="fiml")
    np.testing.assert_array_equal(jackknife_fit(fit).draws, jackknife_fit(fit, jobs=2).draws)


def test_impossible_moments_are_refused() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match="no distribution"):
        normal_draws(np.zeros(2), np.array([[1.0, 2.0], [2.0, 1.0]]), 5, rng)
    with pytest.raises(ValueError, match="do not rise"):
        ordinal_draws([np.array([1.0, 0.0])], np.zeros(1), np.eye(1), 5, rng)


def test_a_correlation_that_a_sample_does_not_tell_is_a_failure_with_its_reason() -> None:
    rng = np.random.default_rng(3)
    f, cuts = rng.normal(size=40), (-0.5, 0.5)
    data = pd.DataFrame({k: np.digitize(0.9 * f + 0.6 * rng.normal(size=40), cuts) for k in ITEMS})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        fit = fit_sem(MODEL, data, ordered=ITEMS, estimator="ULSMV")
    with pytest.warns(ConvergenceWarning, match="does not tell every correlation"):
        boot = bootstrap_fit(fit, 100, seed=1)
    assert boot.failures["the sample does not tell every correlation"] > 0
    assert boot.failed == sum(boot.failures.values())


def test_covariates_that_tell_an_item_in_a_sample_are_a_failure_with_its_reason() -> None:
    data = answers((0.0,), n=100)
    once = int(np.flatnonzero(data.a == 0)[0])
    shown = ((data.a > 0) & (np.arange(100) % 3 > 0)) | (np.arange(100) == once)
    data["x"] = shown.astype(float)
    fit = fit_sem(MODEL + "\nf ~ x", data, ordered=ITEMS)
    with pytest.warns(ConvergenceWarning, match="covariates leave a without slopes"):
        bootstrap_fit(fit, 20, seed=1)
