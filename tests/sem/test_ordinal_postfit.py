"""What follows a fit with ordered variables, proven where lavaan gives nothing or is wrong."""

from __future__ import annotations

import pickle
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import optimize
from scipy.special import ndtr

import collective_use as cu
from collective_use.errors import DataWarning, EstimationError, InputError, NotSupported
from collective_use.numerics.ordinal.objective import OrdinalObjective
from collective_use.numerics.search.optimise import minimise
from collective_use.sem.ordinal.residuals import z_values

ITEMS = (*"abcde", "f6")
MODEL = "f =~ a + b + c\ng =~ d + e + x"


def answers(n: int = 600, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    group = np.where(np.arange(n) % 5 < 2, "one", "two")
    f = rng.normal(size=n) + 0.4 * (group == "two")
    g = 0.5 * f + 0.8 * rng.normal(size=n)
    latent = 0.7 * np.column_stack([f, f, f, g, g, g]) + 0.7 * rng.normal(size=(n, 6))
    frame = pd.DataFrame(np.digitize(latent, [-0.5, 0.6]), columns=list(ITEMS))
    return frame.assign(x=2 * latent[:, 5] + 1, group=group)


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return answers()


@pytest.fixture(scope="module")
def mixed(data):  # type: ignore[no-untyped-def]
    return cu.fit_cfa(MODEL, data, ordered=ITEMS[:5])


def density(fit, row, group=1):  # type: ignore[no-untyped-def]
    """Minus the log posterior of one case, written from the estimates alone."""
    frame = fit.estimates.query("group == @group")
    load = frame.query("op == '=~'")
    thresholds = frame.query("op == '|'")
    variances = frame.query("op == '~~' and lhs == rhs").set_index("lhs").est
    cov = frame.query("op == '~~' and lhs != rhs").est.iloc[0]
    means = frame.query("op == '~1'").set_index("lhs").est
    V = np.array([[variances["f"], cov], [cov, variances["g"]]])
    mu = np.array([means.get("f", 0.0), means.get("g", 0.0)])

    prior = np.linalg.inv(V)
    terms = []
    for r in load.itertuples():
        cuts = np.r_[-np.inf, thresholds[thresholds.lhs == r.rhs].est, np.inf]
        ends = None if r.rhs == "x" else cuts[int(row[r.rhs]) : int(row[r.rhs]) + 2]
        terms.append(
            (means.get(r.rhs, 0.0), r.est, "fg".index(r.lhs), np.sqrt(variances[r.rhs]), ends)
        )

    def value(eta):  # type: ignore[no-untyped-def]
        total = 0.5 * (eta - mu) @ prior @ (eta - mu)
        for intercept, loading, factor, sd, ends in terms:
            centre = intercept + loading * eta[factor]
            if ends is None:
                total += 0.5 * ((row["x"] - centre) / sd) ** 2
            else:
                total -= np.log(np.diff(ndtr((ends - centre) / sd))[0])
        return total

    return value


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
def test_the_score_is_the_mode_of_the_posterior_in_every_group(data, parameterization):
    fit = cu.fit_cfa(
        MODEL, data, ordered=ITEMS[:5], group="group", equal=("loadings", "thresholds"),
        parameterization=parameterization,
    )  # fmt: skip
    found = fit.factor_scores()
    for i in (0, 3, 17):
        value = density(fit, data.loc[i], 1 + fit.group_names.index(data.group[i]))
        best = optimize.minimize(value, np.zeros(2), method="BFGS", options={"gtol": 1e-9})
        mine = found.scores.loc[i, ["f", "g"]].to_numpy(dtype=float)
        assert np.allclose(mine, best.x, atol=2e-5)
        assert value(mine) <= best.fun + 1e-12
        h = 1e-4 * np.eye(2)
        H = [
            [
                (value(mine + a + b) - value(mine + a - b) - value(mine - a + b)
                 + value(mine - a - b)) / 4e-8
                for b in h
            ]
            for a in h
        ]  # fmt: skip
        errors = found.errors.loc[i, ["f", "g"]].to_numpy(dtype=float)
        assert np.allclose(errors, np.sqrt(np.diag(np.linalg.inv(H))), rtol=1e-4)


def test_maximum_likelihood_has_no_score_for_answers_at_one_end(data):
    frame = data.copy()
    frame.loc[0, ["a", "b", "c"]] = 2
    frame.loc[1, ["a", "b", "c"]] = 0
    fit = cu.fit_cfa(MODEL, frame, ordered=ITEMS[:5])
    scores = fit.factor_scores("ml").scores
    gone = frame[["a", "b", "c"]].isin([0]).all(axis=1) | frame[["a", "b", "c"]].isin([2]).all(
        axis=1
    )
    assert gone[:2].all()
    assert (scores["f"].isna() == gone).all()
    assert scores["g"].notna().all()  # x is continuous: there always is a maximum
    assert fit.factor_scores("ebm").scores.notna().all().all()


def test_scores_say_why_they_have_no_reliability(mixed):
    found = mixed.factor_scores()
    assert found.reliability["reliability"].isna().all()
    assert "differs from case to case" in found.reason
    with pytest.raises(InputError, match="'ebm', 'ml'"):
        mixed.factor_scores("regression")


def test_scores_that_need_more_than_independence_are_refused(data):
    tied = cu.fit_cfa(MODEL + "\na ~~ d", data, ordered=ITEMS[:5])
    with pytest.raises(NotSupported, match=r"residual covariances .*a ~~ d.* not independent"):
        tied.factor_scores()
    acting = cu.fit_sem(
        "f =~ a + b + c\ny ~ f\nd ~ y", data.assign(y=data.x), ordered=tuple("abcd")
    )
    with pytest.raises(NotSupported, match="'y'"):
        acting.factor_scores()


def test_residuals_of_separate_groups_are_those_of_separate_fits(data):
    """Where lavaan divides by the cases of all groups."""
    both = cu.fit_cfa(MODEL, data, ordered=ITEMS[:5], group="group").residuals()
    for i, name in enumerate(("one", "two"), start=1):
        part = data[data.group == name].reset_index(drop=True)
        alone = cu.fit_cfa(MODEL, part, ordered=ITEMS[:5]).residuals()
        for table in ("covariances", "means", "thresholds"):
            frame = getattr(both, table)
            mine = frame[frame["group"] == i].drop(columns="group").reset_index(drop=True)
            theirs = getattr(alone, table).drop(columns="group")
            number = mine.select_dtypes("number").columns
            assert np.allclose(mine[number], theirs[number], atol=1e-5, equal_nan=True)


def test_standardised_residuals_know_what_the_model_takes_away(mixed):
    """The error of a residual, from refits after a small change of every statistic."""
    solution = mixed.solution
    objective = solution.shared
    (m,), (r,) = objective.groups, objective.responses(solution.theta)
    exact = replace(m, statistics=r.values)  # at a fitting model the linear algebra is exact

    def residual(statistics):  # type: ignore[no-untyped-def]
        moved = OrdinalObjective(
            solution.model, (replace(exact, statistics=statistics),), objective.weights,
            objective.W, theta_parameters=False,
        )  # fmt: skip
        theta = minimise(moved, solution.theta).theta
        return statistics - moved.responses(theta)[0].values

    k, h = r.values.size, 1e-4
    Q = np.empty((k, k))
    for j in range(k):
        step = h * np.eye(k)[j]
        Q[:, j] = (residual(r.values + step) - residual(r.values - step)) / (2 * h)
    spread = Q @ m.gamma @ Q.T / m.n
    frame = mixed.residuals().covariances
    i = int(np.flatnonzero((frame.lhs == "x") & (frame.rhs == "a"))[0])
    at = r.values.size - 15 + [(b, a) for a in range(6) for b in range(a + 1, 6)].index((5, 0))
    expected = frame.raw[i] / np.sqrt(spread[at, at])
    assert frame.standardized[i] == pytest.approx(expected, rel=1e-5)
    raw, z = m.statistics - r.values, z_values(solution, [m])[0][0][1]
    shown = np.isfinite(z) & (np.abs(raw) > 1e-5)
    assert shown.sum() >= 15
    assert z[shown] == pytest.approx((raw[shown] / np.sqrt(np.diag(spread)[shown])), rel=1e-4)
    assert frame.normalized[i] == pytest.approx(frame.raw[i] / np.sqrt(m.gamma[at, at] / m.n))


def test_means_of_continuous_variables_have_residuals(data):
    fit = cu.fit_cfa(
        MODEL + "\nx ~ c(i, i)*1\nf ~ 0*1\ng ~ 0*1", data, ordered=ITEMS[:5], group="group"
    )
    means = fit.residuals().means
    assert list(means["lhs"]) == ["x", "x"]
    observed = data.groupby("group", sort=False)["x"].mean()
    intercept = fit.estimates.query("lhs == 'x' and op == '~1'").est.iloc[0]
    assert np.allclose(means["raw"], observed - intercept)
    sd = data.groupby("group", sort=False)["x"].std(ddof=0)
    size = data.groupby("group", sort=False).size()
    assert np.allclose(
        means["normalized"], (observed - intercept) / (sd / np.sqrt(size)), rtol=0.02
    )


def test_an_index_foretells_the_fall_of_chi_square(data):
    fit = cu.fit_cfa("f =~ a + b + c\ng =~ d + e + f6", data,
                     ordered=("a", "b", "c", "d", "e", "f6"))  # fmt: skip
    top = fit.modification_indices().iloc[0]
    freed = cu.fit_cfa(
        f"f =~ a + b + c\ng =~ d + e + f6\n{top.lhs} {top.op} {top.rhs}",
        data, ordered=("a", "b", "c", "d", "e", "f6"),
    )  # fmt: skip
    drop = fit.test.statistic - freed.test.statistic
    assert top.mi == pytest.approx(drop, rel=0.25)
    est = freed.estimates.query("lhs == @top.lhs and op == @top.op and rhs == @top.rhs").est.iloc[0]
    assert top.epc == pytest.approx(est, rel=0.25)
    assert fit.score_test(f"{top.lhs} {top.op} {top.rhs}").statistic == pytest.approx(top.mi)


def test_differences_that_are_none_are_refused(data):
    large = cu.fit_cfa(MODEL, data, ordered=ITEMS[:5], estimator="WLSM")
    small = cu.fit_cfa(MODEL + "\nf ~~ 0*g", data, ordered=ITEMS[:5], estimator="WLSM")
    assert small.compare(large).method == "satorra.bentler.2001"
    one, two = (cu.fit_cfa(MODEL + extra, data, ordered=ITEMS[:5]) for extra in ("", "\nf ~~ 0*g"))
    found = two.compare(one)
    assert (found.method, found.df) == ("satorra.2000", 1)
    with pytest.raises(NotSupported, match=r"corrects the mean only.*satorra.2000"):
        two.compare(one, "satorra.bentler.2001")
    with pytest.raises(InputError, match="same estimator"):
        two.compare(large)
    groups = {"ordered": ITEMS[:5], "group": "group"}
    free = cu.fit_cfa(MODEL, data, **groups)
    held = cu.fit_cfa(MODEL, data, equal=("loadings", "thresholds"), **groups)
    assert free.compare(held).df > 0
    with pytest.raises(InputError, match=r"fixed in the larger and free in the smaller.*delta"):
        free.compare(held, "satorra.2000", a_method="exact")
    free, held = (
        cu.fit_cfa(MODEL, data, estimator="WLSM", equal=equal, **groups)
        for equal in ((), ("loadings", "thresholds"))
    )
    with pytest.raises(EstimationError, match="frees what the larger one fixes"):
        free.compare(held, "satorra.bentler.2010")


def test_everything_of_a_result_can_be_asked_for(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        fit = cu.fit_cfa(MODEL, data, ordered=ITEMS[:5], group="group")
    again = pickle.loads(pickle.dumps(fit))
    assert again.fit_measures["chisq"] == fit.fit_measures["chisq"]
    assert again.modification_indices().equals(fit.modification_indices())
    assert "Thresholds:" in fit.summary()
    assert "<table" in fit._repr_html_()
    assert set(fit.to_dict()["fit"]) == set(fit.fit_measures)
    assert list(fit.r_square().columns) == ["group", "variable", "r_square"]
    assert fit.residuals().matrix("correlation", number=2).shape == (6, 6)
    assert fit.factor_scores().scores["group"].tolist() == data["group"].tolist()
