"""Two levels: what bad data and unusual requests give."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from test_twolevel import MODEL, sample

from collective_use.errors import (
    DataWarning,
    EstimationError,
    InputError,
    NotSupported,
    SmallGroupsWarning,
)
from collective_use.sem.fit import fit_sem


@pytest.mark.parametrize(
    ("change", "more", "text"),
    [
        (lambda d: d.assign(z=3.0), "fb ~ z", "constant between clusters: 'z'"),
        (lambda d: d.assign(v=2 * d.z), "fb ~ z + v", "between clusters.*'z', 'v' determine"),
        (lambda d: d.assign(b=d.a), "", "within clusters.*'a', 'b' determine"),
    ],
)
def test_variables_that_cannot_be_used_are_named(change, more, text):
    with pytest.raises(EstimationError, match=text):
        fit_sem(MODEL + more, change(sample()), cluster="team")


def test_one_level_block_alone_is_refused():
    with pytest.raises(InputError, match="about level 1 only"):
        fit_sem("level: 1\nfw =~ a + b + c", sample(), cluster="team")


def test_thresholds_cannot_be_equal_at_two_levels():
    with pytest.raises(NotSupported, match="equal='thresholds' at two levels"):
        fit_sem(MODEL, sample(), cluster="team", group="half", equal=("thresholds",))


def test_clusters_with_members_in_several_groups_are_said():
    data = sample().assign(half=lambda d: np.where(np.arange(len(d)) % 2, "odd", "even"))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        fit_sem(MODEL, data, cluster="team", group="half")
    text = [str(w.message) for w in seen if issubclass(w.category, DataWarning)]
    assert any("150 clusters have members in several groups" in line for line in text)


def test_equal_intercepts_free_the_mean_between_and_not_within():
    found = fit_sem(MODEL, sample(), cluster="team", group="half", equal=("loadings", "intercepts"))
    means = found.estimates.query("op == '~1' and group == 2").set_index("lhs")
    assert means.loc["fw", "est"] == 0
    assert means.loc["fb", "se"] > 0
    # Two loadings of each level and three intercepts held equal, one mean freed.
    assert found.fit_measures["df"] == 4 + 3 - 1


def test_far_means_change_nothing():
    data = sample()
    moved = data.assign(a=data.a + 1000, b=data.b - 3000, c=data.c + 2e4)
    one, two = (fit_sem(MODEL + "fb ~ z", d, cluster="team") for d in (data, moved))
    for name in ("chisq", "cfi", "srmr_between", "logl"):
        assert one.fit_measures[name] == pytest.approx(two.fit_measures[name], rel=1e-6), name


def test_hopelessly_few_clusters_do_not_converge_and_say_so():
    data = sample(150).query("team < 3")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = fit_sem(MODEL, data, cluster="team")
        with pytest.raises(EstimationError, match="did not converge"):
            _ = found.fit_measures
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        fit_sem(MODEL, data, cluster="team")
    assert any(issubclass(w.category, SmallGroupsWarning) for w in seen)


@pytest.mark.parametrize(("estimator", "said"), [("ML", False), ("MLR", True)])
def test_only_errors_by_cluster_need_more_clusters_than_parameters(estimator, said):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = fit_sem(MODEL, sample(12, seed=5), cluster="team", estimator=estimator)
    assert any("errors that allow for clusters" in p.text for p in found.problems) == said
