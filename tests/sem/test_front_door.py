"""What `fit_sem` says to wrong input, and how it reads groups, means and levels."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import collective_use as cu

sys.path.insert(0, str(Path(__file__).parents[1] / "parity" / "sem"))

from sem_models import HS, read

ONE = "f =~ x1 + x2 + x3 + x4"


@pytest.fixture(scope="module")
def data():  # type: ignore[no-untyped-def]
    return read("hs_design")


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (ONE, {"cluster": "cll"}, r"cluster must be a column .* 'cll' \(did you mean 'cl'\?\)"),
        (ONE, {"weights": "ww"}, "weights must be a column"),
        (None, {}, "model must be a text .* got NoneType"),
        ("x9 =~ x1 + x2 + x3", {}, "'x9' is a latent variable of the model and a column"),
        ("level: 1\n" + ONE, {"cluster": "cl"}, "says something about level 1 only"),
        (
            f"group: Pasteur\n{ONE}\ngroup: Other\n{ONE}",
            {"group": "school"},
            "blocks are 'Pasteur', 'Other' but the groups of the data are 'Pasteur', 'Grant-White'",
        ),
        (
            f"group: 2\n{ONE}\ngroup: 1\n{ONE}",
            {"group": "school"},
            "use those names, or numbers from 1",
        ),
        (
            HS,
            {"group": "school", "meanstructure": False, "equal": ("loadings", "intercepts")},
            r"equal=\('intercepts',\) needs a mean structure: leave out meanstructure=False",
        ),
        ("f =~ x1 + c(1, v)*x2 + x3", {"group": "school"}, "numbers or labels, not both"),
    ],
)
def test_wrong_input_is_named(data, model, options, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(cu.InputError, match=message):
        cu.fit_sem(model, data, **options)


def test_zero_weights_are_named(data) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(cu.InputError, match="zeros alone"):
        cu.fit_sem(ONE, data.assign(w=0.0), weights="w")


def test_moments_are_checked(data) -> None:  # type: ignore[no-untyped-def]
    names = ["x1", "x2", "x3", "x4"]
    cov, means = data[names].cov(), data[names].mean()
    with pytest.raises(cu.InputError, match="rows of cov"):
        cu.fit_sem(ONE, cov=cov.iloc[:3], n=301)
    with pytest.raises(cu.InputError, match=r"'x4'.*'x1', 'x2', 'x3'"):
        cu.fit_sem(ONE, cov=cov, n=301, means=means.iloc[:3])
    with pytest.raises(cu.InputError, match="give means="):
        cu.fit_sem(ONE + "\nx1 ~ 1", cov=cov, n=301)
    with pytest.raises(cu.InputError, match="needs a mean structure: give them in means="):
        cu.fit_sem(ONE, cov=[cov, cov], n=[301, 301], equal="intercepts")


def test_blocks_named_as_the_groups_find_their_group(data) -> None:  # type: ignore[no-untyped-def]
    """lavaan 0.6-14 takes them by order, whatever their names."""
    extra = "x3 ~~ x4"
    one = f"group: Pasteur\n{ONE}\ngroup: Grant-White\n{ONE}\n{extra}"
    two = f"group: 'Grant-White'\n{ONE}\n{extra}\ngroup: Pasteur\n{ONE}"
    numbers = f"group: 1\n{ONE}\ngroup: 2\n{ONE}\n{extra}"
    fits = [cu.fit_sem(model, data, group="school") for model in (one, two, numbers)]
    for fit in fits:
        written = fit.estimates.query("lhs == 'x3' and rhs == 'x4' and op == '~~'")
        assert list(written["group"]) == [2]
        assert fit.fit_measures["chisq"] == pytest.approx(fits[0].fit_measures["chisq"], rel=1e-9)


def test_one_name_needs_no_tuple(data) -> None:  # type: ignore[no-untyped-def]
    one = cu.fit_sem(HS, data, group="school", equal="loadings", partial="visual =~ x2")
    two = cu.fit_sem(HS, data, group="school", equal=("loadings",), partial=("visual =~ x2",))
    np.testing.assert_array_equal(one.solution.theta, two.solution.theta)


def test_an_estimate_on_its_bound_has_no_p(data) -> None:  # type: ignore[no-untyped-def]
    fit = cu.fit_sem("f =~ x1 + upper(0.4)*x2 + x3 + x4", data)
    row = fit.estimates.query("rhs == 'x2' and op == '=~'").iloc[0]
    assert row["est"] == pytest.approx(0.4, abs=1e-12)
    assert row["se"] > 0
    assert np.isnan(row["p"])


def test_a_factor_without_answers_has_no_bartlett_score_but_the_others_have() -> None:
    data = read("hs_miss").copy()
    data.loc[3, ["x7", "x8", "x9"]] = np.nan
    scores = cu.fit_sem(HS, data, missing="fiml").factor_scores("bartlett").scores
    assert list(scores.loc[3].isna()) == [False, False, True]
