"""Ordered variables in `fit_sem`: refusals, sparse tables, identities, known truth."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from collective_use.errors import DataWarning, EstimationError, InputError, NotSupported
from collective_use.sem.fit import fit_sem

MODEL = "f =~ a + b + c + d"
ITEMS = tuple("abcd")


def answers(n=600, cuts=(-1.0, 0.0, 1.0), seed=1):
    rng = np.random.default_rng(seed)
    f = rng.normal(size=n)
    latent = {k: w * f + np.sqrt(1 - w * w) * rng.normal(size=n)
              for k, w in zip(ITEMS, (0.8, 0.7, 0.6, 0.75), strict=True)}  # fmt: skip
    frame = pd.DataFrame({k: np.digitize(v, cuts) + 1 for k, v in latent.items()})
    frame = frame.assign(x=f + rng.normal(size=n), g=np.where(np.arange(n) % 2, "u", "v"))
    return frame.assign(w=rng.uniform(0.5, 2, n))


def fit(data, model=MODEL, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return fit_sem(model, data, ordered=options.pop("ordered", ITEMS), **options)


def test_known_loadings_are_found():
    found = fit(answers(20000), std_lv=True)
    np.testing.assert_allclose(found.estimates.est[:4], [0.8, 0.7, 0.6, 0.75], atol=0.02)


def test_delta_and_theta_are_one_model():
    data = answers()
    delta, theta = fit(data), fit(data, parameterization="theta")
    assert delta.fit_measures["chisq"] == pytest.approx(theta.fit_measures["chisq"], rel=1e-8)
    np.testing.assert_allclose(delta.estimates.std_all, theta.estimates.std_all, atol=1e-7)


def test_codes_of_categories_do_not_matter():
    data = answers()
    other = data.assign(**{k: data[k].map({1: -3, 2: 0, 3: 10, 4: 11}) for k in ITEMS})
    words = data.assign(**{k: pd.Categorical(data[k].map(str), ordered=True) for k in ITEMS})
    base = fit(data).estimates.est
    np.testing.assert_allclose(fit(other).estimates.est, base, atol=1e-12)
    np.testing.assert_allclose(fit(words).estimates.est, base, atol=1e-12)


def test_equal_thresholds_in_two_groups_free_means_and_scales():
    found = fit(answers(1500), group="g", equal=("loadings", "thresholds"))
    rows = found.estimates
    second = rows[(rows.group == 2) & (rows.op == "~1") & (rows.lhs == "f")]
    scales = rows[(rows.group == 2) & (rows.op == "~*~")]
    assert second.se.iloc[0] > 0
    assert (scales.se > 0).all()
    assert found.fit_measures["df"] == 4 + 3 + 12 - 5


STEPS = ("thresholds", "loadings", "intercepts")


def test_equal_thresholds_of_three_categories_alone_restrict_nothing():
    data = answers(1500, (-0.6, 0.5))
    wu = {"group": "g", "identification": "wu.estabrook"}
    free, held = fit(data, **wu), fit(data, **wu, equal=STEPS[:1])
    assert free.fit_measures["df"] == held.fit_measures["df"] == 4
    assert held.fit_measures["chisq"] == pytest.approx(free.fit_measures["chisq"], rel=1e-8)
    four = fit(answers(1500), **wu, equal=STEPS[:1])
    assert four.fit_measures["df"] == 8


def test_scales_of_binary_items_are_freed_with_the_intercepts():
    data = answers(1500, (0.1,))
    wu = {"group": "g", "identification": "wu.estabrook"}
    degrees = []
    for k in range(4):
        found = fit(data, **wu, equal=STEPS[:k])
        rows = found.estimates.query("group == 2")
        scales = rows[rows.op == "~*~"]
        assert (scales.se > 0).all() == (k == 3)
        assert (rows[(rows.op == "~1") & (rows.lhs == "f")].se > 0).all() == (k == 3)
        degrees.append(int(found.fit_measures["df"]))
    assert degrees == [4, 4, 7, 6]


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
def test_marker_and_unit_variance_are_one_model(parameterization):
    data = answers(1500)
    for k in (1, 2, 3):
        options = {
            "group": "g", "identification": "wu.estabrook", "equal": STEPS[:k],
            "parameterization": parameterization,
        }  # fmt: skip
        marker, unit = fit(data, **options), fit(data, **options, std_lv=True)
        assert marker.fit_measures["df"] == unit.fit_measures["df"]
        assert marker.fit_measures["chisq"] == pytest.approx(unit.fit_measures["chisq"], rel=1e-7)


@pytest.mark.parametrize(
    ("error", "text", "options"),
    [
        (InputError, "then 'loadings'", {"group": "g", "equal": ("loadings",)}),
        (InputError, "then 'loadings'", {"group": "g", "equal": ("thresholds", "intercepts")}),
        (NotSupported, "theta", {"group": "g", "equal": (*STEPS, "residuals")}),
        (InputError, "there is one", {}),
    ],
)
def test_steps_without_meaning_are_refused(error, text, options):
    with pytest.raises(error, match=text):
        fit(answers(), identification="wu.estabrook", **options)


def test_identification_needs_ordered_variables():
    with pytest.raises(InputError, match="ordered variables"):
        fit_sem("f =~ a + b + c + d", answers(), identification="wu.estabrook")
    with pytest.raises(InputError, match="equal="):
        fit(answers(), equal=("loadings",))


def test_wald_equal_to_full_weight_with_saturated_model():
    model = "a ~~ b + c + d\nb ~~ c + d\nc ~~ d"
    found = fit(answers(), model)
    assert found.fit_measures["df"] == 0
    R = found.correlations().to_numpy()
    rows = found.estimates
    covariances = rows[(rows.op == "~~") & (rows.lhs != rows.rhs)].est
    np.testing.assert_allclose(covariances, R[np.triu_indices(4, 1)], atol=1e-8)


def test_a_column_of_one_kind_of_data_is_checked():
    data = answers()
    with pytest.raises(InputError, match="must be a column"):
        fit(data, ordered=("A", "b", "c", "d"))
    with pytest.raises(InputError, match="two values or more"):
        fit(data.assign(a=1))
    with pytest.raises(InputError, match="more than 100"):
        fit(data.assign(a=np.arange(600)))
    with pytest.raises(InputError, match="name variables of the model"):
        fit(data.assign(k=data.a), ordered=(*ITEMS, "k"))


def test_a_category_empty_in_a_group_is_an_error():
    data = answers()
    data.loc[(data.g == "u") & (data.a == 4), "a"] = 3
    with pytest.raises(InputError, match=r"a has a category without cases in group 'u'"):
        fit(data, group="g")


def test_sparse_tables_are_said():
    with pytest.warns(DataWarning, match="empty cells"):
        fit_sem(MODEL, answers(60), ordered=ITEMS)


def test_perfect_correlation_is_an_error():
    data = answers()
    with pytest.raises(EstimationError, match="correlation of 'a x b' is 1"):
        fit(data.assign(b=data.a))


@pytest.mark.parametrize("model", ["f =~ a + b + c + d", "f =~ a + b + c + d\nf ~ x"])
def test_a_correlation_that_the_data_do_not_tell_is_said(model):
    """Who is low in one is never high in the other: the likelihood rises to 1 and is flat."""
    data = answers()
    z = np.random.default_rng(1).normal(size=len(data))
    data["c"], data["d"] = (z > -1.5).astype(int), np.digitize(z, [1.0, 1.6])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.warns(DataWarning, match="do not tell the correlation of 'c x d'"):
            found = fit_sem(model, data, ordered=ITEMS)
    assert np.isfinite(found.fit_measures["chisq.scaled"])
    with pytest.raises(EstimationError, match="need every correlation"):
        fit(data, model, estimator="ULSMV")


def test_missing_answers_are_left_out_and_recorded():
    data = answers().astype({"a": float})
    data.loc[:9, "a"] = np.nan
    found = fit(data)
    assert found.n == 590
    assert "10" in str(found.record.to_dict())


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"estimator": "ML"}, "estimator='ML'"),
        ({"estimator": "MLR"}, "estimator='MLR'"),
        ({"missing": "fiml"}, "missing='fiml'"),
        ({"weights": "w", "estimator": "DWLS"}, "errors with weights are robust"),
        ({"weights": "w", "estimator": "PML"}, "weights with estimator='PML'"),
        ({"cluster": ["g", "x"]}, "give one column"),
        ({"engine": "both"}, "engine='both'"),
        ({"information": "observed"}, "information='observed'"),
        ({"model": MODEL + "\nf ~ x", "estimator": "PML"}, r"covariates \('x'\)"),
        ({"model": "f =~ a + b + c\nd ~ f\nx ~ d"}, "ordered variables that explain"),
        ({"model": MODEL + "\na ~~ 0.5*a"}, "theta"),
    ],
)
def test_what_is_not_offered_is_refused_by_name(options, text):
    with pytest.raises(NotSupported, match=text):
        fit(answers(), **options)


def test_methods_without_ordinal_form_are_refused():
    with pytest.raises(NotSupported, match=r"ordered variables is not supported: .* likelihood"):
        fit(answers()).small_sample()
    with pytest.raises(NotSupported, match=r"ordered variables is not supported: .* likelihood"):
        fit(answers()).profile("f =~ b")


def test_thresholds_without_ordered_are_refused():
    with pytest.raises(NotSupported, match="ordered"):
        fit_sem(MODEL + "\na | t1", answers())


def test_scales_have_no_other_unit():
    """`~*~` stands for a latent response's scale: standardizing the factors does not touch it."""
    rows = fit(answers(), parameterization="theta").estimates.query("op == '~*~'")
    assert len(rows) == 4
    assert rows.est.between(0.4, 0.99).all()
    assert rows.std_lv.tolist() == pytest.approx(rows.est.tolist())
