"""Chi-square of two levels with few clusters, held against samples that the model generates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import chdtrc

import collective_use as cu
from collective_use.errors import InputError
from collective_use.numerics.resampling.draws import twolevel_draws
from collective_use.sem.twolevel.small_sample import simulated_tests

pytestmark = [
    pytest.mark.filterwarnings("ignore::collective_use.errors.ImproperSolutionWarning"),
    pytest.mark.filterwarnings("ignore::collective_use.errors.DataWarning"),
    pytest.mark.filterwarnings("ignore::collective_use.errors.SmallGroupsWarning"),
    pytest.mark.filterwarnings("ignore::collective_use.errors.ConvergenceWarning"),
]
MODEL = "level: 1\nw =~ y1 + y2 + y3 + y4\nlevel: 2\nb =~ y1 + y2 + y3 + y4"
NONE = np.zeros(0, dtype=np.intp), np.zeros((0, 0))


def sample(groups: int, seed: int, icc: float = 0.8) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(groups), rng.integers(4, 11, groups))
    between = np.sqrt(icc) * (rng.normal(size=(groups, 1)) + 0.7 * rng.normal(size=(groups, 4)))
    within = rng.normal(size=(team.size, 1)) + rng.normal(size=(team.size, 4))
    names = [f"y{i}" for i in range(1, 5)]
    return pd.DataFrame(between[team] + within, columns=names).assign(team=team)


@pytest.fixture(scope="module")
def fit() -> cu.TwoLevelResult:
    found = cu.fit_sem(MODEL, sample(30, 5), cluster="team", estimator="MLR")
    assert isinstance(found, cu.TwoLevelResult)
    return found


def test_rows_and_their_identities(fit: cu.TwoLevelResult) -> None:
    frame = fit.small_sample(repetitions=30, seed=2).set_index("correction")
    assert list(frame.index) == ["bartlett", "bootstrap", "bootstrap, scaled"]
    drawn = simulated_tests(fit, 30, 2)
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    row = frame.loc["bartlett"]
    assert row.factor == pytest.approx(4 / drawn[:, 0].mean(), rel=1e-10)
    assert row.statistic == pytest.approx(fit.test.statistic * row.factor)
    assert row.p == pytest.approx(chdtrc(4, row.statistic))
    for column, (name, test) in enumerate(
        (("bootstrap", fit.test), ("bootstrap, scaled", fit.scaled_test))
    ):
        assert test is not None
        beyond = int((drawn[:, column] >= test.statistic).sum())
        assert frame.p[name] == pytest.approx((1 + beyond) / (1 + len(drawn)))


def test_the_same_seed_gives_the_same_p(fit: cu.TwoLevelResult) -> None:
    a, b = (fit.small_sample(repetitions=20, seed=9) for _ in range(2))
    pd.testing.assert_frame_equal(a, b)
    assert not a.equals(fit.small_sample(repetitions=20, seed=10))


def test_bounded_models_are_compared_with_bounded_samples() -> None:
    bounded = cu.fit_sem(MODEL, sample(30, 1, icc=0.25), cluster="team", bounds="pos.var")
    assert isinstance(bounded, cu.TwoLevelResult)
    drawn = simulated_tests(bounded, 20, 1)[:, 0]
    assert np.isfinite(drawn).all()
    assert (drawn > -1e-9).all()
    free = cu.fit_sem(MODEL, sample(30, 1, icc=0.25), cluster="team")
    assert isinstance(free, cu.TwoLevelResult)
    assert bounded.test.statistic != pytest.approx(free.test.statistic, abs=1e-3)


def test_a_wrong_model_stays_wrong() -> None:
    data = sample(40, 6, icc=1.0)
    shift = np.random.default_rng(1).normal(size=len(data))
    data[["y3", "y4"]] += shift[:, None]
    wrong = cu.fit_sem(MODEL, data, cluster="team")
    assert isinstance(wrong, cu.TwoLevelResult)
    assert (wrong.small_sample(repetitions=40).p < 0.05).all()


def test_too_few_repetitions(fit: cu.TwoLevelResult) -> None:
    with pytest.raises(InputError, match="repetitions"):
        fit.small_sample(repetitions=5)


def test_impossible_between_covariances_are_drawn_where_means_exist() -> None:
    rng = np.random.default_rng(4)
    team = np.repeat(np.arange(4000), 4)
    Sw = np.array([[1.0, 0.5], [0.5, 1.0]])
    Sb = np.array([[0.3, 0.0, 0.2], [0.0, -0.1, 0.0], [0.2, 0.0, 1.0]])  # two items, one of teams
    place = np.array([0, 1, 2])
    y, z = twolevel_draws(
        (np.zeros(2), Sw), (np.array([1.0, 2.0, 3.0]), Sb), team, place, rng, (NONE, NONE)
    )
    means = np.stack([np.bincount(team, y[:, k]) / 4 for k in range(2)], axis=1)
    both = np.column_stack([means, z])
    expected = Sb.copy()
    expected[:2, :2] += Sw / 4
    np.testing.assert_allclose(both.mean(axis=0), [1, 2, 3], atol=0.06)
    np.testing.assert_allclose(np.cov(both.T), expected, atol=0.06)
    deviations = y - means[team]
    np.testing.assert_allclose(deviations.T @ deviations / (3 * 4000), Sw, atol=0.03)
    with pytest.raises(ValueError, match="no distribution"):
        twolevel_draws(
            (np.zeros(2), Sw), (np.zeros(3), 5 * Sb), team, place, rng, (NONE, NONE)
        )  # fmt: skip
