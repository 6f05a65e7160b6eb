"""What follows a two-level fit, proven by brute force where lavaan gives nothing or is wrong."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError, NotSupported

MODEL = """level: 1
fw =~ a + b + c + e
fw ~ x
level: 2
fb =~ a + b + d + h
fb ~ z
"""


def sample(missing: float = 0.0, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(100), rng.integers(2, 7, 100))
    z = rng.normal(size=100)
    fb = 0.5 * z + rng.normal(size=100)
    x = rng.normal(size=team.size)
    fw = 0.4 * x + rng.normal(size=team.size)
    y = fw[:, None] * [1, 0.8, 1.1, 0.9] + 0.8 * rng.normal(size=(team.size, 4))
    y[:, 1] += 0.25 * y[:, 0]
    y[:, :2] += (fb[:, None] * [1, 0.9] + 0.6 * rng.normal(size=(100, 2)))[team]
    y[rng.random(y.shape) < missing] = np.nan
    frame = pd.DataFrame(y, columns=list("abce"))
    for name in "dh":
        frame[name] = (fb + 0.6 * rng.normal(size=100))[team]
    frame = frame.assign(z=z[team], x=x, g=team % 2)
    frame["team"] = [f"t{i}" for i in team]
    return frame[frame[list("abce")].notna().any(axis=1)].reset_index(drop=True)


def fit(data: pd.DataFrame, **options):  # type: ignore[no-untyped-def]
    return cu.fit_sem(MODEL, data, cluster="team", **options)


def moments(result, data: pd.DataFrame, team: str):  # type: ignore[no-untyped-def]
    """Joint mean and covariance of all answers and factors of one cluster, written out."""
    states = result.solution.objective.states(result.solution.theta)
    within, between = states[:2]
    w, b = result.table.block(1, 1).observed, result.table.block(1, 2).observed
    rows = data[data.team == team]
    n, kw, kb = len(rows), within.C.shape[0], between.C.shape[0]
    # All variables: n copies of the within ones, then those of the cluster.
    V = np.zeros((n * kw + kb,) * 2)
    mu = np.zeros(n * kw + kb)
    for i in range(n):
        V[i * kw : (i + 1) * kw, i * kw : (i + 1) * kw] = within.C
        mu[i * kw : (i + 1) * kw] = within.eta
    V[n * kw :, n * kw :], mu[n * kw :] = between.C, between.eta
    pick, seen = [], []
    for i, row in enumerate(rows.itertuples()):
        for k, name in enumerate(w):
            if not np.isnan(getattr(row, name)):
                line = np.zeros(n * kw + kb)
                line[i * kw + k] = 1.0
                if name in b:
                    line[n * kw + b.index(name)] = 1.0
                pick.append(line)
                seen.append(getattr(row, name))
    for k, name in enumerate(b):
        if name not in w:
            line = np.zeros(n * kw + kb)
            line[n * kw + k] = 1.0
            pick.append(line)
            seen.append(rows[name].iloc[0])
    T = np.array(pick)
    gain = V @ T.T @ np.linalg.inv(T @ V @ T.T)
    expected = mu + gain @ (np.array(seen) - T @ mu)
    known = np.diag(gain @ T @ V)
    fw = [i * kw + len(w) for i in range(n)]
    fb = n * kw + len(b)
    total = within.C[len(w), len(w)], between.C[len(b), len(b)]
    return expected[fw], expected[fb], known[fw], known[fb], total


@pytest.mark.parametrize(
    ("missing", "more"), [(0.0, ""), (0.15, ""), (0.0, "a ~~ 0*a\nb ~~ 0*b\n")]
)
def test_scores_are_expectations_given_all_answers_of_the_cluster(missing, more):
    data = sample(missing)
    result = cu.fit_sem(
        MODEL + more, data, cluster="team", missing="fiml" if missing else "listwise"
    )
    cases, teams = result.factor_scores(level="within"), result.factor_scores(level="between")
    assert teams.scores.index.name == "cluster"
    within, between = [], []
    for team in dict.fromkeys(data.team):
        fw, fb, known_w, known_b, total = moments(result, data, team)
        assert np.allclose(cases.scores.loc[data.index[data.team == team], "fw"], fw, atol=1e-9)
        assert teams.scores.loc[team, "fb"] == pytest.approx(fb, abs=1e-9)
        within += (known_w / total[0]).tolist()
        between.append(known_b / total[1])
    assert cases.reliability["reliability"].iloc[0] == pytest.approx(np.mean(within))
    assert teams.reliability["reliability"].iloc[0] == pytest.approx(np.mean(between))


def test_scores_of_groups_carry_their_group():
    result = fit(sample(), group="g", fixed_x=False)
    cases, teams = result.factor_scores(), result.factor_scores(level="between")
    assert list(cases.scores.columns) == ["group", "fw"]
    assert list(teams.scores.columns) == ["group", "fb"]
    assert len(teams.scores) == 100
    assert teams.reliability["reliability"].between(0, 1).all()
    with pytest.raises(NotSupported, match="Bartlett"):
        result.factor_scores("bartlett")
    with pytest.raises(InputError, match="level"):
        result.factor_scores(level="third")


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_an_index_foretells_the_fall_of_minus_two_log_likelihood(missing):
    data = sample(missing)
    options = {"missing": "fiml"} if missing else {}
    base = fit(data, **options)
    indices = base.modification_indices().set_index(["lhs", "op", "rhs", "level"])
    for level, added in ((1, "a ~~ b"), (2, "a ~~ b"), (2, "d ~~ h")):
        lhs, op, rhs = added.split()
        text = MODEL.replace("level: 2", f"{added}\nlevel: 2") if level == 1 else MODEL + added
        freed = cu.fit_sem(text, data, cluster="team", **options)
        drop = 2 * base.n * (base.solution.optimum.value - freed.solution.optimum.value)
        row = indices.loc[(lhs, op, rhs, level)]
        assert row["mi"] == pytest.approx(drop, rel=0.15, abs=0.05)
        est = freed.estimates.query("lhs == @lhs and rhs == @rhs and level == @level").est.iloc[0]
        assert row["epc"] == pytest.approx(est, rel=0.2, abs=0.03)
        found = base.score_test(f"level: {level}\n{added}")
        assert found.statistic == pytest.approx(row["mi"])


def test_indices_of_groups_are_those_of_separate_fits():
    data = sample()
    result = fit(data, group="g")
    both = result.modification_indices()
    for g, name in enumerate(result.group_names, start=1):
        part = data[data.g.astype(str) == name].reset_index(drop=True)
        alone = fit(part).modification_indices().set_index(["lhs", "op", "rhs", "level"])
        mine = both[both.group == g].set_index(["lhs", "op", "rhs", "level"])
        assert set(mine.index) == set(alone.index), name
        for column in ("mi", "epc", "sepc_all"):
            assert np.allclose(mine[column], alone.loc[mine.index, column], rtol=1e-4, atol=1e-6)


def test_residuals_give_the_root_mean_squares_of_the_levels():
    result = fit(sample())
    found = result.residuals()
    for level, name in ((1, "srmr_within"), (2, "srmr_between")):
        part = found.covariances.loc[found.covariances["level"] == level, "correlation"]
        assert np.sqrt((part**2).mean()) == pytest.approx(result.fit_measures[name])
    assert "no normal sampling distribution" in found.reason
    assert found.covariances["normalized"].isna().all()
    assert found.matrix("raw", level="between").shape == (5, 5)
    means = found.means
    assert set(zip(means.level, means.lhs, strict=True)) == {
        (1, "c"), (1, "e"), (1, "x"), (2, "a"), (2, "b"), (2, "d"), (2, "h"), (2, "z"),
    }  # fmt: skip
    assert np.allclose(means["raw"], 0, atol=0.05)


def test_explained_variance_by_level():
    result = fit(sample())
    found = result.r_square().set_index(["level", "variable"])["r_square"]
    rest = result.estimates.query("op == '~~' and lhs == rhs").set_index(["level", "lhs"])
    for key, value in found.items():
        assert value == pytest.approx(1 - rest.std_all[key])


def test_score_tests_need_a_level():
    result = fit(sample())
    with pytest.raises(InputError, match="level: 1"):
        result.score_test("a ~~ b")
    found = result.score_test("level: within\na ~~ b")
    index = result.modification_indices().query("lhs == 'a' and rhs == 'b' and level == 1")
    assert found.statistic == pytest.approx(index.mi.iloc[0])


def test_differences_of_nested_models():
    data = sample()
    small = cu.fit_sem(MODEL.replace("a + b + c + e", "a + 0.8*b + c + e"), data, cluster="team")
    large = fit(data)
    found = large.compare(small)
    assert found.df == 1
    assert found.statistic == pytest.approx(small.test.statistic - large.test.statistic)
    assert np.isfinite(found.aic).all()
    robust = [
        cu.fit_sem(text, data, cluster="team", estimator="MLR")
        for text in (MODEL, MODEL.replace("a + b + c + e", "a + 0.8*b + c + e"))
    ]
    for method in ("satorra.bentler.2001", "satorra.bentler.2010"):
        assert robust[0].compare(robust[1], method).scaling > 0
    with pytest.raises(NotSupported, match="two levels"):
        robust[0].compare(robust[1], "satorra.2000")
    with pytest.raises(InputError, match="same cases"):
        large.compare(cu.fit_sem(MODEL + "a ~~ b", data.head(200), cluster="team"))


def test_everything_of_a_result_can_be_asked_for():
    result = fit(sample(), group="g")
    again = pickle.loads(pickle.dumps(result))
    assert again.factor_scores(level="between").scores.equals(
        result.factor_scores(level="between").scores
    )
    assert again.fit_measures["chisq"] == pytest.approx(result.fit_measures["chisq"])
    assert "<table" in result._repr_html_()
    assert set(result.to_dict()["fit"]) == set(result.fit_measures)
    text = result.summary()
    assert text.count("Level 2 [between]:") == 2
    assert isinstance(result.standardized(), pd.DataFrame)
