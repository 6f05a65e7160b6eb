"""What a result can do, against formulas and independent computations."""

from __future__ import annotations

import dataclasses
import json
import pickle
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

sys.path.insert(0, str(Path(__file__).parents[1] / "parity" / "sem"))

from sem_models import HS, PD_EQ, read

import collective_use as cu
from collective_use.errors import DataWarning, InputError, NotSupported
from collective_use.sem.inference import group_scores, information, inverted


@pytest.fixture(scope="module")
def hs() -> pd.DataFrame:
    return read("hs_design")


@pytest.fixture(scope="module")
def fit(hs):  # type: ignore[no-untyped-def]
    return cu.fit_cfa(HS, hs)


def test_pickle_keeps_everything(hs) -> None:  # type: ignore[no-untyped-def]
    fit = cu.fit_sem(PD_EQ, read("pd"), estimator="MLR")
    again = pickle.loads(pickle.dumps(fit))
    assert again.estimates.equals(fit.estimates)
    assert dict(again.fit_measures) == dict(fit.fit_measures)
    json.dumps(fit.to_dict())
    assert "<table" in fit._repr_html_()


def test_columns_of_the_estimates(fit) -> None:  # type: ignore[no-untyped-def]
    names = [
        "lhs",
        "op",
        "rhs",
        "level",
        "group",
        "label",
        "est",
        "se",
        "z",
        "p",
        "ci_lower",
        "ci_upper",
        "std_lv",
        "std_all",
        "std_nox",
    ]
    assert list(fit.estimates.columns) == names
    row = fit.estimates.iloc[1]
    assert row.ci_upper - row.est == pytest.approx(stats.norm.ppf(0.975) * row.se)


def test_constraints_agree_with_an_outside_optimiser(hs) -> None:  # type: ignore[no-untyped-def]
    model = HS.replace("x2", "a*x2").replace("x3", "b*x3")
    free = cu.fit_cfa(model, hs)
    f = free.solution.objective
    names = list(free.table.free_names())
    i, j = names.index("a"), names.index("b")
    outside = optimize.minimize(
        f.value,
        free.solution.theta,
        jac=f.gradient,
        method="SLSQP",
        constraints={"type": "eq", "fun": lambda t: t[i] * t[j] - 0.3},
        options={"ftol": 1e-14, "maxiter": 500},
    )
    ours = cu.fit_cfa(model + "a*b == 0.3", hs)
    assert ours.solution.optimum.value <= outside.fun + 1e-10
    assert np.allclose(ours.solution.theta, outside.x, atol=1e-4)
    assert ours.fit_measures["df"] == free.fit_measures["df"] + 1
    active = cu.fit_cfa(model + "a*b < 0.3", hs)
    assert np.allclose(active.solution.theta, ours.solution.theta, atol=1e-8)
    assert active.fit_measures["df"] == free.fit_measures["df"]
    idle = cu.fit_cfa(model + "a*b > 0.3", hs)
    assert np.allclose(idle.solution.theta, free.solution.theta, atol=1e-8)


def test_bounds_hold_and_are_optimal(hs) -> None:  # type: ignore[no-untyped-def]
    free = cu.fit_cfa(HS, hs)
    by_text = cu.fit_cfa(HS.replace("x2", "lower(0.6)*x2"), hs)
    by_name = cu.fit_cfa(HS, hs, bounds={"visual =~ x2": (0.6, np.inf)})
    assert by_text.parameters["visual=~x2"] == pytest.approx(0.6)
    assert np.allclose(by_text.solution.theta, by_name.solution.theta)
    assert by_text.solution.objective.gradient(by_text.solution.theta)[0] > 0
    assert by_text.solution.optimum.value > free.solution.optimum.value
    with pytest.raises(InputError, match="must name free parameters"):
        cu.fit_cfa(HS, hs, bounds={"nothing": (0, 1)})


def test_moments_give_what_cases_give(hs, fit) -> None:  # type: ignore[no-untyped-def]
    names = [f"x{i}" for i in range(1, 10)]
    from_moments = cu.fit_cfa(HS, cov=hs[names].cov(), n=len(hs), means=hs[names].mean())
    with_means = cu.fit_cfa(HS, hs, meanstructure=True)
    assert np.allclose(from_moments.solution.theta, with_means.solution.theta)
    ours, theirs = from_moments.fit_measures, with_means.fit_measures
    assert all(ours[k] == pytest.approx(theirs[k], abs=1e-9, nan_ok=True) for k in theirs)
    with pytest.raises(InputError, match="factor scores need the cases"):
        from_moments.factor_scores()
    with pytest.raises(NotSupported, match="it needs the cases"):
        cu.fit_cfa(HS, cov=hs[names].cov(), n=301, estimator="MLR")


@pytest.mark.filterwarnings("ignore:30 parameters but only 23 clusters")
def test_two_cluster_names_are_v1_plus_v2_less_v12(hs) -> None:  # type: ignore[no-untyped-def]
    data = hs.assign(cl2=(np.arange(len(hs)) * 5) % 61)
    with pytest.warns(DataWarning, match="30 parameters but only 23 clusters"):
        fit = cu.fit_cfa(HS, data, cluster=("cl", "cl2"))
    s = fit.solution
    scores = group_scores(s, 0)
    bread = inverted(s, information(s))
    total = np.zeros_like(bread)
    both = data.groupby(["cl", "cl2"]).ngroup()
    for codes, sign in ((data.cl, 1), (data.cl2, 1), (both, -1)):
        sums = pd.DataFrame(scores).groupby(np.asarray(codes)).sum().to_numpy()
        count = len(sums)
        total += sign * sums.T @ sums * count / (count - 1)
    n = len(data)
    assert np.allclose(fit.vcov, bread @ (total / n) @ bread / n, rtol=1e-10, atol=1e-14)


def test_casewise_scores_add_up_to_zero_and_match_differences(hs) -> None:  # type: ignore[no-untyped-def]
    gaps = read("hs_miss_design")
    fit = cu.fit_cfa(HS, gaps, missing="fiml")
    scores = group_scores(fit.solution, 0)
    assert np.abs(scores.sum(axis=0)).max() < 1e-6 * len(gaps)
    H = fit.solution.objective.hessian(fit.solution.theta)
    q, theta = fit.solution.theta.size, fit.solution.theta
    steps = 1e-6 * np.eye(q)
    slopes = [
        (fit.solution.objective.gradient(theta + e) - fit.solution.objective.gradient(theta - e))
        / 2e-6
        for e in steps
    ]
    assert np.allclose(H, np.array(slopes), atol=1e-7)


def test_profile_limits(fit) -> None:  # type: ignore[no-untyped-def]
    limits = fit.profile("visual =~ x2")
    lower, upper = limits.lower, limits.upper
    row = fit.estimates.iloc[1]
    assert lower < row.est < upper
    assert lower == pytest.approx(row.ci_lower, abs=0.06)
    held = cu.fit_cfa(HS.replace("x2", f"{upper}*x2"), read("hs_design"))
    assert held.test.statistic - fit.test.statistic == pytest.approx(
        stats.chi2.ppf(0.95, 1), abs=1e-6
    )


def test_r_square_and_scores(fit, hs) -> None:  # type: ignore[no-untyped-def]
    r2 = fit.r_square().set_index("variable")["r_square"]
    std = fit.estimates.query("op == '=~'").set_index("rhs")["std_all"]
    assert np.allclose(r2[std.index], std**2)
    scores = fit.factor_scores()
    assert list(scores.scores.index) == list(range(len(hs)))
    assert scores.reliability["reliability"].between(0, 1).all()
    bartlett = fit.factor_scores("bartlett")
    assert (bartlett.reliability["reliability"] <= scores.reliability["reliability"] + 1e-12).all()


def test_small_sample_corrections(fit) -> None:  # type: ignore[no-untyped-def]
    frame = fit.small_sample().set_index("correction")
    n, p, k, t, df = 300, 9, 3, 21, 24
    assert frame.factor["bartlett"] == pytest.approx(1 - (4 * k + 2 * p + 5) / (6 * n))
    assert frame.factor["yuan"] == pytest.approx(1 - (2 * k + 2 * p + 7) / (6 * n))
    q = (np.sqrt(1 + 8 * t) - 1) / 2
    swain = 1 - (p * (2 * p**2 + 3 * p - 1) - q * (2 * q**2 + 3 * q - 1)) / (12 * df * n)
    assert frame.factor["swain"] == pytest.approx(swain)


def test_score_test_of_one_parameter_is_its_modification_index(fit) -> None:  # type: ignore[no-untyped-def]
    top = fit.modification_indices().iloc[0]
    found = fit.score_test(f"{top.lhs} {top.op} {top.rhs}")
    assert found.statistic == pytest.approx(top.mi)
    with pytest.raises(InputError, match="fixed or absent"):
        fit.score_test("visual =~ x2")


def test_comparison_of_nested_models(fit, hs) -> None:  # type: ignore[no-untyped-def]
    larger = cu.fit_cfa(HS + "visual =~ x9", hs)
    found = larger.compare(fit)
    assert found.df == 1
    assert found.statistic == pytest.approx(fit.test.statistic - larger.test.statistic)
    with pytest.raises(InputError, match="same degrees of freedom"):
        fit.compare(cu.fit_cfa(HS, hs))
    with pytest.raises(InputError, match="same cases"):
        larger.compare(cu.fit_cfa(HS, hs.head(200)))


def test_a_difference_that_knows_the_distribution(fit, hs) -> None:  # type: ignore[no-untyped-def]
    large, small = (
        cu.fit_cfa(HS, hs, estimator="MLM"),
        cu.fit_cfa(HS + "visual ~~ 0*textual", hs, estimator="MLM"),
    )
    found = large.compare(small, "satorra.2000", correction="satorra.bentler")
    plain = small.test.statistic - large.test.statistic
    assert found.statistic == pytest.approx(plain / found.scaling)
    shifted = large.compare(small, "satorra.2000")
    assert shifted.statistic == pytest.approx(plain / shifted.scaling + shifted.shift)
    assert shifted.to_frame()["shift"].iloc[0] == shifted.shift
    with pytest.raises(InputError, match="needs an estimator with a scaled test"):
        fit.compare(cu.fit_cfa(HS + "visual ~~ 0*textual", hs), "satorra.2000")
    for options, text in (
        ({"missing": "fiml"}, "missing='fiml'"),
        ({"weights": "w"}, "weights or clusters"),
    ):
        data = hs.assign(w=1.0)
        if "missing" in options:
            data.loc[0, "x1"] = np.nan
        pair = [
            cu.fit_cfa(model, data, estimator="MLR", **options)
            for model in (HS, HS + "visual ~~ 0*textual")
        ]
        with pytest.raises(NotSupported, match=text):
            pair[0].compare(pair[1], "satorra.2000")


def test_summary_reads_like_lavaan(fit) -> None:  # type: ignore[no-untyped-def]
    text = fit.summary()
    for line in (
        "Number of observations                               301",
        "Test statistic                                    85.306",
        "Comparative Fit Index (CFI)                        0.931",
        "Root Mean Square Error of Approximation:",
        "Latent Variables:",
        "    x2                  0.554    0.100    5.554    0.000    0.498    0.424",
    ):
        assert line in text, line


def test_own_starting_values_and_semopy_text(hs, fit) -> None:  # type: ignore[no-untyped-def]
    from collective_use.syntax.semopy_text import parse_semopy

    other = parse_semopy("visual =~ x1 + a*x2 + x3\ntextual =~ x4 + x5 + x6\n"
                         "speed =~ x7 + x8 + x9\nSTART(0.7) a")  # fmt: skip
    again = cu.fit_sem(other, hs)
    assert np.allclose(again.solution.theta, fit.solution.theta, atol=1e-8)


def test_models_of_an_instrument() -> None:
    from collective_use.sem.table.from_instrument import measurement_model

    instrument = cu.load_instrument("lq2002")
    table = cu.parameter_table(measurement_model(instrument))
    assert table.n_free > 0
    with pytest.raises(InputError, match="must be of the instrument"):
        measurement_model(instrument, ["nothing"])


def test_sepc_nox_of_a_covariate_that_becomes_an_outcome() -> None:
    """Its variance counts: only explanatory covariates keep their units (as in lavaan)."""
    model = HS + "visual + textual ~ ageyr + sex\nspeed ~ visual\n"
    fit = cu.fit_sem(model, read("hs"), fixed_x=False)
    frame = fit.modification_indices().set_index(["lhs", "op", "rhs"])
    row = frame.loc[("sex", "~", "textual")]
    assert row["sepc_nox"] == pytest.approx(row["sepc_all"], rel=1e-12)


def test_each_row_of_a_joint_test_is_the_test_of_that_row_alone(hs) -> None:  # type: ignore[no-untyped-def]
    fit = cu.fit_cfa("visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + x5 + x6", hs)
    lines = ("a == b", "a == 0.5")
    both = fit.wald("; ".join(lines))
    singles = [fit.wald(line) for line in lines]
    assert both.table["statistic"].tolist() == pytest.approx([one.statistic for one in singles])
    assert both.table["p"].tolist() == pytest.approx([one.p for one in singles])
    added = ("visual =~ x4", "x1 ~~ x5")
    both = fit.score_test("\n".join(added))
    assert (both.kind, both.df) == ("score", 2)
    for text in added:
        one = fit.score_test(text)
        row = both.table.set_index(["lhs", "op", "rhs"]).loc[tuple(text.split())]
        assert row["statistic"] == pytest.approx(one.statistic)
        assert one.df == row["df"] == 1
    assert both.to_frame().iloc[-1]["statistic"] == both.statistic
    assert "Score test" in str(both)
    assert len(repr(both)) < 200
    with pytest.raises(dataclasses.FrozenInstanceError):
        both.df = 3


@pytest.mark.parametrize("estimator", ["ML", "MLR", "MLMV"])
def test_measures_that_models_are_compared_by_are_those_of_the_fit(
    hs: pd.DataFrame, estimator: str
) -> None:
    gaps = hs.assign(x1=hs["x1"].mask(hs.index < 9))
    robust = estimator == "MLR"
    fit = cu.fit_cfa(
        HS, gaps if robust else hs, estimator=estimator, missing="fiml" if robust else "listwise"
    )
    few, all_ = dict(fit.main_measures), dict(fit.fit_measures)
    assert {"chisq", "cfi", "rmsea", "srmr", "bic"} < few.keys()
    if estimator != "ML":
        assert {"chisq.scaled", "cfi.scaled", "rmsea.scaled"} < few.keys()
    assert ("rmsea.robust" in few) == ("rmsea.robust" in all_)
    assert few == {name: all_[name] for name in few}


def test_a_printed_fit_says_how_many_cases_it_used_and_what_was_left_out():
    rng = np.random.default_rng(8)
    data = pd.DataFrame(rng.normal(size=(60, 4)) + rng.normal(size=(60, 1)), columns=list("abcx"))
    data.loc[:9, "x"] = np.nan
    data.loc[50:, "a"] = np.nan
    said = str(cu.fit_sem("f =~ a + b + c\nf ~ x", data, missing="fiml"))
    assert "50 cases, estimator ML." in said
    assert "Left out, 10 rows: No value, or a covariate without value" in said
    said = str(cu.fit_sem("f =~ a + b + c\nf ~ x", data))
    assert "40 cases, estimator ML." in said
    assert "Left out, 20 rows: A value of a model variable is missing (listwise)." in said
