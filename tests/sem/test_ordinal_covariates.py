"""Ordered variables given covariates, and with sampling weights: laws, refusals, what follows."""

from __future__ import annotations

import re
import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import norm

import collective_use as cu
from collective_use.errors import DataWarning, EstimationError, InputError, NotSupported
from collective_use.numerics.ordinal.moments import ordinal_moments

ITEMS = ("a", "b", "c", "d")
MODEL = "f =~ a + b + c + d\nf ~ x + z\nd ~ z"


@cache
def answers(n: int = 500, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x, z = rng.normal(4, 2, n), (rng.random(n) < 0.4).astype(float)
    f = 0.25 * (x - 4) + 0.5 * z + rng.normal(size=n)
    cuts = ((0.3,), (-0.5, 0.8), (-0.8, 0.2, 1.0), (-0.3, 0.6))
    frame = pd.DataFrame({
        item: np.digitize(0.8 * f + rng.normal(size=n) + (0.4 * z if item == "d" else 0.0), cut)
        for item, cut in zip(ITEMS, cuts, strict=True)
    })  # fmt: skip
    frame = frame.assign(x=x, z=z, y=0.7 * f + rng.normal(size=n), w=rng.uniform(0.4, 2.5, n))
    return frame.assign(g=np.where(rng.random(n) < 0.5, "one", "two"), team=rng.integers(0, 40, n))


def fit(data: pd.DataFrame, model: str = MODEL, **options) -> cu.OrdinalResult:  # type: ignore[no-untyped-def]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return cu.fit_sem(model, data, ordered=options.pop("ordered", ITEMS), **options)


def estimates(found: cu.OrdinalResult) -> pd.Series:
    return found.estimates.set_index(["lhs", "op", "rhs", "group"]).est.sort_index()


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
@pytest.mark.parametrize("model", [MODEL, "f =~ a + b + c + y\nf ~ x + z\ny ~ x\nd ~ f + z"])
def test_derivatives_are_differences(model: str, parameterization: str) -> None:
    found = fit(answers(), model, parameterization=parameterization, group="g")
    function = found.solution.shared
    rng = np.random.default_rng(1)
    theta = found.solution.theta + 0.05 * rng.normal(size=found.solution.theta.size)
    steps = 1e-5 * np.eye(theta.size)

    def slopes(of):  # type: ignore[no-untyped-def]
        return np.array([(of(theta + h) - of(theta - h)) / 2e-5 for h in steps])

    for group in range(2):
        values = slopes(lambda t, g=group: function.responses(t)[g].values)
        assert np.abs(values.T - function.responses(theta)[group].jacobian).max() < 1e-8
    assert np.abs(slopes(function.value) - function.gradient(theta)).max() < 1e-8
    assert np.abs(slopes(function.gradient) - function.hessian(theta)).max() < 1e-6


@settings(deadline=None, max_examples=15)
@given(
    origin=st.floats(-1e3, 1e3), unit=st.floats(1e-3, 1e3),
    parameterization=st.sampled_from(["delta", "theta"]),
)  # fmt: skip
def test_origin_and_unit_of_a_covariate_do_not_matter(
    origin: float, unit: float, parameterization: str
) -> None:
    data = answers()
    # Farther from 0 than some thousand deviations digits are lost, which a warning says (below).
    moved = data.assign(x=unit * (origin + data.x))
    one, two = (fit(d, parameterization=parameterization) for d in (data, moved))
    assert two.fit_measures["chisq.scaled"] == pytest.approx(
        one.fit_measures["chisq.scaled"], rel=1e-6
    )
    slope, other = estimates(one)["f", "~", "x", 1], estimates(two)["f", "~", "x", 1]
    assert other * unit == pytest.approx(slope, rel=1e-6)
    assert two.standardized().est[:7].tolist() == pytest.approx(one.standardized().est[:7].tolist())


def test_a_covariate_far_from_zero_is_warned_of() -> None:
    data = answers()
    with pytest.warns(DataWarning, match=r"x lies .* deviations from 0: .* center it"):
        cu.fit_sem(MODEL, data.assign(x=data.x + 1e6), ordered=ITEMS)


def test_delta_and_theta_are_one_model() -> None:
    delta, theta = (fit(answers(), parameterization=kind) for kind in ("delta", "theta"))
    assert delta.fit_measures["chisq.scaled"] == pytest.approx(
        theta.fit_measures["chisq.scaled"], rel=1e-8
    )
    for kind in ("all", "nox"):
        one, two = delta.standardized(kind), theta.standardized(kind)
        assert one.est.tolist() == pytest.approx(two.est.tolist(), abs=1e-7)
        assert one.se.tolist() == pytest.approx(two.se.tolist(), abs=1e-7)


def test_a_dummy_alone_tells_thresholds_of_both_groups() -> None:
    """With one dummy a probit regression of a yes-no answer is two proportions."""
    data = answers()
    found = fit(data, "a ~ z", ordered=["a"])
    share = data.groupby("z").a.mean()
    at = norm.ppf(1 - share)
    assert estimates(found)["a", "|", "t1", 1] == pytest.approx(at[0], abs=1e-12)
    assert estimates(found)["a", "~", "z", 1] == pytest.approx(at[0] - at[1], abs=1e-12)
    n = data.groupby("z").size()
    # Least squares count n - 1 cases.
    variance = (share * (1 - share) / norm.pdf(at) ** 2 / n).to_numpy() * 500 / 499
    errors = found.estimates.set_index(["lhs", "op", "rhs"]).se.sort_index()
    assert errors["a", "|", "t1"] ** 2 == pytest.approx(variance[0], rel=1e-10)
    assert errors["a", "~", "z"] ** 2 == pytest.approx(variance.sum(), rel=1e-10)


def test_a_group_of_its_own_slopes_is_a_group_of_its_own() -> None:
    """Two groups without equalities are two samples."""
    data = answers()
    both = estimates(fit(data, group="g"))
    first = data.g.iloc[0]
    for number, name in enumerate([first, next(g for g in data.g.unique() if g != first)], 1):
        alone = estimates(fit(data[data.g == name]))
        for (lhs, op, rhs, _), value in alone.items():
            assert both[lhs, op, rhs, number] == pytest.approx(value, abs=1e-8)


@pytest.mark.parametrize("categories", [(2, 3, 4, 3), (0, 3, 4, 3)])
def test_rows_that_occur_twice_and_weights_of_two_are_one(categories: tuple[int, ...]) -> None:
    data = answers()
    first = data.a if categories[0] else data.y
    Y = np.column_stack([first, data[["b", "c", "d"]]]).astype(float)
    X = data[["x", "z"]].to_numpy()
    twice = np.arange(len(Y)) % 3 == 0
    count = np.where(twice, 2.0, 1.0)
    rows = np.repeat(np.arange(len(Y)), count.astype(int))
    one = ordinal_moments(Y, categories, count, covariates=X)
    two = ordinal_moments(Y[rows], categories, covariates=X[rows])
    assert one.statistics == pytest.approx(two.statistics, abs=1e-11)
    assert np.abs(one.gamma - two.gamma).max() < 1e-8


def test_a_dummy_covariate_is_merged_without_a_difference() -> None:
    """Rows that are alike are merged; each in a cluster of its own they are not."""
    data = answers()
    Y, X = data[list(ITEMS)].to_numpy(float), data[["z"]].to_numpy()
    n = len(Y)
    merged = ordinal_moments(Y, (2, 3, 4, 3), covariates=X)
    alone = ordinal_moments(Y, (2, 3, 4, 3), covariates=X, clusters=np.arange(n))
    assert merged.statistics == pytest.approx(alone.statistics, abs=1e-12)
    assert merged.gamma * n / (n - 1) == pytest.approx(alone.gamma, abs=1e-9)


@pytest.mark.parametrize("model", [MODEL, "f =~ a + b + c + d", "f =~ a + b + y\nf ~ x"])
def test_equal_weights_are_none_and_their_unit_does_not_matter(model: str) -> None:
    data = answers()
    ordered = [item for item in ITEMS if item in model.split()]
    plain = fit(data, model, ordered=ordered)
    equal = fit(data.assign(w=7.0), model, ordered=ordered, weights="w")
    assert equal.estimates.est.dropna().tolist()[:8] == pytest.approx(
        plain.estimates.est.dropna().tolist()[:8], abs=1e-9
    )
    assert equal.se.tolist() == pytest.approx(plain.se.tolist(), rel=1e-8)
    one, two = (
        fit(d, model, ordered=ordered, weights="w") for d in (data, data.assign(w=data.w * 50))
    )
    assert two.se.tolist() == pytest.approx(one.se.tolist(), rel=1e-8)
    assert one.se.tolist() != pytest.approx(plain.se.tolist(), rel=1e-3)


def test_weights_undo_a_biased_draw() -> None:
    """Persons who say yes were drawn three times as often; their weights are a third."""
    rng = np.random.default_rng(8)
    whole = answers(8_000, 8)
    kept = whole[rng.random(len(whole)) < np.where(whole.a == 1, 0.9, 0.3)].copy()
    kept["w"] = np.where(kept.a == 1, 1 / 0.9, 1 / 0.3)
    truth, biased, weighted = (
        estimates(found) for found in (fit(whole), fit(kept), fit(kept, weights="w"))
    )
    key = ("a", "|", "t1", 1)
    assert abs(biased[key] - truth[key]) > 0.3
    assert abs(weighted[key] - truth[key]) < 0.1


def test_errors_of_weights_are_the_spread_of_estimates() -> None:
    found = []
    errors = []
    for seed in range(60):
        data = answers(400, 1000 + seed)
        w = np.exp(np.random.default_rng(seed).normal(size=400))
        own = fit(data.assign(w=w), weights="w")
        row = own.estimates.set_index(["lhs", "op", "rhs"]).loc[("f", "~", "x")]
        found.append(row.est)
        errors.append(row.se)
    # 60 samples: the spread is known to 9%.
    assert np.mean(errors) / np.std(found) == pytest.approx(1.0, abs=0.3)
    plain = fit(answers(400, 1000)).estimates.set_index(["lhs", "op", "rhs"]).se["f", "~", "x"]
    assert np.mean(errors) > 1.3 * plain


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
@pytest.mark.parametrize("model", [MODEL, "f =~ a + b + c + y\nf ~ x + z\ny ~ x\nd ~ f + z"])
def test_scores_are_the_mode_of_the_posterior_written_out(
    model: str, parameterization: str
) -> None:
    data = answers()
    found = fit(data, model, parameterization=parameterization)
    scores = found.factor_scores().scores["f"]
    est = found.estimates.set_index(["lhs", "op", "rhs"]).est.to_dict()
    outcomes = [*ITEMS, "y"] if "y" in model.split() else list(ITEMS)

    def told(name: str, row: pd.Series) -> float:
        return est.get((name, "~", "x"), 0.0) * row.x + est.get((name, "~", "z"), 0.0) * row.z

    for case in (0, 1, 2, 7, 11):
        row = data.loc[case]

        def loss(t, row=row):  # type: ignore[no-untyped-def]
            out = -norm.logpdf(t[0], told("f", row), np.sqrt(est["f", "~~", "f"]))
            for item in outcomes:
                load = est.get(("f", "=~", item), est.get((item, "~", "f")))
                centre = est.get((item, "~1", ""), 0.0) + load * t[0] + told(item, row)
                sd = np.sqrt(est[item, "~~", item])
                if item == "y":
                    out -= norm.logpdf(row.y, centre, sd)
                    continue
                own = sorted(v for (lhs, op, _), v in est.items() if (lhs, op) == (item, "|"))
                edges = np.array([-np.inf, *own, np.inf])
                code = int(row[item])
                low, high = (edges[code] - centre) / sd, (edges[code + 1] - centre) / sd
                out -= np.log(norm.cdf(high) - norm.cdf(low))
            return out

        best = minimize(loss, [told("f", row)], tol=1e-12).x[0]
        assert scores[case] == pytest.approx(best, abs=1e-5)


def test_refits_begin_where_the_sample_ended() -> None:
    data = answers()
    for options in ({}, {"parameterization": "theta"}, {"group": "g"}):
        found = fit(data, **options)
        refit = found.refit("cases")
        whole = [np.ones(int(g.rows.size)) for g in found.solution.data.groups]
        assert refit.of([whole])[0] == pytest.approx(found.solution.theta, abs=1e-9)
    for model in (MODEL, "f =~ a + b + y\nf ~ x + z"):
        found = fit(data, model, ordered=[i for i in ITEMS if i in model.split()])
        for kind in ("cases", "parametric"):
            drawn = found.refit(kind).draw(40, 1, 1, False)
            spread = np.nanstd(drawn, axis=0, ddof=1)
            assert np.isfinite(drawn).all(axis=1).mean() > 0.9
            assert np.median(spread / found.se) == pytest.approx(1.0, abs=0.2)


def test_a_model_that_holds_fits() -> None:
    """Over samples of a true model the mean of the corrected statistic is its df."""
    found = [fit(answers(500, 2000 + seed)).fit_measures for seed in range(60)]
    df = found[0]["df"]
    assert df == 7
    assert np.mean([f["chisq.scaled"] for f in found]) == pytest.approx(
        df, abs=4 * (2 * df / 60) ** 0.5
    )


def test_gaps_beside_continuous_outcomes() -> None:
    """Nothing missing is nothing changed; errors with gaps are the spread of estimates."""
    model, ordered = "f =~ a + b + y\nf ~ x\nv ~ f + x", ["a", "b"]
    found, errors = [], []
    for seed in range(50):
        data = answers(300, 3000 + seed)
        rng = np.random.default_rng(seed)
        data = data.assign(v=data.y + rng.normal(size=300), a=data.a.astype(float))
        if not seed:
            one, two = (
                fit(data, model, ordered=ordered, missing=m) for m in ("listwise", "pairwise")
            )
            assert two.estimates.est.tolist() == pytest.approx(
                one.estimates.est.tolist(), nan_ok=True
            )
        for name in ("a", "y", "v"):
            data[name] = data[name].mask(rng.random(300) < 0.25)
        own = fit(data, model, ordered=ordered, missing="pairwise").estimates
        rows = own.set_index(["lhs", "op", "rhs"]).loc[
            [("f", "~", "x"), ("y", "~1", ""), ("v", "~", "f")]
        ]
        found.append(rows.est)
        errors.append(rows.se)
    # 50 samples: the spread is known to 10%.
    assert np.mean(errors, axis=0) / np.std(found, axis=0, ddof=1) == pytest.approx(1.0, abs=0.3)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_rows_without_a_covariate_are_left_out_and_said(missing: str) -> None:
    data = answers().astype({"a": float, "b": float}).copy()
    data.loc[:9, "x"] = np.nan
    data.loc[20:29, "a"] = np.nan
    found = fit(data, missing=missing)
    assert found.n == (480 if missing == "listwise" else 490)
    note = found.record.entries[0]
    assert note.count == 500 - found.n
    assert missing == "listwise" or "covariate" in note.text


def test_a_row_of_no_weight_is_left_out_and_said() -> None:
    data = answers().copy()
    data.loc[:4, "w"] = 0.0
    found = fit(data, weights="w")
    assert found.n == 495
    assert "weight of 0" in str(found.record)
    alone = fit(data.loc[5:], weights="w")
    assert found.se.tolist() == pytest.approx(alone.se.tolist())


def test_what_cannot_be_estimated_is_named() -> None:
    data = answers()
    with pytest.raises(
        EstimationError, match=r"'t' tells answers to a without error, .* no finite"
    ):
        fit(data.assign(t=data.a * 3.0), "f =~ a + b + c\nf ~ t", ordered=ITEMS[:3])
    told = data.assign(t=(data.a == 1) & (data.x > 5))
    with pytest.raises(EstimationError, match="tells answers to a without error"):
        fit(told, "f =~ a + b + c\nf ~ t", ordered=ITEMS[:3])
    with pytest.raises(EstimationError, match=r"'x', 'v' determine each other"):
        fit(data.assign(v=2 * data.x - 1), MODEL + "\nf ~ v")
    with pytest.raises(EstimationError, match="constant: 'v'"):
        fit(data.assign(v=1.0), MODEL + "\nf ~ v")
    with pytest.raises(EstimationError, match="'x', 'z' determine y: nothing of it"):
        fit(data.assign(y=data.x + 2 * data.z), "f =~ a + b + y\nf ~ x + z", ordered=["a", "b"])
    with pytest.raises(InputError, match="z has two values only: leave fixed_x=False out"):
        fit(data, fixed_x=False)
    with pytest.raises(InputError, match="must be a column of numbers"):
        fit(data.assign(x="much"))
    with pytest.raises(InputError, match="weights column 'x' must hold finite numbers"):
        fit(data.assign(x=-data.x), weights="x")


@pytest.mark.parametrize("fixed_x", [None, False])
def test_an_ordered_covariate_is_told_what_to_do(fixed_x: bool | None) -> None:
    with pytest.raises(InputError, match=r"'z' only explains, .*: leave it out of ordered="):
        fit(answers(), ordered=(*ITEMS, "z"), fixed_x=fixed_x)


def test_covariates_as_normal_variables_are_another_model() -> None:
    data = answers()
    given, joint = (
        fit(data, "f =~ a + b + c + d\nf ~ x"),
        fit(data, "f =~ a + b + c + d\nf ~ x", fixed_x=False),
    )
    assert given.fit_measures["df"] == joint.fit_measures["df"]
    assert not given.estimates.set_index(["lhs", "op", "rhs"]).se["x", "~~", "x"]
    assert joint.estimates.set_index(["lhs", "op", "rhs"]).se["x", "~~", "x"] > 0
    assert list(given.correlations()) == list(ITEMS)
    assert list(joint.correlations()) == [*ITEMS, "x"]


def test_groups_of_invariance_have_the_degrees_of_freedom_they_should() -> None:
    """Thresholds and loadings first; covariates add the same statistics and slopes to each step."""
    data = answers(1200)
    model = "f =~ a + b + c + d\nf ~ x"
    steps = [(), ("thresholds", "loadings"), ("thresholds", "loadings", "regressions")]
    found = [
        fit(data, model, group="g", equal=step, std_lv=True, parameterization="theta",
            identification="wu.estabrook")
        for step in steps
    ]  # fmt: skip
    dfs = [int(one.fit_measures["df"]) for one in found]
    plain = [
        int(fit(data, model.split("\n")[0], group="g", equal=step, std_lv=True,
                parameterization="theta", identification="wu.estabrook").fit_measures["df"])
        for step in steps[:2]
    ]  # fmt: skip
    # Three slopes a group that one factor's regression has to explain.
    assert dfs[:2] == [plain[0] + 6, plain[1] + 6]
    assert dfs[2] == dfs[1] + 1
    assert all(one.converged and not one.problems for one in found)


def test_an_improbable_case_counts_alike_at_both_ends() -> None:
    """Reversed items have the same correlations, errors and test, whatever one person answers."""
    rng = np.random.default_rng(2)
    n = 800
    x = rng.normal(size=n)
    f = 2.0 * x + rng.normal(size=n)
    data = pd.DataFrame({i: np.digitize(f + rng.normal(size=n), [-2.0, 0.0, 2.0]) for i in ITEMS})
    data["x"] = x
    data.loc[0] = [3, 3, 3, 3, -4.0]
    turned = data.assign(**{i: 3 - data[i] for i in ITEMS})
    one, two = (fit(d, "f =~ a + b + c + d\nf ~ x") for d in (data, turned))
    assert two.correlations().to_numpy() == pytest.approx(one.correlations().to_numpy(), abs=1e-8)
    for measure in ("chisq", "chisq.scaled"):
        assert two.fit_measures[measure] == pytest.approx(one.fit_measures[measure], rel=1e-6)
    assert two.se[:3].tolist() == pytest.approx(one.se[:3].tolist(), rel=1e-6)


def test_covariates_much_alike_are_two_all_the_same() -> None:
    data, model = answers(), "f =~ a + b + y\nf ~ x + {}"
    plain = fit(data, model.format("z"), ordered=["a", "b"], estimator="WLS")
    near = data.assign(v=data.x + 1e-2 * data.z)
    found = fit(near, model.format("v"), ordered=["a", "b"], estimator="WLS")
    assert found.fit_measures["chisq"] == pytest.approx(plain.fit_measures["chisq"], rel=1e-7)
    one, two = (f.to_frame().query("op == '~'").set_index("rhs") for f in (plain, found))
    assert two.est["v"] / 100 == pytest.approx(one.est["z"], rel=1e-7)
    assert two.se["v"] / 100 == pytest.approx(one.se["z"], rel=1e-7)
    assert two.est["x"] == pytest.approx(one.est["x"] - 100 * one.est["z"], rel=1e-7)
    with pytest.raises(EstimationError, match=r"'x', 'v' all but determine each other \(smallest"):
        fit(data.assign(v=data.x + 1e-4 * data.z), model.format("v"), ordered=["a", "b"])


def test_a_measure_that_cannot_be_computed_says_why() -> None:
    found = fit(answers())
    assert "No cfi.robust, tli.robust, rmsea.robust: they are about correlations of" in str(found)
    assert found.to_dict()["not_computed"]["rmsea.robust"].endswith("without covariates")
    bare = fit(answers(), "f =~ a + b + c + d")
    assert bare.not_computed == {}
    assert "No cfi.robust" not in str(bare)
    exact = fit(answers(), "f =~ a + b + c", ordered=ITEMS[:3])
    assert "rmsea.robust: the model has no degrees of freedom." in str(exact)


def test_groups_say_their_cases_and_what_these_weigh() -> None:
    data = answers().assign(g=lambda d: np.where(np.arange(len(d)) < 200, "small", "large"))
    text = fit(data, weights="w", group="g").summary()
    weight = data.w * 500 / data.w.sum()
    for name, rows in (("small", slice(0, 200)), ("large", slice(200, 500))):
        total = weight[rows].sum()
        assert re.search(rf"per group:(.|\n)*{name} +{len(data.w[rows])}\n", text)
        assert re.search(rf"weights per group(.|\n)*{name} +{total:.3f}\n", text)
    light = data.assign(w=np.where(data.g == "small", 1e-4, 1.0))
    for ordered in (ITEMS, ()):
        with pytest.raises(InputError, match=r"weights of group 'small' add up to 0.033 cases"):
            cu.fit_sem("f =~ a + b + c + d", light, ordered=ordered, weights="w", group="g")


@pytest.mark.parametrize("where", ["collinear", "constant", "few"])
def test_covariates_that_cannot_be_told_apart_where_an_outcome_is_seen(where: str) -> None:
    data = answers().copy()
    half = np.arange(500) < 250
    data["y"] = data.y.where(half if where != "few" else np.arange(500) < 3)
    made = {"collinear": 0.3 * data.x + 0.7, "constant": 1.0, "few": data.z}[where]
    data["v"] = np.where(half, made, data.z)
    with pytest.raises(EstimationError, match=r"among the cases that have y: its slopes"):
        fit(data, "f =~ a + b + y\nf ~ x + v", ordered=["a", "b"], missing="pairwise")


def test_dates_are_no_numbers_and_groups_condition_on_the_same() -> None:
    data = answers()
    with pytest.raises(InputError, match="got datetime64"):
        fit(data.assign(x=pd.Timestamp("2026-01-01") + pd.to_timedelta(data.x, unit="D")))
    model = "\n".join(
        f"group: {g}\nf =~ a + b + c + d\nf ~ x + z{extra}"
        for g, extra in zip(data.g.unique(), ("", "\nz ~~ z"), strict=True)
    )
    with pytest.raises(NotSupported, match="in one group and a normal variable in another"):
        fit(data, model, group="g")
    wide = data.assign(x=data.x * 1e6)
    one, two = (
        fit(d, "f =~ a + b + c\nf ~ x", ordered=ITEMS[:3], estimator="WLS") for d in (data, wide)
    )
    assert two.fit_measures["chisq"] == pytest.approx(one.fit_measures["chisq"], rel=1e-4)
