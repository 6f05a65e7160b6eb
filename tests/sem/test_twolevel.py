"""Two levels in `fit_sem`: identities, refusals, few clusters."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from collective_use.errors import (
    EstimationError,
    InputError,
    NotSupported,
    SmallGroupsWarning,
)
from collective_use.numerics.twolevel.likelihood import Layout, cluster_statistics, cluster_terms
from collective_use.numerics.twolevel.likelihood import twolevel_loglik as loglik
from collective_use.numerics.twolevel.missing import IncompleteLikelihood
from collective_use.sem.fit import fit_sem

MODEL = "level: 1\nfw =~ a + b + c\nlevel: 2\nfb =~ a + b + c\n"


def sample(J=150, seed=2, low=3, high=9):
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(J), rng.integers(low, high, J))
    n = team.size
    within, between = rng.normal(size=n), rng.normal(size=J)
    frame = {
        k: 2 + w * (within + 0.8 * between[team]) + 0.4 * rng.normal(size=J)[team]
        + 0.7 * rng.normal(size=n)
        for k, w in zip("abc", (1, 0.8, 1.2), strict=True)
    }  # fmt: skip
    frame = pd.DataFrame(frame).assign(team=team, z=(between + rng.normal(size=J))[team])
    return frame.assign(x=within + rng.normal(size=n), half=np.where(team % 2, "odd", "even"))


def test_scores_of_a_cluster_are_the_gradient_of_its_own_data():
    """Also for a variable that varies within clusters only."""
    data = sample(12)
    layout = Layout(4, 3, np.array([0, 1, 4]))
    Y, z = data[["a", "b", "c", "x"]].to_numpy(), data.groupby("team")[["z"]].first().to_numpy()
    rng = np.random.default_rng(3)
    root = rng.normal(size=(7, 7))
    Sw, Sb = (root @ root.T)[:4, :4] + np.eye(4), (root @ root.T)[4:, 4:] + np.eye(3)
    at = Sw, np.array([0, 0, 2.0, 0.1]), Sb, np.array([2.0, 2.1, 0.0])
    team = data.team.to_numpy()
    found = cluster_terms(cluster_statistics(Y, z, team, layout), *at)
    for j in (0, 5):
        rows = team == j
        alone = cluster_statistics(Y[rows], z[[j]], np.zeros(rows.sum(), dtype=int), layout)
        own = loglik(alone, *at)
        np.testing.assert_allclose(found.sigma_w[j], own.sigma_w, atol=1e-9)
        np.testing.assert_allclose(found.mu_w[j], own.mu_w, atol=1e-9)
        np.testing.assert_allclose(found.sigma_b[j], own.sigma_b, atol=1e-9)


def test_the_likelihood_with_missing_values_equals_the_complete_one_without():
    data = sample(15)
    layout = Layout(3, 4, np.array([0, 1, 2, 3]))
    Y, z = data[list("abc")].to_numpy(), data.groupby("team")[["z"]].first().to_numpy()
    team = data.team.to_numpy()
    at = np.eye(3) + 0.2, np.zeros(3), np.eye(4) + 0.3, np.array([2.0, 2.0, 2.0, 0.0])
    one = loglik(cluster_statistics(Y, z, team, layout), *at)
    two = IncompleteLikelihood(Y, z, team, layout).terms(*at)
    assert one.value == pytest.approx(two.value, rel=1e-12)
    for name in ("sigma_w", "mu_w", "sigma_b", "mu_b"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), atol=1e-9)


def test_missing_values_derivatives_are_differences():
    data = sample(15)
    Y = data[list("abc")].to_numpy().copy()
    Y[np.random.default_rng(2).random(Y.shape) < 0.2] = np.nan
    z = data.groupby("team")[["z"]].first().to_numpy()
    likelihood = IncompleteLikelihood(Y, z, data.team.to_numpy(), Layout(3, 4, np.arange(4)))
    base = [np.eye(3) + 0.2, np.zeros(3), np.eye(4) + 0.3, np.array([2.0, 2.0, 2.0, 0.0])]
    terms = likelihood.terms(*base)
    by_cluster = likelihood.by_cluster(*base)
    rng = np.random.default_rng(4)
    for place, name in enumerate(("sigma_w", "mu_w", "sigma_b", "mu_b")):
        direction = rng.normal(size=base[place].shape)
        direction = (direction + direction.T) / 2 if direction.ndim == 2 else direction
        values = []
        for step in (1e-5, -1e-5):
            moved = list(base)
            moved[place] = base[place] + step * direction
            values.append(likelihood.terms(*moved).value)
        slope = float(np.sum(getattr(terms, name) * direction))
        assert slope == pytest.approx((values[0] - values[1]) / 2e-5, rel=1e-6)
        np.testing.assert_allclose(
            getattr(by_cluster, name).sum(axis=0), getattr(terms, name), atol=1e-8
        )


def test_fiml_without_missing_values_is_ml():
    data = sample()
    one = fit_sem(MODEL + "fb ~ z", data, cluster="team")
    two = fit_sem(MODEL + "fb ~ z", data, cluster="team", missing="fiml")
    np.testing.assert_allclose(one.solution.theta, two.solution.theta, atol=1e-8)


def test_rows_and_names_of_clusters_do_not_matter():
    data = sample()
    base = fit_sem(MODEL, data, cluster="team")
    mixed = data.sample(frac=1, random_state=1).assign(team=lambda d: "t" + d.team.astype(str))
    again = fit_sem(MODEL, mixed, cluster="team")
    np.testing.assert_allclose(base.solution.theta, again.solution.theta, atol=1e-9)


def test_two_groups_are_two_fits():
    data = sample(120)
    both = fit_sem(MODEL, data, cluster="team", group="half")
    parts = [fit_sem(MODEL, part, cluster="team") for _, part in data.groupby("half", sort=False)]
    total = sum(part.fit_measures["logl"] for part in parts)
    assert both.fit_measures["logl"] == pytest.approx(total, rel=1e-10)
    assert both.fit_measures["chisq"] == pytest.approx(
        sum(part.fit_measures["chisq"] for part in parts), rel=1e-6, abs=1e-6
    )


def test_fit_by_level_and_intraclass_correlations():
    found = fit_sem(MODEL + "b ~~ 0*b", sample(), cluster="team")
    table = found.fit_by_level().set_index("level")
    assert table.loc[1, "df"] == 0
    assert table.loc[2, "df"] == found.fit_measures["df"] == 1
    assert table.loc[2, "chisq"] == pytest.approx(found.fit_measures["chisq"], abs=1e-5)
    icc = found.icc().set_index("variable")["icc"]
    assert ((icc > 0.2) & (icc < 0.7)).all()


def test_bounds_hold_at_the_border():
    found = fit_sem(MODEL, sample(), cluster="team", bounds="pos.var")
    variances = found.estimates.query("op == '~~' and lhs == rhs").est
    assert (variances >= 0).all()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"estimator": "WLSMV"}, "estimator='WLSMV' at two levels"),
        ({"weights": "x"}, "weights='x' at two levels"),
        ({"engine": "both"}, "engine='both' at two levels"),
        ({"information": "expected"}, "information='expected' at two levels"),
        ({"likelihood": "wishart"}, "likelihood='wishart' at two levels"),
        ({"model": MODEL + "fb ~ x\nlevel: 3\nq =~ a"}, "levels"),
        ({"model": MODEL.replace("level: 2", "fw ~ x\nlevel: 2") + "fb ~ x"}, "both levels"),
    ],
)
def test_what_is_not_offered_is_refused_by_name(options, text):
    options = {"model": MODEL, "data": sample(), "cluster": "team", **options}
    with pytest.raises(NotSupported, match=text):
        fit_sem(options.pop("model"), options.pop("data"), **options)


def test_bad_clusters_are_errors_in_words():
    data = sample()
    with pytest.raises(InputError, match="one cluster column"):
        fit_sem(MODEL, data)
    with pytest.raises(EstimationError, match="there are 1"):
        fit_sem(MODEL, data.assign(team=1), cluster="team")
    with pytest.raises(EstimationError, match="every cluster has one case"):
        fit_sem(MODEL, data.assign(team=range(len(data))), cluster="team")
    with pytest.raises(InputError, match="x stands at level 2 only but differs within"):
        fit_sem(MODEL + "fb ~ x", data, cluster="team")
    with pytest.raises(EstimationError, match="does not vary within clusters"):
        fit_sem("level: 1\na ~~ z\nlevel: 2\na ~~ z", data, cluster="team")


def test_few_clusters_are_warned_about():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        fit_sem(MODEL.replace("fb =~ a + b + c", "a ~~ b + c\nb ~~ c"), sample(8), cluster="team")
    assert any(issubclass(w.category, SmallGroupsWarning) for w in seen)


def test_methods_without_two_level_form_are_refused():
    result = fit_sem(MODEL, sample(), cluster="team")
    with pytest.raises(NotSupported, match=r"two levels is not supported: .* bootstrap_fit"):
        result.profile("fw =~ b")


def test_the_summary_parts_the_levels():
    text = fit_sem(MODEL, sample(), cluster="team").summary()
    assert text.index("Level 1 [within]:") < text.index("Level 2 [between]:")
    assert text.count("Latent Variables:") == 2
